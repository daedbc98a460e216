//! The front door: objects and stacks for one mutator.
//!
//! Source: Go `runtime/malloc.go` `mallocgc`, `mallocgcTiny`, `mallocgcSmallNoscan`,
//! `mallocgcSmallScanNoHeader`, `mallocgcSmallScanHeader`, `mallocgcLarge`.

use crate::error::OutOfMemory;
use crate::mheap::LocalPages;
use crate::os::{self, Os};
use crate::registry::Entry;
use crate::size_class::{Scan, SpanClass};
use crate::span::Span;
use crate::stack::Stack;
use crate::sync::Ordering;
use crate::tiny::BLOCK_BYTES;
use crate::units::{Addr, Pages};
use std::ptr;

use super::object::span_class;
use super::pointer_map::header_bytes;
use super::refill::{Mine, ObjectCache};
use super::{Collected, Object, Reclaim, Shape};

/// The span class of the blocks that tiny objects share.
const TINY_CLASS: SpanClass = match span_class(BLOCK_BYTES, Scan::No) {
    Some(class) => class,
    None => panic!("a class of 16 bytes"),
};

/// One mutator's way into a heap: its cache, until it is dropped. Not to be used while the world is
/// stopped.
pub struct Mutator<'h, O: Os, R: Reclaim> {
    pub(super) heap: &'h Collected<O, R>,
    pub(super) cache: &'static Entry<ObjectCache>,
}

impl<O: Os, R: Reclaim> Collected<O, R> {
    /// A cache for a mutator. Not while the world is stopped.
    ///
    /// # Errors
    /// If the system has no memory for one.
    pub fn attach(&self) -> Result<Mutator<'_, O, R>, OutOfMemory> {
        let cache = self.caches.take(&self.heap.pages, ObjectCache::new)?;
        // There is nothing in it, of whatever cycle.
        cache.flushed_at.set(self.sweepgen());
        Ok(Mutator { heap: self, cache })
    }
}

