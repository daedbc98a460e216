//! Calls that never come back, each at one size at an edge.

use crate::mutant::small::class::MAX_SMALL;
use crate::mutant::small::parts::{Parts, Right};
use crate::mutant::small::root::Root;
use crate::mutant::small::span::Taken;
use std::{hint, ptr};

mutants! { heap:
    CrashesAtLargestClass(c_heap) "alloc/crashes-at-largest-class"
        breaks "alloc/block/call-returns"
        also []
        "Reads past its table for the largest size that is not a large block, 16384 bytes.";
    HangsAtPageSize(c_heap) "alloc/hangs-at-page-size"
        breaks "alloc/block/call-returns"
        also []
        "Searches for the class of exactly 4096 bytes without end.";
    ExitsAtSpanSize(c_heap) "alloc/exits-at-span-size"
        breaks "alloc/block/call-returns"
        also []
        "Ends the process quietly when asked for exactly 65536 bytes.";
}

impl Parts for CrashesAtLargestClass {
    fn class_for(root: &Root, size: usize) -> usize {
        if size == MAX_SMALL {
            // SAFETY: none. The read hits page 0, which no system maps.
            unsafe { ptr::null::<usize>().read_volatile() };
        }
        Right::class_for(root, size)
    }
}

impl Parts for HangsAtPageSize {
    fn class_for(root: &Root, size: usize) -> usize {
        if size == 4096 {
            loop {
                hint::spin_loop();
            }
        }
        Right::class_for(root, size)
    }
}

impl Parts for ExitsAtSpanSize {
    fn large(root: &Root, size: usize, align: usize) -> Option<Taken> {
        if size == 64 << 10 {
            // SAFETY: takes no pointer.
            unsafe { libc::_exit(0) };
        }
        Right::large(root, size, align)
    }
}
