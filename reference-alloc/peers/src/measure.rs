//! CPU time of a workload.
//!
//! The clock is the process's: work that an allocator leaves to threads of its own is its work, too,
//! and so is what the kernel does for it. Waiting is free. With one thread no other is ever started:
//! some allocators are faster as long as they are sure to be alone.

use crate::allocator::Peer;
use crate::heap::Heap;
use crate::workload::append::Append;
use crate::workload::batch::Batch;
use crate::workload::cross_thread::{CrossThread, Mailbox};
use crate::workload::growth::Growth;
use crate::workload::large::Large;
use crate::workload::larson::Larson;
use crate::workload::pairs::Pairs;
use crate::workload::random::Random;
use crate::workload::{Place, Row, Workload};
use std::mem::MaybeUninit;
use std::sync::{Arc, Barrier};
use std::thread;

/// What a measurement saw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timing {
    /// Operations of all threads.
    pub ops: u64,
    /// CPU time of the process for them, in nanoseconds.
    pub cpu_ns: u64,
    /// Blocks whose contents were not what had been written.
    pub damaged: u64,
}

/// Measures `row` with so many threads, each doing about `ops` operations.
pub fn time<P: Peer>(row: Row, threads: usize, ops: u64) -> Timing {
    match row {
        Row::Pairs => workload::<P, Pairs>(threads, ops),
        Row::Random => workload::<P, Random<P>>(threads, ops),
        Row::Larson => workload::<P, Larson<P>>(threads, ops),
        Row::CrossThread => workload::<P, CrossThread<P>>(threads, ops),
        Row::Batch => workload::<P, Batch<P>>(threads, ops),
        Row::Large => workload::<P, Large<P>>(threads, ops),
        Row::Growth => workload::<P, Growth<P>>(threads, ops),
        Row::Append => workload::<P, Append<P>>(threads, ops),
    }
}

fn workload<P: Peer, W: Workload<P>>(threads: usize, ops: u64) -> Timing {
    let mail = Arc::new(Mailbox::<P>::default());
    let barrier = Barrier::new(threads);
    let place = |thread| Place { thread, mail: Arc::clone(&mail) };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map(|thread| {
                let (place, barrier) = (place(thread), &barrier);
                scope.spawn(move || part::<P, W>(place, ops, || _ = barrier.wait()))
            })
            .collect();
        let mut total = part::<P, W>(place(0), ops, || _ = barrier.wait());
        for other in others {
            let part = other.join().expect("a thread of the workload panicked");
            total.ops += part.ops;
            total.damaged += part.damaged;
        }
        total
    })
}

/// One thread's part. Each reads the clock, but only the main thread's reading counts: between the
/// first two calls of `meet` all others wait.
fn part<P: Peer, W: Workload<P>>(place: Place<P>, ops: u64, meet: impl Fn()) -> Timing {
    // The main thread comes first: some allocators are initialised by it.
    if place.thread > 0 {
        meet();
    }
    let main = place.thread == 0;
    let mut heap = Heap::<P>::open();
    if main {
        meet();
    }
    let mut workload = W::start(place);
    workload.run(&mut heap, ops / 10 + 1);
    meet();
    let before = cpu_ns();
    meet();
    let ops = workload.run(&mut heap, ops);
    meet();
    let cpu_ns = cpu_ns() - before;
    workload.finish(&mut heap);
    Timing { ops, cpu_ns, damaged: heap.close() }
}

/// CPU time that this process has used, in nanoseconds.
fn cpu_ns() -> u64 {
    let mut now = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: the call writes a timespec, or fails without touching it.
    let now = unsafe {
        assert_eq!(libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, now.as_mut_ptr()), 0);
        now.assume_init()
    };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}
