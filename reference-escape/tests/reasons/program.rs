//! Programs of one file that import nothing, with all that is known of them.

use reference_escape::analyze::{Analysis, Verdicts};
use reference_escape::ast::Ast;
use reference_escape::check::{Importer, Parsed, Program};
use reference_escape::names::Names;
use reference_escape::parse::parse;
use reference_escape::report::{Excerpts, Folder, Query, Report, tree, why};
use reference_escape::source::Sources;
use reference_escape::types::Sizes;
use std::path::Path;

struct NoImports;

impl Importer for NoImports {
    fn resolve(&mut self, _: &str, path: &str) -> Result<String, String> {
        Err(format!("{path}: nothing is imported here"))
    }

    fn load(&mut self, _: &mut Names, path: &str) -> Result<Parsed, String> {
        Err(format!("{path}: nothing is imported here"))
    }
}

/// A program that was analysed.
pub(crate) struct Analysed {
    file: String,
    text: String,
    sources: Sources,
    verdicts: Verdicts,
    folder: Folder,
}

/// Analyses `text`, which is all of the file `file`.
pub(crate) fn analysed(file: &str, text: &str) -> Analysed {
    let (mut names, mut sources, mut ast) = (Names::default(), Sources::default(), Ast::default());
    let id = sources.add(file, text.len()).expect("small");
    let faults = parse(text.as_bytes(), id, &mut sources, &mut names, &mut ast);
    assert!(faults.is_empty(), "{file}: {faults:?}");
    let parsed = Parsed { name: ast.files[0].package.name, ast, version: 27 };
    let sizes = Sizes::of("amd64").expect("known");
    let mut program = Program::new(names, sizes, Box::new(NoImports));
    let package = program.add_package("p", parsed);
    program.check_package(package);
    assert!(program.faults().is_empty(), "{file}: {:?}", program.faults());
    let verdicts = Analysis::default().with_reasons().package(&mut program, package);
    let (file, text, folder) = (file.to_owned(), text.to_owned(), Folder::default());
    Analysed { file, text, sources, verdicts, folder }
}

impl Analysed {
    pub(crate) fn report(&self) -> Report<'_> {
        let Analysed { sources, verdicts, folder, .. } = self;
        Report { package: "p", verdicts, sources, folder }
    }

    /// Does something with the answers to why what stands on `line` is where it is.
    pub(crate) fn asked<R>(
        &self,
        line: u32,
        print: fn(&Report<'_>, &Excerpts<'_>, &[reference_escape::report::Answer]) -> R,
    ) -> R {
        let query = Query { file: self.file.clone(), line, column: None };
        let read = |path: &str| (path == self.file).then(|| self.text.clone());
        print(&self.report(), &Excerpts::new(&read), &why(&self.report(), &query))
    }

    /// The tree that is drawn for `line`.
    pub(crate) fn tree(&self, line: u32) -> String {
        self.asked(line, tree)
    }
}

/// All programs that say something of reasons: those of this test, and those of `testdata`.
pub(crate) fn programs() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut programs = Vec::new();
    for folder in [root.join("tests/reasons/programs"), root.join("testdata")] {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.extension().is_some_and(|extension| extension == "go") {
                programs.push((name, std::fs::read_to_string(path).expect("a text")));
            }
        }
    }
    programs.sort();
    programs
}
