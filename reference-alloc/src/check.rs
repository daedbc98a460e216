//! The whole heap looked at, slowly: every page, every span, every magazine.
//!
//! A second opinion beside the fast paths: it takes nothing from them but the storage, names what is
//! wrong by the id of the invariant, and never panics, since a heap that is broken must still be
//! able to say so. It costs time in proportion to the heap, and nobody may use the heap meanwhile.
//!
//! Source: mimalloc `src/page.c` `_mi_page_is_valid`; Go `runtime/export_test.go` `ReadMemStatsSlow`.

use crate::alloc::Heap;
use crate::arena::Arenas;
use crate::kept::is_kept;
use crate::ledger::Place;
use crate::mcache::Mcache;
use crate::os::Os;
use crate::size_class::{Class, Scan};
use crate::span::{Span, SpanState};
use crate::units::{Addr, PageIdx, Pages};
use std::ptr;

/// Something that is not as it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Violation {
    /// The invariant.
    pub id: &'static str,
    /// Where it shows; 0 for the heap as a whole.
    pub at: Addr,
}

impl<O: Os> Heap<O> {
    /// Reports every violation that can be seen.
    ///
    /// # Safety
    /// No thread uses the heap meanwhile.
    pub unsafe fn check(&self, report: &mut dyn FnMut(Violation)) {
        let core = self.central.heap.pages.core();
        core.pages.check(&mut |id, page| report(Violation { id, at: page.addr() }));
        let mut in_spans = Pages(0);
        let mut live = 0;
        let arenas = &self.central.heap.pages.arenas;
        for (page, span) in core.pages.ranges().flat_map(|range| arenas.spans(range)) {
            self.check_span(span, page, report);
            in_spans += span.pages();
            live += if counts_as_heap(span) { live_bytes(span) } else { 0 };
        }
        let (mut cached, mut scavenged) = (Pages(0), Pages(0));
        let mut in_magazines = 0;
        for cache in self.caches.iter() {
            // SAFETY: the caller's.
            unsafe {
                cached += cache.page_cache().free();
                scavenged += cache.page_cache().scavenged();
                in_magazines += self.check_cache(cache, report);
            }
        }
        let taken = core.pages.in_use_pages();
        if in_spans + cached != taken {
            report(Violation { id: "alloc/pages/page-accounting", at: Addr(0) });
        }
        if scavenged != self.central.heap.pages.cached_scavenged_pages() {
            report(Violation { id: "alloc/scavenge/scavenge-accounting", at: Addr(0) });
        }
        drop(core);
        let stats = self.stats();
        for id in stats.wrong_sums() {
            report(Violation { id, at: Addr(0) });
        }
        if live as u64 != stats.heap_alloc + in_magazines as u64 {
            report(Violation { id: "alloc/stats/stats-bytes", at: Addr(0) });
        }
    }

    /// One span, met at its first page.
    fn check_span(&self, span: &'static Span, page: PageIdx, report: &mut dyn FnMut(Violation)) {
        check_shape(&self.central.heap.pages.arenas, span, page, report);
        if !counts_as_heap(span) {
            return;
        }
        let mut expect = |id, holds: bool| {
            if !holds {
                report(Violation { id, at: page.addr() });
            }
        };
        let (allocated, freed) = span.recount();
        expect(
            "alloc/concurrency/remote-free-exactly-once",
            freed as i64 == i64::from(span.ledger.returned()),
        );
        let full = span.ledger.place() == Place::Full;
        expect(
            "alloc/mcentral/uncache-classified",
            !full || allocated == span.slots() && freed == 0,
        );
        let emptied = span.ledger.place() == Place::Listed && allocated == freed;
        expect("alloc/span/empty-span-returned", !emptied);
    }

    /// One thread's cache; the bytes in its magazines.
    ///
    /// # Safety
    /// Nobody uses it.
    unsafe fn check_cache(
        &self,
        cache: &'static Mcache,
        report: &mut dyn FnMut(Violation),
    ) -> usize {
        let mut bytes = 0;
        for class in Class::all() {
            let magazine = cache.magazine(class.0);
            // SAFETY: the caller's.
            let blocks = unsafe { magazine.blocks() };
            bytes += blocks.len() * class.bytes();
            for (i, &block) in blocks.iter().enumerate() {
                let span = self.central.heap.pages.arenas.span_at(block.0);
                let held = span.is_some_and(|span| {
                    let slot = span.slot_starting_at(block);
                    span.class().class() == class
                        && slot.is_some_and(|slot| span.is_allocated(slot))
                });
                if !held || blocks[..i].contains(&block) {
                    report(Violation { id: "alloc/span/slot-issued-once", at: block });
                }
            }
            // SAFETY: the caller's.
            let owned = |cache: &'static Mcache| unsafe { owned_spans(cache, class) };
            for span in owned(cache) {
                let places = self.caches.iter().flat_map(|cache| owned(cache));
                let places = places.filter(|other| ptr::eq(*other, span)).count();
                let here = span.ledger.place() == Place::Owned && span.class().class() == class;
                if !here || places != 1 {
                    report(Violation {
                        id: "alloc/concurrency/mcache-span-exclusive",
                        at: span.base(),
                    });
                }
            }
            // SAFETY: the caller's.
            for span in unsafe { cache.kept(class.0) } {
                if span.alloc_count() == 0 {
                    report(Violation { id: "alloc/span/empty-span-returned", at: span.base() });
                }
            }
        }
        bytes
    }
}

/// The spans of `class` that a cache has for itself: the one that it takes blocks from, and those that it
/// keeps.
///
/// # Safety
/// Nobody uses the cache.
unsafe fn owned_spans(cache: &'static Mcache, class: Class) -> impl Iterator<Item = &'static Span> {
    // SAFETY: the caller's.
    cache.magazine(class.0).current().into_iter().chain(unsafe { cache.kept(class.0) })
}

/// What holds of every span, met at its first page, whoever frees its blocks.
pub(crate) fn check_shape(
    arenas: &Arenas,
    span: &Span,
    page: PageIdx,
    report: &mut dyn FnMut(Violation),
) {
    let mut expect = |id, holds: bool| {
        if !holds {
            report(Violation { id, at: page.addr() });
        }
    };
    expect("alloc/span/span-map-complete", span.base().page() == page);
    expect("alloc/span/span-map-complete", span.state() != SpanState::Dead);
    let class = if counts_as_heap(span) && span.class().scan() == Scan::No {
        span.class().class().0
    } else {
        0
    };
    for nth in 0..span.pages().0 {
        let at = (page + Pages(nth)).addr().0;
        let leads = arenas.span_at(at).is_some_and(|found| ptr::eq(found, span));
        let told = arenas.class_at(at);
        let tells = told == Some(class) || told == Some(0) && is_kept(span);
        expect("alloc/span/span-map-complete", leads && tells);
    }
    if counts_as_heap(span) {
        let inside = span.limit() <= span.base() + span.pages().bytes();
        expect("alloc/span/nelems-excludes-metadata", inside);
        let (allocated, _) = span.recount();
        expect("alloc/span/span-slot-conservation", allocated == span.alloc_count());
    }
}

pub(crate) fn counts_as_heap(span: &Span) -> bool {
    span.state() == SpanState::InUse
}

/// Bytes of the slots that are allocated and not freed.
fn live_bytes(span: &Span) -> usize {
    let (allocated, freed) = span.recount();
    allocated.saturating_sub(freed) * span.elem_bytes()
}
