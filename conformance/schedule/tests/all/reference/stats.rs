//! What is counted of blocks and spans, and the snapshot of it.

use conformance_schedule::stats::{Snapshot, Stats};
use reference_alloc::counts::{self, BlockCounts, Counts, InSpans, LargeCounts};
use reference_alloc::size_class::Class;
use reference_alloc::span::SpanState;
use reference_alloc::units::{PAGE_BYTES, Pages};

/// Pages of all spans together.
const MAPPED: Pages = Pages(64);

/// A snapshot with sizes in units of `unit` bytes.
fn snapshot(large: &LargeCounts, spans: &InSpans, threads: &[Own], unit: usize) -> Snapshot {
    let mut stats = counts::blocks(large, || threads.iter());
    spans.split(&mut stats, MAPPED, Pages(0));
    let number = |of: u64| i64::try_from(of).expect("a small number");
    let units = |bytes: u64| number(bytes / unit as u64);
    Snapshot {
        in_use: units(stats.heap_inuse),
        live: units(stats.heap_alloc),
        allocated: number(stats.mallocs),
        freed: number(stats.frees),
    }
}

/// Large blocks, of as many pages as a model has bytes.
pub(super) struct Large {
    large: LargeCounts,
    spans: InSpans,
}

fn pages(bytes: i64) -> Pages {
    Pages(usize::try_from(bytes).expect("blocks are not negative"))
}

impl Stats for Large {
    fn new(_: usize) -> Large {
        Large { large: LargeCounts::new(), spans: InSpans::new() }
    }

    fn allocate(&self, _: usize, bytes: i64) {
        self.spans.made(SpanState::InUse, pages(bytes));
        self.large.malloc(pages(bytes));
    }

    fn free(&self, _: usize, bytes: i64) {
        self.large.free(pages(bytes));
        self.spans.ended(SpanState::InUse, pages(bytes));
    }

    fn snapshot(&self) -> Snapshot {
        snapshot(&self.large, &self.spans, &[], PAGE_BYTES)
    }
}

/// What one thread counts: blocks of one class.
struct Own {
    class: Class,
    counts: BlockCounts,
    others: BlockCounts,
}

impl Counts for Own {
    fn of(&self, class: Class) -> &BlockCounts {
        if class == self.class { &self.counts } else { &self.others }
    }
}

/// Small blocks, each in a span of its own.
pub(super) struct Small {
    large: LargeCounts,
    spans: InSpans,
    threads: Vec<Own>,
}

/// Bytes of the blocks in the models.
const BYTES: usize = 8;

impl Stats for Small {
    fn new(threads: usize) -> Small {
        let class = Class::of(BYTES).expect("a size with a class");
        let own = |_| Own { class, counts: BlockCounts::new(), others: BlockCounts::new() };
        let threads = (0..threads).map(own).collect();
        Small { large: LargeCounts::new(), spans: InSpans::new(), threads }
    }

    fn allocate(&self, by: usize, bytes: i64) {
        assert_eq!(bytes, BYTES as i64, "the class of a model's blocks");
        self.spans.made(SpanState::InUse, Pages(1));
        self.threads[by].counts.malloc();
    }

    fn free(&self, by: usize, _: i64) {
        self.threads[by].counts.free();
        self.spans.ended(SpanState::InUse, Pages(1));
    }

    fn snapshot(&self) -> Snapshot {
        snapshot(&self.large, &self.spans, &self.threads, 1)
    }
}
