//! The system's side: memory in pages, `errno`, and the way out.
//!
//! Nothing here may allocate, because the caller is an allocator.

use libc::c_void;
use rustix::mm::{self, MapFlags, ProtFlags};
use std::ptr;

/// Bytes of the unit in which memory is asked for. Systems with larger pages are refused at boot.
pub(crate) const PAGE: usize = 4096;

/// Whether the system maps memory in units of [`PAGE`].
pub(crate) fn has_our_pages() -> bool {
    // SAFETY: `sysconf` reads a constant of the system.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) == PAGE as libc::c_long }
}

/// `len` bytes of fresh memory that read zero, or `None`. `len` is a multiple of [`PAGE`].
pub(crate) fn map(len: usize) -> Option<*mut c_void> {
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a new private mapping, at an address that the system chooses, overlaps nothing.
    let at = unsafe { mm::mmap_anonymous(ptr::null_mut(), len, access, MapFlags::PRIVATE) };
    at.ok()
}

/// `len` bytes of fresh memory, of which the byte at offset `lead` lies at a multiple of `align`.
///
/// `len` and `lead` are multiples of [`PAGE`]; `align` is a power of two.
pub(crate) fn map_aligned(len: usize, lead: usize, align: usize) -> Option<*mut c_void> {
    if align <= PAGE {
        return map(len);
    }
    let room = len.checked_add(align)?;
    let start = map(room)?;
    let skip = (start.addr() + lead).next_multiple_of(align) - lead - start.addr();
    // SAFETY: `skip < align`, so that both ends lie within the mapping made above, which nobody
    // else knows.
    unsafe {
        let block = start.byte_add(skip);
        unmap(start, skip);
        unmap(block.byte_add(len), align - skip);
        Some(block)
    }
}

/// Gives `len` bytes at `at` back to the system; nothing when `len` is 0.
///
/// # Safety
/// The pages came from [`map`] and nobody uses them any more.
pub(crate) unsafe fn unmap(at: *mut c_void, len: usize) {
    if len > 0 {
        // A refusal (too many mappings) leaves the pages mapped, and there is nobody to tell.
        // SAFETY: the caller's duty. The call goes to the kernel directly: `errno` is not touched.
        let _ = unsafe { mm::munmap(at, len) };
    }
}

/// Sets `errno` of the calling thread.
pub(crate) fn set_errno(code: i32) {
    // SAFETY: the location belongs to the calling thread.
    unsafe { *libc::__errno_location() = code };
}

/// A number that a caller of the allocator cannot guess.
pub(crate) fn secret() -> u64 {
    let mut bytes = [0u8; 8];
    // SAFETY: the array takes eight bytes. Without an answer, the address below must do.
    unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), 8, libc::GRND_NONBLOCK) };
    u64::from_ne_bytes(bytes) ^ (&raw const bytes).addr() as u64
}

/// Writes "heaplaw small: `what` 0x`address`" to standard error and aborts.
pub(crate) fn die(what: &str, address: *const u8) -> ! {
    let mut line = [0u8; 96];
    let mut len = 0;
    for part in ["heaplaw small: ", what, " 0x"] {
        let kept = part.len().min(64);
        line[len..len + kept].copy_from_slice(&part.as_bytes()[..kept]);
        len = (len + kept).min(line.len() - 17);
    }
    for nibble in (0..16).rev() {
        line[len] = b"0123456789abcdef"[address.addr() >> (nibble * 4) & 15];
        len += 1;
    }
    line[len] = b'\n';
    // SAFETY: `len` bytes and the newline lie within the array; `abort` takes nothing.
    unsafe {
        libc::write(libc::STDERR_FILENO, line.as_ptr().cast(), len + 1);
        libc::abort()
    }
}
