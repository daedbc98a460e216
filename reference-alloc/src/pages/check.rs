//! The page allocator looked at: counts, chunks, summaries, and a slow check of every law.
//!
//! The check shares nothing with the fast paths but the storage: it looks at each page, one after
//! the other, and computes again what the rest of this folder keeps up to date. Nothing here
//! allocates: the allocator itself may be what is being looked at.
//!
//! Source: Go `runtime/export_test.go` (`CheckScavengedBitsCleared`, `ReadMemStatsSlow`).

use crate::bitmap::{WORD, count, get};
use crate::pages::PageAlloc;
use crate::pages::bits::{Bits, free_pages};
use crate::pages::density::ChunkUse;
use crate::pages::ranges;
use crate::pages::region::{LEAF, LEVEL_LOG, REGION_CHUNKS_LOG, REGION_PAGES_LOG, Region};
use crate::pages::summary::{FAN_OUT, Summary};
use crate::units::{CHUNK_PAGES, PageIdx, Pages};

/// A chunk, as it is.
#[derive(Clone, Copy, Debug)]
pub struct ChunkView<'a> {
    /// Its first page.
    pub base: PageIdx,
    /// Ones are pages that are taken, in use or in a page cache or just being released.
    pub taken: &'a Bits,
    /// Ones are free pages without memory behind them.
    pub scavenged: &'a Bits,
    /// What the tree says of it.
    pub summary: Summary,
    /// What the scavenger knows of it.
    pub density: ChunkUse,
}

impl PageAlloc {
    /// Pages in all chunks that were grown.
    ///
    /// Upholds `alloc/pages/page-accounting`: `mapped = in_use + free + releasing`.
    pub fn mapped_pages(&self) -> Pages {
        self.mapped
    }

    /// Pages that are free here. Those in page caches are not.
    pub fn free_pages(&self) -> Pages {
        self.free
    }

    /// Free pages without memory behind them. Those in page caches are counted by
    /// [`PageCache::scavenged`](crate::pages::PageCache::scavenged).
    ///
    /// Upholds `alloc/scavenge/scavenge-accounting`.
    pub fn scavenged_pages(&self) -> Pages {
        self.scavenged
    }

    /// Pages whose memory is just being released.
    pub fn releasing_pages(&self) -> Pages {
        self.releasing
    }

    /// Pages that were taken from here, in use or in page caches.
    pub fn in_use_pages(&self) -> Pages {
        self.mapped - self.free - self.releasing
    }

    /// No page below this one is free. [`PageIdx::END`] if it is known that none is at all.
    pub fn search_start(&self) -> PageIdx {
        self.search
    }

    /// The ranges of address space that the heap has, from low to high.
    pub fn ranges(&self) -> impl Iterator<Item = (PageIdx, Pages)> {
        ranges::ranges(&self.tree)
    }

