//! Wrong heaps, each wrong in one way.

use conformance::capability::{Capabilities, Capability};
use conformance::target::heap::{Heap, Held};
use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// Bytes of the arena.
const ARENA: usize = 64 << 20;

/// What is wrong with a [`Bump`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Every third block lies where the one before it does.
    HandsOutTwice,
    /// The third request ends the process.
    Aborts,
}

/// A bump allocator with a flaw. Takes nothing back.
pub(crate) struct Bump {
    base: AtomicPtr<u8>,
    used: AtomicUsize,
    requests: AtomicUsize,
    last: AtomicPtr<u8>,
    flaw: Flaw,
}

impl Bump {
    pub(crate) fn new(flaw: Flaw) -> Bump {
        let layout = Layout::from_size_align(ARENA, 16).expect("16 is a power of two");
        // SAFETY: the layout is not empty.
        let base = unsafe { System.alloc(layout) };
        let (used, requests) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Bump { base: AtomicPtr::new(base), used, requests, last: AtomicPtr::default(), flaw }
    }

    fn take(&self, size: usize) -> *mut u8 {
        let end = |used: usize| {
            used.checked_add(size)?.checked_next_multiple_of(16).filter(|&end| end <= ARENA)
        };
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, end) {
            Ok(used) => self.base.load(Ordering::Relaxed).wrapping_add(used),
            Err(_) => ptr::null_mut(),
        }
    }
}

// SAFETY: 1. apart from the flaw, which a child process is there for; 2. `offers` is a constant;
// 3. threads are not offered.
unsafe impl Heap for Bump {
    fn offers(&self) -> Capabilities {
        Capabilities::of(&[Capability::FreeNull])
    }

    unsafe fn malloc(&self, size: usize) -> *mut u8 {
        let third = self.requests.fetch_add(1, Ordering::Relaxed) % 3 == 2;
        match self.flaw {
            Flaw::HandsOutTwice if third => return self.last.load(Ordering::Relaxed),
            Flaw::Aborts if third => std::process::abort(),
            _ => {}
        }
        let block = self.take(size);
        self.last.store(block, Ordering::Relaxed);
        block
    }

    unsafe fn free(&self, _block: Held) {}
}
