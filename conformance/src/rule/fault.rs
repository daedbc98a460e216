//! What can be wrong with a rule: with its text, at load, or with one evaluation.

use std::error::Error;
use std::fmt;
use std::ops::Range;

/// Bytes of a rule's text. Two bytes each are enough: the text has at most 4096.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Span {
    pub(super) start: u16,
    pub(super) end: u16,
}

impl Span {
    /// The smallest span that covers both.
    pub(super) fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start.into()..self.end.into()
    }

    /// The part of `text` that the span covers.
    pub(super) fn of(self, text: &str) -> &str {
        &text[self.range()]
    }
}

/// Why a rule did not load. One fault a load: the first that was met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleFault {
    /// Byte offsets into the rule's text; empty at its end where something is missing.
    pub range: Range<usize>,
    /// What sort of fault.
    pub kind: RuleFaultKind,
    /// One sentence without a full stop.
    pub message: String,
    /// What to write instead, where that can be said.
    pub help: Option<String>,
}

/// What sort of fault keeps a rule from loading.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RuleFaultKind {
    /// The text is empty, or has too many bytes or too many tokens.
    Size,
    /// A character that has no meaning in a rule.
    Character,
    /// The text is no expression.
    Syntax,
    /// Brackets, operators or comprehensions are nested too deep.
    Depth,
    /// CEL, but no part of the rule language.
    Unsupported,
    /// A number that does not fit.
    Number,
    /// No such record, fact, function or method.
    UnknownName,
    /// A fact that some event of the rule does not bind.
    NotBound,
    /// A comprehension variable that hides another name.
    Variable,
    /// A value of the wrong type; a rule that is not true or false.
    Type,
    /// Text that is not one of the words of the fact it is compared with.
    UnknownWord,
    /// The wrong number of arguments.
    Arguments,
    /// A guard inside the rule: it would make the rule true where nothing was judged.
    Guard,
    /// The rule, or a part of it, has the same value whatever happens.
    Vacuous,
    /// This machine could not start the thread that parses.
    Machine,
}

impl RuleFault {
    pub(super) fn new(span: Span, kind: RuleFaultKind, message: impl Into<String>) -> RuleFault {
        RuleFault { range: span.range(), kind, message: message.into(), help: None }
    }

    pub(super) fn help(self, help: impl Into<String>) -> RuleFault {
        RuleFault { help: Some(help.into()), ..self }
    }

    pub(super) fn maybe_help(self, help: Option<String>) -> RuleFault {
        RuleFault { help, ..self }
    }
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.range.start, self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl Error for RuleFault {}

/// Why one evaluation has no value. It is neither a pass nor a fail: the rule is at fault, or its
/// facts are, and the verdict is *inconclusive*.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EvalFault {
    /// Byte offsets of the sub-expression that has no value.
    pub range: Range<usize>,
    /// Why it has none.
    pub kind: EvalFaultKind,
}

/// Why a sub-expression has no value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EvalFaultKind {
    /// The exact result needs more than 128 bits.
    Overflow,
    /// `/` or `%` by zero.
    DivisionByZero,
    /// `plateau` of fewer than 8 values, which have no quarters worth comparing.
    ShortSeries,
    /// A number handed to a native function is not within 0 to 2^64-1.
    ArgumentRange,
}

impl fmt::Display for EvalFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EvalFaultKind::Overflow => "overflow",
            EvalFaultKind::DivisionByZero => "division by zero",
            EvalFaultKind::ShortSeries => "series of fewer than 8 values",
            EvalFaultKind::ArgumentRange => "argument outside 0 to 2^64-1",
        })
    }
}

impl fmt::Display for EvalFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.range.start)
    }
}

impl Error for EvalFault {}
