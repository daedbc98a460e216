//! What the page allocator costs, in nanoseconds for each call. Nothing is asserted.
//!
//! `cargo run --release -p reference-alloc --example page_times`
//!
//! Calls are timed a hundred at a time. The lower quarter and the median of these times are shown:
//! on a machine that others use too, the mean is theirs.

use reference_alloc::pages::{Meta, PageAlloc};
use reference_alloc::units::{CHUNK_PAGES, PageIdx, Pages};
use std::hint::black_box;
use std::time::Instant;

struct Leaked;

impl Meta for Leaked {
    fn zeroed(&mut self, words: usize) -> Option<&'static mut [u64]> {
        Some(vec![0; words].leak())
    }
}

/// A small generator (xorshift), so that every run does the same.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// Times of some calls each, in nanoseconds a call.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    fn take<T>(&mut self, calls: usize, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.0.push(start.elapsed().as_nanos() as f64 / calls as f64);
        result
    }

    fn print(mut self, what: &str) {
        self.0.sort_by(f64::total_cmp);
        let at = |part: usize| self.0[self.0.len() * part / 4];
        println!("{what:<58} {:>7.1} {:>7.1} ns", at(1), at(2));
    }
}

/// An address at which Go's heaps begin, and a GiB.
const FIRST: usize = 0xc0_0000_0000 >> 22;
const CHUNKS: usize = 256;
const BATCH: usize = 100;
const ROUNDS: usize = 3000;

type Live = Vec<(PageIdx, Pages)>;

fn heap() -> Box<PageAlloc> {
    let mut heap = Box::new(PageAlloc::new());
    let (base, n) = (PageIdx(FIRST * CHUNK_PAGES), Pages(CHUNKS * CHUNK_PAGES));
    heap.grow(&mut Leaked, base, n).expect("there is memory");
    heap
}

/// Fills the heap with runs of 1 to `most` pages, and frees every `nth`.
fn fragmented(random: &mut Random, most: usize, nth: usize) -> (Box<PageAlloc>, Live) {
    let mut heap = heap();
    let mut live = Vec::new();
    loop {
        let n = Pages(1 + random.below(most));
        let Some(taken) = heap.alloc(n) else { break };
        live.push((taken.base, n));
    }
    random.shuffle(&mut live);
    for (base, n) in live.split_off(live.len() - live.len() / nth) {
        heap.free(base, n);
    }
    (heap, live)
}

/// Replaces random runs by new ones.
fn churn(random: &mut Random, most: usize) {
    let (mut heap, mut live) = fragmented(random, most, 3);
    let (mut allocs, mut frees) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        random.shuffle(&mut live[..BATCH]);
        let victims: Live =
            (0..BATCH).map(|_| live.swap_remove(random.below(live.len()))).collect();
        frees.take(BATCH, || victims.iter().for_each(|&(base, n)| heap.free(base, n)));
        let sizes: Vec<_> = (0..BATCH).map(|_| Pages(1 + random.below(most))).collect();
        allocs.take(BATCH, || {
            live.extend(sizes.iter().filter_map(|&n| Some((heap.alloc(n)?.base, n))));
        });
    }
    allocs.print(&format!("alloc of 1..={most} pages in a fragmented GiB"));
    frees.print(&format!("free of 1..={most} pages in a fragmented GiB"));
}

fn single_pages(random: &mut Random) {
    let mut heap = heap();
    let (mut live, mut times) = (Vec::new(), Times::default());
    for _ in 0..CHUNKS * CHUNK_PAGES / BATCH {
        times.take(BATCH, || {
            live.extend((0..BATCH).filter_map(|_| Some((heap.alloc(Pages(1))?.base, Pages(1)))));
        });
    }
    times.print("alloc of single pages, one after the other");
    random.shuffle(&mut live);
    let mut times = Times::default();
    for pages in live.chunks(BATCH) {
        times.take(pages.len(), || pages.iter().for_each(|&(base, n)| heap.free(base, n)));
    }
    times.print("free of single pages in random order");
    for &(base, n) in &live {
        heap.extend(base, n).expect("the page is free");
    }
    let mut times = Times::default();
    for pages in live.chunks(BATCH) {
        times.take(pages.len(), || heap.free_batch(pages));
    }
    times.print("the same in batches of 100, a page");
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        let base = heap.alloc(Pages(CHUNK_PAGES)).expect("all is free").base;
        let mut pages: Live = (0..CHUNK_PAGES).map(|at| (base + Pages(at), Pages(1))).collect();
        random.shuffle(&mut pages);
        times.take(CHUNK_PAGES, || pages.iter().for_each(|&(base, n)| heap.free(base, n)));
    }
    times.print("free of the pages of a chunk in random order");
    for (what, batch) in [("one by one", false), ("as a batch", true)] {
        let mut times = Times::default();
        for _ in 0..ROUNDS {
            let base = heap.alloc(Pages(CHUNK_PAGES)).expect("all is free").base;
            let pages: Live = (0..CHUNK_PAGES).map(|at| (base + Pages(at), Pages(1))).collect();
            times.take(CHUNK_PAGES, || {
                if batch {
                    heap.free_batch(&pages);
                } else {
                    for &(base, n) in &pages {
                        heap.free(base, n);
                    }
                }
            });
        }
        times.print(&format!("free of the pages of a chunk from low to high, {what}"));
    }
}

fn caches(random: &mut Random) {
    let (mut heap, _live) = fragmented(random, 16, 2);
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        times.take(BATCH, || {
            for _ in 0..BATCH {
                let mut cache = heap.fill_cache().expect("there are free pages");
                heap.flush_cache(black_box(&mut cache));
            }
        });
    }
    times.print("page cache: fill and flush");
}

fn misses(random: &mut Random) {
    let (mut heap, _live) = fragmented(random, 16, 2);
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        times.take(BATCH, || {
            (0..BATCH).for_each(|_| assert!(heap.alloc(Pages(black_box(400))).is_none()));
        });
    }
    times.print("a search that fails");
    let far = PageIdx((0x7f00_0000_0000 >> 22) * CHUNK_PAGES);
    heap.grow(&mut Leaked, far, Pages(CHUNK_PAGES)).expect("there is memory");
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        times.take(BATCH, || {
            for _ in 0..BATCH {
                let base = heap.alloc(Pages(black_box(400))).expect("the far chunk is free").base;
                heap.free(base, Pages(400));
            }
        });
    }
    times.print("alloc in a second region far away, and free");
}

fn main() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    println!("{:<58} {:>7} {:>7}", "", "quarter", "median");
    for most in [1, 4, 16, 128] {
        churn(&mut random, most);
    }
    single_pages(&mut random);
    caches(&mut random);
    misses(&mut random);
}
