//! The page allocator: which pages of the heap are free, and which run of them to hand out.
//!
//! The idea: first fit by address. Of all runs that fit, the lowest is taken. That keeps the heap
//! dense at its low end, so that its high end comes free and can go back to the system. Free pages
//! need no lists and no joining: neighbouring zeros of a bitmap *are* one run.
//!
//! The data, from small to large: a chunk of 512 pages with two bitmaps (`bits`), a word that says
//! what it has to offer (`summary`), the tree of these words (`tree`) over lazily touched metadata
//! of 16 GiB each (`region`), and an address below which nothing is free. Beside them stand
//! counts, and what the scavenger needs to know of each chunk (`density`).
//!
//! Over time: [`PageAlloc::grow`] adds chunks, whose pages are free and *scavenged*, that is, they
//! have no memory behind them. [`PageAlloc::alloc`] and its kin take runs, and tell how much of them
//! was scavenged. [`PageAlloc::free`] gives them back, still with memory; the scavenger
//! ([`crate::scavenge`]) later picks free pages whose memory goes back to the system.
//!
//! There is no lock in here, no call of the system, no clock and no unsafe code. The owner keeps
//! a [`PageAlloc`] behind its lock. Threads take single runs without it from a [`PageCache`].
//!
//! Unlike Go, whose five flat levels reserve 585 MiB of address space, this one runs under a small
//! `ulimit -v`: the root is part of the struct (about 260 KiB, zero at first, so that a static one is
//! `.bss`), and 581 KiB for each 16 GiB in use come from [`Meta`], backed where touched.
//!
//! Source: Go `runtime/mpagealloc.go`.

#![forbid(unsafe_code)]

pub mod summary;
pub mod bits;
mod region;
mod tree;
mod find;
mod ranges;
pub mod density;
mod cache;
mod hold;
mod check;

pub use self::cache::{CACHE_PAGES, PageCache};
pub use self::check::ChunkView;
pub use self::region::Meta;

use self::bits::FREE_CHUNK;
use self::density::{Bounds, ChunkUse};
use self::ranges::first_grown;
use self::region::{REGION_CHUNKS_LOG, REGION_WORDS, Region};
use self::summary::Summary;
use self::tree::{Climb, Tree, chunk_of};
use crate::bitmap::next_one;
use crate::error::OutOfMemory;
use crate::units::{CHUNK_PAGES, PageIdx, Pages};

/// A run of pages that was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Taken {
    /// The first page.
    pub base: PageIdx,
    /// How many of the pages had no memory behind them: they read as zeros, and touching them makes
    /// the process larger.
    pub scavenged: Pages,
}

/// The pages of the heap.
#[derive(Debug)]
pub struct PageAlloc {
    tree: Tree,
    /// No page below is free. Law: a grown page, or [`PageIdx::END`] when no page is free; of no
    /// meaning (0) before the first growth. Raised by searches, lowered by whatever frees.
    search: PageIdx,
    /// Pages in grown chunks.
    mapped: Pages,
    /// Pages that are free; those in page caches are not.
    free: Pages,
    /// Free pages without memory behind them.
    scavenged: Pages,
    /// Pages whose memory is just being released: neither free nor in use.
    releasing: Pages,
    bounds: Bounds,
    /// Pages of the physical page of the last search for a candidate; 0 before the first.
    granule: usize,
}

/// A heap without pages.
impl Default for PageAlloc {
    fn default() -> PageAlloc {
        PageAlloc::new()
    }
}

/// The parts of a run in each chunk it touches: the chunk, the first page in it, and how many.
#[inline]
fn parts(base: PageIdx, n: Pages) -> impl Iterator<Item = (usize, usize, usize)> {
    let (mut at, end) = (base.0, base.0 + n.0);
    std::iter::from_fn(move || {
        let (chunk, offset) = (at / CHUNK_PAGES, at % CHUNK_PAGES);
        let len = (CHUNK_PAGES - offset).min(end - at);
        at += len;
        (len > 0).then_some((chunk, offset, len))
    })
}

impl PageAlloc {
    /// A heap without pages. All of it is zeros.
    pub const fn new() -> PageAlloc {
        PageAlloc {
            tree: Tree::new(),
            search: PageIdx(0),
            mapped: Pages(0),
            free: Pages(0),
            scavenged: Pages(0),
            releasing: Pages(0),
            bounds: Bounds::new(),
            granule: 0,
        }
    }

