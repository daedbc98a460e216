//! The search for the lowest run that fits.
//!
//! The idea: entries of the tree are met from low to high addresses, and of each it is known
//! whether a run that fits begins before it and ends in it, lies inside it, or neither. What was
//! passed is remembered as one number: the free pages it ended with.
//!
//! Over time: a search starts in the chunk of the lowest page that it may use and climbs: on each
//! level it passes what lies to the right below the same parent, and leaves that out if the parent
//! as a whole has no run that fits. At the root it passes the further regions. It goes down where a
//! run fits, from then on through entries that are sure to have it.
//!
//! Source: Go `runtime/mpagealloc.go` (`pageAlloc.find`), which searches from the root down.

use crate::bitmap::{find_zeros, next_zero};
use crate::pages::region::{
    LEAF, LEVEL_LOG, REGION_CHUNKS, REGION_CHUNKS_LOG, REGION_PAGES_LOG, Region,
};
use crate::pages::summary::{FAN_OUT, Summary};
use crate::pages::tree::{Tree, chunk_of};
use crate::units::{CHUNK_PAGES, PageIdx};

/// A run that fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// Its first page.
    pub(crate) base: PageIdx,
    /// No page of those searched is free below this one. Not above `base`; perhaps not grown.
    pub(crate) first_free: PageIdx,
}

impl Tree {
    /// The lowest run of `n` free pages that begins at or above `from`.
    ///
    /// Upholds `alloc/pages/first-fit-lowest-address`.
    pub(crate) fn find(&self, from: PageIdx, n: usize) -> Option<Found> {
        let mut walk = Walk { n, run: 0, first_free: None };
        let chunk = chunk_of(from);
        let r = chunk >> REGION_CHUNKS_LOG;
        if let Some(region) = self.region(chunk) {
            let mut entry = chunk % REGION_CHUNKS;
            if let Some(base) = walk.rest_of_chunk(region, chunk, from.0 % CHUNK_PAGES) {
                return Some(walk.found(base));
            }
            for level in (1..=LEAF).rev() {
                let parent = self.summary(level - 1, (r << (3 * (level - 1))) + entry / FAN_OUT);
                if parent.max() < n {
                    // Nothing in all of the parent. Only what it ends with matters.
                    let end = page_of(r, level - 1, entry / FAN_OUT + 1);
                    walk.leave(parent, page_of(r, level, entry + 1), end - from.0);
                } else {
                    for next in entry + 1..=entry | (FAN_OUT - 1) {
                        let base = page_of(r, level, next);
                        match walk.pass(region.summary(level, next), base, level) {
                            Step::Past => {}
                            Step::Fits(base) => return Some(walk.found(base)),
                            Step::Inside => return walk.descend(region, r, level, next),
                        }
                    }
                }
                entry /= FAN_OUT;
            }
        }
        let mut expected = r + 1;
        while let Some(r) = self.next_used(expected) {
            if r != expected {
                walk.run = 0;
            }
            match walk.pass(self.root(r), page_of(r, 0, 0), 0) {
                Step::Past => {}
                Step::Fits(base) => return Some(walk.found(base)),
                Step::Inside => return walk.descend(self.region(r << REGION_CHUNKS_LOG)?, r, 0, 0),
            }
            expected = r + 1;
        }
        None
    }
}

/// The first page of an entry of region `r`.
#[inline]
fn page_of(r: usize, level: usize, entry: usize) -> usize {
    (r << REGION_PAGES_LOG) + (entry << LEVEL_LOG[level])
}

/// What a search learns from an entry.
enum Step {
    /// No run that fits begins before the end of it.
    Past,
    /// A run that fits begins at this page, before the entry or where it starts.
    Fits(usize),
    /// The first run that fits lies in the entry.
    Inside,
}

/// A search that meets entries from low to high addresses.
struct Walk {
    /// Pages wanted.
    n: usize,
    /// Free pages that what was passed ends with.
    run: usize,
    /// The lowest page that may be free: the first of the first entry that had any to offer, of the
    /// lowest level that was looked at.
    first_free: Option<usize>,
}

impl Walk {
    fn found(&self, base: usize) -> Found {
        let first_free = self.first_free.unwrap_or(base).min(base);
        Found { base: PageIdx(base), first_free: PageIdx(first_free) }
    }

    /// Looks at the chunk in which the search begins, from page `offset` of it on.
    #[inline]
    fn rest_of_chunk(&mut self, region: &Region, chunk: usize, offset: usize) -> Option<usize> {
        let leaf = region.leaf(chunk);
        if leaf == Summary::NONE {
            return None;
        }
        let base = chunk * CHUNK_PAGES;
        let taken = region.taken(chunk);
        let first = next_zero(taken, offset)?;
        self.first_free = Some(base + first);
        if leaf.max() >= self.n
            && let Some(at) = find_zeros(taken, self.n, first)
        {
            return Some(base + at);
        }
        self.run = leaf.end().min(CHUNK_PAGES - offset);
        None
    }

    /// Leaves out the rest of an entry of which a part was looked at. The rest begins at page `rest`
    /// and ends `pages` after the start of the search.
    #[inline]
    fn leave(&mut self, whole: Summary, rest: usize, pages: usize) {
        self.run = whole.end().min(pages);
        if whole != Summary::NONE {
            self.first_free.get_or_insert(rest);
        }
    }

