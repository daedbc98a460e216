//! Stack pools, and the statistics.

use super::{note, pages};
use crate::observe::reading::{Fact, Reading};
use crate::target::inside::{Inside, SpanState, StackSpanView};

/// Bytes of a span that stacks are cut from. Source: Go `runtime/stack.go _StackCacheSize`.
const POOL_SPAN: usize = 32 << 10;

/// Fills the record `stacks`.
pub(in crate::target) fn survey_stacks(inside: &dyn Inside, reading: &mut Reading) {
    let (stacks, spans, central) = (inside.stacks(), inside.spans(), inside.central());
    let bases = |wrong: &dyn Fn(&StackSpanView) -> bool| -> Vec<usize> {
        stacks.pool.iter().filter(|s| wrong(s)).map(|s| s.base).collect()
    };
    let unbalanced = bases(&|s| s.alloc_count + s.free.len() != POOL_SPAN / s.size.max(1));
    let manual: Vec<usize> =
        spans.iter().filter(|s| s.state == SpanState::Manual).map(|s| s.base).collect();
    let filed = central.sets.iter().flat_map(|set| set.spans.iter());
    let in_sets: Vec<usize> = filed.copied().filter(|base| manual.contains(base)).collect();
    note(reading, Fact::StacksUnbalanced, &unbalanced);
    note(reading, Fact::StacksEmpty, &bases(&|s| s.alloc_count == 0));
    note(reading, Fact::StacksStale, &bases(&|s| !manual.contains(&s.base)));
    note(reading, Fact::StacksInSets, &in_sets);
    let most = stacks.caches.iter().map(|&(_, _, bytes)| bytes).max().unwrap_or(0);
    reading.set(Fact::StacksCachedMost, most as u64);
}

/// The span of a large stack has so many pages; 0 for one that is cut from a span with others.
pub(in crate::target) fn stack_span(inside: &dyn Inside, address: usize) -> u64 {
    pages::pages_at(&inside.spans(), address) as u64
}

/// Fills the record `mem`.
pub(in crate::target) fn survey_mem(inside: &dyn Inside, reading: &mut Reading) {
    let mem = inside.mem();
    let numbers = [
        (Fact::MemSys, mem.sys),
        (Fact::MemHeapSys, mem.heap_sys),
        (Fact::MemStackSys, mem.stack_sys),
        (Fact::MemMspanSys, mem.mspan_sys),
        (Fact::MemMcacheSys, mem.mcache_sys),
        (Fact::MemBuckhashSys, mem.buckhash_sys),
        (Fact::MemGcSys, mem.gc_sys),
        (Fact::MemOtherSys, mem.other_sys),
        (Fact::MemHeapAlloc, mem.heap_alloc),
        (Fact::MemHeapObjects, mem.heap_objects),
        (Fact::MemHeapInuse, mem.heap_inuse),
        (Fact::MemHeapIdle, mem.heap_idle),
        (Fact::MemHeapReleased, mem.heap_released),
        (Fact::MemStackInuse, mem.stack_inuse),
        (Fact::MemMallocs, mem.mallocs),
        (Fact::MemFrees, mem.frees),
        (Fact::MemMapped, mem.mapped),
        (Fact::MemMappedReady, mem.mapped_ready),
    ];
    for (fact, value) in numbers {
        reading.set(fact, value);
    }
}
