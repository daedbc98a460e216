//! The smallest allocator worth judging: it only ever moves a mark forward.

use conformance::capability::{Capabilities, Capability};
use conformance::target::heap::{Heap, Held};
use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// Bytes of the arena: address space only, until they are touched.
const ARENA: usize = 256 << 20;

/// The alignment of every block that asks for none, in bytes: `alignof(max_align_t)`.
const ALIGN: usize = 16;

/// Hands out the arena from its start to its end, and takes nothing back.
pub struct Bump {
    /// The first byte of the arena; null where the system refused it, and so does every request.
    base: AtomicPtr<u8>,
    /// Bytes handed out, the gaps between blocks included. Only ever grows.
    used: AtomicUsize,
}

impl Bump {
    /// An arena with nothing handed out.
    ///
    /// # Panics
    /// Never: the arena's size and alignment are a valid layout.
    pub fn new() -> Bump {
        let layout = Layout::from_size_align(ARENA, ALIGN).expect("16 is a power of two");
        // SAFETY: the layout is not empty.
        let base = unsafe { System.alloc_zeroed(layout) };
        Bump { base: AtomicPtr::new(base), used: AtomicUsize::new(0) }
    }

    /// `size` bytes at a multiple of `align`, or null. All of them are zero: no byte comes twice.
    fn take(&self, size: usize, align: usize) -> *mut u8 {
        let base = self.base.load(Ordering::Relaxed);
        if base.is_null() || !align.is_power_of_two() {
            return ptr::null_mut();
        }
        let start = |used: usize| {
            (base.addr() + used).checked_next_multiple_of(align).map(|at| at - base.addr())
        };
        let end = |used| start(used)?.checked_add(size).filter(|&end| end <= ARENA);
        // Relaxed: threads share nothing through the mark but the mark itself.
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, end) {
            Ok(used) => start(used).map_or(ptr::null_mut(), |at| base.wrapping_add(at)),
            Err(_) => ptr::null_mut(),
        }
    }
}

impl Default for Bump {
    fn default() -> Bump {
        Bump::new()
    }
}

// SAFETY: 1. each function has the C meaning of its name; 2. `offers` is a constant; 3. the mark
// moves by one atomic update, which is all that threads can race for.
unsafe impl Heap for Bump {
    /// `Reuse` and `Footprint` are left out: an allocator that takes nothing back hands nothing out
    /// again, and keeps to no plateau. Those invariants are then not-applicable, which claims nothing.
    fn offers(&self) -> Capabilities {
        use Capability::{AlignedAlloc, Calloc, Fork, FreeNull, Oversize, Realloc, Threads};
        Capabilities::of(&[AlignedAlloc, Calloc, Fork, FreeNull, Oversize, Realloc, Threads])
    }

    unsafe fn malloc(&self, size: usize) -> *mut u8 {
        self.take(size, ALIGN)
    }

    unsafe fn free(&self, _block: Held) {}

    unsafe fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        count.checked_mul(size).map_or(ptr::null_mut(), |size| self.take(size, ALIGN))
    }

    unsafe fn realloc(&self, block: Held, size: usize) -> *mut u8 {
        let new = self.take(size, ALIGN);
        if !new.is_null() && !block.address.is_null() {
            // SAFETY: the old block is live, the new one is nobody else's, and both are as long.
            unsafe { ptr::copy_nonoverlapping(block.address, new, block.size.min(size)) };
        }
        new
    }

    unsafe fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        self.take(size, align)
    }
}
