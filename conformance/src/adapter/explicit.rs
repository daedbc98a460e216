//! `reference-alloc` as a program in Rust has it: behind `GlobalAlloc`, with its own statistics and
//! usable sizes.

use crate::capability::{Capabilities, Capability};
use crate::target::heap::{Global, Heap, HeapStats, Held};
use reference_alloc::global::ReferenceAlloc;
use reference_alloc::thread::{self, HEAP};
use reference_alloc::units::Addr;

/// The heap of the process.
pub(super) struct Explicit(Global<ReferenceAlloc>);

impl Explicit {
    pub(super) fn new() -> Explicit {
        Explicit(Global(ReferenceAlloc))
    }
}

// SAFETY: 1. calls have the meaning that `Global` gives them; 2. `offers` is a constant; 3. the heap
// is for all threads.
unsafe impl Heap for Explicit {
    fn offers(&self) -> Capabilities {
        let more = [Capability::UsableSize, Capability::Stats, Capability::FreeWithin];
        more.into_iter().fold(self.0.offers(), Capabilities::with)
    }

    unsafe fn malloc(&self, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { self.0.malloc(size) }
    }

    unsafe fn free(&self, block: Held) {
        // SAFETY: the caller's.
        unsafe { self.0.free(block) }
    }

    unsafe fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { self.0.calloc(count, size) }
    }

    unsafe fn realloc(&self, block: Held, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { self.0.realloc(block, size) }
    }

    unsafe fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { self.0.aligned_alloc(align, size) }
    }

    unsafe fn free_within(&self, block: Held, size: usize) {
        // SAFETY: any size up to the usable one leads to the same class.
        unsafe { self.0.free(Held { size, ..block }) }
    }

    unsafe fn usable_size(&self, block: Held) -> usize {
        // A block that the heap does not know has no usable byte: the judge will say so.
        HEAP.usable(Addr(block.address.addr())).unwrap_or(0)
    }

    fn stats(&self) -> HeapStats {
        thread::flush();
        let stats = HEAP.stats();
        HeapStats {
            mallocs: stats.mallocs,
            frees: stats.frees,
            total_bytes: stats.total_alloc,
            in_use: stats.heap_alloc,
        }
    }
}
