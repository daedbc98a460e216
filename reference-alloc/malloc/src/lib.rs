//! C's names for the reference allocator: `LD_PRELOAD=libreference_malloc.so PROGRAM`.
//!
//! Each function says which standard it follows. What the standards leave open: `malloc(0)` is a
//! block of its own; `realloc(p, 0)` frees `p` and returns null, as glibc does; every block is aligned
//! to 16; memory that is not there is `ENOMEM`, an alignment that is none is `EINVAL`; `free` leaves
//! `errno` alone. A free of what is no block, and a second free where it is noticed, end the process;
//! with `REFERENCE_MALLOC=harden:detect` in the environment, all of them do, and writes past the end of a
//! block that is freed or resized later, at the cost that [`reference_alloc::harden`] names.
//!
//! The life of a call, `malloc(100)` and `free`:
//!
//! 1. The size leads to a class by one look into a table: 112 bytes.
//! 2. The thread's magazine of that class gives its newest address. Done, in nearly all calls.
//! 3. If the magazine is empty, or the thread has none yet, [`reference_alloc::thread`] goes on:
//!    a cache, a span, pages, the system, each only if the one before has nothing.
//! 4. `free` finds the class by the address's page, and pushes the address. Done, in nearly all calls.
//! 5. If the magazine is full, half of it goes back to the spans, whoever they belong to.

mod boot;
mod family;
mod info;

use libc::{c_int, c_void, size_t};
use reference_alloc::alloc::class_of_c;
use reference_alloc::thread;
use std::ptr::{self, NonNull};

/// The answer of a function of the family: a block, or null with `errno` set.
fn answer(block: Option<NonNull<u8>>) -> *mut c_void {
    match block {
        Some(block) => block.as_ptr().cast(),
        None => refuse(libc::ENOMEM),
    }
}

/// Null, with `errno` set.
#[cold]
fn refuse(error: c_int) -> *mut c_void {
    // SAFETY: the location of errno is valid for the life of the thread.
    unsafe { *libc::__errno_location() = error };
    ptr::null_mut()
}

/// `size` bytes. Source: C17 7.22.3.4, POSIX `malloc`.
#[unsafe(no_mangle)]
pub extern "C" fn malloc(size: size_t) -> *mut c_void {
    match class_of_c(size).and_then(thread::alloc_fast) {
        Some(block) => block.as_ptr().cast(),
        None => slow::malloc(size),
    }
}

/// Takes a block back. Source: C17 7.22.3.3, POSIX `free`.
///
/// # Safety
/// `block` is null or a live block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free(block: *mut c_void) {
    // SAFETY: the caller's. Null lies in no page of ours, so the fast path refuses it.
    unsafe {
        if !thread::free_fast(block.cast()) {
            slow::free(block);
        }
    }
}

/// What the two above cannot do with the thread's magazines. C functions, so that nothing unwinds out
/// of them and the fast paths need no frame of their own.
mod slow {
    use super::{answer, boot, thread};
    use libc::{c_void, size_t};
    use reference_alloc::alloc::C_ALIGN;
    use reference_alloc::harden::Asked;

    #[cold]
    #[inline(never)]
    pub(crate) extern "C" fn malloc(size: size_t) -> *mut c_void {
        boot::choose();
        answer(thread::alloc_slow(size, C_ALIGN, false).ok())
    }

    /// # Safety
    /// `block` is null or a live block.
    #[cold]
    #[inline(never)]
    pub(crate) unsafe extern "C" fn free(block: *mut c_void) {
        // SAFETY: the caller's.
        unsafe { free_told(block, None) }
    }

    /// The same for a block of which the caller has said something.
    ///
    /// # Safety
    /// `block` is null or a live block.
    #[cold]
    #[inline(never)]
    pub(crate) unsafe fn free_told(block: *mut c_void, told: Option<Asked>) {
        if block.is_null() {
            return;
        }
        // SAFETY: the caller's. Waiting for a lock may leave its mark on errno; POSIX forbids that.
        unsafe {
            let errno = libc::__errno_location();
            let before = *errno;
            thread::free_slow(block.cast(), told);
            *errno = before;
        }
    }
}
