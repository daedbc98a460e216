//! The heap counted.
//!
//! Go flushes all caches before it counts, with the world stopped. Here caches count what they hand out
//! as they do it, so a snapshot stops nobody and changes nothing. What died is counted when it is swept:
//! until then an object counts as live.
//!
//! Tiny objects are counted as Go counts them. The first one in a block is the block: one allocation of
//! 16 bytes, one free when the block dies. Each later one is an allocation and a free of nothing, at
//! once; its life is not followed.
//!
//! Source: Go `runtime/mstats.go` `readmemstats_m`.

use crate::alloc::LargeCounts;
use crate::os::Os;
use crate::registry::Entry;
use crate::size_class::{CLASSES, Class};
use crate::span::Span;
use crate::stats::MemStats;
use crate::sync::{AtomicU64, Ordering};

use super::refill::ObjectCache;
use super::{Collected, Reclaim};

/// What is counted for the heap as a whole. Nothing falls.
#[derive(Debug)]
pub(super) struct Counts {
    /// Slots that died, by class. Not [`Class::LARGE`].
    frees: [AtomicU64; CLASSES],
    /// Objects with a span of their own.
    pub(super) large: LargeCounts,
}

impl Counts {
    pub(super) const fn new() -> Counts {
        Counts { frees: [const { AtomicU64::new(0) }; CLASSES], large: LargeCounts::new() }
    }

    /// `died` objects of `span` were swept.
    pub(super) fn freed(&self, span: &Span, died: usize) {
        // Release: whoever sees the free counted sees the allocation counted.
        match span.class().class() {
            _ if died == 0 => {}
            Class::LARGE => {
                self.large.free_bytes.fetch_add(span.pages().bytes() as u64, Ordering::Release);
                self.large.frees.fetch_add(1, Ordering::Release);
            }
            class => {
                self.frees[usize::from(class.0)].fetch_add(died as u64, Ordering::Release);
            }
        }
    }
}

impl<O: Os, R: Reclaim> Collected<O, R> {
    /// What the heap has and did. See [`crate::stats`] for what that means while others use it.
    ///
    /// Upholds `alloc/stats/stats-objects` and `alloc/stats/stats-snapshot-consistent`.
    pub fn stats(&self) -> MemStats {
        let mut stats = MemStats::EMPTY;
        let large = &self.counts.large;
        let large_freed = large.free_bytes.load(Ordering::Acquire);
        stats.by_size[0].frees = large.frees.load(Ordering::Acquire);
        for class in Class::all() {
            let at = usize::from(class.0);
            stats.by_size[at].frees = self.counts.frees[at].load(Ordering::Acquire);
        }
        // Only now: whatever was freed above was allocated before.
        stats.by_size[0].mallocs = large.mallocs.load(Ordering::Acquire);
        stats.total_alloc = large.malloc_bytes.load(Ordering::Acquire);
        let mut caches = 0;
        for cache in self.caches.iter() {
            caches += 1;
            stats.tiny += cache.tiny.hear();
            for class in Class::all() {
                let at = usize::from(class.0);
                stats.by_size[at].mallocs += cache.mallocs[at].hear();
            }
        }
        (stats.mallocs, stats.frees) = (stats.tiny, stats.tiny);
        stats.heap_alloc = stats.total_alloc - large_freed;
        for class in Class::all() {
            let (of, bytes) = (stats.by_size[usize::from(class.0)], class.bytes() as u64);
            stats.total_alloc += of.mallocs * bytes;
            stats.heap_alloc += (of.mallocs - of.frees) * bytes;
        }
        for of in &stats.by_size {
            stats.mallocs += of.mallocs;
            stats.frees += of.frees;
        }
        self.heap.count(&mut stats);
        let live_caches = caches - self.caches.idle().min(caches);
        stats.mcache_inuse = (live_caches * size_of::<Entry<ObjectCache>>()) as u64;
        stats
    }
}
