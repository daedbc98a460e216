//! What the compiler prints. It is asked once for each unit and way of asking; its answers are kept in a folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;

/// How packages are compiled and compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ways {
    /// Whether imports are compiled without inlining.
    plain: bool,
    /// Whether explanations are compared, too.
    reasons: bool,
    /// Whether packages are compiled together with the tests that belong to them.
    tests: bool,
}

impl Ways {
    /// As the environment says.
    pub(crate) fn told() -> Self {
        let is = |name: &str, value: &str| std::env::var_os(name).is_some_and(|it| it == *value);
        Self {
            plain: is("IMPORTS", "plain"),
            reasons: is("REASONS", "told"),
            tests: is("TESTS", "with"),
        }
    }

    /// The option that asks both sides for their lines.
    pub(crate) fn level(self) -> &'static str {
        if self.reasons { "-m=2" } else { "-m" }
    }

    /// The folder of answers to questions that are asked like this.
    fn folder(self) -> String {
        let kind = if self.plain { "plain" } else { "inlined" };
        let reasons = if self.reasons { "-reasons" } else { "" };
        let tests = if self.tests { "-tests" } else { "" };
        let arch = std::env::var("GOARCH").map_or(String::new(), |arch| format!("-{arch}"));
        format!("{kind}{reasons}{tests}{arch}")
    }
}

/// What is compared at a time: a package, or a package in a file of its own.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// As it was asked for.
    pub(crate) name: String,
    /// The import path.
    pub(crate) path: String,
    /// Its folder, or its files.
    pub(crate) sources: Vec<PathBuf>,
    is_file: bool,
}

/// What the compiler says of a unit.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Lines(String),
    /// It does not compile.
    Rejected,
}

/// A Go installation, and the folder in which its answers are kept.
pub(crate) struct Oracle {
    pub(crate) goroot: PathBuf,
    kept: PathBuf,
    ways: Ways,
}

impl Oracle {
    /// That of `go`, or of `GO` in the environment.
    pub(crate) fn new(kept: &Path, ways: Ways) -> Outcome<Self> {
        let go = std::env::var_os("GO").unwrap_or_else(|| "go".into());
        let output = Command::new(go).args(["env", "GOROOT"]).output()?;
        let goroot = PathBuf::from(String::from_utf8(output.stdout)?.trim());
        let kept = kept.join(ways.folder());
        std::fs::create_dir_all(&kept)?;
        Ok(Self { goroot, kept, ways })
    }

    fn go(&self) -> Command {
        let mut go = Command::new(self.goroot.join("bin/go"));
        go.envs([("GOTOOLCHAIN", "local"), ("CGO_ENABLED", "0")]);
        go
    }

    /// The units that are named: files by their paths, packages as `go list` takes them.
    pub(crate) fn units(&self, names: &[String]) -> Outcome<Vec<Unit>> {
        let (files, packages): (Vec<&String>, Vec<&String>) =
            names.iter().partition(|name| Path::new(name).extension().is_some_and(|it| it == "go"));
        let file = |name: &String| Unit {
            name: name.rsplit("/testdata/").next().unwrap_or(name).to_owned(),
            path: "main".to_owned(),
            sources: vec![name.into()],
            is_file: true,
        };
        let mut units = if packages.is_empty() { Vec::new() } else { self.packages(&packages)? };
        units.extend(files.into_iter().map(file));
        Ok(units)
    }

    fn packages(&self, names: &[&String]) -> Outcome<Vec<Unit>> {
        let form =
            "{{.ImportPath}}\t{{.Dir}}\t{{join .GoFiles \" \"}}\t{{join .TestGoFiles \" \"}}";
        let output = self.go().args(["list", "-f", form]).args(names).output()?;
        let listed = String::from_utf8(output.stdout)?;
        let units: Vec<Unit> = listed.lines().filter_map(|line| self.package(line)).collect();
        if units.is_empty() || !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(units)
    }

    /// A package that has what is asked for: code, and tests if these are.
    fn package(&self, listed: &str) -> Option<Unit> {
        let mut fields = listed.split('\t');
        let (path, folder) = (fields.next()?, PathBuf::from(fields.next()?));
        let (code, tests) = (fields.next()?, fields.next()?);
        if code.is_empty() || self.ways.tests && tests.is_empty() {
            return None;
        }
        let files = code.split(' ').chain(tests.split(' ')).map(|file| folder.join(file));
        let sources = if self.ways.tests { files.collect() } else { vec![folder] };
        Some(Unit { name: path.to_owned(), path: path.to_owned(), sources, is_file: false })
    }

    /// What the compiler says.
    pub(crate) fn ask(&self, unit: &Unit) -> Outcome<Answer> {
        let kept = self.kept.join(unit.name.replace('/', "_"));
        if let Ok(text) = std::fs::read_to_string(&kept) {
            return Ok(Answer::Lines(text));
        }
        let output = if unit.is_file { self.compile(unit)? } else { self.build(unit)? };
        if !output.status.success() {
            return Ok(Answer::Rejected);
        }
        // A compiler that is run by itself answers on its standard output, one that is run by `go` on the other.
        let said = if unit.is_file { output.stdout } else { output.stderr };
        let mut text = String::from_utf8_lossy(&said).into_owned();
        if self.ways.tests {
            text = of_tested(&text, &unit.path);
        }
        std::fs::write(kept, &text)?;
        Ok(Answer::Lines(text))
    }

    /// A package is compiled by `go list`: like `go build`, but nothing is linked, and nothing is written.
    fn build(&self, unit: &Unit) -> Outcome<std::process::Output> {
        let mut go = self.go();
        go.args(["list", "-export", "-f", ""]);
        go.args(self.ways.tests.then_some("-test"));
        go.args(self.ways.plain.then_some("-gcflags=all=-l"));
        go.arg(format!("-gcflags={}={} -l", unit.path, self.ways.level())).arg(&unit.path);
        Ok(go.output()?)
    }

    /// A file is given to the compiler as it is. It may import what the standard library has.
    fn compile(&self, unit: &Unit) -> Outcome<std::process::Output> {
        let imports = self.imports()?;
        let object = self.kept.join("object");
        let output = self
            .go()
            .args(["tool", "compile", self.ways.level(), "-l", "-p", &unit.path, "-importcfg"])
            .args([imports, "-o".into(), object.clone().into()])
            .args(&unit.sources)
            .output()?;
        // None is left where the file does not compile.
        let _ = std::fs::remove_file(object);
        Ok(output)
    }

    /// A list of where the compiled packages of the standard library are.
    fn imports(&self) -> Outcome<OsString> {
        let list = self.kept.join("imports");
        if !list.exists() {
            let form = "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}";
            let plain = self.ways.plain.then_some("-gcflags=all=-l");
            let output =
                self.go().args(["list", "-export", "-f", form]).args(plain).arg("std").output()?;
            std::fs::write(&list, output.stdout)?;
        }
        Ok(list.into())
    }
}

/// Of what is printed of a package and its tests, that which is of the package with the tests inside it.
fn of_tested(text: &str, path: &str) -> String {
    let head = format!("# {path} [{path}.test]");
    let lines = text.lines().skip_while(|line| *line != head).skip(1);
    lines.take_while(|line| !line.starts_with("# ")).flat_map(|line| [line, "\n"]).collect()
}
