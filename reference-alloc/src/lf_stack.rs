//! A stack without a lock, for nodes that are never unmapped.
//!
//! The head is one word: the top node and a tag that every push raises. A pop reads the top node's
//! link and swaps the head for it; without the tag, a thread that is interrupted between the two
//! could not see that the node was popped, and pushed again over another one, meanwhile: it would
//! bring back a link that is out of date, and a node would have two owners (the ABA problem).
//!
//! Nodes are named by numbers, not pointers, so that this file needs no `unsafe`: [`Links`] leads
//! from a number to the node's link. A popped node's link may still be read by a slower thread, which
//! is why nodes must stay what they are.
//!
//! Upholds `alloc/concurrency/lfstack-aba-free`. Source: Go `runtime/lfstack.go`,
//! `runtime/tagptr_64bit.go`; Treiber, *Systems Programming*, 1986.

use crate::sync::{AtomicU64, Ordering, const_unless_loom};

/// Where the links of nodes are.
pub trait Links {
    /// The link of node `id`, which was pushed at least once.
    fn link(&self, id: NodeId) -> &AtomicU64;
}

/// The number of a node: not 0, and below 2^[`ID_BITS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NodeId(pub u64);

/// Bits of a [`NodeId`]: a user address of 48 bits, counted in units of 64 bytes.
pub const ID_BITS: u32 = 42;

const ID_MASK: u64 = (1 << ID_BITS) - 1;
const TAG: u64 = 1 << ID_BITS;

/// The stack. Newest first.
#[derive(Debug)]
pub struct LfStack {
    /// Tag (22 bits, counts pushes and wraps) above the top node's number, 0 if there is none.
    head: AtomicU64,
}

impl LfStack {
    const_unless_loom! {
        /// An empty stack.
        pub fn new() -> LfStack {
            LfStack { head: AtomicU64::new(0) }
        }
    }

    /// Puts node `id`, which is on no stack, on top.
    pub fn push(&self, id: NodeId, nodes: &impl Links) {
        let link = nodes.link(id);
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            link.store(head & ID_MASK, Ordering::Relaxed);
            let pushed = (head & !ID_MASK).wrapping_add(TAG) | id.0;
            // Release: the link, and all that the caller did to the node, comes before.
            match self.head.compare_exchange_weak(
                head,
                pushed,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// Takes the top node off, or `None` if the stack was empty at that moment.
    pub fn pop(&self, nodes: &impl Links) -> Option<NodeId> {
        // Acquire: what the pusher wrote is seen before the link is read.
        let mut head = self.head.load(Ordering::Acquire);
        loop {
            let top = NodeId(head & ID_MASK);
            if top.0 == 0 {
                return None;
            }
            let next = nodes.link(top).load(Ordering::Relaxed);
            let popped = head & !ID_MASK | next;
            match self.head.compare_exchange_weak(
                head,
                popped,
                Ordering::Acquire,
                Ordering::Acquire,
            ) {
                Ok(_) => return Some(top),
                Err(now) => head = now,
            }
        }
    }

    /// Whether there was nothing on it at that moment.
    pub fn is_empty(&self) -> bool {
        self.head.load(Ordering::Relaxed) & ID_MASK == 0
    }
}

impl Default for LfStack {
    fn default() -> LfStack {
        LfStack::new()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    struct Nodes([AtomicU64; 4]);

    impl Links for Nodes {
        fn link(&self, id: NodeId) -> &AtomicU64 {
            &self.0[id.0 as usize]
        }
    }

    #[test]
    fn what_was_pushed_last_is_popped_first() {
        let nodes = Nodes([const { AtomicU64::new(0) }; 4]);
        let stack = LfStack::new();
        assert_eq!(stack.pop(&nodes), None);
        for id in 1..4 {
            stack.push(NodeId(id), &nodes);
        }
        for id in (1..4).rev() {
            assert_eq!(stack.pop(&nodes), Some(NodeId(id)));
        }
        assert!(stack.is_empty());
    }

    #[test]
    fn the_tag_wraps_without_touching_the_node() {
        let nodes = Nodes([const { AtomicU64::new(0) }; 4]);
        let stack = LfStack { head: AtomicU64::new(!ID_MASK) };
        stack.push(NodeId(2), &nodes);
        assert_eq!(stack.pop(&nodes), Some(NodeId(2)));
        assert_eq!(stack.pop(&nodes), None);
    }
}
