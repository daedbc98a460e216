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

use crate::alloc::class_at_once;
use crate::harden::Asked;
use crate::thread::{self, Mode, stop};
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
        let class = class_at_once(layout.size(), layout.align());
        if let Some(block) = class.and_then(thread::alloc_fast) {
            return block.as_ptr();
        }
        thread::alloc_slow(layout.size(), layout.align(), false)
            .map_or(ptr::null_mut(), NonNull::as_ptr)
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let class = class_at_once(layout.size(), layout.align());
        if let Some(block) = class.and_then(thread::alloc_fast) {
            // SAFETY: the block is new, and no smaller.
            unsafe { block.write_bytes(0, layout.size()) };
            return block.as_ptr();
        }
        thread::alloc_slow(layout.size(), layout.align(), true)
            .map_or(ptr::null_mut(), NonNull::as_ptr)
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is live and was allocated with this layout, so it is of this class.
        unsafe {
            match class_at_once(layout.size(), layout.align()) {
                Some(class) if thread::free_fast_of(block, class) => {}
                _ => thread::free_told(block, layout.size(), layout.align()),
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (old, new) =
            (class_at_once(layout.size(), layout.align()), class_at_once(size, layout.align()));
        let stays = match thread::chosen() {
            Some(Mode::Detect) => resized(block, layout, size),
            // A small block that keeps its class is not even looked at.
            _ => old == new && (new.is_some() || resized(block, layout, size)),
        };
        if stays {
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

fn asked(bytes: usize, align: usize) -> Asked {
    Asked { bytes, align }
}

/// Makes a block hold `size` bytes where it stands, if that is possible.
fn resized(block: *mut u8, layout: Layout, size: usize) -> bool {
    let told = asked(layout.size(), layout.align());
    thread::resize(Addr(block.addr()), Some(told), asked(size, layout.align()))
        .unwrap_or_else(|misuse| stop(misuse))
}

/// The same heap with misuse detected, if it is used before any [`ReferenceAlloc`] of the process: a
/// program that frees what it must not, or frees it as what it is not, or writes past the end of a
/// block or after its end, ends with a line on standard error. [`crate::harden`] says at which cost.
///
/// ```
/// use reference_alloc::global::HardenedAlloc;
///
/// #[global_allocator]
/// static HEAP: HardenedAlloc = HardenedAlloc;
///
/// let words = vec!["as", "many", "bytes", "as", "asked", "for"];
/// assert_eq!(words.concat(), "asmanybytesasaskedfor");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct HardenedAlloc;

// SAFETY: as for `ReferenceAlloc`, whose calls these are; every call that needs a block finds that
// the mode is chosen.
unsafe impl GlobalAlloc for HardenedAlloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        thread::choose(Mode::Detect);
        // SAFETY: the caller's.
        unsafe { ReferenceAlloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        thread::choose(Mode::Detect);
        // SAFETY: the caller's.
        unsafe { ReferenceAlloc.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { ReferenceAlloc.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { ReferenceAlloc.realloc(block, layout, size) }
    }
}
