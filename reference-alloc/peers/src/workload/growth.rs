//! Realloc growth: four buffers grow side by side, each step by half, from 256 B to 2 MiB.
//!
//! Files that are read, logs that are collected: contents move through all size classes into large
//! blocks, where growing in place or moving pages saves copies of megabytes. Four at a time and one
//! step of one of them at random, as a single buffer would own the end of the heap, where growing is
//! free. A byte of each new page is written. A buffer that is full grown is freed and begins again.
//! An operation is one realloc, or the malloc that begins a buffer.

use super::{Place, Workload};
use crate::allocator::Peer;
use crate::heap::{Block, Heap};
use crate::prng::Prng;
use crate::table::Table;

const BUFFERS: usize = 4;
const FIRST: usize = 256;
const LAST: usize = 2 << 20;

/// The buffers that grow.
pub struct Growth<P: 'static> {
    buffers: Table<Block<P>>,
    prng: Prng,
}

impl<P: Peer> Workload<P> for Growth<P> {
    fn start(place: Place<P>) -> Growth<P> {
        Growth { buffers: Table::new(BUFFERS, |_| Block::NONE), prng: Prng::new(place.thread) }
    }

    fn run(&mut self, heap: &mut Heap<P>, ops: u64) -> u64 {
        for _ in 0..ops {
            let buffer = &mut self.buffers[self.prng.below(BUFFERS)];
            if buffer.size() * 3 / 2 > LAST {
                heap.give(buffer.pull());
            }
            let before = buffer.size();
            *buffer = heap.grow(buffer.pull(), (before * 3 / 2).max(FIRST));
            buffer.fill_pages(before);
        }
        ops
    }

    fn finish(&mut self, heap: &mut Heap<P>) {
        for buffer in self.buffers.iter_mut() {
            heap.give(buffer.pull());
        }
    }
}
