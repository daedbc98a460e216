//! The page allocator against a slow, plain model, and against maxima found by exhaustive search.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::TestCaseError;
use reference_alloc::error::OutOfMemory;
use reference_alloc::pages::{CACHE_PAGES, Meta, PageAlloc, PageCache, Taken};
use reference_alloc::units::{CHUNK_PAGES, PageIdx, Pages};
use std::collections::{BTreeSet, HashSet};

/// Metadata that the tests never give back: untouched, they cost nothing.
struct Leaked;

impl Meta for Leaked {
    fn zeroed(&mut self, words: usize) -> Option<&'static mut [u64]> {
        Some(vec![0; words].leak())
    }
}

struct NoMeta;

impl Meta for NoMeta {
    fn zeroed(&mut self, _: usize) -> Option<&'static mut [u64]> {
        None
    }
}

const REGION: usize = 1 << 21;

fn heap(ranges: &[(usize, usize)]) -> Box<PageAlloc> {
    let mut heap = Box::new(PageAlloc::new());
    for &(chunk, chunks) in ranges {
        let (base, n) = (PageIdx(chunk * CHUNK_PAGES), Pages(chunks * CHUNK_PAGES));
        heap.grow(&mut Leaked, base, n).expect("there is memory");
    }
    heap
}

fn broken(heap: &PageAlloc) -> Vec<(&'static str, PageIdx)> {
    let mut found = Vec::new();
    heap.check(&mut |id, page| found.push((id, page)));
    found
}

/// What taking a run answers.
#[expect(clippy::unnecessary_wraps, reason = "it is compared with answers that may be `None`")]
fn taken(base: usize, scavenged: usize) -> Option<Taken> {
    Some(Taken { base: PageIdx(base), scavenged: Pages(scavenged) })
}

/// What a page is to the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Page {
    Absent,
    Fresh,
    Free,
    Taken,
}

/// A heap as a list of pages. It begins `first` pages above address 0.
struct Model {
    first: usize,
    pages: Vec<Page>,
}

impl Model {
    fn is_free(&self, at: usize) -> bool {
        matches!(self.pages.get(at), Some(Page::Fresh | Page::Free))
    }

    /// The lowest place where `n` free pages begin, at a multiple of `align`.
    fn find(&self, n: usize, align: usize) -> Option<usize> {
        let (mut run, mut at) = (0, self.pages.len());
        let mut lowest = None;
        while at > 0 {
            at -= 1;
            run = if self.is_free(at) { run + 1 } else { 0 };
            if run >= n && (self.first + at).is_multiple_of(align) {
                lowest = Some(at);
            }
        }
        lowest
    }

    fn take(&mut self, at: usize, n: usize) -> Option<Taken> {
        let pages = &mut self.pages[at..at + n];
        let scavenged = pages.iter().filter(|&&page| page == Page::Fresh).count();
        pages.fill(Page::Taken);
        taken(self.first + at, scavenged)
    }

    fn count(&self, wanted: Page) -> Pages {
        Pages(self.pages.iter().filter(|&&page| page == wanted).count())
    }
}

#[derive(Clone, Debug)]
enum Op {
    Alloc { n: usize },
    Aligned { n: usize, log: u32 },
    Extend { nth: usize, n: usize },
    Free { nth: usize },
    FreeBatch { from: usize, count: usize },
    Fill,
    FromCache { nth: usize, n: usize },
    Flush { nth: usize },
    Grow { nth: usize },
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let pages = || prop_oneof![6 => 1..20usize, 2 => 1..200usize, 1 => 1..2000usize];
    let nth = any::<usize>;
    let op = prop_oneof![
        6 => pages().prop_map(|n| Op::Alloc { n }),
        2 => (pages(), 0..11u32).prop_map(|(n, log)| Op::Aligned { n, log }),
        2 => (nth(), pages()).prop_map(|(nth, n)| Op::Extend { nth, n }),
        6 => nth().prop_map(|nth| Op::Free { nth }),
        1 => (nth(), 1..40usize).prop_map(|(from, count)| Op::FreeBatch { from, count }),
        2 => any::<()>().prop_map(|()| Op::Fill),
        3 => (nth(), 1..20usize).prop_map(|(nth, n)| Op::FromCache { nth, n }),
        2 => nth().prop_map(|nth| Op::Flush { nth }),
        1 => nth().prop_map(|nth| Op::Grow { nth }),
    ];
    vec(op, 1..150)
}

