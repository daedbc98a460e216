//! Go's types, as numbers into one arena.
//!
//! A type is made once: to ask the arena for `[]int` twice gives one [`TypeId`]. So equal handles are identical
//! types, and nearly always the other way round. Three things keep it from always: `byte` and `uint8` (like `rune`
//! and `int32`, `any` and `interface {}`) are printed as they were written; interfaces are identical by what they
//! come to, not by how they are put together; and generic signatures are up to the names of their parameters.
//! [`Relations::identical`] decides what the handles leave open.
//!
//! An alias is no type here. It stands for its right side from the beginning: nothing that is printed tells it
//! apart, and that a named type's right side is looked at late ([`Declare`]) is what lets an alias be part
//! of a cycle. A method's receiver parameters are the parameters of its type under other names, for the same
//! reason: one set of parameters needs no translation.

mod basic;
mod declare;
#[expect(
    clippy::many_single_char_names,
    reason = "two of a kind are told apart by neighbouring letters"
)]
mod identical;
mod implements;
mod infer;
mod instantiate;
mod layout;
mod lookup;
mod object;
mod predicates;
mod print;
mod subst;
#[expect(
    clippy::many_single_char_names,
    reason = "two of a kind are told apart by neighbouring letters"
)]
mod typeset;
#[expect(
    clippy::many_single_char_names,
    reason = "two of a kind are told apart by neighbouring letters"
)]
mod unify;
mod universe;

pub use basic::Basic;
pub use declare::Declare;
pub use identical::Relations;
pub use implements::{Implements, Missing};
pub use infer::{Argument, Failure, Inference};
pub use instantiate::Instantiate;
pub use layout::{Layout, Layouts, Sizes};
pub use lookup::{Found, Lookup, Member, NotFound};
pub use object::{
    Builtin, FuncObject, Object, ObjectId, ObjectKind, Package, PackageId, Receiver, Symbol,
    VarKind,
};
pub use predicates::Predicates;
pub use print::{Form, Printer};
pub use subst::{Binding, Substitute};
pub use typeset::{Terms, TypeSet, TypeSets};
pub use universe::Universe;

use crate::ast::ChanDir;
use crate::hash::Map;
use crate::names::{Name, Names};
use crate::source::Pos;
use std::rc::Rc;

/// A type of an arena.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TypeId(u32);

impl TypeId {
    /// Its index in lists that have one entry for each type.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a type is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// `int`, `string`, and the types of untyped constants.
    Basic(Basic),
    /// `*T`
    Pointer(TypeId),
    /// `[]T`
    Slice(TypeId),
    /// `[n]T`
    Array {
        /// The elements' type.
        elem: TypeId,
        /// How many there are.
        len: u64,
    },
    /// `map[K]V`
    Map {
        /// The keys' type.
        key: TypeId,
        /// The values' type.
        value: TypeId,
    },
    /// `chan T`, `<-chan T`, `chan<- T`
    Chan {
        /// Which way values go.
        dir: ChanDir,
        /// Their type.
        elem: TypeId,
    },
    /// `struct {...}`
    Struct(Rc<[Field]>),
    /// `func(...) ...`, receivers left out.
    Signature(Rc<Signature>),
    /// `interface {...}`
    Interface(Rc<Interface>),
    /// The types of several values: results of a call, a value with its ok.
    Tuple(Rc<[TypeId]>),
    /// `~A | B`
    Union(Rc<[Term]>),
    /// A declared type, or an instance of one.
    Named(NamedId),
    /// A type parameter.
    Param(ParamId),
}

/// A field of a struct.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Field {
    /// What selects it.
    pub symbol: Symbol,
    /// Its type.
    pub ty: TypeId,
    /// Whether it is embedded.
    pub embedded: bool,
    /// Its tag, quotes removed; [`Name::EMPTY`] if it has none.
    pub tag: Name,
}

/// The type of functions. Names of parameters are their declaration's, not their type's.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Signature {
    /// Type parameters, of generic functions and methods.
    pub tparams: Box<[TypeId]>,
    /// Parameters; the last one of a variadic function is a slice.
    pub params: Box<[TypeId]>,
    /// Results.
    pub results: Box<[TypeId]>,
    /// Whether the last parameter is `...T`.
    pub variadic: bool,
}

/// A method of an interface.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Method {
    /// What selects it.
    pub symbol: Symbol,
    /// Its signature.
    pub ty: TypeId,
}

