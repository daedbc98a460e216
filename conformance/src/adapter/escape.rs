//! The reference analyser as a target: a file that imports nothing, and what is told of it.

use crate::observe::escape::{Answer, Told};
use crate::target::analyser::Analyser;
use crate::target::identity::Identity;
use reference_escape::analyze::Analysis;
use reference_escape::ast::Ast;
use reference_escape::check::{Importer, Parsed, Program};
use reference_escape::fault::Faults;
use reference_escape::names::Names;
use reference_escape::parse::parse;
use reference_escape::rules::{Right, Rules};
use reference_escape::source::Sources;
use reference_escape::types::Sizes;

/// The language that golden files are written in: Go 1.27.
const MINOR: u32 = 27;

/// The reference analysis with the decisions of `rules`.
#[derive(Clone, Copy, Debug)]
pub struct Escape {
    /// What is decided, and how.
    pub rules: &'static dyn Rules,
}

/// The right analyser.
pub const RIGHT: Escape = Escape { rules: &Right };

/// Files that import nothing.
struct NoImports;

impl Importer for NoImports {
    fn resolve(&mut self, _: &str, path: &str) -> Result<String, String> {
        Err(format!("{path}: golden files import nothing"))
    }

    fn load(&mut self, _: &mut Names, path: &str) -> Result<Parsed, String> {
        Err(format!("{path}: golden files import nothing"))
    }
}

impl Analyser for Escape {
    fn identity(&self) -> Identity {
        Identity::default()
    }

    fn analyse(&self, name: &str, text: &str) -> Result<Answer, String> {
        let (mut names, mut sources, mut ast) =
            (Names::default(), Sources::default(), Ast::default());
        let file = sources.add(name, text.len()).map_err(|_| format!("{name}: too long"))?;
        let faults = parse(text.as_bytes(), file, &mut sources, &mut names, &mut ast);
        if let Some(refused) = refused(&sources, &faults) {
            return Ok(refused);
        }
        let package = ast.files.first().map(|file| file.package.name);
        let parsed = Parsed { name: package.ok_or("no file")?, ast, version: MINOR };
        let sizes = Sizes::of("amd64").ok_or("no machine")?;
        let mut program = Program::new(names, sizes, Box::new(NoImports));
        let package = program.add_package("p", parsed);
        program.check_package(package);
        if let Some(refused) = refused(&sources, program.faults()) {
            return Ok(refused);
        }
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

/// What is answered about a file with faults: the first of them, with its place.
fn refused(sources: &Sources, faults: &Faults) -> Option<Answer> {
    let fault = faults.list().first()?;
    let says = match sources.place(fault.pos) {
        Some(place) => format!("{place}: {fault}"),
        None => fault.to_string(),
    };
    let ended = Some("it does not compile".into());
    Some(Answer { told: Vec::new(), other: vec![says], ended })
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