    /// Looks at an entry that begins at page `base`, where the one before it ended.
    #[inline]
    fn pass(&mut self, summary: Summary, base: usize, level: usize) -> Step {
        if summary == Summary::NONE {
            self.run = 0;
            return Step::Past;
        }
        self.first_free.get_or_insert(base);
        // A run across the border begins below whatever lies inside.
        if self.run + summary.start() >= self.n {
            return Step::Fits(base - self.run);
        }
        if summary.max() >= self.n {
            return Step::Inside;
        }
        let whole = 1 << LEVEL_LOG[level];
        if summary.start() == whole {
            self.run += whole;
        } else {
            self.run = summary.end();
        }
        Step::Past
    }

    /// The first run that fits in an entry that has one, with no run across its lower border.
    fn descend(&mut self, region: &Region, r: usize, level: usize, entry: usize) -> Option<Found> {
        let (mut level, mut entry) = (level, entry);
        'down: while level < LEAF {
            self.narrow(page_of(r, level, entry));
            self.run = 0;
            level += 1;
            for child in entry * FAN_OUT..(entry + 1) * FAN_OUT {
                match self.pass(region.summary(level, child), page_of(r, level, child), level) {
                    Step::Past => {}
                    Step::Fits(base) => return Some(self.found(base)),
                    Step::Inside => {
                        entry = child;
                        continue 'down;
                    }
                }
            }
            debug_assert!(false, "a summary promises a run that its children do not have");
            return None;
        }
        let base = page_of(r, LEAF, entry);
        let taken = region.taken(entry);
        self.narrow(base);
        let first = next_zero(taken, 0)?;
        self.first_free.get_or_insert(base + first);
        let at = find_zeros(taken, self.n, first);
        debug_assert!(at.is_some(), "a summary promises a run that its chunk does not have");
        Some(self.found(base + at?))
    }

    /// Forgets the first free page if it was known only as that of the entry which is now entered.
    #[inline]
    fn narrow(&mut self, base: usize) {
        if self.first_free == Some(base) {
            self.first_free = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::region::REGION_WORDS;
    use proptest::collection::vec;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    const LAST: usize = (3 << REGION_PAGES_LOG) - CHUNK_PAGES;

    /// A tree in which these pages are free, and no others.
    fn tree(free: &[usize]) -> Box<Tree> {
        let mut tree = Box::new(Tree::new());
        for &page in free {
            let chunk = page / CHUNK_PAGES;
            if tree.region(chunk).is_none() {
                let words = vec![0; REGION_WORDS].leak();
                tree.add_region(chunk, Region::new(words).expect("enough words"));
            }
            let region = tree.region_mut(chunk).expect("it is there");
            if !region.is_grown(chunk) {
                region.set_grown(chunk);
                *region.chunk(chunk).taken = [u64::MAX; 8];
            }
            let old = region.leaf(chunk);
            let leaf = region.chunk(chunk).free(page % CHUNK_PAGES, 1, old);
            tree.set_leaf(chunk, leaf);
        }
        tree
    }

    proptest! {
        #[test]
        fn a_search_may_begin_anywhere(
            mut runs in vec((0usize..1024, 1usize..40), 1..12), from in 0usize..1100, n in 1usize..60,
        ) {
            runs.sort_unstable();
            let mut free: Vec<usize> = runs.iter().flat_map(|&(at, n)| LAST + at..LAST + at + n).collect();
            free.dedup();
            free.sort_unstable();
            free.dedup();
            let is_free = |page: usize| free.binary_search(&page).is_ok();
            let fits = |&at: &usize| (at..at + n).all(is_free);
            let found = tree(&free).find(PageIdx(LAST + from), n);
            prop_assert_eq!(
                found.map(|found| found.base.0),
                free.iter().copied().filter(|&page| page >= LAST + from).find(fits)
            );
            if let Some(found) = found {
                let first = free.iter().find(|&&page| page >= LAST + from);
                prop_assert!(Some(&found.first_free.0) <= first);
            }
        }
    }

    #[test]
    fn what_lies_below_the_start_of_a_search_is_no_part_of_a_run() {
        // Across a region, and across two chunks below one parent.
        for border in [LAST + CHUNK_PAGES, LAST - CHUNK_PAGES] {
            let tree = tree(&(border - 12..border + 18).collect::<Vec<_>>());
            let find = |from: usize, n| tree.find(PageIdx(from), n).map(|found| found.base.0);
            assert_eq!(find(border - 6, 24), Some(border - 6));
            assert_eq!(find(border - 6, 25), None);
        }
    }

    #[test]
    fn the_first_free_page_is_known_as_well_as_the_search_went() {
        let pages = [LAST + 5, LAST + 70, LAST + 71];
        let tree = tree(&pages);
        let first = |from: usize, n| tree.find(PageIdx(from), n).map(|found| found.first_free.0);
        assert_eq!(first(0, 1), Some(LAST + 5), "the page itself, in the chunk that was entered");
        assert_eq!(first(0, 2), Some(LAST + 5));
        assert_eq!(first(LAST, 2), Some(LAST + 5), "the chunk in which the search began");
        assert_eq!(first(LAST + 6, 1), Some(LAST + 70));
    }
}
