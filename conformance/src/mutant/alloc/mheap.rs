//! Wrong about spans as a whole.

use crate::mutant::go::pages::Run;
use crate::mutant::go::parts::{Parts, Right};
use crate::mutant::go::span::Span;
use crate::mutant::go::state::State;
use crate::target::inside::PAGE;

mutants! { heap:
    MapsEndsOnly(go_heap) "alloc/maps-first-and-last-page"
        breaks "alloc/mheap/span-map-complete"
        also ["alloc/block/**", "alloc/hardening/uaf-poisoned", "alloc/span/header-hidden"]
        "Enters only the first and the last page of a span into the map, as for pages that were entered before.";
    KeepsEmptySpans(go_heap) "alloc/keeps-empty-spans"
        breaks "alloc/mheap/empty-span-returned"
        also ["alloc/space/segregation-within-peaks"]
        "Puts a swept span with nothing live onto the partial list.";
    KeepsOldDivision(go_heap) "alloc/keeps-old-division"
        breaks "alloc/mheap/mspan-reuse-clean"
        also []
        "Leaves the magic number of its last use in the record of a large span.";
}

impl Parts for MapsEndsOnly {
    fn map_span(state: &mut State, base: usize, pages: usize) {
        state.map_span(base, 1);
        if pages > 1 {
            state.map.insert(base / PAGE + pages - 1, base);
        }
    }
}

impl Parts for KeepsEmptySpans {
    fn gives_empty_back(_span: &Span) -> bool {
        false
    }
}

impl Parts for KeepsOldDivision {
    fn large_span(run: Run, n: usize, size: usize, scan: bool) -> Span {
        Span { divmul: 65_536, ..Right::large_span(run, n, size, scan) }
    }
}
