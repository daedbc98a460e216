//! The reference's parts in the sockets of the models.

use conformance_schedule::central::Central;
use conformance_schedule::explore::Case;
use conformance_schedule::mini_heap::{self, SharedSpan};
use conformance_schedule::remote_free::SLOTS;
use conformance_schedule::span_set::SpanSet as Bag;
use conformance_schedule::stack::Stack;
use conformance_schedule::sweep::SweepMark;
use conformance_schedule::{central, span_set, stack, sweep, watermark};
use reference_alloc::error::OutOfMemory;
use reference_alloc::ledger::{Duty, Left, Popped};
use reference_alloc::lf_stack::{LfStack, Links, NodeId};
use reference_alloc::size_class::{Class, Scan, SpanClass};
use reference_alloc::span::{Made, Span, SpanState};
use reference_alloc::span_set::{Block, Blocks, SpanSet};
use reference_alloc::sweepgen::{self, Sweep};
use reference_alloc::sync::{AtomicU32, AtomicU64, Lock, Ordering};
use reference_alloc::units::{Addr, PAGE_BYTES, Pages};
use reference_alloc::watermark::Watermark;

/// All models that have a part of the reference.
pub(crate) fn cases() -> Vec<Case> {
    [
        stack::models::<Nodes>(),
        span_set::models::<Spans>(),
        mini_heap::models::<Shared>(),
        sweep::models::<Mark>(),
        central::models::<Lists>(),
        watermark::models::<Arena>(),
    ]
    .concat()
}

/// [`LfStack`] with its links.
struct Nodes {
    stack: LfStack,
    links: Vec<AtomicU64>,
}

impl Links for Nodes {
    fn link(&self, id: NodeId) -> &AtomicU64 {
        &self.links[id.0 as usize]
    }
}

impl Stack for Nodes {
    fn new(nodes: usize) -> Nodes {
        let links = (0..=nodes).map(|_| AtomicU64::new(0)).collect();
        Nodes { stack: LfStack::new(), links }
    }

    fn push(&self, node: usize) {
        self.stack.push(NodeId(node as u64), self);
    }

    fn pop(&self) -> Option<usize> {
        Some(self.stack.pop(self)?.0 as usize)
    }
}

/// Three blocks of two, under a lock, and two segments of a spine.
struct Memory {
    blocks: Vec<Block<2>>,
    free: Lock<Vec<u64>>,
    segments: [Vec<AtomicU64>; 2],
}

impl Memory {
    fn new() -> Memory {
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
struct Spans {
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

/// [`Span`], with its freed bits and its ledger, as the caches will use it.
struct Shared(Span);

impl SharedSpan for Shared {
    fn new() -> Shared {
        Shared(Span::new(None))
    }

    fn start(&self) {
        let class = Class::of(PAGE_BYTES / SLOTS).expect("a size with a class");
        self.0.make(Made {
            base: Addr(PAGE_BYTES),
            pages: Pages(1),
            class: SpanClass::new(class, Scan::No),
            elem_bytes: class.bytes(),
            slots: SLOTS,
            need_zero: false,
            state: SpanState::InUse,
        });
    }

    fn take(&self) -> Option<usize> {
        let mut out = [Addr(0)];
        (self.0.take(&mut out) == 1).then(|| self.0.slot_at(out[0]))
    }

    fn fold(&self) {
        self.0.fold();
    }

    fn leave(&self) -> mini_heap::Left {
        match self.0.ledger.leave(self.0.free_count() as u16) {
            Left::Full | Left::Listed => mini_heap::Left::Gone,
            Left::Push => mini_heap::Left::Push,
            Left::Release => mini_heap::Left::Release,
            Left::FoldFirst => mini_heap::Left::FoldFirst,
        }
    }

    fn free(&self, slot: usize) -> mini_heap::Duty {
        assert_eq!(self.0.set_freed(0, 1 << slot), 0, "the block was freed before");
        match self.0.ledger.count(1) {
            Duty::None => mini_heap::Duty::None,
            Duty::Push => mini_heap::Duty::Push,
            Duty::Release => mini_heap::Duty::Release,
        }
    }

    fn popped(&self) -> mini_heap::Popped {
        match self.0.ledger.popped() {
            Popped::Claimed => mini_heap::Popped::Claimed,
            Popped::Gone => mini_heap::Popped::Gone,
            Popped::Dead => mini_heap::Popped::Dead,
        }
    }

    fn retire(&self) -> bool {
        self.0.unmake()
    }
}

/// The heap's number in the cycle that is played.
const CYCLE: u32 = 4;

/// A span's number, as [`sweepgen`] moves it.
struct Mark(AtomicU32);

impl SweepMark for Mark {
    fn new(is_cached: bool) -> Mark {
        let mark = AtomicU32::new(CYCLE - 2);
        if is_cached {
            sweepgen::cached(&mark, CYCLE - 2);
        }
        Mark(mark)
    }

    fn acquire(&self) -> bool {
        sweepgen::acquire(&self.0, CYCLE)
    }

    fn done(&self) {
        sweepgen::done(&self.0, CYCLE);
    }

    fn uncached(&self) -> bool {
        sweepgen::uncached(&self.0, CYCLE)
    }

    fn is_swept(&self) -> bool {
        Sweep::of(self.0.load(Ordering::Acquire), CYCLE) == Some(Sweep::Done)
    }
}

/// Two sets of spans and a number for each span, moved as Go's `cacheSpan` and `uncacheSpan` do.
struct Lists {
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

/// [`Watermark`] of one arena.
struct Arena(Watermark);

impl watermark::Watermark for Arena {
    fn new() -> Arena {
        Arena(Watermark::new())
    }

    fn raise(&self, start: usize, end: usize) -> bool {
        self.0.raise(start, end)
    }
}
