//! Packages as `go list` names them: a loader for tests.

use reference_escape::ast::Ast;
use reference_escape::check::{Importer, Parsed};
use reference_escape::names::{Name, Names};
use reference_escape::parse::parse;
use reference_escape::source::Sources;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

/// The Go command, if there is one: `GO` in the environment, or `go` on the path.
pub(crate) fn go() -> Option<PathBuf> {
    let go = std::env::var_os("GO").map_or_else(|| PathBuf::from("go"), PathBuf::from);
    let version = Command::new(&go).arg("version").env("GOTOOLCHAIN", "local").output().ok()?;
    version.status.success().then_some(go)
}

/// The machine that packages are for: `ORACLE_GOARCH` in the environment, or amd64.
pub(crate) fn arch() -> String {
    std::env::var("ORACLE_GOARCH").unwrap_or_else(|_| "amd64".to_owned())
}

/// What `go list -deps` prints of `patterns`: path, directory, files and import map of each package.
pub(crate) fn list(go: &Path, patterns: &[&str]) -> String {
    const FORMAT: &str = "{{.ImportPath}}\t{{.Dir}}\t{{join .GoFiles \" \"}}\t\
        {{range $k,$v := .ImportMap}}{{$k}}={{$v}};{{end}}";
    let output = Command::new(go)
        .args(["list", "-deps", "-pgo=off", "-f", FORMAT])
        .args(std::env::var_os("ORACLE_TESTS").map(|_| "-test"))
        .args(patterns)
        .envs([
            ("GOTOOLCHAIN", "local"),
            ("CGO_ENABLED", "0"),
            ("GOARCH", arch().as_str()),
            ("GOOS", "linux"),
        ])
        .output()
        .expect("go list runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("paths are UTF-8")
}

/// A package of a list.
#[derive(Debug)]
struct Listed {
    dir: PathBuf,
    files: Vec<String>,
    imports: HashMap<String, String>,
}

/// Loads packages of a list.
#[derive(Debug)]
pub(crate) struct Loader {
    packages: HashMap<String, Listed>,
    /// The positions of all files that were loaded.
    pub sources: Rc<RefCell<Sources>>,
    /// How many lines were loaded.
    pub lines: Rc<RefCell<usize>>,
}

impl Loader {
    pub(crate) fn new(list: &str) -> Loader {
        let mut packages = HashMap::new();
        for line in list.lines() {
            let mut parts = line.split('\t');
            let mut part = || parts.next().unwrap_or_default();
            let (path, dir, files, imports) = (part(), part(), part(), part());
            let listed = Listed {
                dir: PathBuf::from(dir),
                files: files.split_whitespace().map(str::to_owned).collect(),
                imports: imports
                    .split(';')
                    .filter_map(|pair| pair.split_once('='))
                    .map(|(from, to)| (from.to_owned(), to.to_owned()))
                    .collect(),
            };
            packages.insert(path.to_owned(), listed);
        }
        Loader { packages, sources: Rc::default(), lines: Rc::default() }
    }
}

impl Importer for Loader {
    fn resolve(&mut self, from: &str, path: &str) -> Result<String, String> {
        let mapped = self.packages.get(from).and_then(|listed| listed.imports.get(path));
        Ok(mapped.map_or(path, String::as_str).to_owned())
    }

    fn load(&mut self, names: &mut Names, path: &str) -> Result<Parsed, String> {
        let listed = self.packages.get(path).ok_or_else(|| format!("{path} is not listed"))?;
        let mut ast = Ast::default();
        let mut sources = self.sources.borrow_mut();
        for file in &listed.files {
            let full = listed.dir.join(file);
            let text = std::fs::read(&full).map_err(|error| error.to_string())?;
            *self.lines.borrow_mut() += text.split(|byte| *byte == b'\n').count() - 1;
            let shown = full.to_string_lossy();
            let id = sources.add(&shown, text.len()).map_err(|error| error.to_string())?;
            let faults = parse(&text, id, &mut sources, names, &mut ast);
            if let Some(first) = faults.list().first() {
                return Err(first.told(&sources));
            }
        }
        let name = ast.files.first().map_or(Name::EMPTY, |file| file.package.name);
        Ok(Parsed { name, ast, version: 27 })
    }
}