/// An interface as it is put together.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Interface {
    /// Its own methods, in the order of the text.
    pub methods: Box<[Method]>,
    /// What it embeds: interfaces, unions, other types.
    pub embedded: Box<[TypeId]>,
    /// Whether it was made of a constraint that is no interface, as in `[T ~int]`.
    pub implicit: bool,
    /// Which of the two that are only predeclared it is, if it is one.
    pub predeclared: Option<Predeclared>,
}

/// Interfaces that no text can make.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Predeclared {
    /// What `any` stands for: an empty interface that is printed `any`.
    Any,
    /// What underlies `comparable`.
    Comparable,
}

/// A term of a union, or of a type set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Term {
    /// Whether all types whose underlying type this is are meant.
    pub tilde: bool,
    /// The type.
    pub ty: TypeId,
}

/// A declared type or an instance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NamedId(u32);

/// A type parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ParamId(u32);

/// What is known of a declared type or an instance of one.
#[derive(Clone, Debug)]
pub struct Named {
    /// The type's name.
    pub object: ObjectId,
    /// The generic type that it is an instance of; itself if it is none.
    pub origin: TypeId,
    /// The type arguments of an instance.
    pub targs: Rc<[TypeId]>,
    /// The type parameters of a generic type.
    pub tparams: Rc<[TypeId]>,
    /// `None` until somebody asks for it, and after that never a [`Type::Named`].
    pub underlying: Option<TypeId>,
    /// Methods of the origin, in the order of the text; empty for instances.
    pub methods: Vec<ObjectId>,
    /// The number of a type that is declared in a function: types of one name are told apart by it. 0 outside.
    pub local: u32,
}

/// What is known of a type parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub object: ObjectId,
    /// Its place in its list, from 0.
    pub index: u32,
    /// Its constraint, as written.
    pub constraint: TypeId,
}

/// All types, objects and packages of a run.
#[derive(Debug)]
pub struct Types {
    kinds: Vec<Type>,
    numbers: Map<Type, TypeId>,
    notes: Vec<Note>,
    named: Vec<Named>,
    params: Vec<Param>,
    instances: Map<(TypeId, Rc<[TypeId]>), TypeId>,
    objects: Vec<Object>,
    packages: Vec<Package>,
    universe: Universe,
    type_sets: Map<TypeId, Rc<TypeSet>>,
    layouts: Map<TypeId, Layout>,
    pointer_bytes: Map<TypeId, u64>,
    /// How many layouts are being found, each for the one before it.
    layout_depth: u16,
    /// Signatures of methods as instances have them.
    signatures: Map<(ObjectId, TypeId), TypeId>,
    sizes: Sizes,
    marked: Marked,
}

/// Names that mean something to the compiler. Sizes depend on a few types of the runtime.
#[derive(Clone, Copy, Debug)]
struct Marked {
    /// `align64`, and the packages that declare it.
    align64: (Name, [Name; 2]),
    /// `nih`, and the package that declares it.
    nih: (Name, Name),
    /// `runtime`, whose types embed it.
    runtime: Name,
}

/// What is known of a type from the beginning.
#[derive(Clone, Copy, Debug)]
struct Note {
    /// Whether a type parameter is in it.
    parameterized: bool,
    /// How deep it nests.
    depth: u16,
}

/// How deep types nest. Deeper ones are invalid, so that no walk of a type needs a guard of its own.
const MAX_DEPTH: u16 = 500;

impl std::ops::Index<TypeId> for Types {
    type Output = Type;

    fn index(&self, id: TypeId) -> &Type {
        &self.kinds[id.index()]
    }
}

impl std::ops::Index<ObjectId> for Types {
    type Output = Object;

    fn index(&self, id: ObjectId) -> &Object {
        &self.objects[id.index()]
    }
}

impl std::ops::IndexMut<ObjectId> for Types {
    fn index_mut(&mut self, id: ObjectId) -> &mut Object {
        &mut self.objects[id.index()]
    }
}

impl std::ops::Index<PackageId> for Types {
    type Output = Package;

    fn index(&self, id: PackageId) -> &Package {
        &self.packages[id.index()]
    }
}

impl Types {
    /// An arena with the predeclared types and objects, for machines of `sizes`.
    pub fn new(names: &mut Names, sizes: Sizes) -> Types {
        let mut types = Types {
            kinds: Vec::new(),
            numbers: Map::default(),
            notes: Vec::new(),
            named: Vec::new(),
            params: Vec::new(),
            instances: Map::default(),
            objects: Vec::new(),
            packages: Vec::new(),
            universe: Universe::default(),
            type_sets: Map::default(),
            layouts: Map::default(),
            pointer_bytes: Map::default(),
            layout_depth: 0,
            signatures: Map::default(),
            sizes,
            marked: Marked {
                align64: (
                    names.intern("align64"),
                    [names.intern("sync/atomic"), names.intern("internal/runtime/atomic")],
                ),
                nih: (names.intern("nih"), names.intern("internal/runtime/sys")),
                runtime: names.intern("runtime"),
            },
        };
        types.declare_universe(names);
        types
    }

