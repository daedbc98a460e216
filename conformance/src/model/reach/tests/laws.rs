//! The laws that stand on the fields, looked up one by one.

use crate::model::reach::edges::Edge;
use crate::model::reach::forest::State;
use crate::model::reach::{Graph, Node};
use std::collections::HashSet;

impl Graph {
    fn all(&self) -> impl Iterator<Item = Node> + use<> {
        (0..self.edges.len() as u32).map(Node)
    }

    /// Panics at a law that is broken.
    pub(super) fn audit(&self) {
        let mut in_lists = 0;
        for node in self.all() {
            in_lists += self.audit_edges_into(node);
            self.audit_proof(node);
            self.audit_reach(node);
        }
        let edges = self.all().flat_map(|node| self.edges.of(node));
        let held = edges.filter(|&edge| self.edges.target(edge).is_some()).count();
        assert_eq!(in_lists, held, "every edge is in a list of in-edges");
        let is_reachable = |node: &Node| self.forest.state(*node) == State::Reachable;
        assert_eq!(self.reachable, self.all().filter(is_reachable).count() as u64);
        self.audit_lists();
    }

    fn audit_edges_into(&self, node: Node) -> usize {
        let slots = self.all().map(|node| self.edges.of(node).len()).sum::<usize>();
        let into: Vec<Edge> = self.edges.holding(node).take(slots + 1).collect();
        let distinct: HashSet<u32> = into.iter().map(|&edge| Edge::pack(Some(edge))).collect();
        assert_eq!(distinct.len(), into.len(), "{node:?}: an in-edge comes twice");
        for edge in &into {
            assert_eq!(self.edges.target(*edge), Some(node), "{node:?}: an in-edge elsewhere");
        }
        into.len()
    }

    fn audit_proof(&self, node: Node) {
        if let Some(parent) = self.forest.parent(node) {
            assert_eq!(self.edges.target(parent), Some(node), "a parent edge leads elsewhere");
            for end in [node, self.edges.owner(parent)] {
                assert_eq!(self.forest.state(end), State::Reachable, "{end:?} is proof or proven");
            }
        }
        let mut at = node;
        for _ in self.all() {
            let Some(parent) = self.forest.parent(at) else { return };
            at = self.edges.owner(parent);
        }
        panic!("{node:?}: its parents come round");
    }

    /// What a reachable node holds is reachable, and what is held.
    fn audit_reach(&self, node: Node) {
        let state = self.forest.state(node);
        assert_ne!(state, State::Suspect, "{node:?}: suspicion ends with the question");
        assert!(!self.forest.is_held(node) || state != State::Unreachable, "{node:?} is held");
        if state == State::Reachable {
            for child in self.edges.of(node).filter_map(|edge| self.edges.target(edge)) {
                assert_ne!(self.forest.state(child), State::Unreachable, "{node:?} -> {child:?}");
            }
        }
    }

    fn audit_lists(&self) {
        let mut forest = self.forest.clone();
        for &node in &self.orphans {
            assert!(forest.list_orphan(node, false), "{node:?} is twice in the list of orphans");
        }
        for &node in &self.untold {
            assert!(forest.list_untold(node, false), "{node:?} is twice in the list to tell");
        }
        for node in self.all() {
            let listed = forest.list_orphan(node, false) || forest.list_untold(node, false);
            assert!(!listed, "{node:?} is noted as listed, and is not");
            let listed = self.orphans.contains(&node);
            assert!(listed || !self.forest.is_orphan(node), "{node:?} is an orphan, not listed");
        }
    }
}
