//! Go source from any bytes, through the whole analyser.

use crate::escape_source::tree;
use reference_escape::analyze::Analysis;
use reference_escape::check::{Importer, Parsed, Program};
use reference_escape::names::Names;
use reference_escape::source::Sources;
use reference_escape::types::Sizes;

/// Reads `data` as the one file of a package that imports nothing. What parses is checked; what checks is
/// analysed, twice.
///
/// # Panics
/// If a fault says nothing, or a second analysis says something else.
pub fn escape_types(data: &[u8]) {
    let first = lines(data);
    assert_eq!(first, lines(data), "the same text, the same lines");
}

/// The lines of the package; `None` if it does not compile.
fn lines(data: &[u8]) -> Option<Vec<String>> {
    let (mut sources, mut names) = (Sources::default(), Names::default());
    let (ast, faults) = tree(data, &mut sources, &mut names);
    if !faults.is_empty() {
        return None;
    }
    let name = ast.files.first()?.package.name;
    let sizes = Sizes::of("amd64").expect("a machine that is known");
    let mut program = Program::new(names, sizes, Box::new(Nothing));
    let id = program.add_package("fuzz", Parsed { name, ast, version: 27 });
    program.check_package(id);
    for fault in program.faults().list() {
        assert!(!fault.told(&sources).trim().is_empty());
    }
    if !program.faults().is_empty() {
        return None;
    }
    let verdicts = Analysis::default().package(&mut program, id);
    let told = verdicts.lines.iter().map(|line| {
        assert!(!line.text.is_empty());
        let place = sources.place(line.pos).map(|place| place.to_string());
        format!("{}: {}", place.unwrap_or_default(), line.text)
    });
    Some(told.collect())
}

/// No package can be imported.
struct Nothing;

impl Importer for Nothing {
    fn resolve(&mut self, _: &str, path: &str) -> Result<String, String> {
        Err(format!("there is no package {path}"))
    }

    fn load(&mut self, _: &mut Names, path: &str) -> Result<Parsed, String> {
        Err(format!("there is no package {path}"))
    }
}
