//! What one mutator has for itself, and how spans come to it and leave it.
//!
//! A cache has a current span for each span class. It gives a span away only when no slot is free (a
//! *refill*), or all of them at once (a *flush*): when the mutator ends, and when it first allocates in a
//! new cycle. In a cache a span is nobody else's to sweep, so one that was cached before the cycle
//! began (*stale*) is swept by whoever takes it out.
//!
//! Source: Go `runtime/mcache.go` `refill`, `releaseAll`, `prepareForSweep`; `runtime/mcentral.go`
//! `cacheSpan`, `uncacheSpan`, `grow`.

use crate::error::OutOfMemory;
use crate::mcentral::Emptied;
use crate::mheap::LocalPages;
use crate::os::Os;
use crate::pages::PageCache;
use crate::size_class::{CLASSES, SpanClass};
use crate::span::Span;
use crate::stack::StackCache;
use crate::sweepgen;
use crate::sync::{Seen32, Seen64};
use crate::tiny::Tiny;
use crate::units::Addr;
use std::cell::UnsafeCell;

use super::central::{Room, Swept};
use super::pointer_map::PointerMap;
use super::{Collected, Reclaim};

/// Unswept spans that a refill looks at before it takes a new one. A hundred swept for one that is new
/// bounds the time of a refill, and the room wasted to a hundredth. Source: `runtime/mcentral.go`
/// `cacheSpan`, `spanBudget`.
pub const SPAN_BUDGET: usize = 100;

/// A mutator's part of the heap.
#[derive(Debug)]
pub struct ObjectCache {
    /// The heap's number when the cache was last flushed for a cycle.
    pub(super) flushed_at: Seen32,
    /// Slots handed out, by class. Written by the owner, read by all; never falls.
    pub(super) mallocs: [Seen64; CLASSES],
    /// Tiny objects that were put into a block with others. The same.
    pub(super) tiny: Seen64,
    mine: UnsafeCell<Mine>,
}

/// What the owner alone looks at.
#[derive(Debug)]
pub(super) struct Mine {
    /// By span class: the span that objects come from. Its number is `h + 3`, or `h + 1` if stale.
    pub(super) current: [Option<&'static Span>; SpanClass::COUNT],
    /// The block that tiny objects come from.
    pub(super) tiny: Tiny,
    pub(super) stacks: StackCache,
    pub(super) pages: LocalPages,
}

// SAFETY: others read counters only, which are atomic; `mine` is the owner's, and ownership is handed
// over under the registry's lock.
unsafe impl Sync for ObjectCache {}

impl ObjectCache {
    /// A cache with nothing in it.
    pub(super) fn new() -> ObjectCache {
        ObjectCache {
            flushed_at: Seen32::new(0),
            mallocs: [const { Seen64::new(0) }; CLASSES],
            tiny: Seen64::new(0),
            mine: UnsafeCell::new(Mine {
                current: [None; SpanClass::COUNT],
                tiny: Tiny::new(),
                stacks: StackCache::default(),
                pages: LocalPages { cache: PageCache::EMPTY },
            }),
        }
    }

    /// What the owner alone looks at.
    ///
    /// # Safety
    /// The caller owns the cache, or the world is stopped; and it does not have this already.
    #[expect(clippy::mut_from_ref, reason = "the caller's promise is that nobody else has it")]
    #[inline]
    pub(super) unsafe fn mine(&self) -> &mut Mine {
        // SAFETY: the caller's.
        unsafe { &mut *self.mine.get() }
    }
}

impl<O: Os, R: Reclaim> Collected<O, R> {
    /// Gives `mine` a span of `class` with a free slot, in place of one without, and takes that slot.
    ///
    /// Upholds `alloc/mcache/refill-only-when-full` and `alloc/mcentral/refill-yields-space`.
    ///
    /// # Errors
    /// If the system has no memory. Then the cache has no span of that class.
    #[cold]
    #[inline(never)]
    pub(super) fn refill(
        &self,
        mine: &mut Mine,
        class: SpanClass,
    ) -> Result<(Addr, &'static Span), OutOfMemory> {
        let span = self.exchange(mine, class)?;
        let Some(slot) = span.take_one() else {
            unreachable!("a full span for a cache: {:?}", span.base());
        };
        Ok((slot, span))
    }

