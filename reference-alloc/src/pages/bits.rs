//! One chunk of 512 pages: which are taken, which have no memory behind them.
//!
//! Two bitmaps. In the first a one is a page that is taken. In the second a one is a free page that
//! was given back to the system (or never used): it reads as zeros and costs nothing until it is
//! touched. No page has both ones: `alloc/scavenge/scavenged-bit-cleared`.
//!
//! Every change is handed the chunk's summary and hands back the new one, which rarely takes a look
//! at the whole chunk. Freeing joins the run with its neighbours, and no other run changes. Taking
//! splits one run in two; only if that was the longest must the next longest be looked for.
//!
//! Source: Go `runtime/mpallocbits.go` (`pallocData`), which summarizes anew each time.

use crate::bitmap::{
    WORD, any, clear_range, count, count_range, longest_zeros, set_range, zeros_before, zeros_from,
};
use crate::pages::summary::Summary;
use crate::units::CHUNK_PAGES;

/// Words of a bitmap with one bit for each page of a chunk.
pub const CHUNK_WORDS: usize = CHUNK_PAGES / WORD;
/// One bit for each page of a chunk.
pub type Bits = [u64; CHUNK_WORDS];

/// A chunk that is wholly free.
pub const FREE_CHUNK: Summary = Summary::free(CHUNK_PAGES);

/// The bitmaps of a chunk, to be changed.
#[derive(Debug)]
pub struct Chunk<'a> {
    /// Ones are pages that are taken, by a span, a page cache or the scavenger.
    pub taken: &'a mut Bits,
    /// Ones are free pages without memory behind them. Law: `taken & scavenged = 0`.
    pub scavenged: &'a mut Bits,
}

impl Chunk<'_> {
    /// Takes the free pages `at .. at + n` of a chunk that had `old` to offer. Returns what it has
    /// now, and how many of the pages were scavenged.
    ///
    /// Upholds `alloc/pages/page-run-was-free` and `alloc/scavenge/scavenged-bit-cleared`. Source:
    /// Go `pallocData.allocRange`.
    #[inline]
    pub fn take(&mut self, at: usize, n: usize, old: Summary) -> (Summary, usize) {
        debug_assert_eq!(count_range(self.taken, at, n), 0, "pages that are taken already");
        let mut scavenged = 0;
        if any(self.scavenged, at, n) {
            scavenged = count_range(self.scavenged, at, n);
            clear_range(self.scavenged, at, n);
        }
        set_range(self.taken, at, n);
        if n == CHUNK_PAGES {
            return (Summary::NONE, scavenged);
        }
        let (below, above) = (zeros_before(self.taken, at), zeros_from(self.taken, at + n));
        let start = if below == at { below } else { old.start() };
        let end = if at + n + above == CHUNK_PAGES { above } else { old.end() };
        let max = if below + n + above < old.max() {
            old.max()
        } else {
            longest_zeros(self.taken, below.max(above), old.max())
        };
        (Summary::new(start, max, end), scavenged)
    }

    /// Frees the taken pages `at .. at + n` of a chunk that had `old` to offer. Returns what it has
    /// now.
    ///
    /// Upholds `alloc/pages/coalesce-to-full`: neighbouring zeros are one run. Source: Go
    /// `pallocBits.free`.
    #[inline]
    pub fn free(&mut self, at: usize, n: usize, old: Summary) -> Summary {
        debug_assert_eq!(count_range(self.taken, at, n), n, "pages that are free already");
        clear_range(self.taken, at, n);
        let (below, above) = (zeros_before(self.taken, at), zeros_from(self.taken, at + n));
        let run = below + n + above;
        let start = if below == at { run } else { old.start() };
        let end = if at + n + above == CHUNK_PAGES { run } else { old.end() };
        Summary::new(start, old.max().max(run), end)
    }

    /// Takes the pages of one word that are ones in `pages` and free. Returns what the chunk has to
    /// offer now.
    ///
    /// Source: Go `pallocBits.allocPages64`.
    pub fn take_word(&mut self, word: usize, pages: u64) -> Summary {
        self.scavenged[word] &= !pages;
        self.taken[word] |= pages;
        summarize(self.taken)
    }

    /// Frees the pages of one word that are ones in `pages`, of which `scavenged` have no memory
    /// behind them. Returns what the chunk has to offer now.
    pub fn free_word(&mut self, word: usize, pages: u64, scavenged: u64) -> Summary {
        debug_assert_eq!(self.taken[word] & pages, pages, "pages that are free already");
        self.taken[word] &= !pages;
        self.scavenged[word] |= scavenged & pages;
        summarize(self.taken)
    }

    /// Notes that there is no memory behind the free pages `at .. at + n` any more.
    pub fn release(&mut self, at: usize, n: usize) {
        debug_assert!(!any(self.taken, at, n), "pages that are taken were released");
        set_range(self.scavenged, at, n);
    }

    /// Makes the chunk one that was never used: all free, no memory behind it.
    pub fn reset(&mut self) -> Summary {
        *self.taken = [0; CHUNK_WORDS];
        *self.scavenged = [u64::MAX; CHUNK_WORDS];
        FREE_CHUNK
    }
}

/// What a chunk has to offer whose pages `taken` are taken, from nothing but the bits.
///
/// Upholds `alloc/pages/summary-matches-bitmap`. Source: Go `pallocBits.summarize`.
#[inline]
pub fn summarize(taken: &Bits) -> Summary {
    let (start, end) = (zeros_from(taken, 0), zeros_before(taken, CHUNK_PAGES));
    Summary::new(start, longest_zeros(taken, start.max(end), CHUNK_PAGES), end)
}

/// The free pages of a chunk.
#[inline]
pub fn free_pages(taken: &Bits) -> usize {
    CHUNK_PAGES - count(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn the_summary_is_kept_without_looking_at_the_whole_chunk(
            steps in vec((any::<bool>(), 0usize..512, 1usize..90), 1..200),
        ) {
            let (mut taken, mut scavenged) = ([0; CHUNK_WORDS], [u64::MAX; CHUNK_WORDS]);
            let mut summary = FREE_CHUNK;
            let mut without_memory = CHUNK_PAGES;
            let mut runs: Vec<(usize, usize)> = Vec::new();
            let mut chunk = Chunk { taken: &mut taken, scavenged: &mut scavenged };
            for (take, at, n) in steps {
                let n = n.min(CHUNK_PAGES - at);
                if take && zeros_from(chunk.taken, at) >= n {
                    let (now, scavenged) = chunk.take(at, n, summary);
                    summary = now;
                    without_memory -= scavenged;
                    runs.push((at, n));
                } else if !take && !runs.is_empty() {
                    let (at, n) = runs.swap_remove(at % runs.len());
                    summary = chunk.free(at, n, summary);
                }
                prop_assert_eq!(summary, summarize(chunk.taken));
                prop_assert_eq!(count(chunk.scavenged), without_memory);
            }
        }
    }
}
