//! What is known about 16 GiB of address space, in one lazily touched piece of zeroed memory.
//!
//! The idea: address space is used in few places, and densely there. So each aligned 16 GiB in
//! which the heap ever grew has one piece of metadata, laid out for the worst case, and the system
//! backs only the parts that are touched: five pages for a heap of 128 MiB.
//!
//! | words | content |
//! |-|-|
//! | 8 + 64 + 512 + 4096 | summaries of 2 GiB, 256 MiB, 32 MiB and 4 MiB (a chunk) each |
//! | 64 | which chunks were grown, a bit each |
//! | 4096 | how densely each chunk is used, for the scavenger |
//! | 4096 x 16 | the two bitmaps of each chunk |
//!
//! Zero words are right everywhere: no free page, not grown, never used. The bitmaps alone would
//! read as "all free", so nobody looks at those of a chunk whose summary is 0.
//!
//! The piece comes as a slice of words that lives for ever, and is cut up with safe code. The
//! unsafe step, from fresh memory of the system to a slice, is the owner's, who has it anyway.
//!
//! Source: Go `runtime/mpagealloc.go` (`pageAlloc.summary`, `chunks`), `runtime/mgcscavenge.go`
//! (`scavengeIndex.chunks`). Go has one flat array for each of the levels instead.

use crate::bitmap::{get, last_one, next_one, set_range};
use crate::pages::bits::{Bits, CHUNK_WORDS, Chunk};
use crate::pages::summary::{FAN_OUT, Summary};
use crate::units::CHUNK_PAGES;

/// Where metadata come from.
///
/// A page allocator asks once for each 16 GiB in which the heap grows, and keeps what it gets.
pub trait Meta {
    /// `words` zeroed words (of 8 bytes) that nothing else uses, for ever. Best aligned to a page,
    /// and backed by the system only where they are touched: most never are.
    ///
    /// `None` if there is no memory; the request that asked then fails with it.
    fn zeroed(&mut self, words: usize) -> Option<&'static mut [u64]>;
}

/// The level of the tree whose entries are chunks. Level 0 is the root, outside the regions. Under Miri
/// regions are small: checks look at all of them.
pub(crate) const LEAF: usize = if cfg!(miri) { 2 } else { 4 };
/// log2 of the chunks in a region.
pub(crate) const REGION_CHUNKS_LOG: u32 = LEAF as u32 * FAN_OUT.trailing_zeros();
/// Chunks in a region.
pub(crate) const REGION_CHUNKS: usize = 1 << REGION_CHUNKS_LOG;
/// log2 of the pages in a region.
pub(crate) const REGION_PAGES_LOG: u32 = REGION_CHUNKS_LOG + CHUNK_PAGES.trailing_zeros();

/// log2 of the pages that an entry of each level stands for: 21, 18, 15, 12, 9.
pub(crate) const LEVEL_LOG: [u32; LEAF + 1] = {
    let mut logs = [REGION_PAGES_LOG; LEAF + 1];
    let mut level = 1;
    while level <= LEAF {
        logs[level] = logs[level - 1] - FAN_OUT.trailing_zeros();
        level += 1;
    }
    logs
};
/// Where the summaries of each level begin; there is no level 0 in a region.
const LEVEL_AT: [usize; LEAF + 1] = {
    let mut places = [0; LEAF + 1];
    let mut level = 2;
    while level <= LEAF {
        places[level] = places[level - 1] + FAN_OUT.pow(level as u32 - 1);
        level += 1;
    }
    places
};
const GROWN_AT: usize = LEVEL_AT[LEAF] + REGION_CHUNKS;
const GROWN_WORDS: usize = REGION_CHUNKS / 64;
const USE_AT: usize = GROWN_AT + GROWN_WORDS;
const BITS_AT: usize = USE_AT + REGION_CHUNKS;
/// Words of metadata of a region: 581 KiB.
pub(crate) const REGION_WORDS: usize = BITS_AT + REGION_CHUNKS * 2 * CHUNK_WORDS;

