//! The first calls of a process: there are no pages, and one thread makes the heap grow.
//!
//! The heap itself is a constant, and nobody makes it. What a call may find missing are pages, with the
//! tables that lead from them to spans.

use super::chunk::{FIRST, Words};
use conformance_schedule::boot::Boot;
use reference_alloc::error::OutOfMemory;
use reference_alloc::locked_pages::{Core, Ground, LockedPages};
use reference_alloc::scavenge::Granule;
use reference_alloc::units::{CHUNK_PAGES, PageIdx, Pages};
use std::sync::Mutex;

/// [`LockedPages`] that nobody has called yet.
pub(super) struct FirstPages {
    pages: LockedPages,
    words: Mutex<Words>,
}

/// What grows when it is asked.
struct Growing<'p> {
    words: &'p Mutex<Words>,
    make: &'p dyn Fn(),
}

impl Ground for Growing<'_> {
    fn grow(&self, core: &mut Core, _pages: Pages) -> Result<(), OutOfMemory> {
        (self.make)();
        core.pages.grow(&mut *self.words.lock().unwrap(), FIRST, Pages(CHUNK_PAGES))
    }

    fn release(&self, _base: PageIdx, _pages: Pages) {}

    fn granule(&self) -> Option<Granule> {
        None
    }

    fn now(&self) -> u64 {
        0
    }
}

impl Boot for FirstPages {
    /// An `Os` allocates from no heap that lies on it.
    const MAKER_MAY_CALL: bool = false;

    fn new() -> FirstPages {
        FirstPages { pages: LockedPages::new(), words: Mutex::new(Words::default()) }
    }

    fn enter(&self, make: &dyn Fn()) -> bool {
        let ground = Growing { words: &self.words, make };
        self.pages.take(&ground, Pages(1), Pages(1)).is_ok()
    }
}
