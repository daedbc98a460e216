//! How far the sweep of a cycle has come.
//!
//! There are two ways to find a span to sweep: the central lists, class after class, and a walk over the
//! pages, from low to high. The first finds every span but those that are stranded, the second finds
//! every one, but in no useful order: it serves those who need pages, of whatever class. A span that
//! both find is swept once, by whoever acquires it.
//!
//! The sweep is *drained* when nobody finds a span any more, and over when the last sweeper has left as
//! well.
//!
//! Source: Go `runtime/mgcsweep.go` `activeSweep`, `sweepClass`; `runtime/mheap.go` `reclaimIndex`,
//! `reclaimCredit`.

use crate::pages::PageAlloc;
use crate::size_class::SpanClass;
use crate::sync::{AtomicU32, AtomicUsize, Ordering};
use crate::units::{CHUNK_PAGES, PageIdx, Pages};

use super::central::Room;

/// The bit of [`Sweeping::active`] that says that there is nothing left to find.
const DRAINED: u32 = 1 << 31;

/// Bags of unswept spans: one of full and one of partial ones for each class.
const BAGS: u32 = 2 * SpanClass::COUNT as u32;

#[derive(Debug)]
pub(super) struct Sweeping {
    /// [`DRAINED`], and how many sweep at the moment.
    active: AtomicU32,
    /// Bags below have no unswept spans. Never falls in a cycle.
    bag: AtomicU32,
    /// Pages below have no spans that must be swept and that no sweeper has found. Never falls in a
    /// cycle; written under the heap's lock. [`PageIdx::END`] when the walk is over.
    page: AtomicUsize,
    /// Pages that were swept free and that nobody took for a span of his yet. Errs upwards: they may
    /// have been taken by those who did not ask.
    credit: AtomicUsize,
    /// Spans that were swept in this cycle and are in no list, for lack of memory.
    stranded: AtomicUsize,
    /// Spans that were stranded when the cycle began. Written with the world stopped.
    to_walk_for: AtomicUsize,
}

/// One who sweeps: while there is one, the sweep is not over.
pub(super) struct Sweeper<'s>(&'s Sweeping);

impl Drop for Sweeper<'_> {
    fn drop(&mut self) {
        // Release: who sees the sweep over sees what was swept.
        self.0.active.fetch_sub(1, Ordering::Release);
    }
}

impl Sweeping {
    /// Nothing to sweep: no cycle has begun yet.
    pub(super) const fn new() -> Sweeping {
        Sweeping {
            active: AtomicU32::new(DRAINED),
            bag: AtomicU32::new(BAGS),
            page: AtomicUsize::new(PageIdx::END.0),
            credit: AtomicUsize::new(0),
            stranded: AtomicUsize::new(0),
            to_walk_for: AtomicUsize::new(0),
        }
    }

    /// Everything is to be swept. With the world stopped.
    pub(super) fn restart(&self) {
        let stranded = self.stranded.swap(0, Ordering::Relaxed);
        self.to_walk_for.store(stranded, Ordering::Relaxed);
        self.bag.store(0, Ordering::Relaxed);
        self.page.store(0, Ordering::Relaxed);
        self.credit.store(0, Ordering::Relaxed);
        self.active.store(0, Ordering::Release);
    }

    /// Lets the caller look for spans to sweep; `None` if there are none.
    pub(super) fn begin(&self) -> Option<Sweeper<'_>> {
        let more = |active| (active & DRAINED == 0).then_some(active + 1);
        self.active.fetch_update(Ordering::Acquire, Ordering::Acquire, more).ok()?;
        Some(Sweeper(self))
    }

    /// There is nothing left to find.
    pub(super) fn drained(&self) {
        self.active.fetch_or(DRAINED, Ordering::Relaxed);
    }

    /// Whether all is swept.
    pub(super) fn is_over(&self) -> bool {
        self.active.load(Ordering::Acquire) == DRAINED
    }

    /// The first bag that may have unswept spans, by its number.
    pub(super) fn bag(&self) -> u32 {
        self.bag.load(Ordering::Relaxed)
    }

    /// The class and kind of bag `number`, if there is one.
    pub(super) fn bag_of(number: u32) -> Option<(SpanClass, Room)> {
        let room = if number & 1 == 0 { Room::Full } else { Room::Partial };
        (number < BAGS).then_some((SpanClass((number >> 1) as u8), room))
    }

    /// Bags below `number` have no unswept spans.
    pub(super) fn bags_done(&self, number: u32) {
        self.bag.fetch_max(number, Ordering::Relaxed);
    }

    /// Whether the walk has pages left.
    pub(super) fn can_walk(&self) -> bool {
        self.page.load(Ordering::Relaxed) != PageIdx::END.0
    }

    /// Whether spans must be swept that only the walk finds.
    pub(super) fn must_walk(&self) -> bool {
        self.to_walk_for.load(Ordering::Relaxed) > 0 && self.can_walk()
    }

    /// The next pages of the walk, at most a chunk: the caller's to sweep. `pages` is behind the heap's
    /// lock, which the caller holds.
    pub(super) fn claim(&self, pages: &PageAlloc) -> Option<(PageIdx, Pages)> {
        let from = PageIdx(self.page.load(Ordering::Relaxed));
        let left = pages.ranges().find_map(|(base, pages)| {
            let (at, end) = (base.max(from), base + pages);
            (at < end).then_some((at, end))
        });
        let Some((at, end)) = left else {
            self.page.store(PageIdx::END.0, Ordering::Relaxed);
            return None;
        };
        let stop = end.min(at + Pages(CHUNK_PAGES));
        self.page.store(stop.0, Ordering::Relaxed);
        Some((at, stop.offset_from(at)))
    }

    /// Pages came free that nobody has asked for.
    pub(super) fn add_credit(&self, pages: Pages) {
        self.credit.fetch_add(pages.0, Ordering::Relaxed);
    }

    /// Takes up to `pages` of those.
    pub(super) fn take_credit(&self, pages: Pages) -> Pages {
        let take = |credit: usize| (credit > 0).then(|| credit - credit.min(pages.0));
        match self.credit.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Ok(credit) => Pages(credit.min(pages.0)),
            Err(_) => Pages(0),
        }
    }

    /// A swept span is in no list.
    pub(super) fn strand(&self) {
        self.stranded.fetch_add(1, Ordering::Relaxed);
    }

    /// Spans in no list: swept in this cycle, and at most how many that are not swept yet.
    pub(super) fn stranded(&self) -> (usize, usize) {
        let unswept = if self.is_over() { 0 } else { self.to_walk_for.load(Ordering::Relaxed) };
        (self.stranded.load(Ordering::Relaxed), unswept)
    }
}
