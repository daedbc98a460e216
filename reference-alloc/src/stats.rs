//! What the heap has and what it did, as Go's `MemStats` has it, and the sums that must agree.
//!
//! A snapshot is taken while other threads allocate and free. Counters never fall, and frees are
//! read before allocations, so no difference is ever below zero
//! (`alloc/stats/stats-snapshot-consistent`): what was freed was allocated before. But sums over
//! several counters agree exactly only while the heap is at rest.
//!
//! Bytes are bytes of slots and pages, not of requests.
//!
//! Source: Go `runtime/mstats.go`.

use crate::size_class::{CLASSES, Class};
use std::fmt;

/// A snapshot of the heap. Sizes are in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemStats {
    /// In live blocks.
    pub heap_alloc: u64,
    /// In blocks ever handed out. Never falls.
    pub total_alloc: u64,
    /// Blocks ever handed out. Never falls.
    pub mallocs: u64,
    /// Blocks ever taken back. Never falls.
    pub frees: u64,
    /// Of `mallocs`, and of `frees` as well: objects that share a slot with an earlier one, whose
    /// slot is counted by itself. See [`crate::tiny`]. Never falls.
    pub tiny: u64,
    /// Taken from the system for blocks, whether in use or not.
    pub heap_sys: u64,
    /// Of that: in no span.
    pub heap_idle: u64,
    /// Of that: in spans of blocks.
    pub heap_inuse: u64,
    /// Of `heap_idle`: without memory behind it.
    pub heap_released: u64,
    /// In spans of stacks.
    pub stack_inuse: u64,
    /// Span structs that are spans.
    pub mspan_inuse: u64,
    /// Taken from the system for span structs.
    pub mspan_sys: u64,
    /// Caches that threads have.
    pub mcache_inuse: u64,
    /// Taken from the system for caches.
    pub mcache_sys: u64,
    /// Taken from the system for profiling. Nobody profiles here.
    pub buckhash_sys: u64,
    /// Taken from the system for tables of pages and arenas.
    pub gc_sys: u64,
    /// Taken from the system for anything else.
    pub other_sys: u64,
    /// By class.
    pub by_size: [BySize; CLASSES],
}

/// What was allocated and freed of one class; of [`crate::size_class::Class::LARGE`], large blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BySize {
    /// Blocks ever handed out.
    pub mallocs: u64,
    /// Blocks ever taken back.
    pub frees: u64,
}

impl MemStats {
    /// Nothing of anything.
    pub const EMPTY: MemStats = MemStats {
        heap_alloc: 0,
        total_alloc: 0,
        mallocs: 0,
        frees: 0,
        tiny: 0,
        heap_sys: 0,
        heap_idle: 0,
        heap_inuse: 0,
        heap_released: 0,
        stack_inuse: 0,
        mspan_inuse: 0,
        mspan_sys: 0,
        mcache_inuse: 0,
        mcache_sys: 0,
        buckhash_sys: 0,
        gc_sys: 0,
        other_sys: 0,
        by_size: [BySize { mallocs: 0, frees: 0 }; CLASSES],
    };

    /// Live blocks.
    pub fn heap_objects(&self) -> u64 {
        self.mallocs - self.frees
    }

    /// Taken from the system for stacks: what is in use, since what is not belongs to the heap.
    pub fn stack_sys(&self) -> u64 {
        self.stack_inuse
    }

    /// Taken from the system, all together. Upholds `alloc/stats/stats-sys-is-sum`.
    pub fn sys(&self) -> u64 {
        self.heap_sys
            + self.stack_sys()
            + self.mspan_sys
            + self.mcache_sys
            + self.buckhash_sys
            + self.gc_sys
            + self.other_sys
    }

    /// The ids of the sums that do not agree in this snapshot of a heap at rest.
    pub fn wrong_sums(&self) -> impl Iterator<Item = &'static str> {
        let by_size = self.by_size.iter().fold((self.tiny, self.tiny), |(mallocs, frees), of| {
            (mallocs + of.mallocs, frees + of.frees)
        });
        let split = self.heap_idle + self.heap_inuse == self.heap_sys
            && self.heap_released <= self.heap_idle
            && self.heap_alloc <= self.heap_inuse;
        [
            ("alloc/stats/stats-heap-split", split),
            ("alloc/stats/stats-objects", self.frees <= self.mallocs),
            ("alloc/stats/stats-by-size", by_size == (self.mallocs, self.frees)),
            ("alloc/stats/stats-bytes", self.heap_alloc <= self.total_alloc),
        ]
        .into_iter()
        .filter_map(|(id, agrees)| (!agrees).then_some(id))
    }
}

/// A table for people, in bytes.
impl fmt::Display for MemStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, bytes) in [
            ("from the system", self.sys()),
            ("  for blocks", self.heap_sys),
            ("    in spans", self.heap_inuse),
            ("      in live blocks", self.heap_alloc),
            ("    idle", self.heap_idle),
            ("      of that given back", self.heap_released),
            ("  for stacks", self.stack_sys()),
            ("  for span structs", self.mspan_sys),
            ("  for threads' caches", self.mcache_sys),
            ("  for tables", self.gc_sys),
            ("  for other things", self.other_sys),
        ] {
            writeln!(f, "{what:<26} {bytes:>16}")?;
        }
        writeln!(f, "{:>10} {:>16} {:>16} {:>16}", "class", "allocated", "freed", "live")?;
        let rows = self.by_size.iter().zip(0..).filter(|(of, _)| of.mallocs > 0);
        for (of, class) in rows {
            let (mallocs, frees, live) = (of.mallocs, of.frees, of.mallocs - of.frees);
            match Class(class) {
                Class::LARGE => write!(f, "{:>10}", "large")?,
                class => write!(f, "{:>10}", class.bytes())?,
            }
            writeln!(f, " {mallocs:>16} {frees:>16} {live:>16}")?;
        }
        Ok(())
    }
}
