//! The pages of the heap, and how it gets more of them.
//!
//! Behind the heap's lock are the page allocator and the arena that the heap grows into. Growth is in
//! whole chunks of 4 MiB, cut from the current arena of 64 MiB. If the next arena is not its
//! neighbour, the rest of the old one is grown into first, so that nothing is lost
//! (`alloc/arena/grow-keeps-remainder`). Where the system has no 64 MiB of addresses left, what is
//! needed is taken alone.
//!
//! Lock order: the heap's lock, then that of the persistent memory. The system is asked to map
//! memory under the heap's lock, since two threads that find no pages must not both grow
//! (`alloc/mheap/heap-grow-once`); it is never asked to give memory back under it.
//!
//! Source: Go `runtime/mheap.go` `grow`, `sysAlloc`.

use crate::arena::Arenas;
use crate::error::OutOfMemory;
use crate::os::Os;
use crate::pages::{PageAlloc, PageCache, Taken};
use crate::persistent::{MetaOf, Persistent};
use crate::scavenge::Granule;
use crate::scavenge::duty::Duty;
use crate::scavenge::pace::owed_for_limit;
use crate::sync::{AtomicUsize, Guard, Lock, Ordering};
use crate::units::{
    ADDRESS_BITS, ARENA_BYTES, Addr, CHUNK_BYTES, CHUNK_PAGES, PAGE_BYTES, PageIdx, Pages,
};

/// Runs of at least so many pages are not taken from a page cache.
pub const CACHED_BELOW: Pages = Pages(16);

/// Pages, and the tables that lead from them to spans.
pub struct PageHeap<O: Os> {
    /// The system below.
    pub os: O,
    /// From addresses to spans.
    pub arenas: Arenas,
    persistent: Lock<Persistent>,
    core: Lock<Core>,
    /// Bytes of memory that the heap should not exceed.
    limit: AtomicUsize,
    /// Pages without memory behind them that lie in page caches: their owners alone see them.
    cached_scavenged: AtomicUsize,
}

/// What the heap's lock guards.
#[derive(Debug)]
pub struct Core {
    /// The page allocator.
    pub pages: PageAlloc,
    /// Reserved, and not grown into yet.
    fresh: Fresh,
    /// When memory goes back to the system.
    duty: Duty,
}

/// The rest of an arena.
#[derive(Clone, Copy, Debug)]
struct Fresh {
    next: Addr,
    end: Addr,
}

impl Fresh {
    fn bytes(self) -> usize {
        self.end.offset_from(self.next)
    }
}

impl Core {
    /// What is reserved and not grown into yet: its first byte, and one past its last. The system is
    /// asked for the next arena at its end.
    pub fn reserve(&self) -> (Addr, Addr) {
        (self.fresh.next, self.fresh.end)
    }
}

impl<O: Os> PageHeap<O> {
    /// No pages yet.
    pub const fn new(os: O) -> PageHeap<O> {
        PageHeap {
            os,
            arenas: Arenas::new(),
            persistent: Lock::new(Persistent::new()),
            core: Lock::new(Core {
                pages: PageAlloc::new(),
                fresh: Fresh { next: Addr(0), end: Addr(0) },
                duty: Duty::new(),
            }),
            limit: AtomicUsize::new(usize::MAX),
            cached_scavenged: AtomicUsize::new(0),
        }
    }

