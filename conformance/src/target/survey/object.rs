//! One object: its span before it was made, and after.

use super::{Own, page_bits};
use crate::capability::{Capabilities, Capability};
use crate::observe::reading::{Fact, Reading};
use crate::op::alloc::Scan;
use crate::target::inside::{Inside, PAGE, PagesView, SpanView, bit};

/// What is asked for.
#[derive(Clone, Copy)]
pub(in crate::target) struct Request {
    pub(in crate::target) size: usize,
    pub(in crate::target) scan: Scan,
}

/// Objects up to this may come from size classes. Source: Go `runtime/malloc.go mallocgc`.
const MAX_SMALL: usize = 32760;

impl Request {
    /// It shares a block with others.
    fn is_tiny(self, offers: Capabilities) -> bool {
        offers.has(Capability::Tiny) && self.scan == Scan::Noscan && self.size < 16
    }

    /// The size and scan-ness that decide its class.
    fn effective(self, offers: Capabilities) -> (usize, Scan) {
        if self.is_tiny(offers) { (16, Scan::Noscan) } else { (self.size, self.scan) }
    }
}

/// The state that an object is made in.
pub(in crate::target) struct Before {
    offers: Capabilities,
    request: Request,
    p: usize,
    /// The span in the cache from which it should come.
    cached: Option<SpanView>,
    /// The tiny block of the P: base, offset.
    tiny: Option<(usize, usize)>,
    /// The cache is emptied before the object is made.
    emptied: bool,
    /// For large objects, where the pages of the heap are looked at.
    pages: Option<PagesView>,
}

impl Before {
    /// Looks at `inside` before `request` is made. What the cache holds does not count if it is `emptied`
    /// before it is used, because a cycle has begun. Source: Go `runtime/mcache.go prepareForSweep`.
    pub(in crate::target) fn look(
        inside: &dyn Inside,
        offers: Capabilities,
        request: Request,
        emptied: bool,
    ) -> Before {
        let large = request.size > MAX_SMALL && offers.has(Capability::IntrospectPages);
        let p = inside.current_p();
        Before {
            offers,
            request,
            p,
            cached: if emptied { None } else { cached(inside, offers, request, p) },
            tiny: tiny(inside, offers, p),
            emptied,
            pages: large.then(|| inside.pages()),
        }
    }

    /// Looks at the object at `address`, which nobody has written to, and at its surroundings;
    /// `others` are the live blocks of the judge, and `issued` is the last slot that it was given of
    /// a span since that was swept.
    pub(in crate::target) fn made(
        &self,
        inside: &dyn Inside,
        address: usize,
        others: &[Own],
        issued: &dyn Fn(usize) -> Option<usize>,
    ) -> Reading {
        let mut reading = Reading::default();
        reading.set(Fact::ObjectAddress, address as u64);
        reading.set(Fact::ObjectSize, self.request.size as u64);
        reading.set(Fact::ObjectScan, u64::from(self.request.scan == Scan::Pointers));
        if address == 0 {
            return reading;
        }
        self.read_tiny(inside, address, &mut reading);
        self.read_cache(inside, &mut reading);
        if let Some(pages) = &self.pages {
            let count = self.request.size.div_ceil(PAGE);
            let released = |i: &usize| page_bits(pages, address + i * PAGE).is_some_and(|b| b.1);
            let scavenged = count <= 1 << 16 && (0..count).all(|i| released(&i));
            reading.set(Fact::ObjectScavenged, u64::from(scavenged));
        }
        if self.offers.has(Capability::IntrospectSpan) {
            self.read_span(inside, address, others, issued, &mut reading);
        }
        reading
    }

    fn read_tiny(&self, inside: &dyn Inside, address: usize, reading: &mut Reading) {
        if !self.request.is_tiny(self.offers) {
            return;
        }
        let room = |tiny: Option<(usize, usize)>| tiny.map_or(0, |(_, offset)| 16 - offset.min(16));
        let fresh = self.tiny.is_none_or(|(base, _)| address / 16 != base / 16);
        reading.set(Fact::TinyFresh, u64::from(fresh));
        let before = if self.emptied { 0 } else { room(self.tiny) };
        reading.set(Fact::TinyRoomBefore, before as u64);
        let after = tiny(inside, self.offers, self.p);
        reading.set(Fact::TinyRoomAfter, room(after) as u64);
    }

