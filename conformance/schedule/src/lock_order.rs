//! Two pools, each with its lock, that need each other: stacks come from the heap, and go back to it.
//!
//! Judges `alloc/concurrency/lock-order-acyclic`. Loom ends a model in which all threads wait.

use super::explore::{models, play};

/// The socket.
pub trait LockOrder: Send + Sync + 'static {
    /// A heap with one span of pages, and an empty pool of stacks.
    fn new() -> Self;

    /// A stack: from the pool, or from pages of the heap. False if there is neither.
    fn take_stack(&self) -> bool;

    /// A stack comes back. The last one of a span gives the span back to the heap.
    fn give_stack(&self);

    /// The heap needs pages: it takes those of idle spans of the pool, if there are any.
    fn reclaim(&self);
}

models! { LockOrder:
    "lock-order" "two threads take and give stacks, the heap reclaims" all_at_once None;
    "lock-order" "one takes and gives a stack, the heap reclaims" two_at_once None;
}

fn take_and_give<P: LockOrder>(pools: &P) {
    if pools.take_stack() {
        pools.give_stack();
    }
}

fn all_at_once<P: LockOrder>() {
    let pools = play(P::new(), [take_and_give, take_and_give, P::reclaim]);
    assert!(pools.take_stack(), "the pages got lost");
}

fn two_at_once<P: LockOrder>() {
    let pools = play(P::new(), [take_and_give, P::reclaim]);
    assert!(pools.take_stack(), "the pages got lost");
}
