//! Counters of threads and a snapshot of them, and wrong ones.

use crate::stats::{Snapshot, Stats};
use loom::sync::atomic::{AtomicI64, Ordering};
use std::marker::PhantomData;

/// What one thread counts. Each number only rises; the order in which they are written and read is
/// what makes a snapshot true.
pub(super) struct Own {
    taken_into_use: AtomicI64,
    out_of_use: AtomicI64,
    allocated: AtomicI64,
    freed: AtomicI64,
    allocated_bytes: AtomicI64,
    freed_bytes: AtomicI64,
}

/// The steps that may be wrong.
pub(super) trait Steps: Sized + Send + Sync + 'static {
    /// The order of a count.
    const COUNTED: Ordering = Ordering::Release;

    /// A part ends before its whole does.
    fn free(own: &Own, bytes: i64) {
        add::<Self>(&own.freed, 1);
        add::<Self>(&own.freed_bytes, bytes);
        add::<Self>(&own.out_of_use, bytes);
    }

    /// What makes less is read before what makes more; and the whole's before the part's, so that
    /// every span seen out of use is seen without its blocks, and every block with its span.
    fn snapshot(all: &Counters<Self>) -> Snapshot {
        let out_of_use = all.sum(|own| &own.out_of_use);
        let freed_bytes = all.sum(|own| &own.freed_bytes);
        let freed = all.sum(|own| &own.freed);
        let allocated = all.sum(|own| &own.allocated);
        let allocated_bytes = all.sum(|own| &own.allocated_bytes);
        let taken_into_use = all.sum(|own| &own.taken_into_use);
        let (live, in_use) = (allocated_bytes - freed_bytes, taken_into_use - out_of_use);
        Snapshot { in_use, live, allocated, freed }
    }
}

/// Only its owner writes it.
fn add<S: Steps>(counter: &AtomicI64, more: i64) {
    counter.store(counter.load(Ordering::Relaxed) + more, S::COUNTED);
}

/// The counters of all threads.
pub(super) struct Counters<S>(Vec<Own>, PhantomData<S>);

impl<S> Counters<S> {
    fn sum(&self, of: impl Fn(&Own) -> &AtomicI64) -> i64 {
        self.0.iter().map(|own| of(own).load(Ordering::Acquire)).sum()
    }
}

impl<S: Steps> Stats for Counters<S> {
    fn new(threads: usize) -> Counters<S> {
        let zero = || AtomicI64::new(0);
        let own = |_| Own {
            taken_into_use: zero(),
            out_of_use: zero(),
            allocated: zero(),
            freed: zero(),
            allocated_bytes: zero(),
            freed_bytes: zero(),
        };
        Counters((0..threads).map(own).collect(), PhantomData)
    }

    fn allocate(&self, by: usize, bytes: i64) {
        let own = &self.0[by];
        add::<S>(&own.taken_into_use, bytes);
        add::<S>(&own.allocated_bytes, bytes);
        add::<S>(&own.allocated, 1);
    }

    fn free(&self, by: usize, bytes: i64) {
        S::free(&self.0[by], bytes);
    }

    fn snapshot(&self) -> Snapshot {
        S::snapshot(self)
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct CountsRelaxed;
impl Steps for CountsRelaxed {
    const COUNTED: Ordering = Ordering::Relaxed;
}

pub(super) struct CountsFreeAfterSpan;
impl Steps for CountsFreeAfterSpan {
    fn free(own: &Own, bytes: i64) {
        add::<Self>(&own.out_of_use, bytes);
        add::<Self>(&own.freed_bytes, bytes);
        add::<Self>(&own.freed, 1);
    }
}

pub(super) struct ReadsAllocationsFirst;
impl Steps for ReadsAllocationsFirst {
    fn snapshot(all: &Counters<ReadsAllocationsFirst>) -> Snapshot {
        let allocated = all.sum(|own| &own.allocated);
        let before = Right::snapshot_of(all);
        Snapshot { allocated, ..before }
    }
}

impl Right {
    fn snapshot_of<S: Steps>(all: &Counters<S>) -> Snapshot {
        let out_of_use = all.sum(|own| &own.out_of_use);
        let freed_bytes = all.sum(|own| &own.freed_bytes);
        let freed = all.sum(|own| &own.freed);
        let live = all.sum(|own| &own.allocated_bytes) - freed_bytes;
        let in_use = all.sum(|own| &own.taken_into_use) - out_of_use;
        Snapshot { in_use, live, allocated: all.sum(|own| &own.allocated), freed }
    }
}
