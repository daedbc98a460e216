//! The calls of a heap as a test writes them.

use conformance::target::heap::{Heap, HeapStats, Held};
use std::slice;

/// A heap, with the duties of its callers kept by the tests: blocks are live where they must be,
/// or the call is a misuse that the test is about.
#[derive(Clone, Copy)]
pub(crate) struct Calls<'a>(pub(crate) &'a dyn Heap);

/// The byte that dirty blocks are full of.
pub(crate) const DIRT: u8 = 0xA7;

fn held(address: *mut u8, size: usize) -> Held {
    Held { address, size, align: 0 }
}

impl Calls<'_> {
    pub(crate) fn malloc(&self, size: usize) -> *mut u8 {
        // SAFETY: see the type; so for all calls below.
        unsafe { self.0.malloc(size) }
    }

    /// `malloc`, and all of it written.
    pub(crate) fn dirty(&self, size: usize) -> *mut u8 {
        let block = self.malloc(size);
        bytes(block, size).fill(DIRT);
        block
    }

    pub(crate) fn free(&self, block: *mut u8) {
        // SAFETY: as above.
        unsafe { self.0.free(held(block, 0)) }
    }

    pub(crate) fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.0.calloc(count, size) }
    }

    pub(crate) fn realloc(&self, block: *mut u8, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.0.realloc(held(block, 0), size) }
    }

    pub(crate) fn reallocarray(&self, block: *mut u8, count: usize, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.0.reallocarray(held(block, 0), count, size) }
    }

    pub(crate) fn grow_zeroed(&self, block: *mut u8, from: usize, to: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.0.grow_zeroed(held(block, from), to) }
    }

    pub(crate) fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.0.aligned_alloc(align, size) }
    }

    pub(crate) fn memalign(&self, align: usize, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.0.memalign(align, size) }
    }

    /// What `posix_memalign` returns, and what it leaves where `before` was.
    pub(crate) fn posix_memalign(
        &self,
        before: *mut u8,
        align: usize,
        size: usize,
    ) -> (i32, *mut u8) {
        let mut place = before;
        // SAFETY: as above.
        let code = unsafe { self.0.posix_memalign(&mut place, align, size) };
        (code, place)
    }

    pub(crate) fn free_sized(&self, block: *mut u8, size: usize) {
        // SAFETY: as above.
        unsafe { self.0.free_sized(held(block, size)) }
    }

    pub(crate) fn free_within(&self, block: *mut u8, size: usize) {
        // SAFETY: as above.
        unsafe { self.0.free_within(held(block, size), size) }
    }

    pub(crate) fn usable(&self, block: *mut u8) -> usize {
        // SAFETY: as above.
        unsafe { self.0.usable_size(held(block, 0)) }
    }

    pub(crate) fn stats(&self) -> HeapStats {
        self.0.stats()
    }

    /// `count` results of `make`.
    pub(crate) fn several(&self, count: usize, make: impl Fn(&Self) -> *mut u8) -> Vec<*mut u8> {
        (0..count).map(|_| make(self)).collect()
    }
}

/// The first `len` bytes of a live block.
pub(crate) fn bytes<'a>(block: *mut u8, len: usize) -> &'a mut [u8] {
    assert!(!block.is_null(), "a request of {len} bytes was refused");
    // SAFETY: the test holds the block and looks at it through one slice at a time.
    unsafe { slice::from_raw_parts_mut(block, len) }
}

/// Whether all of the first `len` bytes are `value`.
pub(crate) fn all(block: *mut u8, len: usize, value: u8) -> bool {
    bytes(block, len).iter().all(|&byte| byte == value)
}

/// `errno`, set to 0 before `call` and read after it.
pub(crate) fn errno_of(call: impl FnOnce()) -> i32 {
    // SAFETY: the location belongs to the calling thread.
    unsafe {
        *libc::__errno_location() = 0;
        call();
        *libc::__errno_location()
    }
}

/// Mapped bytes of this process.
pub(crate) fn mapped() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has /proc");
    let pages = statm.split(' ').next().expect("the first number is the size");
    pages.parse::<usize>().expect("a number of pages") * 4096
}
