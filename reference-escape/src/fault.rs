//! What is wrong with a source text: one type for the whole front end.

use crate::source::{Pos, Sources};
use std::fmt;

/// What sort of mistake it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FaultKind {
    /// The text is no sequence of tokens: encoding, literals, comments, `//line`.
    Token,
    /// The tokens are no Go. Told with `syntax error:` before the message, and once a line.
    Syntax,
    /// What can be parsed and is no Go for all that.
    Form,
    /// A label or a jump that leads nowhere.
    Branch,
    /// A `//go:` directive where it means nothing.
    Directive,
    /// Names or types do not fit.
    Type,
    /// A limit of this program, not of Go.
    Limit,
}

/// A mistake and where it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Where.
    pub pos: Pos,
    /// Which sort.
    pub kind: FaultKind,
    /// What a person is told, without the place.
    pub message: String,
}

impl Fault {
    /// `file:line:column: message`.
    pub fn told(&self, sources: &Sources) -> String {
        match sources.place(self.pos) {
            Some(place) => format!("{place}: {self}"),
            None => self.to_string(),
        }
    }
}

/// The message, without the place.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == FaultKind::Syntax {
            write!(f, "syntax error: ")?;
        }
        write!(f, "{}", self.message)
    }
}

impl std::error::Error for Fault {}

/// The mistakes of one file, or of several.
///
/// Each file gets a list of its own, so that one with many mistakes hides no other's. The compiler prints ten
/// for a whole package; ten times that of each file are enough to choose the same ten from.
#[derive(Clone, Default, Debug)]
pub struct Faults {
    list: Vec<Fault>,
    omitted: usize,
}

impl Faults {
    /// How many a list keeps of those that are pushed on it.
    pub const LIMIT: usize = 100;

    /// Adds one, or counts it where there are [`Faults::LIMIT`].
    pub fn push(&mut self, pos: Pos, kind: FaultKind, message: impl Into<String>) {
        if self.list.len() < Faults::LIMIT {
            self.list.push(Fault { pos, kind, message: message.into() });
        } else {
            self.omitted += 1;
        }
    }

    /// Adds all of another file.
    pub fn absorb(&mut self, mut other: Faults) {
        self.list.append(&mut other.list);
        self.omitted += other.omitted;
    }

    /// Puts them in the order of the texts.
    pub fn sort(&mut self) {
        self.list.sort_by_key(|fault| fault.pos);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Those that are kept.
    pub fn list(&self) -> &[Fault] {
        &self.list
    }

    /// How many there were beyond those that are kept.
    pub fn omitted(&self) -> usize {
        self.omitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_syntax_errors_say_that_they_are_some() {
        let mut sources = Sources::default();
        let file = sources.add("a.go", 9).expect("small");
        let told = |kind| {
            let pos = sources.pos(file, 3);
            Fault { pos, kind, message: "no".to_owned() }.told(&sources)
        };
        assert_eq!(told(FaultKind::Syntax), "a.go:1:4: syntax error: no");
        assert_eq!(told(FaultKind::Token), "a.go:1:4: no");
    }

    #[test]
    fn a_file_of_many_faults_hides_no_other() {
        let (mut first, mut second) = (Faults::default(), Faults::default());
        for _ in 0..=Faults::LIMIT {
            first.push(Pos::NONE, FaultKind::Token, "again");
        }
        second.push(Pos::NONE, FaultKind::Token, "other");
        first.absorb(second);
        assert_eq!(first.omitted(), 1);
        assert_eq!(first.list().last().map(|f| f.message.as_str()), Some("other"));
    }
}