/// The metadata of 16 GiB. Chunks and entries are numbered from the start of the region; every
/// number is cut to its range, so that no number can lead outside.
#[derive(Debug)]
pub(crate) struct Region(&'static mut [u64; REGION_WORDS]);

impl Region {
    /// A region in which nothing was grown; `None` if `words` are too few.
    pub(crate) fn new(words: &'static mut [u64]) -> Option<Region> {
        words.first_chunk_mut().map(Region)
    }

    #[inline]
    fn place(level: usize, entry: usize) -> usize {
        debug_assert!((1..=LEAF).contains(&level) && entry < 1 << (3 * level));
        LEVEL_AT[level] + entry
    }

    /// The summary of an entry of level 1 to 4.
    #[inline]
    pub(crate) fn summary(&self, level: usize, entry: usize) -> Summary {
        Summary::from_word(self.0[Region::place(level, entry)])
    }

    /// Replaces the summary of an entry.
    #[inline]
    pub(crate) fn set_summary(&mut self, level: usize, entry: usize, summary: Summary) {
        self.0[Region::place(level, entry)] = summary.word();
    }

    /// The 8 entries of `level` that make up entry `parent` of the level above, merged.
    #[inline]
    pub(crate) fn merged(&self, level: usize, parent: usize) -> Summary {
        let first = Region::place(level, parent * FAN_OUT);
        match self.0[first..].first_chunk() {
            Some(children) => Summary::merge(children, LEVEL_LOG[level]),
            None => Summary::NONE,
        }
    }

    /// What the chunk has to offer.
    #[inline]
    pub(crate) fn leaf(&self, chunk: usize) -> Summary {
        Summary::from_word(self.0[LEVEL_AT[LEAF] + chunk % REGION_CHUNKS])
    }

    /// Which pages of the chunk are taken. Means nothing for a chunk that was not grown.
    #[inline]
    pub(crate) fn taken(&self, chunk: usize) -> &Bits {
        self.bits(2 * (chunk % REGION_CHUNKS))
    }

    /// Which pages of the chunk have no memory behind them. Zeros for a chunk that was not grown.
    #[inline]
    pub(crate) fn scavenged(&self, chunk: usize) -> &Bits {
        self.bits(2 * (chunk % REGION_CHUNKS) + 1)
    }

    #[inline]
    fn bits(&self, nth: usize) -> &Bits {
        &self.0[BITS_AT..].as_chunks().0[nth]
    }

    /// The bitmaps of the chunk, to be changed.
    #[inline]
    pub(crate) fn chunk(&mut self, chunk: usize) -> Chunk<'_> {
        let [taken, scavenged] =
            &mut self.0[BITS_AT..].as_chunks_mut().0.as_chunks_mut().0[chunk % REGION_CHUNKS];
        Chunk { taken, scavenged }
    }

    /// The scavenger's word about the chunk.
    #[inline]
    pub(crate) fn use_word(&self, chunk: usize) -> u64 {
        self.0[USE_AT + chunk % REGION_CHUNKS]
    }

    /// The scavenger's word about the chunk, to be changed.
    #[inline]
    pub(crate) fn use_word_mut(&mut self, chunk: usize) -> &mut u64 {
        &mut self.0[USE_AT + chunk % REGION_CHUNKS]
    }

    #[inline]
    fn grown(&self) -> &[u64] {
        &self.0[GROWN_AT..GROWN_AT + GROWN_WORDS]
    }

    /// Whether the chunk was grown.
    #[inline]
    pub(crate) fn is_grown(&self, chunk: usize) -> bool {
        get(self.grown(), chunk % REGION_CHUNKS)
    }

    /// The first chunk at or above `chunk` that was grown.
    #[inline]
    pub(crate) fn next_grown(&self, chunk: usize) -> Option<usize> {
        next_one(self.grown(), chunk)
    }

    /// The last chunk below `below` (at most 4096) that was grown.
    #[inline]
    pub(crate) fn last_grown(&self, below: usize) -> Option<usize> {
        last_one(self.grown(), below)
    }

    /// Notes that the chunk was grown.
    pub(crate) fn set_grown(&mut self, chunk: usize) {
        set_range(&mut self.0[GROWN_AT..GROWN_AT + GROWN_WORDS], chunk % REGION_CHUNKS, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_region_do_not_overlap() {
        let mut region = Region::new(vec![0; REGION_WORDS].leak()).expect("enough words");
        for chunk in [0, 1, 4095] {
            let bits = region.chunk(chunk);
            *bits.taken = [1; CHUNK_WORDS];
            *bits.scavenged = [2; CHUNK_WORDS];
            *region.use_word_mut(chunk) = 3;
            region.set_summary(LEAF, chunk, Summary::free(4));
            region.set_grown(chunk);
        }
        for (level, last) in [(1, 7), (2, 63), (3, 511)] {
            region.set_summary(level, 0, Summary::free(level));
            region.set_summary(level, last, Summary::free(level));
        }
        for chunk in [0, 1, 4095] {
            assert_eq!(region.taken(chunk), &[1; CHUNK_WORDS]);
            assert_eq!(region.scavenged(chunk), &[2; CHUNK_WORDS]);
            assert_eq!(region.use_word(chunk), 3);
            assert_eq!(region.leaf(chunk), Summary::free(4));
        }
        assert_eq!(region.next_grown(2), Some(4095));
        assert_eq!(region.last_grown(4096), Some(4095));
        assert_eq!(region.last_grown(4095), Some(1));
        assert_eq!(region.summary(3, 511), Summary::free(3));
        assert_eq!(region.summary(1, 0), Summary::free(1));
        assert!(Region::new(vec![0; REGION_WORDS - 1].leak()).is_none());
    }
}
