//! The front door: a package in, its lines out.
//!
//! Functions of other packages are analysed when something that is called needs them, each only once in a run. Instances of
//! generic functions belong to the package that uses them, wherever their text stands.

mod reasons;
mod run;
mod verdicts;

pub use verdicts::{Detail, Parameter, Told, Variable, Verdicts};

use crate::check::Program;
use crate::functions::{FuncId, FuncKey};
use crate::hash::Map;
use crate::known::Known;
use crate::lower::World;
use crate::reach::Reached;
use crate::rules::{Right, Rules};
use crate::scc::Components;
use crate::tags::{TagTable, Tags, Unit};
use crate::types::{Declare, ObjectId, ObjectKind, PackageId, TypeId};
use run::Run;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

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
            initial: Vec::new(),
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
