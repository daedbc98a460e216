//! Memory that is resident: at most, beside what was asked for, and when all is free again.
//!
//! It comes from `smaps_rollup`, which counts exactly; `statm` may be wrong by some hundred KB. What was
//! there before the first block does not count, and pages of files, which are code and constants, never do:
//! the kernel maps them in runs of 64 KiB, one more or less as the program happens to lie.

use crate::allocator::Peer;
use crate::heap::Heap;
use crate::workload::batch::Batch;
use crate::workload::large::Large;
use crate::workload::random::Random;
use crate::workload::{Footprint, Place, Row};
use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

/// Samples on the way to the peak.
const PARTS: u64 = 64;
/// How long an idle program stays, for allocators that return memory later, and in how many naps.
const IDLE: Duration = Duration::from_secs(1);
const NAPS: u32 = 10;

/// Bytes, all above what the process had before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Resident {
    /// The most that was requested at once.
    pub requested: u64,
    /// The most that was resident.
    pub peak: u64,
    /// Resident when all was free.
    pub freed: u64,
    /// Resident one second and some calls later.
    pub idle: u64,
    /// Blocks whose contents were not what had been written.
    pub damaged: u64,
}

/// Measures the footprint of `row` with one thread; nothing if it has none.
pub fn resident<P: Peer>(row: Row) -> Option<Resident> {
    match row {
        Row::Random => Some(footprint::<P, Random<P>>()),
        Row::Batch => Some(footprint::<P, Batch<P>>()),
        Row::Large => Some(footprint::<P, Large<P>>()),
        _ => None,
    }
}

fn footprint<P: Peer, W: Footprint<P>>() -> Resident {
    let mut workload = W::start(Place { thread: 0, mail: Arc::default() });
    let before = resident_set();
    let grown = || resident_set().saturating_sub(before);
    let mut heap = Heap::<P>::open();
    let mut seen = Resident::default();
    for part in 1..=PARTS {
        workload.climb(&mut heap, part, PARTS);
        seen.requested = seen.requested.max(workload.live());
        seen.peak = seen.peak.max(grown());
    }
    workload.finish(&mut heap);
    seen.freed = grown();
    for _ in 0..NAPS {
        sleep(IDLE / NAPS);
        let block = heap.take(64);
        heap.give(block);
    }
    seen.idle = grown();
    seen.damaged = heap.close();
    seen
}

/// Resident bytes of this process that are of no file, read without any allocation.
fn resident_set() -> u64 {
    let mut text = [0; 4096];
    let mut length = 0;
    let mut file = File::open("/proc/self/smaps_rollup").expect("Linux has it since 4.14");
    while let Ok(read @ 1..) = file.read(&mut text[length..]) {
        length += read;
    }
    let text = str::from_utf8(&text[..length]).expect("the kernel writes ASCII");
    let line = text.lines().find_map(|line| line.strip_prefix("Anonymous:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse::<u64>().ok()).expect("a line with the anonymous memory") << 10
}
