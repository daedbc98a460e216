//! Random scripts: the graph and its twin answer alike, and the laws hold.
//!
//! Seen to catch what the small cases do, but for walks that are too long, and alone: an orphan whose
//! hold is not looked at; a set to the same target that cuts the parent; an owner that is not looked at
//! again once orphans are settled; a node told twice, or listed as an orphan twice; rescued nodes that
//! rescue nothing, or only their children; an edge that goes and leaves the next with a wrong link back.

use super::twin::Twin;
#[cfg(test)]
// Said again for the test of the map: outside tests, `model` does not know drivers.
use crate::driver::Dice;
use crate::model::reach::{Effort, Graph, Node};

/// The length of a script.
const ACTS: usize = 150;

/// What scripts came across, so that a generator which grew tame is seen.
#[derive(Default, Debug)]
struct Met {
    effort: Effort,
    revivals: u64,
    self_edges: u64,
    double_edges: u64,
    two_cycles: u64,
    same_again: u64,
    told: u64,
    buried: u64,
    held_again: u64,
}

/// A graph, its twin, and the temper of one script.
struct Pair {
    dice: Dice,
    graph: Graph,
    twin: Twin,
    /// Nodes to make at most.
    limit: u32,
    /// One in so many sets is to nil.
    nil: u64,
    /// Nodes held at once, at most.
    roots: usize,
    met: Met,
}

impl Pair {
    fn new(seed: u64) -> Pair {
        let mut dice = Dice::new(seed);
        let limit = 2 + dice.below(59) as u32;
        let nil = 1 + dice.below(6);
        let roots = 1 + dice.below(8) as usize;
        let (graph, twin, met) = (Graph::default(), Twin::default(), Met::default());
        let mut pair = Pair { dice, graph, twin, limit, nil, roots, met };
        pair.add();
        pair.add();
        pair
    }

    fn node(&mut self) -> Node {
        Node(self.dice.below(u64::from(self.twin.len())) as u32)
    }

    /// A random node that `is` true of, if one is found soon.
    fn node_where(&mut self, is: fn(&Twin, usize) -> bool) -> Option<Node> {
        let tries = [(); 8].map(|()| self.node());
        tries.into_iter().find(|node| is(&self.twin, node.0 as usize))
    }

    fn add(&mut self) {
        if self.twin.len() + 4 <= self.limit && self.dice.one_in(4) {
            let count = 1 + self.dice.below(4) as u32;
            assert_eq!(self.graph.add_chain(count), self.twin.add_chain(count));
        } else if self.twin.len() < self.limit {
            let slots = 1 + self.dice.below(4) as u32;
            assert_eq!(self.graph.add(slots), self.twin.add(slots));
        }
    }

    fn set(&mut self) {
        let Some(owner) = self.node_where(|twin, at| !twin.buried[at]) else { return };
        let slots = self.graph.slots(owner);
        let slot = self.dice.below(u64::from(slots)) as u32;
        let neighbour = self.dice.below(u64::from(slots)) as u32;
        let to = match self.dice.below(8) {
            _ if self.dice.one_in(self.nil) => None,
            0 => Some(owner),
            1 => self.graph.get(owner, slot),
            2 => self.graph.get(owner, neighbour),
            3 => self.node_where(|twin, at| !twin.reached[at]),
            _ => Some(self.node()),
        };
        self.meet(owner, slot, neighbour, to);
        self.graph.set(owner, slot, to);
        self.twin.set(owner, slot, to);
    }

    fn meet(&mut self, owner: Node, slot: u32, neighbour: u32, to: Option<Node>) {
        let Some(target) = to else { return };
        let slots = &self.twin.slots;
        let back = slots[target.0 as usize].contains(&Some(owner));
        self.met.self_edges += u64::from(target == owner);
        self.met.two_cycles += u64::from(target != owner && back);
        self.met.same_again += u64::from(slots[owner.0 as usize][slot as usize] == to);
        let double = slot != neighbour && slots[owner.0 as usize][neighbour as usize] == to;
        self.met.double_edges += u64::from(double);
    }

    fn hold(&mut self) {
        let held = self.twin.holds.iter().filter(|&&holds| holds > 0).count();
        if held < self.roots {
            let node = self.node();
            self.met.held_again += u64::from(self.twin.holds[node.0 as usize] > 0);
            self.graph.hold(node);
            self.twin.hold(node);
        }
    }

