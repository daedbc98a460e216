//! The central lists: which span a refill gets, what becomes of one that is given back, and who sweeps.
#![cfg(not(loom))]

mod toy;

use reference_alloc::collected::Shape;
use reference_alloc::collected::refill::SPAN_BUDGET;
use reference_alloc::size_class::Reserve;
use reference_alloc::sweepgen::Sweep;
use reference_alloc::sync::Ordering;
use reference_alloc::units::{Addr, Pages};
use std::collections::BTreeSet;
use toy::{Heap, PLAIN, World, heap, starve};

/// 1 KiB: eight objects in a span of one page.
const KIB: usize = 1024;

/// The spans of these objects, by their first bytes.
fn spans(heap: &Heap, objects: &[Addr]) -> BTreeSet<Addr> {
    objects.iter().map(|&at| heap.find(at).unwrap().span.base()).collect()
}

/// What the span of an object says.
fn says(heap: &Heap, object: Addr) -> Sweep {
    let span = heap.find(object).unwrap().span;
    Sweep::of(span.sweepgen.load(Ordering::Relaxed), heap.sweepgen()).unwrap()
}

#[test]
fn a_full_span_stays_away_until_something_in_it_dies() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    let full = world.many(0, KIB, PLAIN, 8);
    let next = world.many(0, KIB, PLAIN, 8);
    assert!(spans(&heap, &full).is_disjoint(&spans(&heap, &next)));
    world.forget(&full[3..4]);
    let before = world.many(0, KIB, PLAIN, 1);
    assert_ne!(spans(&heap, &before), spans(&heap, &full), "dead, but not swept");
    world.cycle();
    let mut after = world.many(0, KIB, PLAIN, 7);
    assert!(!after.contains(&full[3]), "the cache's own span, and it had room for seven");
    after = world.many(0, KIB, PLAIN, 1);
    assert_eq!(after, full[3..4]);
    world.end();
}

#[test]
fn what_a_span_says_follows_its_way_through_a_cycle() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    let full = world.many(0, KIB, PLAIN, 8)[0];
    assert_eq!(says(&heap, full), Sweep::Cached);
    let current = world.many(0, KIB, PLAIN, 1)[0];
    assert_eq!((says(&heap, full), says(&heap, current)), (Sweep::Done, Sweep::Cached));
    world.cycle();
    assert_eq!((says(&heap, full), says(&heap, current)), (Sweep::Needed, Sweep::CachedStale));
    world.mutator(0).unwrap().prepare_for_sweep();
    assert_eq!((says(&heap, full), says(&heap, current)), (Sweep::Needed, Sweep::Done));
    assert_eq!(heap.sweep_one(), Some(Pages(0)));
    assert_eq!((says(&heap, full), heap.sweep_one()), (Sweep::Done, None));
    assert!(heap.is_swept());
    world.end();
}

#[test]
fn a_refill_takes_swept_room_then_sweeps_and_only_then_takes_new_pages() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 3);
    let full = world.many(0, KIB, PLAIN, 8);
    let partial = world.many(1, KIB, PLAIN, 2);
    let stale = world.many(2, KIB, PLAIN, 7);
    (world.mutators[0], world.mutators[1]) = (None, None);
    world.forget(&full[..4]);
    world.cycle();
    // Its cache is flushed first, and sweeps it: swept, with room.
    let swept = world.many(2, KIB, PLAIN, 1);
    assert_eq!((spans(&heap, &swept), heap.reclaim.swept()), (spans(&heap, &stale), 1));
    let unswept = world.many(2, KIB, PLAIN, 6);
    assert_eq!(spans(&heap, &unswept), spans(&heap, &partial), "had room, and is swept now");
    let then = world.many(2, KIB, PLAIN, 4);
    assert_eq!(then, full[..4], "full, and half of it was dead");
    let new = world.many(2, KIB, PLAIN, 1);
    assert!(spans(&heap, &new).is_disjoint(&spans(&heap, &[full, partial].concat())));
    world.check();
    world.end();
}

#[test]
fn cycles_go_on_when_their_number_wraps() {
    let heap = heap(Reserve::Classic);
    heap.heap.sweepgen.store(u32::MAX - 5, Ordering::Relaxed);
    let mut world = World::new(&heap, 2);
    for cycle in 0..6 {
        let objects = world.many(cycle, KIB, PLAIN, 20);
        world.forget(&objects[..15]);
        world.cycle();
        world.check();
        heap.sweep_one();
        world.check();
    }
    world.finish();
    assert_eq!(heap.sweepgen(), 6);
    world.end();
}

#[test]
fn no_more_than_a_hundred_spans_are_swept_for_one() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 2);
    world.many(0, KIB, PLAIN, 8 * 250);
    world.mutators[0] = None;
    world.cycle();
    let new = world.many(1, KIB, PLAIN, 1);
    assert_eq!(heap.reclaim.swept(), SPAN_BUDGET, "all full, nothing dead");
    assert_eq!(world.live.len(), 2001);
    assert_eq!(says(&heap, new[0]), Sweep::Cached);
    world.check();
    world.end();
}

