//! The analysis of one package: its functions are visited callees first, and each batch that calls itself is solved at once.

use super::reasons::Teller;
use super::verdicts::{Message, Told, Verdicts};
use crate::bounds;
use crate::build::{self, Built, Sources};
use crate::check::Program;
use crate::conclude::conclude;
use crate::diagnostics::{Line, Subject, lines};
use crate::functions::{FuncId, FuncKey};
use crate::graph::{Loc, Place};
use crate::hash::Map;
use crate::ir::{Body, FuncIndex, Op};
use crate::kind::Kind;
use crate::known::{Known, Recalled};
use crate::lower::{World, instance_method, lower, lower_init};
use crate::reach::Reached;
use crate::rewrite;
use crate::rules::{Question, Rules};
use crate::scc::{Calls, Components};
use crate::solve::{solve, watched};
use crate::tags::{TagTable, Tags, Unit};
use crate::trace::{Trace, Verdict};
use crate::types::{PackageId, TypeId};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The analysis of one package.
pub(super) struct Run<'a> {
    pub(super) rules: &'static dyn Rules,
    pub(super) program: &'a mut Program,
    pub(super) world: &'a mut World,
    pub(super) tags: &'a mut TagTable,
    pub(super) known: &'a RefCell<Known>,
    pub(super) imported: &'a mut Components,
    pub(super) package: PackageId,
    /// Bodies of functions that are not done.
    pub(super) bodies: Map<FuncId, Body>,
    /// The instances that the initialisation of the package names, static values included: nothing is done for
    /// these, but an instance that only they name is made.
    pub(super) initial: Vec<Unit>,
    /// The instances that each function mentions.
    pub(super) uses: Map<FuncId, Vec<FuncId>>,
    /// The types that each body has.
    pub(super) types: Map<FuncId, Vec<TypeId>>,
    /// Whether reasons are asked for.
    pub(super) reasons: bool,
    pub(super) told: Vec<(FuncId, Message)>,
}

