//! The floor: what a workload costs with an allocator that does nothing.
//!
//! Each thread has a mapping of its own and walks over its first `WRAP` bytes in circles. Nothing is
//! ever free or taken: live blocks overlap, which no workload notices, as it only writes to them.

use crate::allocator::Peer;
use crate::table::map;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::hint::black_box;
use std::ptr::null_mut;

/// Where a thread starts again, in bytes. It fits into a second-level cache: the floor has no misses
/// of its own.
const WRAP: usize = 1 << 20;
/// Behind the wrap there is room for the largest block of any workload.
const ROOM: usize = WRAP + (8 << 20);

/// Hands out the same memory again and again.
pub struct Floor;

thread_local! {
    /// Start of this thread's mapping, and the offset of its next block.
    static PLACE: Cell<(*mut u8, usize)> = const { Cell::new((null_mut(), 0)) };
}

// SAFETY: it breaks the contract on purpose: live blocks overlap. Every block is inside a mapping of
// its thread that is never unmapped, as no workload asks for more than ROOM - WRAP bytes, and the
// harness (`Peer::OVERLAPS`) neither reads contents back nor keeps anything of its own in them.
unsafe impl GlobalAlloc for Floor {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (mut base, mut at) = PLACE.get();
        if base.is_null() {
            base = map(ROOM).as_ptr();
        }
        if at >= WRAP {
            at = 0;
        }
        PLACE.set((base, at + layout.size().next_multiple_of(16)));
        // SAFETY: `at` is below WRAP, and so inside the mapping.
        unsafe { base.add(at) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        black_box(block); // or the optimiser would remove the call as well
    }

    /// The block stays where it is: there is room behind every block for the largest.
    #[inline]
    unsafe fn realloc(&self, block: *mut u8, _layout: Layout, _new_size: usize) -> *mut u8 {
        block
    }
}

impl Peer for Floor {
    type Alloc = Floor;
    const ALLOC: Floor = Floor;
    const OVERLAPS: bool = true;
}
