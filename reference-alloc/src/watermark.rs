//! How much of an arena was ever handed out: a mark that only rises.
//!
//! Memory above the mark is as the system made it, zero; memory below may hold anything. Threads
//! raise the mark for different ranges at once, in any order. It is the maximum of all their ends,
//! whoever comes first, so a thread that loses a race must not give up: its range would be above the
//! mark, and its bytes would pass for zero in their next life.
//!
//! Upholds `alloc/arena/zeroed-watermark-monotone`. Source: Go `runtime/mheap.go` `allocNeedsZero`.

use crate::sync::{AtomicUsize, Ordering, const_unless_loom};

/// The mark. All zero, nothing was handed out.
#[derive(Debug)]
pub struct Watermark(AtomicUsize);

impl Watermark {
    const_unless_loom! {
        /// Nothing was handed out.
        pub fn new() -> Watermark {
            Watermark(AtomicUsize::new(0))
        }
    }

    /// Raises the mark to at least `end`. True if some of `start..end` was handed out before.
    pub fn raise(&self, start: usize, end: usize) -> bool {
        start < self.0.fetch_max(end, Ordering::AcqRel)
    }
}

impl Default for Watermark {
    fn default() -> Watermark {
        Watermark::new()
    }
}
