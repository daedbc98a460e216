//! What a stretch of pages has to offer, in one word: the free pages it starts with, its longest
//! free run, the free pages it ends with.
//!
//! The three numbers are what it takes to compute those of two neighbours together, so that one
//! word each for 8 stretches gives the word of the 8 as a whole. A search needs no more either:
//! `max` says whether the run is inside, `end` of one plus `start` of the next whether it lies
//! across the border.
//!
//! Each number has 21 bits. The largest stretch has 2^21 pages (16 GiB), which is one too many for
//! 21 bits: bit 63 alone stands for a stretch of that size that is wholly free.
//!
//! The word 0 means that no page is free. Zeroed memory thus says the truth about address space
//! that nobody has grown into, and the tree needs no set-up.
//!
//! Source: Go `runtime/mpagealloc.go` (`pallocSum`, `mergeSummaries`).

use std::fmt;

/// Bits of one number.
const BITS: u32 = 21;
const MASK: u64 = (1 << BITS) - 1;
/// A largest stretch that is wholly free.
const WHOLE: u64 = 1 << 63;
/// Children that are merged into one summary.
pub const FAN_OUT: usize = 8;

/// Start, longest and end of the free runs of a stretch, in pages.
///
/// Law: `start <= max`, `end <= max`, and `start = end = max` if the stretch is wholly free.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
#[repr(transparent)]
pub struct Summary(u64);

impl Summary {
    /// No page is free.
    pub const NONE: Summary = Summary(0);

    /// The three numbers in one word. None is above 2^21, and all are if one is.
    #[inline]
    pub const fn new(start: usize, max: usize, end: usize) -> Summary {
        if max >> BITS != 0 {
            return Summary(WHOLE);
        }
        Summary(start as u64 | (max as u64) << BITS | (end as u64) << (2 * BITS))
    }

    /// `pages` free pages in a row, and nothing else.
    #[inline]
    pub const fn free(pages: usize) -> Summary {
        Summary::new(pages, pages, pages)
    }

    /// The word that [`Summary::from_word`] takes.
    #[inline]
    pub const fn word(self) -> u64 {
        self.0
    }

    /// A summary that was kept as a word.
    #[inline]
    pub const fn from_word(word: u64) -> Summary {
        Summary(word)
    }

    #[inline]
    const fn number(self, shift: u32) -> usize {
        // Bit 63 stands for 2^21 in each of the three.
        (self.0 >> shift & MASK | self.0 >> 63 << BITS) as usize
    }

    /// Free pages at the low end.
    #[inline]
    pub const fn start(self) -> usize {
        self.number(0)
    }

    /// The longest run of free pages.
    #[inline]
    pub const fn max(self) -> usize {
        self.number(BITS)
    }

    /// Free pages at the high end.
    #[inline]
    pub const fn end(self) -> usize {
        // Bit 63 lies above the third number, whose own bits end at 62.
        self.number(2 * BITS)
    }

    /// The summary of 8 neighbours (their words), each of `1 << log` pages, less than 2^21.
    ///
    /// Upholds `alloc/pages/summary-merge-consistent`. Source: Go `mergeSummaries`.
    #[inline]
    pub fn merge(children: &[u64; FAN_OUT], log: u32) -> Summary {
        let whole = 1 << log;
        let (mut start, mut max, mut end) = (0, 0, 0);
        for (i, &word) in children.iter().enumerate() {
            // Smaller stretches than the largest never have bit 63: the numbers are plain.
            let (at_start, inside, at_end) = (word & MASK, word >> BITS & MASK, word >> (2 * BITS));
            // The run at the start goes on only if everything below this child was free.
            start += if start == (i as u64) << log { at_start } else { 0 };
            max = max.max(inside).max(end + at_start);
            end = at_end + if at_start == whole { end } else { 0 };
        }
        Summary::new(start as usize, max as usize, end as usize)
    }

    /// What becomes of this summary when a child changes from `old` to `new`, if that can be said
    /// without the other children: often, and then a merge is saved.
    ///
    /// 1. The child's ends must be the same. Then the runs across its borders are, and so are the
    ///    start and the end of this.
    /// 2. A run inside the child that is now the longest of all is the new maximum.
    /// 3. If the child's longest run was shorter than the maximum, that lies elsewhere, and stays.
    #[inline]
    pub fn with_child(self, old: Summary, new: Summary) -> Option<Summary> {
        if (old.0 ^ new.0) & !(MASK << BITS) != 0 {
            return None;
        }
        if new.max() >= self.max() {
            return Some(Summary::new(self.start(), new.max(), self.end()));
        }
        (old.max() < self.max()).then_some(self)
    }
}

impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.start(), self.max(), self.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert_eq, proptest};

    /// The three numbers by looking at every page.
    fn summarize(free: &[bool]) -> Summary {
        let run = |pages: &mut dyn Iterator<Item = &bool>| pages.take_while(|&&page| page).count();
        let max = free.split(|page| !page).map(<[bool]>::len).max().unwrap_or(0);
        Summary::new(run(&mut free.iter()), max, run(&mut free.iter().rev()))
    }

    proptest! {
        #[test]
        fn merging_says_what_looking_at_every_page_says(
            log in 0u32..4, taken in proptest::collection::vec(0usize..64, 0..12),
        ) {
            let mut free = vec![true; FAN_OUT << log];
            let pages = free.len();
            for page in taken {
                free[page % pages] = false;
            }
            let mut children = [0; FAN_OUT];
            for (child, pages) in children.iter_mut().zip(free.chunks(1 << log)) {
                *child = summarize(pages).word();
            }
            let merged = Summary::merge(&children, log);
            prop_assert_eq!(merged, summarize(&free));
            // Each child in turn becomes what it is with one page more taken or freed.
            for page in 0..pages {
                let i = page >> log;
                let mut changed = free.clone();
                changed[page] = !changed[page];
                let child = summarize(&changed[i << log..(i + 1) << log]);
                if let Some(said) = merged.with_child(Summary(children[i]), child) {
                    prop_assert_eq!(said, summarize(&changed));
                }
            }
        }
    }

    #[test]
    fn a_whole_root_entry_fits_into_a_word() {
        let eighth = Summary::free(1 << 18).word();
        let whole = Summary::merge(&[eighth; FAN_OUT], 18);
        assert_eq!((whole.start(), whole.max(), whole.end()), (1 << 21, 1 << 21, 1 << 21));
        let mut children = [eighth; FAN_OUT];
        children[7] = Summary::new((1 << 18) - 1, (1 << 18) - 1, 0).word();
        let less = Summary::merge(&children, 18);
        assert_eq!((less.start(), less.max(), less.end()), ((1 << 21) - 1, (1 << 21) - 1, 0));
    }

    #[test]
    fn zeroed_memory_offers_nothing() {
        assert_eq!(Summary::merge(&[0; FAN_OUT], 9), Summary::NONE);
        assert_eq!(Summary::NONE.max(), 0);
    }
}
