//! Wrong about which slot is next.

use crate::mutant::go::parts::Parts;
use crate::mutant::go::span::Span;

mutants! { heap:
    LeavesFreeindex(go_heap) "alloc/leaves-freeindex-at-slot"
        breaks "alloc/bitmap/slot-issued-once"
        also []
        "Leaves the search at the slot that it has handed out, in the middle of a span.";
    SkipsAtBoundary(go_heap) "alloc/skips-slot-at-word-boundary"
        breaks "alloc/bitmap/slot-boundary-64"
        also ["alloc/span/span-slot-conservation"]
        "Passes over a slot where a word of the bitmap begins.";
}

impl Parts for LeavesFreeindex {
    fn issued(span: &mut Span, i: usize) {
        span.freeindex = if i == 20 && span.alloc_count == 20 { i } else { i + 1 };
    }
}

impl Parts for SkipsAtBoundary {
    fn issued(span: &mut Span, i: usize) {
        let next = i + 1;
        span.freeindex =
            if next.is_multiple_of(64) && next < span.nelems { next + 1 } else { next };
    }
}
