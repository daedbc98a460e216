//! A cache of pages: the free pages of one aligned window of 64, to take from without the lock.
//!
//! The window's free pages are taken in the page allocator when the cache is filled, so that they
//! are nobody else's (`alloc/pages/page-cache-exclusive`). What is left of them goes back by a
//! flush, page for page as it was (`alloc/pages/page-cache-flush-exact`).
//!
//! Source: Go `runtime/mpagecache.go`.

use crate::bitmap::{WORD, find_ones};
use crate::pages::tree::chunk_of;
use crate::pages::{PageAlloc, change_use};
use crate::units::{CHUNK_PAGES, PageIdx, Pages};

/// Pages in the window of a cache.
pub const CACHE_PAGES: usize = WORD;

/// The free pages of one window, owned by one thread.
///
/// Dropping one that is not empty loses its pages: give it to `PageAlloc::flush_cache` first.
#[derive(Debug, PartialEq, Eq)]
pub struct PageCache {
    /// The first page of the window, a multiple of 64.
    base: PageIdx,
    /// Ones are pages that are free, the lowest bit is `base`.
    free: u64,
    /// Ones are free pages without memory behind them. Law: `scavenged & !free = 0`.
    scavenged: u64,
}

impl PageCache {
    /// A cache without pages.
    pub const EMPTY: PageCache = PageCache { base: PageIdx(0), free: 0, scavenged: 0 };

    /// A cache of the pages `free` of the window at `base`.
    pub(crate) fn new(base: PageIdx, free: u64, scavenged: u64) -> PageCache {
        PageCache { base, free, scavenged: scavenged & free }
    }

    /// Takes `n` pages in a row, the lowest that fit: the first page, and how many of them have no
    /// memory behind them. `n` is at least 1.
    ///
    /// Upholds `alloc/scavenge/scavenged-bit-cleared`. Source: Go `pageCache.alloc`.
    #[inline]
    pub fn alloc(&mut self, n: Pages) -> Option<(PageIdx, Pages)> {
        debug_assert!(n.0 > 0, "no pages are asked for");
        let at = find_ones(self.free, n.0)?;
        let run = u64::MAX >> (CACHE_PAGES - n.0) << at;
        let scavenged = (self.scavenged & run).count_ones() as usize;
        self.free &= !run;
        self.scavenged &= !run;
        Some((self.base + Pages(at), Pages(scavenged)))
    }

    /// Whether there are no pages left.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.free == 0
    }

    /// Pages left.
    pub fn free(&self) -> Pages {
        Pages(self.free.count_ones() as usize)
    }

    /// Pages left without memory behind them, of those in [`PageCache::free`].
    ///
    /// Upholds `alloc/scavenge/scavenge-accounting`, together with the page allocator's count.
    pub fn scavenged(&self) -> Pages {
        Pages(self.scavenged.count_ones() as usize)
    }

    /// The first page of the window; of no meaning if the cache is empty.
    pub fn base(&self) -> PageIdx {
        self.base
    }

    /// Ones are pages left, the lowest bit is [`PageCache::base`].
    pub fn free_bits(&self) -> u64 {
        self.free
    }

    /// Ones are pages left without memory behind them.
    pub fn scavenged_bits(&self) -> u64 {
        self.scavenged
    }

    /// Whether `page` is one of those left.
    pub fn holds(&self, page: PageIdx) -> bool {
        page.0
            .checked_sub(self.base.0)
            .is_some_and(|at| at < CACHE_PAGES && self.free >> at & 1 == 1)
    }
}

impl PageAlloc {
    /// Takes all free pages of the aligned window of 64 that holds the first free page. `None` if
    /// no page is free.
    ///
    /// Upholds `alloc/pages/page-cache-exclusive` and `alloc/pages/search-addr-sound`. Source: Go
    /// `pageAlloc.allocToCache`.
    pub fn fill_cache(&mut self) -> Option<PageCache> {
        let first = self.find(Pages(1))?;
        let base = PageIdx(first.0 & !(CACHE_PAGES - 1));
        let (chunk, word) = (chunk_of(base), base.0 % CHUNK_PAGES / WORD);
        let generation = self.bounds.generation;
        let region = self.tree.region_mut(chunk)?;
        let free = !region.taken(chunk)[word];
        let cache = PageCache::new(base, free, region.scavenged(chunk)[word]);
        let leaf = region.chunk(chunk).take_word(word, free);
        change_use(region, chunk, |chunk| chunk.take(cache.free().0, generation));
        self.tree.set_leaf(chunk, leaf);
        self.free -= cache.free();
        self.scavenged -= cache.scavenged();
        // Nothing of the window is free. Its last page was grown, the one after perhaps not.
        self.search = self.search.max(base + Pages(CACHE_PAGES - 1));
        Some(cache)
    }

    /// Gives back the pages that are left in `cache`, as they are, and empties it.
    ///
    /// Upholds `alloc/pages/page-cache-flush-exact` and `alloc/scavenge/scavenge-index-not-lossy`.
    /// Source: Go `pageCache.flush`.
    pub fn flush_cache(&mut self, cache: &mut PageCache) {
        let PageCache { base, free, scavenged } = std::mem::take(cache);
        if free == 0 {
            return;
        }
        let (chunk, word) = (chunk_of(base), base.0 % CHUNK_PAGES / WORD);
        let generation = self.bounds.generation;
        let Some(region) = self.tree.region_mut(chunk) else { return };
        let leaf = region.chunk(chunk).free_word(word, free, scavenged);
        let pages = Pages(free.count_ones() as usize);
        change_use(region, chunk, |chunk| chunk.free(pages.0, generation));
        self.bounds.free(chunk);
        self.tree.set_leaf(chunk, leaf);
        self.free += pages;
        self.scavenged += Pages(scavenged.count_ones() as usize);
        self.search = self.search.min(base + Pages(free.trailing_zeros() as usize));
    }
}

/// A cache without pages.
impl Default for PageCache {
    fn default() -> PageCache {
        PageCache::EMPTY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_gives_the_lowest_run_that_fits_and_what_of_it_was_scavenged() {
        let mut cache = PageCache::new(PageIdx(128), 0b1_1110_1101, 0b1_0000_1111);
        assert_eq!(cache.scavenged(), Pages(4));
        assert_eq!(cache.alloc(Pages(3)), Some((PageIdx(133), Pages(0))));
        assert_eq!(cache.alloc(Pages(3)), None);
        assert_eq!(cache.alloc(Pages(2)), Some((PageIdx(130), Pages(2))));
        assert_eq!(cache.alloc(Pages(1)), Some((PageIdx(128), Pages(1))));
        assert_eq!(cache.alloc(Pages(1)), Some((PageIdx(136), Pages(1))));
        assert!(cache.is_empty());
        assert_eq!(cache.alloc(Pages(1)), None);
    }

    #[test]
    fn a_whole_window_is_one_run() {
        let mut cache = PageCache::new(PageIdx(64), u64::MAX, 0);
        assert_eq!(cache.alloc(Pages(65)), None);
        assert_eq!(cache.alloc(Pages(64)), Some((PageIdx(64), Pages(0))));
        assert!(cache.is_empty());
    }
}
