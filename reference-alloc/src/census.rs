//! The heap counted: one snapshot of everything, for whoever asks.

use crate::alloc::Heap;
use crate::counts;
use crate::mcache::Mcache;
use crate::os::Os;
use crate::registry::Entry;
use crate::stats::MemStats;

impl<O: Os> Heap<O> {
    /// What the heap has and did. See [`crate::stats`] for what that means while others use it.
    pub fn stats(&self) -> MemStats {
        let threads = || self.caches.iter().map(|cache| -> &Mcache { cache });
        let mut stats = counts::blocks(&self.large, threads);
        self.central.heap.count(&mut stats);
        // In this order: none waits that was not made before.
        let idle = self.caches.idle();
        let live = self.caches.iter().count() - idle;
        stats.mcache_inuse = (live * size_of::<Entry<Mcache>>()) as u64;
        stats
    }
}
