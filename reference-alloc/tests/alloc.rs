//! The front door on pretended memory: any order of calls leaves a heap that is whole.
#![cfg(not(loom))]

use proptest::prelude::*;
use reference_alloc::alloc::{Heap, class_of_c, class_of_layout};
use reference_alloc::error::MisuseKind;
use reference_alloc::mcache::Mcache;
use reference_alloc::os::Os;
use reference_alloc::os::sim::Sim;
use reference_alloc::registry::Entry;
use reference_alloc::size_class::{Class, Reserve};
use reference_alloc::units::Addr;
use std::collections::BTreeMap;

/// How far apart the bytes lie that are looked at: Miri looks at a million in a second.
const STEP: usize = if cfg!(miri) { 61 } else { 1 };

/// A heap with some caches, and all blocks that are live, filled with a byte of their own.
struct World {
    heap: Box<Heap<Sim>>,
    caches: Vec<Option<&'static Entry<Mcache>>>,
    live: Vec<Block>,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    at: Addr,
    bytes: usize,
    fill: u8,
}

impl World {
    fn new(caches: usize) -> World {
        let heap = Box::new(Heap::new(Sim::new(), Reserve::Classic));
        World { heap, caches: vec![None; caches], live: Vec::new() }
    }

    fn cache(&mut self, who: usize) -> Option<&'static Entry<Mcache>> {
        let who = who % self.caches.len();
        if self.caches[who].is_none() {
            self.caches[who] = self.heap.attach().ok();
        }
        self.caches[who]
    }

    fn alloc(&mut self, who: usize, bytes: usize, align: usize, zeroed: bool) -> bool {
        let Some(cache) = self.cache(who) else { return false };
        let class = class_of_layout(bytes, align);
        // SAFETY: one thread has all caches here.
        let Ok(block) = (unsafe { self.heap.alloc(cache, class, bytes, align, zeroed) }) else {
            return false;
        };
        let at = Addr(block.addr().get());
        assert!(at.is_aligned(align), "{at:?} for {align}");
        assert!(self.heap.usable(at).unwrap() >= bytes);
        if zeroed {
            // SAFETY: the block is ours.
            let content = unsafe { std::slice::from_raw_parts(block.as_ptr(), bytes) };
            assert!(
                content.iter().step_by(STEP).all(|&byte| byte == 0),
                "{bytes} bytes are not zero"
            );
        }
        let fill = (self.live.len() as u8).wrapping_mul(31) | 1;
        // SAFETY: the block is ours.
        unsafe { block.write_bytes(fill, bytes) };
        self.live.push(Block { at, bytes, fill });
        true
    }

    fn verify(block: Block) {
        let first = std::ptr::with_exposed_provenance::<u8>(block.at.0);
        // SAFETY: the block is live and was written whole.
        let content = unsafe { std::slice::from_raw_parts(first, block.bytes) };
        assert!(
            content.iter().step_by(STEP).all(|&byte| byte == block.fill),
            "{block:?} was changed"
        );
    }

    fn free(&mut self, who: usize, which: usize) {
        if self.live.is_empty() {
            return;
        }
        let Some(cache) = self.cache(who) else { return };
        let block = self.live.swap_remove(which % self.live.len());
        World::verify(block);
        // SAFETY: live, and one thread has all caches.
        unsafe { self.heap.free(cache, block.at) }.unwrap();
    }

    fn resize(&mut self, which: usize, bytes: usize) {
        if self.live.is_empty() {
            return;
        }
        let which = which % self.live.len();
        let block = self.live[which];
        if self.heap.resize(block.at, class_of_c(bytes), bytes).unwrap() {
            assert!(self.heap.usable(block.at).unwrap() >= bytes);
            let kept = bytes.min(block.bytes);
            World::verify(Block { bytes: kept, ..block });
            // SAFETY: the block is ours, and has so many bytes now.
            unsafe {
                std::ptr::with_exposed_provenance_mut::<u8>(block.at.0)
                    .write_bytes(block.fill, bytes);
            }
            self.live[which].bytes = bytes;
        }
    }

    fn detach(&mut self, who: usize) {
        let who = who % self.caches.len();
        if let Some(cache) = self.caches[who].take() {
            // SAFETY: ours, and forgotten.
            unsafe { self.heap.detach(cache) }.unwrap();
        }
    }

    /// Looks at everything.
    fn check(&self) {
        let mut wrong = Vec::new();
        // SAFETY: one thread, which is here.
        unsafe { self.heap.check(&mut |violation| wrong.push(violation)) };
        assert!(wrong.is_empty(), "{wrong:?}");
        let mut ranges = BTreeMap::new();
        for block in &self.live {
            World::verify(*block);
            let usable = self.heap.usable(block.at).unwrap();
            ranges.insert(block.at, block.at + usable);
        }
        assert_eq!(ranges.len(), self.live.len());
        let disjoint = ranges.values().zip(ranges.keys().skip(1)).all(|(end, next)| end <= next);
        assert!(disjoint, "two live blocks share bytes");
        let stats = self.heap.stats();
        assert_eq!(stats.heap_objects(), self.live.len() as u64);
    }

    fn end(mut self) {
        while !self.live.is_empty() {
            self.free(0, 0);
        }
        for who in 0..self.caches.len() {
            self.detach(who);
        }
        self.check();
        let stats = self.heap.stats();
        assert_eq!((stats.heap_alloc, stats.heap_inuse, stats.mspan_inuse), (0, 0, 0), "{stats}");
        assert_eq!(stats.mcache_inuse, 0);
    }
}

