//! What is known of each node, and why: holds, parents, states.
//!
//! The proof that a node is reachable is a root that holds it, or a *parent*: one of its in-edges,
//! whose owner is reachable itself. Parents make a forest: up from any node they end, and never come
//! round.
//!
//! A node may have both proofs. So a root that takes a node out of the heap and lets go of it again
//! leaves the forest as it was.

use super::Node;
use super::edges::Edge;

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// No root reaches it: this is certain.
    Unreachable,
    /// Some root reaches it, unless it is an orphan or has one above it.
    Reachable,
    /// Below an orphan, while orphans are being settled; reachable until then.
    Suspect,
    /// Taken out for good. It is reachable never again, whatever holds it.
    Buried,
}

/// What a node is listed in: a list has no node twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Standing {
    state: State,
    /// It is in the graph's list of orphans. It may have been held again since.
    listed_orphan: bool,
    /// It is in the graph's list of nodes to tell. It may have been revived or buried since.
    listed_untold: bool,
}

/// The proofs of all nodes. A node costs 11 bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Forest {
    /// By node: how many roots hold it.
    holds: Vec<u32>,
    /// By node: its parent edge. Law: it is an in-edge of the node, and its owner has the same state
    /// as the node: reachable. Along parents no node comes twice.
    parent: Vec<u32>,
    standing: Vec<Standing>,
}

impl Forest {
    /// Makes room for `nodes` more nodes.
    pub(super) fn reserve(&mut self, nodes: usize) {
        self.holds.reserve(nodes);
        self.parent.reserve(nodes);
        self.standing.reserve(nodes);
    }

    /// The next node: not held, and so not reachable.
    pub(super) fn add(&mut self) {
        let state = State::Unreachable;
        self.holds.push(0);
        self.parent.push(Edge::pack(None));
        self.standing.push(Standing { state, listed_orphan: false, listed_untold: false });
    }

    pub(super) fn state(&self, node: Node) -> State {
        self.standing[node.0 as usize].state
    }

    pub(super) fn set_state(&mut self, node: Node, state: State) {
        self.standing[node.0 as usize].state = state;
    }

    pub(super) fn is_held(&self, node: Node) -> bool {
        self.holds[node.0 as usize] > 0
    }

    pub(super) fn hold(&mut self, node: Node) {
        self.holds[node.0 as usize] += 1;
    }

    pub(super) fn release(&mut self, node: Node) {
        let holds = &mut self.holds[node.0 as usize];
        *holds = holds.checked_sub(1).expect("a root releases what it holds");
    }

    pub(super) fn parent(&self, node: Node) -> Option<Edge> {
        Edge::unpack(self.parent[node.0 as usize])
    }

    pub(super) fn set_parent(&mut self, node: Node, parent: Option<Edge>) {
        self.parent[node.0 as usize] = Edge::pack(parent);
    }

    /// Whether the node is taken for reachable with no proof that it is.
    pub(super) fn is_orphan(&self, node: Node) -> bool {
        self.state(node) == State::Reachable && !self.is_held(node) && self.parent(node).is_none()
    }

    /// Notes whether the list of orphans has the node; whether it had it.
    pub(super) fn list_orphan(&mut self, node: Node, listed: bool) -> bool {
        let standing = &mut self.standing[node.0 as usize];
        std::mem::replace(&mut standing.listed_orphan, listed)
    }

    /// Notes whether the list of nodes to tell has the node; whether it had it.
    pub(super) fn list_untold(&mut self, node: Node, listed: bool) -> bool {
        let standing = &mut self.standing[node.0 as usize];
        std::mem::replace(&mut standing.listed_untold, listed)
    }
}
