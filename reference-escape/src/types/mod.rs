//! Go's types, as numbers into one arena.
//!
//! A type is made once: to ask the arena for `[]int` twice gives one [`TypeId`]. So equal handles are identical
//! types, and nearly always the other way round. Three things keep it from always: `byte` and `uint8` (like
//! `rune` and `int32`, `any` and `interface {}`) are printed as they were written; interfaces are identical by
//! what they come to, not by how they are put together; and generic signatures are up to the names of their
//! parameters. [`Relations::identical`] decides what the handles leave open.
//!
//! An alias is no type here. It stands for its right side from the beginning: nothing that is printed tells it
//! apart, and that a named type's right side is looked at late ([`Declare`]) is what lets an alias be part
//! of a cycle. A method's receiver parameters are the parameters of its type under other names, for the same
//! reason: one set of parameters needs no translation.

mod arena;
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
#[cfg(test)]
mod laws;
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

pub use arena::Types;
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
use crate::names::Name;
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
