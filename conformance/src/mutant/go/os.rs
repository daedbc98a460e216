//! Address space from the system, and memory back to it.

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of an arena.
pub(crate) const ARENA: usize = 64 << 20;
/// Where arenas are asked for, one after the other. Source: Go `runtime/malloc.go mallocinit`.
pub(crate) const FIRST_HINT: usize = 0x00c0_0000_0000;

fn map(at: usize, len: usize, flags: i32) -> Option<usize> {
    let prot = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | flags;
    // SAFETY: a new private mapping; who passes MAP_FIXED answers for what is there.
    let got = unsafe { libc::mmap(ptr::without_provenance_mut(at), len, prot, flags, -1, 0) };
    (got != libc::MAP_FAILED).then(|| got.expose_provenance())
}

/// Maps `len` bytes, if they are to be had at `hint`.
pub(crate) fn map_hinted(hint: usize, len: usize) -> Option<usize> {
    let got = map(hint, len, 0)?;
    if got == hint {
        return Some(got);
    }
    unmap(got, len);
    None
}

/// Maps `len` bytes at `hint` whatever is there: never right for an address that is a guess.
pub(crate) fn map_over(hint: usize, len: usize) -> Option<usize> {
    map(hint, len, libc::MAP_FIXED)
}

/// Maps `len` bytes anywhere, at a multiple of [`ARENA`].
pub(crate) fn map_anywhere(len: usize) -> Option<usize> {
    let got = map(0, len.checked_add(ARENA)?, 0)?;
    let base = got.next_multiple_of(ARENA);
    if base > got {
        unmap(got, base - got);
    }
    if got + ARENA > base {
        unmap(base + len, got + ARENA - base);
    }
    Some(base)
}

fn unmap(at: usize, len: usize) {
    // SAFETY: part of a mapping that was just made, and that nothing refers to.
    unsafe { libc::munmap(ptr::with_exposed_provenance_mut(at), len) };
}

/// Gives the memory of a range back; it reads zero from now on.
pub(crate) fn release(at: usize, len: usize) {
    // SAFETY: free pages of an arena.
    unsafe { libc::madvise(ptr::with_exposed_provenance_mut(at), len, libc::MADV_DONTNEED) };
}

/// Clears bytes of a slot that is being handed out.
pub(crate) fn clear(at: usize, len: usize) {
    fill(at, len, 0);
}

/// Fills bytes of a slot that nobody uses.
pub(crate) fn fill(at: usize, len: usize, byte: u8) {
    // SAFETY: the slot belongs to the allocator now.
    unsafe { ptr::write_bytes(ptr::with_exposed_provenance_mut::<u8>(at), byte, len) };
}

/// Whether bytes of a slot all read zero.
pub(crate) fn is_zero(at: usize, len: usize) -> bool {
    let at = ptr::with_exposed_provenance::<u8>(at);
    // SAFETY: the slot is the allocator's, and mapped.
    (0..len).all(|i| unsafe { at.add(i).read_volatile() } == 0)
}

/// Copies a block that moves.
pub(crate) fn copy(from: usize, to: usize, len: usize) {
    let from = ptr::with_exposed_provenance::<u8>(from);
    let to = ptr::with_exposed_provenance_mut::<u8>(to);
    // SAFETY: two live blocks, which do not overlap and have so many bytes.
    unsafe { ptr::copy_nonoverlapping(from, to, len) };
}

/// Ps, dealt out to threads in turn.
pub(crate) const PROCS: usize = 4;

static DEALT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static OWN: usize = DEALT.fetch_add(1, Ordering::Relaxed) % PROCS;
}

/// The P of this thread; that of the first thread while a thread is taken down.
pub(crate) fn current_p() -> usize {
    OWN.try_with(|own| *own).unwrap_or(0)
}
