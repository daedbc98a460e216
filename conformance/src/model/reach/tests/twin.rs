//! The same answers in the plainest way: all is searched again after every call.

use crate::model::reach::Node;
use std::collections::BTreeSet;

/// Objects and holds, and what the last search found.
#[derive(Default)]
pub(super) struct Twin {
    pub(super) slots: Vec<Vec<Option<Node>>>,
    pub(super) holds: Vec<u32>,
    pub(super) buried: Vec<bool>,
    pub(super) reached: Vec<bool>,
    untold: BTreeSet<Node>,
    /// How many nodes became reachable again.
    pub(super) revivals: u64,
}

impl Twin {
    pub(super) fn len(&self) -> u32 {
        self.slots.len() as u32
    }

    pub(super) fn add(&mut self, slots: u32) -> Node {
        let node = Node(self.len());
        self.slots.push(vec![None; slots as usize]);
        self.holds.push(0);
        self.buried.push(false);
        self.reached.push(false);
        node
    }

    pub(super) fn add_chain(&mut self, count: u32) -> Node {
        let first = self.add(1);
        for next in first.0 + 1..first.0 + count {
            self.add(1);
            self.slots[next as usize][0] = Some(Node(next - 1));
        }
        Node(first.0 + count - 1)
    }

    pub(super) fn set(&mut self, node: Node, slot: u32, to: Option<Node>) {
        self.slots[node.0 as usize][slot as usize] = to;
        self.search();
    }

    pub(super) fn hold(&mut self, node: Node) {
        self.holds[node.0 as usize] += 1;
        self.search();
    }

    pub(super) fn release(&mut self, node: Node) {
        self.holds[node.0 as usize] -= 1;
        self.search();
    }

    pub(super) fn bury(&mut self, node: Node) {
        self.slots[node.0 as usize].fill(None);
        self.buried[node.0 as usize] = true;
        self.untold.remove(&node);
    }

    pub(super) fn take_unreachable(&mut self) -> Vec<Node> {
        std::mem::take(&mut self.untold).into_iter().collect()
    }

    /// Depth first from all that is held; then compares with the search before.
    fn search(&mut self) {
        let all = (0..self.len()).map(Node);
        let mut reached = vec![false; self.slots.len()];
        let mut path: Vec<Node> = all.filter(|node| self.holds[node.0 as usize] > 0).collect();
        while let Some(node) = path.pop() {
            let at = node.0 as usize;
            if !reached[at] && !self.buried[at] {
                reached[at] = true;
                path.extend(self.slots[at].iter().flatten());
            }
        }
        for node in (0..self.len()).map(Node) {
            match (self.reached[node.0 as usize], reached[node.0 as usize]) {
                (true, false) => _ = self.untold.insert(node),
                (false, true) => {
                    self.untold.remove(&node);
                    self.revivals += 1;
                }
                _ => {}
            }
        }
        self.reached = reached;
    }
}
