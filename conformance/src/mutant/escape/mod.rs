//! Wrong escape analysers, one file per suite of `specs/escape/`.
//!
//! Each is the reference analysis with one wrong decision in the socket `reference_escape::rules`, with
//! its right lines told wrongly, or of a text that was read wrongly. The tables are as those of collectors.

use super::Mutant;
use crate::adapter::escape::{Escape, RIGHT};
use crate::observe::escape::{Answer, Told};
use crate::target::analyser::Analyser;
use crate::target::identity::Identity;
use reference_escape::rules::Rules;

/// An analyser with one wrong part, by the socket that it fits.
macro_rules! analyser {
    ($face:ident $name:ident) => {
        $crate::mutant::Make::Analyser(|| $face(&$name))
    };
}

/// Analyses that give one answer whatever is asked about: `Mutant: Question => answer`.
macro_rules! answers {
    ($($name:ident: $question:ident => $answer:literal;)*) => {$(
        impl reference_escape::rules::Rules for $name {
            fn answer(&self, question: reference_escape::rules::Question, right: bool) -> bool {
                let is_asked = question == reference_escape::rules::Question::$question;
                if is_asked { $answer } else { right }
            }
        }
    )*};
}

/// Analyses that lose what flows at one kind of place: `Mutant: Flow => wrong`, a function of the right hole.
macro_rules! loses {
    ($($name:ident: $flow:ident => $wrong:expr;)*) => {$(
        impl reference_escape::rules::Rules for $name {
            fn hole(
                &self,
                flow: reference_escape::rules::Flow,
                right: reference_escape::graph::Hole,
            ) -> reference_escape::graph::Hole {
                let wrong: fn(reference_escape::graph::Hole) -> reference_escape::graph::Hole = $wrong;
                if flow == reference_escape::rules::Flow::$flow { wrong(right) } else { right }
            }
        }
    )*};
}

/// The analysis with one wrong decision.
fn rules(rules: &'static dyn Rules) -> Box<dyn Analyser> {
    Box::new(Escape { rules })
}

/// A way to tell right lines wrongly.
trait Teller: Sync {
    /// Changes what is told of a file with `text`.
    fn tell(&self, text: &str, told: Vec<Told>) -> Vec<Told>;

    /// What it tells of no place at all.
    fn chatter(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The right analysis, told wrongly.
struct Misteller(&'static dyn Teller);

impl Analyser for Misteller {
    fn identity(&self) -> Identity {
        RIGHT.identity()
    }

    fn analyse(&self, name: &str, text: &str) -> Result<Answer, String> {
        let mut answer = RIGHT.analyse(name, text)?;
        answer.told = self.0.tell(text, answer.told);
        answer.other.extend(self.0.chatter());
        Ok(answer)
    }
}

/// The right analysis, told wrongly.
fn told(teller: &'static dyn Teller) -> Box<dyn Analyser> {
    Box::new(Misteller(teller))
}

/// A way to read a text wrongly.
trait Reader: Sync {
    /// The text that it takes `text` for. Columns of what is told must not change.
    fn read(&self, text: &str) -> String;
}

/// The right analysis of a text that was read wrongly.
struct Misreader(&'static dyn Reader);

impl Analyser for Misreader {
    fn identity(&self) -> Identity {
        RIGHT.identity()
    }

    fn analyse(&self, name: &str, text: &str) -> Result<Answer, String> {
        RIGHT.analyse(name, &self.0.read(text))
    }
}

/// The right analysis of a text that was read wrongly.
fn read(reader: &'static dyn Reader) -> Box<dyn Analyser> {
    Box::new(Misreader(reader))
}

mod call;
mod closure;
mod diagnostics;
mod flow;
mod leaks;
mod limits;
mod loops;
mod package;

/// The mutants of each file, in the order of the suites.
pub(super) const SUITES: &[&[Mutant]] = &[
    flow::MUTANTS,
    loops::MUTANTS,
    closure::MUTANTS,
    call::MUTANTS,
    leaks::MUTANTS,
    limits::MUTANTS,
    diagnostics::MUTANTS,
    package::MUTANTS,
];
