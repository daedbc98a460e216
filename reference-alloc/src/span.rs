//! A span: a run of pages, cut into slots of one class, or one large object, or a stack.
//!
//! What a slot is, is said by three things of the owner's and one of everybody's:
//!
//! - slot `i` is *allocated* if `i < free_index` or its bit in `alloc` is set;
//! - `alloc_cache` holds the inverted bits of `alloc` from `free_index` on, 64 of them, so that the
//!   next free slot is a count of trailing zeros away;
//! - its bit in `freed` is set if somebody has freed it and the owner has not folded that yet.
//!
//! *Folding* takes the freed bits into `alloc` and starts again from slot 0: it does for a heap
//! whose blocks are freed what sweeping does for one whose garbage is collected. Between two folds
//! (or sweeps) no slot below `free_index` is handed out again.
//!
//! The struct outlives the span: it is never unmapped, and what is written by one thread and looked
//! at by others is in cells that allow it. So a thread with an address that was never a block's, or
//! with an old entry of a list, reads something useless but never something undefined.
//!
//! Source: Go `runtime/mheap.go` `mspan`, `runtime/mbitmap.go` `nextFreeFast`, `runtime/malloc.go`
//! `nextFree`.

use crate::ledger::Ledger;
use crate::size_class::{self, SpanClass};
use crate::sync::{
    AtomicPtr, AtomicU32, AtomicU64, Ordering, Seen32, Seen64, SeenSize, const_unless_loom,
};
use crate::units::{Addr, Pages};
use std::ptr;

/// Slots of a span whose bits are in the struct itself; a longer span has them [`Wide`].
pub const NARROW_SLOTS: usize = 64;
/// Most slots of a span: 8 KiB of 8 bytes.
pub const MAX_SLOTS: usize = 1024;
/// Most pages of a span: its struct counts them in 32 bits. More are 32 TiB, which no program has.
pub const MAX_PAGES: Pages = Pages(u32::MAX as usize);
/// Words of bits for [`MAX_SLOTS`].
const WORDS: usize = MAX_SLOTS / 64;

/// What the pages of a span are used for. Source: `runtime/mheap.go` `mSpanState`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum SpanState {
    /// For nothing: the struct waits.
    Dead = 0,
    /// For blocks of the heap.
    InUse = 1,
    /// For whoever asked: stacks. Never on a central list, never counted as heap.
    Manual = 2,
}

/// The bits of a span with more than [`NARROW_SLOTS`] slots.
#[derive(Debug)]
pub struct Wide {
    alloc: [Seen64; WORDS],
    freed: [AtomicU64; WORDS],
}

/// A span. See the head of this file; [`crate::ledger`] says who may do what.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Span {
    // The first line of cache is what a free needs.
    /// Who has the span, and how many frees are not folded.
    pub ledger: Ledger,
    /// Bits of the slots that were freed and not folded, if the span is narrow.
    freed: AtomicU64,
    /// Its first byte.
    base: SeenSize,
    /// Bits for more slots; null in a narrow struct, and never changed.
    wide: AtomicPtr<Wide>,
    /// For the division by `elem_bytes`.
    magic: Seen32,
    /// Class and scan-ness.
    class: Seen32,
    /// Slots.
    slots: Seen32,
    /// Length in pages.
    pages: Seen32,
    /// Bits of the allocated slots, if the span is narrow.
    alloc: Seen64,

    // The second line belongs to the owner.
    /// Inverted bits of `alloc` from `free_index` on; those past the last slot mean nothing.
    alloc_cache: Seen64,
    /// All slots below are allocated. Published, and heard by [`Span::is_allocated`]: a fold writes
    /// the bits of the slots below it first.
    free_index: Seen32,
    /// Allocated slots; what was freed and not folded still counts.
    alloc_count: Seen32,
    /// Bytes of a slot; of a large object, what its pages hold.
    elem_bytes: SeenSize,
    /// Whether a free slot may hold something but zero. Upholds `alloc/span/needzero-sound`.
    need_zero: Seen32,
    /// See [`SpanState`]. Written last when a span is made: what publishes it.
    state: AtomicU32,
    /// Against the heap's, this says whether the span must be swept: [`crate::sweepgen`].
    pub sweepgen: AtomicU32,
    /// For the stack that it is on, or the list of structs that wait.
    pub link: AtomicU64,
    /// A word of the owner's, 0 at first. Of a span of stacks, under the lock of its pool: the first
    /// free stack, 0 if there is none. Of a large object with pointers: its type.
    pub(crate) word: SeenSize,
    /// Of a span of stacks, under the lock of its pool: its neighbours in the pool's list.
    pub(crate) neighbours: [AtomicPtr<Span>; 2],
}