/// The heap and its model, side by side.
struct Pair {
    heap: Box<PageAlloc>,
    model: Model,
    live: Vec<(usize, usize)>,
    caches: Vec<PageCache>,
}

impl Pair {
    /// A heap whose `chunks` chunks from `first` on can be grown; every other one is, to begin with.
    fn new(first: usize, chunks: usize) -> Pair {
        let model =
            Model { first: first * CHUNK_PAGES, pages: vec![Page::Absent; chunks * CHUNK_PAGES] };
        let heap = Box::new(PageAlloc::new());
        let mut pair = Pair { heap, model, live: Vec::new(), caches: Vec::new() };
        (0..chunks).step_by(2).for_each(|chunk| pair.grow(chunk));
        pair
    }

    fn grow(&mut self, chunk: usize) {
        let at = chunk * CHUNK_PAGES;
        if self.model.pages[at] == Page::Absent {
            let base = PageIdx(self.model.first + at);
            self.heap.grow(&mut Leaked, base, Pages(CHUNK_PAGES)).expect("there is memory");
            self.model.pages[at..at + CHUNK_PAGES].fill(Page::Fresh);
        }
    }

    fn took(
        &mut self,
        real: Option<Taken>,
        at: Option<usize>,
        n: usize,
    ) -> Result<(), TestCaseError> {
        let model = at.and_then(|at| self.model.take(at, n));
        prop_assert_eq!(real, model);
        self.live.extend(real.map(|taken| (taken.base.0, n)));
        Ok(())
    }

    fn forget(&mut self, nth: usize) -> Option<(usize, usize)> {
        let nth = nth.checked_rem(self.live.len())?;
        let (base, n) = self.live.swap_remove(nth);
        let at = base - self.model.first;
        self.model.pages[at..at + n].fill(Page::Free);
        Some((base, n))
    }

    fn step(&mut self, op: &Op) -> Result<(), TestCaseError> {
        match *op {
            Op::Alloc { n } => {
                let at = self.model.find(n, 1);
                let real = self.heap.alloc(Pages(n));
                self.took(real, at, n)?;
            }
            Op::Aligned { n, log } => {
                let at = self.model.find(n, 1 << log);
                let real = self.heap.alloc_aligned(Pages(n), Pages(1 << log));
                self.took(real, at, n)?;
            }
            Op::Extend { nth, n } => {
                let Some(nth) = nth.checked_rem(self.live.len()) else { return Ok(()) };
                let end = self.live[nth].0 + self.live[nth].1;
                let at = end - self.model.first;
                let fits = (at..at + n).all(|page| self.model.is_free(page));
                let real = self.heap.extend(PageIdx(end), Pages(n));
                self.took(real, fits.then_some(at), n)?;
            }
            Op::Free { nth } => {
                if let Some((base, n)) = self.forget(nth) {
                    self.heap.free(PageIdx(base), Pages(n));
                }
            }
            Op::FreeBatch { from, count } => {
                let runs = (0..count).filter_map(|i| self.forget(from.wrapping_add(i * 7)));
                let mut runs: Vec<_> = runs.map(|(base, n)| (PageIdx(base), Pages(n))).collect();
                self.heap.free_batch(&mut runs);
            }
            Op::Fill => self.fill()?,
            Op::FromCache { nth, n } => {
                let Some(nth) = nth.checked_rem(self.caches.len()) else { return Ok(()) };
                if let Some((base, _)) = self.caches[nth].alloc(Pages(n)) {
                    prop_assert!((0..n).all(|i| !self.caches[nth].holds(base + Pages(i))));
                    self.live.push((base.0, n));
                }
            }
            Op::Flush { nth } => {
                let Some(nth) = nth.checked_rem(self.caches.len()) else { return Ok(()) };
                self.flush(nth)?;
            }
            Op::Grow { nth } => self.grow(nth % (self.model.pages.len() / CHUNK_PAGES)),
        }
        Ok(())
    }

