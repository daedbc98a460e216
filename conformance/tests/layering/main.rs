//! The map of the house is true: ARCHITECTURE.md against the sources, docs/dependencies.md against
//! the root Cargo.toml.

mod map;
mod source;

use map::{Map, Sources};
use source::Source;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The sources in `folder` and below it, by their path below `src`.
fn read(src: &Path, folder: &Path, sources: &mut Sources) {
    for entry in fs::read_dir(folder).expect("a folder of the sources can be read") {
        let path = entry.expect("an entry of it too").path();
        if path.is_dir() {
            read(src, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(src).expect("it is below").to_string_lossy();
            let text = fs::read_to_string(&path).expect("a source is text");
            sources.insert(below.clone().into_owned(), Source::new(&below, &text));
        }
    }
}

fn sources_of(folder: &str) -> Sources {
    let src = root().join(folder);
    let mut sources = Sources::new();
    read(&src, &src, &mut sources);
    sources
}

fn judge() -> Sources {
    sources_of("conformance/src")
}

/// A map, and the sources that it is of.
const MAPS: [(&str, &str); 3] = [
    ("ARCHITECTURE.md", "conformance/src"),
    ("reference-alloc/ARCHITECTURE.md", "reference-alloc/src"),
    ("reference-escape/ARCHITECTURE.md", "reference-escape/src"),
];

#[test]
fn the_maps_of_the_house_are_true() {
    for (map, folder) in MAPS {
        let lib = text(&format!("{folder}/lib.rs"));
        let found = Map::read(&text(map)).disagreements(&sources_of(folder), &lib);
        assert!(found.is_empty(), "{map} and the sources disagree:\n{}", found.join("\n"));
    }
}

/// The names in the first column of a table.
fn first_column(text: &str) -> Vec<&str> {
    let cell = |line: &'_ str| line.strip_prefix("| `").is_some();
    text.lines().filter(|line| cell(line)).filter_map(|line| line.split('`').nth(1)).collect()
}

/// The names that `[workspace.dependencies]` pins from elsewhere.
fn dependencies(manifest: &str) -> Vec<&str> {
    manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.contains("path ="))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .collect()
}

/// What one list has and the other lacks, and what one has twice.
fn differences(documented: &[&str], pinned: &[&str]) -> Vec<String> {
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
    let (have, want) = (set(documented), set(pinned));
    let mut found: Vec<String> =
        want.difference(&have).map(|name| format!("{name} has no reason")).collect();
    found.extend(have.difference(&want).map(|name| format!("{name} is no dependency")));
    if have.len() != documented.len() {
        found.push("a name stands twice".to_owned());
    }
    found
}

#[test]
fn every_dependency_has_a_reason() {
    let (reasons, manifest) = (text("docs/dependencies.md"), text("Cargo.toml"));
    let pinned = dependencies(&manifest);
    assert!(pinned.len() > 10, "only {pinned:?} were found in Cargo.toml");
    let found = differences(&first_column(&reasons), &pinned);
    assert!(found.is_empty(), "docs/dependencies.md: {}", found.join(", "));
}

#[test]
fn a_dependency_without_a_reason_is_named() {
    let manifest =
        "[workspace.dependencies]\nours = { path = \"x\" }\na = \"1\"\nb = \"2\"\n[x]\nc = 1\n";
    let reasons = "| crate |\n|---|\n| `b` | why |\n| `d` | why |\n| `d` | why |\n";
    assert_eq!(
        differences(&first_column(reasons), &dependencies(manifest)),
        ["a has no reason", "d is no dependency", "a name stands twice"]
    );
}

/// The map may be edited; these must hold whatever it says.
#[test]
fn rooms_that_must_not_know_targets_do_not() {
    let sources = judge();
    let forbidden = [
        ("model", &["target", "mutant", "facts", "rule", "spec", "trace"][..]),
        ("facts", &["target", "mutant"]),
        ("spec", &["target", "mutant", "check", "report"]),
        ("rule", &["target", "mutant", "op", "observe"]),
        ("report", &["target", "mutant", "check", "driver"]),
        ("expect", &["target", "mutant", "check", "driver"]),
        ("mutant", &["spec", "rule", "court", "run", "hunt", "check", "report"]),
        ("target", &["spec", "rule", "court", "facts", "model", "check", "report"]),
    ];
    for (room, never) in forbidden {
        let files = sources.iter().filter(|(_, source)| source.room() == Some(room));
        let mut count = 0;
        for (path, source) in files {
            count += 1;
            for import in source.imports() {
                assert!(!never.contains(&import.as_str()), "src/{path} imports `{import}`");
            }
        }
        assert!(count > 0, "there is no room `{room}`");
    }
}

#[test]
fn the_command_line_is_imported_by_nobody() {
    for (path, source) in judge() {
        assert!(!source.imports().contains("cli"), "src/{path} imports `cli`");
    }
}