/// What a span is made for.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// Its first byte.
    pub base: Addr,
    /// Its pages.
    pub pages: Pages,
    /// Class and scan-ness.
    pub class: SpanClass,
    /// Bytes of a slot.
    pub elem_bytes: usize,
    /// Slots.
    pub slots: usize,
    /// Whether its bytes may be other than zero.
    pub need_zero: bool,
    /// What for.
    pub state: SpanState,
}

impl Wide {
    /// Bits for [`MAX_SLOTS`], all zero.
    #[cfg(not(loom))]
    pub const fn new() -> Wide {
        Wide {
            alloc: [const { Seen64::new(0) }; WORDS],
            freed: [const { AtomicU64::new(0) }; WORDS],
        }
    }

    /// Bits for [`MAX_SLOTS`], all zero.
    #[cfg(loom)]
    pub fn new() -> Wide {
        Wide {
            alloc: std::array::from_fn(|_| Seen64::new(0)),
            freed: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }
}

impl Default for Wide {
    fn default() -> Wide {
        Wide::new()
    }
}

impl Span {
    const_unless_loom! {
        /// A struct that is no span yet; with `wide` bits, or with room for [`NARROW_SLOTS`] only.
        pub fn new(wide: Option<&'static Wide>) -> Span {
            let wide = match wide {
                Some(wide) => ptr::from_ref(wide).cast_mut(),
                None => ptr::null_mut(),
            };
            Span {
                ledger: Ledger::unused(),
                freed: AtomicU64::new(0),
                base: SeenSize::new(0),
                wide: AtomicPtr::new(wide),
                magic: Seen32::new(0),
                class: Seen32::new(0),
                slots: Seen32::new(0),
                pages: Seen32::new(0),
                alloc: Seen64::new(0),
                alloc_cache: Seen64::new(0),
                free_index: Seen32::new(0),
                alloc_count: Seen32::new(0),
                elem_bytes: SeenSize::new(0),
                need_zero: Seen32::new(0),
                state: AtomicU32::new(SpanState::Dead as u32),
                sweepgen: AtomicU32::new(0),
                link: AtomicU64::new(0),
                word: SeenSize::new(0),
                neighbours: [AtomicPtr::new(ptr::null_mut()), AtomicPtr::new(ptr::null_mut())],
            }
        }
    }

    /// Starts a life of the struct: everything but `sweepgen` and `wide` is set anew. Upholds
    /// `alloc/span/mspan-reuse-clean`.
    ///
    /// # Panics
    /// If there are more slots than the struct has bits for.
    pub fn make(&self, made: Made) {
        assert!(
            made.slots <= NARROW_SLOTS || self.is_wide() && made.slots <= MAX_SLOTS,
            "bits for all slots"
        );
        self.base.set(made.base.0);
        self.pages.set(made.pages.0 as u32);
        self.class.set(u32::from(made.class.0));
        self.elem_bytes.set(made.elem_bytes);
        self.magic.set(made.class.class().magic());
        self.slots.set(made.slots as u32);
        self.need_zero.set(u32::from(made.need_zero));
        self.free_index.set(0);
        self.alloc_count.set(0);
        self.word.set(0);
        for neighbour in &self.neighbours {
            neighbour.store(ptr::null_mut(), Ordering::Relaxed);
        }
        for word in 0..made.slots.div_ceil(64) {
            self.alloc_word(word).set(0);
            self.freed_word(word).store(0, Ordering::Relaxed);
        }
        self.alloc_cache.set(!0);
        self.ledger.start(made.slots as u16);
        self.state.store(made.state as u32, Ordering::Release);
    }

    /// Ends a life of the struct: no address is in it any more. True if it is the caller's now: see
    /// [`Ledger::retire`].
    pub fn unmake(&self) -> bool {
        self.pages.set(0);
        self.state.store(SpanState::Dead as u32, Ordering::Release);
        self.ledger.retire()
    }

    /// Its first byte.
    #[inline]
    pub fn base(&self) -> Addr {
        Addr(self.base.get())
    }

    /// Its length.
    #[inline]
    pub fn pages(&self) -> Pages {
        Pages(self.pages.get() as usize)
    }

    /// It has become longer or shorter: it holds one object, whose pages it is.
    pub fn set_pages(&self, pages: Pages) {
        self.pages.set(pages.0 as u32);
        self.elem_bytes.set(pages.bytes());
    }

    /// Its class and scan-ness.
    #[inline]
    pub fn class(&self) -> SpanClass {
        SpanClass(self.class.get() as u8)
    }

    /// Bytes of a slot.
    #[inline]
    pub fn elem_bytes(&self) -> usize {
        self.elem_bytes.get()
    }

    /// Its slots.
    #[inline]
    pub fn slots(&self) -> usize {
        self.slots.get() as usize
    }

