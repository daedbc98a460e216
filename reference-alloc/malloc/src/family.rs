//! The rest of the family: all that is not the fast path of `malloc` and `free`.

use crate::{answer, boot, free, malloc, refuse, slow};
use libc::{c_int, c_void, size_t};
use reference_alloc::alloc::{C_ALIGN, class_of_c, class_of_layout};
use reference_alloc::harden::Asked;
use reference_alloc::thread::{self, HEAP, stop};
use reference_alloc::units::Addr;
use std::ptr::{self, NonNull};

/// What a page is to `valloc` and `pvalloc`.
fn page() -> usize {
    use reference_alloc::os::Os;
    HEAP.central.heap.pages.os.page_bytes()
}

/// `count * size` zeroed bytes. Source: C17 7.22.3.2.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn calloc(count: size_t, size: size_t) -> *mut c_void {
    let Some(bytes) = count.checked_mul(size) else { return refuse(libc::ENOMEM) };
    let class = class_of_c(bytes);
    if let Some(block) = class.and_then(thread::alloc_fast) {
        // SAFETY: the block is new, and no smaller.
        unsafe { block.write_bytes(0, bytes) };
        return block.as_ptr().cast();
    }
    boot::choose();
    answer(thread::alloc_slow(bytes, C_ALIGN, true).ok())
}

/// Makes a block hold `size` bytes, here or elsewhere. Source: C17 7.22.3.5; `realloc(p, 0)` as glibc.
///
/// # Safety
/// `block` is null or a live block.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn realloc(block: *mut c_void, size: size_t) -> *mut c_void {
    if block.is_null() {
        return malloc(size);
    }
    if size == 0 {
        // SAFETY: the caller's.
        unsafe { free(block) };
        return ptr::null_mut();
    }
    let at = Addr(block.addr());
    match thread::resize(at, None, Asked { bytes: size, align: C_ALIGN }) {
        Ok(true) => block,
        // SAFETY: the caller's.
        Ok(false) => unsafe { move_to(block, size) },
        Err(misuse) => stop(misuse),
    }
}

/// A new block of `size` bytes with what fits of `block`, which is freed; or null, and `block` as it
/// was.
///
/// # Safety
/// `block` is a live block.
unsafe fn move_to(block: *mut c_void, size: usize) -> *mut c_void {
    let held = usable(block);
    let moved = malloc(size);
    if !moved.is_null() {
        // SAFETY: both are live, of at least so many bytes, and not the same.
        unsafe {
            ptr::copy_nonoverlapping(block.cast::<u8>(), moved.cast(), held.min(size));
            free(block);
        }
    }
    moved
}

/// The usable bytes of a live block.
fn usable(block: *mut c_void) -> usize {
    thread::usable(Addr(block.addr())).unwrap_or_else(|misuse| stop(misuse))
}

/// [`realloc`] to `count * size` bytes. Source: POSIX.1-2024 `reallocarray`.
///
/// # Safety
/// `block` is null or a live block.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn reallocarray(
    block: *mut c_void,
    count: size_t,
    size: size_t,
) -> *mut c_void {
    match count.checked_mul(size) {
        // SAFETY: the caller's.
        Some(bytes) => unsafe { realloc(block, bytes) },
        None => refuse(libc::ENOMEM),
    }
}

/// A block at a multiple of `align`, which is a power of two.
fn aligned(align: usize, size: usize) -> Option<NonNull<u8>> {
    // Nothing that these functions give out is aligned to less than `malloc`'s blocks.
    let align = align.max(C_ALIGN);
    class_of_layout(size, align).and_then(thread::alloc_fast).or_else(|| {
        boot::choose();
        thread::alloc_slow(size, align, false).ok()
    })
}

/// `size` bytes at a multiple of `align`. Source: C17 7.22.3.1 with DR 460, C23 7.24.3.1.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn aligned_alloc(align: size_t, size: size_t) -> *mut c_void {
    if !align.is_power_of_two() {
        return refuse(libc::EINVAL);
    }
    answer(aligned(align, size))
}

/// The older spelling of [`aligned_alloc`]. Source: `memalign(3)`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn memalign(align: size_t, size: size_t) -> *mut c_void {
    aligned_alloc(align, size)
}

/// Stores an aligned block through `place`. Returns 0, `EINVAL` or `ENOMEM`, and leaves `errno`
/// alone. Source: POSIX `posix_memalign`.
///
/// # Safety
/// `place` is valid for writes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn posix_memalign(
    place: *mut *mut c_void,
    align: size_t,
    size: size_t,
) -> c_int {
    if !align.is_power_of_two() || align < size_of::<*mut c_void>() {
        return libc::EINVAL;
    }
    match aligned(align, size) {
        Some(block) => {
            // SAFETY: the caller's.
            unsafe { *place = block.as_ptr().cast() };
            0
        }
        None => libc::ENOMEM,
    }
}

/// `size` bytes at a multiple of the page size. Source: `valloc(3)`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn valloc(size: size_t) -> *mut c_void {
    aligned_alloc(page(), size)
}

/// Whole pages for `size` bytes. Source: `pvalloc(3)`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn pvalloc(size: size_t) -> *mut c_void {
    match size.max(1).checked_next_multiple_of(page()) {
        Some(bytes) => aligned_alloc(page(), bytes),
        None => refuse(libc::ENOMEM),
    }
}

/// [`free`], told the size. Source: C23 7.24.3.4.
///
/// # Safety
/// `block` is null or a live block of plain alignment, of `size` bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn free_sized(block: *mut c_void, size: size_t) {
    // SAFETY: the caller's. The class of null, were it pushed, would hand out null.
    unsafe {
        match class_of_c(size) {
            Some(class) if !block.is_null() && thread::free_fast_of(block.cast(), class) => {}
            _ => slow::free_told(block, Some(Asked { bytes: size, align: C_ALIGN })),
        }
    }
}

/// [`free`], told alignment and size. Source: C23 7.24.3.5.
///
/// # Safety
/// `block` is null or a live block from [`aligned_alloc`] with these arguments.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn free_aligned_sized(
    block: *mut c_void,
    align: size_t,
    size: size_t,
) {
    let align = align.max(C_ALIGN);
    // SAFETY: the caller's.
    unsafe {
        match class_of_layout(size, align) {
            Some(class) if !block.is_null() && thread::free_fast_of(block.cast(), class) => {}
            _ => slow::free_told(block, Some(Asked { bytes: size, align })),
        }
    }
}

/// The bytes that may be used of a block; 0 for null. Source: `malloc_usable_size(3)`.
///
/// # Safety
/// `block` is null or a live block.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn malloc_usable_size(block: *mut c_void) -> size_t {
    if block.is_null() { 0 } else { usable(block) }
}
