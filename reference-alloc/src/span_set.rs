//! A bag of spans without a lock, for threads that put in and threads that take out at once.
//!
//! It is a queue in blocks, in no order that anybody may rely on. One word holds how many spans were
//! ever pushed (`tail`) and how many were ever taken (`head`); number `i` lies in slot `i % N` of block
//! `i / N`, and the *spine* says where the blocks are. Blocks come back to the pool that they came
//! from, so a bag that spans pass through for ever needs few of them; the numbers go on until
//! [`SpanSet::reset`], which a heap with a collector calls once in each cycle.
//!
//! The spine is cut into segments, each twice as long as the one before. It grows by one segment
//! under a lock, and no entry ever moves.
//!
//! # Dangers, one by one
//!
//! 1. *A block is used before it is there.* The pusher that finds no block for the next number makes
//!    one first, under the lock, and claims the number afterwards. So every number below `tail` has a
//!    block, and a push that gets no memory has claimed nothing and changed nothing.
//! 2. *A block is made twice, or for numbers of the past.* Under the lock the pusher looks at the
//!    entry, then at the tail: an entry is empty before its first number is claimed and again after
//!    its last span is out, and the tail tells the two apart.
//! 3. *A slot is read before it is written.* Numbers are claimed before their slots are filled: a
//!    taker that is early waits for the one pusher that has that number.
//! 4. *A block is recycled under a taker.* Each taker counts itself when it is done with its slot.
//!    The one that makes the count full recycles the block; the one with the last number may be far
//!    from the last to finish.
//!
//! Go claims a number with one addition and makes the block afterwards, and gives up where there is
//! no memory. Here that must be an error like any other, so the number is claimed by
//! compare-and-swap, and a taker never meets a number without a block.
//!
//! Upholds `alloc/concurrency/spanset-linearizable` and `alloc/concurrency/spanset-block-safe`.
//! Source: Go `runtime/mspanset.go` `spanSet`.

use crate::error::OutOfMemory;
use crate::lf_stack::NodeId;
use crate::sync::{AtomicU64, Lock, Ordering, spin};

/// Slots of a block, outside models and tests. Source: `runtime/mspanset.go` `spanSetBlockEntries`.
pub const BLOCK_SLOTS: usize = 512;

/// Entries of the first segment of a spine. Source: `runtime/mspanset.go` `spanSetInitSpineCap`.
pub const FIRST_SEGMENT: usize = if cfg!(any(loom, miri)) { 1 } else { 256 };

/// Segments of a spine: more than 2^32 spans need, in blocks of [`BLOCK_SLOTS`].
const SEGMENTS: usize = if cfg!(loom) { 3 } else { 16 };

/// Room for `N` spans. All zero, it is empty.
#[derive(Debug)]
pub struct Block<const N: usize> {
    /// For the stack of free blocks that it is on.
    pub link: AtomicU64,
    /// Slots that takers are done with.
    popped: AtomicU64,
    /// Numbers of spans; 0 where nothing was put in, and again where it was taken out.
    slots: [AtomicU64; N],
}

impl<const N: usize> Block<N> {
    /// An empty block.
    pub fn new() -> Block<N> {
        Block {
            link: AtomicU64::new(0),
            popped: AtomicU64::new(0),
            slots: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }

    /// Whether nothing is in it, and nobody is counted: as a block must be that is given back.
    pub fn is_empty(&self) -> bool {
        let is_zero = |word: &AtomicU64| word.load(Ordering::Relaxed) == 0;
        self.slots.iter().chain([&self.popped]).all(is_zero)
    }
}

impl<const N: usize> Default for Block<N> {
    fn default() -> Block<N> {
        Block::new()
    }
}

/// Where blocks and segments of spines are. They are never unmapped.
pub trait Blocks<const N: usize> {
    /// Block `id`, which [`Blocks::take`] gave.
    fn block(&self, id: NodeId) -> &Block<N>;

    /// An empty block that is nobody else's.
    ///
    /// # Errors
    /// If there is none, and no memory for one.
    fn take(&self) -> Result<NodeId, OutOfMemory>;

    /// Takes back block `id`, which is empty.
    fn give(&self, id: NodeId);

    /// Segment `id`, which [`Blocks::make_segment`] gave.
    fn segment(&self, id: NodeId) -> &[AtomicU64];

