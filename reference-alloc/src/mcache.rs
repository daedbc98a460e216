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
//! Magazines hold addresses beside the blocks, not links inside them: a free does not touch the
//! block, and nothing that a program writes into freed memory can lead the allocator astray
//! (`alloc/hardening/freelist-corruption-contained`).
//!
//! Go has no magazines, since its programs do not free; its experiment with explicit frees keeps
//! such a list per P. Go's "P" is a thread here.
//!
//! Source: Go `runtime/mcache.go`; Bonwick and Adams, *Magazines and Vmem*, 2001.

use crate::error::{Misuse, OutOfMemory};
use crate::mcentral::{Emptied, Mcentral};
use crate::mheap::LocalPages;
use crate::os::Os;
use crate::pages::PageCache;
use crate::size_class::{CLASSES, Class, Scan, SpanClass};
use crate::span::Span;
use crate::sync::{AtomicPtr, Ordering, Seen64};
use crate::units::Addr;
use std::cell::UnsafeCell;
use std::ptr;

/// Bytes that a full magazine holds, if no other bound is tighter.
const MAGAZINE_BYTES: usize = 32 << 10;
/// Bounds of the blocks in a full magazine.
const MAGAZINE_BLOCKS: (usize, usize) = (4, 128);

/// Blocks that a full magazine of `class` holds: an even number.
pub const fn capacity(class: usize) -> usize {
    let size = Class(class as u8).bytes();
    if size == 0 {
        return 0;
    }
    let fit = (MAGAZINE_BYTES / size) & !1;
    if fit < MAGAZINE_BLOCKS.0 {
        MAGAZINE_BLOCKS.0
    } else if fit > MAGAZINE_BLOCKS.1 {
        MAGAZINE_BLOCKS.1
    } else {
        fit
    }
}

/// Blocks in all full magazines together.
const PLACES: usize = {
    let (mut sum, mut class) = (0, 0);
    while class < CLASSES {
        sum += capacity(class);
        class += 1;
    }
    sum
};

/// A stack of addresses of free blocks of one class: `floor <= top <= ceiling`, one past the newest
/// at `top`. A line of cache of its own.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Magazine {
    top: AtomicPtr<Addr>,
    floor: AtomicPtr<Addr>,
    ceiling: AtomicPtr<Addr>,
    /// Blocks of the class that the thread was given. Written with [`Magazine::pop`]; never falls.
    mallocs: Seen64,
    /// Blocks of the class that the thread gave back. Written with [`Magazine::push`]; never falls.
    frees: Seen64,
    /// The span that refills come from, or null.
    span: AtomicPtr<Span>,
}

