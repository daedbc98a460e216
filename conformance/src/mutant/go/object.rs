//! Objects: small, tiny, large; made and freed.

use super::os;
use super::parts::Parts;
use super::span::set;
use super::state::State;
use crate::mutant::small::os::die;
use crate::target::inside::bit;
use std::ptr;

/// What freed objects are filled with. Source: Go `runtime/mgcsweep.go clobberfree`.
pub(crate) const POISON: u8 = 0xDF;

/// A block just made.
#[derive(Clone, Copy)]
pub(crate) struct Made {
    pub(crate) at: usize,
    pub(crate) base: usize,
}

impl State {
    /// A slot of `class`, not cleared.
    pub(crate) fn slot<P: Parts>(
        &mut self,
        class: usize,
        scan: bool,
        size: usize,
        p: usize,
    ) -> Option<Made> {
        self.ready::<P>(p);
        let key = P::key(class, scan);
        let cached = self.caches[p].spans.get(&key).copied();
        let exhausted = |base: &usize| P::is_exhausted(&self.spans[base]);
        let mut base = match cached.filter(|base| !exhausted(base)) {
            Some(base) => base,
            None => self.refill::<P>(class, scan, p)?,
        };
        // A span from the centre has room, so once more is once too often already.
        let mut i = P::next_free(&self.spans[&base]);
        if i.is_none() {
            base = self.refill::<P>(class, scan, p)?;
            i = P::next_free(&self.spans[&base]);
        }
        let (i, span) = (i?, self.spans.get_mut(&base)?);
        let at = P::slot_at(span, i, size);
        P::issued(span, i);
        let last = span.next_free().is_none();
        P::counted(span, last);
        set(&mut span.live, i, true);
        self.count_made::<P>(base, size);
        Some(Made { at, base })
    }

    fn count_made<P: Parts>(&mut self, base: usize, size: usize) {
        let span = &self.spans[&base];
        let (bytes, class) = (P::bytes_of(span, size), P::counted_as(span));
        self.counts.mallocs += 1;
        self.counts.total_bytes += span.elemsize as u64;
        self.counts.heap_alloc += bytes;
        if let Some(count) = self.counts.by_size.get_mut(class) {
            count.0 += 1;
        }
    }

    fn count_freed<P: Parts>(&mut self, base: usize, size: usize) {
        let span = &self.spans[&base];
        let (bytes, class) = (P::bytes_of(span, size), span.class);
        self.counts.frees += 1;
        self.counts.heap_alloc = self.counts.heap_alloc.saturating_sub(bytes);
        if let Some(count) = self.counts.by_size.get_mut(class) {
            count.1 += 1;
        }
    }

    /// A new object that reads zero; 0 without memory.
    pub(crate) fn object<P: Parts>(&mut self, size: usize, scan: bool, p: usize) -> usize {
        let at = self.object_of::<P>(size, scan, p).unwrap_or(0);
        if at != 0 {
            self.asked.insert(at, (size, scan));
        }
        at
    }

    fn object_of<P: Parts>(&mut self, size: usize, scan: bool, p: usize) -> Option<usize> {
        if P::is_tiny(size, scan) {
            return self.tiny::<P>(size, p);
        }
        if !P::is_small(size) {
            let made = self.large::<P>(size, scan, p)?;
            self.clear(made);
            return Some(made.at);
        }
        let class = P::class_of(&self.table, size + P::header(size, scan));
        let made = self.slot::<P>(class, scan, size, p)?;
        self.clear(made);
        Some(made.at + P::start(size, scan))
    }

    /// Clears a slot that may hold old bytes.
    fn clear(&self, made: Made) {
        let span = &self.spans[&made.base];
        if span.needzero {
            os::clear(made.at, span.elemsize);
        }
    }

