//! The summary of the standard library that is part of the crate says what the library's source says.
//!
//! With `SUMMARY_ALL` in the environment all packages are compared, not only some.

#![expect(clippy::print_stdout, reason = "a test that needs Go says so where there is none")]

use reference_escape::analyze::Analysis;
use reference_escape::check::Program;
use reference_escape::import::{Imports, Summaries};
use reference_escape::leaks::Leaks;
use reference_escape::make::summarise;
use reference_escape::names::Names;
use reference_escape::package::{Found, Goroot, Home, Loader, Options, Platform};
use reference_escape::source::Sources;
use reference_escape::stub::{Text, stub};
use reference_escape::summary::{Archive, Corrupt, Edition, PackageSummary, STANDARD};
use reference_escape::types::{ObjectId, Sizes};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Trees nest deep, and walks over them follow.
const STACK: usize = 1 << 30;

/// Packages that are compared if not all are.
const SOME: [&str; 14] = [
    "bufio",
    "cmp",
    "encoding/json",
    "errors",
    "fmt",
    "io/fs",
    "maps",
    "math/rand/v2",
    "net/url",
    "os",
    "slices",
    "strings",
    "sync/atomic",
    "text/template",
];

/// Runs `test` with the Go installation that the embedded summary is of, and with a deep stack.
fn with_go(test: fn(Goroot)) {
    let release = Archive::decode(STANDARD).expect("it is whole").edition.release;
    match Goroot::find(None) {
        Ok(goroot) if goroot.release == release => {
            let run = std::thread::Builder::new().stack_size(STACK).spawn(move || {
                test(Goroot::find(None).expect("it was there a moment ago"));
            });
            run.expect("a thread").join().expect("no panic");
        }
        _ => println!("skipped: no {release} is found"),
    }
}

fn compared() -> Vec<String> {
    if std::env::var_os("SUMMARY_ALL").is_none() {
        return SOME.map(str::to_owned).to_vec();
    }
    let archive = Archive::decode(STANDARD).expect("it is whole");
    let public = |path: &&str| !path.contains("internal") && !path.starts_with("vendor/");
    archive.paths().filter(public).map(str::to_owned).collect()
}

#[test]
fn the_embedded_summary_is_what_the_source_gives_and_is_given_twice() {
    with_go(|goroot| {
        let made = summarise(goroot.clone(), &Platform::default()).expect("the library compiles");
        assert!(
            made == STANDARD,
            "it is out of date: goescape summary -o reference-escape/data/std.summary"
        );
        let again = summarise(goroot, &Platform::default()).expect("the library compiles");
        assert!(made == again, "it is never twice the same");
    });
}

#[test]
fn the_embedded_summary_is_small() {
    assert!(STANDARD.len() < 512 << 10, "{} bytes", STANDARD.len());
}

