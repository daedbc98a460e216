//! Wrong caches.

use crate::mutant::go::parts::Parts;
use crate::mutant::go::span::Span;

mutants! {
    RefillsEarly(go_heap) "alloc/refills-at-last-slot"
        breaks "alloc/mcache/refill-only-when-full"
        also []
        "Exchanges a span whose last slot is still free.";
}

impl Parts for RefillsEarly {
    fn is_exhausted(span: &Span) -> bool {
        span.freeindex + 1 >= span.nelems || span.next_free().is_none()
    }
}