#[test]
fn a_span_without_a_live_object_goes_back_whoever_sweeps_it() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    let all = world.many(0, KIB, PLAIN, 8 * 10);
    world.mutators[0] = None;
    world.forget(&all[8..]);
    world.cycle();
    let freed: usize = (0..10).map(|_| heap.sweep_one().unwrap().0).sum();
    assert_eq!((freed, heap.sweep_one()), (9, None));
    assert_eq!(heap.stats().heap_inuse, 8192);
    let mut left = Vec::new();
    // SAFETY: one thread.
    unsafe { heap.spans(&mut |span| left.push(span.base())) };
    assert_eq!(left, spans(&heap, &all[..8]).into_iter().collect::<Vec<_>>());
    world.check();
    world.end();
}

#[test]
fn a_heap_takes_pages_of_dead_spans_before_it_grows_and_leaves_the_others() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    let all = world.many(0, KIB, Shape::Plain { zeroed: false }, 8 * 400);
    world.mutators[0] = None;
    // The spans of every other eight die.
    let dead: Vec<Addr> = all.chunks(16).flat_map(|pair| pair[..8].to_vec()).collect();
    world.forget(&dead);
    world.cycle();
    let before = heap.stats();
    world.alloc(0, 100 * 8192, PLAIN).unwrap();
    assert!((100..=200).contains(&heap.reclaim.swept()), "{} spans", heap.reclaim.swept());
    assert!(heap.stats().heap_inuse <= before.heap_inuse);
    world.check();
    // What came free beyond that is credit: the next hundred cost no sweep.
    let swept = heap.reclaim.swept();
    world.alloc(0, (200 - swept).min(50) * 8192 + 8192, PLAIN).unwrap();
    world.check();
    world.finish();
    assert_eq!(heap.reclaim.swept(), 400);
    world.end();
}

#[test]
fn entries_of_spans_that_were_swept_elsewhere_are_skipped() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 2);
    let all = world.many(0, KIB, PLAIN, 8 * 20);
    world.mutators[0] = None;
    world.forget(&all);
    world.cycle();
    heap.reclaim(Pages(20));
    assert_eq!((heap.reclaim.swept(), heap.stats().heap_inuse), (20, 0));
    world.check();
    // The structs are other spans now, some of the same class, and their old entries are still there.
    world.many(1, KIB, PLAIN, 8 * 5);
    world.many(1, 2048, PLAIN, 4 * 5);
    world.check();
    assert_eq!(heap.sweep_one(), None, "nothing but stale entries");
    world.verify_all();
    world.check();
    world.end();
}

/// A list that gets no memory for a block strands its span; the next cycle finds it by its pages.
#[test]
fn a_span_for_which_no_list_had_memory_is_found_by_the_next_cycles_walk() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    // A span of each of many classes, and no list has a block yet: each span is its class's first.
    let sizes: Vec<usize> = (1..60).map(|nth| nth * 16 + 16).collect();
    let mut kept = Vec::new();
    for &bytes in &sizes {
        kept.extend(world.many(0, bytes, PLAIN, 1));
    }
    let all = spans(&heap, &kept).len();
    starve(&heap);
    world.mutators[0] = None;
    world.check();
    assert_eq!(says(&heap, kept[0]), Sweep::Done);
    world.cycle();
    // Nothing but the walk finds them, and still no list can take them.
    world.finish();
    assert_eq!(heap.reclaim.swept(), all);
    heap.heap.pages.os.limit(usize::MAX);
    world.forget(&kept[..30]);
    world.cycle();
    world.finish();
    assert_eq!(heap.reclaim.swept(), all);
    let lost = world.mutator(0).unwrap().alloc(960, PLAIN).unwrap();
    assert!(spans(&heap, &kept[30..]).contains(&lost.span.base()), "room that is of use again");
    world.verify_all();
    world.cycle();
    world.finish();
    world.end();
}

#[test]
fn the_check_names_what_is_wrong() {
    let broken = |fault: fn(&Heap, Addr)| {
        let heap = heap(Reserve::Classic);
        let mut world = World::new(&heap, 1);
        let objects = world.many(0, KIB, PLAIN, 8 * 3);
        world.check();
        fault(&heap, objects[0]);
        let mut ids = BTreeSet::new();
        // SAFETY: one thread.
        unsafe { heap.check(&mut |violation| _ = ids.insert(violation.id)) };
        ids
    };
    let ids = broken(|heap, at| {
        heap.find(at)
            .unwrap()
            .span
            .sweepgen
            .store(heap.sweepgen().wrapping_sub(1), Ordering::Relaxed);
    });
    assert!(ids.contains("alloc/span/sweepgen-legal"), "{ids:?}");
    let ids = broken(|heap, at| {
        heap.find(at).unwrap().span.sweep(|_| 0);
    });
    for id in [
        "alloc/mcentral/uncache-classified",
        "alloc/span/empty-span-returned",
        "alloc/stats/stats-bytes",
        "alloc/stats/stats-objects",
        "alloc/stats/stats-by-size",
    ] {
        assert!(ids.contains(id), "{id} is not in {ids:?}");
    }
}
