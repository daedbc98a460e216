//! Trees to edges: every expression is walked once, with the hole that its value goes to.
//!
//! All functions of a batch share one graph. Literals are walked where they stand. What a literal holds of the variables around
//! it is decided when everything has been walked: a copy, if the variable keeps its value, else its address.

mod assign;
mod because;
mod call;
mod capture;
mod expr;
mod header;
mod rewrite;
mod safe;
mod stmt;

use crate::check::Program;
use crate::functions::Functions;
use crate::graph::{Attrs, Graph, Hole, Loc, Place, Site};
use crate::hash::Map;
use crate::ir::{Body, FuncIndex, NodeId, Op, VarId};
use crate::names::Name;
use crate::note::{Note, Notes, Where, Why};
use crate::rules::{Question, Rules};
use crate::source::Pos;
use crate::static_value::Assignments;
use crate::tags::{TagTable, Unit};
use crate::types::{Layouts, TypeId};

/// A line that is told while walking, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ignored {
    /// The function that the assignment is in.
    pub place: Place,
    /// The assignment.
    pub stmt: NodeId,
}

/// A batch as it was built.
#[derive(Debug)]
pub struct Built {
    /// Its graph.
    pub graph: Graph,
    /// Assignments that only move something within one object.
    pub ignored: Vec<Ignored>,
    /// The functions, with the locations of their results.
    pub units: Map<Unit, Place>,
    /// Locations of variables, by body and variable.
    pub vars: Vec<Vec<Option<Loc>>>,
    /// What literals hold; empty unless reasons are kept.
    pub captures: Vec<Capture>,
    /// What constants took the place of; empty unless reasons are kept.
    pub replaced: Vec<Replaced>,
    /// How many of the graph's direct verdicts were found before anything was replaced.
    pub direct_before: usize,
}

/// How a literal holds a variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Capture {
    /// The body, by its place in the batch.
    pub body: usize,
    /// The variable.
    pub var: VarId,
    /// Whether it is a copy.
    pub by_value: bool,
    /// Whether the variable's address is taken.
    pub addrtaken: bool,
    /// Whether it is assigned to more than once.
    pub reassigned: bool,
}

/// An expression with an operand that is always one constant, as it was before it got that.
#[derive(Clone, Debug)]
pub struct Replaced {
    /// The body, by its place in the batch.
    pub body: usize,
    /// The expression.
    pub id: NodeId,
    /// What it was.
    pub before: Op,
}

/// What a batch is built from.
#[derive(Debug)]
pub struct Sources<'a> {
    /// Types and packages.
    pub program: &'a mut Program,
    /// The functions.
    pub functions: &'a Functions,
    /// What is known of functions outside of the batch.
    pub tags: &'a TagTable,
    /// The bodies that functions of the batch are in.
    pub bodies: &'a mut [Body],
    /// Whether somebody will ask for reasons.
    pub reasons: bool,
    /// What is decided, and how.
    pub rules: &'a dyn Rules,
}

/// What `build` is in the middle of.
struct Builder<'a> {
    program: &'a mut Program,
    functions: &'a Functions,
    tags: &'a TagTable,
    bodies: &'a mut [Body],
    rules: &'a dyn Rules,
    graph: Graph,
    units: Map<Unit, Place>,
    vars: Vec<Vec<Option<Loc>>>,
    /// Literals, and the holes of their records.
    closures: Vec<(Hole, Place)>,
    assignments: Vec<Option<Assignments>>,
    ignored: Vec<Ignored>,
    place: Place,
    depth: u32,
    /// Labels of the current function that have not been passed, and whether a later `goto` leads back to them.
    labels: Map<Name, bool>,
    /// Which captured variables are copied.
    by_value: Vec<Vec<bool>>,
    captures: Vec<Capture>,
    replaced: Vec<Replaced>,
    direct_before: usize,
}

/// Builds the graph of a batch.
pub fn build(sources: Sources<'_>, batch: &[Place]) -> Built {
    let Sources { program, functions, tags, bodies, reasons, rules } = sources;
    let vars = bodies.iter().map(|body| vec![None; body.vars.len()]).collect();
    let by_value = bodies.iter().map(|body| vec![false; body.vars.len()]).collect();
    let assignments = bodies.iter().map(|_| None).collect();
    let mut builder = Builder {
        program,
        functions,
        tags,
        bodies,
        rules,
        graph: Graph::new(Notes::new(reasons)),
        units: Map::default(),
        vars,
        closures: Vec::new(),
        assignments,
        ignored: Vec::new(),
        place: Place { body: 0, func: FuncIndex::ROOT },
        depth: 1,
        labels: Map::default(),
        by_value,
        captures: Vec::new(),
        replaced: Vec::new(),
        direct_before: 0,
    };
    builder.batch(batch);
    let Builder { graph, ignored, units, vars, captures, replaced, direct_before, .. } = builder;
    Built { graph, ignored, units, vars, captures, replaced, direct_before }
}

