//! What a cache hands out: slots of the right class in order, headers, pointer maps, zeroes; and when it
//! is flushed.
#![cfg(not(loom))]

mod toy;

use reference_alloc::collected::Shape;
use reference_alloc::size_class::{Class, HEADER_BYTES, MAX_IN_BITMAP, MAX_SMALL, Reserve, Scan};
use reference_alloc::units::Addr;
use std::collections::BTreeMap;
use toy::{PLAIN, World, heap};

/// Objects of a span by class from 1 on, as Go 1.27 has it by default: without pointers, and with.
/// Source: facts measured by runs of addresses, and `runtime/mheap.go` `initSpan`.
#[rustfmt::skip]
const GREEN_TEA: [(usize, usize); 67] = [
    (1024, 1008), (504, 496), (336, 330), (252, 248), (168, 165), (126, 124), (100, 99), (84, 82),
    (72, 70), (63, 62), (56, 55), (50, 49), (45, 45), (42, 41), (38, 38), (36, 35), (33, 33), (31, 31),
    (28, 27), (25, 24), (22, 22), (21, 20), (19, 19), (18, 17), (16, 16), (15, 15), (14, 14), (12, 12),
    (11, 11), (10, 10), (9, 9), (8, 8), (7, 7), (6, 6), (11, 11), (5, 5), (9, 9), (4, 4), (7, 7),
    (3, 3), (8, 8), (5, 5), (7, 7), (2, 2), (5, 5), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (1, 1),
    (6, 6), (5, 5), (4, 4), (3, 3), (2, 2), (3, 3), (4, 4), (1, 1), (4, 4), (3, 3), (2, 2), (3, 3),
    (1, 1), (3, 3), (2, 2), (1, 1),
];

/// The same without pointers in the classic profile: the column `objects` of Go's table.
#[rustfmt::skip]
const CLASSIC: [usize; 67] = [
    1024, 512, 341, 256, 170, 128, 102, 85, 73, 64, 56, 51, 46, 42, 39, 36, 34, 32, 28, 25, 23, 21, 19,
    18, 17, 16, 14, 12, 11, 10, 9, 8, 7, 6, 11, 5, 9, 4, 7, 3, 8, 5, 7, 2, 5, 3, 4, 5, 6, 7, 1, 6, 5, 4,
    3, 2, 3, 4, 1, 4, 3, 2, 3, 1, 3, 2, 1,
];

/// How many objects of `class` the first full span holds, by their addresses.
fn objects_of_a_span(reserve: Reserve, class: Class, scan: Scan) -> usize {
    let heap = heap(reserve);
    let mut world = World::new(&heap, 1);
    let header =
        if scan == Scan::Pointers && class.bytes() > MAX_IN_BITMAP { HEADER_BYTES } else { 0 };
    let shape = match scan {
        Scan::Pointers => Shape::Pointers { map: !0, word: 1 },
        Scan::No => PLAIN,
    };
    let bytes = (class.bytes() - header).min(MAX_SMALL);
    let mut by_span: BTreeMap<Addr, Vec<Addr>> = BTreeMap::new();
    while by_span.len() < 2 {
        let known = world.alloc(0, bytes, shape).unwrap();
        assert_eq!(known.at, known.base + header);
        by_span.entry(heap.find(known.at).unwrap().span.base()).or_default().push(known.base);
    }
    world.verify_all();
    world.check();
    let full = by_span.values().max_by_key(|bases| bases.len()).unwrap();
    let apart = full.windows(2).all(|pair| pair[1].0 - pair[0].0 == class.bytes());
    assert!(apart, "one after the other");
    full.len()
}

#[test]
fn a_span_holds_as_many_objects_as_in_go() {
    for (class, (plain, scanned)) in Class::all().zip(GREEN_TEA) {
        if class.bytes() > 8 {
            let count = objects_of_a_span(Reserve::GreenTea, class, Scan::No);
            assert_eq!(count, plain, "{} bytes", class.bytes());
        }
        let count = objects_of_a_span(Reserve::GreenTea, class, Scan::Pointers);
        assert_eq!(count, scanned, "{} bytes with pointers", class.bytes());
    }
}

#[test]
fn a_span_holds_as_many_objects_as_in_gos_table_in_the_classic_profile() {
    for (class, plain) in Class::all().zip(CLASSIC) {
        if class.bytes() > 8 {
            let count = objects_of_a_span(Reserve::Classic, class, Scan::No);
            assert_eq!(count, plain, "{} bytes", class.bytes());
        }
        // Of one page, 128 bytes are for the map.
        let with_map = if class.bytes() <= 512 { (8192 - 128) / class.bytes() } else { plain };
        let count = objects_of_a_span(Reserve::Classic, class, Scan::Pointers);
        assert_eq!(count, with_map, "{} bytes with pointers", class.bytes());
    }
}

