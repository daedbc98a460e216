//! The inside of the allocator as the judge sees it.

use super::object::POISON;
use super::os::{current_p, keeping_errno};
use super::pages::FANOUT;
use super::parts::Parts;
use super::scavenge::{GRANULE, HUGE};
use super::stack::SMALLEST;
use super::state::State;
use super::{Go, span::Span};
use crate::op::alloc::Scan;
use crate::target::heap::Held;
use crate::target::inside::{
    CachedView, CentralView, ChunkView, ClassView, Inside, LookupView, MemView, PageCacheView,
    PagesView, SetView, SpanView, StackSpanView, StacksView, TableView, UpperView,
};
use std::ptr;

fn pointers(scan: Scan) -> bool {
    scan == Scan::Pointers
}

// SAFETY: memory handed out is the caller's, as far as the parts are right.
unsafe impl<P: Parts> Inside for Go<P> {
    unsafe fn new_object(&self, size: usize, scan: Scan) -> *mut u8 {
        self.grown_alone();
        ptr::with_exposed_provenance_mut(self.state().object::<P>(
            size,
            pointers(scan),
            current_p(),
        ))
    }

    unsafe fn free_object(&self, object: Held) {
        let at = object.address.addr();
        keeping_errno(|| self.state().free_object::<P>(at, object.size));
    }

    fn flush(&self) {
        self.state().flush::<P>();
    }

    fn start_cycle(&self) {
        self.state().start_cycle::<P>();
    }

    fn sweep(&self, spans: usize) -> usize {
        self.state().sweep::<P>(spans)
    }

    fn refill(&self, size: usize, scan: Scan) {
        let mut state = self.state();
        let scan = pointers(scan);
        let class = P::class_of(&state.table, size + P::header(size, scan));
        state.ready::<P>(current_p());
        state.refill::<P>(class, scan, current_p());
    }

    unsafe fn stack(&self, size: usize) -> *mut u8 {
        ptr::with_exposed_provenance_mut(self.state().stack::<P>(size, current_p()))
    }

    unsafe fn free_stack(&self, stack: *mut u8, size: usize) {
        keeping_errno(|| self.state().free_stack::<P>(stack.addr(), size, current_p()));
    }

    fn take_run(&self, pages: usize) -> usize {
        let mut state = self.state();
        let Some(run) = state.pages.take::<P>(pages) else { return 0 };
        P::count_reused(&mut state, run.scavenged, pages);
        run.base
    }

    fn take_cached(&self, pages: usize) -> usize {
        self.state().run_at_hand::<P>(pages, current_p()).map_or(0, |run| run.base)
    }

    fn free_run(&self, run: usize, pages: usize) {
        keeping_errno(|| self.state().give_run::<P>(run, pages));
    }

    fn scavenge(&self, bytes: usize) -> Vec<(usize, usize)> {
        self.state().scavenge::<P>(bytes)
    }

    fn release_all(&self) -> Vec<(usize, usize)> {
        self.state().scavenge::<P>(usize::MAX)
    }

    fn scavenge_paced(&self) -> Vec<(usize, usize)> {
        self.state().scavenge_paced::<P>()
    }

    fn set_memory_limit(&self, bytes: u64) {
        self.state().limit = bytes;
    }

    fn next_growth(&self) -> Option<usize> {
        Some(self.state().hint)
    }

    fn poison(&self) -> u8 {
        POISON
    }

    fn slack(&self, object: Held) -> usize {
        self.state().usable(object.address.addr()).saturating_sub(object.size)
    }

    fn table(&self) -> TableView {
        let table = &self.state().table;
        let class = |row: &super::table::Class| {
            let n = |scan| if row.size == 0 { 0 } else { P::nelems(*row, scan) };
            ClassView {
                size: row.size,
                pages: row.pages,
                magic: row.magic,
                nelems_noscan: n(false),
                nelems_scan: n(true),
            }
        };
        TableView {
            classes: table.classes.iter().map(class).collect(),
            t8: table.t8.clone(),
            t128: table.t128.clone(),
            greentea: true,
        }
    }