    fn tiny<P: Parts>(&mut self, size: usize, p: usize) -> Option<usize> {
        self.ready::<P>(p);
        self.counts.tiny += 1;
        let (base, offset) = self.caches[p].tiny;
        if let Some(place) = P::tiny_place(offset, size).filter(|_| base != 0) {
            self.caches[p].tiny.1 = place + size;
            *self.tiny_counts.entry(base).or_default() += 1;
            return Some(base + place);
        }
        let made = self.slot::<P>(P::class_of(&self.table, 16), false, 16, p)?;
        P::clear_tiny(made.at, size);
        *self.tiny_counts.entry(made.at).or_default() += 1;
        if base == 0 || P::keeps_fresh(offset, size) {
            P::drop_tiny(self, p);
            self.caches[p].tiny = (made.at, size);
            *self.tiny_counts.entry(made.at).or_default() += 1;
        }
        Some(made.at)
    }

    /// The cache of `p` holds no tiny block any more.
    pub(crate) fn drop_tiny<P: Parts>(&mut self, p: usize) {
        let (base, _) = std::mem::take(&mut self.caches[p].tiny);
        if base != 0 {
            self.drop_from_tiny::<P>(base);
        }
    }

    fn drop_from_tiny<P: Parts>(&mut self, base: usize) {
        let Some(count) = self.tiny_counts.get_mut(&base) else { return };
        *count = count.saturating_sub(1);
        if P::is_tiny_over(*count) {
            self.tiny_counts.remove(&base);
            self.free_slot::<P>(base, 16);
        }
    }

    /// A span of one object.
    pub(crate) fn large<P: Parts>(&mut self, size: usize, scan: bool, p: usize) -> Option<Made> {
        let n = P::large_pages(size).filter(|&n| n > 0 && n < 1 << 33)?;
        let run = self.run::<P>(n, p)?;
        Some(self.large_in::<P>(run, n, size, scan))
    }

    /// The same, in pages at hand.
    pub(crate) fn large_in<P: Parts>(
        &mut self,
        run: super::pages::Run,
        n: usize,
        size: usize,
        scan: bool,
    ) -> Made {
        let mut span = P::large_span(run, n, size, scan);
        span.needzero = run.dirty;
        (span.freeindex, span.alloc_count) = (1, 1);
        set(&mut span.live, 0, true);
        let base = self.enter::<P>(span);
        self.count_made::<P>(base, size);
        Made { at: base, base }
    }

    /// Frees an object that its owner says has `told` bytes.
    pub(crate) fn free_object<P: Parts>(&mut self, at: usize, told: usize) {
        let address: *const u8 = ptr::without_provenance(at);
        let Some((size, scan)) = self.asked.remove(&at) else { die("invalid free of", address) };
        if !P::is_told_right(&self.table, size, told, scan) {
            die("free with the wrong size of", address);
        }
        if self.tiny_counts.contains_key(&(at / 16 * 16)) && P::is_tiny(size, scan) {
            P::poison(at, size, POISON);
            self.drop_from_tiny::<P>(at / 16 * 16);
            return;
        }
        let Some(span) = self.span_of(at) else { return };
        let start = at - P::start(size, scan) * usize::from(span.class > 0);
        let slack = (start + span.elemsize).saturating_sub(at + size);
        if span.class > 0 && !P::is_slack_clean(at + size, slack) {
            die("write past the end of", address);
        }
        if span.class > 0 {
            P::poison(at, size, POISON);
        }
        self.free_slot::<P>(at, size);
    }

    /// Frees the slot around `at`: at once if it is a span, else when it is swept.
    pub(crate) fn free_slot<P: Parts>(&mut self, at: usize, size: usize) {
        let Some(base) = self.span_of(at).map(|span| span.base) else { return };
        self.count_freed::<P>(base, size);
        let Some(span) = self.spans.get_mut(&base) else { return };
        let i = span.slot_of(at);
        set(&mut span.live, i, false);
        if span.class == 0 {
            self.leave::<P>(base);
        } else {
            self.counts.dead += span.elemsize;
        }
    }

    /// Whether `at` is a live block, and how many bytes of it may be used.
    pub(crate) fn usable(&self, at: usize) -> usize {
        let Some(span) = self.span_of(at) else { return 0 };
        let i = span.slot_of(at);
        let live = bit(&span.live, i);
        if live { span.base + (i + 1) * span.elemsize - at } else { 0 }
    }
}

/// Clears the first bytes of a block of C's calls.
pub(crate) fn clear_block(at: usize, len: usize) {
    os::clear(at, len);
}
