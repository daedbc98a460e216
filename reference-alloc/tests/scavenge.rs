//! The scavenger: what is released, in which order, and that nothing is lost on the way.

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use reference_alloc::pages::density::DENSE_PAGES;
use reference_alloc::pages::{Meta, PageAlloc};
use reference_alloc::scavenge::{Granule, Run};
use reference_alloc::units::{CHUNK_PAGES, PAGE_BYTES, PageIdx, Pages};

struct Leaked;

impl Meta for Leaked {
    fn zeroed(&mut self, words: usize) -> Option<&'static mut [u64]> {
        Some(vec![0; words].leak())
    }
}

const HUGE_PAGES: usize = 256;
const FIRST: usize = 3 * CHUNK_PAGES;

fn small() -> Granule {
    Granule::new(4096, None).expect("4 KiB pages are fine")
}

fn huge() -> Granule {
    Granule::new(4096, Some(HUGE_PAGES * PAGE_BYTES)).expect("so are huge ones of 2 MiB")
}

/// A heap of `chunks` chunks whose pages all had memory, and are all taken.
fn full(chunks: usize) -> Box<PageAlloc> {
    let mut heap = Box::new(PageAlloc::new());
    let n = Pages(chunks * CHUNK_PAGES);
    heap.grow(&mut Leaked, PageIdx(FIRST), n).expect("there is memory");
    let taken = heap.alloc(n).expect("all is free");
    assert_eq!((taken.base, taken.scavenged), (PageIdx(FIRST), n));
    heap
}

fn free(heap: &mut PageAlloc, at: usize, n: usize) {
    heap.free(PageIdx(FIRST + at), Pages(n));
}

fn broken(heap: &PageAlloc) -> Vec<(&'static str, PageIdx)> {
    let mut found = Vec::new();
    heap.check(&mut |id, page| found.push((id, page)));
    found
}

/// The place and length of a run.
fn place(run: &Run) -> (usize, usize) {
    (run.base().0 - FIRST, run.pages().0)
}

/// Takes a candidate and gives it back at once.
fn release(
    heap: &mut PageAlloc,
    max: usize,
    force: bool,
    granule: Granule,
) -> Option<(usize, usize)> {
    let run = heap.take_candidate(Pages(max), force, granule)?;
    let at = place(&run);
    heap.give_back(run);
    assert_eq!(broken(heap), []);
    Some(at)
}

#[test]
fn fresh_memory_is_nothing_to_release() {
    let mut heap = Box::new(PageAlloc::new());
    assert_eq!(heap.take_candidate(Pages(1), true, small()), None);
    heap.grow(&mut Leaked, PageIdx(FIRST), Pages(CHUNK_PAGES)).expect("there is memory");
    assert_eq!(heap.take_candidate(Pages(1), true, small()), None);
}

#[test]
fn the_highest_pages_go_first() {
    let mut heap = full(2);
    for (at, n) in [(3, 4), (100, 10), (CHUNK_PAGES - 2, 4), (900, 1)] {
        free(&mut heap, at, n);
    }
    let next = |heap: &mut PageAlloc, max| release(heap, max, true, small());
    assert_eq!(next(&mut heap, 8), Some((900, 1)));
    assert_eq!(next(&mut heap, 8), Some((CHUNK_PAGES, 2)), "a run never crosses chunks");
    assert_eq!(next(&mut heap, 8), Some((CHUNK_PAGES - 2, 2)));
    assert_eq!(next(&mut heap, 4), Some((106, 4)));
    free(&mut heap, 400, 1);
    assert_eq!(next(&mut heap, 8), Some((400, 1)), "what is freed above comes next");
    assert_eq!(next(&mut heap, 8), Some((100, 6)));
    assert_eq!(next(&mut heap, 0), Some((6, 1)), "at least one page");
    assert_eq!(next(&mut heap, 8), Some((3, 3)));
    assert_eq!(next(&mut heap, 8), None);
    assert_eq!(heap.scavenged_pages(), heap.free_pages());
}

#[test]
fn pages_on_their_way_to_the_system_are_nobodys() {
    let mut heap = full(1);
    free(&mut heap, 10, 20);
    let run = heap.take_candidate(Pages(20), true, small()).expect("there are pages");
    assert_eq!(place(&run), (10, 20));
    assert_eq!(heap.alloc(Pages(1)), None);
    assert_eq!(heap.extend(PageIdx(FIRST + 10), Pages(1)), None);
    assert!(heap.fill_cache().is_none());
    assert_eq!(heap.take_candidate(Pages(1), true, small()), None);
    let counts = (heap.free_pages(), heap.releasing_pages(), heap.in_use_pages());
    assert_eq!(counts, (Pages(0), Pages(20), Pages(CHUNK_PAGES - 20)));
    assert_eq!(broken(&heap), []);
    heap.give_back(run);
    let taken = heap.alloc(Pages(5)).expect("they are free again");
    assert_eq!((taken.base, taken.scavenged), (PageIdx(FIRST + 10), Pages(5)));
    assert_eq!(broken(&heap), []);
}

