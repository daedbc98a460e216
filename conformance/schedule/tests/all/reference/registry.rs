//! The registry of caches.

use conformance_schedule::registry::Registry as Socket;
use reference_alloc::error::OutOfMemory;
use reference_alloc::registry::{Entry, Places, Registry};
use std::alloc::Layout;
use std::ptr::NonNull;

/// [`Registry`] of numbers.
pub(super) struct Things(Registry<usize>);

/// Memory that is never given back: some hundred bytes in an order.
struct Leaked;

// SAFETY: zeroed, aligned to 16, and leaked.
unsafe impl Places for Leaked {
    fn place(&self, layout: Layout) -> Result<NonNull<u8>, OutOfMemory> {
        assert!(layout.align() <= align_of::<u128>(), "more than a number is aligned to");
        let place = Box::leak(vec![0_u128; layout.size().div_ceil(16)].into_boxed_slice());
        NonNull::new(place.as_mut_ptr().cast()).ok_or(OutOfMemory)
    }
}

impl Socket for Things {
    type Thing = &'static Entry<usize>;

    fn new() -> Things {
        Things(Registry::new())
    }

    fn take(&self, make: &dyn Fn() -> usize) -> &'static Entry<usize> {
        self.0.take(&Leaked, make).unwrap_or_else(|OutOfMemory| unreachable!("memory is leaked"))
    }

    fn number(thing: &&'static Entry<usize>) -> usize {
        ***thing
    }

    fn give(&self, thing: &'static Entry<usize>) {
        self.0.give(thing);
    }

    fn all(&self) -> Vec<usize> {
        self.0.iter().map(|entry| **entry).collect()
    }
}
