//! The heap with misuse detected. What detection promises of memory is looked at from inside: that a
//! free slot is poison, and that the slack behind an object is watched.
//!
//! Nobody scans this heap: an object with pointers is a block like any other, and has no span of its own
//! kind to be looked for. So it shows no spans.

use super::explicit::{Explicit, Face};
use crate::capability::Capability;
use crate::op::alloc::Scan;
use crate::target::heap::Held;
use crate::target::inside::Inside;
use reference_alloc::global::HardenedAlloc;
use reference_alloc::harden::POISON;
use reference_alloc::thread::HEAP;
use reference_alloc::units::Addr;
use std::alloc::{GlobalAlloc, Layout};
use std::ptr;

impl Face for HardenedAlloc {
    // A free that names another size than was asked for is what it stops: no `FreeWithin`.
    const MORE: &'static [Capability] = &[
        Capability::DetectsMisuse,
        Capability::Scan,
        Capability::Poisons,
        Capability::DetectsOverrun,
        Capability::DetectsWrongSize,
    ];

    fn inside(heap: &Explicit<HardenedAlloc>) -> Option<&dyn Inside> {
        Some(heap)
    }
}

/// What an object of `size` bytes is asked for as; `None` if none can have so many.
fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size, align_of::<u64>()).ok()
}

// SAFETY: an object is a block of the heap, which is its caller's until it is freed.
unsafe impl Inside for Explicit<HardenedAlloc> {
    unsafe fn new_object(&self, size: usize, _: Scan) -> *mut u8 {
        // SAFETY: a size that is not 0.
        layout(size).map_or(ptr::null_mut(), |layout| unsafe { self.face().alloc_zeroed(layout) })
    }

    unsafe fn free_object(&self, object: Held) {
        let told = layout(object.size).expect("a size that an object may have");
        // SAFETY: the caller's, or a misuse that is detected.
        unsafe { self.face().dealloc(object.address, told) };
    }

    fn poison(&self) -> u8 {
        POISON
    }

    fn slack(&self, object: Held) -> usize {
        let at = Addr(object.address.addr());
        let span = HEAP.central.heap.pages.arenas.span_at(at.0).expect("an object's span");
        (span.address_of(span.slot_at(at)) + span.elem_bytes()).0 - (at.0 + object.size)
    }
}
