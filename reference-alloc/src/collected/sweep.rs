//! Sweeping: in the background, and for pages when the heap would grow.
//!
//! Source: Go `runtime/mgcsweep.go` `sweepone`, `sweepLocked.sweep`; `runtime/mheap.go` `reclaim`.

use crate::mcentral::Emptied;
use crate::os::Os;
use crate::span::{Span, SpanState};
use crate::sweepgen::{self, Sweep};
use crate::sync::Ordering;
use crate::units::{PageIdx, Pages};

use super::central::Swept;
use super::sweeping::Sweeping;
use super::{Collected, LIVE_WORDS, Reclaim};

impl<O: Os, R: Reclaim> Collected<O, R> {
    /// Whether all is swept: no list has an unswept span, and nobody sweeps.
    pub fn is_swept(&self) -> bool {
        self.sweeping.is_over()
    }

    /// Sweeps a span; the pages that came free by it. `None` if there is nothing left to sweep, though
    /// others may be busy with their last spans.
    pub fn sweep_one(&self) -> Option<Pages> {
        let _sweeper = self.sweeping.begin()?;
        let mut emptied = Emptied::new();
        while let Some(span) = self.next_unswept() {
            if sweepgen::acquire(&span.sweepgen, self.sweepgen()) {
                let freed = self.sweep_and_place(span, &mut emptied);
                emptied.flush(&self.heap);
                self.sweeping.add_credit(freed);
                return Some(freed);
            }
        }
        if self.sweeping.must_walk()
            && let Some(chunk) = self.claim_chunk()
        {
            let freed = self.sweep_chunk(chunk);
            self.sweeping.add_credit(freed);
            return Some(freed);
        }
        self.sweeping.drained();
        None
    }

    /// Sweeps until nothing is left; the pages that came free.
    pub fn sweep_all(&self) -> Pages {
        let mut freed = Pages(0);
        while let Some(pages) = self.sweep_one() {
            freed += pages;
        }
        freed
    }

    /// Sweeps spans in which nothing lives until at least `pages` came free, as long as there are any:
    /// before the heap takes so many for a new span. Pages of any class will do, so spans are taken as
    /// they lie.
    pub fn reclaim(&self, pages: Pages) {
        if !self.sweeping.can_walk() {
            return;
        }
        let Some(_sweeper) = self.sweeping.begin() else { return };
        let mut owed = pages;
        while owed.0 > 0 {
            owed -= self.sweeping.take_credit(owed);
            if owed.0 == 0 {
                break;
            }
            let Some(chunk) = self.claim_chunk() else { break };
            let freed = self.sweep_chunk(chunk);
            self.sweeping.add_credit(freed);
        }
    }

    /// The next entry of the bags of unswept spans; it may be stale.
    fn next_unswept(&self) -> Option<&'static Span> {
        let (h, memory) = (self.sweepgen(), self.set_memory());
        let mut number = self.sweeping.bag();
        while let Some((class, room)) = Sweeping::bag_of(number) {
            if let Some(span) = self.central(class).take(room, Swept::No, h, &memory) {
                self.sweeping.bags_done(number);
                return Some(span);
            }
            number += 1;
        }
        self.sweeping.bags_done(number);
        None
    }

    fn claim_chunk(&self) -> Option<(PageIdx, Pages)> {
        let core = self.heap.pages.core();
        self.sweeping.claim(&core.pages)
    }

    /// Sweeps the spans that begin in `chunk`, but for those that keep their pages; if there are
    /// stranded ones, which nobody else finds, all. The pages that came free.
    ///
    /// Without a lock: a span that is looked at may end meanwhile, and its struct be another span. But a
    /// struct that says that it is in use and must be swept was in use when the cycle began, since a span
    /// made later is swept from the start, and since then nobody has acquired it.
    fn sweep_chunk(&self, chunk: (PageIdx, Pages)) -> Pages {
        let (mut freed, mut emptied) = (Pages(0), Emptied::new());
        let (h, all) = (self.sweepgen(), self.sweeping.stranded().1 > 0);
        for nth in 0..chunk.1.0 {
            // Page by page: where a span ends is not said by a struct that may become another span.
            let page = chunk.0 + Pages(nth);
            let Some(span) = self.heap.pages.arenas.span_at(page.addr().0) else { continue };
            if span.state() == SpanState::InUse
                && span.base().page() == page
                && Sweep::of(span.sweepgen.load(Ordering::Relaxed), h) == Some(Sweep::Needed)
                && (all || !self.reclaim.has_live(span))
                && sweepgen::acquire(&span.sweepgen, h)
            {
                freed += self.sweep_and_place(span, &mut emptied);
            }
        }
        emptied.flush(&self.heap);
        freed
    }

    /// Sweeps `span`, whose one sweeper the caller is, and gives it away: to the heap if nothing in it
    /// lives, else to its list. The pages that come free when `emptied` is flushed.
    ///
    /// Upholds `alloc/span/empty-span-returned`.
    pub(super) fn sweep_and_place(&self, span: &'static Span, emptied: &mut Emptied) -> Pages {
        let pages = span.pages();
        self.sweep(span);
        if span.alloc_count() == 0 {
            emptied.add(span, &self.heap);
            return pages;
        }
        self.place(span);
        Pages(0)
    }

    /// Sweeps `span`, whose one sweeper the caller is. It is swept and the caller's then.
    ///
    /// Upholds `alloc/span/sweep-keeps-live` and `alloc/span/no-lost-slot`.
    pub(super) fn sweep(&self, span: &'static Span) {
        let mut live = [0; LIVE_WORDS];
        self.reclaim.live(span, &mut live[..span.slots().div_ceil(64)]);
        let died = span.sweep(|word| live[word]);
        // Counted before the pages can go back: memory in use may not fall below memory in objects.
        self.counts.freed(span, died);
        sweepgen::done(&span.sweepgen, self.sweepgen());
    }

    /// Puts a swept span, which is the caller's and nobody else's, into its list.
    pub(super) fn place(&self, span: &'static Span) {
        let (h, memory) = (self.sweepgen(), self.set_memory());
        if self.central(span.class()).put(span, h, &memory).is_err() {
            self.sweeping.strand();
        }
    }
}
