//! Memory of free pages on its way to the system.

use super::chunk::{Chunk, Lent, ONE};
use conformance_schedule::scavenge::Scavenge;

/// [`LockedPages`](reference_alloc::locked_pages::LockedPages), with the index of the scavenger.
pub(super) struct Pages(Chunk);

impl Scavenge for Pages {
    fn new(pages: usize) -> Pages {
        Pages(Chunk::new(0, pages, false))
    }

    fn alloc(&self) -> Option<usize> {
        self.0.alloc()
    }

    fn free(&self, page: usize) {
        self.0.free(page);
    }

    fn scavenge(&self, release: &dyn Fn(usize)) -> bool {
        self.0.pages.scavenge(&Lent { chunk: &self.0, release }, ONE, true) > 0
    }
}
