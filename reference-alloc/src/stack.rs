//! Stacks: powers of two from 2 KiB, for threads of a runtime that grow theirs by copying.
//!
//! Sizes of 2, 4, 8 and 16 KiB are *orders*. Stacks of an order are cut from spans of 32 KiB, and a span
//! keeps its free stacks in a list that runs through the stacks themselves. Between a thread and the
//! pool stands a cache with such a list for each order: it takes 16 KiB at once, and when it holds 32
//! it gives all but 16 back. From 32 KiB on a stack is a span of its own.
//!
//! While a collector marks, a span that comes free may not become part of the heap, since the collector
//! could take it for one; it waits until [`Pools::free_spans`]. Large ones wait in a list by their length,
//! and can be used for a stack of exactly that length meanwhile.
//!
//! Spans of stacks are *manual*: on no list of [`crate::mcentral`], and counted apart
//! (`alloc/stack/stack-never-heap`). Nothing here is zeroed.
//!
//! Lock order: a pool's lock, then the heap's.
//!
//! Source: Go `runtime/stack.go` `stackalloc`, `stackpoolalloc`, `stackcacherefill`, `stackfree`.

mod look;

pub use look::PoolSpan;

use crate::error::OutOfMemory;
use crate::mheap::Mheap;
use crate::os::{self, Os};
use crate::span::Span;
use crate::span_list::SpanList;
use crate::sync::Lock;
use crate::units::{Addr, PAGE_BYTES, Pages};

/// Bytes of the smallest stack.
pub const MIN_STACK: usize = 2 << 10;
/// Sizes that are cut from shared spans.
pub const ORDERS: usize = 4;
/// Bytes of a span that stacks are cut from, and of the smallest stack that is a span.
pub const POOL_SPAN: usize = 32 << 10;
/// Bytes of an order that a thread's cache may hold; it takes and keeps half of that.
pub const CACHE_BYTES: usize = 32 << 10;
/// Lengths of large stacks, by the number of bits of their pages.
const LENGTHS: usize = usize::BITS as usize;

/// A stack: `lo..hi`, a power of two in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stack {
    /// Its first byte.
    pub lo: Addr,
    /// One past its last.
    pub hi: Addr,
}

impl Stack {
    /// Its length.
    pub fn bytes(self) -> usize {
        self.hi.offset_from(self.lo)
    }
}

/// Free stacks of one thread, by order.
#[derive(Debug, Default)]
pub struct StackCache {
    lists: [FreeList; ORDERS],
}

/// Stacks that are linked through their first words.
#[derive(Debug, Default)]
struct FreeList {
    /// 0 if there is none.
    first: usize,
    bytes: usize,
}

impl FreeList {
    fn push(&mut self, stack: Addr, bytes: usize) {
        // SAFETY: a free stack belongs to whoever has the list, and is larger than a word.
        unsafe { os::pointer::<usize>(stack).write(self.first) };
        self.first = stack.0;
        self.bytes += bytes;
    }

    fn pop(&mut self, bytes: usize) -> Option<Addr> {
        let stack = Addr(self.first);
        if stack.0 == 0 {
            return None;
        }
        // SAFETY: as above; the word was written by `push`.
        self.first = unsafe { os::pointer::<usize>(stack).read() };
        self.bytes -= bytes;
        Some(stack)
    }
}

/// What all threads share.
#[derive(Debug)]
pub struct Pools {
    orders: [Lock<SpanList>; ORDERS],
    /// Large stacks that came free while a collector marked, by the bits of their length in pages.
    large: Lock<[SpanList; LENGTHS]>,
}

impl Default for Pools {
    fn default() -> Pools {
        Pools::new()
    }
}

/// The order of a stack of so many bytes; `None` if it is a span of its own.
fn order_of(bytes: usize) -> Option<usize> {
    (bytes < POOL_SPAN).then(|| (bytes / MIN_STACK).trailing_zeros() as usize)
}

impl Pools {
    /// Nothing in any pool.
    pub const fn new() -> Pools {
        Pools {
            orders: [const { Lock::new(SpanList::new()) }; ORDERS],
            large: Lock::new([const { SpanList::new() }; LENGTHS]),
        }
    }

    /// A stack of `bytes`, a power of two of at least [`MIN_STACK`], aligned to itself or to 8 KiB,
    /// whichever is less. Upholds `alloc/stack/stack-pow2-aligned`.
    ///
    /// # Errors
    /// If the system has no memory.
    ///
    /// # Panics
    /// If `bytes` is no such number.
    pub fn alloc<O: Os>(
        &self,
        heap: &Mheap<O>,
        cache: &mut StackCache,
        bytes: usize,
    ) -> Result<Stack, OutOfMemory> {
        assert!(bytes.is_power_of_two() && bytes >= MIN_STACK, "no length of a stack: {bytes}");
        let lo = match order_of(bytes) {
            Some(order) => {
                let list = &mut cache.lists[order];
                if list.first == 0 {
                    self.refill(heap, list, order)?;
                }
                list.pop(bytes).ok_or(OutOfMemory)?
            }
            None => self.alloc_large(heap, Pages(bytes / PAGE_BYTES))?,
        };
        Ok(Stack { lo, hi: lo + bytes })
    }

