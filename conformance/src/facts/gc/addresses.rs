//! Where objects lie, as far as the target says it.

use crate::model::reach::Node;
use std::collections::{BTreeMap, HashMap};

/// Extents of objects that were not reported dead.
#[derive(Default)]
pub(super) struct Addresses {
    by_start: BTreeMap<u64, (u64, Node)>,
    by_node: HashMap<Node, u64>,
}

impl Addresses {
    /// The objects that share a byte with `bytes` bytes at `address`.
    pub(super) fn overlapping(&self, address: u64, bytes: u64) -> Vec<Node> {
        let end = address.saturating_add(bytes);
        let below = self.by_start.range(..end).rev();
        // Extents do not overlap each other, so the first that ends before is the last to look at.
        let meets = below.take_while(|&(&start, &(size, _))| start.saturating_add(size) > address);
        meets.map(|(_, &(_, node))| node).collect()
    }

    /// An object of `bytes` bytes is at `address`; whatever was there is no more.
    pub(super) fn put(&mut self, node: Node, address: u64, bytes: u64) {
        for gone in self.overlapping(address, bytes) {
            self.died(gone);
        }
        self.by_start.insert(address, (bytes, node));
        self.by_node.insert(node, address);
    }

    /// Where the object is, if that was said and it was not reported dead.
    pub(super) fn of(&self, node: Node) -> Option<u64> {
        self.by_node.get(&node).copied()
    }

    /// The object is no more.
    pub(super) fn died(&mut self, node: Node) {
        if let Some(address) = self.by_node.remove(&node) {
            self.by_start.remove(&address);
        }
    }
}