    fn read_cache(&self, inside: &dyn Inside, reading: &mut Reading) {
        let Some(before) = &self.cached else { return };
        let after = cached(inside, self.offers, self.request, self.p);
        let replaced = after.is_some_and(|after| after.base != before.base);
        reading.set(Fact::CacheReplaced, u64::from(replaced));
        let free = before.nelems - before.taken();
        reading.set(Fact::CacheFreeBefore, free as u64);
    }

    fn read_span(
        &self,
        inside: &dyn Inside,
        address: usize,
        others: &[Own],
        issued: &dyn Fn(usize) -> Option<usize>,
        reading: &mut Reading,
    ) {
        let last = address.wrapping_add(self.request.size - 1);
        let registered = inside.is_registered(address) && inside.is_registered(last);
        reading.set(Fact::SpanRegistered, u64::from(registered));
        let Some(span) = inside.span_of(address) else { return };
        read_span(&span, reading);
        let elemsize = span.elemsize.max(1);
        let (slot, offset) = ((address - span.base) / elemsize, (address - span.base) % elemsize);
        let block = address - offset;
        let same = |&&(other, _): &&Own| (block..block + elemsize).contains(&other);
        let known = self.cached.as_ref().filter(|before| before.base == span.base);
        let was_free = known.is_none_or(|before| !before.is_taken(slot));
        let first_free = known.and_then(|before| {
            let from = issued(span.base).map_or(before.freeindex, |last| last + 1);
            (from..before.nelems).find(|&i| !bit(&before.alloc_bits, i))
        });
        let numbers = [
            (Fact::ObjectOffset, offset),
            (Fact::ObjectSlot, slot),
            (Fact::ObjectKnown, usize::from(known.is_some())),
            (Fact::ObjectExpected, first_free.unwrap_or(usize::MAX)),
            (Fact::ObjectWasFree, usize::from(was_free)),
            (Fact::ObjectTaken, usize::from(span.is_taken(slot))),
            (Fact::ObjectNeighbours, others.iter().filter(same).count()),
        ];
        for (fact, value) in numbers {
            reading.set(fact, value as u64);
        }
    }
}

/// The facts of the record `span`.
fn read_span(span: &SpanView, reading: &mut Reading) {
    let natural = (1usize << span.elemsize.trailing_zeros().min(13)).min(PAGE);
    let numbers = [
        (Fact::SpanBase, span.base),
        (Fact::SpanLimit, span.limit),
        (Fact::SpanPages, span.pages),
        (Fact::SpanElemsize, span.elemsize),
        (Fact::SpanNelems, span.nelems),
        (Fact::SpanClass, span.class),
        (Fact::SpanScan, usize::from(span.scan)),
        (Fact::SpanDivmul, span.divmul as usize),
        (Fact::SpanNaturalAlign, natural),
    ];
    for (fact, value) in numbers {
        reading.set(fact, value as u64);
    }
}

fn cached(
    inside: &dyn Inside,
    offers: Capabilities,
    request: Request,
    p: usize,
) -> Option<SpanView> {
    let pieces = [Capability::IntrospectCentral, Capability::IntrospectClasses];
    if !offers.covers(Capabilities::of(&pieces)) || !offers.has(Capability::IntrospectSpan) {
        return None;
    }
    let (size, scan) = request.effective(offers);
    let class = inside.look_up(size, scan).class;
    let is_its = |c: &&crate::target::inside::CachedView| {
        c.p == p && c.class == class && c.scan == (scan == Scan::Pointers)
    };
    let base = inside.central().cached.iter().find(is_its)?.base;
    (class > 0).then(|| inside.span_of(base)).flatten()
}

fn tiny(inside: &dyn Inside, offers: Capabilities, p: usize) -> Option<(usize, usize)> {
    if !offers.covers(Capabilities::of(&[Capability::IntrospectCentral, Capability::Tiny])) {
        return None;
    }
    let tiny = inside.central().tiny;
    tiny.iter().find(|(own, ..)| *own == p).map(|&(_, base, offset)| (base, offset))
}
