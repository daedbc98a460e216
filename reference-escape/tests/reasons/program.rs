//! Programs of one file that import nothing, with all that is known of them.

use reference_escape::alone::{self, Alone};
use reference_escape::analyze::{Analysis, Verdicts};
use reference_escape::report::{Excerpts, Folder, Query, Report, tree, why};
use reference_escape::source::Sources;
use std::path::Path;

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
    let read = alone::read(file, text.as_bytes()).unwrap_or_else(|refused| panic!("{refused}"));
    let Alone { sources, mut program, package } = read;
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
