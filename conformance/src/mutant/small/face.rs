//! The two faces of [`Small`]: C's calls, and Rust's.

use super::class::GRAIN;
use super::os;
use super::parts::Parts;
use super::{Refusal, Small};
use crate::capability::{Capabilities, Capability};
use crate::target::heap::{Heap, HeapStats, Held};
use std::alloc::{GlobalAlloc, Layout};
use std::ptr;

// SAFETY: 1. each call has the C meaning of its name, as far as the parts are right; 2. `offers` is
// a constant; 3. a span is used by one thread or under a lock.
unsafe impl<P: Parts> Heap for Small<P> {
    fn offers(&self) -> Capabilities {
        // A C heap forgets alignments, and so has no `Layout` calls; see `GlobalAlloc` below.
        let outside = Capability::ALL.iter().copied().filter(|c| !c.is_inside());
        outside.collect::<Capabilities>().without(Capability::Layout)
    }

    unsafe fn malloc(&self, size: usize) -> *mut u8 {
        P::malloc(self, size)
    }

    unsafe fn free(&self, block: Held) {
        P::free(self, block.address);
    }

    unsafe fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        self.cleared(P::product(count, size), GRAIN)
    }

    unsafe fn realloc(&self, block: Held, size: usize) -> *mut u8 {
        P::realloc(self, block.address, size)
    }

    unsafe fn reallocarray(&self, block: Held, count: usize, size: usize) -> *mut u8 {
        match P::product(count, size) {
            Ok(size) => P::realloc(self, block.address, size),
            Err(why) => P::refuse(self, why),
        }
    }

    unsafe fn grow_zeroed(&self, block: Held, size: usize) -> *mut u8 {
        P::grow_zeroed(self, block, size)
    }

    unsafe fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        if let Some(align) = P::alignment(align) {
            return self.aligned(align, size);
        }
        os::set_errno(libc::EINVAL);
        ptr::null_mut()
    }

    unsafe fn memalign(&self, align: usize, size: usize) -> *mut u8 {
        // SAFETY: no duties.
        unsafe { self.aligned_alloc(align, size) }
    }

    unsafe fn posix_memalign(&self, place: &mut *mut u8, align: usize, size: usize) -> i32 {
        P::posix_memalign(self, place, align, size)
    }

    unsafe fn free_sized(&self, block: Held) {
        P::free_sized(self, block);
    }

    unsafe fn free_within(&self, block: Held, size: usize) {
        P::free_within(self, block, size);
    }

    unsafe fn usable_size(&self, block: Held) -> usize {
        P::usable_size(self, block.address)
    }

    fn stats(&self) -> HeapStats {
        P::stats(self)
    }
}

// SAFETY: blocks have size and alignment of their layout, and keep both when they are resized, as
// far as the parts are right. Nothing here unwinds.
unsafe impl<P: Parts> GlobalAlloc for Small<P> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.aligned(layout.align(), layout.size())
    }

    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        P::free(self, block);
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.cleared(Ok::<_, Refusal>(layout.size()), layout.align())
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        self.resize(block, size, P::kept_align(layout.align(), size))
    }
}