    /// Adds `n` pages from `base`, whole chunks of address space that the heap did not have. They
    /// are free, and scavenged: fresh from the system.
    ///
    /// Source: Go `pageAlloc.grow`.
    ///
    /// # Errors
    /// If there is no memory for metadata, or the pages lie beyond the address space. Nothing was
    /// added then.
    pub fn grow(
        &mut self,
        meta: &mut impl Meta,
        base: PageIdx,
        n: Pages,
    ) -> Result<(), OutOfMemory> {
        debug_assert!((base.0 | n.0).is_multiple_of(CHUNK_PAGES), "not whole chunks");
        if n.0 == 0 || base.0.checked_add(n.0).is_none_or(|end| end > PageIdx::END.0) {
            return Err(OutOfMemory);
        }
        let (first, last) = (chunk_of(base), chunk_of(base + (n - Pages(1))));
        for r in first >> REGION_CHUNKS_LOG..=last >> REGION_CHUNKS_LOG {
            let chunk = r << REGION_CHUNKS_LOG;
            if self.tree.region(chunk).is_none() {
                let words = meta.zeroed(REGION_WORDS).ok_or(OutOfMemory)?;
                self.tree.add_region(chunk, Region::new(words).ok_or(OutOfMemory)?);
            }
        }
        let mut climb = Climb::default();
        for chunk in first..=last {
            let Some(region) = self.tree.region_mut(chunk) else { continue };
            debug_assert!(!region.is_grown(chunk), "the heap has that chunk already");
            region.set_grown(chunk);
            let leaf = region.chunk(chunk).reset();
            self.tree.stage_leaf(&mut climb, chunk, leaf);
        }
        climb.finish(&mut self.tree);
        self.search = if self.mapped == Pages(0) { base } else { self.search.min(base) };
        self.mapped += n;
        self.free += n;
        self.scavenged += n;
        Ok(())
    }

    /// Takes the lowest run of `n` free pages. `None` if there is none: then nothing changed, and
    /// requests for fewer pages may still succeed.
    ///
    /// Upholds `alloc/pages/first-fit-lowest-address`, `alloc/pages/page-run-was-free`,
    /// `alloc/pages/exhaustion-not-sticky` and `alloc/pages/search-addr-sound`. Source: Go
    /// `pageAlloc.alloc`.
    #[inline]
    pub fn alloc(&mut self, n: Pages) -> Option<Taken> {
        let base = self.find(n)?;
        Some(Taken { base, scavenged: self.take(base, n) })
    }

    /// The lowest run of `n` free pages, which the caller takes.
    fn find(&mut self, n: Pages) -> Option<PageIdx> {
        debug_assert!(n.0 > 0, "no pages are asked for");
        if self.free == Pages(0) {
            self.search = PageIdx::END;
        }
        if n > self.free || n == Pages(0) {
            return None;
        }
        let found = self.tree.find(self.search, n.0)?;
        // What is free first may be known as an entry of the tree only, whose start was not grown.
        let mut lowest = found.first_free;
        if lowest == found.base {
            // All pages from there to the last of the run are gone.
            lowest = found.base + (n - Pages(1));
        } else if lowest > self.search {
            lowest = first_grown(&self.tree, lowest);
        }
        self.search = self.search.max(lowest);
        Some(found.base)
    }

    /// Takes the lowest run of `n` free pages whose first page is a multiple of `align`, a power of
    /// two. Costs a search for each run that is long enough but lies wrong.
    ///
    /// Upholds `alloc/pages/page-run-was-free`. Go aligns by taking more than it needs.
    pub fn alloc_aligned(&mut self, n: Pages, align: Pages) -> Option<Taken> {
        debug_assert!(align.0.is_power_of_two(), "an alignment is a power of two");
        if align.0 <= 1 {
            return self.alloc(n);
        }
        if n > self.free || n == Pages(0) {
            return None;
        }
        let mut from = self.search;
        loop {
            let run = self.tree.find(from, n.0)?.base;
            let base = PageIdx(run.0.checked_add(align.0 - 1)? & !(align.0 - 1));
            // The first `n` pages of the run are free for sure.
            let known = run + n;
            let end = base + n;
            let rest = if base < known { known } else { base };
            match self.first_taken(rest, end) {
                None => return Some(Taken { base, scavenged: self.take(base, n) }),
                Some(taken) => from = taken + Pages(1),
            }
        }
    }

    /// The first page of `from .. end` that is not free, if there is one.
    fn first_taken(&self, from: PageIdx, end: PageIdx) -> Option<PageIdx> {
        if from >= end {
            return None;
        }
        if end > PageIdx::END {
            return Some(from);
        }
        parts(from, end.offset_from(from)).find_map(|(chunk, offset, len)| {
            let leaf = self.tree.leaf(chunk);
            let first = PageIdx(chunk * CHUNK_PAGES + offset);
            if leaf == FREE_CHUNK {
                return None;
            }
            if leaf == Summary::NONE {
                return Some(first);
            }
            let taken = self.tree.region(chunk)?.taken(chunk);
            next_one(taken, offset)
                .filter(|&at| at < offset + len)
                .map(|at| first + Pages(at - offset))
        })
    }

