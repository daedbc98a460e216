//! `reference-alloc` as a program in Rust has it: behind `GlobalAlloc`, with its own statistics and
//! usable sizes; as it is, or with misuse detected (`hardened`).

use crate::capability::{Capabilities, Capability};
use crate::target::heap::{Global, Heap, HeapStats, Held};
use crate::target::inside::Inside;
use reference_alloc::global::ReferenceAlloc;
use reference_alloc::thread::{self, HEAP};
use reference_alloc::units::Addr;
use std::alloc::GlobalAlloc;

/// The heap of the process, behind one of its faces.
pub(super) struct Explicit<F>(Global<F>);

/// A face of that heap.
pub(super) trait Face: GlobalAlloc + Send + Sync + Sized {
    /// What it offers, beside what every face does.
    const MORE: &'static [Capability];

    /// Its inside, if it shows one.
    fn inside(heap: &Explicit<Self>) -> Option<&dyn Inside> {
        let _ = heap;
        None
    }
}

impl Face for ReferenceAlloc {
    const MORE: &'static [Capability] = &[Capability::FreeWithin];
}

impl<F: Face> Explicit<F> {
    pub(super) fn new(face: F) -> Explicit<F> {
        Explicit(Global(face))
    }

    /// The face.
    pub(super) fn face(&self) -> &F {
        &self.0.0
    }
}

// SAFETY: 1. calls have the meaning that `Global` gives them; 2. `offers` is a constant; 3. the heap
// is for all threads.
unsafe impl<F: Face> Heap for Explicit<F> {
    fn offers(&self) -> Capabilities {
        let more = [Capability::UsableSize, Capability::Stats];
        more.iter().chain(F::MORE).fold(self.0.offers(), |all, &one| all.with(one))
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
        thread::usable(Addr(block.address.addr())).unwrap_or(0)
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

    fn inside(&self) -> Option<&dyn Inside> {
        F::inside(self)
    }
}