    /// Takes the heap's lock.
    pub fn core(&self) -> Guard<'_, Core> {
        self.core.hold()
    }

    /// Takes the lock of the persistent memory.
    pub fn persistent(&self) -> Guard<'_, Persistent> {
        self.persistent.hold()
    }

    /// Pages for a span, from the thread's page cache if they are few.
    ///
    /// # Errors
    /// If the system has no memory.
    #[inline]
    pub fn take_cached(&self, cache: &mut PageCache, pages: Pages) -> Result<Taken, OutOfMemory> {
        if pages < CACHED_BELOW
            && let Some(taken) = self.take_from(cache, pages)
        {
            return Ok(taken);
        }
        let mut core = self.core();
        if pages < CACHED_BELOW && cache.is_empty() {
            let mut filled = core.pages.fill_cache();
            if filled.is_none() {
                self.grow(&mut core, pages)?;
                filled = core.pages.fill_cache();
            }
            if let Some(window) = filled {
                self.cached_scavenged.fetch_add(window.scavenged().0, Ordering::Relaxed);
                *cache = window;
                if let Some(taken) = self.take_from(cache, pages) {
                    return Ok(taken);
                }
            }
        }
        self.take_locked(&mut core, pages, Pages(1))
    }

    #[inline]
    fn take_from(&self, cache: &mut PageCache, pages: Pages) -> Option<Taken> {
        let (base, scavenged) = cache.alloc(pages)?;
        // Seldom: where pages are used again, they have memory.
        if scavenged.0 > 0 {
            self.cached_scavenged.fetch_sub(scavenged.0, Ordering::Relaxed);
        }
        Some(Taken { base, scavenged })
    }

    /// Gives back what is left in a page cache.
    pub fn flush_cached(&self, cache: &mut PageCache) {
        if !cache.is_empty() {
            self.cached_scavenged.fetch_sub(cache.scavenged().0, Ordering::Relaxed);
            self.core().pages.flush_cache(cache);
        }
    }

    /// Pages that are in no span and have no memory behind them, wherever they are.
    ///
    /// Upholds `alloc/scavenge/scavenge-accounting`. Source: Go `runtime/mheap.go` `allocSpan`, which
    /// counts a page as given back until a span is made of it.
    pub fn released_pages(&self, core: &Core) -> Pages {
        core.pages.scavenged_pages() + self.cached_scavenged_pages()
    }

    /// Of those, the ones that lie in page caches.
    pub fn cached_scavenged_pages(&self) -> Pages {
        Pages(self.cached_scavenged.load(Ordering::Relaxed))
    }

    /// Pages that have memory behind them. Upholds `alloc/stats/stats-mapped-ready`.
    pub fn retained_pages(&self, core: &Core) -> Pages {
        core.pages.mapped_pages() - self.released_pages(core)
    }

    /// From now on the heap tries to have no more than `bytes` of memory, by giving back what is free
    /// before it takes what has none. It is no promise: what is in use stays. Source: Go
    /// `debug.SetMemoryLimit`.
    pub fn set_limit(&self, bytes: usize) {
        self.limit.store(bytes, Ordering::Relaxed);
    }

    /// What [`PageHeap::set_limit`] said last; `usize::MAX` if there is no limit.
    pub fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Gives pages back to the page allocator, and sometimes memory to the system.
    pub fn free(&self, runs: &[(PageIdx, Pages)]) {
        let freed = Pages(runs.iter().map(|run| run.1.0).sum());
        let look = {
            let mut core = self.core();
            let in_use = core.pages.in_use_pages();
            core.pages.free_batch(runs);
            core.duty.freed(freed, in_use)
        };
        if look {
            self.scavenge_due();
        }
    }

    /// Gives memory back if there is too much, and it is time. Returns the bytes.
    #[cold]
    pub fn scavenge_due(&self) -> usize {
        let began = self.os.now();
        let due = {
            let core = &mut *self.core();
            let retained = self.retained_pages(core);
            let Core { pages, duty, .. } = core;
            let (due, new) = duty.due(began, pages.in_use_pages(), retained);
            if new {
                pages.next_generation();
            }
            due
        };
        if due.0 == 0 {
            return 0;
        }
        let released = self.scavenge(due, false);
        let now = self.os.now();
        self.core().duty.worked(began, now);
        released
    }

    /// Gives the memory of about `pages` free pages back to the system, the highest first. With
    /// `force`, all of them count. Returns the bytes. The lock is open while the system works.
    pub fn scavenge(&self, pages: Pages, force: bool) -> usize {
        let huge = Some(self.os.huge_page_bytes()).filter(|&bytes| bytes > 0);
        let Some(granule) = Granule::new(self.os.page_bytes(), huge) else { return 0 };
        let mut released = Pages(0);
        while released < pages {
            let left = pages - released;
            let Some(run) = self.core().pages.take_candidate(left, force, granule) else { break };
            self.os.decommit(run.base().addr(), run.pages().bytes());
            released += run.pages();
            self.core().pages.give_back(run);
        }
        released.bytes()
    }

    /// Makes room below the limit for pages that have no memory yet.
    fn heed_limit(&self, core: &Core, scavenged: Pages) -> Pages {
        let limit = self.limit();
        if limit == usize::MAX {
            return Pages(0);
        }
        let mapped = self.retained_pages(core).bytes();
        let owed = owed_for_limit(Some(limit as u64), mapped as u64, scavenged.bytes() as u64);
        Pages((owed as usize).div_ceil(PAGE_BYTES))
    }

    /// Pages in a run at a multiple of `align` (a power of two in pages).
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn take(&self, pages: Pages, align: Pages) -> Result<Taken, OutOfMemory> {
        let mut core = self.core();
        let taken = self.take_locked(&mut core, pages, align)?;
        let owed = self.heed_limit(&core, taken.scavenged);
        drop(core);
        if owed.0 > 0 {
            self.scavenge(owed, true);
        }
        Ok(taken)
    }

    fn take_locked(
        &self,
        core: &mut Core,
        pages: Pages,
        align: Pages,
    ) -> Result<Taken, OutOfMemory> {
        let take = |core: &mut Core| match align {
            Pages(0 | 1) => core.pages.alloc(pages),
            _ => core.pages.alloc_aligned(pages, align),
        };
        if let Some(taken) = take(core) {
            return Ok(taken);
        }
        let more = pages.0.checked_add(align.0.saturating_sub(1)).ok_or(OutOfMemory)?;
        self.grow(core, Pages(more))?;
        take(core).ok_or(OutOfMemory)
    }

    /// Adds at least `pages` in one run to the free ones.
    #[cold]
    fn grow(&self, core: &mut Core, pages: Pages) -> Result<(), OutOfMemory> {
        let chunks = pages.0.checked_next_multiple_of(CHUNK_PAGES).ok_or(OutOfMemory)?;
        let bytes = chunks.checked_mul(PAGE_BYTES).ok_or(OutOfMemory)?;
        if core.fresh.bytes() < bytes {
            self.extend_arena(core, bytes)?;
        }
        let base = core.fresh.next;
        self.cover(core, base.page(), Pages(chunks))?;
        core.fresh.next = base + bytes;
        Ok(())
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
                self.reserve_elsewhere(bytes)?
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

    /// A whole arena or more if there is room, else just what is needed.
    fn reserve_elsewhere(&self, bytes: usize) -> Result<(Addr, usize), OutOfMemory> {
        let whole = bytes.checked_next_multiple_of(ARENA_BYTES).ok_or(OutOfMemory)?;
        if let Some(at) = self.os.reserve(Addr(0), whole, ARENA_BYTES) {
            return Ok((at, whole));
        }
        let at = self.os.reserve(Addr(0), bytes, CHUNK_BYTES).ok_or(OutOfMemory)?;
        Ok((at, bytes))
    }

    /// Makes reserved pages ready, gives them tables, and hands them to the page allocator.
    fn cover(&self, core: &mut Core, base: PageIdx, pages: Pages) -> Result<(), OutOfMemory> {
        self.arenas.cover(&self.os, base, pages)?;
        self.os.commit(base.addr(), pages.bytes())?;
        let mut from = self.persistent();
        core.pages.grow(&mut MetaOf { os: &self.os, from: &mut from }, base, pages)
    }
}