impl<'h, O: Os, R: Reclaim> Mutator<'h, O, R> {
    /// The heap that objects come from.
    pub fn heap(&self) -> &'h Collected<O, R> {
        self.heap
    }

    /// Flushes the cache if a cycle began since it was last used. Allocation does so as well; a mutator
    /// that does nothing else for long holds up the end of the sweep no more if it does this first.
    #[inline]
    pub fn prepare_for_sweep(&mut self) {
        if self.cache.flushed_at.get() != self.heap.sweepgen() {
            // SAFETY: see `parts`.
            self.heap.prepare_for_sweep(self.cache, unsafe { self.cache.mine() });
        }
    }

    /// The cache taken apart, fit for use in this cycle.
    #[inline]
    fn parts(&mut self) -> (&'h Collected<O, R>, &'static ObjectCache, &mut Mine) {
        self.prepare_for_sweep();
        // SAFETY: a cache belongs to one `Mutator`, which is borrowed; it is not used while the world is
        // stopped, when others may look.
        (self.heap, self.cache, unsafe { self.cache.mine() })
    }

    /// An object of at least `bytes`.
    ///
    /// With pointers it reads zero; without, if it shall. Go has one address for all objects of no
    /// bytes; here each has its own.
    ///
    /// # Errors
    /// If the request is too large for any address space, or the system has no memory.
    #[inline]
    pub fn alloc(&mut self, bytes: usize, shape: Shape) -> Result<Object<'h>, OutOfMemory> {
        match (shape, span_class(bytes, shape.scan())) {
            (Shape::Plain { .. }, _) if bytes < BLOCK_BYTES => self.alloc_tiny(bytes.max(1)),
            (Shape::Plain { zeroed }, Some(class)) => {
                let (at, span) = self.take_slot(class)?;
                if zeroed {
                    clear(at, span);
                }
                Ok(Object { at, bytes: span.elem_bytes(), span })
            }
            (Shape::Pointers { map, word }, Some(class)) => self.alloc_scanned(class, map, word),
            (_, None) => self.alloc_large(bytes, shape),
        }
    }

    /// The next free slot of the cache's span of `class`, and counts it.
    #[inline]
    fn take_slot(&mut self, class: SpanClass) -> Result<(Addr, &'static Span), OutOfMemory> {
        let (heap, cache, mine) = self.parts();
        let current = mine.current[usize::from(class.0)];
        let (at, span) = match current.and_then(|span| Some((span.take_one()?, span))) {
            Some(taken) => taken,
            None => heap.refill(mine, class)?,
        };
        cache.mallocs[usize::from(class.class().0)].tell(1);
        Ok((at, span))
    }

    /// A tiny object: in the block with others, or at the start of a new one. Upholds
    /// `alloc/tiny/tiny-block-zeroed`.
    #[inline]
    fn alloc_tiny(&mut self, bytes: usize) -> Result<Object<'h>, OutOfMemory> {
        let (heap, cache, mine) = self.parts();
        if let Some(at) = mine.tiny.take(bytes)
            && let Some(span) = heap.heap.pages.arenas.span_at(at.0)
        {
            cache.tiny.tell(1);
            return Ok(Object { at, bytes, span });
        }
        let (at, span) = self.take_slot(TINY_CLASS)?;
        // Always: what comes later into the block reads zero as well.
        // SAFETY: the slot is new, and has so many bytes.
        unsafe { ptr::write_bytes(os::pointer::<u8>(at), 0, BLOCK_BYTES) };
        self.parts().2.tiny.offer(at, bytes);
        Ok(Object { at, bytes, span })
    }

    /// A small object with pointers: its map is written, or its header.
    #[inline]
    fn alloc_scanned(
        &mut self,
        class: SpanClass,
        map: u64,
        word: usize,
    ) -> Result<Object<'h>, OutOfMemory> {
        let (slot, span) = self.take_slot(class)?;
        clear(slot, span);
        let header = header_bytes(class);
        if header > 0 {
            // SAFETY: the slot is new, and larger than a header.
            unsafe { os::pointer::<usize>(slot).write(word) };
        } else if let Some(pointers) = self.heap.pointer_map(span) {
            pointers.set(span.slot_at(slot), map);
        }
        Ok(Object { at: slot + header, bytes: span.elem_bytes() - header, span })
    }

    /// An object with a span of its own. Upholds `alloc/large/large-page-exact`.
    #[cold]
    fn alloc_large(&mut self, bytes: usize, shape: Shape) -> Result<Object<'h>, OutOfMemory> {
        let (heap, ..) = self.parts();
        if bytes > isize::MAX as usize {
            return Err(OutOfMemory);
        }
        let pages = Pages::for_bytes(bytes).ok_or(OutOfMemory)?;
        heap.reclaim(pages);
        let span = heap.heap.alloc_large(pages, Pages(1), shape.scan())?;
        let at = span.take_one().ok_or(OutOfMemory)?;
        heap.counts.large.malloc_bytes.fetch_add(pages.bytes() as u64, Ordering::Relaxed);
        heap.counts.large.mallocs.fetch_add(1, Ordering::Relaxed);
        match shape {
            Shape::Plain { zeroed: false } => {}
            Shape::Plain { zeroed: true } => clear(at, span),
            Shape::Pointers { word, .. } => {
                clear(at, span);
                // Told: who hears the word sees the object cleared.
                span.word.tell(word);
            }
        }
        // It is in no cache: the next cycle's sweepers find it here.
        heap.place(span);
        Ok(Object { at, bytes: pages.bytes(), span })
    }

    /// Exchanges the span that objects of `class` come from, which is full or missing, for one with a free
    /// slot: what an allocation does that finds none. Nothing is done if it has room.
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn refill(&mut self, class: SpanClass) -> Result<(), OutOfMemory> {
        let (heap, _, mine) = self.parts();
        let current = mine.current[usize::from(class.0)];
        if current.is_none_or(|span| span.free_count() == 0) {
            heap.exchange(mine, class)?;
        }
        Ok(())
    }

    /// The pages that it keeps for spans to come.
    pub fn pages(&mut self) -> &mut LocalPages {
        &mut self.parts().2.pages
    }

    /// A stack of `bytes`, a power of two from [`crate::stack::MIN_STACK`] on.
    ///
    /// # Errors
    /// If the system has no memory.
    ///
    /// # Panics
    /// If `bytes` is no such number.
    pub fn alloc_stack(&mut self, bytes: usize) -> Result<Stack, OutOfMemory> {
        let (heap, _, mine) = self.parts();
        heap.stacks.alloc(&heap.heap, &mut mine.stacks, bytes)
    }

    /// Takes a stack back.
    ///
    /// # Safety
    /// It is a stack of this heap that nobody uses any more.
    ///
    /// # Panics
    /// If no span of stacks has that address.
    pub unsafe fn free_stack(&mut self, stack: Stack) {
        let (heap, _, mine) = self.parts();
        heap.stacks.free(&heap.heap, &mut mine.stacks, stack, heap.is_marking());
    }
}

/// Everything in the cache goes back. Upholds `alloc/concurrency/thread-exit-returns-cache`.
impl<O: Os, R: Reclaim> Drop for Mutator<'_, O, R> {
    fn drop(&mut self) {
        let (heap, _, mine) = self.parts();
        heap.flush(mine);
        heap.heap.flush_pages(&mut mine.pages);
        heap.caches.give(self.cache);
    }
}

/// Makes a slot that was just taken read zero. Upholds `alloc/zero/calloc-zeroed` together with
/// `alloc/span/needzero-sound`.
#[inline]
fn clear(slot: Addr, span: &Span) {
    if span.need_zero() {
        // SAFETY: the slot is new: the caller's alone, and has so many bytes.
        unsafe { ptr::write_bytes(os::pointer::<u8>(slot), 0, span.elem_bytes()) };
    }
}
