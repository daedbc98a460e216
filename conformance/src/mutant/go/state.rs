//! All there is, under one lock: spans, sets, caches, pages, arenas, counts.

use super::os::{self, ARENA, FIRST_HINT, PROCS};
use super::pages::{CACHEABLE, PageCache, Pages, Run};
use super::parts::Parts;
use super::span::Span;
use super::stack::Stacks;
use super::table::Table;
use crate::target::inside::{CHUNK, MemView, PAGE};
use std::collections::{BTreeMap, HashMap};

/// What one P holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cache {
    /// Base of the span for each key.
    pub(crate) spans: BTreeMap<usize, usize>,
    /// The tiny block: base (0: none), first free byte.
    pub(crate) tiny: (usize, usize),
    pub(crate) pages: PageCache,
    /// Free stacks by order.
    pub(crate) stacks: [Vec<usize>; 4],
    /// The cycle in which it was last emptied.
    pub(crate) flushed: u64,
}

/// Running numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) mallocs: u64,
    pub(crate) frees: u64,
    pub(crate) tiny: u64,
    pub(crate) total_bytes: u64,
    pub(crate) heap_alloc: usize,
    pub(crate) heap_inuse: usize,
    pub(crate) stack_inuse: usize,
    pub(crate) heap_mapped: usize,
    pub(crate) released: usize,
    pub(crate) span_records: usize,
    /// Freed and not reclaimed.
    pub(crate) dead: usize,
    /// By class: mallocs and frees.
    pub(crate) by_size: Vec<(u64, u64)>,
}

/// Partial and full spans of one key, by the parity of the cycle in which they were swept.
pub(crate) type Sets = [[Vec<usize>; 2]; 2];
pub(crate) const PARTIAL: usize = 0;
pub(crate) const FULL: usize = 1;

/// The whole allocator.
pub(crate) struct State {
    pub(crate) table: Table,
    /// The sweepgen.
    pub(crate) h: u64,
    pub(crate) spans: BTreeMap<usize, Span>,
    /// The span of each page.
    pub(crate) map: HashMap<usize, usize>,
    pub(crate) sets: HashMap<usize, Sets>,
    pub(crate) caches: [Cache; PROCS],
    pub(crate) pages: Pages,
    pub(crate) arenas: Vec<(usize, usize)>,
    pub(crate) registered: Vec<(usize, usize)>,
    /// What of the newest arena has no chunks yet.
    pub(crate) reserve: (usize, usize),
    pub(crate) hint: usize,
    pub(crate) stacks: Stacks,
    /// Objects in each tiny block, and 1 while a cache holds it.
    pub(crate) tiny_counts: HashMap<usize, usize>,
    /// The size asked for of each object, and its scan-ness.
    pub(crate) asked: HashMap<usize, (usize, bool)>,
    pub(crate) counts: Counts,
    pub(crate) limit: u64,
}

impl State {
    pub(crate) fn new<P: Parts>() -> State {
        let table = P::table();
        let by_size = vec![(0, 0); table.classes.len()];
        State {
            table,
            h: 4,
            spans: BTreeMap::new(),
            map: HashMap::new(),
            sets: HashMap::new(),
            caches: Default::default(),
            pages: Pages::new(),
            arenas: Vec::new(),
            registered: Vec::new(),
            reserve: (0, 0),
            hint: FIRST_HINT,
            stacks: Stacks::default(),
            tiny_counts: HashMap::new(),
            asked: HashMap::new(),
            counts: Counts { by_size, ..Counts::default() },
            limit: 0,
        }
    }

    /// The span of `address`.
    pub(crate) fn span_of(&self, address: usize) -> Option<&Span> {
        self.spans.get(self.map.get(&(address / PAGE))?)
    }

    pub(crate) fn map_span(&mut self, base: usize, pages: usize) {
        self.map.extend((0..pages).map(|i| (base / PAGE + i, base)));
    }

