//! What the heap shows of itself, in the words of the judge.
//!
//! Nothing is computed here that the heap could have told, but for what it does not keep: addresses from
//! numbers of pages, and sums over classes. What the system gave and got back is the system's word.

use super::roots::Roots;
use super::world::Judged;
use crate::target::inside::{
    CachedView, CentralView, ChunkView, ClassView, LookupView, MemView, PageCacheView, PagesView,
    SetView, SpanState, SpanView, StackSpanView, StacksView, Summary, TableView, UpperView,
};
use reference_alloc::collected::look::{CacheView, Room, Swept};
use reference_alloc::collected::object::span_class;
use reference_alloc::os::Os;
use reference_alloc::pages::summary::{FAN_OUT, Summary as Offer};
use reference_alloc::size_class::{COARSE, Class, FINE, Reserve, Scan, SpanClass, round_up};
use reference_alloc::span::{self, Span};
use reference_alloc::stack::MIN_STACK;
use reference_alloc::sync::Ordering;
use reference_alloc::units::{Addr, CHUNK_PAGES, PageIdx};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::RwLockWriteGuard;

/// The world is stopped as long as somebody has this.
type Stopped<'a> = RwLockWriteGuard<'a, ()>;

/// Levels of the tree of summaries above the chunks.
const UPPER_LEVELS: usize = 4;

/// The table of size classes, in a heap with that reserve.
pub(super) struct SizeClasses(pub(super) Reserve);

impl SizeClasses {
    pub(super) fn table(&self) -> TableView {
        let row = |class: Class| ClassView {
            size: class.bytes(),
            pages: class.pages().0,
            magic: class.magic(),
            nelems_noscan: self.0.slots(SpanClass::new(class, Scan::No)),
            nelems_scan: self.0.slots(SpanClass::new(class, Scan::Pointers)),
        };
        TableView {
            classes: [ClassView::default()].into_iter().chain(Class::all().map(row)).collect(),
            t8: FINE.to_vec(),
            t128: COARSE.to_vec(),
            greentea: self.0 == Reserve::GreenTea,
        }
    }
}

/// How a request is rounded. Nothing here is made for single sizes.
pub(super) fn look_up(size: usize, scan: Scan) -> LookupView {
    let class = span_class(size, scan).map_or(0, |of| usize::from(of.class().0));
    LookupView { class, specialised: class, roundup: round_up(size, scan) }
}

/// A dividend whose quotient is the number that stands for the division itself.
const ONE: usize = 1 << 32;

/// A span, and what lives in it.
pub(super) fn span(span: &Span, roots: &Roots) -> SpanView {
    let (class, words) = (span.class(), span.slots().div_ceil(64));
    let mut alloc_bits = vec![0; words];
    for slot in (0..span.slots()).filter(|&slot| span.is_allocated(slot)) {
        alloc_bits[slot / 64] |= 1 << (slot % 64);
    }
    SpanView {
        base: span.base().0,
        limit: span.limit().0,
        pages: span.pages().0,
        elemsize: span.elem_bytes(),
        nelems: span.slots(),
        alloc_count: span.alloc_count(),
        freeindex: span.free_index(),
        class: usize::from(class.class().0),
        scan: class.scan() == Scan::Pointers,
        state: match span.state() {
            span::SpanState::Manual => SpanState::Manual,
            span::SpanState::InUse | span::SpanState::Dead => SpanState::InUse,
        },
        sweepgen: u64::from(span.sweepgen.load(Ordering::Relaxed)),
        needzero: span.need_zero(),
        divmul: span.slot_at(span.base() + ONE) as u32,
        alloc_bits,
        live: roots.bits(span)[..words].to_vec(),
    }
}

/// Every span that a page leads to.
pub(super) fn spans(heap: &Judged) -> Vec<SpanView> {
    let core = heap.heap.pages.core();
    let arenas = &heap.heap.pages.arenas;
    let all = core.pages.ranges().flat_map(|range| arenas.spans(range));
    all.map(|(_, found)| span(found, &heap.reclaim)).collect()
}

/// Calls `visit` with every cache.
fn each_cache(heap: &Judged, _: &Stopped<'_>, visit: &mut dyn FnMut(CacheView<'_>)) {
    // SAFETY: the world is stopped.
    unsafe { heap.caches(visit) };
}

/// Caches and central lists.
pub(super) fn central(heap: &Judged, stopped: &Stopped<'_>) -> CentralView {
    let mut view = CentralView { sweepgen: u64::from(heap.sweepgen()), ..CentralView::default() };
    each_cache(heap, stopped, &mut |cache| {
        let (p, of) = (cache.number, cache.current());
        view.cached.extend(of.map(|(class, span)| CachedView {
            p,
            class: usize::from(class.class().0),
            scan: class.scan() == Scan::Pointers,
            base: span.base().0,
        }));
        view.tiny.extend(cache.tiny().map(|(block, offset)| (p, block.0, offset)));
    });
    let mut sets = BTreeMap::<_, Vec<usize>>::new();
    // SAFETY: the world is stopped.
    unsafe {
        heap.listed(&mut |entry| {
            let which = (entry.class, entry.room == Room::Full, entry.swept == Swept::Yes);
            sets.entry(which).or_default().push(entry.span.base().0);
        });
    }
    view.sets.extend(sets.into_iter().map(|((class, full, swept), spans)| SetView {
        class: usize::from(class.class().0),
        scan: class.scan() == Scan::Pointers,
        full,
        swept,
        spans,
    }));
    view
}

