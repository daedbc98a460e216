//! Pages through a thread's window of 64, and past it.

use super::chunk::{Chunk, ONE};
use conformance_schedule::page_cache::PageCache as Caches;
use reference_alloc::pages::PageCache;

/// [`LockedPages`](reference_alloc::locked_pages::LockedPages). The last page that a model knows is in
/// another window than those before.
pub(super) struct Pages(Chunk);

impl Caches for Pages {
    type Cache = PageCache;

    fn new(pages: usize) -> Pages {
        Pages(Chunk::new(64 - (pages - 1), pages, true))
    }

    fn alloc(&self, cache: &mut PageCache) -> Option<usize> {
        let taken = self.0.pages.take_cached(&self.0.ground(), cache, ONE).ok()?;
        Some(self.0.number(taken.base))
    }

    fn alloc_direct(&self) -> Option<usize> {
        self.0.alloc()
    }

    fn free(&self, page: usize) {
        self.0.free(page);
    }

    fn flush(&self, cache: &mut PageCache) {
        self.0.pages.flush(cache);
    }
}
