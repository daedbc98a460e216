//! Wrong about what a block is: where it ends, and whose its bytes are.

use crate::mutant::small::Small;
use crate::mutant::small::parts::{Parts, Right};
use crate::mutant::small::place::Place;
use crate::mutant::small::root::Root;
use crate::mutant::small::span::{SpanRef, Taken};
use std::ptr;

mutants! { heap:
    HandsOutLiveBlock(c_heap) "alloc/hands-out-live-block"
        breaks "alloc/block/block-disjoint-from-live"
        also ["alloc/block/contents-stable", "alloc/block/usable-bytes-owned",
            "alloc/block/call-returns", "alloc/realloc/realloc-prefix-preserved"]
        "Stops moving on at the fourth slot of a span, and hands that slot out again and again.";
    RoundsOneSizeDown(c_heap) "alloc/rounds-one-size-down"
        breaks "alloc/block/block-disjoint-from-live"
        also ["alloc/block/contents-stable", "alloc/block/usable-ge-request",
            "alloc/block/usable-bytes-owned", "alloc/block/call-returns",
            "alloc/realloc/realloc-prefix-preserved", "alloc/zero/grow-zeroed-tail"]
        "Serves a request that is one byte above a slot size from that slot size.";
    WritesBoundaryTag(c_heap) "alloc/writes-boundary-tag-into-neighbour"
        breaks "alloc/block/contents-stable"
        also ["alloc/realloc/realloc-prefix-preserved"]
        "Notes the size of a freed block in the word after it, where the next block lives.";
    SharesZeroBlock(c_heap) "alloc/shares-zero-size-block"
        breaks "alloc/block/zero-size-policy"
        also ["alloc/**"]
        "Gives every malloc(0) the same address.";
    CountsShiftTwice(c_heap) "alloc/counts-shift-twice"
        breaks "alloc/block/usable-ge-request"
        also ["alloc/realloc/realloc-prefix-preserved", "alloc/realloc/realloc-failure-keeps-old"]
        "Takes the padding of an over-aligned block off its usable size twice.";
    ReportsWholeSlot(c_heap) "alloc/reports-whole-slot"
        breaks "alloc/block/usable-bytes-owned"
        also ["alloc/block/contents-stable", "alloc/block/block-disjoint-from-live"]
        "Reports the whole slot as usable though the block starts behind padding.";
    MixesFlagIntoSize(c_heap) "alloc/mixes-flag-into-usable-size"
        breaks "alloc/block/usable-stable"
        also ["alloc/block/usable-ge-request", "alloc/realloc/realloc-prefix-preserved",
            "alloc/realloc/realloc-failure-keeps-old", "alloc/failure/failure-changes-nothing"]
        "Reports eight bytes less while the span has a freed slot: a flag kept in the size word.";
    LeavesLastPageOut(c_heap) "alloc/leaves-last-page-out"
        breaks "alloc/block/block-accessible"
        also ["alloc/block/call-returns"]
        "Rounds a large block to the nearest page, so that a last page less than half full is missing.";
}

impl Parts for HandsOutLiveBlock {
    fn take_fresh(span: SpanRef) -> Option<Taken> {
        let taken = Right::take_fresh(span)?;
        if span.fresh.get() == 4 {
            span.fresh.set(3);
        }
        Some(taken)
    }
}

impl Parts for RoundsOneSizeDown {
    fn class_for(root: &Root, size: usize) -> usize {
        Right::class_for(root, size - 1)
    }
}

impl Parts for WritesBoundaryTag {
    fn push(span: SpanRef, slot: *mut u8) {
        Right::push(span, slot);
        let after = slot.wrapping_add(span.slot_size());
        if Place::around(span, after).is_ok() {
            // SAFETY: the next slot lies in the same span. Its owner is the victim.
            unsafe { after.cast::<usize>().write_unaligned(span.slot_size()) };
        }
    }
}

/// Where all blocks of zero bytes of `heap` are: no slot has this address.
fn zero_base<P: Parts>(heap: &Small<P>) -> *mut u8 {
    heap.root().map_or(ptr::null_mut(), |root| ptr::from_ref(root).cast_mut().cast())
}

impl Parts for SharesZeroBlock {
    fn malloc(heap: &Small<Self>, size: usize) -> *mut u8 {
        if size == 0 { zero_base(heap) } else { heap.plain(size) }
    }

    fn free(heap: &Small<Self>, block: *mut u8) {
        if block != zero_base(heap) {
            heap.take_back(block);
        }
    }

    fn realloc(heap: &Small<Self>, block: *mut u8, size: usize) -> *mut u8 {
        let block = if block == zero_base(heap) { ptr::null_mut() } else { block };
        heap.resize_or_free(block, size)
    }

    fn usable_size(heap: &Small<Self>, block: *mut u8) -> usize {
        if block == zero_base(heap) { 0 } else { heap.live(block).map_or(0, Right::usable) }
    }
}

impl Parts for CountsShiftTwice {
    fn usable(place: Place) -> usize {
        place.usable().saturating_sub(place.shift)
    }
}

impl Parts for ReportsWholeSlot {
    fn usable(place: Place) -> usize {
        place.span.slot_size()
    }
}

impl Parts for MixesFlagIntoSize {
    fn usable(place: Place) -> usize {
        let flagged = !place.span.free.get().is_null();
        place.usable() - if flagged { 8 } else { 0 }
    }
}

impl Parts for LeavesLastPageOut {
    fn large(root: &Root, size: usize, align: usize) -> Option<Taken> {
        const PAGE: usize = crate::mutant::small::os::PAGE;
        let taken = Right::large(root, size, align)?;
        if (1..=PAGE / 2).contains(&(size % PAGE)) {
            let last = taken.slot.wrapping_add(size - size % PAGE);
            // SAFETY: the page is the block's own. Its owner is the victim.
            unsafe { libc::mprotect(last.cast(), PAGE, libc::PROT_NONE) };
        }
        Some(taken)
    }
}
