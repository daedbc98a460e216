//! The face of an allocator: what an implementer writes, and what a loaded C library becomes.

use super::inside::Inside;
use crate::capability::{Capabilities, Capability};
use std::alloc::{GlobalAlloc, Layout};
use std::ptr;

/// A live block as its owner knows it, handed back with every call about it.
///
/// C allocators use the address only. Layout-based ones need size and alignment, and may rely on
/// both being what the block was last allocated or resized with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Held {
    /// Where the block starts. Never null.
    pub address: *mut u8,
    /// The size last asked for, in bytes.
    pub size: usize,
    /// The alignment asked for, in bytes; 0 where the request named none, which never happens to a
    /// heap that offers [`Capability::Layout`]: there it is what the first request's layout had.
    pub align: usize,
}

/// Running totals of an allocator that keeps them ([`Capability::Stats`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HeapStats {
    /// Blocks ever handed out.
    pub mallocs: u64,
    /// Blocks ever taken back.
    pub frees: u64,
    /// Bytes ever handed out, as the allocator counts them (slot bytes in Go).
    pub total_bytes: u64,
    /// Bytes now in use by blocks that are not free, caches flushed.
    pub in_use: u64,
}

/// An allocator under test.
///
/// [`Heap::malloc`] and [`Heap::free`] are the whole duty; every other entry point is called only
/// where [`Heap::offers`] lists it, so the defaults below are never reached otherwise.
///
/// # Safety
///
/// An implementer promises, and the judge relies on, no more than this:
///
/// 1. the functions have the C meaning of their names (or the `Layout` meaning, for
///    [`Capability::Layout`]) *as far as the implementer knows*; breaking that meaning is what the
///    judge is here to find, and it is found in a child process;
/// 2. `offers` is constant;
/// 3. with [`Capability::Threads`], every function may be called from any thread at any time.
pub unsafe trait Heap: Send + Sync {
    /// What this allocator offers. Constant.
    fn offers(&self) -> Capabilities;

    /// `size` bytes, or null. Source: C17 7.22.3.4.
    ///
    /// # Safety
    /// `size` is 0 only with [`Capability::ZeroSize`], above `isize::MAX` only with
    /// [`Capability::Oversize`].
    unsafe fn malloc(&self, size: usize) -> *mut u8;

    /// Takes `block` back. Source: C17 7.22.3.3.
    ///
    /// # Safety
    /// `block` is live, or the call is a misuse that [`Capability::DetectsMisuse`] claims to stop.
    /// A null address comes only with [`Capability::FreeNull`].
    unsafe fn free(&self, block: Held);

    /// `count * size` zeroed bytes, or null. Source: C17 7.22.3.2.
    ///
    /// # Safety
    /// As [`Heap::malloc`], for the product; it overflows only with [`Capability::Oversize`].
    unsafe fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        let _ = (count, size);
        ptr::null_mut()
    }

    /// Resizes `block` (a null address asks for a new block), or returns null and leaves it alone.
    /// Source: C17 7.22.3.5.
    ///
    /// # Safety
    /// `block` is live or null; `size` as for [`Heap::malloc`].
    unsafe fn realloc(&self, block: Held, size: usize) -> *mut u8 {
        let _ = (block, size);
        ptr::null_mut()
    }

    /// [`Heap::realloc`] to `count * size` bytes, null on overflow. Source: POSIX.1-2024.
    ///
    /// # Safety
    /// As [`Heap::realloc`].
    unsafe fn reallocarray(&self, block: Held, count: usize, size: usize) -> *mut u8 {
        let _ = (block, count, size);
        ptr::null_mut()
    }

    /// Grows `block` so that the bytes past its old size read zero. Source: Rust
    /// `Allocator::grow_zeroed`.
    ///
    /// # Safety
    /// `block` is live and `size >= block.size`.
    unsafe fn grow_zeroed(&self, block: Held, size: usize) -> *mut u8 {
        let _ = (block, size);
        ptr::null_mut()
    }

    /// `size` bytes at a multiple of `align`, or null. Source: C17 7.22.3.1; `GlobalAlloc::alloc`.
    ///
    /// # Safety
    /// With [`Capability::Layout`] `align` is a power of two; otherwise it may be anything.
    unsafe fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        let _ = (align, size);
        ptr::null_mut()
    }

    /// The older spelling of [`Heap::aligned_alloc`].
    ///
    /// # Safety
    /// `align` is a power of two.
    unsafe fn memalign(&self, align: usize, size: usize) -> *mut u8 {
        let _ = (align, size);
        ptr::null_mut()
    }

    /// Stores an aligned block through `place` and returns 0, or returns an error number.
    /// Source: POSIX `posix_memalign`.
    ///
    /// # Safety
    /// `place` is valid for writes; `align` may be anything.
    unsafe fn posix_memalign(&self, place: &mut *mut u8, align: usize, size: usize) -> i32 {
        let _ = (place, align, size);
        libc::ENOMEM
    }

    /// Takes back a block of plain alignment, told its size. Source: C23 7.24.3.4.
    ///
    /// # Safety
    /// `block` is live and came from a call without an alignment.
    unsafe fn free_sized(&self, block: Held) {
        // SAFETY: the caller's duty is a superset of `free`'s.
        unsafe { self.free(block) }
    }

    /// Takes back an aligned block, told size and alignment. Source: C23 7.24.3.5.
    ///
    /// # Safety
    /// `block` is live and came from `aligned_alloc`.
    unsafe fn free_aligned_sized(&self, block: Held) {
        // SAFETY: the caller's duty is a superset of `free`'s.
        unsafe { self.free(block) }
    }

    /// Takes back `block`, told `size`, which lies between the size asked for and the usable size.
    /// Source: Rust `Allocator`, "memory fitting".
    ///
    /// # Safety
    /// `block` is live and `size` is in that range.
    unsafe fn free_within(&self, block: Held, size: usize) {
        let _ = size;
        // SAFETY: the caller's duty is a superset of `free`'s.
        unsafe { self.free(block) }
    }

    /// How many bytes of `block` may be used, at least `block.size`. Source: `malloc_usable_size(3)`.
    ///
    /// # Safety
    /// `block` is live.
    unsafe fn usable_size(&self, block: Held) -> usize {
        block.size
    }

    /// The running totals, for [`Capability::Stats`]. Flushes what caches hold back.
    fn stats(&self) -> HeapStats {
        HeapStats::default()
    }

    /// The inside, for capabilities that speak of one.
    fn inside(&self) -> Option<&dyn Inside> {
        None
    }
}

