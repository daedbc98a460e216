//! The pages of the heap on the system's memory, and how it gets more of them.
//!
//! Growth is in whole chunks of 4 MiB, cut from the current arena of 64 MiB. If the next arena is not
//! its neighbour, the rest of the old one is grown into first, so that nothing is lost
//! (`alloc/arena/grow-keeps-remainder`). Where the system has no 64 MiB of addresses left, what is
//! needed is taken alone; where it has those and then no more for tables and structs, what no page has
//! been made of goes back to it. What threads do with the pages is in [`crate::locked_pages`].
//!
//! Lock order: the heap's lock, then that of the persistent memory. The system is asked to map
//! memory under the heap's lock, and takes addresses back that nobody has used; it never takes memory
//! back under it.
//!
//! Source: Go `runtime/mheap.go` `grow`, `sysAlloc`.

use crate::arena::Arenas;
use crate::error::OutOfMemory;
use crate::locked_pages::{Core, Fresh, Ground, LockedPages};
use crate::os::Os;
use crate::pages::{PageCache, Taken};
use crate::persistent::{MetaOf, Persistent, Purpose};
use crate::scavenge::Granule;
use crate::sync::{Guard, Lock};
use crate::units::{
    ADDRESS_BITS, ARENA_BYTES, Addr, CHUNK_BYTES, CHUNK_PAGES, PAGE_BYTES, PageIdx, Pages,
};
use std::ptr::NonNull;

/// Pages, and the tables that lead from them to spans.
pub struct PageHeap<O: Os> {
    /// The system below.
    pub os: O,
    /// From addresses to spans.
    pub arenas: Arenas,
    persistent: Lock<Persistent>,
    locked: LockedPages,
}

impl<O: Os> PageHeap<O> {
    /// No pages yet.
    pub const fn new(os: O) -> PageHeap<O> {
        PageHeap {
            os,
            arenas: Arenas::new(),
            persistent: Lock::new(Persistent::new()),
            locked: const { LockedPages::new() },
        }
    }

