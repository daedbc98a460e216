//! The whole heap looked at, slowly, at rest: where each span is, and whether that is said of it.
//!
//! Like [`crate::check`], of which it is the other half: it takes nothing from the fast paths but the
//! storage, names what is wrong by the id of the invariant, and never panics.
//!
//! Source: Go `runtime/mcache.go`, `runtime/mcentral.go`, `runtime/mgcsweep.go`: what they throw on;
//! `runtime/export_test.go` `ReadMemStatsSlow`.

use crate::check::{Violation, check_shape, counts_as_heap};
use crate::os::Os;
use crate::size_class::{CLASSES, Scan, SpanClass};
use crate::span::Span;
use crate::sweepgen::Sweep;
use crate::sync::Ordering;
use crate::tiny::BLOCK_BYTES;
use crate::units::{Addr, Pages};
use std::collections::BTreeMap;
use std::ptr;

use super::central::{Room, Swept};
use super::refill::{Mine, ObjectCache};
use super::{Collected, Reclaim};

/// Where a span was met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// In a cache, as the current span of a class.
    Cache(SpanClass),
    /// In a list.
    List(SpanClass, Room, Swept),
}

/// All places where a span was met, by its struct.
type Places = BTreeMap<*const Span, Vec<Place>>;

/// Counts of all spans together.
struct Totals {
    pages: Pages,
    /// Slots that are allocated, by class.
    live: [u64; CLASSES],
    bytes: u64,
    /// Spans in no place: swept, and not.
    stranded: (usize, usize),
}

