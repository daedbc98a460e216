//! Tiny objects: where they lie, which block they fill, and when it is forgotten.
#![cfg(not(loom))]

mod toy;

use proptest::prelude::*;
use reference_alloc::collected::Shape;
use reference_alloc::size_class::Reserve;
use reference_alloc::tiny::{BLOCK_BYTES, Tiny};
use reference_alloc::units::Addr;
use toy::{PLAIN, World, heap};

/// A heap's part in it: blocks from 160 on, every 16 bytes.
#[derive(Default)]
struct Blocks {
    tiny: Tiny,
    next: usize,
}

impl Blocks {
    /// Where an object lies: its block's number, and its place there.
    fn alloc(&mut self, bytes: usize) -> (usize, usize) {
        let at = self.tiny.take(bytes).unwrap_or_else(|| {
            let block = Addr(160 + self.next * BLOCK_BYTES);
            self.next += 1;
            self.tiny.offer(block, bytes);
            block
        });
        ((at.0 - 160) / BLOCK_BYTES, at.0 % BLOCK_BYTES)
    }
}

#[test]
fn the_size_says_the_alignment() {
    for (bytes, second) in [(1, 1), (2, 2), (3, 1), (4, 4), (6, 2), (7, 1), (8, 8), (12, 4)] {
        let mut blocks = Blocks::default();
        assert_eq!(blocks.alloc(1), (0, 0));
        assert_eq!(blocks.alloc(bytes), (0, second), "{bytes} bytes behind one");
    }
}

#[test]
fn sixteen_single_bytes_fill_a_block() {
    let mut blocks = Blocks::default();
    for place in 0..16 {
        assert_eq!(blocks.alloc(1), (0, place));
    }
    assert_eq!(blocks.alloc(1), (1, 0));
}

#[test]
fn the_block_with_more_room_is_filled_further() {
    let mut blocks = Blocks::default();
    assert_eq!(blocks.alloc(4), (0, 0));
    assert_eq!(blocks.alloc(15), (1, 0), "does not fit, and leaves one byte of its own block");
    assert_eq!(blocks.alloc(4), (0, 4), "twelve bytes were left here");
    assert_eq!(blocks.alloc(10), (2, 0), "six against eight");
    assert_eq!(blocks.alloc(8), (0, 8));
    assert_eq!(blocks.alloc(12), (3, 0), "four against none");
    assert_eq!(blocks.alloc(4), (3, 12));
}

#[test]
fn a_block_with_as_much_room_is_no_reason_to_change() {
    let mut blocks = Blocks::default();
    assert_eq!(blocks.alloc(9), (0, 0));
    assert_eq!(blocks.alloc(9), (1, 0));
    assert_eq!(blocks.alloc(1), (0, 9));
}

#[test]
fn a_dropped_block_is_filled_no_further() {
    let mut blocks = Blocks::default();
    blocks.alloc(1);
    blocks.tiny.drop_block();
    assert_eq!(blocks.tiny.block(), None);
    assert_eq!(blocks.alloc(1), (1, 0));
}

proptest! {
    #[test]
    fn objects_lie_in_one_block_apart_and_aligned(sizes in proptest::collection::vec(1_usize..16, 1..200)) {
        let (mut blocks, mut taken) = (Blocks::default(), std::collections::BTreeSet::new());
        for bytes in sizes {
            let (block, place) = blocks.alloc(bytes);
            prop_assert!(place + bytes <= BLOCK_BYTES);
            let align = [8, 4, 2, 1].into_iter().find(|align| bytes % align == 0).unwrap();
            prop_assert_eq!(place % align, 0);
            for byte in place..place + bytes {
                prop_assert!(taken.insert((block, byte)), "byte {} of block {} twice", byte, block);
            }
        }
    }
}

#[test]
fn only_objects_of_less_than_16_bytes_without_pointers_share() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    let first = world.alloc(0, 1, PLAIN).unwrap();
    assert_eq!(world.alloc(0, 0, PLAIN).unwrap().at, first.at + 1, "no bytes count as one");
    assert_eq!(world.alloc(0, 13, Shape::Plain { zeroed: false }).unwrap().at, first.at + 2);
    for (bytes, shape) in [(16, PLAIN), (1, Shape::Pointers { map: 1, word: 0 })] {
        let alone = world.alloc(0, bytes, shape).unwrap();
        assert_eq!(alone.at, alone.base);
        assert!(alone.bytes >= 8);
    }
    assert_eq!(heap.stats().tiny, 2);
    world.end();
}

#[test]
fn a_block_reads_zero_whatever_lay_there() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    let all = world.many(0, 15, Shape::Plain { zeroed: false }, 600);
    world.forget(&all);
    world.cycle();
    for _ in 0..600 {
        // The world looks at the content of everything that shall be zero.
        world.alloc(0, 7, PLAIN).unwrap();
        world.alloc(0, 8, PLAIN).unwrap();
    }
    world.check();
    world.end();
}

#[test]
fn one_tiny_object_keeps_its_block_and_a_new_cycle_fills_another() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 1);
    let [first, second] = world.many(0, 1, PLAIN, 2)[..] else { panic!("two") };
    world.forget(&[first]);
    world.cycle();
    world.finish();
    let later = world.alloc(0, 1, PLAIN).unwrap();
    assert_ne!(later.base, heap.find(second).unwrap().base);
    world.forget(&[second]);
    world.cycle();
    world.finish();
    assert_eq!(heap.stats().heap_objects(), 1);
    world.end();
}

#[test]
fn a_collector_that_begins_to_mark_finds_the_blocks_that_are_filled_further() {
    let heap = heap(Reserve::Classic);
    let mut world = World::new(&heap, 2);
    let blocks = [world.alloc(0, 1, PLAIN).unwrap().base, world.alloc(1, 1, PLAIN).unwrap().base];
    world.live.clear();
    assert_eq!(world.live_slots(), blocks.into());
    world.end();
}
