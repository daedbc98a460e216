//! The least solution: what must be in the heap because something that outlives it holds its address.
//!
//! From each location the edges are followed backwards, counting loads; where the count is -1 the address of what was found
//! flows to where the walk began. A location that gains an attribute is walked from again. Attributes are only gained, so
//! this ends, and in which order locations are walked from changes nothing. It only decides by which of several ways
//! something is first found to escape; so that these are the compiler's, the order is the compiler's.
//!
//! Whoever wants to know the ways watches: see [`Watch`].

use crate::graph::{Attrs, Graph, Loc, Place, Site};
use crate::hash::Map;
use crate::ir::{Body, Op};
use crate::rules::{Question, Rules};
use std::collections::{BTreeSet, VecDeque};

/// Is told what the solver finds, at the moment when the way that led there is known.
pub trait Watch {
    /// On the current walk the best way to `src` is by the edge `at` of `via`.
    fn reached(&mut self, src: Loc, via: Loc, at: usize);
    /// The address of `loc` flows to `root`, which outlives it.
    fn escapes(&mut self, graph: &Graph, root: Loc, loc: Loc);
    /// What `loads` loads from the parameter `param` give flows to `root`, which outlives it.
    fn leaks(&mut self, graph: &Graph, root: Loc, param: Loc, loads: u32);
}

/// Nobody watches, and that costs nothing.
impl Watch for () {
    fn reached(&mut self, _: Loc, _: Loc, _: usize) {}
    fn escapes(&mut self, _: &Graph, _: Loc, _: Loc) {}
    fn leaks(&mut self, _: &Graph, _: Loc, _: Loc, _: u32) {}
}

/// The locations of the results of each function of a batch.
pub type Results = Map<Place, Vec<Loc>>;

/// Finds what escapes.
pub fn solve(graph: &mut Graph, bodies: &[Body], results: &Results, rules: &dyn Rules) {
    watched(graph, bodies, results, rules, &mut ());
}

/// The same, with somebody who watches.
pub fn watched(
    graph: &mut Graph,
    bodies: &[Body],
    results: &Results,
    rules: &dyn Rules,
    watch: &mut impl Watch,
) {
    let count = graph.len();
    let mut solver = Solver {
        watch,
        graph,
        bodies,
        results,
        rules,
        lost: BTreeSet::new(),
        queue: VecDeque::new(),
        queued: vec![false; count],
        round: 0,
        visited: vec![(0, 0); count],
        waiting: vec![0; count],
    };
    solver.run();
}

struct Solver<'a, W> {
    watch: &'a mut W,
    graph: &'a mut Graph,
    bodies: &'a [Body],
    results: &'a Results,
    rules: &'a dyn Rules,
    /// Literals whose results go where nobody looks.
    lost: BTreeSet<Place>,
    queue: VecDeque<Loc>,
    queued: Vec<bool>,
    round: u32,
    /// The round in which a location was last reached, and with how many loads.
    visited: Vec<(u32, i32)>,
    /// The round in which a location was last put aside to be looked at.
    waiting: Vec<u32>,
}

