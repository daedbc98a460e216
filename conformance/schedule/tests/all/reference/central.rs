//! Two sets of spans with their numbers.

use super::span_set::Memory;
use super::sweep::CYCLE;
use conformance_schedule::central::Central;
use reference_alloc::lf_stack::NodeId;
use reference_alloc::span_set::SpanSet;
use reference_alloc::sweepgen;
use reference_alloc::sync::AtomicU32;

/// Two sets of spans and a number for each span, moved as Go's `cacheSpan` and `uncacheSpan` do.
pub(super) struct Lists {
    swept: SpanSet<2>,
    unswept: SpanSet<2>,
    memory: Memory,
    more: Memory,
    marks: Vec<AtomicU32>,
}

impl Lists {
    fn list(&self, span: usize) {
        let pushed = self.swept.push(NodeId(span as u64 + 1), &self.memory);
        assert_eq!(pushed, Ok(()), "three blocks are enough");
    }
}

impl Central for Lists {
    fn new(spans: usize) -> Lists {
        let (swept, unswept) = (SpanSet::new(), SpanSet::new());
        let (memory, more) = (Memory::new(), Memory::new());
        for span in 1..=spans as u64 {
            assert_eq!(unswept.push(NodeId(span), &more), Ok(()), "three blocks are enough");
        }
        let marks = (0..spans).map(|_| AtomicU32::new(CYCLE - 2)).collect();
        Lists { swept, unswept, memory, more, marks }
    }

    fn cache_span(&self, sweep: &dyn Fn(usize)) -> Option<usize> {
        let span = self.swept.pop(&self.memory).map(|id| id.0 as usize - 1).or_else(|| {
            loop {
                let span = self.unswept.pop(&self.more)?.0 as usize - 1;
                if sweepgen::acquire(&self.marks[span], CYCLE) {
                    sweep(span);
                    return Some(span);
                }
            }
        })?;
        sweepgen::cached(&self.marks[span], CYCLE);
        Some(span)
    }

    fn uncache_span(&self, span: usize) {
        assert!(!sweepgen::uncached(&self.marks[span], CYCLE), "it was cached in this cycle");
        self.list(span);
    }

    fn reclaim(&self, span: usize, sweep: &dyn Fn(usize)) {
        if sweepgen::acquire(&self.marks[span], CYCLE) {
            sweep(span);
            sweepgen::done(&self.marks[span], CYCLE);
            self.list(span);
        }
    }
}
