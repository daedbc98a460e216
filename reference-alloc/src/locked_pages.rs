//! The pages of the heap behind its lock: how threads take them, give them back, and give their memory
//! to the system, without getting in each other's way.
//!
//! - Few pages come out of a window that the thread took under the lock at once; it has them for itself.
//! - Who finds no pages makes the heap grow, and holds the lock meanwhile: two threads that find none
//!   must not both grow (`alloc/mheap/heap-grow-once`).
//! - The system takes memory back while the lock is open. The pages are held for so long, taken but not
//!   in use: [`crate::pages`]. Afterwards the lock is taken again, and they are free.
//! - When that is due is found out under the lock, done without it, and noted under it.
//!
//! What the pages lie on is behind [`Ground`], so that all this can be explored in every order of
//! threads, on no memory at all: the models `page-cache`, `scavenge` and `boot`.

use crate::error::OutOfMemory;
use crate::pages::{PageAlloc, PageCache, Taken};
use crate::scavenge::Granule;
use crate::scavenge::duty::Duty;
use crate::scavenge::pace::owed_for_limit;
use crate::sync::{AtomicUsize, Guard, Lock, Ordering, const_unless_loom};
use crate::units::{Addr, PAGE_BYTES, PageIdx, Pages};

/// Runs of at least so many pages are not taken from a page cache.
pub const CACHED_BELOW: Pages = Pages(16);

/// What pages lie on.
pub trait Ground {
    /// Adds at least `pages` in one run to the free ones. The heap's lock is held: it must not be asked
    /// for.
    ///
    /// # Errors
    /// If the system has no memory.
    fn grow(&self, core: &mut Core, pages: Pages) -> Result<(), OutOfMemory>;

    /// Takes the memory of pages that nobody has. This may take long, and no lock is held.
    fn release(&self, base: PageIdx, pages: Pages);

    /// What memory can be released in; `None` if in nothing that makes sense.
    fn granule(&self) -> Option<Granule>;

    /// Nanoseconds since some moment.
    fn now(&self) -> u64;
}

/// Pages behind a lock. Each function is lent the ground they lie on, always the same.
#[derive(Debug)]
pub struct LockedPages {
    core: Lock<Core>,
    /// Bytes of memory that the heap should not exceed, inverted: without a limit it is 0, and a static
    /// heap all zeros, which cost no room in a program's file.
    limit: AtomicUsize,
    /// Pages without memory behind them that lie in page caches: their owners alone see them.
    cached_scavenged: AtomicUsize,
}

/// What the heap's lock guards.
#[derive(Debug)]
pub struct Core {
    /// The page allocator.
    pub pages: PageAlloc,
    /// The ground's.
    pub(crate) fresh: Fresh,
    /// When memory goes back to the system.
    duty: Duty,
}

/// The rest of an arena: reserved, and not grown into yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fresh {
    pub(crate) next: Addr,
    pub(crate) end: Addr,
}

