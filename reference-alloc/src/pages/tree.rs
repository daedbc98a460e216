//! The tree of summaries: which free run is the first that fits.
//!
//! The idea: five levels, each entry summing up 8 of the level below, and 2^14 entries at the root.
//! A search passes over whole stretches whose longest run is too short, and only enters one that
//! is sure to have a run that fits.
//!
//! The data: the root lies in this struct, as it must exist before the first allocation. The four
//! levels below lie in a [`Region`] for each 16 GiB in use. Go reserves 585 MiB of address space
//! for five flat arrays; a process under `ulimit -v` cannot, so here the tree is sparse below the
//! root. A bitmap of the regions in use keeps searches away from the 128 KiB of the root itself.
//! All of it is zero at the start, so that a static one costs no room in the program's file.
//!
//! Over time: a change in a chunk changes its leaf, and climbs until a parent stays the same. A
//! search starts in the chunk of the lowest page that it may use, looks at what lies to the right
//! of it on each level up to the root, and goes down where a run fits. Runs across the borders of
//! chunks and regions are met on the way, as the free pages that the stretches passed end with.
//!
//! Source: Go `runtime/mpagealloc.go` (`pageAlloc.find`, `update`), which searches from the root
//! down.

use crate::bitmap::{find_zeros, next_one, next_zero, set_range};
use crate::pages::region::{
    LEAF, LEVEL_LOG, REGION_CHUNKS, REGION_CHUNKS_LOG, REGION_PAGES_LOG, Region,
};
use crate::pages::summary::{FAN_OUT, Summary};
use crate::units::{ADDRESS_BITS, CHUNK_PAGES, PAGE_SHIFT, PageIdx};

/// Entries of the root: the regions of the address space.
pub(crate) const ROOT: usize = 1 << (ADDRESS_BITS - PAGE_SHIFT - REGION_PAGES_LOG);

/// The chunk that holds `page`, numbered from address 0.
#[inline]
pub(crate) const fn chunk_of(page: PageIdx) -> usize {
    page.0 / CHUNK_PAGES
}

/// A run that fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// Its first page.
    pub(crate) base: PageIdx,
    /// No page of those searched is free below this one. Not above `base`; perhaps not grown.
    pub(crate) first_free: PageIdx,
}

/// The summaries of the whole address space.
#[derive(Debug)]
pub(crate) struct Tree {
    root: [Summary; ROOT],
    regions: [Option<Region>; ROOT],
    /// Law: bit `r` is one exactly if `regions[r]` is there.
    used: [u64; ROOT / 64],
}

impl Tree {
    /// A tree without a free page.
    #[expect(clippy::large_stack_arrays, reason = "a constant, for a static")]
    pub(crate) const fn new() -> Tree {
        Tree { root: [Summary::NONE; ROOT], regions: [const { None }; ROOT], used: [0; ROOT / 64] }
    }

    /// The region of a chunk (numbered from address 0), if the heap ever grew there.
    #[inline]
    pub(crate) fn region(&self, chunk: usize) -> Option<&Region> {
        self.regions.get(chunk >> REGION_CHUNKS_LOG)?.as_ref()
    }

    /// The region of a chunk, to be changed. Its leaves are [`Tree::set_leaf`]'s to change.
    #[inline]
    pub(crate) fn region_mut(&mut self, chunk: usize) -> Option<&mut Region> {
        self.regions.get_mut(chunk >> REGION_CHUNKS_LOG)?.as_mut()
    }

    /// Makes `region` that of `chunk`.
    pub(crate) fn add_region(&mut self, chunk: usize, region: Region) {
        let r = chunk >> REGION_CHUNKS_LOG;
        self.regions[r] = Some(region);
        set_range(&mut self.used, r, 1);
    }

    /// The lowest region in use, not below `r`.
    #[inline]
    pub(crate) fn next_used(&self, r: usize) -> Option<usize> {
        next_one(&self.used, r)
    }

