//! Fixed 64 B pairs: allocate, write, free, again.
//!
//! The block that was freed last is the block that is needed next, so all caches hit. What is left is
//! the length of the fast path, both ways: the least that an allocation can cost.
//! An operation is one malloc and one free.

use super::{Place, Workload};
use crate::allocator::Peer;
use crate::heap::Heap;
use std::hint::black_box;

/// Nothing is kept from one pair to the next.
pub struct Pairs;

impl<P: Peer> Workload<P> for Pairs {
    fn start(_place: Place<P>) -> Pairs {
        Pairs
    }

    fn run(&mut self, heap: &mut Heap<P>, ops: u64) -> u64 {
        let size = black_box(64); // a size that the shim is not compiled for
        for _ in 0..ops {
            let block = heap.take(size);
            heap.give(block);
        }
        ops
    }

    fn finish(&mut self, _heap: &mut Heap<P>) {}
}
