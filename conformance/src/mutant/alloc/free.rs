//! Wrong about freeing.

use crate::mutant::small::Small;
use crate::mutant::small::class::{self, MAX_SMALL};
use crate::mutant::small::os::PAGE;
use crate::mutant::small::parts::{Parts, Right};
use crate::mutant::small::place::{Misuse, Place};
use crate::mutant::small::root::Root;
use crate::mutant::small::span::SpanRef;
use crate::target::heap::Held;

mutants! { heap:
    CountsNull(c_heap) "alloc/counts-free-of-null"
        breaks "alloc/free/free-null-noop"
        also []
        "Counts free(NULL) as a free.";
    LeaksErrno(c_heap) "alloc/leaks-errno-of-madvise"
        breaks "alloc/free/free-preserves-errno"
        also []
        "Advises the system about a large block it frees, at a crooked address, and leaves the error in errno.";
    KnowsSlotStartsOnly(c_heap) "alloc/knows-slot-starts-only"
        breaks "alloc/free/free-accepts-family"
        also ["alloc/**"]
        "Takes the address of every block for the start of its slot, and stops the process for an over-aligned one.";
    TrustsToldSize(c_heap) "alloc/recomputes-slot-from-told-size"
        breaks "alloc/free/sized-free-equivalent"
        also ["alloc/**"]
        "Finds the slot of a sized free from the size rounded up to 8, as if no class were larger.";
    LooksOneClassUp(c_heap) "alloc/looks-one-class-up"
        breaks "alloc/free/layout-range-dealloc"
        also ["alloc/**"]
        "Finds the slot from the class of the told size plus one: wrong at the upper end of the range.";
}

impl Parts for CountsNull {
    fn free(heap: &Small<Self>, block: *mut u8) {
        if let (true, Some(root)) = (block.is_null(), heap.root()) {
            root.late.count_free(0);
        }
        heap.take_back(block);
    }
}

impl Parts for LeaksErrno {
    fn drop_large(root: &Root, span: SpanRef) {
        let crooked = span.slot(0).wrapping_add(1);
        // SAFETY: the address is no multiple of a page, so that the call does nothing but fail.
        unsafe { libc::madvise(crooked.cast(), PAGE, libc::MADV_DONTNEED) };
        Right::drop_large(root, span);
    }
}

impl Parts for KnowsSlotStartsOnly {
    fn find(root: &Root, address: *const u8) -> Result<Place, Misuse> {
        let place = Right::find(root, address)?;
        if place.shift == 0 { Ok(place) } else { Err(Misuse::InvalidFree) }
    }
}

/// Frees the slot that `place` would lie in if the slots of its span had `stride` bytes.
fn free_by_stride<P: Parts>(heap: &Small<P>, place: Place, stride: usize) {
    let offset = place.index * place.span.slot_size();
    let wrong = place.span.slot(0).wrapping_add(offset / stride * place.span.slot_size());
    heap.take_back(wrong.wrapping_add(place.shift));
}

impl Parts for TrustsToldSize {
    fn free_sized(heap: &Small<Self>, block: Held) {
        if let Some(place) = heap.live(block.address) {
            free_by_stride(heap, place, block.size.max(1).next_multiple_of(8));
        }
    }
}

impl Parts for LooksOneClassUp {
    fn free_within(heap: &Small<Self>, block: Held, size: usize) {
        match heap.live(block.address) {
            Some(place) if size < MAX_SMALL && !place.span.is_large() => {
                let class = heap.root().map_or(0, |root| root.classes.class_of(size + 1));
                let told = class::slot_size(class).max(place.span.slot_size());
                free_by_stride(heap, place, told);
            }
            _ => heap.take_back(block.address),
        }
    }
}
