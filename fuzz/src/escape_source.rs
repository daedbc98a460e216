//! Go source from any bytes: front end alone.

use reference_escape::ast::Ast;
use reference_escape::names::Names;
use reference_escape::parse::parse;
use reference_escape::source::Sources;

/// Reads `data` as a file: a tree, and all that is wrong with it.
///
/// # Panics
/// If a fault lies outside of the file or says nothing, or a node of the tree has no place.
pub fn escape_source(data: &[u8]) {
    let mut sources = Sources::default();
    let mut ast = Ast::default();
    let file = sources.add("fuzz.go", data.len()).expect("an input is small");
    let faults = parse(data, file, &mut sources, &mut Names::default(), &mut ast);
    for fault in faults.list() {
        assert!(!fault.told(&sources).trim().is_empty());
        let (line, _) = sources.line_and_column(fault.pos).expect("a fault has a place");
        let lines = data.split(|byte| *byte == b'\n').count();
        assert!((1..=lines as u32).contains(&line), "{}", fault.told(&sources));
    }
    if faults.is_empty() {
        for expr in ast.exprs() {
            assert!(expr.pos.is_known(), "{expr:?}");
        }
    }
}