    /// How many types there are.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Never: the predeclared types are always there.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The machine that sizes are for.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// The predeclared names.
    pub fn universe(&self) -> &Universe {
        &self.universe
    }

    /// The type that is `ty`. A type that nests too deep is [`TypeId::INVALID`].
    pub fn intern(&mut self, ty: Type) -> TypeId {
        if let Some(id) = self.numbers.get(&ty) {
            return *id;
        }
        let note = self.note(&ty);
        if note.depth > MAX_DEPTH {
            return TypeId::INVALID;
        }
        let id = self.push(ty.clone(), note);
        self.numbers.insert(ty, id);
        id
    }

    fn push(&mut self, ty: Type, note: Note) -> TypeId {
        let id = TypeId(u32::try_from(self.kinds.len()).expect("fewer than 2^32 types"));
        self.kinds.push(ty);
        self.notes.push(note);
        id
    }

    fn note(&self, ty: &Type) -> Note {
        let mut note = Note { parameterized: false, depth: 0 };
        self.each_part(ty, &mut |part| {
            let inner = self.notes[part.index()];
            note.parameterized |= inner.parameterized;
            note.depth = note.depth.max(inner.depth + 1);
        });
        note
    }

    /// Calls `visit` with each type that `ty` is made of; of a named type these are its arguments.
    pub fn each_part(&self, ty: &Type, visit: &mut dyn FnMut(TypeId)) {
        match ty {
            Type::Basic(_) | Type::Param(_) => {}
            Type::Pointer(elem)
            | Type::Slice(elem)
            | Type::Array { elem, .. }
            | Type::Chan { elem, .. } => visit(*elem),
            Type::Map { key, value } => {
                visit(*key);
                visit(*value);
            }
            Type::Struct(fields) => fields.iter().for_each(|field| visit(field.ty)),
            Type::Signature(sig) => sig.params.iter().chain(&sig.results).copied().for_each(visit),
            Type::Interface(interface) => {
                interface.methods.iter().for_each(|method| visit(method.ty));
                interface.embedded.iter().copied().for_each(visit);
            }
            Type::Tuple(all) => all.iter().copied().for_each(visit),
            Type::Union(terms) => terms.iter().for_each(|term| visit(term.ty)),
            Type::Named(id) => self.named[id.0 as usize].targs.iter().copied().for_each(visit),
        }
    }

    /// Whether some type parameter is in `ty`. One that a local type got from the function around it is not seen.
    pub fn is_parameterized(&self, ty: TypeId) -> bool {
        self.notes[ty.index()].parameterized
    }

    /// `*elem`
    pub fn pointer(&mut self, elem: TypeId) -> TypeId {
        self.intern(Type::Pointer(elem))
    }

    /// `[]elem`
    pub fn slice(&mut self, elem: TypeId) -> TypeId {
        self.intern(Type::Slice(elem))
    }

    /// Several values.
    pub fn tuple(&mut self, all: &[TypeId]) -> TypeId {
        self.intern(Type::Tuple(all.into()))
    }

    /// `func(params) results`
    pub fn signature(&mut self, params: &[TypeId], results: &[TypeId], variadic: bool) -> TypeId {
        let (params, results) = (params.into(), results.into());
        self.intern(Type::Signature(Rc::new(Signature {
            tparams: Box::default(),
            params,
            results,
            variadic,
        })))
    }

    /// A new type parameter, its constraint yet to be set.
    pub fn new_param(&mut self, object: ObjectId, index: u32) -> TypeId {
        let id = ParamId(self.params.len() as u32);
        self.params.push(Param { object, index, constraint: TypeId::ANY });
        self.push(Type::Param(id), Note { parameterized: true, depth: 0 })
    }

    /// What is known of `ty`, if it is a type parameter.
    pub fn as_param(&self, ty: TypeId) -> Option<&Param> {
        match self[ty] {
            Type::Param(id) => Some(&self.params[id.0 as usize]),
            _ => None,
        }
    }

    /// Whether `ty` is a type parameter.
    pub fn is_param(&self, ty: TypeId) -> bool {
        matches!(self[ty], Type::Param(_))
    }

    /// Sets the constraint of a type parameter.
    pub fn set_constraint(&mut self, param: TypeId, constraint: TypeId) {
        if let Type::Param(id) = self[param] {
            self.params[id.0 as usize].constraint = constraint;
        }
    }

