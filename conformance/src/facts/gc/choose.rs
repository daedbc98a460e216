//! Which objects of a heap go into a picture: the guilty ones, the ways from roots to them, what is near.
//!
//! 1. A search from the roots, nearest first, finds a shortest way to each guilty object. It gives up
//!    after so many slots: then there is no way in the picture.
//! 2. The guilty objects and their ways are chosen first. The middle of a long way is left out.
//! 3. What holds the guilty ones, and what they hold, comes next, then what is near the roots, then
//!    what is unreachable, the newest first: all of it if it fits, else a little.

use crate::model::gc::Shadow;
use crate::model::gc::places::Reference;
use crate::model::reach::Node;
use std::collections::{HashMap, HashSet, VecDeque};

/// Objects in a picture, at most.
pub(super) const OBJECTS: usize = 40;

/// What is neither guilty nor near it, where not everything fits into the picture.
const CONTEXT: usize = 8;

/// Guilty objects that are chosen for being guilty, at most.
const GUILTY: usize = 8;

/// A longer way is shown by its first and last objects, so many each.
const ENDS: usize = 6;

/// Slots that are looked at to find ways.
const LOOKED_AT: usize = 100_000;

/// Neighbours of one object that are chosen for being its neighbours.
const NEIGHBOURS: usize = 6;

/// The objects of a picture.
#[derive(Default)]
pub(super) struct Chosen {
    /// In order of choosing; no more than [`OBJECTS`].
    pub(super) objects: Vec<Node>,
    /// The same as a set.
    known: HashSet<Node>,
    /// Ways from a root to a guilty object: each slot on it, with the number of objects that are left
    /// out behind it.
    pub(super) ways: Vec<Way>,
    /// What the program reaches, where the search came to an end.
    program: Option<HashSet<Node>>,
}

/// A step on the way to a guilty object.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// From the slot of this object, or from a root.
    pub(super) from: Option<(Node, u32)>,
    /// To this object.
    pub(super) to: Node,
    /// With so many objects between.
    pub(super) skips: u64,
}

/// How each object was found: by a root, or by this slot.
type Found = HashMap<Node, Option<(Node, u32)>>;

/// A search from some roots.
struct Search {
    found: Found,
    /// In order of finding.
    order: Vec<Node>,
    /// It came to an end.
    complete: bool,
}

impl Search {
    fn new(shadow: &Shadow, from: impl Iterator<Item = Node>) -> Search {
        let mut search = Search { found: HashMap::new(), order: Vec::new(), complete: true };
        let mut queue = VecDeque::new();
        for node in from {
            if search.find(node, None) {
                queue.push_back(node);
            }
        }
        let mut left = LOOKED_AT;
        while let Some(node) = queue.pop_front() {
            for (slot, to) in shadow.slots(node) {
                if search.find(to, Some((node, slot))) {
                    queue.push_back(to);
                }
                left = left.saturating_sub(1);
                if left == 0 {
                    search.complete = false;
                    return search;
                }
            }
        }
        search
    }

    /// Enters an object; whether it was new.
    fn find(&mut self, node: Node, by: Option<(Node, u32)>) -> bool {
        let is_new = !self.found.contains_key(&node);
        if is_new {
            self.found.insert(node, by);
            self.order.push(node);
        }
        is_new
    }

    /// The way to `node`, from the root on; empty where it was not found.
    fn way(&self, node: Node) -> Vec<Way> {
        let mut way = Vec::new();
        let mut at = node;
        while let Some(&from) = self.found.get(&at) {
            way.push(Way { from, to: at, skips: 0 });
            let Some((owner, _)) = from else { break };
            at = owner;
        }
        way.reverse();
        way
    }
}

impl Chosen {
    /// Whether the object is in the picture.
    pub(super) fn has(&self, node: Node) -> bool {
        self.known.contains(&node)
    }

    /// Whether the program reaches the object; what is not known counts as reached.
    pub(super) fn is_of_program(&self, node: Node) -> bool {
        self.program.as_ref().is_none_or(|program| program.contains(&node))
    }

    fn add(&mut self, node: Node) {
        if self.objects.len() < OBJECTS && self.known.insert(node) {
            self.objects.push(node);
        }
    }