    /// A segment of `entries`, all zero.
    ///
    /// # Errors
    /// If there is no memory for it.
    fn make_segment(&self, entries: usize) -> Result<NodeId, OutOfMemory>;
}

/// The bag, in blocks of `N`. See the head of this file.
#[derive(Debug)]
pub struct SpanSet<const N: usize> {
    /// `head` in the upper half, `tail` in the lower. `head <= tail`; neither falls but in `reset`.
    index: AtomicU64,
    /// Numbers of segments, 0 where there is none. Segment `k` has `FIRST_SEGMENT << k` entries: each
    /// the number of a block, 0 before it is made and after it was recycled.
    spine: [AtomicU64; SEGMENTS],
    /// Held while a block or a segment is added.
    growing: Lock<()>,
}

/// How many spans were taken and pushed.
#[derive(Clone, Copy)]
struct Index {
    head: u32,
    tail: u32,
}

impl Index {
    const fn pack(self) -> u64 {
        (self.head as u64) << 32 | self.tail as u64
    }

    const fn unpack(bits: u64) -> Index {
        Index { head: (bits >> 32) as u32, tail: bits as u32 }
    }
}

impl<const N: usize> SpanSet<N> {
    /// An empty bag without memory of its own.
    #[cfg(not(loom))]
    pub const fn new() -> SpanSet<N> {
        SpanSet {
            index: AtomicU64::new(0),
            spine: [const { AtomicU64::new(0) }; SEGMENTS],
            growing: Lock::new(()),
        }
    }

    /// An empty bag without memory of its own.
    #[cfg(loom)]
    pub fn new() -> SpanSet<N> {
        SpanSet {
            index: AtomicU64::new(0),
            spine: std::array::from_fn(|_| AtomicU64::new(0)),
            growing: Lock::new(()),
        }
    }

    /// Puts `span` in. Once this returns, a taker finds it.
    ///
    /// # Errors
    /// If there is no memory for a block, or 2^32 spans were pushed since the last reset. Then
    /// nothing was put in.
    pub fn push(&self, span: NodeId, memory: &impl Blocks<N>) -> Result<(), OutOfMemory> {
        let mut seen = self.index.load(Ordering::Relaxed);
        loop {
            let index = Index::unpack(seen);
            let Some(block) = self.block_of(index.tail, memory) else {
                seen = self.grow(index.tail, memory)?;
                continue;
            };
            let claimed = Index { tail: index.tail.checked_add(1).ok_or(OutOfMemory)?, ..index };
            // Release: who sees the number finds its block, and sees all that was done to the span.
            match self.index.compare_exchange_weak(
                seen,
                claimed.pack(),
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => {
                    let slot = &memory.block(block).slots[index.tail as usize % N];
                    slot.store(span.0, Ordering::Relaxed);
                    return Ok(());
                }
                Err(now) => seen = now,
            }
        }
    }

    /// Takes a span out; `None` if every span whose push had returned was taken.
    pub fn pop(&self, memory: &impl Blocks<N>) -> Option<NodeId> {
        let mut seen = self.index.load(Ordering::Acquire);
        let number = loop {
            let index = Index::unpack(seen);
            if index.head >= index.tail {
                return None;
            }
            let taken = Index { head: index.head + 1, ..index };
            match self.index.compare_exchange_weak(
                seen,
                taken.pack(),
                Ordering::Acquire,
                Ordering::Acquire,
            ) {
                Ok(_) => break index.head,
                Err(now) => seen = now,
            }
        };
        let Some(id) = self.block_of(number, memory) else {
            unreachable!("number {number} was claimed before its block was there");
        };
        let block = memory.block(id);
        let slot = &block.slots[number as usize % N];
        let mut span = slot.load(Ordering::Relaxed);
        while span == 0 {
            // Its pusher has the number and is about to fill the slot.
            spin();
            span = slot.load(Ordering::Relaxed);
        }
        slot.store(0, Ordering::Relaxed);
        // Release: this slot is empty before the block is somebody else's. Acquire: so are the others.
        if block.popped.fetch_add(1, Ordering::AcqRel) + 1 == N as u64 {
            self.recycle(number, memory);
        }
        Some(NodeId(span))
    }

