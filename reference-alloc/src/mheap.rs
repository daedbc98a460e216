//! The heap: spans from pages, and pages from spans.
//!
//! A span of fewer than 16 pages comes from the thread's *page cache*, a window of 64 pages that was
//! taken from the page allocator at once; so most spans are made without a lock. Spans go back in
//! batches, for one lock and one update of the page allocator's tree.
//!
//! Source: Go `runtime/mheap.go` `allocSpan`, `freeSpanLocked`.

use crate::counts::InSpans;
use crate::error::OutOfMemory;
use crate::kept::Table;
use crate::os::Os;
use crate::page_heap::PageHeap;
use crate::pages::{PageCache, Taken};
use crate::persistent::Purpose;
use crate::size_class::{Class, Scan, SpanClass};
use crate::span::{MAX_PAGES, Made, NARROW_SLOTS, Span, SpanState};
use crate::span_pool::SpanPool;
use crate::stats::MemStats;
use crate::sweepgen;
use crate::sync::{AtomicU32, Ordering};
use crate::units::{PageIdx, Pages};

/// Spans that a thread keeps to give back at once.
pub const BATCH: usize = 32;
/// Spans of the heap.
pub struct Mheap<O: Os> {
    /// Where pages come from.
    pub pages: PageHeap<O>,
    /// Where structs come from.
    pub pool: SpanPool,
    /// What a span's number is held against: see [`crate::sweepgen`]. Rises by 2 with each cycle of a
    /// collector, while nobody uses the heap.
    pub sweepgen: AtomicU32,
    in_spans: InSpans,
}

/// What one thread keeps of the heap for itself.
#[derive(Debug, Default)]
pub struct LocalPages {
    /// Pages for spans to come.
    pub cache: PageCache,
}

impl<O: Os> Mheap<O> {
    /// An empty heap.
    pub const fn new(os: O) -> Mheap<O> {
        Mheap {
            pages: PageHeap::new(os),
            pool: SpanPool::new(),
            sweepgen: AtomicU32::new(0),
            in_spans: InSpans::new(),
        }
    }