    fn fill(&mut self) -> Result<(), TestCaseError> {
        let cache = self.heap.fill_cache();
        let first = self.model.find(1, 1).map(|at| (self.model.first + at) / CACHE_PAGES);
        prop_assert_eq!(cache.as_ref().map(|cache| cache.base().0 / CACHE_PAGES), first);
        let Some(cache) = cache else { return Ok(()) };
        let at = cache.base().0 - self.model.first;
        let mut fresh = 0;
        for (i, page) in self.model.pages[at..at + CACHE_PAGES].iter_mut().enumerate() {
            let free = matches!(page, Page::Fresh | Page::Free);
            prop_assert_eq!(cache.holds(cache.base() + Pages(i)), free);
            fresh += usize::from(*page == Page::Fresh);
            *page = Page::Taken;
        }
        prop_assert_eq!(cache.scavenged(), Pages(fresh));
        self.caches.push(cache);
        Ok(())
    }

    /// The pages that the cache still holds become free; which of them are fresh is asked of a
    /// second cache of the same window.
    fn flush(&mut self, nth: usize) -> Result<(), TestCaseError> {
        let mut cache = self.caches.swap_remove(nth);
        let at = cache.base().0 - self.model.first;
        let (free, scavenged) = (self.heap.free_pages(), self.heap.scavenged_pages());
        let (returned, fresh) = (cache.free(), cache.scavenged());
        let left: Vec<usize> =
            (0..CACHE_PAGES).filter(|&i| cache.holds(cache.base() + Pages(i))).collect();
        self.heap.flush_cache(&mut cache);
        prop_assert!(cache.is_empty());
        prop_assert_eq!(self.heap.free_pages(), free + returned);
        prop_assert_eq!(self.heap.scavenged_pages(), scavenged + fresh);
        let mut marks = Vec::new();
        self.heap.chunks(&mut |chunk| {
            let first = self.model.first + at;
            if first / CHUNK_PAGES * CHUNK_PAGES == chunk.base.0 {
                marks.push(chunk.scavenged[first % CHUNK_PAGES / CACHE_PAGES]);
            }
        });
        for i in left {
            let fresh = marks[0] >> i & 1 == 1;
            self.model.pages[at + i] = if fresh { Page::Fresh } else { Page::Free };
        }
        Ok(())
    }

    fn agree(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(broken(&self.heap), []);
        prop_assert_eq!(self.heap.scavenged_pages(), self.model.count(Page::Fresh));
        let free = self.model.count(Page::Free) + self.model.count(Page::Fresh);
        prop_assert_eq!(self.heap.free_pages(), free);
        prop_assert_eq!(self.heap.in_use_pages(), self.model.count(Page::Taken));
        Ok(())
    }

    fn run(mut self, ops: &[Op]) -> Result<(), TestCaseError> {
        for (i, op) in ops.iter().enumerate() {
            self.step(op)?;
            if i % 16 == 0 {
                self.agree()?;
            }
        }
        while !self.caches.is_empty() {
            self.flush(0)?;
        }
        while let Some((base, n)) = self.forget(0) {
            self.heap.free(PageIdx(base), Pages(n));
        }
        self.agree()?;
        prop_assert_eq!(self.heap.in_use_pages(), Pages(0));
        let mut whole = true;
        self.heap.chunks(&mut |chunk| whole &= chunk.summary.max() == CHUNK_PAGES);
        prop_assert!(whole, "all is free, and some chunk is not one run");
        Ok(())
    }
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(200))]

    #[test]
    fn a_heap_of_a_few_chunks_does_what_a_list_of_pages_does(ops in ops()) {
        Pair::new(1, 6).run(&ops)?;
    }

    #[test]
    fn a_heap_across_two_regions_does_what_a_list_of_pages_does(ops in ops()) {
        Pair::new(REGION / CHUNK_PAGES - 3, 6).run(&ops)?;
    }

    #[test]
    fn a_heap_across_a_border_of_each_level_does_what_a_list_of_pages_does(ops in ops()) {
        Pair::new((8 << 12) + 512 - 3, 6).run(&ops)?;
    }
}

#[test]
fn the_first_run_is_the_lowest_and_was_never_touched() {
    let mut heap = heap(&[(5, 1)]);
    assert_eq!(heap.alloc(Pages(3)), taken(5 * 512, 3));
    assert_eq!(heap.alloc(Pages(1)), taken(5 * 512 + 3, 1));
    heap.free(PageIdx(5 * 512), Pages(3));
    assert_eq!(heap.alloc(Pages(4)), taken(5 * 512 + 4, 4));
    assert_eq!(heap.alloc(Pages(2)), taken(5 * 512, 0), "touched before: it has memory");
    assert_eq!(broken(&heap), []);
}