    /// Gives `mine` a span of `class` with a free slot, in place of one without.
    ///
    /// # Errors
    /// If the system has no memory. Then the cache has no span of that class.
    pub(super) fn exchange(
        &self,
        mine: &mut Mine,
        class: SpanClass,
    ) -> Result<&'static Span, OutOfMemory> {
        if let Some(full) = mine.current[usize::from(class.0)].take() {
            debug_assert_eq!(full.free_count(), 0, "a span with room is replaced");
            let mut emptied = Emptied::new();
            self.uncache_span(full, &mut emptied);
            emptied.flush(&self.heap);
        }
        let span = self.cache_span(class, &mut mine.pages)?;
        sweepgen::cached(&span.sweepgen, self.sweepgen());
        mine.current[usize::from(class.0)] = Some(span);
        Ok(span)
    }

    /// A swept span of `class` with a free slot, in no list: the caller's.
    ///
    /// # Errors
    /// If there is none and the system has no memory for one.
    fn cache_span(
        &self,
        class: SpanClass,
        local: &mut LocalPages,
    ) -> Result<&'static Span, OutOfMemory> {
        let (central, h, memory) = (self.central(class), self.sweepgen(), self.set_memory());
        if let Some(span) = central.take(Room::Partial, Swept::Yes, h, &memory) {
            return Ok(span);
        }
        match self.sweep_for_room(class) {
            Some(span) => Ok(span),
            None => self.new_span(class, local),
        }
    }

    /// Sweeps some spans of `class`, and takes the first that has room then: at once one that had room
    /// before, and of those that were full the first in which something died.
    fn sweep_for_room(&self, class: SpanClass) -> Option<&'static Span> {
        let _sweeper = self.sweeping.begin()?;
        let (central, h, memory) = (self.central(class), self.sweepgen(), self.set_memory());
        let mut budget = SPAN_BUDGET;
        for room in [Room::Partial, Room::Full] {
            while budget > 0 {
                let Some(span) = central.take(room, Swept::No, h, &memory) else { break };
                budget -= 1;
                if !sweepgen::acquire(&span.sweepgen, h) {
                    continue;
                }
                // Without a live object it is as good as new: the caller's, not the heap's.
                self.sweep(span);
                if span.free_count() > 0 {
                    return Some(span);
                }
                self.place(span);
            }
        }
        None
    }

    /// A new span, after as many pages were swept free, if there is something to sweep.
    fn new_span(
        &self,
        class: SpanClass,
        local: &mut LocalPages,
    ) -> Result<&'static Span, OutOfMemory> {
        self.reclaim(class.class().pages());
        let span = self.heap.alloc_small(local, class, self.reserve.slots(class))?;
        if let Some(map) = PointerMap::of(span, self.reserve) {
            map.start();
        }
        Ok(span)
    }

    /// Takes a span out of a cache: to its list, or, if nothing was allocated in it, to the heap.
    ///
    /// Upholds `alloc/mcentral/uncache-classified`.
    fn uncache_span(&self, span: &'static Span, emptied: &mut Emptied) {
        if sweepgen::uncached(&span.sweepgen, self.sweepgen()) {
            self.sweep_and_place(span, emptied);
        } else if span.alloc_count() == 0 {
            emptied.add(span, &self.heap);
        } else {
            self.place(span);
        }
    }

    /// Flushes a cache for the cycle, if it was not flushed since the cycle began: its spans must be
    /// swept, and its block of tiny objects may be dead. Its stacks go as well, or they would be idle
    /// for ever in a cache that needs no more.
    pub(super) fn prepare_for_sweep(&self, cache: &ObjectCache, mine: &mut Mine) {
        let h = self.sweepgen();
        if cache.flushed_at.get() == h {
            return;
        }
        debug_assert_eq!(cache.flushed_at.get().wrapping_add(2), h, "a cache missed a cycle");
        self.flush(mine);
        cache.flushed_at.set(h);
    }

    /// Gives all spans and stacks of a cache away. Upholds `alloc/tiny/tiny-dropped-on-flush`.
    pub(super) fn flush(&self, mine: &mut Mine) {
        mine.tiny.drop_block();
        let mut emptied = Emptied::new();
        for current in &mut mine.current {
            if let Some(span) = current.take() {
                self.uncache_span(span, &mut emptied);
            }
        }
        emptied.flush(&self.heap);
        self.stacks.flush(&self.heap, &mut mine.stacks, self.is_marking());
    }
}
