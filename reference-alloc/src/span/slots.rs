//! The slots of a span: taken by its owner, freed by anybody, folded or swept to be taken again.
//!
//! What a slot is, is said by three things of the owner's and one of everybody's:
//!
//! - slot `i` is *allocated* if `i < free_index` or its *alloc* bit is set;
//! - `alloc_cache` holds the inverted alloc bits from `free_index` on, 64 of them, so that the next
//!   free slot is a count of trailing zeros away;
//! - its *freed* bit is set if somebody has freed it and the owner has not folded that yet.
//!
//! *Folding* takes the freed bits into the alloc bits and starts again from slot 0: it does for a heap
//! whose blocks are freed what sweeping does for one whose garbage is collected. Between two folds
//! (or sweeps) no slot below `free_index` is handed out again.
//!
//! Source: Go `runtime/mbitmap.go` `nextFreeFast`, `runtime/malloc.go` `nextFree`.

use crate::sync::Ordering;
use crate::units::Addr;

use super::Span;
use super::bits::{low_bits, words};

impl Span {
    /// The freed bits of word `word`, as they were a moment ago.
    #[inline]
    pub fn freed_bits(&self, word: usize) -> u64 {
        self.bits.freed(word).load(Ordering::Relaxed)
    }

    /// Sets the freed bits `mask` of word `word`; any thread may. The bits that were set already
    /// come back: blocks that were freed twice. The caller then counts the others
    /// ([`crate::ledger::Ledger::count`]).
    #[inline]
    pub fn set_freed(&self, word: usize, mask: u64) -> u64 {
        // Release: what was done to the blocks comes before their next life.
        self.bits.freed(word).fetch_or(mask, Ordering::Release) & mask
    }

    /// Whether `slot` is allocated, as far as this thread can see: exact for the owner, and for a
    /// thread that was handed the block after it was allocated.
    pub fn is_allocated(&self, slot: usize) -> bool {
        let bit = 1 << (slot % 64);
        let freed = self.bits.freed(slot / 64).load(Ordering::Relaxed) & bit != 0;
        // In this order: who sees the index of after a fold sees the bits that the fold has made.
        let below = self.free_index.hear() as usize;
        !freed && (slot < below || self.bits.alloc(slot / 64).get() & bit != 0)
    }

    /// Slots that are allocated by their bits, and slots whose freed bits are set. At rest.
    pub fn recount(&self) -> (usize, usize) {
        let (mut allocated, mut freed) = (0, 0);
        for word in 0..words(self.slots()) {
            let slots = low_bits(self.slots(), word);
            let alloc = (self.bits.alloc(word).get() | low_bits(self.free_index(), word)) & slots;
            allocated += alloc.count_ones() as usize;
            freed += (self.bits.freed(word).load(Ordering::Relaxed) & slots).count_ones() as usize;
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
                    cache = !self.bits.alloc(index / 64).get();
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
                cache = !self.bits.alloc(index / 64).get();
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
        let words = words(self.slots());
        if (0..words).all(|word| self.bits.freed(word).load(Ordering::Relaxed) == 0) {
            return 0;
        }
        let below = self.free_index();
        let mut folded = 0;
        for word in 0..words {
            let cell = self.bits.freed(word);
            let freed = match cell.load(Ordering::Relaxed) {
                0 => 0,
                // Acquire: the frees come before what is done with the slots now.
                _ => cell.swap(0, Ordering::Acquire),
            };
            let alloc = self.bits.alloc(word);
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
        for word in 0..words(self.slots()) {
            let alloc = self.bits.alloc(word);
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
        self.alloc_cache.set(!self.bits.alloc(0).get());
    }
}
