//! The allocator under measurement, and the two calls in front of it.
//!
//! A Rust program reaches its allocator through functions that the compiler emits for
//! `#[global_allocator]`: `__rust_alloc` and its kin take size and alignment as plain numbers and are
//! never inlined into their callers. [`shim_malloc`] and the others here are the same thing for any
//! number of allocators: each pays one direct call, and then what its `GlobalAlloc` does.

use std::alloc::{GlobalAlloc, Layout};

/// An allocator that can be measured.
pub trait Peer: 'static {
    /// Its face.
    type Alloc: GlobalAlloc;
    /// A unit struct, in all crates that we know of.
    const ALLOC: Self::Alloc;
    /// Whether live blocks may overlap, as those of the floor do: then their contents are not inspected.
    const OVERLAPS: bool = false;

    /// Called by each thread before its first call, by the main thread first.
    fn enter_thread() {}

    /// Called by each thread after its last call.
    fn leave_thread() {}
}

/// Makes the type `Peer` of a program that measures `$alloc`, and its `main`.
#[macro_export]
macro_rules! program {
    ($alloc:path) => {
        struct Subject;

        impl $crate::allocator::Peer for Subject {
            type Alloc = $alloc;
            const ALLOC: $alloc = $alloc;
        }

        fn main() -> std::process::ExitCode {
            $crate::command::main::<Subject>()
        }
    };
}

/// # Safety
/// As for `Layout::from_size_align_unchecked` and `GlobalAlloc::alloc`: `align` is a power of two and
/// `size` is neither zero nor huge.
#[inline(never)]
pub unsafe fn shim_malloc<P: Peer>(size: usize, align: usize) -> *mut u8 {
    // SAFETY: the caller's duty.
    unsafe { P::ALLOC.alloc(Layout::from_size_align_unchecked(size, align)) }
}

/// # Safety
/// `block` came from a shim of the same `P`, has that size and alignment, and is not used any more.
#[inline(never)]
pub unsafe fn shim_free<P: Peer>(block: *mut u8, size: usize, align: usize) {
    // SAFETY: the caller's duty.
    unsafe { P::ALLOC.dealloc(block, Layout::from_size_align_unchecked(size, align)) }
}

/// # Safety
/// As for [`shim_free`], and `new_size` as for [`shim_malloc`].
#[inline(never)]
pub unsafe fn shim_realloc<P: Peer>(
    block: *mut u8,
    size: usize,
    align: usize,
    new_size: usize,
) -> *mut u8 {
    // SAFETY: the caller's duty.
    unsafe { P::ALLOC.realloc(block, Layout::from_size_align_unchecked(size, align), new_size) }
}
