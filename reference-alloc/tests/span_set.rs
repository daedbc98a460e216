//! Spans put in and taken out, by one thread and by several.
#![cfg(not(loom))]

use reference_alloc::error::OutOfMemory;
use reference_alloc::lf_stack::{LfStack, Links, NodeId};
use reference_alloc::span_set::{Block, Blocks, SpanSet};
use reference_alloc::sync::{AtomicU64, AtomicUsize, Ordering};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Some blocks, and segments as they are asked for.
struct Memory {
    blocks: Vec<Block<2>>,
    free: LfStack,
    segments: [OnceLock<Vec<AtomicU64>>; 16],
    made: AtomicUsize,
}

impl Memory {
    fn new(blocks: usize) -> Memory {
        let memory = Memory {
            blocks: (0..blocks).map(|_| Block::new()).collect(),
            free: LfStack::new(),
            segments: std::array::from_fn(|_| OnceLock::new()),
            made: AtomicUsize::new(0),
        };
        (1..=blocks as u64).for_each(|id| memory.free.push(NodeId(id), &memory));
        memory
    }

    fn free_blocks(&self) -> usize {
        std::iter::from_fn(|| self.free.pop(self)).count()
    }
}

impl Links for Memory {
    fn link(&self, id: NodeId) -> &AtomicU64 {
        &self.blocks[id.0 as usize - 1].link
    }
}

impl Blocks<2> for Memory {
    fn block(&self, id: NodeId) -> &Block<2> {
        &self.blocks[id.0 as usize - 1]
    }

    fn take(&self) -> Result<NodeId, OutOfMemory> {
        self.free.pop(self).ok_or(OutOfMemory)
    }

    fn give(&self, id: NodeId) {
        assert!(self.block(id).is_empty(), "a block is given back in use");
        self.free.push(id, self);
    }

    fn segment(&self, id: NodeId) -> &[AtomicU64] {
        self.segments[id.0 as usize - 1].get().expect("a segment is used once it is there")
    }

    fn make_segment(&self, entries: usize) -> Result<NodeId, OutOfMemory> {
        let at = self.made.fetch_add(1, Ordering::Relaxed);
        self.segments[at].get_or_init(|| (0..entries).map(|_| AtomicU64::new(0)).collect());
        Ok(NodeId(at as u64 + 1))
    }
}

#[test]
fn what_is_put_in_comes_out_once_and_the_blocks_come_back() {
    let (memory, set) = (Memory::new(5), SpanSet::new());
    for round in 1..=20 {
        (1..=8).for_each(|i| set.push(NodeId(round * 10 + i), &memory).unwrap());
        assert_eq!(set.len(), 8);
        let out: BTreeSet<u64> = (0..8).map(|_| set.pop(&memory).unwrap().0).collect();
        assert_eq!(out, (1..=8).map(|i| round * 10 + i).collect());
        assert_eq!(set.pop(&memory), None);
    }
    assert_eq!(memory.free_blocks(), 5);
}

#[test]
fn a_push_without_memory_changes_nothing() {
    let (memory, set) = (Memory::new(1), SpanSet::new());
    set.push(NodeId(1), &memory).unwrap();
    set.push(NodeId(2), &memory).unwrap();
    assert_eq!(set.push(NodeId(3), &memory), Err(OutOfMemory));
    assert_eq!(set.pop(&memory), Some(NodeId(1)));
    assert_eq!(set.pop(&memory), Some(NodeId(2)));
    assert_eq!(set.pop(&memory), None);
    set.push(NodeId(4), &memory).unwrap();
    assert_eq!(set.pop(&memory), Some(NodeId(4)));
}

#[test]
fn a_reset_gives_the_last_block_back_and_starts_again() {
    let (memory, set) = (Memory::new(2), SpanSet::new());
    for _ in 0..10 {
        (1..=3).for_each(|i| set.push(NodeId(i), &memory).unwrap());
        assert_eq!((0..3).filter_map(|_| set.pop(&memory)).count(), 3);
        set.reset(&memory);
    }
    // Under Miri the first segment has room for one block.
    let needed = if cfg!(miri) { 2 } else { 1 };
    assert_eq!(memory.made.load(Ordering::Relaxed), needed, "segments are used again");
    assert_eq!(memory.free_blocks(), 2);
}

#[test]
#[should_panic(expected = "1 spans are left in a set")]
fn a_set_with_a_span_is_not_reset() {
    let (memory, set) = (Memory::new(1), SpanSet::new());
    set.push(NodeId(1), &memory).unwrap();
    set.reset(&memory);
}

#[test]
fn threads_lose_nothing_and_double_nothing() {
    const EACH: u64 = if cfg!(miri) { 20 } else { 10_000 };
    let (memory, set) = (Memory::new(4 * EACH as usize), SpanSet::new());
    let taken = std::thread::scope(|threads| {
        for thread in 0..2 {
            let (set, memory) = (&set, &memory);
            threads.spawn(move || {
                for i in 1..=EACH {
                    set.push(NodeId(thread * EACH + i), memory).unwrap();
                }
            });
        }
        let take = || {
            let mut taken = Vec::new();
            while (taken.len() as u64) < EACH {
                taken.extend(set.pop(&memory));
            }
            taken
        };
        let takers = [threads.spawn(take), threads.spawn(take)];
        takers.map(|taker| taker.join().unwrap()).concat()
    });
    let distinct: BTreeSet<u64> = taken.iter().map(|span| span.0).collect();
    assert_eq!(distinct, (1..=2 * EACH).collect());
    set.reset(&memory);
    assert_eq!(memory.free_blocks(), memory.blocks.len());
}
