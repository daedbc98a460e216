//! What one thread has for itself, so that most calls touch nothing shared.
//!
//! For each class a thread has a *magazine*: a stack of addresses of free blocks. An allocation pops
//! one, a free pushes one, whatever span the block is of and whichever thread allocated it. Only an
//! empty magazine (*refill*) and a full one (*flush*) lead on:
//!
//! - **Refill** takes the next free slots of the thread's current span of the class, half a magazine
//!   at once. If the span has none left, blocks that were freed in it are folded; if there are none
//!   of those either, the span is left, and [`crate::mcentral`] gives the next one.
//! - **Flush** gives the older half back to their spans: a bit and a count for each, without a
//!   lock. The newer half stays, since its memory is still in the processor's cache.
//!
//! Go has no magazines, since its programs do not free; its experiment with explicit frees keeps
//! such a list per P. Go's "P" is a thread here.
//!
//! Source: Go `runtime/mcache.go`; Bonwick and Adams, *Magazines and Vmem*, 2001.

use crate::error::{Misuse, OutOfMemory};
use crate::magazine::PLACES;
pub use crate::magazine::{Magazine, capacity};
use crate::mcentral::{Emptied, Mcentral};
use crate::mheap::LocalPages;
use crate::os::Os;
use crate::pages::PageCache;
use crate::size_class::{CLASSES, Class, Scan, SpanClass};
use crate::span::Span;
use crate::sync::Ordering;
use crate::units::Addr;
use std::cell::UnsafeCell;

/// What the owner alone looks at.
#[derive(Debug)]
struct Mine {
    pages: LocalPages,
    emptied: Emptied,
    /// One that is nobody's, then those of each magazine.
    places: [Addr; 1 + PLACES],
}

/// One thread's part of the heap. All methods but [`Mcache::magazine`]'s readers are the owner's.
#[derive(Debug)]
#[repr(C)]
pub struct Mcache {
    magazines: [Magazine; CLASSES],
    mine: UnsafeCell<Mine>,
}

// SAFETY: other threads read magazines' counters and levels, which are atomic;
// `mine` and the places are the owner's, and ownership is handed over under a lock.
unsafe impl Sync for Mcache {}

impl Mcache {
    /// A cache without room, which is what a thread has before it has one: every pop and every push
    /// fails, and leads to the slow path.
    #[expect(clippy::large_stack_arrays, reason = "it becomes a static")]
    pub const fn none() -> Mcache {
        Mcache {
            magazines: [const { Magazine::new() }; CLASSES],
            mine: UnsafeCell::new(Mine {
                pages: LocalPages { cache: PageCache::EMPTY },
                emptied: Emptied::new(),
                places: [Addr(0); 1 + PLACES],
            }),
        }
    }

    /// Gives the magazines of a cache their places. Until then it is like [`Mcache::none`].
    pub fn open(&'static self) {
        // SAFETY: the caller owns the cache: it has just made it.
        let mut place = unsafe { (&raw mut (*self.mine.get()).places).cast::<Addr>().add(1) };
        for (class, magazine) in self.magazines.iter().enumerate() {
            magazine.floor.store(place, Ordering::Relaxed);
            magazine.top.store(place, Ordering::Relaxed);
            // SAFETY: `PLACES` is the sum of all capacities.
            place = unsafe { place.add(capacity(class)) };
            magazine.ceiling.store(place, Ordering::Relaxed);
        }
    }

    /// The magazine of `class`, which must be below [`CLASSES`].
    #[inline]
    pub fn magazine(&self, class: u8) -> &Magazine {
        debug_assert!(usize::from(class) < CLASSES);
        // SAFETY: classes come from tables that hold nothing else.
        unsafe { self.magazines.get_unchecked(usize::from(class)) }
    }

    /// Fills the empty magazine of `class` by half, and takes one block more.
    ///
    /// # Errors
    /// If the system has no memory.
    ///
    /// # Safety
    /// The caller owns the cache, which is open.
    #[cold]
    #[inline(never)]
    pub unsafe fn refill<O: Os>(
        &self,
        class: Class,
        central: &Mcentral<O>,
    ) -> Result<Addr, OutOfMemory> {
        let magazine = self.magazine(class.0);
        let floor = magazine.floor.load(Ordering::Relaxed);
        // SAFETY: the caller's; the places from the floor on are this magazine's, and it is empty.
        let places =
            unsafe { std::slice::from_raw_parts_mut(floor, capacity(usize::from(class.0)) / 2) };
        // SAFETY: the caller's.
        let taken = unsafe { self.take(class, central, places, |_| ())? };
        // The lowest address on top: it is the next that is handed out.
        places[..taken].reverse();
        // SAFETY: `taken` places were written.
        magazine.top.store(unsafe { floor.add(taken) }, Ordering::Relaxed);
        magazine.pop().ok_or(OutOfMemory)
    }

