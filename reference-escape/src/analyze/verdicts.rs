//! What is found out about a package, as values.

use crate::explain::Explanation;
use crate::kind::Kind;
use crate::leaks::Leaks;
use crate::source::Pos;
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

/// Something that is told, in the order in which it is.
pub(super) enum Message {
    Line(Told),
    Explanation(Rc<Explanation>),
    Parameter(Parameter),
    Variable(Variable),
}