    /// One past the last byte of its last slot: below the reserves and the tail.
    #[inline]
    pub fn limit(&self) -> Addr {
        self.base() + self.slots() * self.elem_bytes()
    }

    /// What it is used for.
    #[inline]
    pub fn state(&self) -> SpanState {
        match self.state.load(Ordering::Acquire) {
            0 => SpanState::Dead,
            1 => SpanState::InUse,
            _ => SpanState::Manual,
        }
    }

    /// All slots below are allocated.
    #[inline]
    pub fn free_index(&self) -> usize {
        self.free_index.get() as usize
    }

    /// Allocated slots; what was freed and not folded still counts.
    #[inline]
    pub fn alloc_count(&self) -> usize {
        self.alloc_count.get() as usize
    }

    /// One stack more or less of this span is in use. Under the lock of its pool.
    pub(crate) fn count_stack(&self, more: bool) {
        self.alloc_count.add(if more { 1 } else { u32::MAX });
    }

    /// Free slots; what was freed and not folded does not count.
    #[inline]
    pub fn free_count(&self) -> usize {
        self.slots() - self.alloc_count()
    }

    /// Whether a free slot may hold something but zero.
    #[inline]
    pub fn need_zero(&self) -> bool {
        self.need_zero.get() != 0
    }

    /// Says that free slots may hold something.
    pub fn set_need_zero(&self) {
        self.need_zero.set(1);
    }

    /// Whether there are bits for more than [`NARROW_SLOTS`].
    #[inline]
    pub fn is_wide(&self) -> bool {
        !self.wide.load(Ordering::Relaxed).is_null()
    }

    /// The slot that `address`, at or above the base, lies in; it may be past the last slot.
    #[inline]
    pub fn slot_at(&self, address: Addr) -> usize {
        size_class::divide(address.0.wrapping_sub(self.base.get()), self.magic.get())
    }

    /// The slot that starts at `address`, if one does.
    #[inline]
    pub fn slot_starting_at(&self, address: Addr) -> Option<usize> {
        let offset = address.0.wrapping_sub(self.base.get());
        if self.class().class() == size_class::Class::LARGE {
            return (offset == 0).then_some(0);
        }
        let slot = size_class::divide(offset, self.magic.get());
        (offset < self.pages().bytes()
            && size_class::divides(offset, self.magic.get())
            && slot < self.slots())
        .then_some(slot)
    }

    /// The first byte of `slot`.
    #[inline]
    pub fn address_of(&self, slot: usize) -> Addr {
        self.base() + slot * self.elem_bytes()
    }

    /// The bits of a long span; null in a narrow struct.
    #[inline]
    fn wide(&self) -> Option<&Wide> {
        // SAFETY: set when the struct was made, from a reference that lives for ever, and never
        // changed.
        unsafe { self.wide.load(Ordering::Relaxed).as_ref() }
    }

    #[inline]
    fn alloc_word(&self, word: usize) -> &Seen64 {
        match self.wide() {
            Some(wide) => &wide.alloc[word],
            None => &self.alloc,
        }
    }

    /// Word `word` of the freed bits.
    #[inline]
    fn freed_word(&self, word: usize) -> &AtomicU64 {
        match self.wide() {
            Some(wide) => &wide.freed[word],
            None => &self.freed,
        }
    }

    /// The freed bits of word `word`, as they were a moment ago.
    #[inline]
    pub fn freed_bits(&self, word: usize) -> u64 {
        self.freed_word(word).load(Ordering::Relaxed)
    }

    /// Sets the freed bits `mask` of word `word`; any thread may. The bits that were set already
    /// come back: blocks that were freed twice. The caller then counts the others
    /// ([`Ledger::count`]).
    #[inline]
    pub fn set_freed(&self, word: usize, mask: u64) -> u64 {
        // Release: what was done to the blocks comes before their next life.
        self.freed_word(word).fetch_or(mask, Ordering::Release) & mask
    }

    /// Whether `slot` is allocated, as far as this thread can see: exact for the owner, and for a
    /// thread that was handed the block after it was allocated.
    pub fn is_allocated(&self, slot: usize) -> bool {
        let bit = 1 << (slot % 64);
        let freed = self.freed_word(slot / 64).load(Ordering::Relaxed) & bit != 0;
        // In this order: who sees the index of after a fold sees the bits that the fold has made.
        let below = self.free_index.hear() as usize;
        !freed && (slot < below || self.alloc_word(slot / 64).get() & bit != 0)
    }

    /// Slots that are allocated by their bits, and slots whose freed bits are set. At rest.
    pub fn recount(&self) -> (usize, usize) {
        let (mut allocated, mut freed) = (0, 0);
        for word in 0..self.slots().div_ceil(64) {
            let slots = low_bits(self.slots(), word);
            let alloc = (self.alloc_word(word).get() | low_bits(self.free_index(), word)) & slots;
            allocated += alloc.count_ones() as usize;
            freed += (self.freed_word(word).load(Ordering::Relaxed) & slots).count_ones() as usize;
        }
        (allocated, freed)
    }

