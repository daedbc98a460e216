//! A run that is short enough for callgrind: 64 B pairs that hit the cache.
//!
//! The benchmark counts instructions inside `shim_malloc` and inside `shim_free`, for two lengths of
//! this run: the difference has neither start nor end of the process in it.

use crate::allocator::Peer;
use crate::heap::Heap;
use crate::workload::pairs::Pairs;
use crate::workload::{Place, Workload};
use std::sync::Arc;

/// Does so many pairs; the answer is the number of damaged blocks.
pub fn pairs<P: Peer>(count: u64) -> u64 {
    let mut heap = Heap::<P>::open();
    Pairs::start(Place::<P> { thread: 0, mail: Arc::default() }).run(&mut heap, count);
    heap.close()
}
