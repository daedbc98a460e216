//! What is shown to those who look is what was done, and nothing beside it.
#![cfg(not(loom))]

mod toy;

use reference_alloc::collected::Shape;
use reference_alloc::collected::look::{Room, Swept};
use reference_alloc::collected::object::span_class;
use reference_alloc::pages::CACHE_PAGES;
use reference_alloc::size_class::{Reserve, Scan};
use reference_alloc::span::Span;
use reference_alloc::stack::{MIN_STACK, POOL_SPAN};
use reference_alloc::units::{Addr, CHUNK_PAGES, PAGE_BYTES, Pages};
use std::collections::BTreeSet;
use toy::{Heap, PLAIN, World, heap};

/// Miri, where an arena is smaller and every byte is dear, makes do with less.
const MIB: usize = if cfg!(miri) { 128 << 10 } else { 1 << 20 };

/// The bases of the spans that caches have: with the number of the cache.
fn cached(heap: &Heap) -> Vec<(usize, Addr)> {
    let mut found = Vec::new();
    // SAFETY: one thread has all mutators, and is here.
    unsafe {
        heap.caches(&mut |cache| {
            found.extend(cache.current().map(|(_, span)| (cache.number, span.base())));
        });
    }
    found
}

/// The bases of the spans in the lists of swept spans, of those with room and of full ones.
fn listed(heap: &Heap) -> (Vec<Addr>, Vec<Addr>) {
    let (mut partial, mut full) = (Vec::new(), Vec::new());
    // SAFETY: one thread has all mutators, and is here.
    unsafe {
        heap.listed(&mut |entry| match (entry.room, entry.swept) {
            (Room::Partial, Swept::Yes) => partial.push(entry.span.base()),
            (Room::Full, Swept::Yes) => full.push(entry.span.base()),
            (_, Swept::No) => panic!("nothing is unswept before the first cycle"),
        });
    }
    (partial, full)
}

fn span_of(heap: &Heap, at: Addr) -> &Span {
    heap.find(at).expect("an object").span
}

#[test]
fn each_mutators_cache_shows_its_own_span_under_its_own_number() {
    let heap = heap(Reserve::GreenTea);
    let mut world = World::new(&heap, 2);
    let objects: Vec<_> = (0..2).map(|who| world.alloc(who, 100, PLAIN).unwrap()).collect();
    let mut expected: Vec<_> = (0..2)
        .map(|who| (world.mutator(who).unwrap().number(), span_of(&heap, objects[who].at).base()))
        .collect();
    let mut found = cached(&heap);
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(expected.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 1]);
    // A cache without a mutator keeps its number for the next one.
    let number = world.mutator(1).unwrap().number();
    world.mutators[1] = None;
    assert_eq!(world.mutator(1).unwrap().number(), number);
    world.end();
}

#[test]
fn a_flush_leaves_every_span_in_the_list_that_says_whether_it_has_room() {
    let heap = heap(Reserve::GreenTea);
    let mut world = World::new(&heap, 1);
    // 8192 bytes: one slot a span. 100: many.
    let (full, partial) =
        (world.alloc(0, 8192, PLAIN).unwrap(), world.alloc(0, 100, PLAIN).unwrap());
    assert_eq!((cached(&heap).len(), listed(&heap)), (2, (vec![], vec![])));
    // SAFETY: one thread has all mutators, and is here.
    unsafe { heap.flush_caches() };
    assert_eq!(cached(&heap), []);
    let [full, partial] = [full.at, partial.at].map(|at| span_of(&heap, at).base());
    assert_eq!(listed(&heap), (vec![partial], vec![full]));
    world.check();
    world.end();
}

#[test]
fn a_refill_takes_no_slot_and_a_span_that_nobody_used_goes_back() {
    let heap = heap(Reserve::GreenTea);
    let mut world = World::new(&heap, 1);
    let class = span_class(100, Scan::No).unwrap();
    let mutator = world.mutator(0).unwrap();
    mutator.refill(class).unwrap();
    let before = cached(&heap);
    assert_eq!(before.len(), 1);
    assert_eq!(heap.stats().heap_objects(), 0);
    // With room in it, there is nothing to exchange.
    world.mutator(0).unwrap().refill(class).unwrap();
    assert_eq!(cached(&heap), before);
    // SAFETY: one thread has all mutators, and is here.
    unsafe { heap.flush_caches() };
    world.check();
    assert_eq!((listed(&heap), heap.stats().heap_inuse), ((vec![], vec![]), 0));
    world.end();
}