#[test]
fn pages_that_the_system_kept_are_offered_again() {
    let mut heap = full(1);
    free(&mut heap, 10, 20);
    for _ in 0..2 {
        let run = heap.take_candidate(Pages(CHUNK_PAGES), true, small()).expect("there are pages");
        assert_eq!(heap.take_candidate(Pages(1), true, small()), None, "the chunk is empty now");
        assert_eq!(place(&run), (10, 20));
        heap.give_back_unreleased(run);
        assert_eq!(heap.scavenged_pages(), Pages(0));
        assert_eq!(broken(&heap), []);
    }
}

#[test]
fn a_dense_chunk_is_left_alone_until_it_was_not_for_a_generation() {
    let mut heap = full(1);
    free(&mut heap, 0, CHUNK_PAGES - DENSE_PAGES);
    heap.next_generation();
    assert_eq!(release(&mut heap, 1, false, small()), None, "dense");
    free(&mut heap, 100, 1);
    heap.next_generation();
    assert_eq!(release(&mut heap, 1, false, small()), Some((100, 1)), "dense no more");
    let taken = heap.alloc(Pages(2)).expect("there is room");
    heap.free(taken.base, Pages(2));
    heap.next_generation();
    assert_eq!(release(&mut heap, 1, false, small()), Some((15, 1)));
    heap.alloc(Pages(1)).expect("there is room");
    assert_eq!(release(&mut heap, 1, false, small()), None, "dense again");
    assert_eq!(release(&mut heap, 1, true, small()), Some((14, 1)), "unless forced");
}

#[test]
fn what_was_freed_in_this_generation_is_the_next_ones() {
    let mut heap = full(2);
    free(&mut heap, 0, 100);
    heap.next_generation();
    free(&mut heap, 600, 100);
    assert_eq!(release(&mut heap, 200, false, small()), Some((0, 100)));
    assert_eq!(release(&mut heap, 200, false, small()), None);
    heap.next_generation();
    assert_eq!(release(&mut heap, 200, false, small()), Some((600, 100)));
}

/// A scavenger that searches below a page only, finds nothing and takes the chunk for done would
/// lose page 300 to forced searches.
#[test]
fn a_page_freed_above_the_last_search_in_its_chunk_is_not_lost() {
    let mut heap = full(1);
    free(&mut heap, 0, 100);
    heap.next_generation();
    assert_eq!(release(&mut heap, 100, false, small()), Some((0, 100)));
    free(&mut heap, 300, 1);
    while release(&mut heap, 1, false, small()).is_some() {}
    assert_eq!(broken(&heap), []);
    release(&mut heap, 1, true, small());
    assert_eq!(heap.scavenged_pages(), heap.free_pages());
}

#[test]
fn only_whole_physical_pages_are_released() {
    let granule = Granule::new(8 * PAGE_BYTES, None).expect("64 KiB pages are fine");
    let mut heap = full(1);
    free(&mut heap, 9, 30);
    free(&mut heap, 100, 7);
    assert_eq!(release(&mut heap, 1, true, granule), Some((24, 8)));
    assert_eq!(release(&mut heap, 1, true, granule), Some((16, 8)));
    assert_eq!(release(&mut heap, 1, true, granule), None);
    free(&mut heap, 39, 1);
    assert_eq!(release(&mut heap, 1, true, granule), Some((32, 8)));
    assert_eq!(release(&mut heap, 1, true, granule), None);
}

#[test]
fn a_free_huge_page_goes_as_a_whole() {
    let mut heap = full(2);
    free(&mut heap, 100, 2 * CHUNK_PAGES - 150);
    let mut found = Vec::new();
    while let Some(at) = release(&mut heap, 20, true, huge()) {
        found.push(at);
    }
    // The last 50 pages are taken: the highest huge page is free in part, and goes in pieces.
    assert_eq!(found[..2], [(954, 20), (934, 20)]);
    let whole: Vec<_> = found.iter().filter(|run| run.1 > 20).collect();
    assert_eq!(whole, [&(512, 256 + 6), &(256, 256)]);
    assert_eq!(heap.scavenged_pages(), heap.free_pages());
}

proptest! {
    #[test]
    fn a_forced_release_leaves_nothing(
        frees in vec((0usize..2048, 1usize..300), 1..40), max in 1usize..600,
        huge_pages in any::<bool>(), background in 0usize..20,
    ) {
        let granule = if huge_pages { huge() } else { small() };
        let mut heap = full(4);
        let mut taken = [true; 2048];
        for (i, (at, n)) in frees.into_iter().enumerate() {
            let n = taken[at..].iter().take(n).take_while(|&&page| page).count();
            if n > 0 {
                free(&mut heap, at, n);
                taken[at..at + n].fill(false);
            }
            if i % 7 == 0 {
                heap.next_generation();
            }
            if i % 5 < 2 && i < background {
                release(&mut heap, 30, false, granule);
            }
        }
        let mut last = usize::MAX;
        while let Some((at, n)) = release(&mut heap, max, true, granule) {
            prop_assert!(at + n <= last, "{} is above {}", at + n, last);
            prop_assert!(taken[at..at + n].iter().all(|page| !page));
            last = at;
        }
        prop_assert_eq!(heap.scavenged_pages(), heap.free_pages());
        prop_assert_eq!(broken(&heap), []);
        // What is left is freed too, and all of it is one run again.
        for (at, _) in taken.iter().enumerate().filter(|(_, page)| **page) {
            free(&mut heap, at, 1);
        }
        prop_assert_eq!(heap.alloc(Pages(2048)).map(|taken| taken.base), Some(PageIdx(FIRST)));
    }
}