    /// Takes a stack back. `marking` says whether a collector marks now.
    ///
    /// # Panics
    /// If no span of stacks has that address: the caller freed something else.
    pub fn free<O: Os>(
        &self,
        heap: &Mheap<O>,
        cache: &mut StackCache,
        stack: Stack,
        marking: bool,
    ) {
        let bytes = stack.bytes();
        if let Some(order) = order_of(bytes) {
            let list = &mut cache.lists[order];
            list.push(stack.lo, bytes);
            if list.bytes >= CACHE_BYTES {
                self.give_back(heap, list, order, CACHE_BYTES / 2, marking);
            }
            return;
        }
        let span = span_of(heap, stack.lo);
        if marking {
            self.large.hold()[length_of(span.pages())].insert(span);
        } else {
            heap.free_spans(&[span]);
        }
    }

    /// Takes all that a thread keeps back. Upholds `alloc/stack/stack-cache-bounded` at its end.
    pub fn flush<O: Os>(&self, heap: &Mheap<O>, cache: &mut StackCache, marking: bool) {
        for (order, list) in cache.lists.iter_mut().enumerate() {
            self.give_back(heap, list, order, 0, marking);
        }
    }

    /// Gives the spans back that came free while a collector marked. Upholds
    /// `alloc/stack/stack-empty-span-returned`.
    pub fn free_spans<O: Os>(&self, heap: &Mheap<O>) {
        for pool in &self.orders {
            let mut spans = pool.hold();
            for span in spans.iter().filter(|span| span.alloc_count() == 0) {
                spans.remove(span);
                heap.free_spans(&[span]);
            }
        }
        for spans in self.large.hold().iter_mut() {
            while let Some(span) = spans.first() {
                spans.remove(span);
                heap.free_spans(&[span]);
            }
        }
    }

    /// Half a cache of stacks of `order`, one after the other from the pool.
    fn refill<O: Os>(
        &self,
        heap: &Mheap<O>,
        list: &mut FreeList,
        order: usize,
    ) -> Result<(), OutOfMemory> {
        let mut spans = self.orders[order].hold();
        while list.bytes < CACHE_BYTES / 2 {
            match take(heap, &mut spans, order) {
                Ok(stack) => list.push(stack, MIN_STACK << order),
                Err(OutOfMemory) if list.first != 0 => break,
                Err(none) => return Err(none),
            }
        }
        Ok(())
    }

    /// Gives stacks back until the list holds no more than `keep` bytes.
    fn give_back<O: Os>(
        &self,
        heap: &Mheap<O>,
        list: &mut FreeList,
        order: usize,
        keep: usize,
        marking: bool,
    ) {
        if list.bytes <= keep {
            return;
        }
        let mut spans = self.orders[order].hold();
        while list.bytes > keep {
            let Some(stack) = list.pop(MIN_STACK << order) else { return };
            put(heap, &mut spans, stack, marking);
        }
    }

    /// A span for a large stack: one that waits, of exactly that length, or a new one. Upholds
    /// `alloc/stack/stack-large-exact`.
    fn alloc_large<O: Os>(&self, heap: &Mheap<O>, pages: Pages) -> Result<Addr, OutOfMemory> {
        let waiting = {
            let mut large = self.large.hold();
            let spans = &mut large[length_of(pages)];
            let span = spans.iter().find(|span| span.pages() == pages);
            if let Some(span) = span {
                spans.remove(span);
            }
            span
        };
        match waiting {
            Some(span) => Ok(span.base()),
            None => Ok(heap.alloc_manual(pages)?.base()),
        }
    }
}

/// The number of bits of a length in pages.
fn length_of(pages: Pages) -> usize {
    pages.0.ilog2() as usize
}

fn span_of<O: Os>(heap: &Mheap<O>, stack: Addr) -> &'static Span {
    heap.pages.arenas.span_at(stack.0).expect("a stack of this heap")
}

/// A stack from the first span that has one, or from a new span.
fn take<O: Os>(heap: &Mheap<O>, spans: &mut SpanList, order: usize) -> Result<Addr, OutOfMemory> {
    let span = if let Some(span) = spans.first() {
        span
    } else {
        let span = heap.alloc_manual(Pages(POOL_SPAN / PAGE_BYTES))?;
        let mut free = FreeList::default();
        for i in (0..POOL_SPAN / (MIN_STACK << order)).rev() {
            free.push(span.base() + i * (MIN_STACK << order), 0);
        }
        span.word.set(free.first);
        spans.insert(span);
        span
    };
    let mut free = FreeList { first: span.word.get(), bytes: 0 };
    let stack = free.pop(0).expect("a span in the list has a free stack");
    span.word.set(free.first);
    span.count_stack(true);
    if free.first == 0 {
        spans.remove(span);
    }
    Ok(stack)
}

/// A stack back to its span, and the span to the heap if it was the last one.
fn put<O: Os>(heap: &Mheap<O>, spans: &mut SpanList, stack: Addr, marking: bool) {
    let span = span_of(heap, stack);
    let mut free = FreeList { first: span.word.get(), bytes: 0 };
    if free.first == 0 {
        spans.insert(span);
    }
    free.push(stack, 0);
    span.word.set(free.first);
    span.count_stack(false);
    if !marking && span.alloc_count() == 0 {
        spans.remove(span);
        heap.free_spans(&[span]);
    }
}