#[test]
fn a_run_may_lie_across_regions() {
    let chunks = REGION / CHUNK_PAGES;
    let mut heap = heap(&[(chunks - 1, 2)]);
    assert_eq!(heap.alloc(Pages(300)), taken(REGION - 512, 300));
    assert_eq!(heap.alloc(Pages(700)), taken(REGION - 212, 700));
    assert_eq!(heap.alloc(Pages(25)), None);
    assert_eq!(heap.alloc(Pages(24)), taken(REGION + 488, 24));
    heap.free(PageIdx(REGION - 212), Pages(700));
    assert_eq!(heap.extend(PageIdx(REGION - 212), Pages(701)), None);
    assert_eq!(heap.extend(PageIdx(REGION - 212), Pages(700)), taken(REGION - 212, 0));
    assert_eq!(broken(&heap), []);
}

#[test]
fn a_run_may_be_longer_than_a_region() {
    let chunks = REGION / CHUNK_PAGES;
    let mut heap = heap(&[(chunks - 1, chunks + 2)]);
    let all = REGION + 1024;
    assert_eq!(heap.alloc(Pages(all + 1)), None);
    assert_eq!(heap.alloc(Pages(all)), taken(REGION - 512, all));
    assert_eq!(heap.alloc(Pages(1)), None);
    assert_eq!(heap.search_start(), PageIdx::END);
    assert_eq!(broken(&heap), []);
    heap.free(PageIdx(REGION - 512), Pages(all));
    assert_eq!(heap.ranges().collect::<Vec<_>>(), [(PageIdx(REGION - 512), Pages(all))]);
    assert_eq!(heap.alloc_aligned(Pages(5), Pages(REGION)), taken(REGION, 0));
    assert_eq!(broken(&heap), []);
}

#[test]
fn regions_that_are_not_neighbours_have_no_run_across() {
    let chunks = REGION / CHUNK_PAGES;
    let mut heap = heap(&[(3 * chunks, 1), (chunks - 1, 1)]);
    assert_eq!(heap.alloc(Pages(513)), None);
    assert_eq!(heap.alloc(Pages(512)), taken(REGION - 512, 512));
    assert_eq!(heap.alloc(Pages(512)), taken(3 * REGION, 512));
    assert_eq!(broken(&heap), []);
}

#[test]
fn the_last_page_of_the_address_space_can_be_used() {
    let last = PageIdx::END.0 / CHUNK_PAGES - 1;
    let mut heap = heap(&[(last, 1)]);
    assert_eq!(heap.alloc(Pages(511)), taken(PageIdx::END.0 - 512, 511));
    assert_eq!(heap.extend(PageIdx(PageIdx::END.0 - 1), Pages(2)), None);
    assert_eq!(heap.alloc_aligned(Pages(1), Pages(2)), None);
    assert_eq!(heap.extend(PageIdx(PageIdx::END.0 - 1), Pages(1)), taken(PageIdx::END.0 - 1, 1));
    assert_eq!(heap.alloc(Pages(1)), None);
    assert_eq!(heap.grow(&mut Leaked, PageIdx::END, Pages(512)), Err(OutOfMemory));
}

#[test]
fn a_request_too_large_does_not_exhaust_the_heap() {
    let mut heap = heap(&[(7, 1), (9, 1)]);
    assert_eq!(heap.alloc(Pages(513)), None);
    assert_eq!(heap.alloc(Pages(1024)), None);
    assert_eq!(heap.alloc(Pages(512)), taken(7 * 512, 512));
    assert_eq!(heap.alloc(Pages(512)), taken(9 * 512, 512));
    assert_eq!(heap.alloc(Pages(1)), None);
    assert_eq!(heap.search_start(), PageIdx::END);
    heap.free(PageIdx(9 * 512 + 3), Pages(1));
    assert_eq!(heap.alloc(Pages(1)), taken(9 * 512 + 3, 0));
}