impl Run<'_> {
    /// Wants functions, all instances that these use, and the types that are met there.
    pub(super) fn want(
        &self,
        mut left: Vec<FuncId>,
        wanted: &mut BTreeSet<FuncId>,
        reached: &mut Reached,
    ) {
        while let Some(id) = left.pop() {
            if wanted.insert(id) {
                left.extend(self.uses.get(&id).into_iter().flatten());
                self.types.get(&id).into_iter().flatten().for_each(|ty| reached.meet(*ty));
            }
        }
    }

    /// Methods of instances that were met.
    pub(super) fn methods(&mut self, reached: &mut Reached) -> Vec<FuncId> {
        let methods = reached.methods(self.program);
        methods
            .into_iter()
            .filter_map(|(method, ty)| instance_method(self.program, self.world, method, ty))
            .collect()
    }

    /// Finds out about a function of another package by itself: as the compiler does, which knows nothing of it but its tags.
    /// So what is told, and in which order, does not depend on whether tags are given or found.
    pub(super) fn import(&mut self, unit: Unit) {
        let mut components = std::mem::take(self.imported);
        let mut run = Run {
            rules: self.rules,
            program: self.program,
            world: self.world,
            tags: self.tags,
            known: self.known,
            imported: self.imported,
            package: PackageId::NONE,
            bodies: Map::default(),
            initial: Vec::new(),
            uses: Map::default(),
            types: Map::default(),
            reasons: false,
            told: Vec::new(),
        };
        components.visit(&mut run, unit);
        *self.imported = components;
    }

    /// Whether `unit` is a function of another package, and none that is made anew for this one.
    fn is_imported(&self, unit: Unit) -> bool {
        let functions = &self.world.functions;
        self.package != PackageId::NONE
            && !functions.is_instance(unit.id)
            && functions.package(self.program, unit.id) != self.package
    }

    /// Whether nothing needs to be found out about `unit`: then its tags are noted, if they are known.
    fn recall(&mut self, unit: Unit) -> bool {
        let functions = &self.world.functions;
        if unit.func != FuncIndex::ROOT || functions.is_instance(unit.id) {
            return false;
        }
        let declared =
            functions.object(unit.id).and_then(|object| self.program.declaration_node(object));
        let Some((package, decl)) = declared else { return false };
        let path = self.program.types()[package].path;
        let recalled = self.known.borrow().recall(path, decl);
        match recalled {
            Recalled::Text => return false,
            Recalled::Tags(params) => {
                self.tags.insert(unit, Tags { params: params.to_vec().into() });
            }
            Recalled::Missing => {}
        }
        true
    }

    /// The literals of a body that stand on their own.
    pub(super) fn literals_of(&mut self, id: FuncId) -> Vec<Unit> {
        self.load(id);
        let body = &self.bodies[&id];
        (1..body.funcs.len())
            .map(FuncIndex::new)
            .filter(|func| !body.is_closure(*func))
            .map(|func| Unit { id, func })
            .collect()
    }

    /// Notes which types a body has.
    fn note_types(&mut self, body: &Body) {
        if !self.is_told(body.id) {
            return;
        }
        let nodes = body.nodes.iter().map(|node| node.ty);
        let recvs = body.nodes.iter().filter_map(|node| match node.op {
            Op::MethodExpr { recv, .. } => Some(recv),
            _ => None,
        });
        let vars = body.vars.iter().map(|var| var.ty);
        let types: BTreeSet<TypeId> = nodes.chain(recvs).chain(vars).collect();
        self.types.insert(body.id, types.into_iter().collect());
    }

    /// The lines of the functions that are wanted.
    pub(super) fn verdicts(self, wanted: &BTreeSet<FuncId>) -> Verdicts {
        let mut verdicts = Verdicts::default();
        for (_, message) in self.told.into_iter().filter(|(id, _)| wanted.contains(id)) {
            match message {
                Message::Line(line) => verdicts.lines.push(line),
                Message::Explanation(told) => {
                    verdicts.explanations.push((verdicts.lines.len(), told));
                }
                Message::Parameter(parameter) => verdicts.parameters.push(parameter),
                Message::Variable(variable) => verdicts.variables.push(variable),
            }
        }
        verdicts
    }

    /// Lowers `id`, if that has not been done.
    fn load(&mut self, id: FuncId) {
        if self.bodies.contains_key(&id) {
            return;
        }
        let body = match self.world.functions[id] {
            FuncKey::Init(package) => Some(lower_init(self.program, self.world, package)),
            FuncKey::Declared(..) => lower(self.program, self.world, id),
        };
        let mut body = body.unwrap_or_else(|| Body::new(id));
        if matches!(self.world.functions[id], FuncKey::Init(_)) {
            self.initial = mentioned(&body, FuncIndex::ROOT);
            self.initial.retain(|unit| self.world.functions.is_instance(unit.id));
        }
        rewrite::all(self.program, self.world, &mut body, self.package, self.rules);
        self.note_types(&body);
        self.bodies.insert(id, body);
    }

    fn is_told(&self, id: FuncId) -> bool {
        let functions = &self.world.functions;
        functions.is_instance(id) || functions.package(self.program, id) == self.package
    }

    /// The graph of a batch of functions, solved; and why, if `reasons` are asked for.
    fn solve(
        &mut self,
        bodies: &mut [Body],
        batch: &[Place],
        reasons: bool,
    ) -> (Built, Vec<Verdict>) {
        let sources = Sources {
            program: self.program,
            functions: &self.world.functions,
            tags: self.tags,
            bodies,
            reasons,
            rules: self.rules,
        };
        let mut built = build::build(sources, batch);
        let mut results: Map<Place, Vec<Loc>> = Map::default();
        for place in batch {
            let vars = bodies[place.body][place.func].result_vars().to_vec();
            let locs = vars.iter().filter_map(|var| built.vars[place.body][var.index()]);
            results.insert(*place, locs.collect());
        }
        if !reasons {
            solve(&mut built.graph, bodies, &results, self.rules);
            return (built, Vec::new());
        }
        let mut trace = Trace::new(&built.graph);
        watched(&mut built.graph, bodies, &results, self.rules, &mut trace);
        let verdicts = trace.into_verdicts();
        (built, verdicts)
    }

    /// Tells the lines of a batch that is solved; with reasons, if there are `verdicts`.
    fn tell(
        &mut self,
        bodies: &[Body],
        batch: &[Place],
        built: &Built,
        verdicts: Option<&Vec<Verdict>>,
    ) {
        let subject = Subject {
            functions: &self.world.functions,
            package: self.package,
            bodies,
            batch,
            built,
            rules: self.rules,
        };
        let lines = lines(self.program, &subject);
        if let Some(verdicts) = verdicts {
            let (program, tags) = (&mut *self.program, &*self.tags);
            let mut teller = Teller { program, tags, subject: &subject, told: Vec::new() };
            teller.tell(lines, verdicts);
            self.told.extend(teller.told);
            return;
        }
        for Line { pos, text, place, kind, .. } in lines {
            let told = Told { pos, text, kind, detail: None };
            self.told.push((bodies[place.body].id, Message::Line(told)));
        }
    }

    /// Tells what is told of a body beside its batch. Literals are done before the function around them: until that is
    /// among the `units` that are done, the body is kept.
    fn put_back(&mut self, mut body: Body, units: &[Unit]) {
        let id = body.id;
        for (pos, text) in std::mem::take(&mut body.notes) {
            let told = Told { pos, text, kind: Kind::Rewrite, detail: None };
            self.told.push((id, Message::Line(told)));
        }
        if !units.contains(&Unit::declared(id)) {
            self.bodies.insert(id, body);
        } else if self.is_told(id) {
            for pos in bounds::elided(self.program, &body) {
                let text = bounds::ELIDED.to_owned();
                let told = Told { pos, text, kind: Kind::Bounds, detail: None };
                self.told.push((id, Message::Line(told)));
            }
        }
    }
}

