//! What one thread has for itself, so that most calls touch nothing shared.
//!
//! For each class a thread has a *magazine*: a stack of addresses of free blocks. An allocation pops
//! one, a free pushes one, whatever span the block is of and whichever thread allocated it, unless that
//! span *drains* ([`crate::kept`]). Only an empty magazine (*refill*) and a full one (*flush*) lead on:
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

use crate::counts::{BlockCounts, Counts};
use crate::error::{Misuse, OutOfMemory};
use crate::kept::{DRAINED, Home, Kept, keeps};
use crate::magazine::PLACES;
pub use crate::magazine::{Magazine, capacity, half};
use crate::mcentral::{Emptied, Mcentral};
use crate::mheap::LocalPages;
use crate::os::Os;
use crate::pages::PageCache;
use crate::size_class::{CLASSES, Class, Scan, SpanClass};
use crate::span::Span;
use crate::sync::Ordering;
use crate::units::Addr;
use std::cell::{Cell, UnsafeCell};
use std::ptr;

/// What the owner alone looks at.
#[derive(Debug)]
struct Mine {
    pages: LocalPages,
    emptied: Emptied,
    /// By class.
    kept: [Kept; CLASSES],
    /// One that is nobody's, then those of each magazine.
    places: [Addr; 1 + PLACES],
}

/// One thread's part of the heap. All methods but [`Mcache::magazine`]'s readers are the owner's.
#[derive(Debug)]
#[repr(C)]
pub struct Mcache {
    magazines: [Magazine; CLASSES],
    /// Whether the thread may keep spans that drain, and does not only free. The owner alone looks.
    drains: Cell<bool>,
    mine: UnsafeCell<Mine>,
}

// SAFETY: other threads read magazines' counters and levels, which are atomic;
// `drains`, `mine` and the places are the owner's, and ownership is handed over under a lock. What is
// nobody's (`Mcache::none`) is not written.
unsafe impl Sync for Mcache {}

impl Counts for Mcache {
    #[inline]
    fn of(&self, class: Class) -> &BlockCounts {
        self.magazine(class.0).counts()
    }
}

impl Mcache {
    /// A cache without room, which is what a thread has before it has one: every pop and every push
    /// fails, and leads to the slow path.
    #[expect(clippy::large_stack_arrays, reason = "it becomes a static")]
    pub const fn none() -> Mcache {
        Mcache {
            magazines: [const { Magazine::new() }; CLASSES],
            drains: Cell::new(false),
            mine: UnsafeCell::new(Mine {
                pages: LocalPages { cache: PageCache::EMPTY },
                emptied: Emptied::new(),
                kept: [const { Kept::new() }; CLASSES],
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

    /// Whether a block is to be pushed only if its page says its class. For all classes alike: which of
    /// them drain cannot be foretold by a processor.
    #[inline]
    pub fn drains(&self) -> bool {
        self.drains.get()
    }

    /// What spans know it by.
    fn id(&self) -> usize {
        ptr::from_ref(self).addr()
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
        let places = unsafe { std::slice::from_raw_parts_mut(floor, half(usize::from(class.0))) };
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
        let (pages, emptied, kept) = unsafe {
            let mine = self.mine.get();
            (&mut (*mine).pages, &mut (*mine).emptied, &mut (*mine).kept[usize::from(class.0)])
        };
        let arenas = &central.heap.pages.arenas;
        let taken = loop {
            if let Some(span) = magazine.current() {
                let taken = span.take(places);
                if taken > 0 {
                    break taken;
                }
                if span.fold() > 0 || !central.leave_full(span) {
                    continue;
                }
                magazine.set_current(None);
            }
            if let Some(span) = kept.pop(arenas) {
                magazine.set_current(Some(span));
                continue;
            }
            let span = central.cache_span(SpanClass::new(class, Scan::No), pages, emptied)?;
            span.set_home(self.id());
            enter(span);
            magazine.set_current(Some(span));
        };
        if kept.refilled(magazine.counts().mallocs(), arenas) {
            self.drains.set(true);
        }
        Ok(taken)
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
        self.magazine(class.0).counts().malloc();
        Ok(place[0])
    }

    /// Takes a block past the magazine: its freed bit in `span` is set, and is counted now.
    ///
    /// # Safety
    /// The caller owns the cache, which is open, and has set the bit.
    pub unsafe fn free_one<O: Os>(&self, span: &'static Span, central: &Mcentral<O>) {
        // Before the span may be another's.
        self.magazine(span.class().class().0).counts().free();
        // SAFETY: the caller's.
        central.see_to(span, 1, unsafe { &mut (*self.mine.get()).emptied });
    }

    /// Takes `block` back to `span`, which it is in, if the cache keeps that; `None` if it does not.
    ///
    /// # Errors
    /// If it was no block of `class`, or free already.
    ///
    /// # Safety
    /// The caller owns the cache, which is open.
    #[cold]
    pub unsafe fn free_home<O: Os>(
        &self,
        (block, span): (Addr, &'static Span),
        class: Class,
        central: &Mcentral<O>,
    ) -> Option<Result<(), Misuse>> {
        if !keeps(self.id(), span) {
            return None;
        }
        // SAFETY: the caller's.
        let (emptied, kept) = unsafe {
            let mine = self.mine.get();
            (&mut (*mine).emptied, &mut (*mine).kept[usize::from(class.0)])
        };
        // Before the span may be another's.
        self.magazine(class.0).counts().free();
        Some(central.free_home(class, (block, span), Home::new(self.id(), kept), emptied))
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
        let done = unsafe { self.give_back(class, half(usize::from(class.0)), central) };
        magazine.push(block);
        if class.0 >= DRAINED {
            let (mallocs, many) = (magazine.counts().mallocs(), half(usize::from(class.0)));
            // SAFETY: the caller's.
            let kept = unsafe { &mut (*self.mine.get()).kept[usize::from(class.0)] };
            self.drains.set(kept.flushed(mallocs, many, &central.heap.pages.arenas));
        }
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
        let (emptied, kept, blocks) = unsafe {
            let mine = self.mine.get();
            let kept = &mut (*mine).kept[usize::from(class.0)];
            (&mut (*mine).emptied, kept, std::slice::from_raw_parts_mut(floor, len))
        };
        let home = Home::new(self.id(), kept);
        let done = central.free_blocks(class, &blocks[..n], home, emptied);
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
        let arenas = &central.heap.pages.arenas;
        for class in Class::all() {
            let magazine = self.magazine(class.0);
            // SAFETY: the caller's.
            let given = unsafe { self.give_back(class, magazine.len(), central) };
            done = done.and(given);
            // SAFETY: the caller's.
            let mine = unsafe { &mut *self.mine.get() };
            let current = magazine.current();
            magazine.set_current(None);
            let kept = &mut mine.kept[usize::from(class.0)];
            for span in current.into_iter().chain(std::iter::from_fn(|| kept.pop(arenas))) {
                span.set_home(0);
                central.uncache_span(span, &mut mine.emptied);
            }
        }
        self.drains.set(false);
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

    /// Spans of `class` that the cache keeps.
    ///
    /// # Safety
    /// The owner does not use the cache meanwhile.
    pub unsafe fn kept(&self, class: u8) -> impl Iterator<Item = &'static Span> {
        // SAFETY: the caller's.
        unsafe { (*self.mine.get()).kept[usize::from(class)].iter() }
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
