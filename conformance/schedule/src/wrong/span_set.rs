//! A bag of spans in blocks of two, and wrong ones.

use crate::span_set::SpanSet;
use loom::sync::Mutex;
use loom::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use loom::thread::yield_now;
use std::marker::PhantomData;

const N: usize = 2;
const BLOCKS: usize = 3;

/// Two slots, and how many takers are done.
pub(super) struct Block {
    slots: [AtomicUsize; N],
    popped: AtomicUsize,
}

/// The steps that may be wrong.
pub(super) trait Steps: Sized + Send + Sync + 'static {
    /// The order in which a number is claimed by a pusher.
    const CLAIMED: Ordering = Ordering::Release;

    /// A number for a pusher, whose block is there.
    fn claim(bag: &Bag<Self>) -> usize {
        let mut seen = bag.index.load(Ordering::Relaxed);
        loop {
            let number = seen as u32 as usize;
            if bag.block_of(number).is_none() {
                seen = bag.grow(number);
                continue;
            }
            match bag.index.compare_exchange(seen, seen + 1, Self::CLAIMED, Ordering::Relaxed) {
                Ok(_) => return number,
                Err(now) => seen = now,
            }
        }
    }

    /// A number for a taker, if a pusher has it.
    fn claim_head(bag: &Bag<Self>) -> Option<usize> {
        let mut seen = bag.index.load(Ordering::Acquire);
        loop {
            let (head, tail) = (seen >> 32, seen & u64::from(u32::MAX));
            if head >= tail {
                return None;
            }
            let taken = seen + (1 << 32);
            match bag.index.compare_exchange(seen, taken, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => return Some(head as usize),
                Err(now) => seen = now,
            }
        }
    }

    /// What is in a slot, once it is there.
    fn wait(slot: &AtomicUsize) -> Option<usize> {
        loop {
            match slot.load(Ordering::Relaxed) {
                0 => yield_now(),
                span => return Some(span),
            }
        }
    }

    /// Whether the taker of slot `at` is the one to recycle the block.
    fn is_last(block: &Block, _at: usize) -> bool {
        block.popped.fetch_add(1, Ordering::AcqRel) + 1 == N
    }

    /// Whether the block of `number` must be made, under the lock.
    fn must_grow(bag: &Bag<Self>, number: usize) -> bool {
        let is_empty = bag.block_of(number).is_none();
        let tail = bag.index.load(Ordering::Relaxed) as u32 as usize;
        is_empty && tail / N == number / N
    }
}

/// The bag. Its spine is as long as a model needs it.
pub(super) struct Bag<S> {
    index: AtomicU64,
    spine: Vec<AtomicUsize>,
    blocks: Vec<Block>,
    free: Mutex<Vec<usize>>,
    growing: Mutex<()>,
    steps: PhantomData<S>,
}

impl<S: Steps> Bag<S> {
    /// The block of `number`, counted from 1 in the spine, where 0 is none.
    fn block_of(&self, number: usize) -> Option<usize> {
        self.spine[number / N].load(Ordering::Acquire).checked_sub(1)
    }

    fn grow(&self, number: usize) -> u64 {
        let _held = self.growing.lock().unwrap();
        if S::must_grow(self, number) {
            let block = self.free.lock().unwrap().pop().expect("the model has blocks enough");
            self.spine[number / N].store(block + 1, Ordering::Release);
        }
        self.index.load(Ordering::Relaxed)
    }
}

impl<S: Steps> SpanSet for Bag<S> {
    fn new() -> Bag<S> {
        let zeros = |n: usize| (0..n).map(|_| AtomicUsize::new(0)).collect();
        let block = |_| Block {
            slots: [AtomicUsize::new(0), AtomicUsize::new(0)],
            popped: AtomicUsize::new(0),
        };
        Bag {
            index: AtomicU64::new(0),
            spine: zeros(4),
            blocks: (0..BLOCKS).map(block).collect(),
            free: Mutex::new((0..BLOCKS).collect()),
            growing: Mutex::new(()),
            steps: PhantomData,
        }
    }

    fn push(&self, span: usize) {
        let number = S::claim(self);
        let block = self.block_of(number).expect("a claimed number has a block");
        self.blocks[block].slots[number % N].store(span, Ordering::Relaxed);
    }

    fn pop(&self) -> Option<usize> {
        let number = S::claim_head(self)?;
        let at = self.block_of(number).expect("a claimed number has a block");
        let block = &self.blocks[at];
        let slot = &block.slots[number % N];
        let span = S::wait(slot)?;
        slot.store(0, Ordering::Relaxed);
        if S::is_last(block, number % N) {
            self.spine[number / N].store(0, Ordering::Release);
            block.popped.store(0, Ordering::Relaxed);
            self.free.lock().unwrap().push(at);
        }
        Some(span)
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct ClaimsRelaxed;
impl Steps for ClaimsRelaxed {
    const CLAIMED: Ordering = Ordering::Relaxed;
}

pub(super) struct TakesEmptySlot;
impl Steps for TakesEmptySlot {
    fn wait(slot: &AtomicUsize) -> Option<usize> {
        Some(slot.load(Ordering::Acquire)).filter(|&span| span != 0)
    }
}

pub(super) struct RacesForHead;
impl Steps for RacesForHead {
    fn claim_head(bag: &Bag<RacesForHead>) -> Option<usize> {
        let seen = bag.index.load(Ordering::Acquire);
        let (head, tail) = (seen >> 32, seen & u64::from(u32::MAX));
        (head < tail).then(|| {
            // The addition is atomic, and comes too late.
            bag.index.fetch_add(1 << 32, Ordering::AcqRel);
            head as usize
        })
    }
}

pub(super) struct ClaimsBeforeBlock;
impl Steps for ClaimsBeforeBlock {
    fn claim(bag: &Bag<ClaimsBeforeBlock>) -> usize {
        let number = bag.index.fetch_add(1, Ordering::AcqRel) as u32 as usize;
        while bag.block_of(number).is_none() {
            bag.grow(number);
        }
        number
    }

    fn must_grow(bag: &Bag<ClaimsBeforeBlock>, number: usize) -> bool {
        bag.block_of(number).is_none()
    }
}

pub(super) struct RecyclesOnLastIndex;
impl Steps for RecyclesOnLastIndex {
    fn is_last(_: &Block, at: usize) -> bool {
        at + 1 == N
    }
}

pub(super) struct GrowsTwice;
impl Steps for GrowsTwice {
    fn must_grow(_: &Bag<GrowsTwice>, _: usize) -> bool {
        true
    }
}