/// Imports from the embedded summary, wherever there is source.
struct Forced(Archive<'static>);

impl Summaries for Forced {
    fn summary(&mut self, _: &Loader, found: &Found) -> Result<Option<PackageSummary>, String> {
        if found.home != Home::Std {
            return Ok(None);
        }
        self.0.package(&found.path).map_err(|error| error.to_string())
    }
}

/// The lines of a package of the library, with their places.
fn lines(goroot: &Goroot, path: &str, summaries: Option<Box<dyn Summaries>>) -> Vec<String> {
    let goroot = Some(goroot.folder.clone());
    let options = Options { goroot, ..Options::default() };
    let folder = options.goroot.as_ref().expect("a folder").join("src").join(path);
    let loader = Loader::new(&folder, &options).expect("a loader");
    let package = loader.folder(&folder).expect("a package");
    let sources = Rc::new(RefCell::new(Sources::default()));
    let known = Rc::default();
    let mut imports = Imports::new(loader, Rc::clone(&sources));
    if let Some(summaries) = summaries {
        imports = imports.with(summaries, Rc::clone(&known));
    }
    let mut names = Names::default();
    let (parsed, faults) = imports.parse(&mut names, &package);
    assert!(faults.is_empty(), "{path}");
    let sizes = Sizes::of("amd64").expect("a machine");
    let mut program = Program::new(names, sizes, Box::new(imports));
    let id = program.add_package(path, parsed);
    program.check_package(id);
    let verdicts = Analysis::default().knowing(known).package(&mut program, id);
    let sources = sources.borrow();
    let faults = program.faults().list().iter().map(|fault| fault.told(&sources));
    let faults: Vec<String> = faults.collect();
    assert!(faults.is_empty(), "{path}: {faults:?}");
    let place = |pos| sources.place(pos).map(|place| place.to_string()).unwrap_or_default();
    verdicts.lines.iter().map(|line| format!("{}: {}", place(line.pos), line.text)).collect()
}

#[test]
fn lines_are_the_same_whether_imports_are_summaries_or_source() {
    with_go(|goroot| {
        let mut differences = Vec::new();
        for path in compared() {
            let archive = Archive::decode(STANDARD).expect("it is whole");
            let from_summary = lines(&goroot, &path, Some(Box::new(Forced(archive))));
            let from_source = lines(&goroot, &path, None);
            let differs = |these: &[String], those: &[String], which: &str| -> Vec<String> {
                let only = these.iter().filter(|line| !those.contains(line));
                only.take(3).map(|line| format!("{path}, only with {which}: {line}")).collect()
            };
            differences.extend(differs(&from_summary, &from_source, "summaries"));
            differences.extend(differs(&from_source, &from_summary, "source"));
            if from_summary != from_source {
                let (summary, source) = (from_summary.len(), from_source.len());
                differences
                    .push(format!("{path}: {summary} lines of summaries, {source} of source"));
            }
        }
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    });
}

/// The tags of the functions in a package's stub, found by a run that looks at nothing else.
fn tags_from_source(goroot: &Goroot, path: &str) -> Vec<Option<Box<[Leaks]>>> {
    let options = Options { goroot: Some(goroot.folder.clone()), ..Options::default() };
    let loader = Loader::new(&goroot.src(), &options).expect("a loader");
    let found = loader.find(Home::Std, path).expect("a package");
    let package = loader.load(&found).expect("a package");
    let sources = Rc::new(RefCell::new(Sources::default()));
    let imports = Imports::new(loader, Rc::clone(&sources));
    let sizes = Sizes::of("amd64").expect("a machine");
    let mut program = Program::new(Names::default(), sizes, Box::new(imports));
    let id = program.import(path).expect("a package");
    let files = package.files.iter().map(|file| Text { name: &file.name, text: &file.text });
    let files: Vec<Text<'_>> = files.collect();
    let made = stub(&files, &program.ast(id), &program.names, &sources.borrow()).expect("a stub");
    let members = program.members(id).to_vec();
    let declared = |decl| {
        let is_it = |object: &&ObjectId| program.declaration_node(**object) == Some((id, decl));
        *members.iter().find(is_it).expect("it is declared")
    };
    let objects: Vec<ObjectId> = made.functions.into_iter().map(declared).collect();
    let tags = Analysis::default().tags(&mut program, &objects);
    tags.into_iter().map(|tags| tags.map(|tags| tags.params.clone())).collect()
}

#[test]
fn import_tags_equal_source_tags() {
    with_go(|goroot| {
        let archive = Archive::decode(STANDARD).expect("it is whole");
        for path in compared() {
            let summary = archive.package(&path).expect("it is whole").expect("it is there");
            assert!(summary.tags == tags_from_source(&goroot, &path), "{path}");
        }
    });
}

#[test]
fn no_prefix_of_the_archive_and_no_other_byte_is_taken_for_it() {
    for len in (0..STANDARD.len()).step_by(997) {
        let Ok(archive) = Archive::decode(&STANDARD[..len]) else { continue };
        let corrupt = archive.paths().filter(|path| archive.package(path).is_err()).count();
        assert!(corrupt > 0, "{len} bytes");
    }
    for at in (0..STANDARD.len()).step_by(9973) {
        let mut bytes = STANDARD.to_vec();
        bytes[at] ^= 0x10;
        let Ok(archive) = Archive::decode(&bytes) else { continue };
        let corrupt = archive.paths().filter(|path| archive.package(path) == Err(Corrupt));
        assert_eq!(corrupt.count(), 1, "byte {at}");
    }
}

#[test]
fn an_archive_of_nothing_comes_back() {
    let bytes = Archive::encode(&Edition::default(), &BTreeMap::new());
    let archive = Archive::decode(&bytes).expect("it is whole");
    assert_eq!(archive.paths().count(), 0);
    assert_eq!(archive.package("fmt"), Ok(None));
}