    /// Takes at least one block of `class` from the current span, or else from the next one, which
    /// is shown to `enter` before; returns how many were written to `places`, which has room.
    ///
    /// # Errors
    /// If the system has no memory.
    ///
    /// # Safety
    /// The caller owns the cache, which is open.
    #[inline]
    unsafe fn take<O: Os>(
        &self,
        class: Class,
        central: &Mcentral<O>,
        places: &mut [Addr],
        enter: impl Fn(&'static Span),
    ) -> Result<usize, OutOfMemory> {
        let magazine = self.magazine(class.0);
        // SAFETY: the caller's. The places of magazines are not touched through this.
        let pages = unsafe { &mut (*self.mine.get()).pages };
        loop {
            if let Some(span) = magazine.current() {
                let taken = span.take(places);
                if taken > 0 {
                    return Ok(taken);
                }
                if span.fold() > 0 || !central.leave_full(span) {
                    continue;
                }
                magazine.set_current(None);
            }
            let span = central.cache_span(SpanClass::new(class, Scan::No), pages)?;
            enter(span);
            magazine.set_current(Some(span));
        }
    }

    /// A block of `class` past the magazine: the next free slot of the current span.
    ///
    /// # Errors
    /// If the system has no memory.
    ///
    /// # Safety
    /// The caller owns the cache, which is open.
    pub unsafe fn take_one<O: Os>(
        &self,
        class: Class,
        central: &Mcentral<O>,
        enter: impl Fn(&'static Span),
    ) -> Result<Addr, OutOfMemory> {
        let mut place = [Addr(0)];
        // SAFETY: the caller's.
        unsafe { self.take(class, central, &mut place, enter)? };
        self.magazine(class.0).count_malloc();
        Ok(place[0])
    }

    /// Takes a block past the magazine: its freed bit in `span` is set, and is counted now.
    ///
    /// # Safety
    /// The caller owns the cache, which is open, and has set the bit.
    pub unsafe fn free_one<O: Os>(&self, span: &'static Span, central: &Mcentral<O>) {
        // Before the span may be another's.
        self.magazine(span.class().class().0).count_free();
        // SAFETY: the caller's.
        central.see_to(span, 1, unsafe { &mut (*self.mine.get()).emptied });
    }

    /// Takes `block` into the full magazine of `class`, after half of it went back to the spans.
    ///
    /// # Errors
    /// If one of the blocks was no block, or free already.
    ///
    /// # Safety
    /// The caller owns the cache, which is open.
    #[cold]
    #[inline(never)]
    pub unsafe fn flush_for<O: Os>(
        &self,
        block: Addr,
        class: Class,
        central: &Mcentral<O>,
    ) -> Result<(), Misuse> {
        let magazine = self.magazine(class.0);
        // SAFETY: the caller's.
        let done = unsafe { self.give_back(class, capacity(usize::from(class.0)) / 2, central) };
        magazine.push(block);
        done
    }

    /// Gives the oldest `n` blocks of a magazine back to their spans.
    ///
    /// # Safety
    /// The caller owns the cache, which is open; there are so many blocks.
    unsafe fn give_back<O: Os>(
        &self,
        class: Class,
        n: usize,
        central: &Mcentral<O>,
    ) -> Result<(), Misuse> {
        let magazine = self.magazine(class.0);
        let floor = magazine.floor.load(Ordering::Relaxed);
        let len = magazine.len();
        // SAFETY: the caller's; the places from the floor up to the top were written, and are no part
        // of `emptied`.
        let (emptied, blocks) = unsafe {
            (&mut (*self.mine.get()).emptied, std::slice::from_raw_parts_mut(floor, len))
        };
        let done = central.free_blocks(class, &blocks[..n], emptied);
        blocks.copy_within(n.., 0);
        // SAFETY: `n` of `len` places are gone.
        magazine.top.store(unsafe { floor.add(len - n) }, Ordering::Relaxed);
        done
    }

    /// Gives everything back: blocks, spans, pages. Upholds `alloc/concurrency/thread-exit-returns-cache`.
    ///
    /// # Errors
    /// If one of the blocks was no block, or free already.
    ///
    /// # Safety
    /// The caller owns the cache, which is open.
    pub unsafe fn release_all<O: Os>(&self, central: &Mcentral<O>) -> Result<(), Misuse> {
        let mut done = Ok(());
        for class in Class::all() {
            let magazine = self.magazine(class.0);
            // SAFETY: the caller's.
            let given = unsafe { self.give_back(class, magazine.len(), central) };
            done = done.and(given);
            if let Some(span) = magazine.current() {
                magazine.set_current(None);
                // SAFETY: the caller's.
                let mine = unsafe { &mut *self.mine.get() };
                central.uncache_span(span, &mut mine.emptied);
            }
        }
        // SAFETY: the caller's.
        let mine = unsafe { &mut *self.mine.get() };
        mine.emptied.flush(&central.heap);
        central.heap.flush_pages(&mut mine.pages);
        done
    }

    /// The pages that the cache keeps for spans to come.
    ///
    /// # Safety
    /// The owner does not use the cache meanwhile.
    pub unsafe fn page_cache(&self) -> &PageCache {
        // SAFETY: the caller's.
        unsafe { &(*self.mine.get()).pages.cache }
    }

    /// Empty spans that wait in the cache for company.
    ///
    /// # Safety
    /// The owner does not use the cache meanwhile.
    pub unsafe fn emptied(&self) -> impl Iterator<Item = &'static Span> {
        // SAFETY: the caller's.
        unsafe { (*self.mine.get()).emptied.iter() }
    }

    /// Gives the spans back that came free through this cache and wait for company.
    ///
    /// # Safety
    /// The caller owns the cache.
    pub unsafe fn flush_emptied<O: Os>(&self, central: &Mcentral<O>) {
        // SAFETY: the caller's.
        unsafe { (*self.mine.get()).emptied.flush(&central.heap) };
    }
}
