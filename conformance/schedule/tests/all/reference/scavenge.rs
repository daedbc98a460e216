//! Memory of free pages on its way to the system.

use super::chunk::{Chunk, Lent};
use conformance_schedule::scavenge::Scavenge;
use reference_alloc::units;

/// [`LockedPages`](reference_alloc::locked_pages::LockedPages), with the index of the scavenger.
pub(super) struct Pages(Chunk);

const ONE: units::Pages = units::Pages(1);

impl Scavenge for Pages {
    fn new(pages: usize) -> Pages {
        Pages(Chunk::new(0, pages, false))
    }

    fn alloc(&self) -> Option<usize> {
        let taken = self.0.pages.take(&self.0.ground(), ONE, ONE).ok()?;
        Some(self.0.number(taken.base))
    }

    fn free(&self, page: usize) {
        self.0.pages.free(&self.0.ground(), &[(self.0.page(page), ONE)]);
    }

    fn scavenge(&self, release: &dyn Fn(usize)) -> bool {
        self.0.pages.scavenge(&Lent { chunk: &self.0, release }, ONE, true) > 0
    }
}
