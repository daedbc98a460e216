//! 100 000 blocks of 16..512 B are allocated, then freed in random order.
//!
//! A phase of building followed by a phase of tearing down, as compilers and requests have them. Fresh
//! spans are taken at full speed; then each free meets another span than the one before, cold. What is
//! free at the end is 26 MB that may be kept or returned to the system, and is needed again soon.
//! An operation is one malloc and one free.

use super::{Footprint, Place, Workload};
use crate::allocator::Peer;
use crate::heap::{Block, Heap};
use crate::prng::Prng;
use crate::table::Table;
use std::ops::RangeInclusive;

const BLOCKS: usize = 100_000;
const SIZES: RangeInclusive<usize> = 16..=512;

/// The blocks of one thread and the order of their end.
pub struct Batch<P: 'static> {
    blocks: Table<Block<P>>,
    /// A permutation of the indices of `blocks`.
    order: Table<u32>,
    prng: Prng,
    /// Blocks before this index are allocated.
    filled: usize,
}

impl<P: Peer> Batch<P> {
    fn fill(&mut self, heap: &mut Heap<P>, until: usize) {
        for slot in &mut self.blocks[self.filled..until] {
            *slot = heap.take(self.prng.within(&SIZES));
        }
        self.filled = until;
    }

    fn drain(&mut self, heap: &mut Heap<P>) {
        for &at in self.order.iter() {
            heap.give(self.blocks[at as usize].pull());
        }
        self.filled = 0;
    }
}

impl<P: Peer> Workload<P> for Batch<P> {
    fn start(place: Place<P>) -> Batch<P> {
        let mut prng = Prng::new(place.thread);
        let mut order = Table::new(BLOCKS, |at| at as u32);
        for at in (1..BLOCKS).rev() {
            order.swap(at, prng.below(at + 1)); // Fisher and Yates
        }
        Batch { blocks: Table::new(BLOCKS, |_| Block::NONE), order, prng, filled: 0 }
    }

    fn run(&mut self, heap: &mut Heap<P>, ops: u64) -> u64 {
        let rounds = ops.div_ceil(BLOCKS as u64);
        for _ in 0..rounds {
            self.fill(heap, BLOCKS);
            self.drain(heap);
        }
        rounds * BLOCKS as u64
    }

    fn finish(&mut self, heap: &mut Heap<P>) {
        self.drain(heap);
    }
}

impl<P: Peer> Footprint<P> for Batch<P> {
    fn climb(&mut self, heap: &mut Heap<P>, part: u64, parts: u64) {
        self.fill(heap, BLOCKS * part as usize / parts as usize);
    }

    fn live(&self) -> u64 {
        self.blocks.iter().map(|slot| slot.size() as u64).sum()
    }
}