    fn release(&mut self) {
        if let Some(node) = self.node_where(|twin, at| twin.holds[at] > 0) {
            self.graph.release(node);
            self.twin.release(node);
        }
    }

    fn bury(&mut self) {
        let is_lost = |twin: &Twin, at: usize| !twin.reached[at] && !twin.buried[at];
        if self.dice.one_in(4)
            && let Some(node) = self.node_where(is_lost)
        {
            self.met.buried += 1;
            self.graph.bury(node);
            self.twin.bury(node);
        }
    }

    /// One question of the three.
    fn ask(&mut self) {
        match self.dice.below(3) {
            0 => {
                let node = self.node();
                let reached = self.twin.reached[node.0 as usize];
                assert_eq!(self.graph.is_reachable(node), reached, "{node:?}");
            }
            1 => self.take(),
            _ => {
                let reached = self.twin.reached.iter().filter(|&&reached| reached).count();
                assert_eq!(self.graph.reachable_count(), reached as u64);
            }
        }
    }

    fn take(&mut self) {
        let mut told = self.graph.take_unreachable();
        told.sort_unstable();
        self.met.told += told.len() as u64;
        assert_eq!(told, self.twin.take_unreachable(), "told");
    }

    fn act(&mut self) {
        match self.dice.below(32) {
            0..3 => self.add(),
            3..8 => self.hold(),
            8..13 => self.release(),
            13 => self.bury(),
            _ => self.set(),
        }
    }

    /// All that can be asked, but for what is told.
    fn compare(&mut self) {
        for node in (0..self.twin.len()).map(Node) {
            let at = node.0 as usize;
            assert_eq!(self.graph.is_reachable(node), self.twin.reached[at], "{node:?}");
            assert_eq!(self.graph.is_buried(node), self.twin.buried[at], "{node:?}");
            let slots: Vec<Option<Node>> =
                (0..self.graph.slots(node)).map(|slot| self.graph.get(node, slot)).collect();
            assert_eq!(slots, self.twin.slots[at], "{node:?}");
        }
        let reached = self.twin.reached.iter().filter(|&&reached| reached).count();
        assert_eq!(self.graph.reachable_count(), reached as u64);
    }
}

/// Plays one script. After one act in `batch` a question is asked, or all answers are compared; the
/// laws must hold after each.
fn play(seed: u64, batch: u64, met: &mut Met) {
    let mut pair = Pair::new(seed);
    for _ in 0..ACTS {
        pair.act();
        pair.graph.audit();
        if pair.dice.one_in(batch) {
            if pair.dice.one_in(2) {
                pair.ask();
            } else {
                pair.compare();
            }
            pair.graph.audit();
        }
    }
    pair.take();
    pair.compare();
    met.add(&pair);
}

impl Met {
    fn add(&mut self, pair: &Pair) {
        let (one, effort) = (&pair.met, pair.graph.effort());
        self.effort.by_hold += effort.by_hold;
        self.effort.by_walk += effort.by_walk;
        self.effort.by_search += effort.by_search;
        self.revivals += pair.twin.revivals;
        self.self_edges += one.self_edges;
        self.double_edges += one.double_edges;
        self.two_cycles += one.two_cycles;
        self.same_again += one.same_again;
        self.told += one.told;
        self.buried += one.buried;
        self.held_again += one.held_again;
    }

    fn assert_wild(&self) {
        let Effort { by_hold, by_walk, by_search, .. } = self.effort;
        for (count, what) in [
            (by_hold, "rescues by a hold"),
            (by_walk, "rescues by a walk"),
            (by_search, "rescues by a search"),
            (self.revivals, "revivals"),
            (self.self_edges, "self edges"),
            (self.double_edges, "double edges"),
            (self.two_cycles, "cycles of two"),
            (self.same_again, "sets to the same target"),
            (self.told, "nodes told"),
            (self.buried, "burials"),
            (self.held_again, "second holds"),
        ] {
            assert!(count > 200, "only {count} {what}: {self:?}");
        }
    }
}

#[test]
fn a_graph_that_is_asked_after_every_act_answers_as_its_twin() {
    let mut met = Met::default();
    for seed in 0..1500 {
        play(seed, 1, &mut met);
    }
    met.assert_wild();
}

#[test]
fn a_graph_that_is_asked_now_and_then_answers_as_its_twin() {
    let mut met = Met::default();
    for seed in 0..3000 {
        play(1 << 32 | seed, 2 + seed % 40, &mut met);
    }
    met.assert_wild();
}