    fn add_way(&mut self, way: Vec<Way>) {
        let cut = way.len() > 2 * ENDS + 1;
        let last = way.len().saturating_sub(ENDS);
        let mut before: Option<Node> = None;
        for (i, mut step) in way.into_iter().enumerate() {
            if cut && (ENDS..last).contains(&i) {
                continue;
            }
            if let (Some((owner, slot)), Some(shown)) = (step.from, before)
                && owner != shown
            {
                step.from = Some((shown, slot));
                step.skips = (last - ENDS) as u64;
            }
            before = Some(step.to);
            self.add(step.to);
            self.ways.push(step);
        }
    }
}

/// Chooses around `guilty`.
pub(super) fn choose(shadow: &Shadow, guilty: &[Node]) -> Chosen {
    let roots = shadow.places().strong().filter_map(|(_, held)| held.node());
    let program = Search::new(shadow, roots);
    let mut chosen = Chosen::default();
    for &node in guilty.iter().take(GUILTY) {
        chosen.add(node);
    }
    for &node in guilty.iter().take(GUILTY) {
        let mut way = program.way(node);
        if way.is_empty() && program.complete {
            way = by_finalizer(shadow, node);
        }
        chosen.add_way(way);
    }
    add_neighbours(&mut chosen, shadow, guilty);
    let living = (1..=shadow.made()).rev().filter_map(|number| shadow.node(number));
    let living = living.filter(|&node| !shadow.told_dead(node));
    let all_fit = living.clone().take(OBJECTS + 1).count() <= OBJECTS;
    let room = if all_fit { OBJECTS } else { chosen.objects.len() + CONTEXT };
    for node in program.order.iter().copied().chain(living) {
        if chosen.objects.len() >= room.min(OBJECTS) {
            break;
        }
        chosen.add(node);
    }
    let views = shadow.places().strong().filter_map(|(_, held)| match held {
        Reference::Past(node) => Some(node),
        _ => None,
    });
    let weak = shadow.places().weak().filter_map(|(_, held)| held.node());
    views.chain(weak).for_each(|node| chosen.add(node));
    chosen.program = program.complete.then(|| program.order.into_iter().collect());
    chosen
}

/// The way to `node` from an object whose finalizer waits, which a finalizer in order keeps.
fn by_finalizer(shadow: &Shadow, node: Node) -> Vec<Way> {
    if !shadow.setting().ordered {
        return Vec::new();
    }
    let nodes = (1..=shadow.made()).filter_map(|number| shadow.node(number));
    let waiting = nodes.filter(|&of| of != node && shadow.awaits_finalizer(of));
    Search::new(shadow, waiting).way(node)
}

/// What holds the guilty objects and what they hold, and what is around that, half a picture of it.
fn add_neighbours(chosen: &mut Chosen, shadow: &Shadow, guilty: &[Node]) {
    let mut queue: VecDeque<Node> = guilty.iter().copied().take(GUILTY).collect();
    let mut seen: HashSet<Node> = queue.iter().copied().collect();
    while let Some(node) = queue.pop_front() {
        let held = shadow.slots(node).map(|(_, to)| to).take(NEIGHBOURS);
        let holders = shadow.holders(node).map(|(owner, _)| owner).take(NEIGHBOURS);
        for near in held.chain(holders) {
            if chosen.objects.len() >= OBJECTS / 2 {
                return;
            }
            chosen.add(near);
            if seen.insert(near) {
                queue.push_back(near);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A way of `length` objects, each in slot 0 of the one before.
    fn way(length: u32) -> Vec<Way> {
        let from = |i: u32| i.checked_sub(1).map(|before| (Node(before), 0));
        (0..length).map(|i| Way { from: from(i), to: Node(i), skips: 0 }).collect()
    }

    /// Seen to catch: a gap counted by what is shown; a slot of an object that is left out.
    #[test]
    fn the_middle_of_a_long_way_is_left_out_and_counted() {
        let mut chosen = Chosen::default();
        chosen.add_way(way(300));
        assert_eq!(chosen.objects.len(), 2 * ENDS);
        let gap: Vec<&Way> = chosen.ways.iter().filter(|way| way.skips > 0).collect();
        assert_eq!(gap.len(), 1);
        assert_eq!(gap[0].from, Some((Node(ENDS as u32 - 1), 0)));
        assert_eq!(gap[0].to, Node(300 - ENDS as u32));
        assert_eq!(gap[0].skips, 300 - 2 * ENDS as u64);
    }

    #[test]
    fn a_short_way_is_whole() {
        let mut chosen = Chosen::default();
        chosen.add_way(way(2 * ENDS as u32 + 1));
        assert_eq!(chosen.objects.len(), 2 * ENDS + 1);
        assert!(chosen.ways.iter().all(|way| way.skips == 0));
    }
}
