//! What was allocated and freed, counted by those who do it, and read while they go on.
//!
//! Nothing here falls but [`InSpans`], and nobody waits. What makes a snapshot true is the order:
//!
//! 1. A block is counted as allocated before anybody has it, and as freed by who has it. The second
//!    count is a *release*.
//! 2. Who looks reads frees first, with *acquire*, and allocations after them. So each free that is seen
//!    is seen with its allocation, and no difference is below zero.
//! 3. Pages come into use before the blocks in them do, and go out of use after them; but they are read
//!    last, when some may be gone whose blocks were seen. So what is live counts as in use, whatever the
//!    pages say.
//!
//! Upholds `alloc/stats/stats-snapshot-consistent`: the model `stats`.

use crate::size_class::Class;
use crate::span::SpanState;
use crate::stats::{BySize, MemStats};
use crate::sync::{AtomicU64, AtomicUsize, Ordering, Seen64, const_unless_loom};
use crate::units::Pages;

/// Blocks of one class that one thread was given and gave back. It alone writes them.
#[derive(Debug)]
#[repr(C)]
pub struct BlockCounts {
    mallocs: Seen64,
    frees: Seen64,
}

/// Large blocks, of all threads.
#[derive(Debug)]
pub struct LargeCounts {
    /// Blocks handed out.
    pub mallocs: AtomicU64,
    /// Blocks taken back.
    pub frees: AtomicU64,
    /// Bytes of whole pages handed out.
    pub malloc_bytes: AtomicU64,
    /// Bytes of whole pages taken back.
    pub free_bytes: AtomicU64,
}

/// Pages in spans, and spans. Each is raised before the span is handed out and lowered after it is
/// struck out, so a snapshot errs upwards.
#[derive(Debug)]
pub struct InSpans {
    heap: AtomicUsize,
    manual: AtomicUsize,
    spans: AtomicUsize,
}

/// Somebody who counts small blocks.
pub trait Counts {
    /// Those of `class`.
    fn of(&self, class: Class) -> &BlockCounts;
}

impl BlockCounts {
    const_unless_loom! {
        /// None.
        pub fn new() -> BlockCounts {
            BlockCounts { mallocs: Seen64::new(0), frees: Seen64::new(0) }
        }
    }

    /// The thread is given a block.
    #[inline]
    pub fn malloc(&self) {
        self.mallocs.add(1);
    }

    /// The thread gives a block back.
    #[inline]
    pub fn free(&self) {
        // Told: whoever sees the free counted sees the allocation counted.
        self.frees.tell(1);
    }

    /// Blocks given to the thread so far.
    pub fn mallocs(&self) -> u64 {
        self.mallocs.hear()
    }

    /// Blocks taken back from the thread so far.
    pub fn frees(&self) -> u64 {
        self.frees.hear()
    }
}

impl LargeCounts {
    const_unless_loom! {
        /// None.
        pub fn new() -> LargeCounts {
            LargeCounts {
                mallocs: AtomicU64::new(0),
                frees: AtomicU64::new(0),
                malloc_bytes: AtomicU64::new(0),
                free_bytes: AtomicU64::new(0),
            }
        }
    }

    /// A block of `pages` is about to be handed out.
    pub fn malloc(&self, pages: Pages) {
        self.grew(pages);
        self.mallocs.fetch_add(1, Ordering::Relaxed);
    }

    /// A block of `pages` came back.
    pub fn free(&self, pages: Pages) {
        // Release: whoever sees the free counted sees the allocation counted.
        self.free_bytes.fetch_add(pages.bytes() as u64, Ordering::Release);
        self.frees.fetch_add(1, Ordering::Release);
    }

    /// A block has `more` pages.
    pub fn grew(&self, more: Pages) {
        self.malloc_bytes.fetch_add(more.bytes() as u64, Ordering::Relaxed);
    }

    /// A block has lost `less` pages.
    pub fn shrank(&self, less: Pages) {
        self.free_bytes.fetch_add(less.bytes() as u64, Ordering::Release);
    }
}

