//! All spans, against the span map, the central sets, the caches, and the judge's own blocks.

use super::{Known, note, ones, span_at};
use crate::capability::{Capabilities, Capability};
use crate::observe::reading::{Fact, Reading};
use crate::target::inside::{CentralView, Inside, PAGE, SpanState, SpanView, bit};
use crate::target::memory;

/// At most so many bytes of free slots are read in one survey.
const LOOK_LIMIT: usize = 1 << 20;

/// Fills the record `spans`, as far as the target offers what it takes.
pub(in crate::target) fn survey_spans(
    inside: &dyn Inside,
    offers: Capabilities,
    known: &Known,
    reading: &mut Reading,
) {
    if !offers.has(Capability::IntrospectSpan) {
        return;
    }
    let spans = inside.spans();
    let objects: Vec<&SpanView> = spans.iter().filter(|s| s.state == SpanState::InUse).collect();
    let bases = |wrong: &dyn Fn(&SpanView) -> bool| -> Vec<usize> {
        objects.iter().filter(|s| wrong(s)).map(|s| s.base).collect()
    };
    reading.set(Fact::SpansCount, objects.len() as u64);
    note(reading, Fact::SpansUnbalanced, &bases(&unbalanced));
    note(reading, Fact::SpansOverfull, &bases(&overfull));
    note(reading, Fact::SpansUnmapped, &unmapped(inside, &spans));
    note(reading, Fact::SpansUnallocated, &unallocated(&spans, known));
    note(reading, Fact::SpansDirty, &dirty(&objects));
    let dead = |s: &SpanView| (0..s.nelems).any(|i| s.is_taken(i) && !bit(&s.live, i));
    reading.set(Fact::SpansDead, bases(&dead).len() as u64);
    let live: usize = objects.iter().map(|s| ones(&s.live, s.nelems)).sum();
    let bytes: usize = objects.iter().map(|s| ones(&s.live, s.nelems) * s.elemsize).sum();
    reading.set(Fact::SpansLive, live as u64);
    reading.set(Fact::SpansLiveBytes, bytes as u64);
    if offers.has(Capability::IntrospectCentral) {
        survey_central(&inside.central(), &objects, reading);
    }
    if offers.has(Capability::IntrospectStats) {
        let off = by_size_off(inside, &objects);
        reading.set(Fact::SpansBySizeOff, off);
    }
}

/// Its count is not the number of its slots in use, or exceeds its slots.
fn unbalanced(span: &SpanView) -> bool {
    span.alloc_count != span.taken() || span.alloc_count > span.nelems
}

/// Its slots do not fit into its pages.
fn overfull(span: &SpanView) -> bool {
    span.nelems * span.elemsize > span.pages * PAGE
}

/// Pages of a span that the span map does not know as its.
fn unmapped(inside: &dyn Inside, spans: &[SpanView]) -> Vec<usize> {
    let pages = spans.iter().flat_map(|s| (0..s.pages).map(move |i| (s.base, s.base + i * PAGE)));
    // Anywhere within the page: a lookup is by interior bytes, too.
    let lost = |&(base, page): &(usize, usize)| {
        inside.span_of(page + page / PAGE % PAGE).is_none_or(|found| found.base != base)
    };
    pages.filter(lost).map(|(_, page)| page).collect()
}

/// Blocks that the judge holds and whose slot counts as free.
fn unallocated(spans: &[SpanView], known: &Known) -> Vec<usize> {
    let free = |&(address, _): &(usize, usize)| match span_at(spans, address) {
        Some(span) => !span.is_taken((address - span.base) / span.elemsize.max(1)),
        None => true,
    };
    known.blocks.iter().copied().filter(free).map(|(address, _)| address).collect()
}

