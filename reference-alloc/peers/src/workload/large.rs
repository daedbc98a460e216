//! 32 KiB..1 MiB at random over 32 live slots, a byte of every page written.
//!
//! Buffers of files and frames: above all size classes, where runs of pages are searched, split and
//! merged. Who returns pages at once pays for faults on every block; who keeps them is measured by the
//! memory rows. About 17 MB are live. An operation is one free and one malloc.

use super::{Footprint, Place, Workload};
use crate::allocator::Peer;
use crate::heap::{Block, Heap};
use crate::prng::Prng;
use crate::table::Table;
use std::ops::RangeInclusive;

const SLOTS: usize = 32;
const SIZES: RangeInclusive<usize> = 32 << 10..=1 << 20;

/// The slots of one thread.
pub struct Large<P: 'static> {
    slots: Table<Block<P>>,
    prng: Prng,
}

impl<P: Peer> Workload<P> for Large<P> {
    fn start(place: Place<P>) -> Large<P> {
        Large { slots: Table::new(SLOTS, |_| Block::NONE), prng: Prng::new(place.thread) }
    }

    fn run(&mut self, heap: &mut Heap<P>, ops: u64) -> u64 {
        for _ in 0..ops {
            let slot = &mut self.slots[self.prng.below(SLOTS)];
            heap.give(slot.pull());
            let mut block = heap.take(self.prng.within(&SIZES));
            block.fill_pages(0);
            *slot = block;
        }
        ops
    }

    fn finish(&mut self, heap: &mut Heap<P>) {
        for slot in self.slots.iter_mut() {
            heap.give(slot.pull());
        }
    }
}

impl<P: Peer> Footprint<P> for Large<P> {
    fn climb(&mut self, heap: &mut Heap<P>, _part: u64, parts: u64) {
        self.run(heap, 50 * SLOTS as u64 / parts);
    }

    fn live(&self) -> u64 {
        self.slots.iter().map(|slot| slot.size() as u64).sum()
    }
}
