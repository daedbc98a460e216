//! The shadow as a picture, at the moment when something broke.

use super::Clerk;
use super::about::did;
use super::choose::{Chosen, Way, choose};
use crate::model::gc::places::Reference;
use crate::model::gc::touch::Touch;
use crate::model::gc::{Phase, number};
use crate::model::reach::Node;
use crate::op::gc::{Op, Step};
use crate::picture::Picture;
use crate::picture::graph::{Age, Cycle, Edge, Graph, LeftOut, Object, Root, RootKind, Word};
use crate::rule::EventId;
use std::collections::{BTreeMap, BTreeSet};

/// Names of one root, and slots of one edge, at most.
const LISTED: usize = 4;

/// Roots of a picture, at most.
const ROOTS: usize = 24;

/// Slots of one object that are looked at.
const SLOTS: usize = 10_000;

/// What a picture needs beside the shadow, and the pictures.
#[derive(Default)]
pub(super) struct Scene {
    /// The step that is told of, and what went on when it began.
    pub(super) step: Option<Step>,
    met: Phase,
    /// What mutators did while the collection went on that ended last.
    pub(super) last_touches: Vec<(Touch, Node)>,
    /// The heap as it was when a law broke for the first time: a graph for each such law.
    drawn: Vec<Graph>,
}

impl Scene {
    /// What is told from now on belongs to `step`, which met the phase `met`.
    pub(super) fn begin(&mut self, step: &Step, met: Phase) {
        self.step = Some(*step);
        self.met = met;
    }

    /// The picture for law number `nth` of those that broke.
    pub(super) fn picture(&self, nth: usize) -> Picture {
        let drawn = self.drawn.get(nth).cloned();
        drawn.map_or(Picture::Nothing, |graph| Picture::Graph(Box::new(graph)))
    }
}

impl Clerk {
    /// Draws the heap as it is now, for each of the `laws` that broke by `event`. It is told before the
    /// shadow is changed; deaths that are told afterwards are still those of this step.
    pub(super) fn draw(&mut self, event: EventId, laws: usize) {
        if laws > 0 {
            let about = self.about(event);
            let guilty = about.guilty.iter().filter_map(|&number| self.shadow.node(number));
            let mut graph = self.graph(&guilty.collect::<Vec<_>>());
            graph.says.extend((!about.says.is_empty()).then_some(about.says));
            self.scene.drawn.extend(std::iter::repeat_n(graph, laws));
        }
        if event == self.names.told_dead {
            let number = self.frame.get(self.names.object_number);
            let drawn = self.scene.drawn.iter_mut().flat_map(|graph| &mut graph.objects);
            drawn.filter(|object| object.number == number).for_each(|object| object.deaths += 1);
        }
    }

    /// Whether the collection that goes on began at a step of its own, or one has ended at this step
    /// that did.
    pub(super) fn cycle(&self) -> Cycle {
        let ends = self.scene.step.is_some_and(|step| matches!(step.op, Op::Collect | Op::Finish));
        match self.shadow.phase() {
            _ if ends && self.scene.met != Phase::Idle => Cycle::Ended,
            Phase::Idle if self.scene.met != Phase::Idle => Cycle::Ended,
            Phase::Idle => Cycle::None,
            Phase::Marking => Cycle::Marking,
            Phase::Sweeping => Cycle::Sweeping,
        }
    }

    fn graph(&mut self, guilty: &[Node]) -> Graph {
        let cycle = self.cycle();
        let chosen = choose(&self.shadow, guilty);
        let objects = self.objects(&chosen, guilty, cycle);
        let (roots, more_roots) = self.roots(&chosen);
        let dead = (1..=self.shadow.made())
            .filter(|&n| self.shadow.object(n).is_some_and(|object| object.deaths > 0))
            .count() as u64;
        let shown_dead = objects.iter().filter(|object| object.deaths > 0).count() as u64;
        let living = self.shadow.made() - dead;
        Graph {
            says: Vec::new(),
            cycle,
            began_with: (cycle != Cycle::None).then_some(self.objects_at_begin),
            roots,
            edges: self.edges(&chosen),
            left_out: LeftOut {
                roots: more_roots,
                objects: living - (objects.len() as u64 - shown_dead),
                dead: dead - shown_dead,
            },
            objects,
        }
    }

