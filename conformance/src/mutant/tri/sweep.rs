//! Sweeping: marks become allocation bits, span by span.
//!
//! A span is swept once in a cycle, by whoever comes first: the sweeper, an allocation that wants a slot of
//! it, or a weak read of an object in it. Which spans are swept their numbers say ([`Span::sweepgen`]).
//!
//! 1. *What hangs on objects comes first*, as finalizers keep objects alive (`special.rs`).
//! 2. *A death is reported before its slot can be handed out.*
//! 3. *Slots are dirty afterwards.*
//! 4. *Marks are cleared*, or objects would be found before the next cycle begins.
//! 5. *Everything is swept before the next cycle*, the spans that allocation holds in hand too.
//!
//! [`Span::sweepgen`]: super::span::Span::sweepgen

use super::Tri;
use super::alloc::SPAN_CLASSES;
use super::mark::Phase;

impl Tri {
    /// All spans are to be swept.
    pub(crate) fn begin_sweep(&mut self) {
        self.cycle.phase = Phase::Sweep;
        self.cycle.cursor = 0;
        self.cycle.sweepgen += 2;
        self.parts.release_cached(self);
        for class in 0..SPAN_CLASSES {
            self.central.partial[class].clear();
            self.central.unswept[class].clear();
        }
        let (mut count, sweepgen) = (0, self.cycle.sweepgen);
        for (index, span) in self.heap.spans.iter().enumerate() {
            if span.pages > 0 && span.sweepgen != sweepgen {
                self.central.unswept[span.span_class()].push(index as u32);
                count += 1;
            }
        }
        self.cycle.unswept = count;
        if count == 0 {
            self.cycle.phase = Phase::Idle;
        }
    }

    /// Performs one unit of sweeping.
    pub(crate) fn sweep_unit(&mut self) {
        while self.cycle.unswept > 0 && self.cycle.cursor < self.heap.spans.len() {
            self.cycle.cursor += 1;
            if self.sweep(self.cycle.cursor - 1) {
                break;
            }
        }
        if self.cycle.unswept == 0 || self.cycle.cursor == self.heap.spans.len() {
            self.cycle.phase = Phase::Idle;
        }
    }

    /// Sweeps a span, if it is not swept; whether it was not.
    pub(crate) fn sweep(&mut self, index: usize) -> bool {
        let span = &mut self.heap.spans[index];
        if span.pages == 0 || span.sweepgen == self.cycle.sweepgen {
            return false;
        }
        span.sweepgen = self.cycle.sweepgen - 1;
        if !span.specials.is_empty() {
            self.sweep_specials(index);
        }
        self.parts.sweep_span(self, index);
        self.cycle.unswept -= 1;
        let span = &mut self.heap.spans[index];
        span.sweepgen = self.cycle.sweepgen;
        let (class, has_room, empty) = (span.span_class(), span.has_room(), span.alloc == 0);
        if empty {
            self.heap.release(index);
        } else if has_room {
            self.central.partial[class].push(index as u32);
        }
        true
    }

    /// Frees the slots of a span that are not marked.
    pub(crate) fn free_unmarked(&mut self, index: usize) {
        let parts = self.parts;
        let span = &mut self.heap.spans[index];
        let kept = parts.kept(span);
        let dead = span.allocated() & !kept;
        span.alloc = kept;
        span.free = 0;
        parts.clear_marks(span);
        if dead == 0 {
            return;
        }
        parts.slots_are_dirty(span);
        let size = span.size();
        self.parts.count_frees(self, index, dead, size);
        let mut left = dead;
        while left != 0 {
            let slot = left.trailing_zeros();
            left &= left - 1;
            let number = self.heap.head(self.heap.spans[index].word_of(slot)).number;
            if number != 0 {
                parts.report_death(self, index, u64::from(number));
            }
            parts.slot_is_freed(self, index, slot);
        }
    }

    /// Whether a collection goes on.
    pub(crate) fn collects(&self) -> bool {
        self.cycle.phase != Phase::Idle
    }

    /// Performs one unit of whatever goes on.
    pub(crate) fn unit(&mut self) {
        self.counters.clock += 1;
        match self.cycle.phase {
            Phase::Idle => {}
            Phase::Mark => self.mark_unit(),
            Phase::Sweep => self.sweep_unit(),
        }
    }

    /// Ends the collection that goes on.
    pub(crate) fn finish(&mut self) {
        while self.collects() {
            self.unit();
        }
    }
}
