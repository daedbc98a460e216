//! Spans on their way between caches and central sets, and their sweeping.

use super::parts::Parts;
use super::span::Span;
use super::state::{FULL, PARTIAL, State};
use crate::target::inside::PAGE;

impl State {
    /// The index of swept spans in a set.
    fn swept(&self) -> usize {
        (self.h / 2 % 2) as usize
    }

    fn push<P: Parts>(&mut self, base: usize, full: bool) {
        let (swept, Some(span)) = (self.swept(), self.spans.get(&base)) else { return };
        let key = P::key(span.class, span.scan);
        self.sets.entry(key).or_default()[usize::from(full)][swept].push(base);
    }

    fn pop(&mut self, key: usize, which: usize, swept: usize) -> Option<usize> {
        self.sets.get_mut(&key)?[which][swept].pop()
    }

    /// Takes a span out of an unswept set whose sweeping is the taker's business now.
    fn pop_unswept(&mut self, key: usize, which: usize) -> Option<usize> {
        loop {
            let base = self.pop(key, which, 1 - self.swept())?;
            // It may have been swept, cached or given back since it was put there.
            if self.spans.get(&base).is_some_and(|span| span.sweepgen + 2 == self.h) {
                return Some(base);
            }
        }
    }

    /// A span with a free slot: a swept one, one that is swept now, or a new one.
    pub(crate) fn central_span<P: Parts>(&mut self, class: usize, scan: bool) -> Option<usize> {
        let key = P::key(class, scan);
        let swept = self.swept();
        if let Some(base) = self.pop(key, PARTIAL, swept) {
            return Some(base);
        }
        for which in [PARTIAL, FULL] {
            while let Some(base) = self.pop_unswept(key, which) {
                self.sweep_span::<P>(base, true);
                if self.spans[&base].next_free().is_some() {
                    return Some(base);
                }
                self.push::<P>(base, true);
            }
        }
        None
    }

    /// A new span of a class.
    pub(crate) fn new_span<P: Parts>(
        &mut self,
        class: usize,
        scan: bool,
        p: usize,
    ) -> Option<usize> {
        let row = *self.table.classes.get(class)?;
        let run = self.run::<P>(row.pages, p)?;
        let span = Span::of_class(run.base, class, row, scan, P::nelems(row, scan));
        Some(self.enter::<P>(Span { needzero: run.dirty, ..span }))
    }

    /// Enters a span that starts its life.
    pub(crate) fn enter<P: Parts>(&mut self, mut span: Span) -> usize {
        span.sweepgen = self.h;
        let (base, pages, manual) = (span.base, span.pages, span.manual);
        self.spans.insert(base, span);
        P::map_span(self, base, pages);
        P::count_span_record(self);
        if !manual {
            self.counts.heap_inuse += pages * PAGE;
        }
        base
    }

    /// Ends the life of a span.
    pub(crate) fn leave<P: Parts>(&mut self, base: usize) {
        let Some(span) = self.spans.remove(&base) else { return };
        for page in 0..span.pages {
            self.map.remove(&(base / PAGE + page));
        }
        if !span.manual {
            self.counts.heap_inuse -= span.pages * PAGE;
        }
        self.give_run::<P>(base, span.pages);
    }

    pub(crate) fn mark_cached(&mut self, base: usize) {
        let h = self.h;
        if let Some(span) = self.spans.get_mut(&base) {
            span.sweepgen = h + 3;
        }
    }

    /// Exchanges the span of a cache.
    pub(crate) fn refill<P: Parts>(&mut self, class: usize, scan: bool, p: usize) -> Option<usize> {
        let key = P::key(class, scan);
        if let Some(old) = self.caches[p].spans.remove(&key) {
            self.uncache::<P>(old);
        }
        let base = if let Some(base) = P::central_span(self, class, scan) {
            base
        } else {
            self.reclaim_if_worth::<P>();
            match P::central_span(self, class, scan) {
                Some(base) => base,
                None => self.new_span::<P>(class, scan, p)?,
            }
        };
        P::cached(self, base);
        self.caches[p].spans.insert(key, base);
        Some(base)
    }

