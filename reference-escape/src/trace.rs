//! The ways by which things escape or leak, as facts: which locations a value passes, over which edges.
//!
//! The solver walks backwards from a root, and the first way by which it finds something is the one that is kept. A root
//! that is walked from again may find another way; parameters leak once more then, as the compiler says it once more.

use crate::graph::{Edge, Graph, Loc};
use crate::solve::Watch;

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
    /// It must be in the heap.
    Escapes,
    /// What this many loads from the parameter give leaks.
    Leaks {
        /// How many.
        loads: u32,
    },
}

/// A flow on the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// Where the value gets.
    pub dst: Loc,
    /// Where it comes from, with how many loads, and why.
    pub edge: Edge,
}

/// A verdict and the way that led to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// What the verdict is about.
    pub subject: Loc,
    /// The verdict.
    pub finding: Finding,
    /// Where the way ends: something that outlives the subject.
    pub goal: Loc,
    /// The way, from the subject on: `steps[0].edge.src == subject`, and each step begins where the one before it ends.
    pub steps: Vec<Step>,
    /// Whether the way runs in a circle, so that its end is not told.
    pub is_cut: bool,
}

/// Collects verdicts while the solver runs.
#[derive(Debug)]
pub struct Trace {
    /// For each location the step by which it was last reached: where to, and over which edge of that.
    via: Vec<Option<(Loc, usize)>>,
    /// The verdict whose way last passed each location, counted from 1: a way that passes one twice runs in a circle.
    passed: Vec<usize>,
    verdicts: Vec<Verdict>,
}

impl Trace {
    /// A trace of `graph` before it is solved. What was clear when it was built is among its verdicts.
    pub fn new(graph: &Graph) -> Trace {
        let direct = graph.direct.iter().map(|direct| Verdict {
            subject: direct.edge.src,
            finding: Finding::Escapes,
            goal: direct.dst,
            steps: vec![Step { dst: direct.dst, edge: direct.edge }],
            is_cut: false,
        });
        Trace {
            via: vec![None; graph.len()],
            passed: vec![0; graph.len()],
            verdicts: direct.collect(),
        }
    }

    /// The verdicts, in the order in which they were found.
    pub fn into_verdicts(self) -> Vec<Verdict> {
        self.verdicts
    }

    fn add(&mut self, graph: &Graph, goal: Loc, subject: Loc, finding: Finding) {
        let mut steps: Vec<Step> = Vec::new();
        let mut at = subject;
        let mut is_cut = false;
        let number = self.verdicts.len() + 1;
        while let Some((dst, edge)) = self.via[at.index()] {
            if std::mem::replace(&mut self.passed[at.index()], number) == number {
                is_cut = true;
                break;
            }
            steps.push(Step { dst, edge: graph[dst].edges[edge] });
            if dst == goal {
                break;
            }
            at = dst;
        }
        self.verdicts.push(Verdict { subject, finding, goal, steps, is_cut });
    }
}

impl Watch for Trace {
    fn reached(&mut self, src: Loc, via: Loc, at: usize) {
        self.via[src.index()] = Some((via, at));
    }

    fn escapes(&mut self, graph: &Graph, root: Loc, loc: Loc) {
        self.add(graph, root, loc, Finding::Escapes);
    }

    fn leaks(&mut self, graph: &Graph, root: Loc, param: Loc, loads: u32) {
        self.add(graph, root, param, Finding::Leaks { loads });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Attrs, Hole, Place, Site};
    use crate::hash::Map;
    use crate::ir::FuncIndex;
    use crate::rules::Right;
    use crate::solve::watched;

    fn solved(graph: &mut Graph) -> Vec<Verdict> {
        let mut trace = Trace::new(graph);
        watched(graph, &[], &Map::default(), &Right, &mut trace);
        trace.into_verdicts()
    }

    fn location(graph: &mut Graph) -> Loc {
        let place = Place { body: 0, func: FuncIndex::ROOT };
        graph.add(Site::None, place, 1, Attrs::PERSISTS)
    }

    #[test]
    fn the_way_leads_from_what_escapes_to_the_heap() {
        let mut graph = Graph::default();
        let (x, p) = (location(&mut graph), location(&mut graph));
        graph.flow(Hole::to(p).addr(), x);
        graph.flow(Hole::HEAP, p);
        let verdicts = solved(&mut graph);
        let [verdict] = &verdicts[..] else { panic!("{verdicts:?}") };
        assert_eq!(
            (verdict.subject, verdict.goal, verdict.finding),
            (x, Loc::HEAP, Finding::Escapes)
        );
        let way: Vec<(Loc, i32, Loc)> =
            verdict.steps.iter().map(|step| (step.edge.src, step.edge.derefs, step.dst)).collect();
        assert_eq!(way, [(x, -1, p), (p, 0, Loc::HEAP)]);
        assert!(!verdict.is_cut);
    }

    #[test]
    fn a_parameter_leaks_by_the_way_with_the_fewest_loads() {
        let mut graph = Graph::default();
        let (param, q) = (location(&mut graph), location(&mut graph));
        graph[param].is_param = true;
        graph.flow(Hole::HEAP.deref().deref(), param);
        graph.flow(Hole::to(q), param);
        graph.flow(Hole::HEAP.deref(), q);
        let verdicts = solved(&mut graph);
        assert_eq!(verdicts.last().map(|last| last.finding), Some(Finding::Leaks { loads: 1 }));
        assert_eq!(verdicts.last().map(|last| last.steps.len()), Some(2));
    }

    #[test]
    fn nothing_is_said_of_what_stays() {
        let mut graph = Graph::default();
        let (x, p) = (location(&mut graph), location(&mut graph));
        graph.flow(Hole::to(p).addr(), x);
        assert_eq!(solved(&mut graph), []);
    }
}
