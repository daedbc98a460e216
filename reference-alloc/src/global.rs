//! `#[global_allocator]`: the heap behind Rust's own calls.
//!
//! ```
//! use reference_alloc::global::ReferenceAlloc;
//!
//! #[global_allocator]
//! static HEAP: ReferenceAlloc = ReferenceAlloc;
//!
//! let words = vec!["a block", "from a span"];
//! assert_eq!(words.len(), 2);
//! ```
//!
//! Rust tells a free the size, so a free needs no look at any table of pages.
//!
//! Source: `core::alloc::GlobalAlloc`.

use crate::alloc::class_of_layout;
use crate::thread::{self, HEAP, stop};
use crate::units::Addr;
use std::alloc::{GlobalAlloc, Layout};
use std::ptr::{self, NonNull};

/// The process's heap, as Rust calls it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferenceAlloc;

// SAFETY: blocks are of the size and alignment asked for, disjoint from all live ones, and nothing
// here unwinds: there is no panic on the way, and no memory is an answer.
unsafe impl GlobalAlloc for ReferenceAlloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let class = class_of_layout(layout.size(), layout.align());
        if let Some(block) = class.and_then(thread::alloc_fast) {
            return block.as_ptr();
        }
        thread::alloc_slow(class, layout.size(), layout.align(), false)
            .map_or(ptr::null_mut(), NonNull::as_ptr)
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let class = class_of_layout(layout.size(), layout.align());
        if let Some(block) = class.and_then(thread::alloc_fast) {
            // SAFETY: the block is new, and no smaller.
            unsafe { block.write_bytes(0, layout.size()) };
            return block.as_ptr();
        }
        thread::alloc_slow(class, layout.size(), layout.align(), true)
            .map_or(ptr::null_mut(), NonNull::as_ptr)
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is live and was allocated with this layout, so it is of this class.
        unsafe {
            match class_of_layout(layout.size(), layout.align()) {
                Some(class) if thread::free_fast_of(block, class) => {}
                _ => thread::free_slow(block),
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (old, new) =
            (class_of_layout(layout.size(), layout.align()), class_of_layout(size, layout.align()));
        if old == new && (new.is_some() || resized_large(block, size)) {
            return block;
        }
        // SAFETY: the caller's: the new layout is valid, the block live. What is copied lies in both.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

/// Makes a large block hold `size` bytes where it stands, if that is possible.
fn resized_large(block: *mut u8, size: usize) -> bool {
    match HEAP.resize(Addr(block.addr()), None, size) {
        Ok(done) => done,
        Err(misuse) => stop(misuse),
    }
}