    /// Fills `out` with the lowest free slots, which are allocated from now on, and returns how
    /// many there were. The owner's.
    ///
    /// Upholds `alloc/span/slot-issued-once` and `alloc/span/slot-boundary-64`.
    #[inline]
    pub fn take(&self, out: &mut [Addr]) -> usize {
        let (base, size, slots) = (self.base(), self.elem_bytes(), self.slots());
        let (mut index, mut cache) = (self.free_index(), self.alloc_cache.get());
        let mut taken = 0;
        while taken < out.len() && index < slots {
            if cache == 0 {
                // Nothing left among the 64 that the cache began with.
                index = (index + 64) & !63;
                if index < slots {
                    cache = !self.alloc_word(index / 64).get();
                }
                continue;
            }
            let zeros = cache.trailing_zeros();
            index += zeros as usize;
            if index >= slots {
                break;
            }
            out[taken] = base + index * size;
            taken += 1;
            index += 1;
            // In two steps: by 64 at once is no shift. All 64 of a word gone: the next word.
            cache = cache >> zeros >> 1;
            if index.is_multiple_of(64) && index < slots {
                cache = !self.alloc_word(index / 64).get();
            }
        }
        self.free_index.publish(index.min(slots) as u32);
        self.alloc_cache.set(cache);
        self.alloc_count.add(taken as u32);
        taken
    }

    /// The lowest free slot, which is allocated from now on: what [`Span::take`] does, for one, and at
    /// once if the next one is among the same 64. The owner's.
    #[inline]
    pub fn take_one(&self) -> Option<Addr> {
        let cache = self.alloc_cache.get();
        let zeros = cache.trailing_zeros();
        let next = self.free_index.get() + zeros + 1;
        if cache == 0 || next > self.slots.get() || next.is_multiple_of(64) {
            return self.take_one_slowly();
        }
        self.alloc_cache.set(cache >> zeros >> 1);
        self.free_index.set(next);
        self.alloc_count.add(1);
        Some(self.address_of(next as usize - 1))
    }

    #[cold]
    #[inline(never)]
    fn take_one_slowly(&self) -> Option<Addr> {
        let mut slot = [Addr(0)];
        (self.take(&mut slot) == 1).then_some(slot[0])
    }

    /// Makes slots free that others have freed, and returns how many. The owner's.
    ///
    /// Upholds `alloc/span/no-lost-slot` and `alloc/span/sweep-keeps-live`.
    pub fn fold(&self) -> usize {
        let words = self.slots().div_ceil(64);
        if (0..words).all(|word| self.freed_word(word).load(Ordering::Relaxed) == 0) {
            return 0;
        }
        let below = self.free_index();
        let mut folded = 0;
        for word in 0..words {
            let cell = self.freed_word(word);
            let freed = match cell.load(Ordering::Relaxed) {
                0 => 0,
                // Acquire: the frees come before what is done with the slots now.
                _ => cell.swap(0, Ordering::Acquire),
            };
            let alloc = self.alloc_word(word);
            alloc.set((alloc.get() | low_bits(below, word)) & !freed);
            folded += freed.count_ones() as usize;
        }
        self.restart();
        self.alloc_count.add((folded as u32).wrapping_neg());
        self.need_zero.set(1);
        self.ledger.folded(folded as u16);
        folded
    }

    /// Keeps exactly the slots whose bits `live` gives, a word at a time: what a collector found.
    /// Returns how many slots died. The owner's.
    ///
    /// # Panics
    /// If a slot is live that was free: the collector followed a pointer to nothing.
    pub fn sweep(&self, live: impl Fn(usize) -> u64) -> usize {
        let below = self.free_index();
        let mut count = 0;
        for word in 0..self.slots().div_ceil(64) {
            let alloc = self.alloc_word(word);
            let (was, live) = (alloc.get() | low_bits(below, word), live(word));
            assert!(live & !was == 0, "a free slot was marked: word {word} of {:?}", self.base());
            alloc.set(live);
            count += live.count_ones();
        }
        let died = self.alloc_count.get() - count;
        self.alloc_count.set(count);
        if died > 0 {
            self.need_zero.set(1);
        }
        self.restart();
        died as usize
    }

    /// Looks for free slots from slot 0 again.
    fn restart(&self) {
        self.free_index.publish(0);
        self.alloc_cache.set(!self.alloc_word(0).get());
    }
}

/// The bits of `word` for slots below `index`.
#[inline]
fn low_bits(index: usize, word: usize) -> u64 {
    match index.saturating_sub(word * 64) {
        n @ 0..64 => (1 << n) - 1,
        _ => !0,
    }
}
