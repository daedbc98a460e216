//! The reference analyser as a target: a file that imports nothing, and what is told of it.

use crate::observe::escape::{Answer, Told};
use crate::target::analyser::Analyser;
use crate::target::identity::Identity;
use reference_escape::alone::{Alone, Refused, read};
use reference_escape::analyze::Analysis;
use reference_escape::rules::{Right, Rules};

/// The reference analysis with the decisions of `rules`.
#[derive(Clone, Copy, Debug)]
pub struct Escape {
    /// What is decided, and how.
    pub rules: &'static dyn Rules,
}

/// The right analyser.
pub const RIGHT: Escape = Escape { rules: &Right };

impl Analyser for Escape {
    fn identity(&self) -> Identity {
        Identity::default()
    }

    fn analyse(&self, name: &str, text: &str) -> Result<Answer, String> {
        let Alone { sources, mut program, package } = match read(name, text.as_bytes()) {
            Ok(file) => file,
            Err(refused) => return Ok(answer_of(&refused)),
        };
        let verdicts = Analysis::by(self.rules).package(&mut program, package);
        let mut answer = Answer::default();
        for line in verdicts.lines {
            match sources.line_and_column(line.pos) {
                Some((at, column)) => {
                    answer.told.push(Told { line: at, column, text: line.text });
                }
                None => answer.other.push(line.text),
            }
        }
        Ok(answer)
    }
}

/// What is answered about a file that does not compile: the first fault, with its place.
fn answer_of(refused: &Refused) -> Answer {
    let first = refused.faults.list().first().map(|fault| fault.told(&refused.sources));
    Answer {
        told: Vec::new(),
        other: first.into_iter().collect(),
        ended: Some("it does not compile".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_go_is_told_with_its_place() {
        for text in ["package p\n\nfunc f( {\n", "package p\n\nvar x int = \"\"\n"] {
            let answer = RIGHT.analyse("a.go", text).expect("an answer");
            let says = answer.refusal().expect("a refusal");
            assert!(says.contains("it does not compile; it said: a.go:3:"), "{says}");
        }
    }
}
