//! What names denote.

use super::TypeId;
use crate::constant::Value;
use crate::names::Name;
use crate::source::Pos;

macro_rules! id {
    ($(#[$doc:meta])* $Id:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $Id(u32);

        impl $Id {
            pub(super) fn new(index: usize) -> $Id {
                $Id(u32::try_from(index).expect("fewer than 2^32"))
            }

            /// Its index in lists that have one entry for each.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id! {
    /// What some name denotes.
    ObjectId
}

id! {
    /// A package.
    PackageId
}

impl PackageId {
    /// Of what is predeclared, and of all exported symbols.
    pub const NONE: PackageId = PackageId(0);
    /// `unsafe`
    pub const UNSAFE: PackageId = PackageId(1);
}

/// A package.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// Its import path.
    pub path: Name,
    /// The name in its clauses.
    pub name: Name,
}

/// What selects a field or a method: its name, and unless that is exported its package.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Symbol {
    /// The name.
    pub name: Name,
    /// [`PackageId::NONE`] if the name is exported.
    pub package: PackageId,
}

/// What a name denotes.
#[derive(Clone, Debug)]
pub struct Object {
    /// The name.
    pub name: Name,
    /// The package that it is declared in.
    pub package: PackageId,
    /// Where it is declared.
    pub pos: Pos,
    /// Its type; of a type's name the type.
    pub ty: TypeId,
    /// What sort it is of.
    pub kind: ObjectKind,
}

/// Sorts of objects.
#[derive(Clone, Debug)]
pub enum ObjectKind {
    /// An imported package.
    Import(PackageId),
    /// A constant.
    Const(Value),
    /// A type.
    Type {
        /// Whether it is an alias.
        alias: bool,
        /// Type parameters of an alias.
        tparams: Box<[TypeId]>,
    },
    /// A variable.
    Var(VarKind),
    /// A function or method.
    Func(FuncObject),
    /// A label.
    Label,
    /// A predeclared function, or one of `unsafe`.
    Builtin(Builtin),
    /// `nil`
    Nil,
}

/// Sorts of variables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VarKind {
    /// Declared outside of functions.
    Package,
    /// Declared in a function.
    Local,
    /// A method's receiver.
    Receiver,
    /// A parameter.
    Param,
    /// A result.
    Result,
}

/// What is particular to functions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FuncObject {
    /// The receiver of a method.
    pub receiver: Option<Receiver>,
}

/// The receiver of a method that is declared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receiver {
    /// The named type that the method belongs to, generic if it is.
    pub base: TypeId,
    /// Whether the receiver is a pointer to it.
    pub pointer: bool,
}

/// Predeclared functions, those of `unsafe` included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each is what Go calls it")]
pub enum Builtin {
    Append,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    Delete,
    Imag,
    Len,
    Make,
    Max,
    Min,
    New,
    Panic,
    Print,
    Println,
    Real,
    Recover,
    UnsafeAdd,
    UnsafeAlignof,
    UnsafeOffsetof,
    UnsafeSizeof,
    UnsafeSlice,
    UnsafeSliceData,
    UnsafeString,
    UnsafeStringData,
}

impl Builtin {
    /// The predeclared ones and their names.
    pub const PREDECLARED: [(&'static str, Builtin); 18] = [
        ("append", Builtin::Append),
        ("cap", Builtin::Cap),
        ("clear", Builtin::Clear),
        ("close", Builtin::Close),
        ("complex", Builtin::Complex),
        ("copy", Builtin::Copy),
        ("delete", Builtin::Delete),
        ("imag", Builtin::Imag),
        ("len", Builtin::Len),
        ("make", Builtin::Make),
        ("max", Builtin::Max),
        ("min", Builtin::Min),
        ("new", Builtin::New),
        ("panic", Builtin::Panic),
        ("print", Builtin::Print),
        ("println", Builtin::Println),
        ("real", Builtin::Real),
        ("recover", Builtin::Recover),
    ];

    /// Those of `unsafe` and their names.
    pub const UNSAFE: [(&'static str, Builtin); 8] = [
        ("Add", Builtin::UnsafeAdd),
        ("Alignof", Builtin::UnsafeAlignof),
        ("Offsetof", Builtin::UnsafeOffsetof),
        ("Sizeof", Builtin::UnsafeSizeof),
        ("Slice", Builtin::UnsafeSlice),
        ("SliceData", Builtin::UnsafeSliceData),
        ("String", Builtin::UnsafeString),
        ("StringData", Builtin::UnsafeStringData),
    ];

    /// The fewest arguments, and the most if there is a bound.
    pub fn arity(self) -> (usize, Option<usize>) {
        match self {
            Builtin::Append | Builtin::Max | Builtin::Min | Builtin::Make => (1, None),
            Builtin::Print | Builtin::Println => (0, None),
            Builtin::Recover => (0, Some(0)),
            Builtin::Complex
            | Builtin::Copy
            | Builtin::Delete
            | Builtin::UnsafeAdd
            | Builtin::UnsafeSlice
            | Builtin::UnsafeString => (2, Some(2)),
            _ => (1, Some(1)),
        }
    }
}
