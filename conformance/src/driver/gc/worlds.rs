//! Every small world: all graphs of a few objects, and all that a mutator can do to them between the
//! units of a collection.
//!
//! 1. A *graph* has up to so many objects of so many slots each, all of which the first leads to. Objects
//!    are numbered in the order in which a search from the first meets them, so that graphs that differ
//!    only in the names of their objects are the same graph.
//! 2. A local holds the first object, or a global, or both.
//! 3. A collection begins. Then, in every order, units of it and actions of the mutator. A fresh
//!    reference goes into the lowest free local, so that scripts that differ in the names of locals are
//!    the same script.
//! 4. When the mutator has acted so often, the collection is let go to its end.

use super::program::Program;
use crate::capability::Capabilities;
use crate::model::gc::Applies;
use crate::op::Thread;
use crate::op::gc::{Global, Local, Map, Op, Script, Step, Weak};

/// How large worlds are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Objects, at most.
    pub objects: usize,
    /// Slots of each.
    pub slots: usize,
    /// Actions of the mutator.
    pub actions: usize,
    /// Units of the collection between them, at most.
    pub units: usize,
}

/// Locals in use at a time, at most.
const LOCALS: u8 = 4;

const MAIN: Thread = Thread(0);
const GLOBAL: Global = Global(0);
const HANDLE: Weak = Weak(0);

/// Who holds the first object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Held {
    Local,
    Global,
    Both,
}

/// Enumerates the scripts of all worlds within bounds, in the order of an odometer.
pub struct Worlds {
    offers: Capabilities,
    bounds: Bounds,
    graphs: Vec<Graph>,
    /// Which graph, and who holds it.
    at: usize,
    /// Per step after the collection began: the choice made, and how many there were.
    digits: Vec<(usize, usize)>,
    begun: bool,
}

/// By object: what each of its slots holds.
type Graph = Vec<Vec<Option<usize>>>;

const HELD: [Held; 3] = [Held::Local, Held::Both, Held::Global];

impl Worlds {
    /// All worlds within `bounds` for a target with `offers`.
    pub fn new(offers: Capabilities, bounds: Bounds) -> Worlds {
        let graphs = (1..=bounds.objects).flat_map(|n| graphs(n, bounds.slots)).collect();
        Worlds { offers, bounds, graphs, at: 0, digits: Vec::new(), begun: false }
    }

    /// How many graphs there are, each of which is held in three ways.
    pub fn graphs(&self) -> usize {
        self.graphs.len()
    }

    /// Makes the script that `digits` spell, and completes them with first choices.
    fn script(&mut self) -> Script {
        let graph = &self.graphs[self.at / HELD.len()];
        let mut program = Program::new(self.offers);
        build(&mut program, graph, HELD[self.at % HELD.len()]);
        program.main(Op::Begin);
        let (mut actions, mut units, mut place) = (0, 0, 0);
        while actions < self.bounds.actions {
            let mut options = options(&program, self.bounds.slots);
            if units < self.bounds.units {
                options.push(Op::Step { units: 1 });
            }
            if options.is_empty() {
                break;
            }
            if place == self.digits.len() {
                self.digits.push((0, options.len()));
            }
            let op = options[self.digits[place].0];
            place += 1;
            program.main(op);
            if matches!(op, Op::Step { .. }) {
                units += 1;
            } else {
                actions += 1;
            }
        }
        for of in (0..LOCALS).map(Local) {
            program.main(Op::Check { of });
        }
        program.force(Op::Finish);
        program.main(Op::Reset);
        program.main(Op::Collect);
        program.finish()
    }

    /// Goes on to the next choices; false when all were made.
    fn advance(&mut self) -> bool {
        while let Some((choice, of)) = self.digits.pop() {
            if choice + 1 < of {
                self.digits.push((choice + 1, of));
                return true;
            }
        }
        self.at += 1;
        self.at < self.graphs.len() * HELD.len()
    }
}

impl Iterator for Worlds {
    type Item = Script;

    fn next(&mut self) -> Option<Script> {
        let is_over = self.at >= self.graphs.len() * HELD.len();
        if is_over || std::mem::replace(&mut self.begun, true) && !self.advance() {
            return None;
        }
        Some(self.script())
    }
}

/// Makes the graph, with a weak handle to its last object.
fn build(program: &mut Program, graph: &Graph, held: Held) {
    let words = graph[0].len() as u64 + 1;
    let local = |object: usize| Local(object as u8);
    for object in 0..graph.len() {
        program.main(Op::New { to: local(object), words, map: Map::All });
    }
    for (object, slots) in graph.iter().enumerate() {
        for (slot, to) in (0..).zip(slots) {
            if let Some(to) = to {
                program.main(Op::Store { of: local(object), slot, from: local(*to) });
            }
        }
    }
    program.main(Op::Weaken { weak: HANDLE, from: local(graph.len() - 1) });
    if held != Held::Local {
        program.main(Op::Set { global: GLOBAL, from: local(0) });
    }
    for object in usize::from(held != Held::Global)..graph.len() {
        program.main(Op::Drop { to: local(object) });
    }
}