    /// Takes the heap's lock.
    pub fn core(&self) -> Guard<'_, Core> {
        self.locked.core()
    }

    /// `bytes` zeroed bytes for ever, at a multiple of `align`. Neither of the two locks may be held.
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn keepsake(
        &self,
        purpose: Purpose,
        bytes: usize,
        align: usize,
    ) -> Result<NonNull<u8>, OutOfMemory> {
        let alloc = || self.persistent().alloc(&self.os, purpose, bytes, align);
        alloc().or_else(|_| {
            self.shorten_arena(&mut self.core(), 0)?;
            alloc()
        })
    }

    /// Takes the lock of the persistent memory.
    pub fn persistent(&self) -> Guard<'_, Persistent> {
        self.persistent.hold()
    }

    /// From now on the heap tries to have no more than `bytes` of memory, by giving back what is free
    /// before it takes what has none. It is no promise: what is in use stays. Source: Go
    /// `debug.SetMemoryLimit`.
    pub fn set_limit(&self, bytes: usize) {
        self.locked.set_limit(bytes);
    }

    /// What [`PageHeap::set_limit`] said last; `usize::MAX` if there is no limit.
    pub fn limit(&self) -> usize {
        self.locked.limit()
    }

    /// [`LockedPages::released_pages`].
    pub fn released_pages(&self, core: &Core) -> Pages {
        self.locked.released_pages(core)
    }

    /// [`LockedPages::cached_scavenged_pages`].
    pub fn cached_scavenged_pages(&self) -> Pages {
        self.locked.cached_scavenged_pages()
    }

    /// [`LockedPages::retained_pages`].
    pub fn retained_pages(&self, core: &Core) -> Pages {
        self.locked.retained_pages(core)
    }

    /// Pages for a span, from the thread's page cache if they are few.
    ///
    /// # Errors
    /// If the system has no memory.
    #[inline]
    pub fn take_cached(&self, cache: &mut PageCache, pages: Pages) -> Result<Taken, OutOfMemory> {
        self.locked.take_cached(self, cache, pages)
    }

    /// Gives what is left in a page cache back.
    pub fn flush(&self, cache: &mut PageCache) {
        self.locked.flush(cache);
    }

    /// Pages in a run at a multiple of `align` (a power of two in pages).
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn take(&self, pages: Pages, align: Pages) -> Result<Taken, OutOfMemory> {
        self.locked.take(self, pages, align)
    }

    /// Gives pages back to the page allocator, and sometimes memory to the system.
    pub fn free(&self, runs: &[(PageIdx, Pages)]) {
        self.locked.free(self, runs);
    }

    /// Gives memory back if there is too much, and it is time. Returns the bytes.
    pub fn scavenge_due(&self) -> usize {
        self.locked.scavenge_due(self)
    }

    /// Gives the memory of about `pages` free pages back to the system, the highest first. With
    /// `force`, all of them count. Returns the bytes.
    pub fn scavenge(&self, pages: Pages, force: bool) -> usize {
        self.locked.scavenge(self, pages, force)
    }

    /// Makes `core.fresh` at least `bytes` long.
    fn extend_arena(&self, core: &mut Core, bytes: usize) -> Result<(), OutOfMemory> {
        let left = core.fresh.bytes();
        let whole = (bytes - left).checked_next_multiple_of(ARENA_BYTES).ok_or(OutOfMemory)?;
        let hint = if core.fresh.end.0 == 0 { self.os.first_hint() } else { core.fresh.end };
        let (at, got) = match self.os.reserve(hint, whole, ARENA_BYTES) {
            Some(at) if at == core.fresh.end || whole >= bytes => (at, whole),
            other => {
                if let Some(at) = other {
                    // SAFETY: reserved just now, too short and elsewhere.
                    unsafe { self.os.release(at, whole) };
                }
                self.reserve_elsewhere(hint, bytes)?
            }
        };
        if at == core.fresh.end {
            core.fresh.end = at + got;
            return Ok(());
        }
        if (at + got).0 >> ADDRESS_BITS != 0 {
            // SAFETY: reserved just now. Tables reach no further.
            unsafe { self.os.release(at, got) };
            return Err(OutOfMemory);
        }
        // The rest of the old arena stays of use; if there is no memory for that, it stays unknown.
        if left > 0 {
            let _ = self.cover(core, core.fresh.next.page(), Pages(left / PAGE_BYTES));
        }
        core.fresh = Fresh { next: at, end: at + got };
        Ok(())
    }

    /// A whole arena or more if there is room, else just what is needed, where the arena should have been:
    /// far away it would want tables of its own.
    fn reserve_elsewhere(&self, hint: Addr, bytes: usize) -> Result<(Addr, usize), OutOfMemory> {
        let whole = bytes.checked_next_multiple_of(ARENA_BYTES).ok_or(OutOfMemory)?;
        if let Some(at) = self.os.reserve(Addr(0), whole, ARENA_BYTES) {
            return Ok((at, whole));
        }
        let at = self.os.reserve(hint, bytes, CHUNK_BYTES).ok_or(OutOfMemory)?;
        Ok((at, bytes))
    }

    /// Gives up all of `core.fresh` but the first `bytes`. Under a limit on addresses the arena itself may
    /// be what leaves no room for its tables and structs.
    ///
    /// # Errors
    /// If there is no more than that.
    fn shorten_arena(&self, core: &mut Core, bytes: usize) -> Result<(), OutOfMemory> {
        let end = core.fresh.next + bytes;
        if end >= core.fresh.end {
            return Err(OutOfMemory);
        }
        // SAFETY: reserved, and no more than that ever.
        unsafe { self.os.release(end, core.fresh.end.offset_from(end)) };
        core.fresh.end = end;
        Ok(())
    }

    /// Makes reserved pages ready, gives them tables, and hands them to the page allocator.
    fn cover(&self, core: &mut Core, base: PageIdx, pages: Pages) -> Result<(), OutOfMemory> {
        self.arenas.cover(&self.os, base, pages)?;
        self.os.commit(base.addr(), pages.bytes())?;
        let mut from = self.persistent();
        core.pages.grow(&mut MetaOf { os: &self.os, from: &mut from }, base, pages)
    }
}

impl<O: Os> Ground for PageHeap<O> {
    #[cold]
    fn grow(&self, core: &mut Core, pages: Pages) -> Result<(), OutOfMemory> {
        let chunks = pages.0.checked_next_multiple_of(CHUNK_PAGES).ok_or(OutOfMemory)?;
        let bytes = chunks.checked_mul(PAGE_BYTES).ok_or(OutOfMemory)?;
        if core.fresh.bytes() < bytes {
            self.extend_arena(core, bytes)?;
        }
        let base = core.fresh.next;
        if self.cover(core, base.page(), Pages(chunks)).is_err() {
            self.shorten_arena(core, bytes)?;
            self.cover(core, base.page(), Pages(chunks))?;
        }
        core.fresh.next = base + bytes;
        Ok(())
    }

    fn release(&self, base: PageIdx, pages: Pages) {
        self.os.decommit(base.addr(), pages.bytes());
    }

    fn granule(&self) -> Option<Granule> {
        let huge = Some(self.os.huge_page_bytes()).filter(|&bytes| bytes > 0);
        Granule::new(self.os.page_bytes(), huge)
    }

    fn now(&self) -> u64 {
        self.os.now()
    }
}