impl Fresh {
    pub(crate) fn bytes(self) -> usize {
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

impl LockedPages {
    const_unless_loom! {
        /// No pages yet.
        #[inline] // so that it can be made in its place: it is some hundred KiB long
        pub fn new() -> LockedPages {
            LockedPages {
                core: Lock::new(Core {
                    pages: PageAlloc::new(),
                    fresh: Fresh { next: Addr(0), end: Addr(0) },
                    duty: Duty::new(),
                }),
                limit: AtomicUsize::new(0),
                cached_scavenged: AtomicUsize::new(0),
            }
        }
    }

    /// Takes the lock.
    pub fn core(&self) -> Guard<'_, Core> {
        self.core.hold()
    }

    /// From now on the heap tries to have no more than `bytes` of memory.
    pub fn set_limit(&self, bytes: usize) {
        self.limit.store(!bytes, Ordering::Relaxed);
    }

    /// What [`LockedPages::set_limit`] said last; `usize::MAX` if there is no limit.
    pub fn limit(&self) -> usize {
        !self.limit.load(Ordering::Relaxed)
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

    /// Pages for a span, from the thread's page cache if they are few.
    ///
    /// # Errors
    /// If the system has no memory.
    #[inline]
    pub fn take_cached(
        &self,
        ground: &impl Ground,
        cache: &mut PageCache,
        pages: Pages,
    ) -> Result<Taken, OutOfMemory> {
        if pages < CACHED_BELOW
            && let Some(taken) = self.take_from(cache, pages)
        {
            return Ok(taken);
        }
        let mut core = self.core();
        if pages < CACHED_BELOW && cache.is_empty() {
            let mut filled = core.pages.fill_cache();
            if filled.is_none() {
                ground.grow(&mut core, pages)?;
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
        take_or_grow(ground, &mut core, pages, Pages(1))
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

    /// Gives what is left in a page cache back.
    pub fn flush(&self, cache: &mut PageCache) {
        if !cache.is_empty() {
            self.cached_scavenged.fetch_sub(cache.scavenged().0, Ordering::Relaxed);
            self.core().pages.flush_cache(cache);
        }
    }

    /// Pages in a run at a multiple of `align` (a power of two in pages).
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn take(
        &self,
        ground: &impl Ground,
        pages: Pages,
        align: Pages,
    ) -> Result<Taken, OutOfMemory> {
        let mut core = self.core();
        let taken = take_or_grow(ground, &mut core, pages, align)?;
        let owed = self.owed(&core, taken.scavenged);
        drop(core);
        if owed.0 > 0 {
            self.scavenge(ground, owed, true);
        }
        Ok(taken)
    }

    /// Pages that must be released before `scavenged` ones get memory, for the limit.
    fn owed(&self, core: &Core, scavenged: Pages) -> Pages {
        let limit = self.limit();
        if limit == usize::MAX {
            return Pages(0);
        }
        let mapped = self.retained_pages(core).bytes();
        let owed = owed_for_limit(Some(limit as u64), mapped as u64, scavenged.bytes() as u64);
        Pages((owed as usize).div_ceil(PAGE_BYTES))
    }

    /// Gives pages back to the page allocator, and sometimes memory to the system.
    pub fn free(&self, ground: &impl Ground, runs: &[(PageIdx, Pages)]) {
        let freed = Pages(runs.iter().map(|run| run.1.0).sum());
        let look = {
            let mut core = self.core();
            let in_use = core.pages.in_use_pages();
            core.pages.free_batch(runs);
            core.duty.freed(freed, in_use)
        };
        if look {
            self.scavenge_due(ground);
        }
    }

    /// Gives memory back if there is too much, and it is time. Returns the bytes.
    #[cold]
    pub fn scavenge_due(&self, ground: &impl Ground) -> usize {
        let began = ground.now();
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
        let released = self.scavenge(ground, due, false);
        let now = ground.now();
        self.core().duty.worked(began, now);
        released
    }

    /// Gives the memory of about `pages` free pages back to the system, the highest first. With
    /// `force`, all of them count. Returns the bytes. The lock is open while the system works.
    pub fn scavenge(&self, ground: &impl Ground, pages: Pages, force: bool) -> usize {
        let Some(granule) = ground.granule() else { return 0 };
        let mut released = Pages(0);
        while released < pages {
            let left = pages - released;
            let Some(run) = self.core().pages.take_candidate(left, force, granule) else { break };
            ground.release(run.base(), run.pages());
            released += run.pages();
            self.core().pages.give_back(run);
        }
        released.bytes()
    }
}

impl Default for LockedPages {
    fn default() -> LockedPages {
        LockedPages::new()
    }
}

fn take_or_grow(
    ground: &impl Ground,
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
    ground.grow(core, Pages(more))?;
    take(core).ok_or(OutOfMemory)
}
