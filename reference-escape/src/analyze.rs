//! The front door: a package in, its lines out.
//!
//! Functions of other packages are analysed when something that is called needs them, each only once in a run. Instances of
//! generic functions belong to the package that uses them, wherever their text stands.

use crate::build::{self, Sources};
use crate::check::Program;
use crate::conclude::conclude;
use crate::diagnostics::{Subject, lines};
use crate::functions::{FuncId, FuncKey};
use crate::graph::{Loc, Place};
use crate::hash::Map;
use crate::ir::{Body, FuncIndex, Op};
use crate::lower::{World, instance_method, lower, lower_init};
use crate::reach::Reached;
use crate::rewrite;
use crate::rules::{Question, Right, Rules};
use crate::scc::{Calls, Components};
use crate::solve::solve;
use crate::source::Pos;
use crate::tags::{TagTable, Unit};
use crate::types::{Declare, ObjectId, ObjectKind, PackageId, TypeId};
use std::collections::BTreeSet;

/// A line and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Its place; none of what the compiler made up.
    pub pos: Pos,
    /// What it says.
    pub text: String,
}

/// What was found out about a package.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Verdicts {
    /// The lines, in the order in which they were found: callees first.
    pub lines: Vec<Told>,
}

/// What is known of functions of all packages of a run.
#[derive(Debug)]
pub struct Analysis {
    rules: &'static dyn Rules,
    world: World,
    tags: TagTable,
    components: Components,
}

impl Default for Analysis {
    fn default() -> Analysis {
        Analysis::by(&Right)
    }
}

impl Analysis {
    /// An analysis that decides by `rules`.
    pub fn by(rules: &'static dyn Rules) -> Analysis {
        Analysis {
            rules,
            world: World::default(),
            tags: TagTable::default(),
            components: Components::default(),
        }
    }

    /// Analyses a package that has been checked.
    pub fn package(&mut self, program: &mut Program, package: PackageId) -> Verdicts {
        let init = self.world.functions.intern(FuncKey::Init(package));
        let functions = &self.world.functions;
        self.components.forget(|unit| functions.is_instance(unit.id));
        let own = own_functions(program, &mut self.world, package);
        let Analysis { rules, world, tags, components } = self;
        let mut run = Run {
            rules: *rules,
            program,
            world,
            tags,
            package,
            bodies: Map::default(),
            uses: Map::default(),
            types: Map::default(),
            lines: Vec::new(),
        };
        for id in own.iter().copied() {
            components.visit(&mut run, Unit::declared(id));
        }
        for unit in run.literals_of(init) {
            components.visit(&mut run, unit);
        }
        components.visit(&mut run, Unit::declared(init));
        let mut wanted = BTreeSet::new();
        let mut reached = Reached::default();
        for ty in declared_types(run.program, package) {
            reached.meet(ty);
        }
        let mut more: Vec<FuncId> = own.into_iter().chain([init]).collect();
        while !more.is_empty() {
            run.want(more, &mut wanted, &mut reached);
            more = run.methods(&mut reached);
            for id in &more {
                components.visit(&mut run, Unit::declared(*id));
            }
        }
        run.verdicts(&wanted)
    }
}

/// The types of what a package declares.
fn declared_types(program: &mut Program, package: PackageId) -> Vec<TypeId> {
    let members: Vec<ObjectId> = program.members(package).to_vec();
    let types = members.into_iter().map(|object| {
        program.declare(object);
        program.types()[object].ty
    });
    types.collect()
}

/// The functions of a package that are not generic.
fn own_functions(program: &mut Program, world: &mut World, package: PackageId) -> Vec<FuncId> {
    let members: Vec<ObjectId> = program.members(package).to_vec();
    let mut own = Vec::new();
    for object in members {
        program.declare(object);
        let declared = &program.types()[object];
        let ObjectKind::Func(func) = &declared.kind else { continue };
        let types = program.types();
        let generic = types.as_signature(declared.ty).is_some_and(|sig| !sig.tparams.is_empty())
            || func.receiver.is_some_and(|receiver| {
                types.as_named(receiver.base).is_some_and(|named| !named.tparams.is_empty())
            });
        if !generic && !declared.name.is_blank() {
            own.push(world.functions.plain(object));
        }
    }
    own
}

/// The analysis of one package.
struct Run<'a> {
    rules: &'static dyn Rules,
    program: &'a mut Program,
    world: &'a mut World,
    tags: &'a mut TagTable,
    package: PackageId,
    /// Bodies of functions that are not done.
    bodies: Map<FuncId, Body>,
    /// The instances that each function mentions.
    uses: Map<FuncId, Vec<FuncId>>,
    /// The types that each body has.
    types: Map<FuncId, Vec<TypeId>>,
    lines: Vec<(FuncId, Told)>,
}