    /// A span of `class`, owned by the caller.
    ///
    /// # Errors
    /// If the system has no memory.
    #[cold]
    pub fn alloc_small(
        &self,
        local: &mut LocalPages,
        class: SpanClass,
        slots: usize,
    ) -> Result<&'static Span, OutOfMemory> {
        let pages = class.class().pages();
        let taken = self.pages.take_cached(&mut local.cache, pages)?;
        let made = Made {
            base: taken.base.addr(),
            pages,
            class,
            elem_bytes: class.class().bytes(),
            slots,
            need_zero: self.need_zero(taken, pages),
            state: SpanState::InUse,
        };
        self.publish(made)
    }

    /// Makes a span of `class` from the pages of `span`, which are as many; the caller owns it, and was
    /// told to release it.
    ///
    /// # Errors
    /// If the system has no memory for a struct. The pages are free then.
    pub fn remake(
        &self,
        span: &'static Span,
        class: SpanClass,
        slots: usize,
    ) -> Result<&'static Span, OutOfMemory> {
        let (base, pages) = (span.base(), span.pages());
        self.end(span);
        self.publish(Made {
            base,
            pages,
            class,
            elem_bytes: class.class().bytes(),
            slots,
            need_zero: true,
            state: SpanState::InUse,
        })
    }

    /// A span for one object of `pages`, at a multiple of `align` (a power of two in pages).
    /// Upholds `alloc/large/large-page-exact`.
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn alloc_large(
        &self,
        pages: Pages,
        align: Pages,
        scan: Scan,
    ) -> Result<&'static Span, OutOfMemory> {
        self.alloc_whole(pages, align, SpanClass::new(Class::LARGE, scan), SpanState::InUse)
    }

    /// A span for whatever the caller does with `pages`.
    ///
    /// # Errors
    /// If the system has no memory.
    pub fn alloc_manual(&self, pages: Pages) -> Result<&'static Span, OutOfMemory> {
        let class = SpanClass::new(Class::LARGE, Scan::No);
        self.alloc_whole(pages, Pages(1), class, SpanState::Manual)
    }

    fn alloc_whole(
        &self,
        pages: Pages,
        align: Pages,
        class: SpanClass,
        state: SpanState,
    ) -> Result<&'static Span, OutOfMemory> {
        if pages > MAX_PAGES {
            return Err(OutOfMemory);
        }
        let taken = self.pages.take(pages, align)?;
        let need_zero = self.need_zero(taken, pages);
        self.publish(Made {
            base: taken.base.addr(),
            pages,
            class,
            elem_bytes: pages.bytes(),
            slots: 1,
            need_zero,
            state,
        })
    }

    /// Pages with a struct: a span. Without a struct the pages go back.
    fn publish(&self, made: Made) -> Result<&'static Span, OutOfMemory> {
        let Ok(span) = self.pool.take(made.slots > NARROW_SLOTS, &self.pages) else {
            self.pages.core().pages.free(made.base.page(), made.pages);
            return Err(OutOfMemory);
        };
        self.in_spans.made(made.state, made.pages);
        // Swept, and before anybody can see the span: its last life's number would say that it is not.
        sweepgen::done(&span.sweepgen, self.sweepgen.load(Ordering::Relaxed));
        span.make(made);
        let plain = made.class.scan() == Scan::No && made.state == SpanState::InUse;
        self.pages.arenas.enter(span, if plain { made.class.class().0 } else { 0 });
        Ok(span)
    }

    /// Whether `pages` just taken may hold something but zero. Upholds
    /// `alloc/scavenge/scavenged-reads-zero`.
    fn need_zero(&self, taken: Taken, pages: Pages) -> bool {
        let used = self.pages.arenas.needs_zero(taken.base, pages);
        used && !(taken.scavenged == pages && self.pages.os.decommit_zeroes())
    }

    /// Gives the pages of spans back that the caller owns and whose slots are all free. At most
    /// [`BATCH`] at once. Upholds `alloc/mheap/empty-span-returned`.
    ///
    /// # Panics
    /// If there are more.
    pub fn free_spans(&self, spans: &[&'static Span]) {
        let mut runs = [(PageIdx(0), Pages(0)); BATCH];
        for (run, span) in runs.iter_mut().zip(spans) {
            *run = (span.base().page(), span.pages());
            self.end(span);
        }
        self.pages.free(&runs[..spans.len()]);
    }

    /// Pages without a struct again: it is no span any more.
    fn end(&self, span: &'static Span) {
        if span.class().class() != Class::LARGE {
            self.pages.arenas.tell_class(span, 0);
        }
        self.in_spans.ended(span.state(), span.pages());
        if span.unmake() {
            self.pool.keep(span);
        }
    }

    /// Makes a span of one object longer or shorter where it stands, to `pages`. False if the pages
    /// behind it are not free.
    pub fn resize_large(&self, span: &'static Span, pages: Pages) -> bool {
        let (base, old) = (span.base().page(), span.pages());
        if pages > MAX_PAGES {
            return false;
        }
        if pages > old {
            let (behind, more) = (base + old, pages - old);
            let Some(taken) = self.pages.core().pages.extend(behind, more) else { return false };
            self.pages.arenas.needs_zero(taken.base, more);
            span.set_need_zero();
            self.in_spans.grew(SpanState::InUse, more);
            span.set_pages(pages);
            self.pages.arenas.enter(span, 0);
        } else if pages < old {
            let (behind, less) = (base + pages, old - pages);
            span.set_pages(pages);
            self.in_spans.shrank(SpanState::InUse, less);
            self.pages.free(&[(behind, less)]);
        }
        true
    }

    /// Fills in what is known of pages and structs.
    pub fn count(&self, stats: &mut MemStats) {
        let core = self.pages.core();
        let persistent = self.pages.persistent();
        self.in_spans.split(stats, core.pages.mapped_pages(), self.pages.released_pages(&core));
        stats.mspan_inuse = (self.in_spans.spans() * size_of::<Span>()) as u64;
        stats.mspan_sys = persistent.used_for(Purpose::Spans) as u64;
        stats.mcache_sys = persistent.used_for(Purpose::Caches) as u64;
        let tables = persistent.used_for(Purpose::Tables);
        stats.gc_sys = (tables + self.pages.arenas.table_bytes(&self.pages.os)) as u64;
        stats.other_sys =
            persistent.taken() as u64 - stats.mspan_sys - stats.mcache_sys - tables as u64;
    }

    /// Gives what a thread keeps back to the heap.
    pub fn flush_pages(&self, local: &mut LocalPages) {
        self.pages.flush(&mut local.cache);
    }
}
