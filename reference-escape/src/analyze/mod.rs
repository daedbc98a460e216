//! The front door: a package in, its lines out.
//!
//! Functions of other packages are analysed when something that is called needs them, each only once in a run. Instances of
//! generic functions belong to the package that uses them, wherever their text stands.

mod reasons;

use crate::bounds;
use crate::build::{self, Sources};
use crate::check::Program;
use crate::conclude::conclude;
use crate::diagnostics::{Line, Subject, lines};
use crate::explain::Explanation;
use crate::functions::{FuncId, FuncKey};
use crate::graph::{Loc, Place};
use crate::hash::Map;
use crate::ir::{Body, FuncIndex, Op};
use crate::kind::Kind;
use crate::known::{Known, Recalled};
use crate::leaks::Leaks;
use crate::lower::{World, instance_method, lower, lower_init};
use crate::reach::Reached;
use crate::rewrite;
use crate::rules::{Question, Right, Rules};
use crate::scc::{Calls, Components};
use crate::solve::{solve, watched};
use crate::source::Pos;
use crate::tags::{TagTable, Tags, Unit};
use crate::trace::Trace;
use crate::types::{Declare, ObjectId, ObjectKind, PackageId, TypeId};
use reasons::Teller;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A line and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Its place; none of what the compiler made up.
    pub pos: Pos,
    /// What it says.
    pub text: String,
    /// What kind of thing that is.
    pub kind: Kind,
    /// More about it; only if reasons were asked for.
    pub detail: Option<Detail>,
}

/// What a line does not say itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Detail {
    /// The function that it is about.
    pub func: String,
    /// Why it is so. A parameter may leak in several ways, and what stays has none.
    pub reasons: Vec<Rc<Explanation>>,
}

/// A parameter that may point to something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Where it is declared.
    pub pos: Pos,
    /// Its name.
    pub name: String,
    /// Its function.
    pub func: String,
    /// What callers are told of it.
    pub leaks: Leaks,
}

/// A variable that stays on the stack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// Where it is declared.
    pub pos: Pos,
    /// Its name.
    pub name: String,
    /// Its function.
    pub func: String,
}

/// What was found out about a package.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Verdicts {
    /// The lines, in the order in which they were found: callees first.
    pub lines: Vec<Told>,
    /// Explanations; each with how many lines are told before it. Only if reasons were asked for.
    pub explanations: Vec<(usize, Rc<Explanation>)>,
    /// Parameters of functions that are not generic. Only if reasons were asked for.
    pub parameters: Vec<Parameter>,
    /// Variables that stay on the stack: no line tells of these. Only if reasons were asked for.
    pub variables: Vec<Variable>,
}

/// What is known of functions of all packages of a run.
#[derive(Debug)]
pub struct Analysis {
    rules: &'static dyn Rules,
    /// Whether reasons are asked for.
    reasons: bool,
    world: World,
    tags: TagTable,
    /// The functions of the package that is told of, and the instances that it uses.
    components: Components,
    /// Those of all others, and the instances that these use.
    imported: Components,
    known: Rc<RefCell<Known>>,
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
            reasons: false,
            world: World::default(),
            tags: TagTable::default(),
            components: Components::default(),
            imported: Components::default(),
            known: Rc::default(),
        }
    }

    /// The same, which tells why things are as they are. It takes more time.
    #[must_use]
    pub fn with_reasons(self) -> Analysis {
        Analysis { reasons: true, ..self }
    }

    /// The same, which need not look at functions that are `known`.
    #[must_use]
    pub fn knowing(self, known: Rc<RefCell<Known>>) -> Analysis {
        Analysis { known, ..self }
    }

    /// What becomes of the receiver and the parameters of each of `objects`, which are functions; none for generic ones.
    pub fn tags(&mut self, program: &mut Program, objects: &[ObjectId]) -> Vec<Option<Rc<Tags>>> {
        let functions =
            objects.iter().filter_map(|object| plain_function(program, &mut self.world, *object));
        let functions: Vec<FuncId> = functions.collect();
        // The package of predeclared names: nothing is told of it.
        let (mut run, _) = self.run(program, PackageId::NONE);
        for id in functions {
            run.import(Unit::declared(id));
        }
        let tags = objects.iter().map(|object| {
            let id = plain_function(program, &mut self.world, *object)?;
            self.tags.get(Unit::declared(id)).cloned()
        });
        tags.collect()
    }

    fn run<'r>(
        &'r mut self,
        program: &'r mut Program,
        package: PackageId,
    ) -> (Run<'r>, &'r mut Components) {
        let Analysis { rules, reasons, world, tags, components, imported, known } = self;
        let run = Run {
            rules: *rules,
            program,
            world,
            tags,
            known: &*known,
            imported,
            package,
            reasons: *reasons && package != PackageId::NONE,
            bodies: Map::default(),
            uses: Map::default(),
            types: Map::default(),
            told: Vec::new(),
        };
        (run, components)
    }

    /// Analyses a package that has been checked.
    pub fn package(&mut self, program: &mut Program, package: PackageId) -> Verdicts {
        let init = self.world.functions.intern(FuncKey::Init(package));
        let functions = &self.world.functions;
        self.components.forget(|unit| functions.is_instance(unit.id));
        let own = own_functions(program, &mut self.world, package);
        let (mut run, components) = self.run(program, package);
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
    members.into_iter().filter_map(|object| plain_function(program, world, object)).collect()
}

