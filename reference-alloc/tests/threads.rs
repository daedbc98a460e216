//! Blocks that go from thread to thread, each with its own cache, over nothing that would put the threads
//! in order but the heap: what one did to a block comes before what its next owner does.
//!
//! Contents show it at times; Miri and `ThreadSanitizer` show it whenever the order is missing.
#![cfg(not(loom))]

use reference_alloc::alloc::Heap;
use reference_alloc::mcache::Mcache;
use reference_alloc::os::sim::Sim;
use reference_alloc::size_class::{Class, Reserve};
use reference_alloc::units::Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Places for blocks on their way; 0 is an empty one.
const PLACES: usize = 16;
/// Blocks that each sender hands over.
const BLOCKS: usize = if cfg!(miri) { 60 } else { 30_000 };

fn new(heap: &Heap<Sim>, cache: &Mcache, class: Class, fill: u8) -> Addr {
    // SAFETY: the cache is this thread's.
    let block = unsafe { heap.alloc_small(cache, class.0) }.expect("memory");
    // SAFETY: the block is ours, and of so many bytes.
    unsafe { block.write_bytes(fill, class.bytes()) };
    Addr(block.addr().get())
}

fn end(heap: &Heap<Sim>, cache: &Mcache, class: Class, at: Addr, fill: u8) {
    let first = std::ptr::with_exposed_provenance::<u8>(at.0);
    // SAFETY: the block is live and was written whole.
    let content = unsafe { std::slice::from_raw_parts(first, class.bytes()) };
    assert!(
        content.iter().step_by(if cfg!(miri) { 7 } else { 1 }).all(|&byte| byte == fill),
        "{at:?} was changed"
    );
    // SAFETY: the cache is this thread's, the block is ours.
    unsafe { heap.free_small(cache, class.0, at) }.expect("a block");
}

/// Each of `pairs` of threads: one allocates and writes, the other reads and frees.
fn send(class: Class, pairs: usize) {
    let heap = &Heap::new(Sim::new(), Reserve::Classic);
    let places: Vec<[AtomicUsize; PLACES]> = (0..pairs).map(|_| Default::default()).collect();
    thread::scope(|scope| {
        for (pair, places) in places.iter().enumerate() {
            let fill = pair as u8 + 1;
            scope.spawn(move || {
                let cache = heap.attach().expect("memory");
                for i in 0..BLOCKS {
                    let place = &places[i % PLACES];
                    // Relaxed: that it is empty says nothing about what the other did.
                    while place.load(Ordering::Relaxed) != 0 {
                        thread::yield_now();
                    }
                    place.store(new(heap, cache, class, fill).0, Ordering::Release);
                }
                // SAFETY: nobody uses it any more.
                unsafe { heap.detach(cache) }.expect("whole");
            });
            scope.spawn(move || {
                let cache = heap.attach().expect("memory");
                for i in 0..BLOCKS {
                    let place = &places[i % PLACES];
                    let at = loop {
                        match place.load(Ordering::Acquire) {
                            0 => thread::yield_now(),
                            at => break at,
                        }
                    };
                    end(heap, cache, class, Addr(at), fill);
                    place.store(0, Ordering::Relaxed);
                }
                // SAFETY: as above.
                unsafe { heap.detach(cache) }.expect("whole");
            });
        }
    });
    let stats = heap.stats();
    assert_eq!((stats.mallocs, stats.frees), ((BLOCKS * pairs) as u64, (BLOCKS * pairs) as u64));
    // SAFETY: nobody uses the heap.
    unsafe { heap.check(&mut |violation| panic!("{violation:?}")) };
}

#[test]
fn small_blocks_go_one_way() {
    send(Class::of(64).expect("a class"), 1);
}

#[test]
fn blocks_of_few_to_a_span_go_one_way_in_two_pairs() {
    send(Class::of(if cfg!(miri) { 500 } else { 2000 }).expect("a class"), 2);
}
