//! Statements.

use super::{BinaryOp, DeclId, ExprId, Ident, StmtId};
use crate::source::Pos;

/// A statement, and where it stands.
#[derive(Debug)]
pub struct Stmt {
    /// Its keyword or operator; of a labelled one, the colon; of an expression, that of the expression.
    pub pos: Pos,
    /// What it is.
    pub kind: StmtKind,
}

/// `{...}`
#[derive(Debug)]
pub struct Block {
    /// The `{`.
    pub pos: Pos,
    /// What is in it.
    pub stmts: Box<[StmtId]>,
    /// The `}`.
    pub rbrace: Pos,
}

/// What a statement is.
#[derive(Debug)]
pub enum StmtKind {
    /// Nothing.
    Empty,
    /// `L: stmt`
    Labeled {
        /// The label.
        label: Ident,
        /// What it stands before.
        stmt: StmtId,
    },
    /// `{...}`
    Block(Block),
    /// `f()`
    Expr(ExprId),
    /// `c <- v`, at the arrow.
    Send {
        /// The channel.
        chan: ExprId,
        /// What is sent.
        value: ExprId,
    },
    /// `var x T`, `const (...)`, `type T U` in a block.
    Decl(Box<[DeclId]>),
    /// `a, b = x, y`, at the `=`. Several are [`super::ExprKind::List`]s.
    Assign {
        /// Left.
        lhs: ExprId,
        /// Right.
        rhs: ExprId,
    },
    /// `a, b := x, y`, at the `:=`.
    Define {
        /// Left.
        lhs: ExprId,
        /// Right.
        rhs: ExprId,
    },
    /// `x += y`, at the operator.
    OpAssign {
        /// The operator.
        op: BinaryOp,
        /// Left.
        lhs: ExprId,
        /// Right.
        rhs: ExprId,
    },
    /// `x++`, `x--`, at the operator.
    IncDec {
        /// What is counted.
        x: ExprId,
        /// Whether up.
        up: bool,
    },
    /// `break L`, `continue L`, `goto L`, `fallthrough`
    Branch {
        /// Which.
        kind: Branch,
        /// Where to.
        label: Option<Ident>,
    },
    /// `go f()`, `defer f()`
    Spawn {
        /// Which.
        kind: Spawn,
        /// The call, as written; an error has been reported where it is none.
        call: ExprId,
    },
    /// `return a, b`
    Return(Option<ExprId>),
    /// `if init; cond {...} else ...`
    If {
        /// Before the semicolon.
        init: Option<StmtId>,
        /// The condition.
        cond: ExprId,
        /// The block.
        then: Block,
        /// A block or another `if`.
        els: Option<StmtId>,
    },
    /// `for init; cond; post {...}`, or over a range.
    For {
        /// Before the first semicolon; [`StmtKind::Range`] alone in a range loop.
        init: Option<StmtId>,
        /// The condition.
        cond: Option<ExprId>,
        /// Behind the second semicolon.
        post: Option<StmtId>,
        /// The body.
        body: Block,
    },
    /// The head of a range loop, at `range`. It stands nowhere else.
    Range(RangeClause),
    /// `switch init; tag {...}`; the tag may be a [`super::ExprKind::TypeSwitchGuard`].
    Switch {
        /// Before the semicolon.
        init: Option<StmtId>,
        /// What is compared.
        tag: Option<ExprId>,
        /// The clauses.
        body: Box<[CaseClause]>,
        /// The `}`.
        rbrace: Pos,
    },
    /// `select {...}`
    Select {
        /// The clauses.
        body: Box<[CommClause]>,
        /// The `}`.
        rbrace: Pos,
    },
}

/// `lhs := range x`
#[derive(Debug)]
pub struct RangeClause {
    /// One variable, or a list of two.
    pub lhs: Option<ExprId>,
    /// Whether `:=`.
    pub def: bool,
    /// What is ranged over.
    pub x: ExprId,
}

/// `case a, b: ...`
#[derive(Debug)]
pub struct CaseClause {
    /// `case` or `default`.
    pub pos: Pos,
    /// Values or types; `None` is `default`.
    pub cases: Option<ExprId>,
    /// The statements.
    pub body: Box<[StmtId]>,
    /// The colon.
    pub colon: Pos,
}

/// `case c <- v: ...`
#[derive(Debug)]
pub struct CommClause {
    /// `case` or `default`.
    pub pos: Pos,
    /// A send, or a receive in an expression, an assignment or a definition; `None` is `default`.
    pub comm: Option<StmtId>,
    /// The statements.
    pub body: Box<[StmtId]>,
    /// The colon.
    pub colon: Pos,
}

/// Statements that go elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Branch {
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `goto`
    Goto,
    /// `fallthrough`
    Fallthrough,
}

/// Statements that have a call made at another time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Spawn {
    /// `go`
    Go,
    /// `defer`
    Defer,
}