#[test]
fn pages_without_memory_count_as_given_back_until_a_span_is_made_of_them() {
    let heap = heap(Reserve::GreenTea);
    let mut world = World::new(&heap, 1);
    world.alloc(0, 100, PLAIN).unwrap();
    let mut left = Pages(0);
    // SAFETY: one thread has all mutators, and is here.
    unsafe { heap.caches(&mut |cache| left += cache.pages().scavenged()) };
    assert_eq!(left, Pages(CACHE_PAGES - 1), "one page of the window is in use");
    let released = Pages(CHUNK_PAGES - 1).bytes() as u64;
    assert_eq!(heap.stats().heap_released, released);
    // SAFETY: the same.
    unsafe { heap.flush_caches() };
    assert_eq!(heap.stats().heap_released, released, "a flush gives nothing back to the system");
    world.check();
    world.end();
}

#[test]
fn every_byte_of_sys_came_from_the_system_and_every_byte_that_came_is_in_sys() {
    let heap = heap(Reserve::GreenTea);
    let mut world = World::new(&heap, 2);
    // More than an arena at the end.
    for (who, bytes, count) in [(0, 16, 5000), (1, 700, 900), (0, 3 * MIB, 3), (1, 70 * MIB, 1)] {
        let count = if cfg!(miri) { count.min(50) } else { count };
        world.many(who, bytes, Shape::Plain { zeroed: false }, count);
        let stats = heap.stats();
        assert_eq!(stats.sys(), heap.heap.pages.os.committed() as u64, "{stats}");
    }
    world.end();
}

#[test]
fn pools_and_caches_show_every_free_stack_once() {
    let heap = heap(Reserve::GreenTea);
    let mut world = World::new(&heap, 1);
    let stacks: Vec<_> =
        (0..3).map(|_| world.mutator(0).unwrap().alloc_stack(MIN_STACK).unwrap()).collect();
    let mut free = BTreeSet::new();
    let mut counted = 0;
    heap.stack_pools(&mut |pool| {
        assert_eq!(pool.stack_bytes, MIN_STACK);
        let all = pool.free().inspect(|&stack| assert!(free.insert(stack), "{stack:?} twice"));
        assert_eq!(all.count() + pool.span.alloc_count(), POOL_SPAN / MIN_STACK);
        counted += pool.span.alloc_count();
    });
    assert!(stacks.iter().all(|stack| !free.contains(&stack.lo)));
    let mut cached = 0;
    // SAFETY: one thread has all mutators, and is here.
    unsafe { heap.caches(&mut |cache| cached += cache.stacks().bytes()[0]) };
    assert_eq!(cached / MIN_STACK + stacks.len(), counted, "cached, or in use");
    for stack in stacks {
        // SAFETY: of this heap, and forgotten.
        unsafe { world.mutator(0).unwrap().free_stack(stack) };
    }
    world.end();
}

#[test]
fn the_background_stops_a_tenth_above_what_is_in_use_and_below_a_limit() {
    let heap = heap(Reserve::GreenTea);
    let mut world = World::new(&heap, 1);
    let kept = world.alloc(0, 40 * MIB, PLAIN).unwrap();
    let dead = world.alloc(0, 30 * MIB, PLAIN).unwrap();
    world.forget(&[dead.at]);
    world.cycle();
    world.finish();
    let retained = || heap.heap.pages.retained_pages(&heap.heap.pages.core()).bytes();
    let scavenge = || {
        let goals = heap.scavenge_goals();
        while heap.scavenge_step(&goals) > 0 {}
        retained()
    };
    assert_eq!(retained(), 70 * MIB, "all that was touched");
    // A step may be a huge page longer than it was asked to be.
    let (goal, step) = (40 * MIB * 11 / 10, 3 << 20);
    let left = scavenge();
    assert!((goal - step..=goal + PAGE_BYTES).contains(&left), "{left} bytes, not {goal}");
    let beside = heap.stats().sys() as usize - heap.stats().heap_sys as usize;
    heap.heap.pages.set_limit(41 * MIB * 20 / 19 + beside);
    let left = scavenge();
    assert!((40 * MIB..=41 * MIB).contains(&left), "{left} bytes");
    assert_eq!(span_of(&heap, kept.at).pages().bytes(), 40 * MIB);
    world.end();
}
