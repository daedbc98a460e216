//! Slots, and for each node the slots that hold it.
//!
//! The slots of a node stand in a row, and the rows of all nodes in one array. A slot that holds a
//! node is an edge to it, and a link in the list of that node's in-edges. The list runs through the
//! arrays themselves, in both directions: an edge comes and goes in O(1), and nothing is allocated.
//!
//! A slot costs 16 bytes, a node 8. The row of a node is never used again.

use super::Node;
use std::iter::successors;

/// No node, no slot.
const NIL: u32 = u32::MAX;

fn some(number: u32) -> Option<u32> {
    (number != NIL).then_some(number)
}

/// The index that the next entry of an array with `length` entries has.
fn next_index(length: usize) -> u32 {
    let index = u32::try_from(length).ok().and_then(some);
    index.expect("a graph has fewer than 2^32 - 1 nodes, and as many slots")
}

/// A slot of some node, by its index among all slots.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Edge(u32);

impl Edge {
    /// `edge` in 4 bytes.
    pub(super) fn pack(edge: Option<Edge>) -> u32 {
        edge.map_or(NIL, |edge| edge.0)
    }

    /// What `pack` was given.
    pub(super) fn unpack(packed: u32) -> Option<Edge> {
        some(packed).map(Edge)
    }
}

/// All slots of all nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Edges {
    /// By node: its first slot. Law: it never falls; a row ends where the next begins.
    row: Vec<u32>,
    /// By node: the slot that came to hold it last. Law: from here along `next` are just the slots
    /// whose target is the node, each once.
    newest_in: Vec<u32>,
    /// By slot: the node that it holds.
    target: Vec<u32>,
    /// By slot: the node whose row it is in. Written once.
    owner: Vec<u32>,
    /// By slot: the next in-edge of its target. Law: means nothing where the slot is nil.
    next: Vec<u32>,
    /// By slot: the in-edge whose `next` it is. Law: as for `next`.
    before: Vec<u32>,
}

impl Edges {
    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.row.len()
    }

    /// Makes room for `nodes` more nodes with `slots` slots between them.
    pub(super) fn reserve(&mut self, nodes: usize, slots: usize) {
        for array in [&mut self.row, &mut self.newest_in] {
            array.reserve(nodes);
        }
        for array in [&mut self.target, &mut self.owner, &mut self.next, &mut self.before] {
            array.reserve(slots);
        }
    }

    /// A node more, with `slots` nil slots.
    pub(super) fn add(&mut self, slots: u32) -> Node {
        let node = next_index(self.row.len());
        let first = next_index(self.target.len());
        let end = next_index(self.target.len() + slots as usize) as usize;
        self.row.push(first);
        self.newest_in.push(NIL);
        self.owner.resize(end, node);
        for array in [&mut self.target, &mut self.next, &mut self.before] {
            array.resize(end, NIL);
        }
        Node(node)
    }

    /// The slots of `node`, in order.
    pub(super) fn of(&self, node: Node) -> impl ExactSizeIterator<Item = Edge> + use<> {
        self.range(node).map(Edge)
    }

    fn range(&self, node: Node) -> std::ops::Range<u32> {
        let at = node.0 as usize;
        let end = self.row.get(at + 1).copied().unwrap_or(self.target.len() as u32);
        self.row[at]..end
    }

    /// Slot number `slot` of `node`.
    pub(super) fn slot(&self, node: Node, slot: u32) -> Edge {
        // A range finds its n-th number at once, a mapped one steps there.
        let edge = self.range(node).nth(slot as usize);
        Edge(edge.expect("a node has the slots that it was made with"))
    }

    /// Which of the slots of its owner the slot is.
    pub(super) fn number(&self, owner: Node, edge: Edge) -> u32 {
        edge.0 - self.row[owner.0 as usize]
    }

    /// The node whose slot it is.
    pub(super) fn owner(&self, edge: Edge) -> Node {
        Node(self.owner[edge.0 as usize])
    }

    /// The node that it holds.
    pub(super) fn target(&self, edge: Edge) -> Option<Node> {
        some(self.target[edge.0 as usize]).map(Node)
    }

    /// The slots that hold `node`, the newest first.
    pub(super) fn holding(&self, node: Node) -> impl Iterator<Item = Edge> + '_ {
        let newest = Edge::unpack(self.newest_in[node.0 as usize]);
        successors(newest, |edge| Edge::unpack(self.next[edge.0 as usize]))
    }

    /// Makes a nil slot hold `to`.
    pub(super) fn link(&mut self, edge: Edge, to: Node) {
        let at = edge.0 as usize;
        let next = self.newest_in[to.0 as usize];
        self.target[at] = to.0;
        self.next[at] = next;
        self.before[at] = NIL;
        if let Some(next) = some(next) {
            self.before[next as usize] = edge.0;
        }
        self.newest_in[to.0 as usize] = edge.0;
    }

    /// Makes a slot nil; the node that it held, if any.
    pub(super) fn unlink(&mut self, edge: Edge) -> Option<Node> {
        let held = self.target(edge)?;
        let at = edge.0 as usize;
        let (before, next) = (self.before[at], self.next[at]);
        match some(before) {
            Some(before) => self.next[before as usize] = next,
            None => self.newest_in[held.0 as usize] = next,
        }
        if let Some(next) = some(next) {
            self.before[next as usize] = before;
        }
        self.target[at] = NIL;
        Some(held)
    }
}