#[test]
fn every_size_gets_the_smallest_class_that_fits_with_its_header() {
    let heap = heap(Reserve::GreenTea);
    let mut world = World::new(&heap, 1);
    let pointers = Shape::Pointers { map: 0, word: 3 };
    for (bytes, shape, usable) in [
        (17, PLAIN, 24),
        (1025, PLAIN, 1152),
        (32_760, PLAIN, 32_768),
        (32_761, PLAIN, 32_768),
        (32_769, PLAIN, 40_960),
        (0, pointers, 8),
        (512, pointers, 512),
        (513, pointers, 568),
        (1016, pointers, 1016),
        (1017, pointers, 1144),
        (32_760, pointers, 32_760),
        (32_761, pointers, 32_768),
    ] {
        let known = world.alloc(0, bytes, shape).unwrap();
        assert_eq!(known.bytes, usable, "{bytes} {shape:?}");
        assert_eq!(heap.find(known.at).unwrap().usable(), usable);
    }
    world.end();
}

#[test]
fn neighbours_in_a_pointer_map_do_not_touch_each_other() {
    for reserve in [Reserve::Classic, Reserve::GreenTea] {
        let heap = heap(reserve);
        let mut world = World::new(&heap, 1);
        // 48 bytes are 6 bits: every third object has bits in two words of the map.
        for bytes in [16, 24, 48, 80, 352, 480, 512] {
            for map in [0, !0, 0x5555_5555_5555_5555, !0, 0, 1, 1 << 5] {
                world.alloc(0, bytes, Shape::Pointers { map, word: 0 }).unwrap();
            }
        }
        world.verify_all();
        world.end();
    }
}

#[test]
fn a_word_in_a_span_of_8_bytes_is_a_pointer_whatever_is_said() {
    let heap = heap(Reserve::GreenTea);
    let mut world = World::new(&heap, 1);
    let known = world.alloc(0, 8, Shape::Pointers { map: 0, word: 0 }).unwrap();
    let found = heap.find(known.at).unwrap();
    let map = heap.pointer_map(found.span).unwrap();
    assert!((0..found.span.slots()).all(|slot| map.get(slot) == 1));
    assert_eq!(map.address(), found.span.base() + (8192 - 128), "nobody marks in such a span");
    world.end();
}

#[test]
fn the_map_lies_below_the_mark_bits() {
    let heap = heap(Reserve::GreenTea);
    let mut world = World::new(&heap, 1);
    let known = world.alloc(0, 64, Shape::Pointers { map: 0, word: 0 }).unwrap();
    let span = heap.find(known.at).unwrap().span;
    assert_eq!(heap.pointer_map(span).unwrap().address(), span.base() + (8192 - 256));
    assert!(span.limit() <= span.base() + (8192 - 256));
    world.end();
}

#[test]
fn used_memory_is_cleared_for_those_who_need_it() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    let all = world.many(0, 96, PLAIN, 85);
    world.forget(&all[1..]);
    world.cycle();
    world.finish();
    let mut dirty = 0;
    for nth in 0..84 {
        // The world sees to it that what shall be zero is.
        let shape = Shape::Plain { zeroed: nth % 2 == 0 };
        let by = world.mutator(0).unwrap();
        let object = by.alloc(96, shape).unwrap();
        // SAFETY: the object is ours.
        let first = unsafe { *std::ptr::with_exposed_provenance::<u8>(object.at.0) };
        dirty += usize::from(first != 0);
        assert!(nth % 2 == 1 || first == 0);
    }
    assert_ne!(dirty, 0, "nothing was cleared in vain");
    world.end();
}

#[test]
fn a_new_cycle_flushes_the_cache_before_it_hands_out_anything() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    let old = world.alloc(0, 64, PLAIN).unwrap();
    world.forget(&[old.at]);
    world.cycle();
    assert_eq!(heap.reclaim.swept(), 0);
    world.alloc(0, 2000, PLAIN).unwrap();
    assert_eq!(heap.reclaim.swept(), 1, "the stale span, whatever class was asked for");
    world.check();
    let new = world.alloc(0, 64, PLAIN).unwrap();
    assert_eq!(heap.find(new.at).unwrap().slot, 0);
    world.end();
}

#[test]
fn a_cache_that_is_not_used_for_a_cycle_is_flushed_all_the_same() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 2);
    let kept = world.many(1, 64, PLAIN, 10);
    // More than one span of 128 slots each time.
    let (cycles, each) = if cfg!(miri) { (2, 150) } else { (5, 300) };
    for _ in 0..cycles {
        let garbage = world.many(0, 64, PLAIN, each);
        world.forget(&garbage);
        world.cycle();
        world.check();
    }
    world.verify_all();
    let more = world.many(1, 64, PLAIN, 10);
    assert!(kept.iter().all(|at| !more.contains(at)));
    world.check();
    world.end();
}

#[test]
fn a_mutator_that_ends_leaves_its_room_to_others() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 2);
    let first = world.alloc(0, 64, PLAIN).unwrap();
    world.mutators[0] = None;
    let second = world.alloc(1, 64, PLAIN).unwrap();
    assert_eq!(second.at, first.at + 64, "in the span that the first one left");
    let stats = heap.stats();
    assert_eq!(stats.mallocs, 2, "what a cache counted stays counted");
    world.end();
}