/// Spans whose free slots should read zero and do not.
fn dirty(spans: &[&SpanView]) -> Vec<usize> {
    let mut budget = LOOK_LIMIT;
    let mut found = Vec::new();
    for span in spans.iter().filter(|s| !s.needzero) {
        for slot in (0..span.nelems).filter(|&i| !span.is_taken(i)) {
            let at = std::ptr::with_exposed_provenance::<u8>(span.base + slot * span.elemsize);
            budget = budget.saturating_sub(span.elemsize);
            // SAFETY: a slot of a span in use is mapped, and no thread is in the allocator.
            if budget > 0 && unsafe { memory::zero_prefix(at, span.elemsize) } < span.elemsize {
                found.push(span.base);
                break;
            }
        }
    }
    found
}

/// Classes whose mallocs and frees do not differ by what is live.
fn by_size_off(inside: &dyn Inside, spans: &[&SpanView]) -> u64 {
    let counted = inside.mem().by_size;
    let off = |(class, (mallocs, frees)): (usize, &(u64, u64))| {
        let own = spans.iter().filter(|s| s.class == class);
        let live: usize = own.map(|s| ones(&s.live, s.nelems)).sum();
        class > 0 && mallocs.wrapping_sub(*frees) != live as u64
    };
    counted.iter().enumerate().filter(|&one| off(one)).count() as u64
}

fn survey_central(central: &CentralView, spans: &[&SpanView], reading: &mut Reading) {
    let h = central.sweepgen;
    let small = || spans.iter().filter(|s| s.class > 0);
    let cached = |s: &SpanView| central.cached.iter().filter(|c| c.base == s.base).count();
    let within = |s: &SpanView, swept: bool| {
        let sets = central.sets.iter().filter(|set| set.swept == swept);
        sets.map(|set| set.spans.iter().filter(|&&b| b == s.base).count()).sum::<usize>()
    };
    // A span in an unswept set that was swept or cached since has another place already.
    let waits = |s: &SpanView| s.sweepgen + 2 == h;
    let misplaced: Vec<usize> = small()
        .filter(|s| {
            let waiting = if waits(s) { within(s, false) } else { 0 };
            cached(s) + within(s, true) + waiting != 1
        })
        .map(|s| s.base)
        .collect();
    let off: Vec<usize> = small()
        .filter(|s| match (cached(s) > 0, within(s, true) > 0) {
            (true, _) => s.sweepgen != h + 3 && s.sweepgen != h + 1,
            (_, true) => s.sweepgen != h,
            _ => !waits(s) && s.sweepgen + 1 != h,
        })
        .map(|s| s.base)
        .collect();
    let of = |base: usize| spans.iter().find(|s| s.base == base);
    let strange = |base: usize, class: usize, scan: bool| {
        of(base).is_some_and(|s| s.class != class || s.scan != scan)
    };
    let sets = || central.sets.iter().flat_map(|set| set.spans.iter().map(move |&b| (set, b)));
    // The record of a span that has another place already may even be one of another class by now.
    let has_place = |base: usize| of(base).is_some_and(|s| !waits(s));
    let mut misfiled: Vec<usize> = sets()
        .filter(|(set, b)| (set.swept || !has_place(*b)) && strange(*b, set.class, set.scan))
        .map(|(_, b)| b)
        .collect();
    let in_caches = central.cached.iter().filter(|c| strange(c.base, c.class, c.scan));
    misfiled.extend(in_caches.map(|c| c.base));
    let misclassified: Vec<usize> = sets()
        .filter(|(set, b)| {
            let full = of(*b).map(|s| s.alloc_count == s.nelems);
            set.swept && full.is_some_and(|full| full != set.full)
        })
        .map(|(_, b)| b)
        .collect();
    note(reading, Fact::SpansMisplaced, &misplaced);
    note(reading, Fact::SpansSweepgenOff, &off);
    note(reading, Fact::SpansMisfiled, &misfiled);
    note(reading, Fact::SpansMisclassified, &misclassified);
    reading.set(Fact::SpansUnswept, small().filter(|s| waits(s)).count() as u64);
    reading.set(Fact::TinyHeld, central.tiny.len() as u64);
}