    /// A span leaves its cache.
    fn uncache<P: Parts>(&mut self, base: usize) {
        let h = self.h;
        let Some(span) = self.spans.get_mut(&base) else { return };
        if span.sweepgen == h + 1 {
            // It was cached before the cycle began, and so was not swept.
            self.sweep_span::<P>(base, false);
            return;
        }
        span.sweepgen = P::uncached_gen(h);
        let full = P::is_full(span);
        self.push::<P>(base, full);
    }

    /// Sweeps a span. Unless it is kept for the caller, it goes to its set, or its pages back.
    fn sweep_span<P: Parts>(&mut self, base: usize, kept: bool) {
        let h = self.h;
        let Some(span) = self.spans.get_mut(&base) else { return };
        let count = span.live_count();
        let freed = span.alloc_count.saturating_sub(count);
        span.sweepgen = h;
        span.alloc_bits = P::fold(span);
        span.freeindex = P::swept_freeindex(span);
        span.alloc_count = count;
        span.needzero = P::swept_needzero(span.needzero, freed);
        self.counts.dead = self.counts.dead.saturating_sub(freed * span.elemsize);
        if kept {
            return;
        }
        if span.live_count() == 0 && P::gives_empty_back(span) {
            self.leave::<P>(base);
            return;
        }
        let full = self.spans[&base].next_free().is_none();
        self.push::<P>(base, full);
    }

    /// Sweeps at most `n` spans that wait for it.
    pub(crate) fn sweep<P: Parts>(&mut self, n: usize) -> usize {
        let keys: Vec<usize> = self.sets.keys().copied().collect();
        let mut done = 0;
        for key in keys {
            for which in [PARTIAL, FULL] {
                while done < n {
                    let Some(base) = self.pop_unswept(key, which) else { break };
                    self.sweep_span::<P>(base, false);
                    done += 1;
                }
            }
        }
        done
    }

    /// Starts a cycle: every span waits to be swept. Those in caches are swept when they leave.
    pub(crate) fn start_cycle<P: Parts>(&mut self) {
        self.sweep::<P>(usize::MAX);
        for p in 0..self.caches.len() {
            // A cache of the cycle before must not be carried over two.
            if self.caches[p].flushed != self.h {
                self.flush_spans::<P>(p);
            }
        }
        self.h += 2;
        for span in self.spans.values_mut().filter(|span| span.class == 0) {
            span.sweepgen = self.h;
        }
    }

    /// The cache of `p`, emptied if it was filled in an earlier cycle.
    pub(crate) fn ready<P: Parts>(&mut self, p: usize) {
        if self.caches[p].flushed != self.h {
            self.flush_spans::<P>(p);
        }
    }

    /// Empties the spans and the tiny block of a cache.
    fn flush_spans<P: Parts>(&mut self, p: usize) {
        P::drop_tiny(self, p);
        for base in std::mem::take(&mut self.caches[p].spans).into_values() {
            self.uncache::<P>(base);
        }
        self.caches[p].flushed = self.h;
    }

    /// Empties all caches.
    pub(crate) fn flush<P: Parts>(&mut self) {
        for p in 0..self.caches.len() {
            self.flush_spans::<P>(p);
            let pages = std::mem::take(&mut self.caches[p].pages);
            self.pages.empty::<P>(pages);
            self.flush_stacks::<P>(p);
        }
        self.drop_large_stacks::<P>();
    }

    /// Reclaims what was freed, once there is enough of it.
    fn reclaim_if_worth<P: Parts>(&mut self) {
        if self.counts.dead > (256 << 10) + self.counts.heap_alloc / 4 {
            self.start_cycle::<P>();
            for p in 0..self.caches.len() {
                self.ready::<P>(p);
            }
            self.sweep::<P>(usize::MAX);
        }
    }
}
