//! The bits of a span's slots, a word for each 64 of them: allocated ones, and freed ones.
//!
//! A span of few slots has its words in its struct, where a free finds them on the same line of cache
//! as the ledger. A long one has them beside it.

use crate::sync::{AtomicPtr, AtomicU64, Ordering, Seen64, const_unless_loom};
use std::ptr;

/// Slots of a span whose bits are in the struct itself; a longer span has them [`Wide`].
pub const NARROW_SLOTS: usize = 64;
/// Most slots of a span: 8 KiB of 8 bytes.
pub const MAX_SLOTS: usize = 1024;
/// Words of bits for [`MAX_SLOTS`].
const WORDS: usize = MAX_SLOTS / 64;

/// The bits of a span with more than [`NARROW_SLOTS`] slots.
#[derive(Debug)]
pub struct Wide {
    alloc: [Seen64; WORDS],
    freed: [AtomicU64; WORDS],
}

/// The bits, wherever they are.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Bits {
    /// Of the slots that were freed and not folded, if the span is narrow.
    freed: AtomicU64,
    /// Where they are if it is not; null in a narrow struct, and never changed.
    wide: AtomicPtr<Wide>,
    /// Of the allocated slots, if it is narrow.
    alloc: Seen64,
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

impl Bits {
    const_unless_loom! {
        /// Zeros; with `wide` bits, or with room for [`NARROW_SLOTS`] only.
        pub(super) fn new(wide: Option<&'static Wide>) -> Bits {
            let wide = match wide {
                Some(wide) => ptr::from_ref(wide).cast_mut(),
                None => ptr::null_mut(),
            };
            Bits { freed: AtomicU64::new(0), wide: AtomicPtr::new(wide), alloc: Seen64::new(0) }
        }
    }

    /// Whether there are bits for so many slots.
    pub(super) fn suffice(&self, slots: usize) -> bool {
        slots <= if self.is_wide() { MAX_SLOTS } else { NARROW_SLOTS }
    }

    /// Whether there are bits for more than [`NARROW_SLOTS`].
    #[inline]
    pub(super) fn is_wide(&self) -> bool {
        !self.wide.load(Ordering::Relaxed).is_null()
    }

    /// The bits of a long span.
    #[inline]
    fn wide(&self) -> Option<&Wide> {
        // SAFETY: set when the struct was made, from a reference that lives for ever, and never
        // changed.
        unsafe { self.wide.load(Ordering::Relaxed).as_ref() }
    }

    /// Bits of the allocated slots from `word * 64` on. The owner writes them.
    #[inline]
    pub(super) fn alloc(&self, word: usize) -> &Seen64 {
        match self.wide() {
            Some(wide) => &wide.alloc[word],
            None => &self.alloc,
        }
    }

    /// Bits of the slots from `word * 64` on that were freed and not folded. Anybody sets them.
    #[inline]
    pub(super) fn freed(&self, word: usize) -> &AtomicU64 {
        match self.wide() {
            Some(wide) => &wide.freed[word],
            None => &self.freed,
        }
    }

    /// Every one of `slots` is free. Only the owner knows of the span.
    pub(super) fn clear(&self, slots: usize) {
        for word in 0..words(slots) {
            self.alloc(word).set(0);
            self.freed(word).store(0, Ordering::Relaxed);
        }
    }
}

/// Words of bits for so many slots.
#[inline]
pub(super) fn words(slots: usize) -> usize {
    slots.div_ceil(64)
}

/// The bits of `word` for slots below `index`.
#[inline]
pub(super) fn low_bits(index: usize, word: usize) -> u64 {
    match index.saturating_sub(word * 64) {
        n @ 0..64 => (1 << n) - 1,
        _ => !0,
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn low_bits_end_at_the_index_in_whatever_word_it_lies() {
        assert_eq!(low_bits(0, 0), 0);
        assert_eq!(low_bits(3, 0), 0b111);
        assert_eq!([low_bits(64, 0), low_bits(64, 1)], [!0, 0]);
        assert_eq!([low_bits(65, 0), low_bits(65, 1), low_bits(65, 2)], [!0, 1, 0]);
    }

    #[test]
    fn a_narrow_struct_has_bits_for_64_slots_and_a_wide_one_for_1024() {
        static WIDE: Wide = Wide::new();
        let (narrow, wide) = (Bits::new(None), Bits::new(Some(&WIDE)));
        assert_eq!([64, 65].map(|slots| narrow.suffice(slots)), [true, false]);
        assert_eq!([65, 1024, 1025].map(|slots| wide.suffice(slots)), [true, true, false]);
        wide.alloc(15).set(1);
        wide.freed(0).store(2, Ordering::Relaxed);
        assert_eq!((wide.alloc(0).get(), wide.freed(15).load(Ordering::Relaxed)), (0, 0));
        wide.clear(1024);
        assert_eq!((wide.alloc(15).get(), wide.freed(0).load(Ordering::Relaxed)), (0, 0));
    }
}
