//! Wrong scavengers.

use crate::mutant::go::pages;
use crate::mutant::go::pages::{Chunk, Pages};
use crate::mutant::go::parts::{Parts, Right};
use crate::mutant::go::state::State;
use crate::target::inside::{CHUNK, PAGE};

mutants! { heap:
    MarksOnly(go_heap) "alloc/marks-without-releasing"
        breaks "alloc/scavenge/scavenged-reads-zero"
        also []
        "Marks memory as given back that the system has not taken, as after MADV_FREE.";
    LeavesScavengedBits(go_heap) "alloc/leaves-scavenged-bits-of-window"
        breaks "alloc/scavenge/scavenged-bit-cleared"
        also ["alloc/scavenge/scavenge-accounting"]
        "Leaves pages marked as given back when a page cache takes them.";
    AssumesSmallPages(go_heap) "alloc/assumes-small-pages"
        breaks "alloc/scavenge/scavenge-phys-granule"
        also ["alloc/scavenge/scavenge-highest-first"]
        "Takes the pages of the system for smaller than they are.";
    SubtractsWholeSpan(go_heap) "alloc/subtracts-whole-span"
        breaks "alloc/scavenge/scavenge-accounting"
        also []
        "Counts a whole run as used again where a part of it had been given back.";
    ScavengesLowest(go_heap) "alloc/scavenges-lowest-first"
        breaks "alloc/scavenge/scavenge-highest-first"
        also ["alloc/scavenge/hugepage-not-split"]
        "Looks for memory to give back from the bottom.";
    IgnoresGoal(go_heap) "alloc/ignores-goal"
        breaks "alloc/scavenge/scavenge-stops-at-goal"
        also []
        "Goes on in the background until nothing is left to give back.";
    PassesDense(go_heap) "alloc/passes-dense-chunks-over"
        breaks "alloc/scavenge/force-release-complete"
        also []
        "Passes chunks over that are nearly all in use, also when all is to be given back.";
    ForgetsRegained(go_heap) "alloc/forgets-regained-chunks"
        breaks "alloc/scavenge/scavenge-index-not-lossy"
        also ["alloc/scavenge/force-release-complete"]
        "Does not take a chunk that has been given back for a candidate again.";
    SplitsHuge(go_heap) "alloc/splits-huge-pages"
        breaks "alloc/scavenge/hugepage-not-split"
        also []
        "Gives back no more than it is asked for, also of a free huge page.";
}

impl Parts for MarksOnly {
    fn release(_at: usize, _len: usize) {}
}

impl Parts for LeavesScavengedBits {
    fn take_window(chunk: &mut Chunk, word: usize, free: u64) {
        let scavenged = chunk.scavenged[word];
        Right::take_window(chunk, word, free);
        chunk.scavenged[word] = scavenged;
    }
}

impl Parts for AssumesSmallPages {
    fn granule() -> usize {
        8192
    }
}

impl Parts for SubtractsWholeSpan {
    fn count_reused(state: &mut State, scavenged: usize, pages: usize) {
        let some = if scavenged > 0 { pages } else { 0 };
        state.counts.released = state.counts.released.saturating_sub(some * PAGE);
    }
}

impl Parts for ScavengesLowest {
    fn scavenge_next(pages: &mut Pages, n: usize) -> Option<(usize, usize)> {
        let index = pages
            .chunks
            .iter()
            .find(|(_, chunk)| (0..8).any(|i| chunk.alloc[i] | chunk.scavenged[i] != u64::MAX));
        let base = *index?.0 * CHUNK;
        let free = |at: &usize| {
            let chunk = &pages.chunks[&(at / CHUNK)];
            let i = at % CHUNK / PAGE;
            (i..i + 2).all(|i| !pages::get(&chunk.alloc, i) && !pages::get(&chunk.scavenged, i))
        };
        let low = (base..base + CHUNK).step_by(2 * PAGE).find(free);
        low.map(|at| (at, at + 2 * PAGE)).or_else(|| Right::scavenge_next(pages, n))
    }
}

impl Parts for IgnoresGoal {
    fn is_at_goal(_state: &State) -> bool {
        false
    }
}

impl Parts for PassesDense {
    fn is_passed_over(chunk: &Chunk) -> bool {
        chunk.alloc.iter().map(|word| word.count_ones()).sum::<u32>() >= 496
    }
}

impl Parts for ForgetsRegained {
    fn regained(chunk: &mut Chunk) {
        chunk.candidate |= chunk.scavenged == [0; 8];
    }
}

impl Parts for SplitsHuge {
    fn widened(_pages: &Pages, start: usize, _end: usize) -> usize {
        start
    }
}
