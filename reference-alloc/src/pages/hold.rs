//! Pages held by the scavenger while their memory goes back to the system.
//!
//! The call that releases memory is slow, and must not be made under the heap's lock. Meanwhile
//! nobody may be given the pages. So they are *held*: marked as taken like any other, which keeps
//! all searches away from them, but not counted as in use, which would make their chunk look
//! dense. Afterwards they are free again, and scavenged.
//!
//! 1. Under the lock: find free pages with memory, hold them.
//! 2. Without it: release their memory. Nobody else can have the pages.
//! 3. Under the lock: free them, and note that they have no memory.
//!
//! Which pages those are is the business of [`crate::scavenge`].
//!
//! Source: Go `runtime/mgcscavenge.go` (`scavengeOne`, `scavengeIndex.find`).

use crate::pages::bits::Bits;
use crate::pages::density::ChunkUse;
use crate::pages::ranges::last_chunk;
use crate::pages::tree::chunk_of;
use crate::pages::{PageAlloc, change_use};
use crate::units::{CHUNK_PAGES, PageIdx, Pages};

/// Free pages with memory, in one chunk: the first one's number in it, and how many.
type Part = (usize, usize);

impl PageAlloc {
    /// Holds pages of the highest chunk that the search may look into and in which `choose` finds
    /// some, given the chunk's bitmaps of taken and of scavenged pages. A chunk in which it finds
    /// none is left alone until a page of it is freed.
    ///
    /// Chunks without a run of `granule` free pages are not shown to it.
    ///
    /// Upholds `alloc/scavenge/scavenge-highest-first`, `alloc/scavenge/scavenge-only-free` and
    /// `alloc/scavenge/scavenge-index-not-lossy`.
    pub(crate) fn hold(
        &mut self,
        force: bool,
        granule: Pages,
        choose: impl Fn(&Bits, &Bits) -> Option<Part>,
    ) -> Option<(PageIdx, Pages)> {
        self.granule = granule.0;
        while let Some(chunk) = self.next_candidate(force) {
            let region = self.tree.region_mut(chunk)?;
            let part = if region.leaf(chunk).max() < granule.0 {
                None
            } else {
                choose(region.taken(chunk), region.scavenged(chunk))
            };
            if let Some((at, n)) = part {
                let (base, n) = (PageIdx(chunk * CHUNK_PAGES + at), Pages(n));
                let scavenged = self.mark(base, n, false);
                debug_assert_eq!(scavenged, Pages(0), "pages without memory were chosen");
                self.releasing += n;
                return Some((base, n));
            }
            // The whole chunk was looked at, so that nothing in it can be overlooked from now on.
            change_use(region, chunk, |chunk| chunk.has_free = false);
        }
        None
    }

    /// The highest chunk that may have pages to release, at which the next search begins again.
    fn next_candidate(&mut self, force: bool) -> Option<usize> {
        let generation = self.bounds.generation;
        let mut below = *self.bounds.bound(force);
        while let Some(chunk) = last_chunk(&self.tree, below) {
            let density = ChunkUse::from_word(self.tree.region(chunk)?.use_word(chunk));
            if density.is_candidate(generation, force) {
                *self.bounds.bound(force) = chunk + 1;
                return Some(chunk);
            }
            below = chunk;
        }
        *self.bounds.bound(force) = 0;
        None
    }

    /// Frees pages that were held, and that have no memory behind them now (`released`), or still
    /// have it.
    ///
    /// Upholds `alloc/pages/search-addr-sound` and `alloc/scavenge/scavenge-accounting`.
    pub(crate) fn unhold(&mut self, base: PageIdx, n: Pages, released: bool) {
        let (chunk, at) = (chunk_of(base), base.0 % CHUNK_PAGES);
        let leaf = self.unmark(chunk, at, n.0, false);
        let Some(region) = self.tree.region_mut(chunk) else { return };
        if released {
            region.chunk(chunk).release(at, n.0);
            self.scavenged += n;
        } else {
            change_use(region, chunk, |chunk| chunk.has_free = true);
            self.bounds.free(chunk);
        }
        self.tree.set_leaf(chunk, leaf);
        self.search = self.search.min(base);
        self.free += n;
        self.releasing -= n;
    }

    /// Begins a generation: what was freed in the last is now in reach of the background's
    /// searches, and a chunk that was dense before the last is dense no more.
    ///
    /// Go does so when a collection has marked. An owner without collections does so now and then;
    /// what it must not do is never: then only forced searches find anything. Source: Go
    /// `scavengeIndex.nextGen`.
    pub fn next_generation(&mut self) {
        self.bounds.next_generation();
    }
}