/// Any [`GlobalAlloc`] as a [`Heap`]: requests become layouts, so nothing C-only is offered.
///
/// A plain request gets the alignment that C23 7.24.3p1 asks of it: the largest power of two not
/// above the size, and not above 16.
pub struct Global<A>(pub A);

/// The alignment of a request that names none, in bytes: `min(16, floor_pow2(size))`.
/// Source: C23 7.24.3p1, with 16 = `alignof(max_align_t)` on the 64-bit systems of today.
pub fn natural_align(size: u64) -> u64 {
    match size {
        0 | 1 => 1,
        2..16 => 1 << size.ilog2(),
        _ => 16,
    }
}

impl<A> Global<A> {
    fn plain(size: usize) -> Option<Layout> {
        Layout::from_size_align(size, natural_align(size as u64) as usize).ok()
    }

    fn layout_of(block: Held) -> Layout {
        Layout::from_size_align(block.size, block.align).expect("a live block has a valid layout")
    }
}

// SAFETY: 1. each call below is the `Layout` meaning of its name; 2. `offers` is a constant;
// 3. `GlobalAlloc` demands thread safety of its implementers.
unsafe impl<A: GlobalAlloc + Send + Sync> Heap for Global<A> {
    fn offers(&self) -> Capabilities {
        Capabilities::of(&[
            Capability::Calloc,
            Capability::Realloc,
            Capability::AlignedAlloc,
            Capability::FreeSized,
            Capability::FreeAlignedSized,
            Capability::Layout,
            Capability::Threads,
            Capability::Fork,
            Capability::Reuse,
            Capability::Footprint,
        ])
    }

    unsafe fn malloc(&self, size: usize) -> *mut u8 {
        // SAFETY: the layout is valid and of non-zero size, as `ZeroSize` is not offered.
        Self::plain(size).map_or(ptr::null_mut(), |l| unsafe { self.0.alloc(l) })
    }

    unsafe fn free(&self, block: Held) {
        // SAFETY: the block is live and was allocated with this layout.
        unsafe { self.0.dealloc(block.address, Self::layout_of(block)) }
    }

    unsafe fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        let layout = count.checked_mul(size).and_then(Self::plain);
        // SAFETY: as for `malloc`.
        layout.map_or(ptr::null_mut(), |l| unsafe { self.0.alloc_zeroed(l) })
    }

    unsafe fn realloc(&self, block: Held, size: usize) -> *mut u8 {
        if block.address.is_null() {
            // SAFETY: a null block asks for a new one.
            return unsafe { self.malloc(size) };
        }
        // SAFETY: the block is live with this layout; `size` is neither 0 nor above isize::MAX.
        unsafe { self.0.realloc(block.address, Self::layout_of(block), size) }
    }

    unsafe fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        // SAFETY: as for `malloc`.
        Layout::from_size_align(size, align).map_or(ptr::null_mut(), |l| unsafe { self.0.alloc(l) })
    }
}
