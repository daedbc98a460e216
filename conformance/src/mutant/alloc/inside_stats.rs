//! The white-box half of `stats.rs`.

use crate::mutant::go::parts::Parts;
use crate::mutant::go::span::Span;
use crate::mutant::go::state::State;
use crate::target::inside::MemView;

mutants! { heap:
    LeavesOtherOut(go_heap) "alloc/leaves-other-out-of-sum"
        breaks "alloc/stats/stats-sys-is-sum"
        also []
        "Leaves what is neither heap nor known otherwise out of the sum.";
    CountsReleasedTwice(go_heap) "alloc/counts-released-twice"
        breaks "alloc/stats/stats-heap-split"
        also []
        "Counts memory that is given back as it grows and as it is given.";
    CountsTinyOnce(go_heap) "alloc/counts-tiny-mallocs-only"
        breaks "alloc/stats/stats-objects"
        also []
        "Counts tiny objects as allocated and never as freed.";
    AddsRequests(go_heap) "alloc/adds-request-sizes"
        breaks "alloc/stats/stats-bytes"
        also []
        "Adds up what is asked for instead of the slots that it takes.";
    ForgetsReleased(go_heap) "alloc/forgets-released-of-ready"
        breaks "alloc/stats/stats-mapped-ready"
        also []
        "Counts memory that was given back as ready.";
    CountsScanOff(go_heap) "alloc/counts-scan-one-class-off"
        breaks "alloc/stats/stats-by-size"
        also []
        "Counts objects with pointers under the next class.";
}

impl Parts for LeavesOtherOut {
    fn mem(state: &State) -> MemView {
        let mem = state.mem();
        MemView { sys: mem.sys - mem.other_sys, ..mem }
    }
}

impl Parts for CountsReleasedTwice {
    fn mem(state: &State) -> MemView {
        let mem = state.mem();
        MemView { heap_idle: mem.heap_idle - mem.heap_released.min(mem.heap_idle), ..mem }
    }
}

impl Parts for CountsTinyOnce {
    fn mem(state: &State) -> MemView {
        let mem = state.mem();
        MemView { frees: mem.frees - state.counts.tiny, ..mem }
    }
}

impl Parts for AddsRequests {
    fn bytes_of(span: &Span, size: usize) -> usize {
        size.min(span.elemsize)
    }
}

impl Parts for ForgetsReleased {
    fn mem(state: &State) -> MemView {
        let mem = state.mem();
        MemView { mapped_ready: mem.mapped, ..mem }
    }
}

impl Parts for CountsScanOff {
    fn counted_as(span: &Span) -> usize {
        span.class + usize::from(span.scan && span.class > 0)
    }
}
