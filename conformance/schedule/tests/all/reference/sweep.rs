//! The number that says whether a span must be swept.

use conformance_schedule::sweep::SweepMark;
use reference_alloc::sweepgen::{self, Sweep};
use reference_alloc::sync::{AtomicU32, Ordering};

/// The heap's number in the cycle that is played.
pub(super) const CYCLE: u32 = 4;

/// A span's number, as [`sweepgen`] moves it.
pub(super) struct Mark(AtomicU32);

impl SweepMark for Mark {
    fn new(is_cached: bool) -> Mark {
        let mark = AtomicU32::new(CYCLE - 2);
        if is_cached {
            sweepgen::cached(&mark, CYCLE - 2);
        }
        Mark(mark)
    }

    fn acquire(&self) -> bool {
        sweepgen::acquire(&self.0, CYCLE)
    }

    fn done(&self) {
        sweepgen::done(&self.0, CYCLE);
    }

    fn uncached(&self) -> bool {
        sweepgen::uncached(&self.0, CYCLE)
    }

    fn is_swept(&self) -> bool {
        Sweep::of(self.0.load(Ordering::Acquire), CYCLE) == Some(Sweep::Done)
    }
}
