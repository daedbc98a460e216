//! Producer and consumer: one thread allocates blocks of 16..512 B, another frees them.
//!
//! No block returns to the thread that will need one next, unless the allocator carries it there: the
//! path of remote frees, its atomics, and the moves of whole batches between caches.
//! Blocks travel in batches of 4000 through a queue that sleeps when it is empty or full, so that
//! waiting is not counted as work. An operation is one malloc and one free, whichever thread did them.

use super::{Place, Workload};
use crate::allocator::Peer;
use crate::heap::{Block, Heap};
use crate::prng::Prng;
use crate::table::Table;
use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

const BATCH: usize = 4000;
/// Batches between the two; together about 4 MB.
const BATCHES: usize = 4;
const SIZES: RangeInclusive<usize> = 16..=512;

type Batch<P> = Table<Block<P>>;

/// Batches on their way: full ones to the consumer, empty ones back.
pub struct Mailbox<P: 'static> {
    /// `full` and `empty` hold at most `BATCHES` together, for which there is room from the start.
    queues: Mutex<Queues<P>>,
    moved: Condvar,
}

struct Queues<P: 'static> {
    full: VecDeque<Batch<P>>,
    empty: VecDeque<Batch<P>>,
}

impl<P> Default for Mailbox<P> {
    fn default() -> Mailbox<P> {
        let mut empty = VecDeque::with_capacity(BATCHES);
        empty.extend((0..BATCHES).map(|_| Table::new(BATCH, |_| Block::NONE)));
        let queues = Queues { full: VecDeque::with_capacity(BATCHES), empty };
        Mailbox { queues: Mutex::new(queues), moved: Condvar::new() }
    }
}

impl<P> Mailbox<P> {
    fn lock(&self) -> MutexGuard<'_, Queues<P>> {
        self.queues.lock().expect("a thread that panics ends the measurement")
    }

    fn send(&self, batch: Batch<P>, queue: impl Fn(&mut Queues<P>) -> &mut VecDeque<Batch<P>>) {
        queue(&mut self.lock()).push_back(batch);
        self.moved.notify_one();
    }

    fn receive(&self, queue: impl Fn(&mut Queues<P>) -> &mut VecDeque<Batch<P>>) -> Batch<P> {
        let mut queues = self.lock();
        loop {
            match queue(&mut queues).pop_front() {
                Some(batch) => return batch,
                None => queues = self.moved.wait(queues).expect("as for the lock"),
            }
        }
    }
}

/// The even thread produces, the odd one consumes.
pub struct CrossThread<P: 'static> {
    mail: Arc<Mailbox<P>>,
    produces: bool,
    prng: Prng,
}

impl<P: Peer> CrossThread<P> {
    fn produce(&mut self, heap: &mut Heap<P>) {
        let mut batch = self.mail.receive(|queues| &mut queues.empty);
        for slot in batch.iter_mut() {
            *slot = heap.take(self.prng.within(&SIZES));
        }
        self.mail.send(batch, |queues| &mut queues.full);
    }

    fn consume(&mut self, heap: &mut Heap<P>) {
        let mut batch = self.mail.receive(|queues| &mut queues.full);
        for slot in batch.iter_mut() {
            heap.give(slot.pull());
        }
        self.mail.send(batch, |queues| &mut queues.empty);
    }
}

impl<P: Peer> Workload<P> for CrossThread<P> {
    fn start(place: Place<P>) -> CrossThread<P> {
        let produces = place.thread.is_multiple_of(2);
        CrossThread { mail: place.mail, produces, prng: Prng::new(place.thread) }
    }

    fn run(&mut self, heap: &mut Heap<P>, ops: u64) -> u64 {
        let batches = ops.div_ceil(BATCH as u64);
        for _ in 0..batches {
            if self.produces {
                self.produce(heap);
            } else {
                self.consume(heap);
            }
        }
        if self.produces { batches * BATCH as u64 } else { 0 }
    }

    fn finish(&mut self, _heap: &mut Heap<P>) {}
}
