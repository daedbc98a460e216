//! Types, constant values and objects for the trees of all packages of a run.
//!
//! A [`Program`] holds the packages. To add one costs a walk over its declarations' names; what a name's
//! declaration says is found when somebody asks, in whichever package it stands, and bodies are looked at when
//! the caller wants them. So a dependency costs what is used of it.
//!
//! What is found is written into one [`Info`] per package. Each question about a declaration is answered in an
//! environment (`env::Env`): which package and file, which names are bound, in which function. To answer one
//! while in the middle of another means to put the environment aside and take a fresh one.
//!
//! The input is code that compiles: it is typed in full. What does not compile is met with an error where that
//! comes for free, and never with a panic; an operand that is wrong is taken for anything by what follows.

mod assign;
mod binary;
mod body;
mod builtin;
mod call;
mod chain;
mod collect;
mod composite;
mod containment;
mod convert;
mod declare;
mod env;
mod expr;
mod growth;
mod index;
mod info;
mod init;
mod labels;
mod operand;
mod range;
mod scope;
mod selector;
mod signature;
mod sizes;
mod stmt;
mod switch;
mod terminate;
mod typexpr;
mod untyped;

pub use collect::guessed_name;
pub use info::{ExprInfo, FuncVars, Info, Initializer, Mode, Selection, SelectionKind};

use crate::ast::{Ast, DeclId, ExprId};
use crate::fault::{FaultKind, Faults};
use crate::hash::Map;
use crate::names::{Name, Names};
use crate::source::Pos;
use crate::types::{Declare, ObjectId, PackageId, Printer, Sizes, TypeId, Types};
use env::Env;
use std::rc::Rc;

/// A package as it comes from the parser.
#[derive(Debug)]
pub struct Parsed {
    /// The name in its clauses.
    pub name: Name,
    /// Its files.
    pub ast: Ast,
    /// The language version of its module, as `1.21`'s minor number: 21.
    pub version: u32,
}

/// Where imported packages come from.
pub trait Importer {
    /// The full path of the package that `path` means in a file of the package `from`.
    ///
    /// # Errors
    /// What a person is told.
    fn resolve(&mut self, from: &str, path: &str) -> Result<String, String>;

    /// The package with this full path.
    ///
    /// # Errors
    /// What a person is told.
    fn load(&mut self, names: &mut Names, path: &str) -> Result<Parsed, String>;
}

/// All packages of a run, and what is known of them.
pub struct Program {
    /// All names.
    pub names: Names,
    types: Types,
    importer: Box<dyn Importer>,
    /// By the numbers of packages; none for the universe and `unsafe`.
    units: Vec<Option<Unit>>,
    paths: Map<Name, PackageId>,
    /// By the numbers of objects: one more than the number of its declaration; 0 for objects without one.
    declaration_of: Vec<u32>,
    declarations: Vec<Declaration>,
    /// Function literals outside of functions, by the numbers of the declarations that they stand in.
    postponed: Map<usize, Vec<body::Postponed>>,
    faults: Faults,
    /// What type parameters are arguments for.
    flows: Vec<growth::Flow>,
    env: Env,
    /// `init`, which functions of a package are called without being members of it.
    init_name: Name,
}

/// A package.
struct Unit {
    ast: Rc<Ast>,
    info: Info,
    /// Package-level names.
    scope: Map<Name, ObjectId>,
    /// Objects in the order of the text, blank ones, methods and `init` functions among them.
    objects: Vec<ObjectId>,
    /// Methods by the name of the type that has them.
    methods: Map<Name, Vec<ObjectId>>,
    /// Aliases that receivers are written with, and the types that they lead to.
    receiver_aliases: Vec<(Name, Name)>,
    files: Vec<scope::FileScope>,
    /// Declarations of types in functions, in the order of the texts: a type's number is its place here, from
    /// 1.
    local_types: Vec<DeclId>,
    /// Whether all its constants and variables have been declared because some depend on each other in a row.
    row_declared: bool,
    version: u32,
}

/// How far a declaration has been looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Not at all.
    Unseen,
    /// It is being looked at.
    Current,
    /// Its type is known.
    Declared,
    /// Of a type: what underlies it is being found.
    Defining,
    /// All is known but for bodies.
    Done,
}

/// The declaration of a package-level object or a method.
#[derive(Clone, Debug)]
struct Declaration {
    state: State,
    object: ObjectId,
    package: PackageId,
    file: u32,
    node: DeclId,
    /// Which name of a list it is.
    at: u32,
    /// Of a constant: the type and values that it has or repeats, and whether it repeats them.
    repeated: Option<Repeated>,
    /// Package-level objects that it refers to, its function's body included.
    uses: Vec<ObjectId>,
    /// Whether a function's body has been looked at.
    body_done: bool,
}

/// What a constant without a value of its own repeats.
#[derive(Clone, Copy, Debug)]
struct Repeated {
    ty: Option<ExprId>,
    values: Option<ExprId>,
    inherited: bool,
}

impl Declare for Program {
    fn types(&self) -> &Types {
        &self.types
    }

    fn types_mut(&mut self) -> &mut Types {
        &mut self.types
    }