impl Magazine {
    const fn new() -> Magazine {
        Magazine {
            top: AtomicPtr::new(ptr::null_mut()),
            floor: AtomicPtr::new(ptr::null_mut()),
            ceiling: AtomicPtr::new(ptr::null_mut()),
            mallocs: Seen64::new(0),
            frees: Seen64::new(0),
            span: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// The newest block, or `None`.
    #[inline]
    pub fn pop(&self) -> Option<Addr> {
        let top = self.top.load(Ordering::Relaxed);
        if top == self.floor.load(Ordering::Relaxed) {
            return None;
        }
        self.mallocs.add(1);
        // SAFETY: above the floor lie places that were written, and below the lowest floor lies one more.
        unsafe {
            let newest = top.sub(1);
            self.top.store(newest, Ordering::Relaxed);
            // Fresh memory is far away; the next block of the class will be wanted soon.
            prefetch(newest.sub(1).read());
            Some(newest.read())
        }
    }

    /// Puts `block` on top; false if there is no room.
    #[inline]
    pub fn push(&self, block: Addr) -> bool {
        let top = self.top.load(Ordering::Relaxed);
        if top == self.ceiling.load(Ordering::Relaxed) {
            return false;
        }
        // SAFETY: below the ceiling lie places of this magazine.
        unsafe {
            top.write(block);
            self.top.store(top.add(1), Ordering::Relaxed);
        }
        // Told: whoever sees the free counted sees the allocation counted.
        self.frees.tell(1);
        true
    }

    /// Blocks in it.
    pub fn len(&self) -> usize {
        let top = self.top.load(Ordering::Relaxed).addr();
        top.saturating_sub(self.floor.load(Ordering::Relaxed).addr()) / size_of::<Addr>()
    }

    /// Whether no block is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Blocks given to the thread so far.
    pub fn mallocs(&self) -> u64 {
        self.mallocs.hear()
    }

    /// Blocks taken back from the thread so far.
    pub fn frees(&self) -> u64 {
        self.frees.hear()
    }

    /// What is in it, oldest first.
    ///
    /// # Safety
    /// The owner does not use the magazine meanwhile.
    pub unsafe fn blocks(&self) -> &[Addr] {
        let floor = self.floor.load(Ordering::Relaxed);
        if floor.is_null() {
            return &[];
        }
        // SAFETY: the places from the floor up to the top were written.
        unsafe { std::slice::from_raw_parts(floor, self.len()) }
    }

    /// The span that refills come from.
    pub fn current(&self) -> Option<&'static Span> {
        // SAFETY: null, or a struct that is never unmapped.
        unsafe { self.span.load(Ordering::Relaxed).as_ref() }
    }

    fn set_current(&self, span: Option<&'static Span>) {
        self.span.store(
            span.map_or(ptr::null_mut(), |span| ptr::from_ref(span).cast_mut()),
            Ordering::Relaxed,
        );
    }
}

/// Asks for the line of cache at `address`, which may be any: a hint.
#[inline]
fn prefetch(address: Addr) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: a prefetch of any address does nothing that a program could see.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(ptr::without_provenance(address.0));
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = address;
}

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
    /// The next in the list of all caches.
    pub(crate) next: AtomicPtr<Mcache>,
    /// The next in the list of caches without a thread.
    pub(crate) idle: AtomicPtr<Mcache>,
    mine: UnsafeCell<Mine>,
}

// SAFETY: other threads read magazines' counters and levels, which are atomic, and the list links;
// `mine` and the places are the owner's, and ownership is handed over under a lock.
unsafe impl Sync for Mcache {}

impl Mcache {
    /// A cache without room, which is what a thread has before it has one: every pop and every push
    /// fails, and leads to the slow path.
    #[expect(clippy::large_stack_arrays, reason = "it becomes a static")]
    pub const fn none() -> Mcache {
        Mcache {
            magazines: [const { Magazine::new() }; CLASSES],
            next: AtomicPtr::new(ptr::null_mut()),
            idle: AtomicPtr::new(ptr::null_mut()),
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
        let (mine, places) = unsafe {
            (
                &mut *self.mine.get(),
                std::slice::from_raw_parts_mut(floor, capacity(usize::from(class.0)) / 2),
            )
        };
        loop {
            if let Some(span) = magazine.current() {
                let taken = span.take(places);
                if taken > 0 {
                    // The lowest address on top: it is the next that is handed out.
                    places[..taken].reverse();
                    // SAFETY: `taken` places were written.
                    magazine.top.store(unsafe { floor.add(taken) }, Ordering::Relaxed);
                    return magazine.pop().ok_or(OutOfMemory);
                }
                if span.fold() > 0 || !central.leave_full(span) {
                    continue;
                }
                magazine.set_current(None);
            }
            let class = SpanClass::new(class, Scan::No);
            magazine.set_current(Some(central.cache_span(class, &mut mine.pages)?));
        }
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
        // SAFETY: the caller's; the places from the floor up to the top were written.
        let (mine, blocks) =
            unsafe { (&mut *self.mine.get(), std::slice::from_raw_parts_mut(floor, len)) };
        let done = central.free_blocks(class, &blocks[..n], &mut mine.emptied);
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
