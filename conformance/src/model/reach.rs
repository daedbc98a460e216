//! The shadow of a collector's heap: which objects the roots reach, kept up while the graph changes.
//!
//! To search the graph from the roots at every question would cost the whole heap each time. Instead
//! each reachable node has a proof that it is: a root holds it, or a slot of another reachable node
//! does, its parent. Parents make a forest over all that is reachable.
//!
//! The data: `edges` has the slots and who holds whom, `forest` has the proofs.
//!
//! What happens over time:
//!
//! 1. An edge comes. If it is the first to reach a node, it proves it, and all that the node reaches.
//!    Otherwise nothing happens.
//! 2. An edge goes. If it was nobody's proof, nothing happens. Otherwise the node that it proved is an
//!    *orphan*, and is put on a list.
//! 3. A question is asked. The orphans on the list find another proof, or turn out to be unreachable
//!    with those that hung from them: `settle`.
//! 4. A node that became unreachable is told once. It may be revived, and buried.

mod edges;
mod forest;
mod settle;

use edges::{Edge, Edges};
use forest::{Forest, State};
use std::collections::VecDeque;
use std::mem::take;

/// An object: its number in order of making, from 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Node(pub u32);

/// What a graph has done since it was made. It depends on the calls alone, not on the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Effort {
    /// Nodes and in-edges looked at, to prove or to disprove. Each visit counts.
    pub steps: u64,
    /// Nodes that lost their parent and stood because a root held them.
    pub by_hold: u64,
    /// Orphans for which a walk up from one of their in-edges found another parent.
    pub by_walk: u64,
    /// Suspects that an edge from outside rescued.
    pub by_search: u64,
}

/// Objects with slots, roots that hold objects, and which objects the roots reach.
///
/// A slot costs 16 bytes and a node 19, for good: the place of a buried node is not used again.
/// Nothing is recursive, however long a list is.
///
/// Every call panics if it is given a node that this graph has not made, or a slot that the node was
/// not made with.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    edges: Edges,
    forest: Forest,
    /// Nodes that lost a proof since orphans were last settled. Law: it has every orphan, once; and
    /// perhaps nodes that were held again.
    orphans: Vec<Node>,
    /// Nodes found to be unreachable and not told yet. Law: each once; perhaps nodes that were
    /// revived or buried since.
    untold: Vec<Node>,
    /// How many nodes are in the state `Reachable`. Errs upwards while there are orphans.
    reachable: u64,
    effort: Effort,
}

impl Graph {
    /// Makes a node. Its slots are nil, and it is not reachable until something reachable holds it.
    pub fn add(&mut self, slots: u32) -> Node {
        self.forest.add();
        self.edges.add(slots)
    }

    /// Makes `count` nodes of one slot, each holding the one made before it, the first nil; the last
    /// of them.
    ///
    /// # Panics
    ///
    /// If `count` is 0.
    pub fn add_chain(&mut self, count: u32) -> Node {
        self.forest.reserve(count as usize);
        self.edges.reserve(count as usize, count as usize);
        let mut last = None;
        for _ in 0..count {
            let node = self.add(1);
            if let Some(last) = last {
                self.edges.link(self.edges.slot(node, 0), last);
            }
            last = Some(node);
        }
        last.expect("a chain has a node")
    }

    /// The node that a slot holds. It may be a buried one.
    pub fn get(&self, node: Node, slot: u32) -> Option<Node> {
        self.edges.target(self.edges.slot(node, slot))
    }

    /// How many slots the node was made with.
    pub fn slots(&self, node: Node) -> u32 {
        self.edges.of(node).len() as u32
    }