#[derive(Clone, Debug)]
enum Op {
    Alloc { who: usize, bytes: usize, align: u32, zeroed: bool },
    Many { who: usize, bytes: usize, count: usize },
    Free { who: usize, which: usize },
    FreeMany { who: usize, which: usize, count: usize },
    Resize { which: usize, bytes: usize },
    Detach { who: usize },
    Scavenge { pages: usize },
    Pass { ms: u64 },
}

fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![
        6 => 0_usize..600,
        3 => 500_usize..33_000,
        1 => 32_000_usize..400_000,
    ]
}

fn ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (any::<usize>(), sizes(), 0_u32..15, any::<bool>()).prop_map(|(who, bytes, align, zeroed)| {
            Op::Alloc { who, bytes, align: if align > 4 && bytes % 3 > 0 { 3 } else { align }, zeroed }
        }),
        2 => (any::<usize>(), 1_usize..2000, 1_usize..300)
            .prop_map(|(who, bytes, count)| Op::Many { who, bytes, count }),
        6 => (any::<usize>(), any::<usize>()).prop_map(|(who, which)| Op::Free { who, which }),
        2 => (any::<usize>(), any::<usize>(), 1_usize..300)
            .prop_map(|(who, which, count)| Op::FreeMany { who, which, count }),
        2 => (any::<usize>(), sizes()).prop_map(|(which, bytes)| Op::Resize { which, bytes }),
        1 => any::<usize>().prop_map(|who| Op::Detach { who }),
        1 => (1_usize..600).prop_map(|pages| Op::Scavenge { pages }),
        1 => (1_u64..3000).prop_map(|ms| Op::Pass { ms }),
    ]
}

