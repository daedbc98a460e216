//! A package of the library, from its folder to types, with all that it imports.

#![expect(clippy::print_stdout, reason = "a test that needs Go says so where there is none")]

#[expect(dead_code, reason = "only where Go is, is wanted here")]
mod listed;

use reference_escape::ast::ExprKind;
use reference_escape::check::{Mode, Program};
use reference_escape::import::Imports;
use reference_escape::names::Names;
use reference_escape::package::{Loader, Options};
use reference_escape::source::Sources;
use reference_escape::types::Sizes;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

#[test]
fn a_package_is_checked_with_what_it_imports() {
    let Some(go) = listed::go() else {
        println!("skipped: there is no Go here");
        return;
    };
    let root = std::process::Command::new(&go)
        .args(["env", "GOROOT"])
        .env("GOTOOLCHAIN", "local")
        .output()
        .expect("go runs");
    let root = PathBuf::from(String::from_utf8_lossy(&root.stdout).trim());
    let options = Options { goroot: Some(root.clone()), ..Options::default() };
    for folder in ["encoding/json", "net/http", "go/types"] {
        let start = root.join("src").join(folder);
        let loader = Loader::new(&start, &options).expect("a place of work");
        let package = loader.folder(&start).expect("a package");
        let sources: Rc<RefCell<Sources>> = Rc::default();
        let mut imports = Imports::new(loader, Rc::clone(&sources));
        let mut names = Names::default();
        let (parsed, faults) = imports.parse(&mut names, &package);
        assert!(faults.is_empty());
        let sizes = Sizes::of("amd64").expect("known");
        let mut program = Program::new(names, sizes, Box::new(imports));
        let id = program.add_package(&package.path, parsed);
        program.check_package(id);
        let told: Vec<String> =
            program.faults().list().iter().map(|fault| fault.told(&sources.borrow())).collect();
        assert_eq!(told, Vec::<String>::new(), "{folder}");
        let info = program.info(id);
        let ast = program.ast(id);
        let mut calls = ast.expr_ids().filter(|id| matches!(ast[*id].kind, ExprKind::Call { .. }));
        assert!(calls.all(|call| info.expr(call).mode != Mode::Invalid), "{folder}");
    }
}