/// The functions that are named in a function of a body, and its literals there.
fn mentioned(body: &Body, func: FuncIndex) -> Vec<Unit> {
    let mut mentioned = Vec::new();
    body.each_node(func, &mut |id| match body[id].op {
        Op::Func(id)
        | Op::MethodExpr { method: Some(id), .. }
        | Op::MethodValue { method: Some(id), .. } => mentioned.push(Unit::declared(id)),
        Op::Closure(func) => mentioned.push(Unit { id: body.id, func }),
        _ => {}
    });
    mentioned
}

impl Calls for Run<'_> {
    fn mentioned(&mut self, unit: Unit) -> Vec<Unit> {
        if self.recall(unit) {
            return Vec::new();
        }
        self.load(unit.id);
        let body = &self.bodies[&unit.id];
        if body.funcs.len() <= unit.func.index() || !self.rules.answer(Question::CalleesFirst, true)
        {
            return Vec::new();
        }
        let mut mentioned = mentioned(body, unit.func);
        if unit.func == FuncIndex::ROOT && matches!(self.world.functions[unit.id], FuncKey::Init(_))
        {
            mentioned.append(&mut self.initial);
        }
        let instances: Vec<FuncId> = mentioned
            .iter()
            .map(|unit| unit.id)
            .filter(|id| self.world.functions.is_instance(*id))
            .collect();
        self.uses.entry(unit.id).or_default().extend(instances);
        let (imported, own) = mentioned.into_iter().partition(|unit| self.is_imported(*unit));
        let imported: Vec<Unit> = imported;
        for unit in imported {
            self.import(unit);
        }
        own
    }

    fn is_closure(&self, unit: Unit) -> bool {
        let Some(body) = self.bodies.get(&unit.id) else { return false };
        unit.func != FuncIndex::ROOT && body.is_closure(unit.func)
    }

    fn component(&mut self, units: &[Unit]) {
        if let [unit] = units
            && !self.bodies.contains_key(&unit.id)
        {
            return;
        }
        let ids: BTreeSet<FuncId> = units.iter().map(|unit| unit.id).collect();
        let mut bodies: Vec<Body> = ids.iter().filter_map(|id| self.bodies.remove(id)).collect();
        let places = units.iter().filter_map(|unit| {
            let body = bodies.iter().position(|body| body.id == unit.id)?;
            let func = unit.func;
            (bodies[body].funcs.len() > func.index()).then_some(Place { body, func })
        });
        let batch: Vec<Place> = places.collect();
        let is_told = ids.iter().any(|id| self.is_told(*id));
        let reasons = self.reasons && is_told;
        let (built, verdicts) = self.solve(&mut bodies, &batch, reasons);
        for place in &batch {
            let body = &bodies[place.body];
            let unit = Unit { id: body.id, func: place.func };
            self.tags.insert(unit, conclude(self.program, body, *place, &built, self.rules));
        }
        if is_told {
            self.tell(&bodies, &batch, &built, reasons.then_some(&verdicts));
        }
        for body in bodies {
            self.put_back(body, units);
        }
    }
}