#[test]
fn growth_without_metadata_fails_and_changes_nothing() {
    let mut heap = heap(&[(1, 1)]);
    let chunks = REGION / CHUNK_PAGES;
    let base = PageIdx((chunks - 1) * CHUNK_PAGES);
    assert_eq!(heap.grow(&mut NoMeta, base, Pages(1024)), Err(OutOfMemory));
    assert_eq!(heap.mapped_pages(), Pages(512));
    assert_eq!(broken(&heap), []);
    assert_eq!(heap.grow(&mut NoMeta, PageIdx(1024), Pages(512)), Ok(()), "the region is known");
    assert_eq!(heap.alloc(Pages(1024)), taken(512, 1024));
}

#[test]
fn lower_address_space_that_comes_later_is_used_first() {
    let mut heap = heap(&[(9, 1)]);
    assert_eq!(heap.alloc(Pages(512)), taken(9 * 512, 512));
    heap.grow(&mut Leaked, PageIdx(4 * 512), Pages(512)).expect("there is memory");
    assert_eq!(heap.alloc(Pages(1)), taken(4 * 512, 1));
    assert_eq!(broken(&heap), []);
}

#[test]
fn a_cache_holds_what_is_free_of_the_first_window() {
    let mut heap = heap(&[(1, 1)]);
    heap.alloc(Pages(70)).expect("there is room");
    heap.free(PageIdx(512 + 65), Pages(2));
    let mut cache = heap.fill_cache().expect("there is a free page");
    assert_eq!(
        (cache.base(), cache.free(), cache.scavenged()),
        (PageIdx(512 + 64), Pages(60), Pages(58))
    );
    assert_eq!(cache.alloc(Pages(3)), Some((PageIdx(512 + 70), Pages(3))));
    assert_eq!(heap.alloc(Pages(1)), taken(512 + 128, 1));
    heap.flush_cache(&mut cache);
    assert_eq!(heap.alloc(Pages(2)), taken(512 + 65, 0));
    assert_eq!(heap.alloc(Pages(2)), taken(512 + 73, 2));
    assert_eq!(broken(&heap), []);
}

/// The most pages that first fit ever spans, over all sequences of requests of `sizes` with at most
/// `live` pages live at a time: a search over all layouts that can be reached. Each is rebuilt in
/// the real allocator, which is then asked where the next block goes.
fn first_fit_extent(live: usize, sizes: &[usize]) -> (usize, usize) {
    let mut heap = heap(&[(1, 1)]);
    let mut seen = HashSet::from([BTreeSet::new()]);
    let mut open: Vec<BTreeSet<(usize, usize)>> = seen.iter().cloned().collect();
    let mut extent = 0;
    while let Some(layout) = open.pop() {
        for &(at, n) in &layout {
            heap.extend(PageIdx(CHUNK_PAGES + at), Pages(n)).expect("the layout fits");
        }
        let used: usize = layout.iter().map(|block| block.1).sum();
        let mut after = Vec::new();
        for &n in sizes.iter().filter(|&&n| used + n <= live) {
            let base = heap.alloc(Pages(n)).expect("the chunk is large").base;
            let at = base.0 - CHUNK_PAGES;
            extent = extent.max(at + n);
            let mut next = layout.clone();
            next.insert((at, n));
            after.push(next);
            heap.free(base, Pages(n));
        }
        for &block in &layout {
            heap.free(PageIdx(CHUNK_PAGES + block.0), Pages(block.1));
            let mut next = layout.clone();
            next.remove(&block);
            after.push(next);
        }
        open.extend(after.into_iter().filter(|next| seen.insert(next.clone())));
    }
    assert_eq!(broken(&heap), []);
    (extent, seen.len())
}

#[test]
fn first_fit_never_spans_more_than_the_exhaustive_search_found() {
    let golden: [(usize, &[usize], usize); 10] = [
        (4, &[1, 2], 6),
        (6, &[1, 2], 9),
        (8, &[1, 2], 12),
        (10, &[1, 2], 16),
        (4, &[1, 2, 3, 4], 6),
        (6, &[1, 2, 3, 4], 10),
        (8, &[1, 2, 3, 4], 16),
        (10, &[1, 2, 3], 19),
        (10, &[1, 2, 3, 4], 20),
        (10, &[1, 2, 4], 20),
    ];
    for (live, sizes, most) in golden {
        assert_eq!(first_fit_extent(live, sizes).0, most, "{live} pages live of sizes {sizes:?}");
    }
    assert_eq!(first_fit_extent(8, &[1, 2, 3, 4]).1, 9930);
}
