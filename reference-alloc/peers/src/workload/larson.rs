//! Larson's server: each thread replaces blocks of 8..1000 B at random in 5000 slots, and after ten
//! rounds ends; a new thread takes over its slots with all that is in them.
//!
//! Every block that a thread inherits is freed by another than allocated it, and threads come and go:
//! caches of threads must be given up, found again, and not leak. With one thread there is still only
//! one at work at a time, but never the same for long.
//! An operation is one free and one malloc.
//! (P.-A. Larson, M. Krishnan, Memory allocation for long-running server applications, ISMM 1998.)

use super::{Place, Workload};
use crate::allocator::Peer;
use crate::heap::{Block, Heap};
use crate::prng::Prng;
use crate::table::Table;
use std::ops::RangeInclusive;
use std::thread;

const SLOTS: usize = 5000;
const SIZES: RangeInclusive<usize> = 8..=1000;
/// Operations in the life of a thread.
const LIFE: u64 = 10 * SLOTS as u64;

/// The slots that are handed down.
pub struct Larson<P: 'static> {
    slots: Table<Block<P>>,
    prng: Prng,
}

impl<P: Peer> Larson<P> {
    /// A thread's life.
    fn live(&mut self) -> u64 {
        let mut heap = Heap::<P>::open();
        for _ in 0..LIFE {
            let slot = &mut self.slots[self.prng.below(SLOTS)];
            heap.give(slot.pull());
            *slot = heap.take(self.prng.within(&SIZES));
        }
        heap.close()
    }
}

impl<P: Peer> Workload<P> for Larson<P> {
    fn start(place: Place<P>) -> Larson<P> {
        Larson { slots: Table::new(SLOTS, |_| Block::NONE), prng: Prng::new(place.thread) }
    }

    fn run(&mut self, heap: &mut Heap<P>, ops: u64) -> u64 {
        let lives = ops.div_ceil(LIFE);
        for _ in 0..lives {
            let damaged = thread::scope(|scope| scope.spawn(|| self.live()).join());
            heap.add_damaged(damaged.unwrap_or(1));
        }
        lives * LIFE
    }

    fn finish(&mut self, heap: &mut Heap<P>) {
        for slot in self.slots.iter_mut() {
            heap.give(slot.pull());
        }
    }
}
