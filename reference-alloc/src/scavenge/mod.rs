//! The scavenger: which free pages go back to the system, and how much of its time that may take.
//!
//! The idea: free pages keep their memory, because they are likely to be used again. What exceeds
//! a goal goes back, from the high end of the heap, which first fit uses last. Chunks that are
//! dense, or were a moment ago, are passed over.
//!
//! The data: what is free and with memory stands in the bitmaps of [`crate::pages`], and how dense a
//! chunk is beside them. Here are the choice of pages in a chunk (`candidate`), and the arithmetic
//! of goals and pauses (`pace`). Nothing here calls the system or reads a clock.
//!
//! Over time, for each run, the owner
//!
//! 1. takes the lock, calls [`PageAlloc::take_candidate`], which marks the run as taken, and gives
//!    the lock back;
//! 2. releases the memory of the run: it is nobody's now;
//! 3. takes the lock again and calls [`PageAlloc::give_back`]: the run is free, and scavenged.
//!
//! A search is *forced* when memory is short or the user asked for all of it. Then no chunk is too
//! dense, and what was freed a moment ago counts. Otherwise only what was freed before the current
//! generation does, see [`PageAlloc::next_generation`].
//!
//! Source: Go `runtime/mgcscavenge.go`.

#![forbid(unsafe_code)]

mod candidate;
pub mod pace;
pub mod duty;

pub use self::candidate::Granule;

use crate::pages::PageAlloc;
use crate::units::{PageIdx, Pages};

/// A run of pages whose memory is to be released: nobody has them until they are given back.
///
/// Dropping it loses the pages.
#[derive(PartialEq, Eq, Debug)]
#[must_use = "the pages are lost until they are given back"]
pub struct Run {
    base: PageIdx,
    pages: Pages,
}

impl Run {
    /// The first page. Upholds `alloc/scavenge/scavenge-phys-granule`, as does the length: both are
    /// multiples of a physical page.
    pub fn base(&self) -> PageIdx {
        self.base
    }

    /// How many pages.
    pub fn pages(&self) -> Pages {
        self.pages
    }
}

impl PageAlloc {
    /// Takes the highest free pages with memory, for the owner to release: about `max` pages, more
    /// where less would split a physical page or a free huge page. `None` if there is nothing left.
    ///
    /// Unless `force`, chunks are passed over that are dense or were so in the last generation, and
    /// what was freed in this one.
    ///
    /// Upholds `alloc/scavenge/scavenge-highest-first`, `alloc/scavenge/scavenge-only-free`,
    /// `alloc/scavenge/force-release-complete` and `alloc/scavenge/hugepage-not-split`. Source: Go
    /// `pageAlloc.scavengeOne`, first half.
    pub fn take_candidate(&mut self, max: Pages, force: bool, granule: Granule) -> Option<Run> {
        let choose = |taken: &_, scavenged: &_| granule.candidate(taken, scavenged, max);
        let (base, pages) = self.hold(force, granule.physical(), choose)?;
        Some(Run { base, pages })
    }

    /// Gives back a run whose memory was released.
    ///
    /// Upholds `alloc/scavenge/scavenge-accounting`. Source: Go `pageAlloc.scavengeOne`, second
    /// half.
    #[expect(clippy::needless_pass_by_value, reason = "a run is given back once")]
    pub fn give_back(&mut self, run: Run) {
        self.unhold(run.base, run.pages, true);
    }

    /// Gives back a run that the system refused to release: it is free, with its memory. A caller
    /// that goes on at once is handed the same run again.
    #[expect(clippy::needless_pass_by_value, reason = "a run is given back once")]
    pub fn give_back_unreleased(&mut self, run: Run) {
        self.unhold(run.base, run.pages, false);
    }
}
