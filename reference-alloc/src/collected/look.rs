//! The collected heap for those who look: caches, lists, pools of stacks, as they are.
//!
//! Nothing here checks ([`super::check`] does), and nothing but [`Collected::flush_caches`] changes
//! anything. All of it costs time in proportion to what there is, and nothing where nobody looks.
//!
//! Source: Go `runtime/export_test.go`.

use crate::os::Os;
use crate::pages::PageCache;
use crate::registry::Entry;
use crate::size_class::SpanClass;
use crate::span::Span;
use crate::stack::{PoolSpan, StackCache};
use crate::units::Addr;
use std::ptr;

pub use super::central::{Room, Swept};
use super::refill::{Mine, ObjectCache};
use super::{Collected, Mutator, Reclaim};

/// What one mutator has for itself, or had before it ended.
#[derive(Clone, Copy, Debug)]
pub struct CacheView<'a> {
    /// Its number: caches are numbered from 0 as they are made, and handed on to later mutators.
    pub number: usize,
    mine: &'a Mine,
}

impl<'a> CacheView<'a> {
    /// The span that objects of each class come from, where there is one.
    pub fn current(&self) -> impl Iterator<Item = (SpanClass, &'static Span)> + use<'a> {
        let numbered = self.mine.current.iter().zip(0..);
        numbered.filter_map(|(span, class)| Some((SpanClass(class), (*span)?)))
    }

    /// The block that tiny objects come from, and how many of its bytes are given away.
    pub fn tiny(&self) -> Option<(Addr, usize)> {
        self.mine.tiny.block()
    }

    /// Pages for spans to come.
    pub fn pages(&self) -> &'a PageCache {
        &self.mine.pages.cache
    }

    /// Free stacks.
    pub fn stacks(&self) -> &'a StackCache {
        &self.mine.stacks
    }
}

/// A span in a central list.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The class that the list is for.
    pub class: SpanClass,
    /// Whether the list is one of full spans.
    pub room: Room,
    /// Whether it is one of swept spans. Among unswept ones may be *stale* entries, of spans that were
    /// found on another way and swept: they are elsewhere now, or no spans any more.
    pub swept: Swept,
    /// The span.
    pub span: &'a Span,
}

impl<O: Os, R: Reclaim> Collected<O, R> {
    /// Shows every cache that was ever made.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn caches(&self, visit: &mut dyn FnMut(CacheView<'_>)) {
        let made = self.caches.iter().count();
        for (cache, nth) in self.caches.iter().zip(1..) {
            // SAFETY: the caller's: no mutator uses its cache.
            let mine = unsafe { cache.mine() };
            visit(CacheView { number: made - nth, mine });
        }
    }

    /// Shows every entry of every central list.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn listed(&self, visit: &mut dyn FnMut(Listed<'_>)) {
        let (h, memory) = (self.sweepgen(), self.set_memory());
        for (central, class) in self.central.iter().zip(0..) {
            let class = SpanClass(class);
            for room in [Room::Partial, Room::Full] {
                for swept in [Swept::Yes, Swept::No] {
                    let mut show = |span| visit(Listed { class, room, swept, span });
                    central.each(room, swept, h, &memory, &mut show);
                }
            }
        }
    }

    /// Shows every span that stacks are cut from and that has a free one.
    pub fn stack_pools(&self, visit: &mut dyn FnMut(PoolSpan<'_>)) {
        self.stacks.each(visit);
    }

    /// Empties every cache of spans, stacks and pages, so that what is free can be seen where it belongs.
    ///
    /// Source: Go `runtime/mstats.go` `readmemstats_m`, which counts after that; `runtime/mcache.go`
    /// `releaseAll`.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn flush_caches(&self) {
        for cache in self.caches.iter() {
            // SAFETY: the caller's: no mutator uses its cache.
            let mine = unsafe { cache.mine() };
            self.flush(mine);
            self.heap.flush_pages(&mut mine.pages);
            cache.flushed_at.set(self.sweepgen());
        }
    }

    fn number_of(&self, cache: &Entry<ObjectCache>) -> usize {
        self.caches.iter().skip_while(|other| !ptr::eq(*other, cache)).count() - 1
    }
}

impl<O: Os, R: Reclaim> Mutator<'_, O, R> {
    /// The number of its cache: see [`CacheView::number`].
    pub fn number(&self) -> usize {
        self.heap.number_of(self.cache)
    }
}