impl InSpans {
    const_unless_loom! {
        /// None.
        pub fn new() -> InSpans {
            InSpans {
                heap: AtomicUsize::new(0),
                manual: AtomicUsize::new(0),
                spans: AtomicUsize::new(0),
            }
        }
    }

    fn pages_of(&self, state: SpanState) -> &AtomicUsize {
        match state {
            SpanState::Manual => &self.manual,
            SpanState::InUse | SpanState::Dead => &self.heap,
        }
    }

    /// A span is about to be handed out.
    pub fn made(&self, state: SpanState, pages: Pages) {
        self.grew(state, pages);
        self.spans.fetch_add(1, Ordering::Relaxed);
    }

    /// A span was struck out.
    pub fn ended(&self, state: SpanState, pages: Pages) {
        self.shrank(state, pages);
        self.spans.fetch_sub(1, Ordering::Relaxed);
    }

    /// A span has `more` pages.
    pub fn grew(&self, state: SpanState, more: Pages) {
        self.pages_of(state).fetch_add(more.0, Ordering::Relaxed);
    }

    /// A span has lost `less` pages.
    pub fn shrank(&self, state: SpanState, less: Pages) {
        self.pages_of(state).fetch_sub(less.0, Ordering::Relaxed);
    }

    /// Spans.
    pub fn spans(&self) -> usize {
        self.spans.load(Ordering::Relaxed)
    }

    /// Splits what is mapped, of which `scavenged` pages are without memory, into what is in spans and
    /// what is not, in `stats` whose blocks are counted.
    pub fn split(&self, stats: &mut MemStats, mapped: Pages, scavenged: Pages) {
        let bytes = |pages: &AtomicUsize| Pages(pages.load(Ordering::Relaxed)).bytes() as u64;
        let mapped = mapped.bytes() as u64;
        stats.stack_inuse = bytes(&self.manual).min(mapped);
        stats.heap_sys = mapped - stats.stack_inuse;
        stats.heap_inuse =
            bytes(&self.heap).clamp(stats.heap_alloc.min(stats.heap_sys), stats.heap_sys);
        stats.heap_idle = stats.heap_sys - stats.heap_inuse;
        stats.heap_released = (scavenged.bytes() as u64).min(stats.heap_idle);
    }
}

/// The blocks of a heap: `large` ones, and those that each of `threads` counts, which is asked twice.
/// All else in the snapshot is zero.
pub fn blocks<'c, C: Counts + 'c, I: Iterator<Item = &'c C>>(
    large: &LargeCounts,
    threads: impl Fn() -> I,
) -> MemStats {
    let mut stats = MemStats::EMPTY;
    let large_freed = large.free_bytes.load(Ordering::Acquire);
    stats.by_size[0].frees = large.frees.load(Ordering::Acquire);
    for thread in threads() {
        for class in Class::all() {
            stats.by_size[usize::from(class.0)].frees += thread.of(class).frees();
        }
    }
    // Only now: whatever was freed above was allocated before.
    for thread in threads() {
        for class in Class::all() {
            stats.by_size[usize::from(class.0)].mallocs += thread.of(class).mallocs();
        }
    }
    stats.by_size[0].mallocs = large.mallocs.load(Ordering::Acquire);
    let sum = |count: fn(&BySize) -> u64| stats.by_size.iter().map(count).sum::<u64>();
    let bytes = |count: fn(&BySize) -> u64| {
        Class::all()
            .map(|class| class.bytes() as u64 * count(&stats.by_size[usize::from(class.0)]))
            .sum::<u64>()
    };
    (stats.mallocs, stats.frees) = (sum(|of| of.mallocs), sum(|of| of.frees));
    stats.total_alloc = bytes(|of| of.mallocs) + large.malloc_bytes.load(Ordering::Acquire);
    stats.heap_alloc = stats.total_alloc - bytes(|of| of.frees) - large_freed;
    stats
}

macro_rules! none_by_default {
    ($($name:ident)*) => {$(
        impl Default for $name {
            fn default() -> $name {
                $name::new()
            }
        }
    )*};
}

none_by_default!(BlockCounts LargeCounts InSpans);
