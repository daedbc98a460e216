//! How densely chunks are used: which of them the scavenger may look at.
//!
//! The idea: the heap is filled from low addresses up, so that a chunk that is nearly full tends to
//! be filled again soon after some of it is freed. Its pages are worth keeping for a while. A
//! chunk that was dense in this generation or the last is passed over, unless memory is needed.
//!
//! The data: a word for each chunk, and for the heap two bounds below which the search for a
//! candidate begins. A generation is a collection in Go; here it is whatever the owner makes it.
//!
//! Over time: freeing marks a chunk as one to look at. A look that finds nothing takes the mark
//! away. The bound for forced searches rises with each free at once. That for the background rises
//! when a generation begins, to where a forced search would begin then. A search lowers the bound that it
//! used past the chunks that have nothing for it.
//!
//! In Go the bounds are pages, and a search that starts in the middle of a chunk and finds nothing
//! below may take the mark off a chunk that has free pages above. Here the bounds are chunks and a
//! chunk is always searched as a whole: `alloc/scavenge/scavenge-index-not-lossy`.
//!
//! Source: Go `runtime/mgcscavenge.go` (`scavengeIndex`, `scavChunkData`).

use crate::units::CHUNK_PAGES;

/// Pages in use from which on a chunk is dense: 96.875 %. Source: Go `scavChunkHiOccPages`.
pub const DENSE_PAGES: usize = CHUNK_PAGES / 32 * 31;

/// What the scavenger knows about a chunk.
///
/// Law: zero is right for a chunk that was just grown: nothing in use, and all of it scavenged.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ChunkUse {
    /// Pages taken, 0 to 512. Pages that are just being released do not count.
    pub in_use: u16,
    /// Pages that were taken when generation `generation` began for this chunk: when it first
    /// changed in it.
    pub last_in_use: u16,
    /// Whether there may be pages to release. Errs towards yes.
    pub has_free: bool,
    /// The generation in which `in_use` changed last.
    pub generation: u32,
}

impl ChunkUse {
    const HAS_FREE: u64 = 1 << 31;

    /// From the word that [`ChunkUse::word`] made.
    #[inline]
    pub(crate) fn from_word(word: u64) -> ChunkUse {
        ChunkUse {
            in_use: word as u16,
            last_in_use: (word & !ChunkUse::HAS_FREE).wrapping_shr(16) as u16,
            has_free: word & ChunkUse::HAS_FREE != 0,
            generation: (word >> 32) as u32,
        }
    }

    /// All of it in a word.
    #[inline]
    pub(crate) fn word(self) -> u64 {
        u64::from(self.in_use)
            | u64::from(self.last_in_use) << 16
            | if self.has_free { ChunkUse::HAS_FREE } else { 0 }
            | u64::from(self.generation) << 32
    }

    #[inline]
    fn enter(&mut self, generation: u32) {
        if self.generation != generation {
            self.last_in_use = self.in_use;
            self.generation = generation;
        }
    }

    /// `n` pages of the chunk were taken. Source: Go `scavChunkData.alloc`.
    #[inline]
    pub(crate) fn take(&mut self, n: usize, generation: u32) {
        self.enter(generation);
        self.in_use += n as u16;
        debug_assert!(self.in_use as usize <= CHUNK_PAGES, "more pages in use than there are");
        if self.in_use as usize == CHUNK_PAGES {
            self.has_free = false;
        }
    }

    /// `n` pages of the chunk were freed. Upholds `alloc/scavenge/scavenge-index-not-lossy`.
    /// Source: Go `scavChunkData.free`.
    #[inline]
    pub(crate) fn free(&mut self, n: usize, generation: u32) {
        debug_assert!(n <= self.in_use as usize, "more pages freed than were in use");
        self.enter(generation);
        self.in_use = self.in_use.saturating_sub(n as u16);
        self.has_free = true;
    }

    /// Whether a search in `generation` looks at the chunk. Source: Go
    /// `scavChunkData.shouldScavenge`.
    #[inline]
    pub fn is_candidate(self, generation: u32, force: bool) -> bool {
        if !self.has_free || force {
            return self.has_free;
        }
        let dense = |pages: u16| usize::from(pages) >= DENSE_PAGES;
        // A chunk that did not change in this generation had `in_use` pages in the last, too.
        let before = if self.generation == generation { self.last_in_use } else { self.in_use };
        !dense(self.in_use) && !dense(before)
    }
}

/// Where the searches of the scavenger begin. The bounds are one past a chunk number; 0 is nothing
/// to search.
#[derive(Debug)]
pub(crate) struct Bounds {
    /// Counts up; wraps after 2^32, when a chunk that slept all the while may be misjudged once.
    pub(crate) generation: u32,
    /// Law: no chunk from here on has a free page with memory, except those that a forced search
    /// saw and found nothing to release in.
    pub(crate) forced: usize,
    /// The same for what was freed before this generation, with dense chunks excepted too.
    pub(crate) background: usize,
}

impl Bounds {
    pub(crate) const fn new() -> Bounds {
        Bounds { generation: 0, forced: 0, background: 0 }
    }

    /// Pages of `chunk` were freed.
    #[inline]
    pub(crate) fn free(&mut self, chunk: usize) {
        self.forced = self.forced.max(chunk + 1);
    }

    /// Begins a generation. Source: Go `scavengeIndex.nextGen`.
    pub(crate) fn next_generation(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        self.background = self.forced;
    }

    /// The bound of the background's searches, or of the forced ones.
    pub(crate) fn bound(&mut self, force: bool) -> &mut usize {
        if force { &mut self.forced } else { &mut self.background }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_holds_all_of_it() {
        for has_free in [false, true] {
            let full = ChunkUse { in_use: 512, last_in_use: 511, has_free, generation: u32::MAX };
            assert_eq!(ChunkUse::from_word(full.word()), full);
        }
        assert_eq!(ChunkUse::from_word(0), ChunkUse::default());
    }

    #[test]
    fn a_dense_chunk_is_kept_for_this_generation_and_the_next() {
        let mut chunk = ChunkUse::default();
        chunk.take(DENSE_PAGES, 0);
        chunk.free(1, 1);
        assert!(!chunk.is_candidate(1, false), "dense when generation 1 began");
        assert!(chunk.is_candidate(1, true));
        assert!(chunk.is_candidate(2, false));
        chunk.take(1, 2);
        assert!(!chunk.is_candidate(2, false), "dense now");
        chunk.free(1, 2);
        assert!(chunk.is_candidate(2, false), "495 pages when generation 2 began, 495 now");
    }
}
