//! The programs of `testdata/`: each shows something that is said of escape analysis, and says on each line what is
//! told of it, as `// want column: message | column: message`. What is told of no place stands behind `// nowhere:`.

#![expect(clippy::print_stdout, reason = "a test that needs Go says so where there is none")]

use reference_escape::alone::{self, Alone};
use reference_escape::analyze::Analysis;
use std::path::{Path, PathBuf};
use std::process::Command;

fn programs() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut programs: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).expect("a text"))
        })
        .collect();
    programs.sort();
    programs
}

/// What a program says is told of it.
fn wanted(text: &str) -> Vec<String> {
    let mut wanted = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if let Some(message) = line.strip_prefix("// nowhere: ") {
            wanted.push(message.to_owned());
        }
        if let Some((_, list)) = line.split_once("// want ") {
            wanted.extend(list.split(" | ").map(|told| format!("{}:{told}", at + 1)));
        }
    }
    wanted.sort();
    wanted
}

/// What is told of a program.
fn told(name: &str, text: &str) -> Vec<String> {
    let file = alone::read(name, text.as_bytes()).unwrap_or_else(|refused| panic!("{refused}"));
    let Alone { sources, mut program, package } = file;
    let verdicts = Analysis::default().package(&mut program, package);
    let mut told: Vec<String> = verdicts
        .lines
        .iter()
        .map(|line| match sources.line_and_column(line.pos) {
            Some((at, column)) => format!("{at}:{column}: {}", line.text),
            None => line.text.clone(),
        })
        .collect();
    told.sort();
    told
}

#[test]
fn each_program_is_told_what_it_says() {
    let mut wrong = Vec::new();
    for (name, text) in programs() {
        let (wanted, told) = (wanted(&text), told(&name, &text));
        assert!(!wanted.is_empty(), "{name} wants nothing");
        wrong.extend(
            wanted
                .iter()
                .filter(|line| !told.contains(line))
                .map(|line| format!("{name}: - {line}")),
        );
        wrong.extend(
            told.iter()
                .filter(|line| !wanted.contains(line))
                .map(|line| format!("{name}: + {line}")),
        );
        if wanted.len() != told.len() {
            wrong.push(format!("{name}: {} lines wanted, {} told", wanted.len(), told.len()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn two_runs_tell_the_same_in_the_same_order() {
    for (name, text) in programs() {
        assert_eq!(told(&name, &text), told(&name, &text));
    }
}

#[test]
fn a_function_that_nobody_uses_changes_nothing_else() {
    for (name, text) in programs() {
        let more = format!("{text}\nfunc lonely(p *int) *int {{\n\tq := *p\n\treturn &q\n}}\n");
        let lines = text.lines().count();
        let before = told(&name, &text);
        let after: Vec<String> = told(&name, &more)
            .into_iter()
            .filter(|line| {
                let at = line.split(':').next().and_then(|at| at.parse::<usize>().ok());
                at.is_none_or(|at| at <= lines)
            })
            .collect();
        assert_eq!(before, after, "{name}");
    }
}

#[test]
fn the_compiler_tells_what_the_programs_say() {
    let go = std::env::var_os("GO").map_or_else(|| PathBuf::from("go"), PathBuf::from);
    let version = Command::new(&go).arg("version").env("GOTOOLCHAIN", "local").output();
    let Ok(version) = version else {
        println!("skipped: there is no Go here");
        return;
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    if !version.contains("go1.27") {
        println!("skipped: this is {}, and the programs are about go1.27", version.trim());
        return;
    }
    for (name, text) in programs() {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("escape").join(&name);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(&name), &text).expect("a file");
        std::fs::write(folder.join("go.mod"), "module p\n\ngo 1.27\n").expect("a file");
        let output = Command::new(&go)
            .args(["build", "-gcflags=-m -l", "."])
            .current_dir(&folder)
            .envs([("GOTOOLCHAIN", "local"), ("CGO_ENABLED", "0"), ("GOARCH", "amd64")])
            .output()
            .expect("go build runs");
        let lines = String::from_utf8_lossy(&output.stderr).into_owned();
        let prefix = format!("./{name}:");
        let mut told: Vec<String> = lines
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.strip_prefix(&prefix).unwrap_or(line).to_owned())
            .collect();
        told.sort();
        assert_eq!(told, wanted(&text), "{name}");
    }
}