impl<O: Os, R: Reclaim> Collected<O, R> {
    /// Reports every violation that can be seen.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn check(&self, report: &mut dyn FnMut(Violation)) {
        let places = self.places();
        let core = self.heap.pages.core();
        core.pages.check(&mut |id, page| report(Violation { id, at: page.addr() }));
        let mut totals = Totals { pages: Pages(0), live: [0; CLASSES], bytes: 0, stranded: (0, 0) };
        let arenas = &self.heap.pages.arenas;
        for (page, span) in core.pages.ranges().flat_map(|range| arenas.spans(range)) {
            check_shape(arenas, span, page, report);
            totals.pages += span.pages();
            if counts_as_heap(span) {
                let met = places.get(&ptr::from_ref(span)).map_or(&[][..], Vec::as_slice);
                self.check_span(span, met, &mut totals, report);
            }
        }
        let (mut cached, mut scavenged) = (Pages(0), Pages(0));
        for cache in self.caches.iter() {
            // SAFETY: the caller's.
            let mine = unsafe { cache.mine() };
            cached += mine.pages.cache.free();
            scavenged += mine.pages.cache.scavenged();
            self.check_cache(cache, mine, report);
        }
        let mut expect = |id, holds: bool| {
            if !holds {
                report(Violation { id, at: Addr(0) });
            }
        };
        expect("alloc/pages/page-accounting", totals.pages + cached == core.pages.in_use_pages());
        drop(core);
        let counted = self.heap.pages.cached_scavenged_pages();
        expect("alloc/scavenge/scavenge-accounting", scavenged == counted);
        let (swept, unswept) = self.sweeping.stranded();
        let stranded = totals.stranded.0 == swept && totals.stranded.1 <= unswept;
        expect("alloc/mcentral/span-in-one-place", stranded);
        self.check_stats(&totals, report);
    }

    /// All spans in caches and lists. An entry of a list of unswept spans counts only if the span is to
    /// be swept: else it is stale.
    fn places(&self) -> Places {
        let (h, memory) = (self.sweepgen(), self.set_memory());
        let mut places = Places::new();
        let mut met = |span: &'static Span, place| {
            places.entry(ptr::from_ref(span)).or_default().push(place);
        };
        for cache in self.caches.iter() {
            // SAFETY: the caller of `check`'s: the world is stopped.
            let mine = unsafe { cache.mine() };
            for (class, span) in mine.current.iter().enumerate() {
                if let Some(span) = span {
                    met(span, Place::Cache(SpanClass(class as u8)));
                }
            }
        }
        for (class, central) in self.central.iter().enumerate() {
            let class = SpanClass(class as u8);
            for room in [Room::Partial, Room::Full] {
                for swept in [Swept::Yes, Swept::No] {
                    central.each(room, swept, h, &memory, &mut |span| {
                        let stale = sweep_of(span, h) != Some(Sweep::Needed);
                        if swept == Swept::Yes || !stale {
                            met(span, Place::List(class, room, swept));
                        }
                    });
                }
            }
        }
        places
    }

    /// One span of objects, and the places where it was met.
    fn check_span(
        &self,
        span: &Span,
        met: &[Place],
        totals: &mut Totals,
        report: &mut dyn FnMut(Violation),
    ) {
        let mut expect = |id, holds: bool| {
            if !holds {
                report(Violation { id, at: span.base() });
            }
        };
        let (class, sweep) = (span.class(), sweep_of(span, self.sweepgen()));
        let (allocated, _) = span.recount();
        totals.live[usize::from(class.class().0)] += allocated as u64;
        totals.bytes += (allocated * span.elem_bytes()) as u64;
        expect("alloc/span/nelems-excludes-metadata", span.slots() == self.reserve.slots(class));
        let cached = met.iter().filter(|place| matches!(place, Place::Cache(_))).count();
        expect("alloc/concurrency/mcache-span-exclusive", cached <= 1);
        expect("alloc/mcentral/span-in-one-place", met.len() <= 1);
        let legal = match met {
            [] => matches!(sweep, Some(Sweep::Done | Sweep::Needed)),
            [Place::Cache(_), ..] => matches!(sweep, Some(Sweep::Cached | Sweep::CachedStale)),
            [Place::List(_, _, Swept::Yes), ..] => sweep == Some(Sweep::Done),
            [Place::List(_, _, Swept::No), ..] => sweep == Some(Sweep::Needed),
        };
        expect("alloc/span/sweepgen-legal", legal);
        if met.is_empty() {
            let needed = usize::from(sweep == Some(Sweep::Needed));
            totals.stranded.0 += 1 - needed;
            totals.stranded.1 += needed;
        }
        for place in met {
            match *place {
                Place::Cache(of) => expect("alloc/span/span-class-fixed", of == class),
                Place::List(of, room, swept) => {
                    expect("alloc/span/span-class-fixed", of == class);
                    expect("alloc/mcentral/uncache-classified", room == Room::of(span));
                    let empty = swept == Swept::Yes && allocated == 0;
                    expect("alloc/span/empty-span-returned", !empty);
                }
            }
        }
    }

    /// One mutator's cache: its block for tiny objects.
    fn check_cache(&self, cache: &ObjectCache, mine: &Mine, report: &mut dyn FnMut(Violation)) {
        let Some((block, offset)) = mine.tiny.block() else { return };
        let mut expect = |id, holds: bool| {
            if !holds {
                report(Violation { id, at: block });
            }
        };
        let found = self.find(block);
        let is_block = found.is_some_and(|found| {
            let class = found.span.class();
            found.base == block
                && class.class().bytes() == BLOCK_BYTES
                && class.scan() == Scan::No
                && found.is_allocated()
        });
        // A cache that waits for its flush may have a block still.
        let behind = self.sweepgen().wrapping_sub(cache.flushed_at.get());
        let of_this_cycle = matches!(behind, 0 | 2);
        expect("alloc/tiny/tiny-block-retained", is_block);
        expect("alloc/tiny/tiny-within-one-block", (1..=BLOCK_BYTES).contains(&offset));
        expect("alloc/tiny/tiny-dropped-on-flush", of_this_cycle);
    }

    fn check_stats(&self, totals: &Totals, report: &mut dyn FnMut(Violation)) {
        let stats = self.stats();
        let mut expect = |id, holds: bool| {
            if !holds {
                report(Violation { id, at: Addr(0) });
            }
        };
        stats.wrong_sums().for_each(|id| expect(id, false));
        expect("alloc/stats/stats-bytes", totals.bytes == stats.heap_alloc);
        let live: u64 = totals.live.iter().sum();
        expect("alloc/stats/stats-objects", live == stats.heap_objects());
        let by_size = stats.by_size.iter().zip(&totals.live);
        let agrees = by_size.into_iter().all(|(of, &live)| of.mallocs - of.frees == live);
        expect("alloc/stats/stats-by-size", agrees);
    }
}

fn sweep_of(span: &Span, h: u32) -> Option<Sweep> {
    Sweep::of(span.sweepgen.load(Ordering::Relaxed), h)
}
