//! Measures rpmalloc.
//!
//! Its crate `rpmalloc` neither announces threads nor passes realloc on; so its C functions are called
//! as its manual says.

use peers::allocator::Peer;
use std::alloc::{GlobalAlloc, Layout};
use std::ffi::c_int;
use std::process::ExitCode;

/// The alignment of every block of rpmalloc's.
const NATURAL_ALIGN: usize = 16;

unsafe extern "C" {
    /// `rpmalloc-sys` declares it without its argument.
    fn rpmalloc_thread_finalize(release_caches: c_int);
}

struct RpMalloc;

// SAFETY: rpmalloc has C's duties, which are those of `GlobalAlloc`. Threads are announced below.
unsafe impl GlobalAlloc for RpMalloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: any size is allowed, and the alignment is a power of two.
        unsafe {
            if layout.align() <= NATURAL_ALIGN {
                rpmalloc_sys::rpmalloc(layout.size()).cast()
            } else {
                rpmalloc_sys::rpaligned_alloc(layout.align(), layout.size()).cast()
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: the caller's duty: a live block of rpmalloc's.
        unsafe { rpmalloc_sys::rpfree(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, _layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's duty, and no workload asks for more than the natural alignment.
        unsafe { rpmalloc_sys::rprealloc(block.cast(), new_size).cast() }
    }
}

struct Subject;

impl Peer for Subject {
    type Alloc = RpMalloc;
    const ALLOC: RpMalloc = RpMalloc;

    fn enter_thread() {
        // SAFETY: the first call comes from the main thread while it is alone; later ones only
        // announce their thread.
        unsafe { rpmalloc_sys::rpmalloc_initialize() };
    }

    fn leave_thread() {
        // SAFETY: this thread makes no call any more. 1: its caches go to the others.
        unsafe { rpmalloc_thread_finalize(1) };
    }
}

fn main() -> ExitCode {
    peers::command::main::<Subject>()
}
