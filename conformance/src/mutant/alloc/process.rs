//! Wrong about what belongs to the program: signals and file descriptors.

use crate::mutant::small::parts::{Parts, Right};
use crate::mutant::small::root::Root;
use crate::mutant::small::span::Taken;

mutants! { heap:
    ChangesDisposition(c_heap) "alloc/changes-signal-disposition"
        breaks "alloc/process/leaves-process-alone"
        also []
        "Changes what SIGUSR1 does when it maps a large block.";
    ClosesDescriptors(c_heap) "alloc/closes-file-descriptors"
        breaks "alloc/process/leaves-process-alone"
        also ["alloc/block/call-returns"]
        "Closes file descriptors 3 to 64 when it maps a large block.";
}

impl Parts for ChangesDisposition {
    fn large(root: &Root, size: usize, align: usize) -> Option<Taken> {
        // SAFETY: `SIG_IGN` is a disposition.
        unsafe { libc::signal(libc::SIGUSR1, libc::SIG_IGN) };
        Right::large(root, size, align)
    }
}

impl Parts for ClosesDescriptors {
    fn large(root: &Root, size: usize, align: usize) -> Option<Taken> {
        for descriptor in 3..=64 {
            // SAFETY: none for whoever owns the descriptor: that is the fault.
            unsafe { libc::close(descriptor) };
        }
        Right::large(root, size, align)
    }
}
