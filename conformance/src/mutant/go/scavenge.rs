//! Giving free pages back: the highest first, whole pages of the system, whole huge pages.

use super::pages::{Pages, get, put};
use super::parts::Parts;
use super::state::State;
use crate::target::inside::{CHUNK, PAGE};

/// Bytes given back at a time: this allocator lives on a system with large pages, so that whoever
/// forgets about them can be seen.
pub(crate) const GRANULE: usize = 16 << 10;
/// Bytes of a huge page.
pub(crate) const HUGE: usize = 2 << 20;
/// Bytes that the background scavenger gives back at a time.
const QUANTUM: usize = 64 << 10;

fn bits(pages: &Pages, at: usize) -> (bool, bool) {
    let i = at % CHUNK / PAGE;
    pages
        .chunks
        .get(&(at / CHUNK))
        .map_or((true, true), |c| (get(&c.alloc, i), get(&c.scavenged, i)))
}

fn all(pages: &Pages, start: usize, end: usize, want: (bool, bool)) -> bool {
    (start..end).step_by(PAGE).all(|at| bits(pages, at) == want)
}

/// The highest free range that was not given back, of at most `n` pages but for widening.
pub(crate) fn highest<P: Parts>(pages: &mut Pages, n: usize) -> Option<(usize, usize)> {
    let grain = P::granule().max(PAGE);
    let indexes: Vec<usize> = pages.chunks.keys().rev().copied().collect();
    for index in indexes {
        let chunk = &pages.chunks[&index];
        if !chunk.candidate || P::is_passed_over(chunk) {
            continue;
        }
        let base = index * CHUNK;
        let free = |at: usize| all(pages, at, at + grain, (false, false));
        let grains = (0..CHUNK / grain).rev().map(|i| base + i * grain);
        if let Some(top) = grains.clone().find(|&at| free(at)) {
            let least = (top + grain).saturating_sub(n.max(1) * PAGE).max(base);
            let mut start = top;
            while start > least && start >= base + grain && free(start - grain) {
                start -= grain;
            }
            return Some((P::widened(pages, start, top + grain), top + grain));
        }
        if let Some(chunk) = pages.chunks.get_mut(&index) {
            chunk.candidate = false;
        }
    }
    None
}

/// The start of the range, moved down where it would split a free huge page.
pub(crate) fn widened(pages: &Pages, start: usize, end: usize) -> usize {
    let huge = start / HUGE * HUGE;
    let _ = end; // A free huge page around the start lies below the end, which is the highest.
    if all(pages, huge, huge + HUGE, (false, false)) { huge } else { start }
}

/// Whether what is retained is within a tenth above what is in use, and within the memory limit.
pub(crate) fn is_at_goal(state: &State) -> bool {
    let counts = &state.counts;
    let retained = counts.heap_mapped - counts.released;
    let goal = (counts.heap_inuse + counts.heap_inuse / 10).next_multiple_of(GRANULE);
    let within = state.limit == 0 || (retained as u64) <= state.limit / 20 * 19;
    retained <= goal && within
}

impl State {
    /// Gives at least `bytes` back, as far as there is anything; says what.
    pub(crate) fn scavenge<P: Parts>(&mut self, bytes: usize) -> Vec<(usize, usize)> {
        let (mut ranges, mut done) = (Vec::new(), 0);
        while done < bytes {
            let left = (bytes - done).div_ceil(PAGE).min(CHUNK / PAGE);
            let Some((start, end)) = P::scavenge_next(&mut self.pages, left) else { break };
            P::release(start, end - start);
            for at in (start..end).step_by(PAGE) {
                if let Some(chunk) = self.pages.chunks.get_mut(&(at / CHUNK)) {
                    put(&mut chunk.scavenged, at % CHUNK / PAGE, true);
                    put(&mut chunk.dirty, at % CHUNK / PAGE, false);
                }
            }
            self.counts.released += end - start;
            ranges.push((start, end - start));
            done += end - start;
        }
        ranges
    }

    /// Works towards the goal.
    pub(crate) fn scavenge_paced<P: Parts>(&mut self) -> Vec<(usize, usize)> {
        let mut ranges = Vec::new();
        while !P::is_at_goal(self) {
            let some = self.scavenge::<P>(QUANTUM);
            if some.is_empty() {
                break;
            }
            ranges.extend(some);
        }
        ranges
    }
}