impl Run<'_> {
    /// Wants functions, all instances that these use, and the types that are met there.
    fn want(&self, mut left: Vec<FuncId>, wanted: &mut BTreeSet<FuncId>, reached: &mut Reached) {
        while let Some(id) = left.pop() {
            if wanted.insert(id) {
                left.extend(self.uses.get(&id).into_iter().flatten());
                self.types.get(&id).into_iter().flatten().for_each(|ty| reached.meet(*ty));
            }
        }
    }

    /// Methods of instances that were met.
    fn methods(&mut self, reached: &mut Reached) -> Vec<FuncId> {
        let methods = reached.methods(self.program);
        methods
            .into_iter()
            .filter_map(|(method, ty)| instance_method(self.program, self.world, method, ty))
            .collect()
    }

    /// The literals of a body that stand on their own.
    fn literals_of(&mut self, id: FuncId) -> Vec<Unit> {
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
    fn verdicts(self, wanted: &BTreeSet<FuncId>) -> Verdicts {
        let lines = self.lines.into_iter().filter(|(id, _)| wanted.contains(id));
        Verdicts { lines: lines.map(|(_, line)| line).collect() }
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
        rewrite::all(self.program, self.world, &mut body, self.package, self.rules);
        self.note_types(&body);
        self.bodies.insert(id, body);
    }

    fn is_told(&self, id: FuncId) -> bool {
        let functions = &self.world.functions;
        functions.is_instance(id) || functions.package(self.program, id) == self.package
    }
}

impl Calls for Run<'_> {
    fn mentioned(&mut self, unit: Unit) -> Vec<Unit> {
        self.load(unit.id);
        let body = &self.bodies[&unit.id];
        let mut mentioned = Vec::new();
        if body.funcs.len() <= unit.func.index() || !self.rules.answer(Question::CalleesFirst, true)
        {
            return mentioned;
        }
        body.each_node(unit.func, &mut |id| match body[id].op {
            Op::Func(id)
            | Op::MethodExpr { method: Some(id), .. }
            | Op::MethodValue { method: Some(id), .. } => mentioned.push(Unit::declared(id)),
            Op::Closure(func) => mentioned.push(Unit { id: unit.id, func }),
            _ => {}
        });
        let instances: Vec<FuncId> = mentioned
            .iter()
            .map(|unit| unit.id)
            .filter(|id| self.world.functions.is_instance(*id))
            .collect();
        self.uses.entry(unit.id).or_default().extend(instances);
        mentioned
    }

    fn is_closure(&self, unit: Unit) -> bool {
        let Some(body) = self.bodies.get(&unit.id) else { return false };
        unit.func != FuncIndex::ROOT && body.is_closure(unit.func)
    }

    fn component(&mut self, units: &[Unit]) {
        let ids: BTreeSet<FuncId> = units.iter().map(|unit| unit.id).collect();
        let mut bodies: Vec<Body> = ids.iter().filter_map(|id| self.bodies.remove(id)).collect();
        let batch: Vec<Place> = units
            .iter()
            .filter_map(|unit| {
                let body = bodies.iter().position(|body| body.id == unit.id)?;
                let func = unit.func;
                (bodies[body].funcs.len() > func.index()).then_some(Place { body, func })
            })
            .collect();
        let sources = Sources {
            program: self.program,
            functions: &self.world.functions,
            tags: self.tags,
            bodies: &mut bodies,
            rules: self.rules,
        };
        let mut built = build::build(sources, &batch);
        let mut results: Map<Place, Vec<Loc>> = Map::default();
        for place in &batch {
            let vars = bodies[place.body][place.func].result_vars().to_vec();
            let locs = vars.iter().filter_map(|var| built.vars[place.body][var.index()]);
            results.insert(*place, locs.collect());
        }
        solve(&mut built.graph, &bodies, &results, self.rules);
        for place in &batch {
            let body = &bodies[place.body];
            let unit = Unit { id: body.id, func: place.func };
            self.tags.insert(unit, conclude(self.program, body, *place, &built));
        }
        if ids.iter().any(|id| self.is_told(*id)) {
            let subject = Subject {
                functions: &self.world.functions,
                package: self.package,
                bodies: &bodies,
                batch: &batch,
                built: &built,
                rules: self.rules,
            };
            for line in lines(self.program, &subject) {
                let id = bodies[line.place.body].id;
                self.lines.push((id, Told { pos: line.pos, text: line.text }));
            }
        }
        for mut body in bodies {
            let id = body.id;
            for (pos, text) in std::mem::take(&mut body.notes) {
                self.lines.push((id, Told { pos, text }));
            }
            // Literals are done before the function around them.
            if !units.contains(&Unit::declared(id)) {
                self.bodies.insert(id, body);
            }
        }
    }
}