    /// The slots that hold the node, each with its owner, the newest first.
    pub fn holders(&self, node: Node) -> impl Iterator<Item = (Node, u32)> + '_ {
        self.edges.holding(node).map(|edge| {
            let owner = self.edges.owner(edge);
            (owner, self.edges.number(owner, edge))
        })
    }

    /// How many nodes were made.
    pub fn made(&self) -> u64 {
        self.edges.len() as u64
    }

    /// What all calls so far have cost.
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// Makes a slot hold another node, or none. It revives the node if it is the slot of a reachable
    /// one.
    ///
    /// # Panics
    ///
    /// If `node` is buried.
    pub fn set(&mut self, node: Node, slot: u32, to: Option<Node>) {
        assert!(!self.is_buried(node), "nobody writes to a buried node");
        let edge = self.edges.slot(node, slot);
        if self.edges.target(edge) == to {
            return;
        }
        if let Some(old) = self.edges.unlink(edge)
            && self.forest.parent(old) == Some(edge)
        {
            self.forest.set_parent(old, None);
            self.list_if_orphan(old);
        }
        if let Some(to) = to {
            let revives = self.would_revive(node, to);
            self.edges.link(edge, to);
            if revives {
                self.revive(to, Some(edge));
            }
        }
    }

    /// One more root holds the node. It revives it.
    pub fn hold(&mut self, node: Node) {
        self.forest.hold(node);
        if self.forest.state(node) == State::Unreachable {
            self.revive(node, None);
        }
    }

    /// One root less holds the node.
    ///
    /// # Panics
    ///
    /// If no root held it.
    pub fn release(&mut self, node: Node) {
        self.forest.release(node);
        self.list_if_orphan(node);
    }

    /// Whether a path leads to the node from a held one, itself included, and past no buried one.
    pub fn is_reachable(&mut self, node: Node) -> bool {
        if self.forest.state(node) == State::Reachable {
            self.settle();
        }
        self.forest.state(node) == State::Reachable
    }

    /// The nodes that became unreachable since the last call, still are, and are not buried. A node
    /// is told once, and again only if it was reachable in between. One that was never reachable is
    /// not told.
    pub fn take_unreachable(&mut self) -> Vec<Node> {
        self.settle();
        let mut told = take(&mut self.untold);
        told.retain(|&node| {
            self.forest.list_untold(node, false);
            self.forest.state(node) == State::Unreachable
        });
        told
    }

    /// How many nodes are reachable.
    pub fn reachable_count(&mut self) -> u64 {
        self.settle();
        self.reachable
    }

    /// Takes an unreachable node out for good: its slots become nil. Slots of other unreachable nodes
    /// may still hold it; it is not reachable again, even if these or roots are.
    ///
    /// # Panics
    ///
    /// If the node is reachable.
    pub fn bury(&mut self, node: Node) {
        assert!(!self.is_reachable(node), "what is reachable is not buried");
        for edge in self.edges.of(node) {
            self.edges.unlink(edge);
        }
        self.forest.set_state(node, State::Buried);
    }

    /// Whether the node was taken out.
    pub fn is_buried(&self, node: Node) -> bool {
        self.forest.state(node) == State::Buried
    }

    fn list_if_orphan(&mut self, node: Node) {
        if self.forest.is_orphan(node) && !self.forest.list_orphan(node, true) {
            self.orphans.push(node);
        }
    }

    /// Whether an edge from `owner` would make `to` reachable.
    ///
    /// An owner may be unreachable without our knowing, and `to` must then not be told a second time:
    /// where that may be so, orphans are settled first.
    fn would_revive(&mut self, owner: Node, to: Node) -> bool {
        let is_reachable = |graph: &Graph| graph.forest.state(owner) == State::Reachable;
        if self.forest.state(to) != State::Unreachable || !is_reachable(self) {
            return false;
        }
        if !self.orphans.is_empty() && !self.is_proven(owner) {
            self.settle();
        }
        is_reachable(self)
    }

    /// An unreachable node has a proof again, a hold or a parent, and so has all that it reaches. The
    /// nearest come first, so that the forest is shallow.
    fn revive(&mut self, node: Node, parent: Option<Edge>) {
        let mut revived = VecDeque::from([node]);
        self.forest.set_state(node, State::Reachable);
        self.forest.set_parent(node, parent);
        while let Some(node) = revived.pop_front() {
            self.effort.steps += 1;
            self.reachable += 1;
            for edge in self.edges.of(node) {
                if let Some(child) = self.edges.target(edge)
                    && self.forest.state(child) == State::Unreachable
                {
                    self.forest.set_state(child, State::Reachable);
                    self.forest.set_parent(child, Some(edge));
                    revived.push_back(child);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