    /// Pages for a span, from the page cache of `p` where that may be; the heap grows if it must.
    pub(crate) fn run<P: Parts>(&mut self, n: usize, p: usize) -> Option<Run> {
        if let Some(run) = self.run_at_hand::<P>(n, p) {
            return Some(run);
        }
        self.grow::<P>(n)?;
        self.run_at_hand::<P>(n, p)
    }

    /// The same, without growth.
    pub(crate) fn run_at_hand<P: Parts>(&mut self, n: usize, p: usize) -> Option<Run> {
        let run = if n < CACHEABLE {
            self.cached_run::<P>(n, p).or_else(|| self.pages.take::<P>(n))
        } else {
            self.pages.take::<P>(n)
        }?;
        P::count_reused(self, run.scavenged, n);
        Some(run)
    }

    fn cached_run<P: Parts>(&mut self, n: usize, p: usize) -> Option<Run> {
        if self.caches[p].pages.free == 0 {
            self.caches[p].pages = self.pages.fill::<P>()?;
        }
        self.caches[p].pages.take(n)
    }

    /// Takes pages back.
    pub(crate) fn give_run<P: Parts>(&mut self, base: usize, n: usize) {
        self.pages.give::<P>(base, n);
    }

    /// Grows the heap so that `n` pages in a row are free.
    pub(crate) fn grow<P: Parts>(&mut self, n: usize) -> Option<()> {
        let bytes = n.checked_mul(PAGE)?.checked_next_multiple_of(CHUNK)?;
        if self.reserve.1 - self.reserve.0 < bytes {
            let len = bytes.checked_next_multiple_of(ARENA)?;
            let base = self.map_arena::<P>(len)?;
            self.arenas.push((base, base + len));
            self.registered.push(P::registered(base, len));
            if base == self.reserve.1 {
                self.reserve.1 += len;
            } else {
                let (start, end) = std::mem::replace(&mut self.reserve, (base, base + len));
                P::donate(self, start, end);
            }
        }
        let start = self.reserve.0;
        self.reserve.0 += bytes;
        self.add_chunks::<P>(start, bytes);
        Some(())
    }

    pub(crate) fn add_chunks<P: Parts>(&mut self, start: usize, bytes: usize) {
        if bytes > 0 {
            self.pages.add::<P>(start, bytes);
            self.counts.heap_mapped += bytes;
            self.counts.released += bytes;
        }
    }

    fn map_arena<P: Parts>(&mut self, len: usize) -> Option<usize> {
        for _ in 0..16 {
            let hint = self.hint;
            if let Some(base) = P::map_hinted(hint, len) {
                self.hint = base + len;
                return Some(base);
            }
            self.hint += ARENA;
        }
        os::map_anywhere(len)
    }

    /// The statistics, as they are kept.
    pub(crate) fn mem(&self) -> MemView {
        let counts = &self.counts;
        let bytes = |n: usize| n as u64;
        let heap_sys = counts.heap_mapped - counts.stack_inuse;
        let mspan_sys = bytes(counts.span_records * 160);
        let (mcache_sys, gc_sys, other_sys) =
            (bytes(PROCS * 1200), bytes(self.arenas.len() * 69_632), 4096);
        let side = mspan_sys + mcache_sys + gc_sys + other_sys;
        let mapped = bytes(counts.heap_mapped) + side;
        MemView {
            sys: mapped,
            heap_sys: bytes(heap_sys),
            stack_sys: bytes(counts.stack_inuse),
            mspan_sys,
            mcache_sys,
            buckhash_sys: 0,
            gc_sys,
            other_sys,
            heap_alloc: bytes(counts.heap_alloc),
            heap_objects: counts.mallocs - counts.frees,
            heap_inuse: bytes(counts.heap_inuse),
            heap_idle: bytes(heap_sys.saturating_sub(counts.heap_inuse)),
            heap_released: bytes(counts.released),
            stack_inuse: bytes(counts.stack_inuse),
            mallocs: counts.mallocs + counts.tiny,
            frees: counts.frees + counts.tiny,
            mapped,
            mapped_ready: mapped - bytes(counts.released),
            by_size: counts.by_size.clone(),
        }
    }
}
