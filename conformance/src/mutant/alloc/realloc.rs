//! Wrong about resizing.

use crate::mutant::small::os::{self, PAGE};
use crate::mutant::small::parts::{Parts, Right};
use crate::mutant::small::place::Place;
use crate::mutant::small::{Block, Small};
use std::ptr;

mutants! { heap:
    CopiesWholePages(c_heap) "alloc/copies-whole-pages-only"
        breaks "alloc/realloc/realloc-prefix-preserved"
        also []
        "Copies whole pages of a block above one page, and loses the bytes after the last one.";
    CopiesFromSlot(c_heap) "alloc/copies-from-slot-start"
        breaks "alloc/realloc/realloc-prefix-preserved"
        also []
        "Copies from the start of the slot, where an over-aligned block has its padding.";
    FreesOnFailure(c_heap) "alloc/frees-block-it-cannot-resize"
        breaks "alloc/realloc/realloc-failure-keeps-old"
        also ["alloc/**"]
        "Frees the old block when it refuses to resize it.";
    ChecksSizeBeforeNull(c_heap) "alloc/checks-size-before-null"
        breaks "alloc/realloc/realloc-null-is-malloc"
        also []
        "Looks for size 0 before it looks for null, so that realloc(NULL, 0) is no malloc(0).";
    RefusesNull(c_heap) "alloc/refuses-realloc-of-null"
        breaks "alloc/realloc/realloc-null-is-malloc"
        also []
        "Takes null for a bad block, and refuses to resize it.";
    KeepsOnZero(c_heap) "alloc/keeps-block-resized-to-zero"
        breaks "alloc/realloc/realloc-zero-policy"
        also ["alloc/space/steady-state-footprint", "alloc/space/no-leak-after-free-all"]
        "Returns null for realloc(p, 0), as if p had been freed, and keeps it.";
    KeepsSmallOld(c_heap) "alloc/keeps-old-when-block-becomes-large"
        breaks "alloc/realloc/realloc-moved-old-released"
        also ["alloc/space/steady-state-footprint", "alloc/space/no-leak-after-free-all"]
        "Forgets to free the slot of a block that has grown into a large one.";
}

impl Parts for CopiesWholePages {
    unsafe fn copy(from: Place, to: *mut u8, len: usize) {
        let kept = if len > PAGE { len - len % PAGE } else { len };
        // SAFETY: fewer bytes than the caller may copy.
        unsafe { Right::copy(from, to, kept) }
    }
}

impl Parts for CopiesFromSlot {
    unsafe fn copy(from: Place, to: *mut u8, len: usize) {
        // SAFETY: the slot starts before its block, and belongs to it.
        unsafe { ptr::copy_nonoverlapping(from.slot(), to, len) }
    }
}

impl Parts for FreesOnFailure {
    fn realloc(heap: &Small<Self>, block: *mut u8, size: usize) -> *mut u8 {
        let new = heap.resize_or_free(block, size);
        if new.is_null() && size > 0 {
            heap.take_back(block);
        }
        new
    }
}

impl Parts for ChecksSizeBeforeNull {
    fn realloc(heap: &Small<Self>, block: *mut u8, size: usize) -> *mut u8 {
        if size == 0 {
            heap.take_back(block);
            return ptr::null_mut();
        }
        heap.resize_or_free(block, size)
    }
}

impl Parts for RefusesNull {
    fn realloc(heap: &Small<Self>, block: *mut u8, size: usize) -> *mut u8 {
        if block.is_null() {
            os::set_errno(libc::ENOMEM);
            return ptr::null_mut();
        }
        heap.resize_or_free(block, size)
    }
}

impl Parts for KeepsOnZero {
    fn realloc(heap: &Small<Self>, block: *mut u8, size: usize) -> *mut u8 {
        if size == 0 && !block.is_null() {
            return ptr::null_mut();
        }
        heap.resize_or_free(block, size)
    }
}

impl Parts for KeepsSmallOld {
    fn moved(heap: &Small<Self>, from: Place, to: &Block) {
        if from.span.is_large() || !to.taken.span.is_large() {
            heap.take_back(from.block());
        }
    }
}