impl Builder<'_> {
    fn batch(&mut self, batch: &[Place]) {
        for place in batch {
            let unit = Unit { id: self.bodies[place.body].id, func: place.func };
            self.units.insert(unit, *place);
            self.declare_vars(*place);
        }
        for place in batch {
            let body = &self.bodies[place.body];
            if !body.is_closure(place.func) {
                self.walk_func(*place);
            }
        }
        for (hole, place) in std::mem::take(&mut self.closures) {
            self.flow_captures(hole, place);
        }
        self.direct_before = self.graph.direct.len();
        for loc in self.graph.all() {
            if self.rules.answer(Question::FixedOperand, true) {
                self.literal_operands(loc);
            }
            self.limit(loc);
        }
    }

    /// Locations for the variables of a function.
    fn declare_vars(&mut self, place: Place) {
        let func = &self.bodies[place.body][place.func];
        let (vars, params, results) = (func.vars.clone(), func.params, func.results);
        for (at, var) in vars.into_iter().enumerate() {
            let loc = self.graph.add(Site::Var(var), place, 1, Attrs::PERSISTS);
            self.graph[loc].is_param = at < params;
            if (params..params + results).contains(&at) {
                self.graph[loc].result = Some((at - params) as u32);
            }
            self.vars[place.body][var.index()] = Some(loc);
        }
    }

    /// Walks the body of a function.
    fn walk_func(&mut self, place: Place) {
        let outer = (self.place, self.depth, std::mem::take(&mut self.labels));
        (self.place, self.depth) = (place, 1);
        self.find_loops();
        let stmts = self.body()[place.func].body.clone();
        self.block(&stmts);
        (self.place, self.depth, self.labels) = outer;
    }

    /// Finds the labels of the current function that a `goto` behind them leads to.
    fn find_loops(&mut self) {
        let body = &self.bodies[self.place.body];
        let mut labels: Map<Name, bool> = Map::default();
        body.each_node(self.place.func, &mut |id| match body[id].op {
            Op::Label(name) if !name.is_blank() => {
                labels.insert(name, false);
            }
            Op::Goto(name) => {
                if let Some(looping) = labels.get_mut(&name) {
                    *looping = true;
                }
            }
            _ => {}
        });
        self.labels = labels;
    }

    /// What must be in the heap whatever becomes of it flows there.
    fn limit(&mut self, loc: Loc) {
        let location = &self.graph[loc];
        let (site, of) = (location.site, location.place.body);
        let Some(lowered) = self.bodies.get(of) else { return };
        let copies = &self.by_value[of];
        let by_value = |var: VarId| copies[var.index()];
        let reason = crate::limits::needs_heap(self.program, lowered, site, &by_value, self.rules);
        let at = match site {
            Site::Var(var) => Where::Var(var),
            Site::Node(id) => Where::Node(id),
            Site::None => return,
        };
        if let Some(why) = reason {
            let hole = self.because_of(Hole::HEAP.addr(), Note { body: of, at, why });
            self.graph.flow(hole, loc);
        }
    }

    fn body(&self) -> &Body {
        &self.bodies[self.place.body]
    }

    fn op(&self, id: NodeId) -> Op {
        self.body()[id].op.clone()
    }

    fn ty(&self, id: NodeId) -> TypeId {
        self.body()[id].ty
    }

    fn pos(&self, id: NodeId) -> Pos {
        self.body()[id].pos
    }

    fn has_pointers(&mut self, ty: TypeId) -> bool {
        ty != TypeId::INVALID && self.program.has_pointers(ty)
    }

    /// The location of a variable; variables that the batch does not have are taken for the heap.
    fn loc(&self, var: VarId) -> Loc {
        self.vars[self.place.body][var.index()].unwrap_or(Loc::HEAP)
    }

    /// A location without a text.
    fn temp(&mut self, persists: bool) -> Loc {
        let attrs = if persists { Attrs::PERSISTS } else { Attrs::default() };
        self.graph.add(Site::None, self.place, self.depth, attrs)
    }

    /// A location for what `id` makes, whose address flows to `hole`.
    fn spill(&mut self, hole: Hole, id: NodeId) -> Hole {
        let loc = self.graph.add(Site::Node(id), self.place, self.depth, Attrs::default());
        let hole = self.because(hole.addr(), id, Why::Spill);
        self.graph.flow(hole, loc);
        Hole::to(loc)
    }

    /// One hole for several.
    fn tee(&mut self, holes: &[Hole]) -> Hole {
        match holes {
            [] => Hole::DISCARD,
            [single] => *single,
            several => {
                let loc = self.temp(false);
                for hole in several {
                    self.graph.flow(*hole, loc);
                }
                Hole::to(loc)
            }
        }
    }

    /// What assignments of the current body tell.
    fn assignments(&mut self) -> &Assignments {
        let at = self.place.body;
        if self.assignments[at].is_none() {
            self.assignments[at] = Some(Assignments::of(self.program, &self.bodies[at]));
        }
        self.assignments[at].get_or_insert_default()
    }

    /// What `id` always is.
    fn static_value(&mut self, id: NodeId) -> NodeId {
        self.assignments();
        let at = self.place.body;
        match &self.assignments[at] {
            Some(assignments) => assignments.value(&self.bodies[at], id),
            None => id,
        }
    }
}
