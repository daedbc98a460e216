//! The mark of an arena.

use conformance_schedule::watermark;
use reference_alloc::watermark::Watermark;

/// [`Watermark`] of one arena.
pub(super) struct Arena(Watermark);

impl watermark::Watermark for Arena {
    fn new() -> Arena {
        Arena(Watermark::new())
    }

    fn raise(&self, start: usize, end: usize) -> bool {
        self.0.raise(start, end)
    }
}
