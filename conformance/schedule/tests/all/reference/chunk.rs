//! Pages for a model: one chunk, of which as many are free as it needs.
//!
//! There is no memory under them. The page allocator's own words are given back when it is gone:
//! there are tens of thousands of them in a run.

use reference_alloc::error::OutOfMemory;
use reference_alloc::locked_pages::{Core, Ground, LockedPages};
use reference_alloc::pages::Meta;
use reference_alloc::scavenge::Granule;
use reference_alloc::units::{CHUNK_PAGES, PAGE_BYTES, PageIdx, Pages};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

pub(super) const ONE: Pages = Pages(1);

/// The first page of the chunk.
pub(super) const FIRST: PageIdx = PageIdx(CHUNK_PAGES);

/// Words that a page allocator has until it is gone.
#[derive(Debug, Default)]
pub(super) struct Words {
    first: AtomicPtr<u64>,
    count: usize,
}

impl Meta for Words {
    fn zeroed(&mut self, words: usize) -> Option<&'static mut [u64]> {
        assert_eq!(self.count, 0, "a model has one region");
        let lent = Box::leak(vec![0; words].into_boxed_slice());
        *self = Words { first: AtomicPtr::new(lent.as_mut_ptr()), count: words };
        // SAFETY: leaked just now, and `drop` runs when who has this is gone.
        Some(unsafe { std::slice::from_raw_parts_mut(self.first.load(Ordering::Relaxed), words) })
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        let words = ptr::slice_from_raw_parts_mut(*self.first.get_mut(), self.count);
        if self.count > 0 {
            // SAFETY: leaked by `zeroed`. Fields are dropped in order, and a page allocator stands
            // before its words.
            drop(unsafe { Box::from_raw(words) });
        }
    }
}

/// The pages.
pub(super) struct Chunk {
    pub(super) pages: LockedPages,
    /// Those that a model knows, numbered from 0.
    known: PageIdx,
    _words: Words,
}

impl Chunk {
    /// Knows `known` pages from number `at` of the chunk on; they are free, if `free`. The others are in
    /// use for good.
    pub(super) fn new(at: usize, known: usize, free: bool) -> Chunk {
        let (pages, mut words) = (LockedPages::new(), Words::default());
        let first = FIRST + Pages(at);
        {
            let mut core = pages.core();
            let whole = Pages(CHUNK_PAGES);
            assert_eq!(core.pages.grow(&mut words, FIRST, whole), Ok(()), "there are words for it");
            assert!(core.pages.alloc(whole).is_some(), "a fresh chunk is free");
            if free {
                core.pages.free(first, Pages(known));
            }
        }
        Chunk { pages, known: first, _words: words }
    }

    /// The number of `page`.
    pub(super) fn number(&self, page: PageIdx) -> usize {
        page.0 - self.known.0
    }

    /// Any free page, past all caches.
    pub(super) fn alloc(&self) -> Option<usize> {
        let taken = self.pages.take(&self.ground(), ONE, ONE).ok()?;
        Some(self.number(taken.base))
    }

    /// Frees a page.
    pub(super) fn free(&self, number: usize) {
        self.pages.free(&self.ground(), &[(self.known + Pages(number), ONE)]);
    }

    /// What the pages lie on while nothing is released.
    pub(super) fn ground(&self) -> Lent<'_> {
        Lent { chunk: self, release: &|page| panic!("the memory of page {page} is taken") }
    }
}

/// What the pages lie on, during one call.
pub(super) struct Lent<'c> {
    pub(super) chunk: &'c Chunk,
    /// The system takes the memory of a page.
    pub(super) release: &'c dyn Fn(usize),
}

impl Ground for Lent<'_> {
    fn grow(&self, _core: &mut Core, _pages: Pages) -> Result<(), OutOfMemory> {
        Err(OutOfMemory)
    }

    fn release(&self, base: PageIdx, pages: Pages) {
        (0..pages.0).for_each(|n| (self.release)(self.chunk.number(base + Pages(n))));
    }

    fn granule(&self) -> Option<Granule> {
        Granule::new(PAGE_BYTES, None)
    }

    fn now(&self) -> u64 {
        0
    }
}
