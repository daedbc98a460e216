//! Random 8..1024 B over 10 000 live slots: a slot is chosen, its block freed, another size put there.
//!
//! Size classes are mixed, lifetimes are random, and about 5 MB are live: the fast path meets cold
//! metadata, spans that are nearly full, and branches that no predictor knows.
//! An operation is one free and one malloc.

use super::{Footprint, Place, Workload};
use crate::allocator::Peer;
use crate::heap::{Block, Heap};
use crate::prng::Prng;
use crate::table::Table;
use std::ops::RangeInclusive;

const SLOTS: usize = 10_000;
const SIZES: RangeInclusive<usize> = 8..=1024;

/// The slots of one thread.
pub struct Random<P: 'static> {
    slots: Table<Block<P>>,
    prng: Prng,
}

impl<P: Peer> Workload<P> for Random<P> {
    fn start(place: Place<P>) -> Random<P> {
        Random { slots: Table::new(SLOTS, |_| Block::NONE), prng: Prng::new(place.thread) }
    }

    fn run(&mut self, heap: &mut Heap<P>, ops: u64) -> u64 {
        for _ in 0..ops {
            let slot = &mut self.slots[self.prng.below(SLOTS)];
            heap.give(slot.pull());
            *slot = heap.take(self.prng.within(&SIZES));
        }
        ops
    }

    fn finish(&mut self, heap: &mut Heap<P>) {
        for slot in self.slots.iter_mut() {
            heap.give(slot.pull());
        }
    }
}

impl<P: Peer> Footprint<P> for Random<P> {
    fn climb(&mut self, heap: &mut Heap<P>, _part: u64, parts: u64) {
        self.run(heap, 50 * SLOTS as u64 / parts);
    }

    fn live(&self) -> u64 {
        self.slots.iter().map(|slot| slot.size() as u64).sum()
    }
}