/// The function that `object` is, if it is one and not generic.
fn plain_function(program: &mut Program, world: &mut World, object: ObjectId) -> Option<FuncId> {
    program.declare(object);
    let declared = &program.types()[object];
    let ObjectKind::Func(func) = &declared.kind else { return None };
    let types = program.types();
    let generic = types.as_signature(declared.ty).is_some_and(|sig| !sig.tparams.is_empty())
        || func.receiver.is_some_and(|receiver| {
            types.as_named(receiver.base).is_some_and(|named| !named.tparams.is_empty())
        });
    (!generic && !declared.name.is_blank()).then(|| world.functions.plain(object))
}

/// The analysis of one package.
struct Run<'a> {
    rules: &'static dyn Rules,
    program: &'a mut Program,
    world: &'a mut World,
    tags: &'a mut TagTable,
    known: &'a RefCell<Known>,
    imported: &'a mut Components,
    package: PackageId,
    /// Bodies of functions that are not done.
    bodies: Map<FuncId, Body>,
    /// The instances that each function mentions.
    uses: Map<FuncId, Vec<FuncId>>,
    /// The types that each body has.
    types: Map<FuncId, Vec<TypeId>>,
    /// Whether reasons are asked for.
    reasons: bool,
    told: Vec<(FuncId, Message)>,
}

/// Something that is told, in the order in which it is.
enum Message {
    Line(Told),
    Explanation(Rc<Explanation>),
    Parameter(Parameter),
    Variable(Variable),
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

    /// Finds out about a function of another package by itself: as the compiler does, which knows nothing of it but its tags.
    /// So what is told, and in which order, does not depend on whether tags are given or found.
    fn import(&mut self, unit: Unit) {
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
        if self.recall(unit) {
            return Vec::new();
        }
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
        let batch: Vec<Place> = units
            .iter()
            .filter_map(|unit| {
                let body = bodies.iter().position(|body| body.id == unit.id)?;
                let func = unit.func;
                (bodies[body].funcs.len() > func.index()).then_some(Place { body, func })
            })
            .collect();
        let reasons = self.reasons && ids.iter().any(|id| self.is_told(*id));
        let sources = Sources {
            program: self.program,
            functions: &self.world.functions,
            tags: self.tags,
            bodies: &mut bodies,
            reasons,
            rules: self.rules,
        };
        let mut built = build::build(sources, &batch);
        let mut results: Map<Place, Vec<Loc>> = Map::default();
        for place in &batch {
            let vars = bodies[place.body][place.func].result_vars().to_vec();
            let locs = vars.iter().filter_map(|var| built.vars[place.body][var.index()]);
            results.insert(*place, locs.collect());
        }
        let verdicts = if reasons {
            let mut trace = Trace::new(&built.graph);
            watched(&mut built.graph, &bodies, &results, self.rules, &mut trace);
            trace.into_verdicts()
        } else {
            solve(&mut built.graph, &bodies, &results, self.rules);
            Vec::new()
        };
        for place in &batch {
            let body = &bodies[place.body];
            let unit = Unit { id: body.id, func: place.func };
            self.tags.insert(unit, conclude(self.program, body, *place, &built, self.rules));
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
            let lines = lines(self.program, &subject);
            if reasons {
                let (program, tags) = (&mut *self.program, &*self.tags);
                let mut teller = Teller { program, tags, subject: &subject, told: Vec::new() };
                teller.tell(lines, &verdicts);
                self.told.extend(teller.told);
            } else {
                for Line { pos, text, place, kind, .. } in lines {
                    let told = Told { pos, text, kind, detail: None };
                    self.told.push((bodies[place.body].id, Message::Line(told)));
                }
            }
        }
        for mut body in bodies {
            let id = body.id;
            for (pos, text) in std::mem::take(&mut body.notes) {
                let told = Told { pos, text, kind: Kind::Rewrite, detail: None };
                self.told.push((id, Message::Line(told)));
            }
            // Literals are done before the function around them.
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
}
