//! One file that is a package of its own and imports nothing but `unsafe`: the shortest way from a text to verdicts.

use crate::ast::Ast;
use crate::check::{Importer, Parsed, Program};
use crate::fault::{FaultKind, Faults};
use crate::names::Names;
use crate::package::Platform;
use crate::parse::parse;
use crate::source::{Pos, Sources};
use crate::types::{PackageId, Sizes};
use std::fmt;

/// The path of the package.
const PATH: &str = "p";

/// A file that compiles.
pub struct Alone {
    /// Where its lines are.
    pub sources: Sources,
    /// It, and what it is made of.
    pub program: Program,
    /// Its package.
    pub package: PackageId,
}

/// A file that does not, and why.
#[derive(Debug)]
pub struct Refused {
    /// Where its lines are.
    pub sources: Sources,
    /// What is wrong: at least one thing.
    pub faults: Faults,
}

/// All that is wrong, a line each.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.faults.list().iter().enumerate() {
            let between = if at > 0 { "\n" } else { "" };
            write!(f, "{between}{}", fault.told(&self.sources))?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

/// Parses and checks `text`, which is all of the file `path`, for linux/amd64. Its language is the newest, if it
/// asks for no older one.
///
/// # Errors
/// [`Refused`] where it does not compile.
pub fn read(path: &str, text: &[u8]) -> Result<Alone, Refused> {
    let (mut names, mut sources, mut ast) = (Names::default(), Sources::default(), Ast::default());
    let file = match sources.add(path, text.len()) {
        Ok(file) => file,
        Err(too_large) => return Err(refused(sources, &too_large.to_string())),
    };
    let faults = parse(text, file, &mut sources, &mut names, &mut ast);
    if !faults.is_empty() {
        return Err(Refused { sources, faults });
    }
    let Platform { goarch, minor, .. } = Platform::default();
    let Some(sizes) = Sizes::of(&goarch) else {
        return Err(refused(sources, "the sizes of the platform are not known"));
    };
    let name = ast.files[0].package.name;
    let mut program = Program::new(names, sizes, Box::new(Nothing));
    let package = program.add_package(PATH, Parsed { name, ast, version: minor });
    program.check_package(package);
    if !program.faults().is_empty() {
        return Err(Refused { sources, faults: program.faults().clone() });
    }
    Ok(Alone { sources, program, package })
}

fn refused(sources: Sources, why: &str) -> Refused {
    let mut faults = Faults::default();
    faults.push(Pos::NONE, FaultKind::Limit, why);
    Refused { sources, faults }
}

/// No package can be imported.
struct Nothing;

impl Importer for Nothing {
    fn resolve(&mut self, _: &str, path: &str) -> Result<String, String> {
        Err(format!("{path}: a file by itself imports nothing"))
    }

    fn load(&mut self, _: &mut Names, path: &str) -> Result<Parsed, String> {
        Err(format!("{path}: a file by itself imports nothing"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        read("a.go", text.as_bytes()).err().expect("a refusal").to_string()
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert_eq!(said("package p\n\nvar x int = \"\"\n").lines().count(), 1);
        assert!(said("package p\n\nvar x int = \"\"\n").starts_with("a.go:3:"));
        assert!(said("package p\n\nfunc f( {\n").starts_with("a.go:3:9: syntax error: "));
        assert!(said("").starts_with("a.go:1:1: syntax error: "));
    }

    #[test]
    fn what_it_imports_is_not_there() {
        assert!(said("package p\n\nimport _ \"fmt\"\n").contains("imports nothing"));
        assert!(read("a.go", b"package p\n\nimport _ \"unsafe\"\n").is_ok());
    }
}
