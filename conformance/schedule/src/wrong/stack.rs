//! A stack by Treiber, and wrong ones.

use crate::stack::Stack;
use loom::sync::atomic::{AtomicU64, Ordering};
use std::marker::PhantomData;

/// The steps that may be wrong.
pub(super) trait Steps: Send + Sync + 'static {
    /// The order of a push that succeeds.
    const PUSHED: Ordering = Ordering::Release;
    /// The order in which a pop sees the top.
    const POPPED: Ordering = Ordering::Acquire;

    /// The head's upper half after a push.
    fn tag(tag: u64) -> u64 {
        tag + (1 << 32)
    }

    /// Puts `new` in the place of `old`; or says what is there.
    fn swap(head: &AtomicU64, old: u64, new: u64, order: Ordering) -> Result<u64, u64> {
        head.compare_exchange(old, new, order, Self::POPPED)
    }
}

/// The stack: a tag above the number of the top node, and a link for each node.
pub(super) struct Treiber<S> {
    head: AtomicU64,
    links: Vec<AtomicU64>,
    steps: PhantomData<S>,
}

const NODE: u64 = (1 << 32) - 1;

impl<S: Steps> Stack for Treiber<S> {
    fn new(nodes: usize) -> Treiber<S> {
        let links = (0..=nodes).map(|_| AtomicU64::new(0)).collect();
        Treiber { head: AtomicU64::new(0), links, steps: PhantomData }
    }

    fn push(&self, node: usize) {
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            self.links[node].store(head & NODE, Ordering::Relaxed);
            match S::swap(&self.head, head, S::tag(head & !NODE) | node as u64, S::PUSHED) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    fn pop(&self) -> Option<usize> {
        let mut head = self.head.load(S::POPPED);
        loop {
            let top = (head & NODE) as usize;
            let next = if top == 0 { return None } else { self.links[top].load(Ordering::Relaxed) };
            match S::swap(&self.head, head, head & !NODE | next, S::POPPED) {
                Ok(_) => return Some(top),
                Err(now) => head = now,
            }
        }
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct Untagged;
impl Steps for Untagged {
    fn tag(tag: u64) -> u64 {
        tag
    }
}

pub(super) struct LoadThenStore;
impl Steps for LoadThenStore {
    fn swap(head: &AtomicU64, old: u64, new: u64, _: Ordering) -> Result<u64, u64> {
        match head.load(Ordering::Acquire) {
            now if now == old => {
                head.store(new, Ordering::Release);
                Ok(now)
            }
            now => Err(now),
        }
    }
}

pub(super) struct PushesRelaxed;
impl Steps for PushesRelaxed {
    const PUSHED: Ordering = Ordering::Relaxed;
}

pub(super) struct PopsRelaxed;
impl Steps for PopsRelaxed {
    const POPPED: Ordering = Ordering::Relaxed;
}
