//! Declarations.

use super::{Block, ExprId, Ident, Param};
use crate::names::Name;
use crate::source::Pos;

/// A declaration, and where it stands. `var a = 1; var b = 2` in one group are two declarations.
#[derive(Debug)]
pub struct Decl {
    /// Of an import, a constant, a variable or a type: its first name, or its path; of a function: what follows
    /// `func`, a receiver's `(` or the name.
    pub pos: Pos,
    /// What it is.
    pub kind: DeclKind,
}

/// What a declaration is.
#[derive(Debug)]
pub enum DeclKind {
    /// `import a "b"`
    Import(ImportDecl),
    /// `const a, b T = 1, 2`
    Const(ConstDecl),
    /// `type A[P any] = T`
    Type(TypeDecl),
    /// `var a, b T = 1, 2`
    Var(VarDecl),
    /// `func (r T) f(...) ... {...}`
    Func(Box<FuncDecl>),
}

/// The parentheses around several declarations, each group with a number of its own in its package.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Group(pub u32);

/// An import.
#[derive(Debug)]
pub struct ImportDecl {
    /// The name before the path: `_` and `.` among them.
    pub name: Option<Ident>,
    /// The path's literal, quotes included.
    pub path: Name,
    /// Where the literal stands.
    pub path_pos: Pos,
}

/// Constants. Which value is repeated from above is found by the checker.
#[derive(Debug)]
pub struct ConstDecl {
    /// The parentheses that it is in.
    pub group: Option<Group>,
    /// Its place in them, from 0: the value of `iota`.
    pub iota: u32,
    /// What is declared.
    pub names: Box<[Ident]>,
    /// The type.
    pub ty: Option<ExprId>,
    /// One value, or a list.
    pub values: Option<ExprId>,
}

/// A type.
#[derive(Debug)]
pub struct TypeDecl {
    /// What is declared.
    pub name: Ident,
    /// Type parameters.
    pub tparams: Box<[Param]>,
    /// Whether there is a `=`.
    pub alias: bool,
    /// What it is declared to be.
    pub ty: ExprId,
    /// Directives before it.
    pub pragmas: Pragmas,
}

/// Variables.
#[derive(Debug)]
pub struct VarDecl {
    /// The parentheses that it is in.
    pub group: Option<Group>,
    /// What is declared.
    pub names: Box<[Ident]>,
    /// The type.
    pub ty: Option<ExprId>,
    /// One value, or a list.
    pub values: Option<ExprId>,
    /// Directives before it.
    pub pragmas: Pragmas,
}

/// A function or a method.
#[derive(Debug)]
pub struct FuncDecl {
    /// The receiver.
    pub recv: Option<Param>,
    /// What is declared.
    pub name: Ident,
    /// Type parameters.
    pub tparams: Box<[Param]>,
    /// A [`super::ExprKind::FuncType`].
    pub ty: ExprId,
    /// `None` where the body is elsewhere: in assembly, or linked from another package.
    pub body: Option<Block>,
    /// Directives before it.
    pub pragmas: Pragmas,
}

/// The directives (`//go:name`) that stand before a declaration and matter here.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a directive of its own; any may stand with any other"
)]
pub struct Pragmas {
    /// `//go:noescape`
    pub noescape: bool,
    /// `//go:noinline`
    pub noinline: bool,
    /// `//go:nosplit`
    pub nosplit: bool,
    /// `//go:uintptrescapes`
    pub uintptrescapes: bool,
    /// `//go:uintptrkeepalive`
    pub uintptrkeepalive: bool,
    /// `//go:norace`
    pub norace: bool,
    /// `//go:nocheckptr`
    pub nocheckptr: bool,
    /// `//go:systemstack`
    pub systemstack: bool,
    /// `//go:nowritebarrier` and its relatives
    pub nowritebarrier: bool,
    /// `//go:cgo_unsafe_args`
    pub cgo_unsafe_args: bool,
    /// Patterns of `//go:embed`.
    pub embed: Vec<Name>,
}

/// `//go:linkname local target`, which may stand anywhere in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Linkname {
    /// Where it stands, behind the slashes.
    pub pos: Pos,
    /// What it is about: a function or a variable of the package.
    pub local: Name,
    /// The symbol that it is linked as, if another than its own.
    pub target: Option<Name>,
    /// Whether it is `//go:linknamestd`.
    pub std: bool,
}
