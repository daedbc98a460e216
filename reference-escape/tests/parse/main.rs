//! Trees of tiny programs, with the positions that the compiler gives them, and what it says of wrong ones.

mod branches;
mod decls;
mod directives;
mod errors;
mod exprs;
mod generics;
mod limits;
mod stmts;
mod tree;

use reference_escape::ast::Ast;
use reference_escape::fault::Faults;
use reference_escape::names::Names;
use reference_escape::parse::parse;
use reference_escape::source::Sources;
use tree::Printer;

/// A file that was parsed.
struct Parsed {
    sources: Sources,
    names: Names,
    ast: Ast,
    faults: Faults,
}

impl Parsed {
    fn of(text: &[u8]) -> Parsed {
        let (mut sources, mut names, mut ast) =
            (Sources::default(), Names::default(), Ast::default());
        let file = sources.add("p.go", text.len()).expect("a small text");
        let faults = parse(text, file, &mut sources, &mut names, &mut ast);
        Parsed { sources, names, ast, faults }
    }

    /// The tree as text.
    fn tree(&self) -> String {
        let printer = Printer { ast: &self.ast, names: &self.names, sources: &self.sources };
        printer.file(&self.ast.files[0])
    }

    /// What is wrong, `line:column: message`.
    fn told(&self) -> Vec<String> {
        let told = self.faults.list().iter().map(|fault| fault.told(&self.sources));
        told.map(|told| told.trim_start_matches("p.go:").to_owned()).collect()
    }
}

/// The declarations of a file whose second line is `text`, a line each. `@7` is the seventh column of that line.
#[track_caller]
fn decls(text: &str) -> Vec<String> {
    let tree = right(&format!("package p\n{text}"));
    let lines = tree.lines().filter(|line| line.starts_with('('));
    lines.map(str::to_owned).collect()
}

/// The tree of the expression `text`, which stands at `@1`.
#[track_caller]
fn expr(text: &str) -> String {
    let tree = right(&format!("package p;var _ =\n{text}"));
    let value = tree.lines().find_map(|line| line.strip_prefix("(var@1:15 _@1:15 _ "));
    value.and_then(|value| value.strip_suffix(')')).expect("a variable").to_owned()
}

/// The tree of the statements `text`, which stand at `@1`.
#[track_caller]
fn stmt(text: &str) -> String {
    let tree = right(&format!("package p;func f() {{\n{text}\n}}"));
    let (_, body) = tree.split_once(" {@1:20 ").expect("a body");
    let (stmts, _) = body.rsplit_once(" }@").expect("its end");
    stmts.to_owned()
}

/// The tree of a file without faults.
#[track_caller]
fn right(text: &str) -> String {
    let parsed = Parsed::of(text.as_bytes());
    assert_eq!(parsed.told(), Vec::<String>::new());
    parsed.tree().replace("@2:", "@")
}

/// What is wrong with a file of `text`.
fn told(text: &str) -> Vec<String> {
    Parsed::of(text.as_bytes()).told()
}