    fn declare(&mut self, object: ObjectId) {
        if let Some(at) = self.declaration(object)
            && self.declarations[at].state == State::Unseen
        {
            if self.env.depth >= declare::LONG_ROW {
                self.declare_row(at);
            }
            if self.declarations[at].state == State::Unseen {
                self.declare_now(at);
            }
        }
    }

    fn define(&mut self, object: ObjectId) {
        self.declare(object);
        if let Some(at) = self.declaration(object)
            && self.declarations[at].state == State::Declared
        {
            self.define_now(at);
        }
    }
}

impl Program {
    /// A program without packages, for machines of `sizes`.
    pub fn new(mut names: Names, sizes: Sizes, importer: Box<dyn Importer>) -> Program {
        let types = Types::new(&mut names, sizes);
        let init_name = names.intern("init");
        Program {
            names,
            types,
            importer,
            units: Vec::new(),
            paths: Map::default(),
            declaration_of: Vec::new(),
            declarations: Vec::new(),
            postponed: Map::default(),
            faults: Faults::default(),
            flows: Vec::new(),
            env: Env::default(),
            init_name,
        }
    }

    /// Adds a package. What it imports is loaded when it is asked for.
    pub fn add_package(&mut self, path: &str, parsed: Parsed) -> PackageId {
        let path = self.names.intern(path);
        let package = self.types.add_package(path, parsed.name);
        self.paths.insert(path, package);
        self.collect(package, parsed);
        package
    }

    /// The package with this full path; loaded if it has not been.
    ///
    /// # Errors
    /// What the importer says.
    pub fn import(&mut self, path: &str) -> Result<PackageId, String> {
        if path == "unsafe" {
            return Ok(PackageId::UNSAFE);
        }
        let name = self.names.intern(path);
        if let Some(known) = self.paths.get(&name) {
            return Ok(*known);
        }
        let parsed = self.importer.load(&mut self.names, path)?;
        Ok(self.add_package(path, parsed))
    }

    /// Looks at everything in a package, bodies included, and orders its variables' initial values.
    pub fn check_package(&mut self, package: PackageId) {
        let Some(unit) = self.units.get(package.index()).and_then(Option::as_ref) else { return };
        let objects = unit.objects.clone();
        for object in &objects {
            self.define(*object);
        }
        self.check_containment(&objects);
        for object in &objects {
            self.check_body(*object);
        }
        self.check_growth();
        self.find_imports(package);
        self.order_initializers(package);
    }

    /// The types.
    pub fn types(&self) -> &Types {
        &self.types
    }

    /// The tree of a package.
    ///
    /// # Panics
    /// For the universe and `unsafe`, which have none.
    pub fn ast(&self, package: PackageId) -> Rc<Ast> {
        Rc::clone(&self.unit(package).ast)
    }

    /// What is known of a package's tree.
    ///
    /// # Panics
    /// For the universe and `unsafe`.
    pub fn info(&self, package: PackageId) -> &Info {
        &self.unit(package).info
    }

    /// What `name` denotes at the package level of `package`.
    pub fn member(&self, package: PackageId, name: Name) -> Option<ObjectId> {
        if package == PackageId::UNSAFE {
            return self.types.universe().find_unsafe(name);
        }
        self.units.get(package.index())?.as_ref()?.scope.get(&name).copied()
    }

    /// The objects of a package in the order of the text: methods, `init` functions and blank ones among them.
    ///
    /// # Panics
    /// For the universe and `unsafe`.
    pub fn members(&self, package: PackageId) -> &[ObjectId] {
        &self.unit(package).objects
    }

    /// The declaration of a package-level object or a method.
    pub fn declaration_node(&self, object: ObjectId) -> Option<(PackageId, DeclId)> {
        let declaration = &self.declarations[self.declaration(object)?];
        Some((declaration.package, declaration.node))
    }

    /// The language version of the file that declares a package-level object or a method: a minor number.
    pub fn declared_version(&self, object: ObjectId) -> u32 {
        let Some(at) = self.declaration(object) else { return 0 };
        let Declaration { package, file, .. } = self.declarations[at];
        self.language_version(package, file as usize)
    }

    /// The language version of a package: a minor number.
    ///
    /// # Panics
    /// For the universe and `unsafe`.
    pub fn package_version(&self, package: PackageId) -> u32 {
        self.unit(package).version
    }

    /// What is wrong, in the order in which it was found.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    fn unit(&self, package: PackageId) -> &Unit {
        self.units[package.index()].as_ref().expect("a package with a text")
    }

    fn declaration(&self, object: ObjectId) -> Option<usize> {
        let at = *self.declaration_of.get(object.index())?;
        (at as usize).checked_sub(1)
    }

    fn info_mut(&mut self) -> &mut Info {
        let package = self.env.package;
        &mut self.units[package.index()].as_mut().expect("a package with a text").info
    }

    fn fault(&mut self, pos: Pos, message: impl Into<String>) {
        self.faults.push(pos, FaultKind::Type, message);
    }

    /// The text of a type in a message.
    fn show(&self, ty: TypeId) -> String {
        Printer::new(&self.types, &self.names, self.env.package)
            .print(ty, crate::types::Form::Message)
    }

    fn text(&self, name: Name) -> &str {
        self.names.text(name)
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program").field("packages", &self.units.len()).finish_non_exhaustive()
    }
}
