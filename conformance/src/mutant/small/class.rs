//! Size classes: which slot size serves a request.
//!
//! Slot sizes are multiples of 16 bytes, so that every slot has the alignment that C17 asks of
//! every block. Up to 128 bytes there is one class per 16 bytes; above, four per doubling
//! (160, 192, 224, 256, 320, ...), so that a slot wastes at most a fifth.

use std::sync::atomic::{AtomicU8, Ordering};

/// Bytes of the unit of slot sizes, and the least alignment of a block.
pub(crate) const GRAIN: usize = 16;

/// Largest request, in bytes, that is served from a slot.
pub(crate) const MAX_SMALL: usize = 16 << 10;

/// Number of classes.
pub(crate) const COUNT: usize = 36;

/// Classes at the start that are one grain apart.
const FINE: usize = 8;

/// Bytes of a slot of `class`, which is below [`COUNT`].
pub(crate) const fn slot_size(class: usize) -> usize {
    if class < FINE {
        return (class + 1) * GRAIN;
    }
    let doubling = (FINE * GRAIN) << ((class - FINE) / 4);
    doubling + doubling / 4 * ((class - FINE) % 4 + 1)
}

/// From sizes to classes, one byte per grain. All zero bytes are a table that knows class 0 only:
/// it is filled when the heap boots.
pub(crate) struct Table([AtomicU8; MAX_SMALL / GRAIN + 1]);

impl Table {
    /// Enters the least sufficient class of every size.
    pub(crate) fn fill(&self) {
        let mut class = 0;
        for (grains, entry) in self.0.iter().enumerate() {
            if grains * GRAIN > slot_size(class) {
                class += 1;
            }
            entry.store(class as u8, Ordering::Relaxed);
        }
    }

    /// The class that serves `size` bytes, at most [`MAX_SMALL`].
    pub(crate) fn class_of(&self, size: usize) -> usize {
        usize::from(self.0[size.div_ceil(GRAIN)].load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let table = Table([const { AtomicU8::new(0) }; MAX_SMALL / GRAIN + 1]);
        table.fill();
        table
    }

    #[test]
    fn slot_sizes_increase_from_one_grain_to_the_largest_small_request() {
        assert_eq!((slot_size(0), slot_size(COUNT - 1)), (GRAIN, MAX_SMALL));
        for class in 1..COUNT {
            assert!(slot_size(class) > slot_size(class - 1), "class {class}");
            assert_eq!(slot_size(class) % GRAIN, 0, "class {class}");
        }
    }

    #[test]
    fn every_size_is_served_by_the_least_class_that_holds_it() {
        let table = table();
        for size in 1..=MAX_SMALL {
            let class = table.class_of(size);
            assert!(slot_size(class) >= size, "{size} bytes");
            assert!(class == 0 || slot_size(class - 1) < size, "{size} bytes");
        }
    }

    #[test]
    fn no_slot_above_the_fine_classes_wastes_more_than_a_fifth() {
        let table = table();
        for size in FINE * GRAIN + 1..=MAX_SMALL {
            let slot = slot_size(table.class_of(size));
            assert!((slot - size) * 5 <= slot, "{size} bytes in a slot of {slot}");
        }
    }
}
