//! Expressions and types.

use super::{Block, ExprId};
use crate::names::Name;
use crate::source::Pos;

/// An expression or a type, and where it stands.
#[derive(Debug)]
pub struct Expr {
    /// Its operator; see the head of [`super`].
    pub pos: Pos,
    /// What it is.
    pub kind: ExprKind,
}

/// A name at a place, where the grammar allows nothing but a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ident {
    /// Its first character.
    pub pos: Pos,
    /// The name.
    pub name: Name,
}

/// What an expression is. Comments give the text and, where it is not the first character, the position.
#[derive(Debug)]
pub enum ExprKind {
    /// What could not be parsed; an error has been reported.
    Bad,
    /// `x`
    Name(Name),
    /// `1`, `"a"`: the text as it stands. Its value is made by the checker.
    BasicLit {
        /// Which sort.
        kind: LitKind,
        /// The text, quotes included.
        text: Name,
    },
    /// `T{a, k: b}`, at the `{`. `ty` is `None` inside another literal.
    CompositeLit {
        /// The literal's type.
        ty: Option<ExprId>,
        /// Elements; those with keys are [`ExprKind::KeyValue`].
        elems: Box<[ExprId]>,
        /// How many have keys.
        keyed: u32,
        /// The `}`.
        rbrace: Pos,
    },
    /// `key: value` in a composite literal, at the colon.
    KeyValue {
        /// Left of the colon.
        key: ExprId,
        /// Right of it.
        value: ExprId,
    },
    /// `func(...) {...}`, at `func`.
    FuncLit {
        /// An [`ExprKind::FuncType`].
        ty: ExprId,
        /// The body.
        body: Block,
    },
    /// `(x)`, where the compiler keeps parentheses; see the head of [`super`].
    Paren(ExprId),
    /// `x.sel`, at the dot.
    Selector {
        /// Left of the dot.
        of: ExprId,
        /// Right of it.
        sel: Ident,
    },
    /// `x[i]`, `F[T, U]`, at the `[`. Several indices are an [`ExprKind::List`].
    Index {
        /// What is indexed or instantiated.
        of: ExprId,
        /// The index, or type arguments.
        index: ExprId,
    },
    /// `x[i:j:k]`, at the `[`.
    Slice {
        /// What is sliced.
        of: ExprId,
        /// Low, high, max.
        index: [Option<ExprId>; 3],
        /// Whether there are two colons.
        full: bool,
    },
    /// `x.(T)`, at the dot.
    Assert {
        /// Left of the dot.
        of: ExprId,
        /// The type.
        ty: ExprId,
    },
    /// `lhs := x.(type)`, at the dot.
    TypeSwitchGuard {
        /// The variable that each clause declares.
        lhs: Option<Ident>,
        /// Left of the dot.
        of: ExprId,
    },
    /// `-x`, `*x`, `&x`, `<-x`. Pointer types and dereferences look alike.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// Its operand.
        x: ExprId,
    },
    /// `x + y`, at the operator.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left.
        x: ExprId,
        /// Right.
        y: ExprId,
    },
    /// `f(a, b...)`, at the `(`.
    Call {
        /// What is called: a function, a type, a builtin.
        fun: ExprId,
        /// Arguments.
        args: Box<[ExprId]>,
        /// Whether the last has dots behind it.
        has_dots: bool,
    },
    /// `a, b`, in assignments, results and indices. It stands where its first element does.
    List(Box<[ExprId]>),
    /// `[n]E`; `len` is `None` for `[...]E`. At the `[`.
    ArrayType {
        /// The length.
        len: Option<ExprId>,
        /// The elements' type.
        elem: ExprId,
    },
    /// `[]E`
    SliceType(ExprId),
    /// `...E`, of a last parameter.
    DotsType(ExprId),
    /// `struct {...}`
    StructType(Box<[Field]>),
    /// `interface {...}`
    InterfaceType(Box<[Method]>),
    /// `func(...) ...`, at the `(`; of a generic function at the `[` before it.
    FuncType {
        /// Parameters.
        params: Box<[Param]>,
        /// Results.
        results: Box<[Param]>,
    },
    /// `map[K]V`
    MapType {
        /// The keys' type.
        key: ExprId,
        /// The values' type.
        value: ExprId,
    },
    /// `chan E`, `<-chan E`, `chan<- E`
    ChanType {
        /// Which way values go.
        dir: ChanDir,
        /// Their type.
        elem: ExprId,
    },
}

/// Sorts of literals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LitKind {
    /// `12`, `0x_f`
    Int,
    /// `1.5`, `0x1p-2`
    Float,
    /// `2i`
    Imag,
    /// `'a'`
    Rune,
    /// `"a"`, `` `a` ``
    String,
}

/// Operators with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `!`
    Not,
    /// `^`
    Xor,
    /// `&`
    Addr,
    /// `*`, a dereference or a pointer type
    Star,
    /// `<-`
    Recv,
    /// `~`, of a type in a constraint
    Tilde,
}

/// Operators with two operands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    /// `||`
    OrOr,
    /// `&&`
    AndAnd,
    /// `==`
    Eql,
    /// `!=`
    Neq,
    /// `<`
    Lss,
    /// `<=`
    Leq,
    /// `>`
    Gtr,
    /// `>=`
    Geq,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `&`
    And,
    /// `&^`
    AndNot,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
}

/// Which way values go through a channel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChanDir {
    /// Both ways.
    Both,
    /// `chan<-`
    Send,
    /// `<-chan`
    Recv,
}

/// A parameter, a result or a type parameter. `a, b T` are two that share `ty`.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name, or the first character of its type: `func` of a function type.
    pub pos: Pos,
    /// Its name, if it has one.
    pub name: Option<Ident>,
    /// Its type or constraint.
    pub ty: ExprId,
}

/// A field of a struct. `a, b T` are two that share `ty`.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name, or the first character of its type.
    pub pos: Pos,
    /// `None` where the field is embedded.
    pub name: Option<Ident>,
    /// Its type.
    pub ty: ExprId,
    /// The tag's literal, quotes included.
    pub tag: Option<Name>,
}

/// An element of an interface.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name, or the first character of what is embedded.
    pub pos: Pos,
    /// The method's name; `None` where `ty` is embedded.
    pub name: Option<Ident>,
    /// The method's [`ExprKind::FuncType`], or what is embedded: a type, `~T`, `T | U`.
    pub ty: ExprId,
}
