//! Wrong about alignment.

use crate::mutant::small::Small;
use crate::mutant::small::class::GRAIN;
use crate::mutant::small::os;
use crate::mutant::small::parts::{Parts, Right};
use std::ptr;

mutants! { heap:
    Serves24At8(c_heap) "alloc/serves-24-bytes-at-8"
        breaks "alloc/align/align-fundamental"
        also ["alloc/align/align-request"]
        "Serves 17 to 24 bytes like a class of 24, so that they start at odd multiples of 8.";
    ForgetsAlignOfSmall(c_heap) "alloc/forgets-align-of-small"
        breaks "alloc/align/align-request"
        also []
        "Takes the fast path for up to 128 bytes, whatever alignment was asked for.";
    MovesUnaligned(layout_heap) "alloc/moves-over-aligned-unaligned"
        breaks "alloc/align/align-kept-by-realloc"
        also ["alloc/align/align-request"]
        "Gives a block that grows to twice its alignment or more the plain alignment of 16.";
    RoundsAlignUp(c_heap) "alloc/rounds-bad-align-up"
        breaks "alloc/align/aligned-bad-align-null"
        also ["alloc/align/align-request"]
        "Rounds an alignment that is no power of two up to one, instead of refusing it.";
    StoresNullOnFailure(c_heap) "alloc/stores-null-on-failure"
        breaks "alloc/align/posix-memalign-contract"
        also []
        "Stores null through the pointer argument of posix_memalign when it fails.";
    SetsErrnoBesideCode(c_heap) "alloc/sets-errno-beside-code"
        breaks "alloc/align/posix-memalign-keeps-errno"
        also []
        "Sets errno, too, to the error that posix_memalign returns for a bad alignment.";
}

impl Parts for Serves24At8 {
    fn shift(slot: *mut u8, size: usize, align: usize) -> usize {
        match size {
            17..=24 if align == GRAIN => 8,
            _ => Right::shift(slot, size, align),
        }
    }
}

impl Parts for ForgetsAlignOfSmall {
    fn shift(slot: *mut u8, size: usize, align: usize) -> usize {
        if size <= 128 { 0 } else { Right::shift(slot, size, align) }
    }
}

impl Parts for MovesUnaligned {
    fn kept_align(align: usize, size: usize) -> usize {
        if size >= 2 * align { GRAIN } else { align }
    }
}

impl Parts for RoundsAlignUp {
    fn alignment(asked: usize) -> Option<usize> {
        asked.checked_next_power_of_two()
    }
}

impl Parts for StoresNullOnFailure {
    fn posix_memalign(heap: &Small<Self>, at: &mut *mut u8, align: usize, size: usize) -> i32 {
        let code = heap.place_aligned(at, align, size);
        if code != 0 {
            *at = ptr::null_mut();
        }
        code
    }
}

impl Parts for SetsErrnoBesideCode {
    fn posix_memalign(heap: &Small<Self>, at: &mut *mut u8, align: usize, size: usize) -> i32 {
        let code = heap.place_aligned(at, align, size);
        if code == libc::EINVAL {
            os::set_errno(code);
        }
        code
    }
}