fn perform(world: &mut World, op: &Op) {
    match *op {
        Op::Alloc { who, bytes, align, zeroed } => {
            world.alloc(who, bytes, 1 << align, zeroed);
        }
        Op::Many { who, bytes, count } => {
            for _ in 0..count {
                world.alloc(who, bytes, 8, false);
            }
        }
        Op::Free { who, which } => world.free(who, which),
        Op::FreeMany { who, which, count } => {
            for i in 0..count {
                world.free(who, which.wrapping_mul(i + 1));
            }
        }
        Op::Resize { which, bytes } => world.resize(which, bytes.max(1)),
        Op::Detach { who } => world.detach(who),
        Op::Scavenge { pages } => {
            let heap = &world.heap.central.heap.pages;
            heap.scavenge(reference_alloc::units::Pages(pages), pages % 2 == 0);
        }
        Op::Pass { ms } => {
            world.heap.central.heap.pages.os.pass(ms * 1_000_000);
            world.heap.scavenge_due();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 2 } else { 32 }, ..ProptestConfig::default() })]

    #[test]
    fn any_calls_by_any_thread_leave_the_heap_whole(
        ops in proptest::collection::vec(ops(), 1..if cfg!(miri) { 12 } else { 120 }),
    ) {
        let mut world = World::new(3);
        for op in &ops {
            perform(&mut world, op);
        }
        world.check();
        world.end();
    }

    #[test]
    fn refusals_of_the_system_lose_nothing(
        ops in proptest::collection::vec(ops(), 1..if cfg!(miri) { 8 } else { 80 }),
        limit in 0_usize..20_000_000,
    ) {
        let mut world = World::new(2);
        world.heap.central.heap.pages.os.limit(limit);
        for op in &ops {
            perform(&mut world, op);
        }
        world.check();
        world.heap.central.heap.pages.os.limit(usize::MAX);
        world.end();
    }
}

#[test]
fn blocks_of_another_thread_come_back_to_the_span_they_are_of() {
    let mut world = World::new(2);
    for _ in 0..5000 {
        assert!(world.alloc(0, 100, 8, false));
    }
    while !world.live.is_empty() {
        world.free(1, 7);
    }
    world.check();
    for _ in 0..5000 {
        assert!(world.alloc(0, 100, 8, false));
    }
    let stats = world.heap.stats();
    assert!(stats.heap_inuse < 800_000, "{stats}");
    world.end();
}

#[test]
fn a_large_block_grows_where_it_stands_and_gives_pages_back() {
    let mut world = World::new(1);
    assert!(world.alloc(0, 40_000, 8, false));
    let at = world.live[0].at;
    world.resize(0, 1 << 20);
    assert_eq!((world.live[0].at, world.live[0].bytes), (at, 1 << 20));
    world.resize(0, 50_000);
    assert_eq!(world.heap.usable(at).unwrap(), 57_344);
    assert!(world.alloc(0, 60_000, 8, false));
    world.resize(0, 1 << 20);
    assert_eq!(world.live[0].bytes, 50_000, "somebody is in the way");
    world.check();
    world.end();
}

#[test]
fn requests_that_no_memory_can_hold_are_refused() {
    let mut world = World::new(1);
    for bytes in [isize::MAX as usize, isize::MAX as usize + 1, usize::MAX - 8192, usize::MAX] {
        assert!(!world.alloc(0, bytes, 1, false), "{bytes}");
    }
    for align in [1 << 46, 1 << 62, 1 << 63] {
        assert!(!world.alloc(0, 1, align, false), "aligned to {align}");
    }
    world.end();
}

#[test]
fn a_free_of_what_is_no_large_block_is_noticed() {
    let mut world = World::new(1);
    assert!(world.alloc(0, 100_000, 8, false));
    let at = world.live[0].at;
    let kind = |at: Addr| world.heap.free_large(at).unwrap_err().kind;
    assert_eq!(kind(at + 8192), MisuseKind::NotABlock);
    assert_eq!(kind(at + 1), MisuseKind::NotABlock);
    assert_eq!(kind(Addr(4096)), MisuseKind::NotABlock);
    assert_eq!(kind(Addr(usize::MAX)), MisuseKind::NotABlock);
    world.free(0, 0);
    assert!(world.heap.free_large(at).is_err());
    world.end();
}