fn summary(offer: Offer) -> Summary {
    Summary { start: offer.start(), max: offer.max(), end: offer.end() }
}

/// The page allocator.
pub(super) fn pages(heap: &Judged, stopped: &Stopped<'_>) -> PagesView {
    let mut caches = Vec::new();
    each_cache(heap, stopped, &mut |cache| {
        let (base, free) = (cache.pages().base().addr().0, cache.pages().free_bits());
        if free != 0 {
            let scavenged = cache.pages().scavenged_bits();
            caches.push(PageCacheView { base, free, scavenged });
        }
    });
    let pages = &heap.heap.pages;
    let core = pages.core();
    let mut chunks = Vec::new();
    core.pages.chunks(&mut |chunk| {
        chunks.push(ChunkView {
            index: chunk.base.0 / CHUNK_PAGES,
            alloc: *chunk.taken,
            scavenged: *chunk.scavenged,
            summary: summary(chunk.summary),
        });
    });
    let (start, end) = core.reserve();
    let search = match core.pages.search_start() {
        PageIdx::END => usize::MAX,
        _ if chunks.is_empty() => usize::MAX,
        page => page.addr().0,
    };
    let arenas = pages.os.heard().arenas.iter().map(|&(at, len)| (at, at + len)).collect();
    PagesView {
        uppers: uppers(&core.pages, &chunks),
        chunks,
        fanout: vec![FAN_OUT; UPPER_LEVELS],
        search,
        caches,
        arenas,
        reserve: (start.0, end.0),
        padding: (0, 0),
        granule: pages.os.page_bytes(),
        huge: pages.os.huge_page_bytes(),
    }
}

/// Entries above the chunks. Those that say that nothing is free are not shown one by one: they are
/// looked for where there is a chunk below.
fn uppers(pages: &reference_alloc::pages::PageAlloc, chunks: &[ChunkView]) -> Vec<UpperView> {
    let mut kept = BTreeMap::new();
    let below = |level: usize| CHUNK_PAGES * FAN_OUT.pow((UPPER_LEVELS - level) as u32);
    pages.summaries(&mut |level, page, offer| {
        if level < UPPER_LEVELS {
            kept.insert((UPPER_LEVELS - level, page.0 / below(level)), summary(offer));
        }
    });
    let above = |level: u32| {
        let indexes = chunks.iter().map(move |chunk| chunk.index / FAN_OUT.pow(level));
        indexes.collect::<BTreeSet<_>>().into_iter().map(move |index| (level as usize, index))
    };
    for entry in (1..=UPPER_LEVELS as u32).flat_map(above) {
        kept.entry(entry).or_default();
    }
    let view = |((level, index), summary)| UpperView { level, index, summary };
    kept.into_iter().map(view).collect()
}

/// Pools of stacks, and what caches hold of them.
pub(super) fn stacks(heap: &Judged, stopped: &Stopped<'_>) -> StacksView {
    let mut view = StacksView::default();
    heap.stack_pools(&mut |pool| {
        view.pool.push(StackSpanView {
            base: pool.span.base().0,
            size: pool.stack_bytes,
            alloc_count: pool.span.alloc_count(),
            free: pool.free().map(|Addr(stack)| stack).collect(),
        });
    });
    each_cache(heap, stopped, &mut |cache| {
        let by_order = cache.stacks().bytes().into_iter().enumerate();
        let held = by_order.map(|(order, bytes)| (cache.number, MIN_STACK << order, bytes));
        view.caches.extend(held);
    });
    view
}

/// The statistics. What is mapped is what the system says that it gave; what is ready of it is what the heap
/// holds its limit by, and all that lies beside the heap.
pub(super) fn mem(heap: &Judged) -> MemView {
    let stats = heap.stats();
    let pages = &heap.heap.pages;
    let retained = pages.retained_pages(&pages.core()).bytes() as u64;
    let beside = stats.sys() - stats.heap_sys - stats.stack_sys();
    MemView {
        sys: stats.sys(),
        heap_sys: stats.heap_sys,
        stack_sys: stats.stack_sys(),
        mspan_sys: stats.mspan_sys,
        mcache_sys: stats.mcache_sys,
        buckhash_sys: stats.buckhash_sys,
        gc_sys: stats.gc_sys,
        other_sys: stats.other_sys,
        heap_alloc: stats.heap_alloc,
        heap_objects: stats.heap_objects(),
        heap_inuse: stats.heap_inuse,
        heap_idle: stats.heap_idle,
        heap_released: stats.heap_released,
        stack_inuse: stats.stack_inuse,
        mallocs: stats.mallocs,
        frees: stats.frees,
        mapped: pages.os.heard().committed as u64,
        mapped_ready: retained + beside,
        by_size: stats.by_size.iter().map(|of| (of.mallocs, of.frees)).collect(),
    }
}