/// What the mutator can do: what loses references first.
fn options(program: &Program, slots: usize) -> Vec<Op> {
    let mut ops = Vec::new();
    let free = program.free_local(MAIN).filter(|local| local.0 < LOCALS);
    let locals: Vec<Local> = (0..LOCALS).map(Local).collect();
    for &of in &locals {
        for slot in 0..slots as u64 {
            ops.extend(free.map(|to| Op::Load { to, of, slot }));
            ops.push(Op::Clear { of, slot });
            ops.extend(locals.iter().map(|&from| Op::Store { of, slot, from }));
            ops.extend(locals.iter().map(|&with| Op::Swap { of, slot, with }));
            let pairs = locals.iter().flat_map(|&old| locals.iter().map(move |&new| (old, new)));
            ops.extend(pairs.map(|(old, new)| Op::Cas { of, slot, old, new }));
        }
        ops.push(Op::Wipe { of, slot: 0, count: slots as u64 });
        let copies = locals.iter().filter(|from| **from != of);
        ops.extend(copies.map(|&from| Op::Copy { of, slot: 0, from, first: 0, count: 1 }));
        ops.push(Op::Drop { to: of });
        ops.push(Op::Set { global: GLOBAL, from: of });
    }
    ops.extend(free.map(|to| Op::Get { to, global: GLOBAL }));
    ops.push(Op::Unset { global: GLOBAL });
    ops.extend(free.map(|to| Op::New { to, words: slots as u64 + 1, map: Map::All }));
    ops.extend(free.map(|to| Op::Strengthen { to, weak: HANDLE }));
    ops.retain(|op| does_something(program, op));
    ops
}

/// Whether the op applies, is offered, and changes anything.
fn does_something(program: &Program, op: &Op) -> bool {
    use crate::model::gc::places::Reference::Nil;
    let (world, places) = (program.world(), program.world().places());
    let empty = match *op {
        Op::Drop { to } => places.local(MAIN, to) == Nil,
        Op::Unset { global } | Op::Get { global, .. } => places.global(global) == Nil,
        Op::Clear { of, slot } | Op::Load { of, slot, .. } => {
            world.slot_at(MAIN, of, slot) == Some(Nil)
        }
        // One that fails does nothing, and one by the same does nothing either.
        Op::Cas { of, slot, old, new } => {
            let held = places.local(MAIN, old);
            held == places.local(MAIN, new) || world.slot_at(MAIN, of, slot) != Some(held)
        }
        _ => false,
    };
    !empty && program.is_offered(op) && world.applies(&Step::main(*op)) == Applies::Yes
}

/// All graphs of `objects` objects with `slots` slots each, in canonical order of their objects.
fn graphs(objects: usize, slots: usize) -> Vec<Graph> {
    let places = objects * slots;
    let choices = objects + 1;
    let count = choices.checked_pow(places as u32).unwrap_or(0);
    let graph = |number: usize| -> Graph {
        let mut rest = number;
        let mut slot = || {
            let choice = rest % choices;
            rest /= choices;
            choice.checked_sub(1)
        };
        (0..objects).map(|_| (0..slots).map(|_| slot()).collect()).collect()
    };
    (0..count).map(graph).filter(is_canonical).collect()
}

/// Whether a search from the first object meets all of them, in the order of their numbers.
fn is_canonical(graph: &Graph) -> bool {
    let mut met = 1;
    let mut next = 0;
    while next < met {
        for to in graph[next].iter().flatten() {
            if *to > met {
                return false;
            }
            met = met.max(to + 1);
        }
        next += 1;
    }
    met == graph.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::Capability;
    use std::collections::BTreeSet;

    fn offers() -> Capabilities {
        Capability::ALL.iter().copied().filter(|c| c.is_of_collectors()).collect()
    }

    #[test]
    fn graphs_of_one_slot_are_lists_with_one_way_back() {
        for n in 1..=5 {
            assert_eq!(graphs(n, 1).len(), n + 1, "{n} objects: the last holds nil, or one of all");
        }
        assert_eq!(graphs(1, 2).len(), 4);
    }

    #[test]
    fn no_script_comes_twice_and_each_is_as_long_as_its_bounds() {
        let bounds = Bounds { objects: 2, slots: 1, actions: 2, units: 2 };
        let scripts: Vec<Script> = Worlds::new(offers(), bounds).collect();
        let distinct: BTreeSet<String> =
            scripts.iter().map(|script| format!("{script:?}")).collect();
        assert_eq!(distinct.len(), scripts.len());
        assert!(scripts.len() > 1000, "{}", scripts.len());
        let steps = |script: &Script| {
            script.steps.iter().filter(|s| matches!(s.op, Op::Step { .. })).count()
        };
        assert!(scripts.iter().all(|script| steps(script) <= 2));
    }
}
