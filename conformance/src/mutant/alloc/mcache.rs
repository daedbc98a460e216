//! Wrong caches.

use crate::mutant::go::parts::Parts;
use crate::mutant::go::span::Span;
use crate::mutant::go::state::State;

mutants! { heap:
    RefillsEarly(go_heap) "alloc/refills-at-last-slot"
        breaks "alloc/mcache/refill-only-when-full"
        also []
        "Exchanges a span whose last slot is still free for a new one.";
}

impl Parts for RefillsEarly {
    fn is_exhausted(span: &Span) -> bool {
        span.freeindex + 1 >= span.nelems || span.next_free().is_none()
    }

    fn central_span(_state: &mut State, _class: usize, _scan: bool) -> Option<usize> {
        None
    }
}