    /// Takes exactly the pages `at .. at + n`, if all of them were grown and are free.
    ///
    /// Upholds `alloc/pages/page-run-was-free`. Go has no such call: it never grows a block in
    /// place.
    pub fn extend(&mut self, at: PageIdx, n: Pages) -> Option<Taken> {
        if n > self.free || n == Pages(0) || at > PageIdx::END {
            return None;
        }
        match self.first_taken(at, at + n) {
            Some(_) => None,
            None => Some(Taken { base: at, scavenged: self.take(at, n) }),
        }
    }

    /// Takes free pages. Returns how many were scavenged.
    #[inline]
    fn take(&mut self, base: PageIdx, n: Pages) -> Pages {
        let scavenged = self.mark(base, n, true);
        self.scavenged -= scavenged;
        scavenged
    }

    /// Marks free pages as taken, in use (`counts`) or by the scavenger. Returns how many were
    /// scavenged.
    fn mark(&mut self, base: PageIdx, n: Pages, counts: bool) -> Pages {
        let generation = self.bounds.generation;
        let mut scavenged = 0;
        let mut climb = Climb::default();
        for (chunk, offset, len) in parts(base, n) {
            let Some(region) = self.tree.region_mut(chunk) else { continue };
            let old = region.leaf(chunk);
            let (leaf, without_memory) = region.chunk(chunk).take(offset, len, old);
            scavenged += without_memory;
            if counts {
                change_use(region, chunk, |chunk| chunk.take(len, generation));
            }
            if len == n.0 {
                self.tree.set_leaf(chunk, leaf);
            } else {
                self.tree.stage_leaf(&mut climb, chunk, leaf);
            }
        }
        climb.finish(&mut self.tree);
        self.free -= n;
        Pages(scavenged)
    }

    /// Gives back the pages `base .. base + n`, which were taken here or from a page cache. Their
    /// memory stays.
    ///
    /// Upholds `alloc/pages/coalesce-to-full` and `alloc/scavenge/scavenge-index-not-lossy`.
    /// Source: Go `pageAlloc.free`.
    pub fn free(&mut self, base: PageIdx, n: Pages) {
        debug_assert!(n.0 > 0, "no pages are freed");
        let chunk = chunk_of(base);
        let offset = base.0 % CHUNK_PAGES;
        if n.0 <= CHUNK_PAGES - offset {
            let leaf = self.unmark(chunk, offset, n.0, true);
            self.tree.set_leaf(chunk, leaf);
        } else {
            let mut climb = Climb::default();
            self.stage_free(&mut climb, base, n, true);
            climb.finish(&mut self.tree);
        }
        self.search = self.search.min(base);
        self.free += n;
    }

    /// Gives back many runs. Summaries above the chunks wait until their children are done: runs in
    /// the order of addresses merge each of them once. Sorting runs for that costs more than it
    /// saves.
    pub fn free_batch(&mut self, runs: &[(PageIdx, Pages)]) {
        let mut climb = Climb::default();
        for &(base, n) in runs {
            self.stage_free(&mut climb, base, n, true);
            self.free += n;
            self.search = self.search.min(base);
        }
        climb.finish(&mut self.tree);
    }

    /// Frees pages that were in use (`counts`) or the scavenger's, and leaves the parents to
    /// `climb`.
    fn stage_free(&mut self, climb: &mut Climb, base: PageIdx, n: Pages, counts: bool) {
        for (chunk, offset, len) in parts(base, n) {
            let leaf = self.unmark(chunk, offset, len, counts);
            self.tree.stage_leaf(climb, chunk, leaf);
        }
    }

    /// Frees pages of one chunk, and returns what the chunk has to offer now.
    #[inline]
    fn unmark(&mut self, chunk: usize, offset: usize, n: usize, counts: bool) -> Summary {
        let generation = self.bounds.generation;
        let Some(region) = self.tree.region_mut(chunk) else {
            debug_assert!(false, "pages that the heap never had");
            return Summary::NONE;
        };
        let old = region.leaf(chunk);
        if counts {
            change_use(region, chunk, |chunk| chunk.free(n, generation));
            self.bounds.free(chunk);
        }
        region.chunk(chunk).free(offset, n, old)
    }
}

/// Changes what the scavenger knows about a chunk.
#[inline]
fn change_use(region: &mut Region, chunk: usize, change: impl FnOnce(&mut ChunkUse)) {
    let word = region.use_word_mut(chunk);
    let mut of = ChunkUse::from_word(*word);
    change(&mut of);
    *word = of.word();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metadata that tests never give back.
    pub(super) struct Leaked;

    impl Meta for Leaked {
        fn zeroed(&mut self, words: usize) -> Option<&'static mut [u64]> {
            Some(vec![0; words].leak())
        }
    }

    #[test]
    fn a_heap_can_be_a_static_and_sent_to_other_threads() {
        static HEAP: crate::sync::Lock<PageAlloc> = crate::sync::Lock::new(PageAlloc::new());
        std::thread::spawn(|| assert_eq!(HEAP.hold().mapped_pages(), Pages(0)))
            .join()
            .expect("it has no pages");
    }
}
