//! The stack without a lock.

use conformance_schedule::stack::Stack;
use reference_alloc::lf_stack::{LfStack, Links, NodeId};
use reference_alloc::sync::AtomicU64;

/// [`LfStack`] with its links.
pub(super) struct Nodes {
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
