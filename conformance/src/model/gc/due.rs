//! What a collection owes: the objects that were unreachable when it began.

use super::{Node, Reference, Shadow};
use std::collections::HashSet;

/// Objects that are unreachable and were not reported, and what was due when a collection began.
#[derive(Default)]
pub struct Due {
    /// Unreachable, as far as is known; some may have been revived since.
    unreachable: Vec<Node>,
    /// What the collection that goes on owes.
    owed: Option<Owed>,
}

/// What one collection owes.
#[derive(Clone, Default, Debug)]
pub struct Owed {
    /// Objects that it must reclaim.
    pub dead: Vec<Node>,
    /// Objects whose finalizer must run.
    pub finalized: Vec<Node>,
    /// Cleanups that must run, by number.
    pub cleaned: Vec<u64>,
    /// Those of `dead` that led to themselves; none where there were too many to look.
    pub cyclic: HashSet<Node>,
    /// Those of `dead` whose address was written down somewhere.
    pub hidden: HashSet<Node>,
    /// Something was revived since it began: what it owes is not certain.
    pub unsure: bool,
}

/// Where more objects are due than this, none is looked at for cycles; and no further than this.
const CYCLES: usize = 256;

/// So many objects that were not reclaimed when they were due are due again after the next collection.
const OVERDUE: usize = 64;

impl Shadow {
    /// A collection begins: what is unreachable now is due when it has ended.
    pub fn begin_collection(&mut self) {
        let news = self.graph.take_unreachable();
        if !self.setting.exact {
            return;
        }
        self.due.unreachable.extend(news);
        let mut known = std::mem::take(&mut self.due.unreachable);
        known.sort_unstable();
        known.dedup();
        known.retain(|&node| {
            self.objects[node.0 as usize].deaths == 0 && !self.graph.is_reachable(node)
        });
        let held = self.held_by_views();
        let mut owed = Owed::default();
        for &node in known.iter().filter(|node| !held.contains(node)) {
            let object = &self.objects[node.0 as usize];
            if self.is_tiny(node) {
                continue;
            }
            if self.finalizers.contains_key(&node) {
                owed.finalized.push(node);
            } else if object.watched {
                owed.dead.push(node);
            }
        }
        owed.cleaned = self.cleanups_of(&owed.dead);
        if owed.dead.len() < CYCLES {
            owed.cyclic = owed
                .dead
                .iter()
                .copied()
                .filter(|&node| self.leads_to_itself(node, CYCLES))
                .collect();
            owed.hidden = owed.dead.iter().copied().filter(|&node| self.is_hidden(node)).collect();
        }
        self.due.unreachable = known;
        self.due.owed = Some(owed);
    }

    /// What the collection that ends owes.
    pub fn end_collection(&mut self) -> Option<Owed> {
        self.due.owed.take()
    }

    /// The objects `told` were due, and everybody heard of it. Of those that are not dead a few are waited for
    /// on: a collector that reclaims nothing would be told of all its garbage after every collection.
    pub fn forget_overdue(&mut self, told: &[Node]) {
        let late = told.iter().filter(|node| self.objects[node.0 as usize].deaths == 0);
        let late: HashSet<Node> = late.skip(OVERDUE).copied().collect();
        if !late.is_empty() {
            self.due.unreachable.retain(|node| !late.contains(node));
        }
    }

    /// Something unreachable was revived while a collection went on.
    pub(super) fn revive(&mut self) {
        if let Some(owed) = &mut self.due.owed {
            owed.unsure = true;
        }
    }

    /// Whether the object may share memory with others.
    pub fn is_tiny(&self, node: Node) -> bool {
        let shape = self.objects[node.0 as usize].shape();
        shape.slots() == 0 && shape.bytes() < self.setting.tiny
    }

    /// Whether the program leads to the object; where more than `most` objects would have to be looked
    /// at, it is said to.
    pub fn is_held_by_program(&self, node: Node, most: usize) -> bool {
        let roots = self.places.roots().filter_map(|(_, held)| held.node());
        self.leads(roots.collect(), node, most)
    }

    /// Whether other objects that the object holds lead back to it.
    pub fn leads_to_itself(&self, node: Node, most: usize) -> bool {
        let others = self.slots(node).map(|(_, to)| to).filter(|to| *to != node);
        self.leads(others.collect(), node, most)
    }

    fn leads(&self, mut left: Vec<Node>, to: Node, most: usize) -> bool {
        let mut seen = HashSet::new();
        while let Some(next) = left.pop() {
            if next == to || seen.len() > most {
                return true;
            }
            if !self.graph.is_buried(next) && seen.insert(next) {
                left.extend(self.slots(next).map(|(_, to)| to));
            }
        }
        false
    }

    /// Objects that an empty view at their end may keep, and what these lead to.
    fn held_by_views(&self) -> HashSet<Node> {
        let views = self.places.roots().filter_map(|(_, held)| match held {
            Reference::Past(node) => Some(node),
            _ => None,
        });
        let mut found: HashSet<Node> = HashSet::new();
        let mut left: Vec<Node> = views.collect();
        while let Some(node) = left.pop() {
            if !self.graph.is_buried(node) && found.insert(node) {
                left.extend(self.slots(node).map(|(_, to)| to));
            }
        }
        found
    }

    fn cleanups_of(&self, dead: &[Node]) -> Vec<u64> {
        if self.cleanups.is_empty() {
            return Vec::new();
        }
        let dead: HashSet<Node> = dead.iter().copied().collect();
        let waits =
            |c: &super::Cleanup| c.state == super::CleanupState::Attached && dead.contains(&c.of);
        (1..).zip(&self.cleanups).filter(|(_, c)| waits(c)).map(|(number, _)| number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gc::Setting;
    use crate::observe::gc::Answer;
    use crate::op::gc::{Local, Map, Op, Step};

    /// A collection that reclaims nothing: how many objects were due.
    fn fruitless(shadow: &mut Shadow) -> usize {
        shadow.begin_collection();
        let owed = shadow.end_collection().expect("something is owed").dead;
        shadow.forget_overdue(&owed);
        owed.len()
    }

    #[test]
    fn of_what_is_never_reclaimed_everything_is_due_once_and_a_little_for_ever() {
        let mut shadow = Shadow::new(Setting { exact: true, ..Setting::default() });
        let make = |count: usize, shadow: &mut Shadow| {
            for _ in 0..count {
                let new = Op::New { to: Local(0), words: 2, map: Map::All };
                shadow.perform(&Step::main(new), &Answer::with(&[0]));
            }
            shadow.perform(&Step::main(Op::Drop { to: Local(0) }), &Answer::DONE);
        };
        make(1000, &mut shadow);
        assert_eq!(fruitless(&mut shadow), 1000);
        assert_eq!(fruitless(&mut shadow), OVERDUE);
        make(10, &mut shadow);
        assert_eq!(fruitless(&mut shadow), OVERDUE + 10);
        assert_eq!(fruitless(&mut shadow), OVERDUE);
    }
}
