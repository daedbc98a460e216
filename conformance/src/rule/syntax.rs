//! A rule as written: the tree between the parser and the checker, every node with its place.

use super::fault::Span;

/// One sub-expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Syntax {
    /// Its text, without parentheses around it.
    pub(super) span: Span,
    pub(super) form: Form,
}

/// What a sub-expression is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Form {
    Number(i128),
    Bool(bool),
    Text(String),
    Name(String),
    /// `operand.name`.
    Field(Box<Syntax>, Spelled),
    /// `name(arguments)`, or `target.name(arguments)`.
    Call {
        target: Option<Box<Syntax>>,
        name: Spelled,
        arguments: Vec<Syntax>,
    },
    List(Vec<Syntax>),
    Not(Box<Syntax>),
    Negate(Box<Syntax>),
    And(Box<Syntax>, Box<Syntax>),
    Or(Box<Syntax>, Box<Syntax>),
    Arithmetic(Arithmetic, Box<Syntax>, Box<Syntax>),
    Comparison(Comparison, Box<Syntax>, Box<Syntax>),
    In(Box<Syntax>, Box<Syntax>),
    /// `condition ? yes : no`.
    Choice(Box<Syntax>, Box<Syntax>, Box<Syntax>),
}

/// A name and where it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Spelled {
    pub(super) name: String,
    pub(super) span: Span,
}

/// An operator from two numbers to a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    /// Rounds toward zero.
    Divide,
    /// Has the sign of its left operand.
    Remainder,
    /// `math.least`.
    Least,
    /// `math.greatest`.
    Greatest,
}

/// An operator from two values to a bool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether `a` and `b` compare so.
    pub(super) fn holds(self, a: i128, b: i128) -> bool {
        match self {
            Comparison::Equal => a == b,
            Comparison::NotEqual => a != b,
            Comparison::Less => a < b,
            Comparison::LessOrEqual => a <= b,
            Comparison::Greater => a > b,
            Comparison::GreaterOrEqual => a >= b,
        }
    }
}
