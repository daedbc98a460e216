//! The bag of spans.

use conformance_schedule::span_set::SpanSet as Bag;
use reference_alloc::error::OutOfMemory;
use reference_alloc::lf_stack::NodeId;
use reference_alloc::span_set::{Block, Blocks, SpanSet};
use reference_alloc::sync::{AtomicU64, Lock};

/// Three blocks of two, under a lock, and two segments of a spine.
pub(super) struct Memory {
    blocks: Vec<Block<2>>,
    free: Lock<Vec<u64>>,
    segments: [Vec<AtomicU64>; 2],
}

impl Memory {
    pub(super) fn new() -> Memory {
        let segment = |entries: usize| (0..entries).map(|_| AtomicU64::new(0)).collect();
        Memory {
            blocks: (0..3).map(|_| Block::new()).collect(),
            free: Lock::new(vec![1, 2, 3]),
            segments: [segment(1), segment(2)],
        }
    }
}

impl Blocks<2> for Memory {
    fn block(&self, id: NodeId) -> &Block<2> {
        &self.blocks[id.0 as usize - 1]
    }

    fn take(&self) -> Result<NodeId, OutOfMemory> {
        self.free.hold().pop().map(NodeId).ok_or(OutOfMemory)
    }

    fn give(&self, id: NodeId) {
        self.free.hold().push(id.0);
    }

    fn segment(&self, id: NodeId) -> &[AtomicU64] {
        &self.segments[id.0 as usize - 1]
    }

    fn make_segment(&self, entries: usize) -> Result<NodeId, OutOfMemory> {
        Ok(NodeId(entries as u64))
    }
}

/// [`SpanSet`] with its memory.
pub(super) struct Spans {
    set: SpanSet<2>,
    memory: Memory,
}

impl Bag for Spans {
    fn new() -> Spans {
        Spans { set: SpanSet::new(), memory: Memory::new() }
    }

    fn push(&self, span: usize) {
        let pushed = self.set.push(NodeId(span as u64), &self.memory);
        assert_eq!(pushed, Ok(()), "three blocks are enough");
    }

    fn pop(&self) -> Option<usize> {
        Some(self.set.pop(&self.memory)?.0 as usize)
    }
}
