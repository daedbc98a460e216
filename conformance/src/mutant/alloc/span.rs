//! Wrong about slots and what lies in them.

use crate::mutant::go::parts::{Parts, Right};
use crate::mutant::go::span::Span;
use crate::mutant::go::table::Class;

mutants! { heap:
    StridesByRequest(go_heap) "alloc/strides-by-request"
        breaks "alloc/span/block-inside-one-span"
        also ["alloc/bitmap/slot-boundary-64", "alloc/bitmap/slot-issued-once", "alloc/block/**",
            "alloc/size-class/class-natural-align", "alloc/span/header-hidden"]
        "Finds a slot by the size of the request instead of that of the class.";
    CountsLastTwice(go_heap) "alloc/counts-last-slot-twice"
        breaks "alloc/span/span-slot-conservation"
        also []
        "Counts the last slot of a span again when it finds no other.";
    ForgetsPointerBits(go_heap) "alloc/forgets-pointer-bits"
        breaks "alloc/span/nelems-excludes-metadata"
        also []
        "Leaves no room for the pointer bits of a span.";
    FilesByClass(go_heap) "alloc/files-spans-by-class-only"
        breaks "alloc/span/span-class-fixed"
        also ["alloc/mcentral/refill-yields-space"]
        "Files spans by class, with and without pointers together.";
    ForgetsNeedzero(go_heap) "alloc/forgets-needzero-after-sweep"
        breaks "alloc/span/needzero-sound"
        also ["alloc/block/**"]
        "Takes freed slots for zeroed ones after a sweep.";
    GivesHeaderAway(go_heap) "alloc/gives-header-away"
        breaks "alloc/span/header-hidden"
        also []
        "Starts an object with a header at the start of its slot.";
}

impl Parts for StridesByRequest {
    fn slot_at(span: &Span, i: usize, size: usize) -> usize {
        span.base + i * size.clamp(span.elemsize - span.elemsize / 8, span.elemsize)
    }
}

impl Parts for CountsLastTwice {
    fn counted(span: &mut Span, last: bool) {
        span.alloc_count += 1 + usize::from(last);
    }
}

impl Parts for ForgetsPointerBits {
    fn nelems(class: Class, _scan: bool) -> usize {
        Right::nelems(class, false)
    }
}

impl Parts for FilesByClass {
    fn key(class: usize, _scan: bool) -> usize {
        class * 2
    }
}

impl Parts for ForgetsNeedzero {
    fn swept_needzero(before: bool, _freed: usize) -> bool {
        before
    }
}

impl Parts for GivesHeaderAway {
    fn start(_size: usize, _scan: bool) -> usize {
        0
    }
}