    /// A new declared type, its right side yet to be looked at.
    pub fn new_named(&mut self, object: ObjectId) -> TypeId {
        let id = NamedId(self.named.len() as u32);
        let origin = TypeId(self.kinds.len() as u32);
        let (targs, tparams) = (Rc::from([]), Rc::from([]));
        let (underlying, methods) = (None, Vec::new());
        self.named.push(Named { object, origin, targs, tparams, underlying, methods, local: 0 });
        self.push(Type::Named(id), Note { parameterized: false, depth: 0 })
    }

    /// What is known of `ty`, if it is a named type.
    pub fn as_named(&self, ty: TypeId) -> Option<&Named> {
        match self[ty] {
            Type::Named(id) => Some(&self.named[id.0 as usize]),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn as_named_mut(&mut self, ty: TypeId) -> Option<&mut Named> {
        match self[ty] {
            Type::Named(id) => Some(&mut self.named[id.0 as usize]),
            _ => None,
        }
    }

    /// The instance of the generic type `origin` for `targs`; what underlies it is found when asked for.
    pub fn instance(&mut self, origin: TypeId, targs: &[TypeId]) -> TypeId {
        let key = (origin, Rc::from(targs));
        if let Some(id) = self.instances.get(&key) {
            return *id;
        }
        let Some(generic) = self.as_named(origin) else { return TypeId::INVALID };
        let (object, local) = (generic.object, generic.local);
        let note = self.note(&Type::Tuple(Rc::clone(&key.1)));
        if note.depth > MAX_DEPTH {
            return TypeId::INVALID;
        }
        let named = NamedId(self.named.len() as u32);
        let (targs, tparams) = (Rc::clone(&key.1), Rc::from([]));
        let (underlying, methods) = (None, Vec::new());
        self.named.push(Named { object, origin, targs, tparams, underlying, methods, local });
        let id = self.push(Type::Named(named), note);
        self.instances.insert(key, id);
        id
    }

    /// `ty`, or what it points to, and whether it is a pointer (not merely one by its underlying type).
    pub fn deref(&self, ty: TypeId) -> (TypeId, bool) {
        match self[ty] {
            Type::Pointer(elem) => (elem, true),
            _ => (ty, false),
        }
    }

    /// The signature that `ty` is, if it is one.
    pub fn as_signature(&self, ty: TypeId) -> Option<&Rc<Signature>> {
        match &self[ty] {
            Type::Signature(sig) => Some(sig),
            _ => None,
        }
    }

    /// The basic type that `ty` is, not merely by its underlying type.
    pub fn as_basic(&self, ty: TypeId) -> Option<Basic> {
        match self[ty] {
            Type::Basic(basic) => Some(basic),
            _ => None,
        }
    }

    /// Whether `ty` is the type of untyped constants, comparisons or `nil`.
    pub fn is_untyped(&self, ty: TypeId) -> bool {
        self.as_basic(ty).is_some_and(Basic::is_untyped)
    }

    /// A new object.
    pub fn add_object(&mut self, object: Object) -> ObjectId {
        let id = ObjectId::new(self.objects.len());
        self.objects.push(object);
        id
    }

    /// A new object of `kind` whose type is yet to be found.
    pub fn declare_object(
        &mut self,
        name: Name,
        package: PackageId,
        pos: Pos,
        kind: ObjectKind,
    ) -> ObjectId {
        self.add_object(Object { name, package, pos, ty: TypeId::INVALID, kind })
    }

    /// A new package.
    pub fn add_package(&mut self, path: Name, name: Name) -> PackageId {
        let id = PackageId::new(self.packages.len());
        self.packages.push(Package { path, name });
        id
    }

    /// Sets the name that a package's clauses give it, once they have been read.
    pub fn name_package(&mut self, package: PackageId, name: Name) {
        self.packages[package.index()].name = name;
    }

    /// What the name of a struct means to the compiler, if anything.
    fn special_struct(&self, ty: TypeId) -> Option<layout::Special> {
        let object = &self[self.as_named(ty)?.object];
        let path = self[object.package].path;
        let Marked { align64, nih, .. } = self.marked;
        if object.name == align64.0 && align64.1.contains(&path) {
            return Some(layout::Special::Align64);
        }
        (object.name == nih.0 && path == nih.1).then_some(layout::Special::NotInHeap)
    }

    /// Whether types of `package` may be kept out of the heap: those of the runtime's packages may.
    fn may_be_not_in_heap(&self, package: PackageId) -> bool {
        let path = self[package].path;
        path == self.marked.runtime || path == self.marked.nih.1
    }
}
