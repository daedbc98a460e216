//! The page allocator against a slow, plain model, and against maxima found by exhaustive search.

mod first_fit;
mod model;

use model::{Pair, ops};
use proptest::prelude::proptest;
use proptest::test_runner::Config;
use reference_alloc::error::OutOfMemory;
use reference_alloc::pages::{Meta, PageAlloc, Taken};
use reference_alloc::units::{CHUNK_PAGES, PageIdx, Pages};

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

proptest! {
    #![proptest_config(Config::with_cases(200))]

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
fn a_search_that_passes_a_gap_leaves_a_grown_page_to_begin_at() {
    let mut heap = heap(&[(0, 1), (11, 1), (64, 2)]);
    assert_eq!(heap.alloc(Pages(512)), taken(0, 512));
    assert_eq!(heap.alloc(Pages(600)), taken(64 * 512, 600));
    assert_eq!(heap.search_start(), PageIdx(11 * 512));
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