    fn look_up(&self, size: usize, scan: Scan) -> LookupView {
        let (table, scan) = (&self.state().table, pointers(scan));
        let class =
            if P::is_small(size) { P::class_of(table, size + P::header(size, scan)) } else { 0 };
        let specialised = if size <= 80 { P::specialised(table, size, scan) } else { class };
        LookupView { class, specialised, roundup: P::roundup(table, size, scan) }
    }

    fn span_of(&self, address: usize) -> Option<SpanView> {
        self.state().span_of(address).map(Span::view)
    }

    fn spans(&self) -> Vec<SpanView> {
        self.state().spans.values().map(Span::view).collect()
    }

    fn is_registered(&self, address: usize) -> bool {
        self.state().registered.iter().any(|&(start, end)| (start..end).contains(&address))
    }

    fn current_p(&self) -> usize {
        current_p()
    }

    fn central(&self) -> CentralView {
        central(&self.state())
    }

    fn pages(&self) -> PagesView {
        pages(&self.state())
    }

    fn stacks(&self) -> StacksView {
        let state = self.state();
        let span = |base: &usize| {
            let span = state.stacks.spans.get(base)?;
            Some(StackSpanView {
                base: span.base,
                size: SMALLEST << span.order,
                alloc_count: span.used,
                free: span.free.clone(),
            })
        };
        let caches = state.caches.iter().enumerate().flat_map(|(p, cache)| {
            let of = move |(order, stacks): (usize, &Vec<usize>)| {
                (p, SMALLEST << order, stacks.len() * (SMALLEST << order))
            };
            cache.stacks.iter().enumerate().map(of).collect::<Vec<_>>()
        });
        StacksView {
            pool: state.stacks.listed.iter().filter_map(span).collect(),
            caches: caches.collect(),
        }
    }

    fn mem(&self) -> MemView {
        P::mem(&self.state())
    }
}

fn central(state: &State) -> CentralView {
    let cached = state.caches.iter().enumerate().flat_map(|(p, cache)| {
        let view = move |(&key, &base): (&usize, &usize)| CachedView {
            p,
            class: key / 2,
            scan: key % 2 == 1,
            base,
        };
        cache.spans.iter().map(view).collect::<Vec<_>>()
    });
    let swept = (state.h / 2 % 2) as usize;
    let mut sets = Vec::new();
    for (&key, both) in &state.sets {
        for (full, by_cycle) in both.iter().enumerate() {
            for (i, spans) in by_cycle.iter().enumerate() {
                sets.push(SetView {
                    class: key / 2,
                    scan: key % 2 == 1,
                    full: full == 1,
                    swept: i == swept,
                    spans: spans.clone(),
                });
            }
        }
    }
    let tiny = state.caches.iter().enumerate().filter(|(_, cache)| cache.tiny.0 != 0);
    CentralView {
        sweepgen: state.h,
        cached: cached.collect(),
        sets,
        tiny: tiny.map(|(p, cache)| (p, cache.tiny.0, cache.tiny.1)).collect(),
    }
}

fn pages(state: &State) -> PagesView {
    let chunks = state.pages.chunks.iter().map(|(&index, chunk)| ChunkView {
        index,
        alloc: chunk.alloc,
        scavenged: chunk.scavenged,
        summary: chunk.summary,
    });
    let uppers = state.pages.uppers.iter().enumerate().flat_map(|(i, level)| {
        let view = move |(&index, &summary)| UpperView { level: i + 1, index, summary };
        level.iter().map(view)
    });
    let caches = state.caches.iter().map(|cache| cache.pages).filter(|cache| cache.free != 0);
    PagesView {
        chunks: chunks.collect(),
        uppers: uppers.collect(),
        fanout: FANOUT.to_vec(),
        search: state.pages.search,
        caches: caches
            .map(|c| PageCacheView { base: c.base, free: c.free, scavenged: c.scavenged })
            .collect(),
        arenas: state.arenas.clone(),
        reserve: state.reserve,
        padding: (0, 0),
        granule: GRANULE,
        huge: HUGE,
    }
}