    /// What region `r` as a whole has to offer.
    pub(crate) fn root(&self, r: usize) -> Summary {
        self.root[r]
    }

    /// What the chunk has to offer; nothing if it was never grown.
    #[inline]
    pub(crate) fn leaf(&self, chunk: usize) -> Summary {
        self.region(chunk).map_or(Summary::NONE, |region| region.leaf(chunk))
    }

    /// Sets what a chunk has to offer, and what its parents have.
    ///
    /// Upholds `alloc/pages/summary-merge-consistent`.
    #[inline]
    pub(crate) fn set_leaf(&mut self, chunk: usize, summary: Summary) {
        let Some(region) = self.region_mut(chunk) else { return };
        let mut entry = chunk % REGION_CHUNKS;
        if region.leaf(entry) == summary {
            return;
        }
        region.set_summary(LEAF, entry, summary);
        for level in (1..LEAF).rev() {
            entry /= FAN_OUT;
            let merged = region.merged(level + 1, entry);
            if region.summary(level, entry) == merged {
                return;
            }
            region.set_summary(level, entry, merged);
        }
        let merged = region.merged(1, 0);
        self.root[chunk >> REGION_CHUNKS_LOG] = merged;
    }

    /// Sets what a chunk has to offer, and leaves its parents to `climb`.
    #[inline]
    pub(crate) fn stage_leaf(&mut self, climb: &mut Climb, chunk: usize, summary: Summary) {
        let Some(region) = self.region_mut(chunk) else { return };
        if region.leaf(chunk) != summary {
            region.set_summary(LEAF, chunk % REGION_CHUNKS, summary);
            climb.raise(self, LEAF - 1, chunk / FAN_OUT);
        }
    }

    /// Merges an entry anew; entries are numbered from address 0. Returns whether it changed.
    fn settle(&mut self, level: usize, entry: usize) -> bool {
        let shift = 3 * level;
        let r = entry >> shift;
        let Some(region) = self.regions.get_mut(r).and_then(Option::as_mut) else { return false };
        let local = entry - (r << shift);
        let merged = region.merged(level + 1, local);
        if level == 0 {
            self.root[r] = merged;
            return false;
        }
        let changed = region.summary(level, local) != merged;
        region.set_summary(level, local, merged);
        changed
    }

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
                for next in entry + 1..=entry | (FAN_OUT - 1) {
                    match walk.pass(region.summary(level, next), page_of(r, level, next), level) {
                        Step::Past => {}
                        Step::Fits(base) => return Some(walk.found(base)),
                        Step::Inside => return walk.descend(region, r, level, next),
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
            match walk.pass(self.root[r], page_of(r, 0, 0), 0) {
                Step::Past => {}
                Step::Fits(base) => return Some(walk.found(base)),
                Step::Inside => return walk.descend(self.regions[r].as_ref()?, r, 0, 0),
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

/// Entries whose children changed, one for each level: many changes, met in the order of addresses,
/// merge each parent once.
#[derive(Debug, Default)]
pub(crate) struct Climb {
    /// Of each level, the entry to merge, plus one; 0 for none. Numbered from address 0.
    pending: [usize; LEAF],
}

impl Climb {
    #[inline]
    fn raise(&mut self, tree: &mut Tree, level: usize, entry: usize) {
        let before = std::mem::replace(&mut self.pending[level], entry + 1);
        if before != 0 && before != entry + 1 {
            self.settle(tree, level, before - 1);
        }
    }

    fn settle(&mut self, tree: &mut Tree, level: usize, entry: usize) {
        if tree.settle(level, entry) {
            self.raise(tree, level - 1, entry / FAN_OUT);
        }
    }

    /// Merges what is left. The tree is right again after it.
    #[inline]
    pub(crate) fn finish(mut self, tree: &mut Tree) {
        for level in (0..LEAF).rev() {
            let entry = std::mem::take(&mut self.pending[level]);
            if entry != 0 {
                self.settle(tree, level, entry - 1);
            }
        }
    }
}
