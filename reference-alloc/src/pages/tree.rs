//! The tree of summaries: what every stretch of the address space has to offer.
//!
//! The idea: five levels, each entry summing up 8 of the level below, and 2^14 entries at the root.
//! A search (`find`) passes over whole stretches whose longest run is too short.
//!
//! The data: the root lies in this struct, as it must exist before the first allocation. The four
//! levels below lie in a [`Region`] for each 16 GiB in use. Go reserves 585 MiB of address space
//! for five flat arrays; a process under `ulimit -v` cannot, so here the tree is sparse below the
//! root. A bitmap of the regions in use keeps searches away from the 128 KiB of the root itself.
//! All of it is zero at the start, so that a static one costs no room in the program's file.
//!
//! Over time: a change in a chunk changes its leaf, and climbs until a parent stays the same.
//!
//! Source: Go `runtime/mpagealloc.go` (`pageAlloc.summary`, `update`).

use crate::bitmap::{last_one, next_one, set_range};
use crate::pages::region::{LEAF, REGION_CHUNKS, REGION_CHUNKS_LOG, REGION_PAGES_LOG, Region};
use crate::pages::summary::{FAN_OUT, Summary};
use crate::units::{ADDRESS_BITS, CHUNK_PAGES, PAGE_SHIFT, PageIdx};

/// Entries of the root: the regions of the address space.
pub(crate) const ROOT: usize = 1 << (ADDRESS_BITS - PAGE_SHIFT - REGION_PAGES_LOG);

/// Words of a bitmap of regions.
const GROUPS: usize = ROOT / 64;

/// The chunk that holds `page`, numbered from address 0.
#[inline]
pub(crate) const fn chunk_of(page: PageIdx) -> usize {
    page.0 / CHUNK_PAGES
}

/// The summaries of the whole address space.
#[derive(Debug)]
pub(crate) struct Tree {
    root: [Summary; ROOT],
    regions: [Option<Region>; ROOT],
    /// Law: bit `r` is one exactly if `regions[r]` is there.
    used: [u64; GROUPS],
    /// Law: bit `g` is one exactly if `used[g]` is not 0.
    used_groups: [u64; GROUPS.div_ceil(64)],
}

impl Tree {
    /// A tree without a free page.
    #[expect(clippy::large_stack_arrays, reason = "a constant, for a static")]
    pub(crate) const fn new() -> Tree {
        Tree {
            root: [Summary::NONE; ROOT],
            regions: [const { None }; ROOT],
            used: [0; GROUPS],
            used_groups: [0; GROUPS.div_ceil(64)],
        }
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
        set_range(&mut self.used_groups, r / 64, 1);
    }

    /// Takes the region of `chunk` out of the tree, for a test to damage and to add again.
    #[cfg(test)]
    pub(crate) fn take_region(&mut self, chunk: usize) -> Option<Region> {
        self.regions[chunk >> REGION_CHUNKS_LOG].take()
    }

    /// The lowest region in use, not below `r`.
    #[inline]
    pub(crate) fn next_used(&self, r: usize) -> Option<usize> {
        // The rest of the word of `r`, or the first word above that is not 0.
        let word = self.used.get(r / 64)? >> (r % 64);
        if word != 0 {
            return Some(r + word.trailing_zeros() as usize);
        }
        let group = next_one(&self.used_groups, r / 64 + 1)?;
        Some(group * 64 + self.used[group].trailing_zeros() as usize)
    }

    /// The highest region in use below `r`, which is at most [`ROOT`].
    pub(crate) fn last_used(&self, r: usize) -> Option<usize> {
        last_one(&self.used, r)
    }

    /// What region `r` as a whole has to offer.
    #[inline]
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
        let (mut old, mut new) = (region.leaf(entry), summary);
        if old == new {
            return;
        }
        region.set_summary(LEAF, entry, new);
        for level in (1..LEAF).rev() {
            entry /= FAN_OUT;
            let before = region.summary(level, entry);
            let after = before.with_child(old, new);
            (old, new) = (before, after.unwrap_or_else(|| region.merged(level + 1, entry)));
            if old == new {
                return;
            }
            region.set_summary(level, entry, new);
        }
        let merged = region.merged(1, 0);
        self.root[chunk >> REGION_CHUNKS_LOG] = merged;
    }

    /// Sets what a chunk has to offer, and leaves its parents to `climb`.
    #[inline]
    pub(crate) fn stage_leaf(&mut self, climb: &mut Climb, chunk: usize, summary: Summary) {
        let Some(region) = self.region_mut(chunk) else { return };
        let old = region.leaf(chunk);
        if old != summary {
            region.set_summary(LEAF, chunk % REGION_CHUNKS, summary);
            climb.raise(self, LEAF - 1, chunk / FAN_OUT, old, summary);
        }
    }

    /// The summary of an entry above the leaves, numbered from address 0.
    #[inline]
    pub(crate) fn summary(&self, level: usize, entry: usize) -> Summary {
        let r = entry >> (3 * level);
        match &self.regions[r] {
            Some(region) if level > 0 => region.summary(level, entry - (r << (3 * level))),
            _ => self.root[r],
        }
    }

    /// Merges an entry anew; entries are numbered from address 0. Returns what it was and is.
    fn settle(&mut self, level: usize, entry: usize) -> (Summary, Summary) {
        let r = entry >> (3 * level);
        let local = entry - (r << (3 * level));
        let old = self.summary(level, entry);
        let Some(region) = &mut self.regions[r] else { return (old, old) };
        let new = region.merged(level + 1, local);
        if level == 0 {
            self.root[r] = new;
        } else {
            region.set_summary(level, local, new);
        }
        (old, new)
    }
}

/// Entries whose children changed, one for each level. Changes in the order of addresses merge each
/// parent once; any other order is as right.
#[derive(Debug, Default)]
pub(crate) struct Climb {
    /// Of each level, the entry to merge, plus one; 0 for none. Numbered from address 0.
    pending: [usize; LEAF],
}

impl Climb {
    /// A child of an entry changed from `old` to `new`.
    #[inline]
    fn raise(&mut self, tree: &mut Tree, level: usize, entry: usize, old: Summary, new: Summary) {
        let pending = self.pending[level];
        if pending == entry + 1 {
            return;
        }
        // Nothing is pending for the entry, so that it is right but for this child.
        let now = tree.summary(level, entry);
        if now.with_child(old, new) == Some(now) {
            return;
        }
        self.pending[level] = entry + 1;
        if pending != 0 {
            self.settle(tree, level, pending - 1);
        }
    }

    fn settle(&mut self, tree: &mut Tree, level: usize, entry: usize) {
        let (old, new) = tree.settle(level, entry);
        if old != new && level > 0 {
            self.raise(tree, level - 1, entry / FAN_OUT, old, new);
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
