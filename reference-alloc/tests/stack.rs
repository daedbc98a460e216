//! Stacks: sizes, places, and what goes back when.
#![cfg(not(loom))]

use reference_alloc::mheap::Mheap;
use reference_alloc::os::sim::Sim;
use reference_alloc::stack::{CACHE_BYTES, MIN_STACK, POOL_SPAN, Pools, Stack, StackCache};
use reference_alloc::stats::MemStats;

struct Fixture {
    heap: Box<Mheap<Sim>>,
    pools: Pools,
    cache: StackCache,
}

fn fixture() -> Fixture {
    Fixture {
        heap: Box::new(Mheap::new(Sim::new())),
        pools: Pools::new(),
        cache: StackCache::default(),
    }
}

impl Fixture {
    fn alloc(&mut self, bytes: usize) -> Stack {
        self.pools.alloc(&self.heap, &mut self.cache, bytes).unwrap()
    }

    fn free(&mut self, stack: Stack, marking: bool) {
        self.pools.free(&self.heap, &mut self.cache, stack, marking);
    }

    fn in_use(&self) -> u64 {
        let mut stats = MemStats::EMPTY;
        self.heap.count(&mut stats);
        assert_eq!(stats.heap_inuse, 0, "stacks are not heap");
        stats.stack_inuse
    }
}

#[test]
fn stacks_are_aligned_to_themselves_or_a_page_and_share_no_byte() {
    let mut all = fixture();
    let mut stacks: Vec<Stack> = Vec::new();
    for bytes in (0..10).map(|log| MIN_STACK << log).cycle().take(100) {
        let stack = all.alloc(bytes);
        assert_eq!(stack.bytes(), bytes);
        assert!(stack.lo.is_aligned(bytes.min(8192)), "{stack:?}");
        stacks.push(stack);
    }
    stacks.sort_by_key(|stack| stack.lo);
    assert!(stacks.windows(2).all(|two| two[0].hi <= two[1].lo));
}

#[test]
fn a_cache_holds_at_most_32_kib_of_an_order() {
    let mut all = fixture();
    let stacks: Vec<_> = (0..64).map(|_| all.alloc(MIN_STACK)).collect();
    let taken = all.in_use();
    assert_eq!(taken, 64 * MIN_STACK as u64, "four whole spans");
    for stack in stacks {
        all.free(stack, false);
    }
    assert!(all.in_use() <= (CACHE_BYTES + POOL_SPAN) as u64, "{} bytes", all.in_use());
    all.pools.flush(&all.heap, &mut all.cache, false);
    assert_eq!(all.in_use(), 0);
}

#[test]
fn spans_that_come_free_during_a_mark_wait_for_its_end() {
    let mut all = fixture();
    let (small, large) = (all.alloc(MIN_STACK), all.alloc(64 << 10));
    all.free(large, true);
    all.free(small, true);
    all.pools.flush(&all.heap, &mut all.cache, true);
    assert_eq!(all.in_use(), (96 << 10) as u64, "both wait");
    assert_eq!(all.alloc(64 << 10).lo, large.lo, "the same length is used again");
    assert_ne!(all.alloc(128 << 10).lo, large.lo);
    all.pools.free_spans(&all.heap);
    assert_eq!(all.in_use(), (192 << 10) as u64, "the small one went back");
}

#[test]
fn without_memory_no_stack_is_lost() {
    let mut all = fixture();
    let first = all.alloc(16 << 10);
    all.heap.pages.os.limit(all.heap.pages.os.committed());
    let mut more = Vec::new();
    while let Ok(stack) = all.pools.alloc(&all.heap, &mut all.cache, 16 << 10) {
        more.push(stack);
    }
    assert!(!more.is_empty());
    let again = more.pop().unwrap();
    all.free(again, false);
    assert_eq!(all.alloc(16 << 10), again);
    assert_ne!(first, again);
}
