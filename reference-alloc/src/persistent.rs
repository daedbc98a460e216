//! Memory for the allocator's own structs: taken from the system, never given back.
//!
//! Small pieces are cut one after the other from chunks of 256 KiB; large ones come from the system
//! each by itself. All of it reads zero, and costs physical memory only where it is touched.
//!
//! Source: Go `runtime/malloc.go` `persistentalloc`.

use crate::error::OutOfMemory;
use crate::os::{self, Os};
use crate::pages::Meta;
use crate::units::Addr;
use std::ptr::NonNull;

/// Bytes taken from the system at once.
const CHUNK: usize = 256 << 10;
/// From here on a piece is taken from the system by itself.
const DIRECT: usize = 64 << 10;

/// What a piece is for, as [`crate::stats::MemStats`] tells them apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Span structs and their bits.
    Spans,
    /// Threads' caches.
    Caches,
    /// Tables of pages and arenas.
    Tables,
}

/// Number of purposes.
const PURPOSES: usize = 3;

/// What is left of the chunk that pieces are cut from.
#[derive(Debug)]
pub struct Persistent {
    next: Addr,
    end: Addr,
    /// Bytes taken from the system so far.
    taken: usize,
    /// Bytes cut, by purpose.
    cut: [usize; PURPOSES],
}

impl Persistent {
    /// Nothing taken yet.
    pub const fn new() -> Persistent {
        Persistent { next: Addr(0), end: Addr(0), taken: 0, cut: [0; PURPOSES] }
    }

    /// `bytes` zeroed bytes at a multiple of `align` (a power of two, at most a page of the
    /// hardware).
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn alloc(
        &mut self,
        os: &impl Os,
        purpose: Purpose,
        bytes: usize,
        align: usize,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        let at = if bytes >= DIRECT { self.map(os, bytes)? } else { self.cut(os, bytes, align)? };
        self.cut[purpose as usize] += bytes;
        NonNull::new(os::pointer(at)).ok_or(OutOfMemory)
    }

    fn cut(&mut self, os: &impl Os, bytes: usize, align: usize) -> Result<Addr, OutOfMemory> {
        let fits = |next: Addr, end: Addr| {
            next.align_up(align)
                .filter(|at| at.0.checked_add(bytes).is_some_and(|stop| stop <= end.0))
        };
        if let Some(at) = fits(self.next, self.end).filter(|at| at.0 != 0) {
            self.next = at + bytes;
            return Ok(at);
        }
        let at = self.map(os, CHUNK)?;
        (self.next, self.end) = (at + bytes, at + CHUNK);
        Ok(at)
    }

    fn map(&mut self, os: &impl Os, bytes: usize) -> Result<Addr, OutOfMemory> {
        let page = os.page_bytes();
        let bytes = bytes.checked_next_multiple_of(page).ok_or(OutOfMemory)?;
        let at = os.reserve(Addr(0), bytes, page).ok_or(OutOfMemory)?;
        if os.commit(at, bytes).is_err() {
            // SAFETY: nobody knows of it.
            unsafe { os.release(at, bytes) };
            return Err(OutOfMemory);
        }
        self.taken += bytes;
        Ok(at)
    }

    /// Bytes taken from the system so far.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Of that, bytes for `purpose`.
    pub fn used_for(&self, purpose: Purpose) -> usize {
        self.cut[purpose as usize]
    }
}

impl Default for Persistent {
    fn default() -> Persistent {
        Persistent::new()
    }
}

/// Persistent memory as the page allocator asks for it.
pub(crate) struct MetaOf<'a, O: Os> {
    pub(crate) os: &'a O,
    pub(crate) from: &'a mut Persistent,
}

impl<O: Os> Meta for MetaOf<'_, O> {
    fn zeroed(&mut self, words: usize) -> Option<&'static mut [u64]> {
        let bytes = words.checked_mul(8)?;
        let at = self.from.alloc(self.os, Purpose::Tables, bytes, 8).ok()?;
        // SAFETY: zeroed memory that is nobody else's and stays mapped; aligned as asked.
        Some(unsafe { std::slice::from_raw_parts_mut(at.cast().as_ptr(), words) })
    }
}