    /// Whether there was nothing in it at that moment.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Spans in it at that moment, those included whose push is under way.
    pub fn len(&self) -> usize {
        let index = Index::unpack(self.index.load(Ordering::Relaxed));
        (index.tail - index.head) as usize
    }

    /// Shows every span in it. At rest: nobody may put in or take out meanwhile.
    pub fn each(&self, memory: &impl Blocks<N>, visit: &mut dyn FnMut(NodeId)) {
        let index = Index::unpack(self.index.load(Ordering::Acquire));
        for number in index.head..index.tail {
            if let Some(block) = self.block_of(number, memory) {
                let slots = &memory.block(block).slots;
                visit(NodeId(slots[number as usize % N].load(Ordering::Acquire)));
            }
        }
    }

    /// Starts the numbers again and gives the last block back. Nobody else may use the bag
    /// meanwhile.
    ///
    /// # Panics
    /// If a span is left in it.
    pub fn reset(&self, memory: &impl Blocks<N>) {
        let index = Index::unpack(self.index.load(Ordering::Acquire));
        assert!(index.head == index.tail, "{} spans are left in a set", self.len());
        if self.block_of(index.tail, memory).is_some() {
            self.recycle(index.tail, memory);
        }
        self.index.store(0, Ordering::Release);
    }

    /// The block of number `number`, if it is there.
    fn block_of(&self, number: u32, memory: &impl Blocks<N>) -> Option<NodeId> {
        let entry = self.entry(number, memory)?.load(Ordering::Acquire);
        (entry != 0).then_some(NodeId(entry))
    }

    /// The entry of the spine for the block of `number`, if its segment is there.
    fn entry<'m>(&self, number: u32, memory: &'m impl Blocks<N>) -> Option<&'m AtomicU64> {
        let (segment, at) = place(number as usize / N);
        let id = self.spine.get(segment)?.load(Ordering::Acquire);
        (id != 0).then(|| &memory.segment(NodeId(id))[at])
    }

    /// Makes the block that number `tail` needs, if `tail` is still the next number. Returns the
    /// index to go on with.
    #[cold]
    fn grow(&self, tail: u32, memory: &impl Blocks<N>) -> Result<u64, OutOfMemory> {
        let (segment, at) = place(tail as usize / N);
        let held = self.growing.hold();
        let place = self.spine.get(segment).ok_or(OutOfMemory)?;
        if place.load(Ordering::Relaxed) == 0 {
            let made = memory.make_segment(FIRST_SEGMENT << segment)?;
            place.store(made.0, Ordering::Release);
        }
        let entry = &memory.segment(NodeId(place.load(Ordering::Relaxed)))[at];
        // The entry before the tail: if the entry is empty because the block came and went, then
        // the tail is seen to have moved on.
        let is_empty = entry.load(Ordering::Acquire) == 0;
        let now = self.index.load(Ordering::Relaxed);
        if is_empty && Index::unpack(now).tail as usize / N == tail as usize / N {
            entry.store(memory.take()?.0, Ordering::Release);
        }
        drop(held);
        Ok(now)
    }

    /// Gives back the block of `number`, with which everybody is done.
    fn recycle(&self, number: u32, memory: &impl Blocks<N>) {
        let Some(entry) = self.entry(number, memory) else { return };
        let id = NodeId(entry.load(Ordering::Relaxed));
        // Release: see `grow`.
        entry.store(0, Ordering::Release);
        memory.block(id).popped.store(0, Ordering::Relaxed);
        memory.give(id);
    }
}

impl<const N: usize> Default for SpanSet<N> {
    fn default() -> SpanSet<N> {
        SpanSet::new()
    }
}

/// The segment of block `block`, and its entry there: segment `k` begins at block
/// `FIRST_SEGMENT * (2^k - 1)`.
const fn place(block: usize) -> (usize, usize) {
    let segment = (block / FIRST_SEGMENT + 1).ilog2() as usize;
    (segment, block - FIRST_SEGMENT * ((1 << segment) - 1))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn segments_follow_each_other_without_a_gap() {
        let mut next = (0, 0);
        for block in 0..1000 {
            assert_eq!(place(block), next);
            let last = next.1 + 1 == FIRST_SEGMENT << next.0;
            next = if last { (next.0 + 1, 0) } else { (next.0, next.1 + 1) };
        }
    }
}