    fn objects(&mut self, chosen: &Chosen, guilty: &[Node], cycle: Cycle) -> Vec<Object> {
        let mut nodes = chosen.objects.clone();
        nodes.sort_unstable();
        let on_path: BTreeSet<Node> = chosen.ways.iter().map(|way| way.to).collect();
        let mut by_node: BTreeMap<Node, BTreeSet<Touch>> = BTreeMap::new();
        let touches = match cycle {
            Cycle::None => &[],
            Cycle::Ended => &self.scene.last_touches[..],
            Cycle::Marking | Cycle::Sweeping => self.shadow.touches(),
        };
        for &(touch, node) in touches.iter().filter(|(touch, _)| *touch != Touch::Made) {
            by_node.entry(node).or_default().insert(touch);
        }
        let one = |node: Node| {
            let number = number(node);
            let object = *self.shadow.object(number)?;
            Some(Object {
                number,
                words: object.shape().words,
                map: object.shape().map.word().to_owned(),
                reachable: self.shadow.is_reachable(node),
                deaths: u64::from(object.deaths),
                finalized: u64::from(object.finalized),
                awaits_finalizer: self.shadow.awaits_finalizer(node),
                awaits_cleanups: self.shadow.awaited_cleanups(node),
                age: match cycle {
                    Cycle::None => Age::Unknown,
                    _ if number <= self.objects_at_begin => Age::Before,
                    _ => Age::During,
                },
                touched: by_node
                    .get(&node)
                    .into_iter()
                    .flatten()
                    .map(|touch| did(touch.word()).to_owned())
                    .collect(),
                guilty: guilty.contains(&node),
                on_path: on_path.contains(&node),
            })
        };
        nodes.into_iter().filter_map(one).collect()
    }

    /// Roots that lead into the picture, and how many more lead to anything.
    fn roots(&self, chosen: &Chosen) -> (Vec<Root>, u64) {
        let mut groups: Vec<Root> = Vec::new();
        let mut left_out = 0;
        let mut begun: BTreeSet<Node> = BTreeSet::new();
        let begins = |to: Node| chosen.ways.iter().any(|way| way.from.is_none() && way.to == to);
        let mut enter = |name: String, to: Node, word: Word, kind: RootKind| {
            let number = number(to);
            let same = |root: &&mut Root| (root.to, root.word, root.kind) == (number, word, kind);
            let full = groups.len() == ROOTS;
            match groups.iter_mut().find(same) {
                Some(root) if root.names.len() < LISTED => root.names.push(name),
                Some(root) => root.more += 1,
                None if !full && chosen.has(to) => {
                    let on_path = kind != RootKind::Weak && begins(to) && begun.insert(to);
                    let names = vec![name];
                    groups.push(Root { names, more: 0, kind, to: number, word, on_path });
                }
                None => left_out += 1,
            }
        };
        let mut places: Vec<(String, Reference, RootKind)> = Vec::new();
        for (place, held) in self.shadow.places().strong() {
            places.push((place.to_string(), held, RootKind::Strong));
        }
        let weak = self.shadow.places().weak();
        let weak = weak.map(|(weak, held)| (format!("w{}", weak.0), held, RootKind::Weak));
        // What begins a way comes first: it must not be among those for which there is no room.
        places.sort_by_key(|(_, held, _)| !held.node().is_some_and(begins));
        let waits = |node: &Node| {
            let ordered = self.shadow.setting().ordered;
            ordered && self.shadow.awaits_finalizer(*node) && !chosen.is_of_program(*node)
        };
        let waiting = chosen.objects.iter().copied().filter(waits);
        let waiting =
            waiting.map(|node| ("finalizer".into(), Reference::Start(node), RootKind::Finalizer));
        for (name, held, kind) in places.into_iter().chain(waiting).chain(weak) {
            match held {
                Reference::Nil => {}
                Reference::Start(node) => enter(name, node, Word::Start, kind),
                Reference::Inside(node, word) => enter(name, node, Word::Inside(word), kind),
                Reference::Past(node) => enter(name, node, Word::Past, RootKind::Weak),
            }
        }
        (groups, left_out)
    }

    fn edges(&self, chosen: &Chosen) -> Vec<Edge> {
        let mut nodes = chosen.objects.clone();
        nodes.sort_unstable();
        let mut edges: Vec<Edge> = Vec::new();
        for node in nodes {
            let first = edges.len();
            for (slot, to) in self.shadow.slots(node).take(SLOTS).filter(|(_, to)| chosen.has(*to))
            {
                let word = match self.shadow.slot(node, slot) {
                    Reference::Inside(_, word) => Word::Inside(word),
                    _ => Word::Start,
                };
                let on_path = is_on(&chosen.ways, node, slot, to);
                let to = number(to);
                match edges[first..].iter_mut().find(|edge| (edge.to, edge.word) == (to, word)) {
                    Some(edge) => {
                        edge.on_path |= on_path;
                        if edge.slots.len() < LISTED {
                            edge.slots.push(u64::from(slot));
                        } else {
                            edge.more += 1;
                        }
                    }
                    None => edges.push(Edge {
                        from: number(node),
                        slots: vec![u64::from(slot)],
                        more: 0,
                        to,
                        word,
                        skips: 0,
                        on_path,
                    }),
                }
            }
            for way in chosen.ways.iter().filter(|way| way.skips > 0) {
                if let Some((owner, slot)) = way.from.filter(|(owner, _)| *owner == node) {
                    edges.push(Edge {
                        from: number(owner),
                        slots: vec![u64::from(slot)],
                        more: 0,
                        to: number(way.to),
                        word: Word::Start,
                        skips: way.skips,
                        on_path: true,
                    });
                }
            }
        }
        edges
    }
}

fn is_on(ways: &[Way], node: Node, slot: u32, to: Node) -> bool {
    ways.iter().any(|way| way.skips == 0 && way.from == Some((node, slot)) && way.to == to)
}