    /// Shows every chunk, from low to high.
    pub fn chunks(&self, visit: &mut dyn FnMut(&ChunkView<'_>)) {
        for (chunk, region) in ranges::chunks(&self.tree) {
            visit(&view(region, chunk));
        }
    }

    /// Shows the summaries of the whole tree: level 0 (16 GiB) to 4 (4 MiB), the first page, what
    /// the entry says. Leaves those out that say that nothing is free.
    pub fn summaries(&self, visit: &mut dyn FnMut(usize, PageIdx, Summary)) {
        self.regions(&mut |r, region| {
            let base = r << REGION_PAGES_LOG;
            visit(0, PageIdx(base), self.tree.root(r));
            for (level, log) in LEVEL_LOG.iter().enumerate().skip(1) {
                for entry in 0..1 << (3 * level) {
                    let summary = region.summary(level, entry);
                    if summary != Summary::NONE {
                        visit(level, PageIdx(base + (entry << log)), summary);
                    }
                }
            }
        });
    }

    fn regions(&self, visit: &mut dyn FnMut(usize, &Region)) {
        let mut from = 0;
        while let Some(r) = self.tree.next_used(from) {
            if let Some(region) = self.tree.region(r << REGION_CHUNKS_LOG) {
                visit(r, region);
            }
            from = r + 1;
        }
    }

    /// Looks at every page, and names each law that is broken, with a page at which it shows.
    ///
    /// Costs time in proportion to the heap.
    pub fn check(&self, report: &mut dyn FnMut(&'static str, PageIdx)) {
        let (mut mapped, mut free, mut scavenged, mut in_use) = (0, 0, 0, 0);
        for (chunk, region) in ranges::chunks(&self.tree) {
            let chunk = view(region, chunk);
            mapped += CHUNK_PAGES;
            free += free_pages(chunk.taken);
            scavenged += count(chunk.scavenged);
            in_use += usize::from(chunk.density.in_use);
            self.check_chunk(&chunk, report);
        }
        let laws = [
            ("alloc/pages/page-accounting", self.mapped, mapped),
            ("alloc/pages/page-accounting", self.free, free),
            ("alloc/pages/page-accounting", self.in_use_pages(), in_use),
            ("alloc/scavenge/scavenge-accounting", self.scavenged, scavenged),
        ];
        for (id, kept, counted) in laws {
            if kept != Pages(counted) {
                report(id, PageIdx(0));
            }
        }
        self.check_search(free > 0, report);
        self.regions(&mut |r, region| self.check_region(r, region, report));
    }

    fn check_chunk(&self, chunk: &ChunkView<'_>, report: &mut dyn FnMut(&'static str, PageIdx)) {
        if slow_summary(chunk.taken) != chunk.summary {
            report("alloc/pages/summary-matches-bitmap", chunk.base);
        }
        let mut both = chunk.taken.iter().zip(chunk.scavenged);
        if let Some(word) = both.position(|(taken, scavenged)| taken & scavenged != 0) {
            report("alloc/scavenge/scavenged-bit-cleared", chunk.base + Pages(word * WORD));
        }
        let is_free = |page: usize| !get(chunk.taken, page);
        let below = self.search.0.saturating_sub(chunk.base.0).min(CHUNK_PAGES);
        if let Some(page) = (0..below).find(|&page| is_free(page)) {
            report("alloc/pages/search-addr-sound", chunk.base + Pages(page));
        }
        // Physical pages that could be released: wholly free, and wholly with memory.
        let granule = self.granule.max(1);
        let lost = (0..CHUNK_PAGES).step_by(granule).find(|&at| {
            let seen = chunk.density.has_free && self.bounds.forced > chunk.base.0 / CHUNK_PAGES;
            !seen && (at..at + granule).all(|page| is_free(page) && !get(chunk.scavenged, page))
        });
        if let Some(page) = lost {
            report("alloc/scavenge/scavenge-index-not-lossy", chunk.base + Pages(page));
        }
    }

    fn check_search(&self, any_free: bool, report: &mut dyn FnMut(&'static str, PageIdx)) {
        let exhausted = self.search == PageIdx::END && !any_free;
        let grown = ranges::is_grown(&self.tree, self.search);
        if self.mapped != Pages(0) && !exhausted && !grown {
            report("alloc/pages/search-addr-sound", self.search);
        }
    }

    fn check_region(
        &self,
        r: usize,
        region: &Region,
        report: &mut dyn FnMut(&'static str, PageIdx),
    ) {
        let base = r << REGION_PAGES_LOG;
        for chunk in 0..1 << REGION_CHUNKS_LOG {
            if !region.is_grown(chunk) && region.leaf(chunk) != Summary::NONE {
                report("alloc/pages/summary-matches-bitmap", PageIdx(base + chunk * CHUNK_PAGES));
            }
        }
        for level in 0..LEAF {
            for entry in 0..1 << (3 * level) {
                let kept =
                    if level == 0 { self.tree.root(r) } else { region.summary(level, entry) };
                let children = |i| region.summary(level + 1, entry * FAN_OUT + i);
                if slow_merge(&std::array::from_fn(children), 1 << LEVEL_LOG[level + 1]) != kept {
                    let page = base + (entry << LEVEL_LOG[level]);
                    report("alloc/pages/summary-merge-consistent", PageIdx(page));
                }
            }
        }
    }
}

fn view(region: &Region, chunk: usize) -> ChunkView<'_> {
    ChunkView {
        base: PageIdx(chunk * CHUNK_PAGES),
        taken: region.taken(chunk),
        scavenged: region.scavenged(chunk),
        summary: region.leaf(chunk),
        density: ChunkUse::from_word(region.use_word(chunk)),
    }
}

/// The summary of a chunk, page by page.
fn slow_summary(taken: &Bits) -> Summary {
    let (mut start, mut max, mut run) = (None, 0, 0);
    for page in 0..CHUNK_PAGES {
        if get(taken, page) {
            start.get_or_insert(run);
            run = 0;
        } else {
            run += 1;
            max = max.max(run);
        }
    }
    Summary::new(start.unwrap_or(run), max, run)
}

/// The summary of 8 neighbours of `whole` pages each, run by run.
fn slow_merge(children: &[Summary; FAN_OUT], whole: usize) -> Summary {
    let (mut start, mut max, mut run) = (None, 0, 0);
    for child in children {
        max = max.max(child.max()).max(run + child.start());
        if child.max() == whole {
            run += whole;
        } else {
            start.get_or_insert(run + child.start());
            run = child.end();
        }
    }
    Summary::new(start.unwrap_or(run), max.max(run), run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::change_use;
    use crate::pages::tests::Leaked;

    const CHUNK: usize = 700;
    const BASE: PageIdx = PageIdx(CHUNK * CHUNK_PAGES);

    /// A heap of one chunk whose first 100 pages are taken, but for some in the middle.
    fn heap() -> Box<PageAlloc> {
        let mut heap = Box::new(PageAlloc::new());
        heap.grow(&mut Leaked, BASE, Pages(CHUNK_PAGES)).expect("there is memory");
        heap.alloc(Pages(100)).expect("all is free");
        heap.free(BASE + Pages(40), Pages(9));
        heap
    }

    /// What is found in the heap after `harm` was done to it.
    fn found(harm: impl FnOnce(&mut PageAlloc, &mut Region)) -> Vec<(&'static str, PageIdx)> {
        let mut heap = heap();
        // The region is taken out, so that both can be lent, and put back.
        let mut region = heap.tree.take_region(CHUNK).expect("it was grown");
        harm(&mut heap, &mut region);
        heap.tree.add_region(CHUNK, region);
        let mut found = Vec::new();
        heap.check(&mut |id, page| found.push((id, page)));
        found
    }

    #[test]
    fn a_sound_heap_has_nothing_against_it() {
        assert_eq!(found(|_, _| {}), []);
    }

    #[test]
    fn each_broken_law_is_named_where_it_shows() {
        let accounting = ("alloc/pages/page-accounting", PageIdx(0));
        assert_eq!(found(|heap, _| heap.mapped += Pages(1)), [accounting, accounting]);
        assert_eq!(found(|heap, _| heap.releasing += Pages(1)), [accounting]);
        let scavenged = ("alloc/scavenge/scavenge-accounting", PageIdx(0));
        assert_eq!(found(|heap, _| heap.scavenged += Pages(1)), [scavenged]);
        let search = "alloc/pages/search-addr-sound";
        assert_eq!(found(|heap, _| heap.search = BASE + Pages(41)), [(search, BASE + Pages(40))]);
        assert_eq!(found(|heap, _| heap.search = PageIdx(5)), [(search, PageIdx(5))]);
        let bitmap = found(|_, region| {
            let leaf = region.leaf(CHUNK);
            region.set_summary(LEAF, CHUNK, Summary::new(leaf.start() + 1, leaf.max(), leaf.end()));
        });
        assert_eq!(bitmap, [("alloc/pages/summary-matches-bitmap", BASE)]);
        let absent = found(|_, region| region.set_summary(LEAF, CHUNK + 8, Summary::free(1)));
        let next = BASE + Pages(8 * CHUNK_PAGES);
        let merge = "alloc/pages/summary-merge-consistent";
        let parent = PageIdx((CHUNK / 8 + 1) * 8 * CHUNK_PAGES);
        assert_eq!(absent, [("alloc/pages/summary-matches-bitmap", next), (merge, parent)]);
        let merged = found(|_, region| region.set_summary(2, 0, Summary::free(1)));
        assert_eq!(merged, [(merge, PageIdx(0)), (merge, PageIdx(0))]);
        let both = found(|heap, region| {
            region.chunk(CHUNK).scavenged[1] |= 1 << 3;
            heap.scavenged += Pages(1);
        });
        assert_eq!(both, [("alloc/scavenge/scavenged-bit-cleared", BASE + Pages(WORD))]);
        let lost = [("alloc/scavenge/scavenge-index-not-lossy", BASE + Pages(40))];
        let unmark =
            |region: &mut Region| change_use(region, CHUNK, |chunk| chunk.has_free = false);
        assert_eq!(found(|_, region| unmark(region)), lost);
        assert_eq!(found(|heap, _| heap.bounds.forced = CHUNK), lost);
    }
}
