//! Append-like growth: 256 small buffers double, one step of one of them at a time, from 8 B to 4 KiB.
//!
//! What `Vec::push` and Go's `append` ask for: the buffers grow between each other, so hardly one can
//! grow in place, and each step is an allocation, a copy and a free in two neighbouring size classes.
//! A buffer that is full grown is freed and begins again. An operation is one realloc, or the malloc
//! that begins a buffer.

use super::{Place, Workload};
use crate::allocator::Peer;
use crate::heap::{Block, Heap};
use crate::prng::Prng;
use crate::table::Table;

const BUFFERS: usize = 256;
const FIRST: usize = 8;
const LAST: usize = 4096;

/// The buffers of one thread.
pub struct Append<P: 'static> {
    buffers: Table<Block<P>>,
    prng: Prng,
}

impl<P: Peer> Workload<P> for Append<P> {
    fn start(place: Place<P>) -> Append<P> {
        Append { buffers: Table::new(BUFFERS, |_| Block::NONE), prng: Prng::new(place.thread) }
    }

    fn run(&mut self, heap: &mut Heap<P>, ops: u64) -> u64 {
        for _ in 0..ops {
            let buffer = &mut self.buffers[self.prng.below(BUFFERS)];
            if buffer.size() == LAST {
                heap.give(buffer.pull());
            }
            let size = (2 * buffer.size()).max(FIRST);
            *buffer = heap.grow(buffer.pull(), size);
        }
        ops
    }

    fn finish(&mut self, heap: &mut Heap<P>) {
        for buffer in self.buffers.iter_mut() {
            heap.give(buffer.pull());
        }
    }
}
