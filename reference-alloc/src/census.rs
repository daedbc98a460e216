//! The heap counted: one snapshot of everything, for whoever asks.

use crate::alloc::Heap;
use crate::mcache::Mcache;
use crate::os::Os;
use crate::registry::Entry;
use crate::size_class::Class;
use crate::stats::{BySize, MemStats};
use crate::sync::Ordering;

impl<O: Os> Heap<O> {
    /// What the heap has and did. See [`crate::stats`] for what that means while others use it.
    pub fn stats(&self) -> MemStats {
        let mut stats = MemStats::EMPTY;
        let mut caches = 0;
        let large_frees = self.large.free_bytes.load(Ordering::Acquire);
        stats.by_size[0].frees = self.large.frees.load(Ordering::Acquire);
        for cache in self.caches.iter() {
            for class in Class::all() {
                stats.by_size[usize::from(class.0)].frees += cache.magazine(class.0).frees();
            }
        }
        // Only now: whatever was freed above was allocated before.
        for cache in self.caches.iter() {
            caches += 1;
            for class in Class::all() {
                stats.by_size[usize::from(class.0)].mallocs += cache.magazine(class.0).mallocs();
            }
        }
        stats.by_size[0].mallocs = self.large.mallocs.load(Ordering::Acquire);
        let sum = |count: fn(&BySize) -> u64| stats.by_size.iter().map(count).sum::<u64>();
        let bytes = |count: fn(&BySize) -> u64| {
            Class::all()
                .map(|class| class.bytes() as u64 * count(&stats.by_size[usize::from(class.0)]))
                .sum::<u64>()
        };
        (stats.mallocs, stats.frees) = (sum(|of| of.mallocs), sum(|of| of.frees));
        stats.total_alloc =
            bytes(|of| of.mallocs) + self.large.malloc_bytes.load(Ordering::Acquire);
        stats.heap_alloc = stats.total_alloc - bytes(|of| of.frees) - large_frees;
        self.central.heap.count(&mut stats);
        let live_caches = caches - self.caches.idle().min(caches);
        stats.mcache_inuse = (live_caches * size_of::<Entry<Mcache>>()) as u64;
        stats
    }
}
