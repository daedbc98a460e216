//! Wrong central sets, and wrong sweeping.

use crate::mutant::go::parts::{Parts, Right};
use crate::mutant::go::span::Span;
use crate::mutant::go::state::{FULL, State};

mutants! { heap:
    HandsOutFull(go_heap) "alloc/hands-out-full-span"
        breaks "alloc/mcentral/refill-yields-space"
        also ["alloc/block/**", "alloc/mcentral/span-in-one-place"]
        "Hands out a full span that it has just swept without looking for a free slot.";
    OneFreeIsFull(go_heap) "alloc/takes-one-free-slot-for-full"
        breaks "alloc/mcentral/uncache-classified"
        also []
        "Files a span with one free slot as full.";
    LeavesInSet(go_heap) "alloc/leaves-cached-span-in-set"
        breaks "alloc/mcentral/span-in-one-place"
        also ["alloc/block/**", "alloc/mcentral/uncache-classified"]
        "Leaves a span in its full set as well when it goes into a cache.";
    KeepsCachedGen(go_heap) "alloc/keeps-cached-sweepgen"
        breaks "alloc/mcentral/sweepgen-legal"
        also ["alloc/block/**", "alloc/mcentral/span-in-one-place"]
        "Leaves the mark of a cached span on one that has left its cache.";
    SweepsWithOldBits(go_heap) "alloc/sweeps-with-old-bits"
        breaks "alloc/mcentral/sweep-keeps-live"
        also ["alloc/span/needzero-sound", "alloc/span/span-slot-conservation"]
        "Sweeps the last words of a bitmap before the newest objects are in it.";
    KeepsFreeindex(go_heap) "alloc/keeps-freeindex-over-sweep"
        breaks "alloc/mcentral/no-lost-slot"
        also ["alloc/mcentral/uncache-classified", "alloc/span/span-slot-conservation"]
        "Goes on searching where it was before a sweep.";
}

impl Parts for HandsOutFull {
    fn central_span(state: &mut State, class: usize, scan: bool) -> Option<usize> {
        let found = state.central_span::<Right>(class, scan);
        let full = |span: &&Span| {
            span.class == class
                && span.scan == scan
                && !span.manual
                && span.sweepgen == state.h
                && span.next_free().is_none()
        };
        found.or_else(|| state.spans.values().find(full).map(|span| span.base))
    }
}

impl Parts for OneFreeIsFull {
    fn is_full(span: &Span) -> bool {
        span.alloc_count + 1 >= span.nelems
    }
}

impl Parts for LeavesInSet {
    fn cached(state: &mut State, base: usize) {
        state.mark_cached(base);
        let (swept, span) = ((state.h / 2 % 2) as usize, &state.spans[&base]);
        let key = Right::key(span.class, span.scan);
        state.sets.entry(key).or_default()[FULL][swept].push(base);
    }
}

impl Parts for KeepsCachedGen {
    fn uncached_gen(h: u64) -> u64 {
        h + 3
    }
}

impl Parts for SweepsWithOldBits {
    fn fold(span: &Span) -> Vec<u64> {
        let mut bits = span.live.clone();
        if let Some(last) = bits.last_mut() {
            *last &= span.alloc_bits.last().copied().unwrap_or(0);
        }
        bits
    }
}

impl Parts for KeepsFreeindex {
    fn swept_freeindex(span: &Span) -> usize {
        span.freeindex
    }
}
