//! Wrong page allocators and page caches.

use crate::mutant::go::pages::{Chunk, PageCache, Pages, WINDOW};
use crate::mutant::go::parts::{Parts, Right};
use crate::target::inside::{CHUNK, PAGE, Summary};

mutants! { heap:
    LosesPage(go_heap) "alloc/loses-page-of-window"
        breaks "alloc/pages/page-accounting"
        also ["alloc/pages/page-cache-flush-exact"]
        "Forgets the highest page of a page cache that is flushed.";
    JoinsShort(go_heap) "alloc/joins-runs-one-page-short"
        breaks "alloc/pages/page-run-was-free"
        also ["alloc/pages/first-fit-lowest-address"]
        "Takes two free runs that are a page short for long enough.";
    ForgetsLower(go_heap) "alloc/forgets-lower-free-pages"
        breaks "alloc/pages/first-fit-lowest-address"
        also ["alloc/pages/search-addr-sound"]
        "Does not search lower when a run is given back.";
    SearchesPastWindow(go_heap) "alloc/searches-one-page-past-window"
        breaks "alloc/pages/search-addr-sound"
        also []
        "Goes on searching one page behind the window that it has taken.";
    GivesUp(go_heap) "alloc/gives-up-after-any-failure"
        breaks "alloc/pages/exhaustion-not-sticky"
        also ["alloc/pages/search-addr-sound"]
        "Takes the heap for exhausted when any request fails.";
    SkipsInnerRuns(go_heap) "alloc/skips-inner-runs"
        breaks "alloc/pages/summary-matches-bitmap"
        also []
        "Does not look for longer runs inside a chunk when one end has 48 free pages.";
    ExtendsStart(go_heap) "alloc/extends-start-past-used-child"
        breaks "alloc/pages/summary-merge-consistent"
        also []
        "Adds the start of a child to the start of the whole though a child between is in use.";
    TakesUnmarked(go_heap) "alloc/takes-window-without-marking"
        breaks "alloc/pages/page-cache-exclusive"
        also ["alloc/pages/page-accounting"]
        "Leaves the pages of a page cache free in the bitmap.";
    FlushesUnscavenged(go_heap) "alloc/flushes-without-scavenged-bits"
        breaks "alloc/pages/page-cache-flush-exact"
        also []
        "Forgets which pages of a page cache were given back to the system.";
    FreesOneLess(go_heap) "alloc/frees-one-page-less-across-chunks"
        breaks "alloc/pages/coalesce-to-full"
        also ["alloc/pages/page-accounting"]
        "Does not free the last page of a run that crosses chunks.";
}

impl Parts for LosesPage {
    fn return_window(chunk: &mut Chunk, word: usize, cache: PageCache) {
        let free = cache.free & !(1 << 63);
        Right::return_window(chunk, word, PageCache { free, ..cache });
    }
}

impl Parts for JoinsShort {
    fn straddles(end: usize, start: usize, n: usize) -> bool {
        start > 0 && end + start + 1 >= n
    }
}

impl Parts for ForgetsLower {
    fn lower_search(pages: &mut Pages, base: usize) {
        pages.search = if pages.search == usize::MAX { base } else { pages.search };
    }
}

impl Parts for SearchesPastWindow {
    fn search_after_window(pages: &Pages, base: usize) -> usize {
        pages.mapped_from(base + (WINDOW + 1) * PAGE)
    }
}

impl Parts for GivesUp {
    fn nothing_found(pages: &mut Pages, _n: usize) {
        pages.search = usize::MAX;
    }
}

impl Parts for SkipsInnerRuns {
    fn summarize(alloc: &[u64; 8]) -> Summary {
        let summary = Right::summarize(alloc);
        let ends = summary.start.max(summary.end);
        if ends >= 48 { Summary { max: ends, ..summary } } else { summary }
    }
}

impl Parts for ExtendsStart {
    fn merge(children: &[Summary], size: usize) -> Summary {
        let mut sum = Right::merge(children, size);
        if sum.start > 0 && sum.start < size {
            sum.start += children.last().map_or(0, |last| last.start);
        }
        if sum.start == 0 {
            sum.start = children.iter().map(|child| child.start).max().unwrap_or(0);
        }
        sum
    }
}

impl Parts for TakesUnmarked {
    fn take_window(chunk: &mut Chunk, word: usize, free: u64) {
        let alloc = chunk.alloc[word];
        Right::take_window(chunk, word, free);
        chunk.alloc[word] = alloc | free & 0xFFFF_FFFF;
    }
}

impl Parts for FlushesUnscavenged {
    fn return_window(chunk: &mut Chunk, word: usize, cache: PageCache) {
        Right::return_window(chunk, word, PageCache { scavenged: 0, ..cache });
    }
}

impl Parts for FreesOneLess {
    fn pages_to_clear(base: usize, n: usize) -> impl Iterator<Item = usize> {
        let crosses = base / CHUNK != (base + n * PAGE - 1) / CHUNK;
        (0..n - usize::from(crosses)).map(move |i| base + i * PAGE)
    }
}
