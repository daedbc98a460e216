//! Wrong stack pools.

use crate::mutant::go::parts::Parts;
use crate::mutant::go::stack::CACHE;
use crate::mutant::go::state::State;

mutants! { heap:
    CutsOffBase(go_heap) "alloc/cuts-stacks-off-base"
        breaks "alloc/stack/stack-pow2-aligned"
        also ["alloc/block/**"]
        "Begins the stacks of a span 16 bytes behind its base.";
    ForgetsStackCount(go_heap) "alloc/forgets-to-count-stack-back"
        breaks "alloc/stack/stack-pool-conservation"
        also []
        "Does not count a stack that is given back, but the last one.";
    ReleasesLate(go_heap) "alloc/releases-above-64-kib"
        breaks "alloc/stack/stack-cache-bounded"
        also []
        "Lets a cache hold 64 KiB before it gives stacks back.";
    LeavesFreedSpan(go_heap) "alloc/leaves-freed-span-in-pool"
        breaks "alloc/stack/stack-empty-span-returned"
        also ["alloc/block/**"]
        "Gives an empty span back and leaves it in the pool.";
    CountsStacksAsHeap(go_heap) "alloc/counts-stacks-as-heap"
        breaks "alloc/stack/stack-never-heap"
        also []
        "Counts the spans of stacks as heap in use.";
    BucketsByHalf(go_heap) "alloc/buckets-stacks-by-half"
        breaks "alloc/stack/stack-large-exact"
        also ["alloc/block/**"]
        "Keeps large stacks of two sizes together.";
}

impl Parts for CutsOffBase {
    fn first_stack(base: usize) -> usize {
        base - 16
    }
}

impl Parts for ForgetsStackCount {
    fn stack_returned(count: &mut usize) {
        *count -= usize::from(*count == 1);
    }
}

impl Parts for ReleasesLate {
    fn cache_overflows(bytes: usize) -> bool {
        bytes > 2 * CACHE
    }
}

impl Parts for LeavesFreedSpan {
    fn unlink_stack_span(_state: &mut State, _base: usize) {}
}

impl Parts for CountsStacksAsHeap {
    fn count_stack(state: &mut State, bytes: usize, taken: bool) {
        let n = &mut state.counts.heap_inuse;
        *n = if taken { *n + bytes } else { *n - bytes };
    }
}

impl Parts for BucketsByHalf {
    fn stack_key(pages: usize) -> usize {
        pages.ilog2() as usize / 2
    }
}
