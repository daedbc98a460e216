//! What is wrong with a trace, and where.

use std::fmt;
use std::io;

/// What sort of thing is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultKind {
    /// The source could not be read.
    Io(io::ErrorKind),
    /// The first line is not the header of a trace that this version reads.
    Header,
    /// A line is longer than [`super::LINE_MAX`].
    LongLine,
    /// A line is not UTF-8 text, or holds control characters.
    NotText,
    /// There are more lines of metadata than a trace may have.
    TooMuchMetadata,
    /// There are more steps than the caller allowed.
    TooManySteps,
    /// No op has this verb.
    UnknownOp,
    /// A token is not what the op takes in that place.
    Operand,
    /// A number, slot or thread is out of range.
    Range,
    /// There is something after the end of the step.
    Leftover,
    /// What follows `->` is no expected answer, or none that this op can give.
    Expected,
}

/// The first thing that is wrong with a trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What sort of thing.
    pub kind: FaultKind,
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What was found and what was expected, without the place.
    pub message: String,
    /// The known word that is most like the one found.
    pub nearest: Option<&'static str>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { line, column, message, .. } = self;
        write!(f, "line {line}, column {column}: {message}")?;
        match self.nearest {
            Some(word) => write!(f, "; did you mean `{word}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}

/// `text` for a message: in back quotes, control characters escaped, cut where it is long.
pub(super) fn quote(text: &str) -> String {
    const SHOWN: usize = 32;
    let mut out = String::from("`");
    out.extend(text.chars().take(SHOWN).flat_map(char::escape_debug));
    if text.chars().nth(SHOWN).is_some() {
        out.push_str("...");
    }
    out.push('`');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_or_odd_token_is_shown_short_and_escaped() {
        assert_eq!(quote("a\u{7}b"), "`a\\u{7}b`");
        assert_eq!(quote(&"x".repeat(100)), format!("`{}...`", "x".repeat(32)));
    }
}