impl<W: Watch> Solver<'_, W> {
    fn run(&mut self) {
        self.queue.extend([Loc::HEAP, Loc::CALLEE, Loc::MUTATOR]);
        self.queue.extend(self.graph.all().rev());
        self.queue.iter().for_each(|loc| self.queued[loc.index()] = true);
        while let Some(root) = self.queue.pop_front() {
            self.queued[root.index()] = false;
            self.round += 1;
            self.walk(root);
        }
    }

    fn enqueue(&mut self, loc: Loc) {
        if !std::mem::replace(&mut self.queued[loc.index()], true) {
            if self.graph[loc].attrs.has(Attrs::ESCAPES) {
                self.queue.push_front(loc);
            } else {
                self.queue.push_back(loc);
            }
        }
    }

    /// Finds what flows to `root`.
    fn walk(&mut self, root: Loc) {
        self.note_lost_results(root);
        let round = self.round;
        self.visited[root.index()] = (round, 0);
        let mut todo = VecDeque::from([root]);
        while let Some(loc) = todo.pop_front() {
            self.waiting[loc.index()] = 0;
            let derefs = self.visited[loc.index()].1;
            if self.reached(root, loc, derefs) {
                continue;
            }
            // `root = &l; l = x` does not hold the address of x.
            let base = derefs.max(0);
            for at in 0..self.graph[loc].edges.len() {
                let edge = self.graph[loc].edges[at];
                if self.graph[edge.src].attrs.has(Attrs::ESCAPES) {
                    continue;
                }
                let derefs = base + edge.derefs;
                let src = edge.src.index();
                let (seen, best) = self.visited[src];
                if seen != round || best > derefs {
                    self.visited[src] = (round, derefs);
                    self.watch.reached(edge.src, loc, at);
                    if self.waiting[src] != round {
                        self.waiting[src] = round;
                        todo.push_back(edge.src);
                    }
                }
            }
        }
    }

    /// `loc` flows to `root`. Returns whether it is known to be in the heap by now, so that the rest is no matter of this walk.
    fn reached(&mut self, root: Loc, loc: Loc, derefs: i32) -> bool {
        let mut gained = Attrs::default();
        let root_attrs = self.graph[root].attrs;
        if derefs < 0 {
            if self.outlives(root, loc) {
                if !self.graph[loc].attrs.has(Attrs::ESCAPES) {
                    self.watch.escapes(self.graph, root, loc);
                }
                gained = Attrs::ALL;
            } else if root_attrs.has(Attrs::PERSISTS) {
                gained = gained.with(Attrs::PERSISTS);
            }
        }
        let loads = derefs.max(0);
        if loads == 0 {
            gained = gained.with(root_attrs.both(Attrs::FLOWING));
        }
        if self.graph[loc].is_param {
            self.leak(root, loc, loads as u32);
        }
        let attrs = self.graph[loc].attrs;
        if !attrs.has(gained) {
            self.graph[loc].attrs = attrs.with(gained);
            self.enqueue(loc);
            return self.graph[loc].attrs.has(Attrs::ESCAPES);
        }
        false
    }

    /// Notes where a parameter gets to.
    fn leak(&mut self, root: Loc, param: Loc, loads: u32) {
        let outlives = self.outlives(root, param);
        if outlives && !self.graph[param].attrs.has(Attrs::ESCAPES) {
            self.watch.leaks(self.graph, root, param, loads);
        }
        let sink = &self.graph[root];
        let (attrs, result, place) = (sink.attrs, sink.result, sink.place);
        let param = &mut self.graph[param];
        if outlives {
            match result {
                Some(at) if !attrs.has(Attrs::ESCAPES) && place == param.place => {
                    self.rules.add_result(&mut param.leaks, at as usize, loads);
                }
                _ => param.leaks.add_heap(loads),
            }
        }
        if attrs.has(Attrs::MUTATES) {
            param.leaks.add_mutator(loads);
        }
        if attrs.has(Attrs::CALLS) {
            param.leaks.add_callee(loads);
        }
    }

    /// A literal that gets to an unknown call gives its results to nobody knows whom.
    fn note_lost_results(&mut self, root: Loc) {
        let location = &self.graph[root];
        if !location.attrs.has(Attrs::CALLS) {
            return;
        }
        let (Site::Node(id), place) = (location.site, location.place) else { return };
        let Some(body) = self.bodies.get(place.body) else { return };
        let Op::Closure(func) = body[id].op else { return };
        let literal = Place { func, ..place };
        let Some(results) = self.results.get(&literal) else { return };
        if self.rules.answer(Question::LosesResults, true) && self.lost.insert(literal) {
            for result in results {
                self.enqueue(*result);
            }
        }
    }

    /// Whether what is stored in `loc` may be used after `other` is gone, were that on a stack.
    fn outlives(&self, loc: Loc, other: Loc) -> bool {
        let (holder, held) = (&self.graph[loc], &self.graph[other]);
        if holder.attrs.has(Attrs::ESCAPES) {
            return true;
        }
        if loc == Loc::MUTATOR || loc == Loc::CALLEE {
            return false;
        }
        if holder.result.is_some() {
            // A literal may return what is around it, if all its calls are known.
            let inside = self.contains(held.place, holder.place);
            let right = !inside || self.lost.contains(&holder.place);
            return self.rules.answer(Question::ResultOutlives, right);
        }
        if holder.place == held.place && holder.depth < held.depth {
            return true;
        }
        self.contains(holder.place, held.place)
    }

    /// Whether the function `inner` is a literal in `outer`.
    fn contains(&self, outer: Place, inner: Place) -> bool {
        outer.body == inner.body
            && outer.func != inner.func
            && self
                .bodies
                .get(outer.body)
                .is_some_and(|body| body.is_within(outer.func, inner.func))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Hole;
    use crate::ir::FuncIndex;

    /// Numbers that look random, the same in each run.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % limit
        }
    }

    /// A graph of one function: variables in loops, parameters, results, and flows between them.
    fn random(seed: u64) -> Graph {
        let mut numbers = Numbers(seed);
        let mut graph = Graph::default();
        let place = Place { body: 0, func: FuncIndex::ROOT };
        let locs: Vec<Loc> = (0..12)
            .map(|at| {
                let depth = 1 + numbers.below(3) as u32;
                let loc = graph.add(Site::None, place, depth, Attrs::default());
                graph[loc].is_param = at < 3;
                graph[loc].result = (3..5).contains(&at).then(|| at - 3);
                loc
            })
            .collect();
        for _ in 0..20 {
            let dst = match numbers.below(10) {
                0 => Loc::HEAP,
                1 => Loc::MUTATOR,
                2 => Loc::CALLEE,
                _ => locs[numbers.below(12) as usize],
            };
            let hole = Hole::to(dst).shift(numbers.below(4) as i32 - 1);
            let src = locs[numbers.below(12) as usize];
            graph.flow(hole, src);
        }
        graph
    }

    /// What has been found out: what escapes, and where parameters leak to.
    fn found(graph: &Graph) -> Vec<(Attrs, crate::leaks::Leaks)> {
        graph.all().map(|loc| (graph[loc].attrs, graph[loc].leaks.optimized())).collect()
    }

    #[test]
    fn a_solution_is_one_to_which_solving_again_adds_nothing() {
        for seed in 0..2000 {
            let mut graph = random(seed);
            solve(&mut graph, &[], &Results::default(), &crate::rules::Right);
            let once = found(&graph);
            solve(&mut graph, &[], &Results::default(), &crate::rules::Right);
            assert_eq!(once, found(&graph), "seed {seed}");
        }
    }

    #[test]
    fn another_flow_never_makes_less_escape() {
        for seed in 0..2000 {
            let (mut less, mut more) = (random(seed), random(seed));
            let extra = more.all().nth(seed as usize % 12).expect("twelve");
            more.flow(Hole::HEAP, extra);
            solve(&mut less, &[], &Results::default(), &crate::rules::Right);
            solve(&mut more, &[], &Results::default(), &crate::rules::Right);
            for loc in less.all() {
                assert!(more[loc].attrs.has(less[loc].attrs), "seed {seed}");
            }
        }
    }
}
