//! What the background does for a heap with a collector: memory goes back to the system after a sweep.
//!
//! A heap that nobody collects has to guess how much it will need ([`crate::scavenge::duty`]). A
//! collector knows what was in use at the end of each of its cycles, and expects as much again, so that
//! is the goal, and 10 % more; under a limit, what lies 5 % below it. How often, and for how long at a
//! time, is the caller's affair: [`crate::scavenge::pace::Pace`].
//!
//! Source: Go `runtime/mgcscavenge.go` `gcPaceScavenger`, `bgscavenge`.

use crate::os::Os;
use crate::scavenge::pace::{Goals, QUANTUM, Usage};
use crate::units::{PAGE_BYTES, Pages};

use super::{Collected, Reclaim};

impl<O: Os, R: Reclaim> Collected<O, R> {
    /// The goals for the cycle to come, made of what is in use now: at the end of a sweep. What came
    /// free until then can be given back from now on.
    pub fn scavenge_goals(&self) -> Goals {
        self.heap.pages.core().pages.next_generation();
        let limit = self.heap.pages.limit();
        let (retained, mapped) = self.retained_and_mapped();
        Goals::new(&Usage {
            limit: (limit != usize::MAX).then_some(limit as u64),
            mapped,
            retained,
            last_in_use: self.stats().heap_inuse,
            // As large as it was.
            goal: 1,
            last_goal: 1,
            physical: self.heap.pages.os.page_bytes() as u64,
        })
    }

    /// Gives one portion of memory back, unless the goals are met. Returns the bytes: less than
    /// [`QUANTUM`] if there is nothing left to do.
    pub fn scavenge_step(&self, goals: &Goals) -> usize {
        let (retained, mapped) = self.retained_and_mapped();
        if goals.are_met(retained, mapped) {
            return 0;
        }
        self.heap.pages.scavenge(Pages(QUANTUM as usize / PAGE_BYTES), false)
    }

    /// Bytes of the heap that have memory behind them, and those of the process.
    fn retained_and_mapped(&self) -> (u64, u64) {
        let (stats, core) = (self.stats(), self.heap.pages.core());
        let retained = self.heap.pages.retained_pages(&core).bytes() as u64;
        (retained, stats.sys() - self.heap.pages.released_pages(&core).bytes() as u64)
    }
}
