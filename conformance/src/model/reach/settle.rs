//! Orphans find another proof, or fall with all that stood on them.
//!
//! 1. A root holds the orphan: that is proof.
//! 2. An in-edge is tried: up the parents of its owner, a few steps. A walk that ends at a held node
//!    has met no orphan, this one included, so the owner is reachable and not below the orphan. A walk
//!    that ends at an orphan, or does not end soon, proves nothing.
//! 3. An orphan that is left is a suspect, and its children are orphans in turn: each is tried by the
//!    first two ways, and suspected if they fail. Then all that is reachable and no suspect has a proof
//!    in which no suspect occurs: an edge from there rescues a suspect, which rescues those that it
//!    holds. What nothing rescues is unreachable.
//!
//! The third way costs as much as hangs from the orphans and points to it, however large the rest is.
//! It is dear far down in a deep forest, where walks are too short: half a list hangs from its middle.

use super::edges::Edge;
use super::forest::State;
use super::{Graph, Node};
use std::collections::VecDeque;
use std::mem::take;

/// How far up a walk looks for a held node, in nodes. The forest of a random graph is about as deep
/// as the logarithm of its size.
const WALK: usize = 64;

/// How many in-edges of an orphan are tried by a walk, the newest first.
const TRIED: usize = 8;

impl Graph {
    /// Leaves no orphan: from here on a node is reachable if its state says so.
    pub(super) fn settle(&mut self) {
        let mut orphans = take(&mut self.orphans);
        for &orphan in &orphans {
            self.forest.list_orphan(orphan, false);
        }
        // One that hangs from another waits for it: the newest first, then the oldest.
        for _ in 0..2 {
            orphans.reverse();
            orphans.retain(|&orphan| !self.is_rescued_cheaply(orphan));
        }
        let mut suspects = self.suspect(orphans);
        self.rescue(&suspects);
        suspects.retain(|&node| self.forest.state(node) == State::Suspect);
        self.give_up(suspects);
    }

    /// Whether a few steps up from `node` show that it is reachable. They do not where an orphan is
    /// above it, or where they are too few.
    ///
    /// They do not end at a held node that has a parent: with that parent, the way up could come
    /// round once the root lets go.
    pub(super) fn is_proven(&mut self, mut node: Node) -> bool {
        for _ in 0..WALK {
            self.effort.steps += 1;
            match self.forest.parent(node) {
                Some(parent) => node = self.edges.owner(parent),
                None => return self.forest.is_held(node),
            }
        }
        false
    }

    /// The first and the second way. No walk passes a suspect: it has no parent, and no root holds it.
    fn is_rescued_cheaply(&mut self, orphan: Node) -> bool {
        if !self.forest.is_orphan(orphan) {
            self.effort.by_hold += 1;
            return true;
        }
        let proof = self.proven_edge(orphan);
        if proof.is_some() {
            self.forest.set_parent(orphan, proof);
            self.effort.by_walk += 1;
        }
        proof.is_some()
    }

    /// An in-edge of `orphan` whose owner is proven to be reachable without it.
    fn proven_edge(&mut self, orphan: Node) -> Option<Edge> {
        let mut tried = [None; TRIED];
        for (place, edge) in tried.iter_mut().zip(self.edges.holding(orphan)) {
            *place = Some(edge);
        }
        tried.into_iter().flatten().find(|&edge| self.is_proven(self.edges.owner(edge)))
    }

    /// Suspects `orphans`, and what hangs from them and is not rescued cheaply; all suspects. None keeps
    /// its parent.
    fn suspect(&mut self, orphans: Vec<Node>) -> Vec<Node> {
        let mut suspects = orphans;
        for &orphan in &suspects {
            self.forest.set_state(orphan, State::Suspect);
        }
        let mut at = 0;
        while let Some(&node) = suspects.get(at) {
            at += 1;
            self.effort.steps += 1;
            for edge in self.edges.of(node) {
                let child = self.edges.target(edge);
                let Some(child) = child.filter(|&c| self.forest.parent(c) == Some(edge)) else {
                    continue;
                };
                self.forest.set_parent(child, None);
                if !self.is_rescued_cheaply(child) {
                    self.forest.set_state(child, State::Suspect);
                    suspects.push(child);
                }
            }
        }
        suspects
    }

    /// The third way: edges from outside rescue suspects, and these what they reach.
    fn rescue(&mut self, suspects: &[Node]) {
        let mut rescued = VecDeque::new();
        for &node in suspects {
            if let Some(edge) = self.edge_from_outside(node) {
                self.adopt(node, edge);
                self.effort.by_search += 1;
                rescued.push_back(node);
            }
        }
        while let Some(node) = rescued.pop_front() {
            self.effort.steps += 1;
            for edge in self.edges.of(node) {
                if let Some(child) = self.edges.target(edge)
                    && self.forest.state(child) == State::Suspect
                {
                    self.adopt(child, edge);
                    rescued.push_back(child);
                }
            }
        }
    }

    /// An in-edge whose owner is reachable and no suspect, or no longer one.
    fn edge_from_outside(&mut self, node: Node) -> Option<Edge> {
        let (edges, forest, effort) = (&self.edges, &self.forest, &mut self.effort);
        edges.holding(node).find(|&edge| {
            effort.steps += 1;
            forest.state(edges.owner(edge)) == State::Reachable
        })
    }

    fn adopt(&mut self, node: Node, parent: Edge) {
        self.forest.set_state(node, State::Reachable);
        self.forest.set_parent(node, Some(parent));
    }

    /// Nothing rescued `lost`.
    fn give_up(&mut self, mut lost: Vec<Node>) {
        self.reachable -= lost.len() as u64;
        lost.retain(|&node| {
            self.forest.set_state(node, State::Unreachable);
            !self.forest.list_untold(node, true)
        });
        // Often all of a large heap falls at once: its list is not copied.
        if self.untold.is_empty() {
            self.untold = lost;
        } else {
            self.untold.append(&mut lost);
        }
    }
}