#[test]
fn a_second_free_of_a_small_block_is_noticed_at_the_flush() {
    let world = World::new(1);
    let cache = world.heap.attach().unwrap();
    let class = Class::of(64).unwrap();
    // SAFETY: one cache, one thread; the misuse is the point.
    unsafe {
        let block = world.heap.alloc_small(cache, class.0).unwrap();
        let at = Addr(block.addr().get());
        for _ in 0..2 {
            world.heap.free_small(cache, class.0, at).unwrap();
        }
        let seen = cache.release_all(&world.heap.central).unwrap_err();
        assert_eq!((seen.kind, seen.address), (MisuseKind::DoubleFree, at));
    }
}

#[test]
fn released_memory_reads_zero_and_is_not_cleared_again() {
    let mut world = World::new(1);
    assert!(world.alloc(0, 1 << 20, 8, false));
    world.free(0, 0);
    assert!(world.heap.release_all_but(0) >= 1 << 20);
    assert!(world.alloc(0, 1 << 20, 8, true));
    assert!(world.heap.central.heap.pages.os.page_bytes() <= 8192);
    world.end();
}

#[test]
#[cfg_attr(miri, ignore = "megabytes, byte by byte")]
fn what_is_free_for_seconds_goes_back_by_itself() {
    let mut world = World::new(1);
    for _ in 0..64 {
        assert!(world.alloc(0, 1 << 20, 8, false));
    }
    let os = |world: &World, ms: u64| {
        world.heap.central.heap.pages.os.pass(ms * 1_000_000);
        world.heap.scavenge_due();
    };
    os(&world, 1);
    while !world.live.is_empty() {
        world.free(0, 0);
    }
    assert_eq!(world.heap.central.heap.pages.os.decommitted(), 0, "kept for a while");
    for _ in 0..100 {
        os(&world, 100);
    }
    assert!(world.heap.central.heap.pages.os.decommitted() > 60 << 20);
    world.end();
}

#[test]
#[cfg_attr(miri, ignore = "megabytes, byte by byte")]
fn a_memory_limit_is_kept_by_giving_free_memory_back() {
    let mut world = World::new(1);
    world.heap.central.heap.pages.set_limit(16 << 20);
    for round in 0..8 {
        assert!(world.alloc(0, (10 << 20) + (round << 20), 8, false));
        world.free(0, 0);
        let stats = world.heap.stats();
        let with_memory = stats.heap_sys - stats.heap_released;
        assert!(with_memory <= (18 << 20) as u64, "round {round}: {with_memory}");
    }
    world.end();
}

#[test]
fn a_cache_does_not_stand_on_the_stack_of_the_thread_that_attaches_first() {
    const STACK: usize = 24 << 10;
    assert!(size_of::<Mcache>() > STACK, "a cache would fit a stack");
    let world = World::new(0);
    std::thread::scope(|scope| {
        let small = std::thread::Builder::new().stack_size(STACK);
        let attaching = small.spawn_scoped(scope, || {
            let cache = world.heap.attach().unwrap();
            // SAFETY: this thread's, and not used again.
            unsafe { world.heap.detach(cache) }.unwrap();
        });
        attaching.unwrap().join().unwrap();
    });
    assert_eq!(world.heap.stats().mcache_inuse, 0, "it waits for the next thread");
}

/// All zeros, it is memory that the loader makes, and no bytes of the file.
#[test]
#[cfg(all(target_os = "linux", not(miri)))]
fn a_static_heap_takes_no_room_in_the_file_of_its_program() {
    unsafe extern "C" {
        // Of the linker: the ends of what is zero at first.
        static __bss_start: u8;
        static _end: u8;
    }
    let zeros = (&raw const __bss_start).addr()..(&raw const _end).addr();
    assert!(zeros.contains(&(&raw const reference_alloc::thread::HEAP).addr()), "the heap");
    assert!(zeros.contains(&(&raw const reference_alloc::thread::NO_CACHE).addr()), "the cache");
}
