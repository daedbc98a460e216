//! A span: a run of pages, cut into slots of one class, or one large object, or a stack.
//!
//! Here is what a span is, from its making to its end; `slots.rs` is what happens to its slots
//! meanwhile, and `bits.rs` where that is noted.
//!
//! The struct outlives the span: it is never unmapped, and what is written by one thread and looked
//! at by others is in cells that allow it. So a thread with an address that was never a block's, or
//! with an old entry of a list, reads something useless but never something undefined.
//!
//! Source: Go `runtime/mheap.go` `mspan`.

mod bits;
mod slots;

pub use self::bits::{MAX_SLOTS, NARROW_SLOTS, Wide};

use self::bits::Bits;
use crate::ledger::Ledger;
use crate::size_class::{self, Class, SpanClass};
use crate::sync::{
    AtomicPtr, AtomicU32, AtomicU64, Ordering, Seen32, Seen64, SeenSize, const_unless_loom,
};
use crate::units::{Addr, Pages};
use std::ptr;

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

/// Most pages of a span: its struct counts them in 32 bits. More are 32 TiB, which no program has.
pub const MAX_PAGES: Pages = Pages(u32::MAX as usize);

/// A span. See the head of this file; [`crate::ledger`] says who may do what.
///
/// Two lines of cache: there is one for each 8 KiB of a busy heap, and all of them stay.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Span {
    // The first line of cache is what a free needs.
    /// Who has the span, and how many frees are not folded.
    pub ledger: Ledger,
    /// Which slots are allocated, and which were freed since.
    bits: Bits,
    /// Its first byte.
    base: SeenSize,
    /// The cache that last took blocks from it, and whether it keeps it: [`crate::kept`]. 0: none.
    home: SeenSize,
    /// Class and scan-ness.
    class: Seen32,
    /// Slots.
    slots: Seen32,
    /// Length in pages.
    pages: Seen32,
    /// Allocated slots; what was freed and not folded still counts. The owner's.
    alloc_count: Seen32,

    // The second line belongs to the owner.
    /// Inverted bits of the allocated slots from `free_index` on; those past the last slot mean
    /// nothing.
    alloc_cache: Seen64,
    /// Bytes of a slot; of a large object, what its pages hold.
    elem_bytes: SeenSize,
    /// For the stack that it is on, or the list of structs that wait.
    pub link: AtomicU64,
    /// A word of the owner's, 0 at first. Of a span of stacks, under the lock of its pool: the first
    /// free stack, 0 if there is none. Of a large object with pointers: its type.
    pub(crate) word: SeenSize,
    /// Its neighbours in a [`crate::span_list::SpanList`].
    pub(crate) neighbours: [AtomicPtr<Span>; 2],
    /// All slots below are allocated. Published, and heard by [`Span::is_allocated`]: a fold writes
    /// the bits of the slots below it first.
    free_index: Seen32,
    /// Whether a free slot may hold something but zero. Upholds `alloc/span/needzero-sound`.
    need_zero: Seen32,
    /// See [`SpanState`]. Written last when a span is made: what publishes it.
    state: AtomicU32,
    /// Against the heap's, this says whether the span must be swept: [`crate::sweepgen`].
    pub sweepgen: AtomicU32,
}

#[cfg(not(loom))]
const _: () = assert!(size_of::<Span>() == 128, "two lines of cache");

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

impl Span {
    const_unless_loom! {
        /// A struct that is no span yet; with `wide` bits, or with room for [`NARROW_SLOTS`] only.
        pub fn new(wide: Option<&'static Wide>) -> Span {
            Span {
                ledger: Ledger::unused(),
                bits: Bits::new(wide),
                base: SeenSize::new(0),
                home: SeenSize::new(0),
                class: Seen32::new(0),
                slots: Seen32::new(0),
                pages: Seen32::new(0),
                alloc_count: Seen32::new(0),
                alloc_cache: Seen64::new(0),
                elem_bytes: SeenSize::new(0),
                link: AtomicU64::new(0),
                word: SeenSize::new(0),
                neighbours: [AtomicPtr::new(ptr::null_mut()), AtomicPtr::new(ptr::null_mut())],
                free_index: Seen32::new(0),
                need_zero: Seen32::new(0),
                state: AtomicU32::new(SpanState::Dead as u32),
                sweepgen: AtomicU32::new(0),
            }
        }
    }

    /// Starts a life of the struct: everything but `sweepgen` and the room for bits is set
    /// anew. Upholds
    /// `alloc/span/mspan-reuse-clean`.
    ///
    /// # Panics
    /// If there are more slots than the struct has bits for.
    pub fn make(&self, made: Made) {
        assert!(self.bits.suffice(made.slots), "bits for all slots");
        self.base.set(made.base.0);
        self.pages.set(made.pages.0 as u32);
        self.class.set(u32::from(made.class.0));
        self.elem_bytes.set(made.elem_bytes);
        self.slots.set(made.slots as u32);
        self.need_zero.set(u32::from(made.need_zero));
        self.free_index.set(0);
        self.alloc_count.set(0);
        self.home.set(0);
        self.word.set(0);
        for neighbour in &self.neighbours {
            neighbour.store(ptr::null_mut(), Ordering::Relaxed);
        }
        self.bits.clear(made.slots);
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

    /// Whether `address` lies in its pages: never if it is dead.
    #[inline]
    pub fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.base.get()) < self.pages().bytes()
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

    /// The cache that last took blocks from it, as [`crate::kept`] writes it.
    #[inline]
    pub fn home(&self) -> usize {
        self.home.get()
    }

    /// Sets [`Span::home`]. The owner's.
    #[inline]
    pub fn set_home(&self, home: usize) {
        self.home.set(home);
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
        self.bits.is_wide()
    }

    /// The slot that `address` lies in, if that is in the pages of the span, whose class is `class`.
    #[inline]
    pub fn slot_of(&self, class: Class, address: Addr) -> Option<usize> {
        let offset = address.0.wrapping_sub(self.base.get());
        (offset < self.pages().bytes()).then(|| class.slot_of(offset))
    }

    /// The slot that `address`, at or above the base, lies in; it may be past the last slot.
    #[inline]
    pub fn slot_at(&self, address: Addr) -> usize {
        self.class().class().slot_of(address.0.wrapping_sub(self.base.get()))
    }

    /// The slot that starts at `address`, if one does.
    #[inline]
    pub fn slot_starting_at(&self, address: Addr) -> Option<usize> {
        let offset = address.0.wrapping_sub(self.base.get());
        let class = self.class().class();
        if class == Class::LARGE {
            return (offset == 0).then_some(0);
        }
        let slot = class.slot_of(offset);
        (offset < self.pages().bytes()
            && size_class::divides(offset, class.magic())
            && slot < self.slots())
        .then_some(slot)
    }

    /// The first byte of `slot`.
    #[inline]
    pub fn address_of(&self, slot: usize) -> Addr {
        self.base() + slot * self.elem_bytes()
    }
}
