//! Programs, made by cargo and go while the benchmark starts. What was built before is not built again.

use crate::column::{Column, Role, Source};
use crate::process::Program;
use serde_json::Value;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Compiles without debug information: see the root Cargo.toml.
const PROFILE: &str = "peers";
const PACKAGE: &str = "reference-alloc-peers";

/// The folder for logs and profiles, below cargo's target.
pub(crate) fn scratch() -> Result<PathBuf, String> {
    let own = env::current_exe().map_err(|fault| fault.to_string())?;
    // target/release/deps/alloc-HASH
    let target = own.ancestors().nth(3).ok_or("the benchmark is in no target folder")?;
    let folder = target.join("alloc-bench");
    fs::create_dir_all(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    Ok(folder)
}

/// The program that measures nothing, and knows all rows.
pub(crate) fn floor() -> Result<Program, String> {
    let column = crate::column::wanted(&["floor".to_owned()], &[])?.remove(0);
    program(&column)
}

/// Builds what a column needs; or says why it cannot, and what would help.
pub(crate) fn program(column: &Column) -> Result<Program, String> {
    let started = Instant::now();
    eprint!("building {} ... ", column.name);
    let made = make(column);
    match &made {
        Ok(_) => eprintln!("{} s", started.elapsed().as_secs()),
        Err(_) => eprintln!("failed"),
    }
    made.map_err(|why| if column.hint.is_empty() { why } else { format!("{why}; {}", column.hint) })
}

fn make(column: &Column) -> Result<Program, String> {
    let column = column.clone();
    let mut library = None;
    let file = match &column.source {
        Source::Plain(name) => cargo(&column, &["-p", PACKAGE, "--bin", name], "")?,
        Source::Feature(name) => {
            cargo(&column, &["-p", PACKAGE, "--features", name, "--bin", name], "")?
        }
        Source::Library(path) => {
            library = Some(path.clone());
            cargo(&column, &["-p", PACKAGE, "--bin", "library"], "")?
        }
        Source::OurLibrary(package) => {
            let built = cargo(&column, &["-p", package, "--lib"], ".so")?;
            library = Some(built.display().to_string());
            cargo(&column, &["-p", PACKAGE, "--bin", "library"], "")?
        }
        Source::Go => go()?,
    };
    let program = Program { column, file, library };
    if program.column.role != Role::Go {
        // One pair: a library that cannot be opened, or an allocator that cannot start, is told here.
        program.ask(&["count", "1"])?;
    }
    Ok(program)
}

/// Has cargo build something, and finds the file that it made: a program, or one with this ending.
fn cargo(column: &Column, what: &[&str], ending: &str) -> Result<PathBuf, String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| env!("CARGO").to_owned());
    let mut command = Command::new(cargo);
    command.args(["build", "--profile", PROFILE, "--message-format=json-render-diagnostics"]);
    command.args(what).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.envs(column.build_env.iter().copied());
    let output = command.output().map_err(|fault| format!("cargo: {fault}"))?;
    if !output.status.success() {
        let log = String::from_utf8_lossy(&output.stderr);
        let path = scratch()?.join(format!("{}.log", column.name));
        fs::write(&path, log.as_bytes()).map_err(|fault| format!("{}: {fault}", path.display()))?;
        return Err(format!("it does not build: {} ({})", complaint(&log), path.display()));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    messages.lines().filter_map(|line| artifact(line, ending)).next_back().ok_or_else(|| {
        let wanted = if ending.is_empty() { "program" } else { ending };
        format!("cargo made no {wanted}")
    })
}

/// The file of a message of cargo's, if it is of the kind that is looked for.
fn artifact(line: &str, ending: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    if ending.is_empty() {
        return Some(message["executable"].as_str()?.into());
    }
    let files = message["filenames"].as_array()?;
    files.iter().filter_map(Value::as_str).find(|file| file.ends_with(ending)).map(PathBuf::from)
}

/// The line of a log that tells most: what a build script missed, or the first error.
fn complaint(log: &str) -> &str {
    let with = |word: &str| log.lines().find(|line| line.contains(word));
    let line = with("error occurred in cc-rs")
        .or_else(|| with("failed to execute command"))
        .or_else(|| with("is not installed"))
        .or_else(|| with("error"));
    line.unwrap_or("no reason given").trim()
}

/// Builds the Go program.
fn go() -> Result<PathBuf, String> {
    let go = env::var("GO").unwrap_or_else(|_| "go".to_owned());
    let program = scratch()?.join("go-alloc");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/go");
    let mut command = Command::new(&go);
    command.args(["build", "-o"]).arg(&program).arg(".").current_dir(source);
    // The toolchain that is there, and no other from the network.
    command.envs([("GOTOOLCHAIN", "local"), ("CGO_ENABLED", "0"), ("GOFLAGS", "")]);
    if env::var_os("HOME").is_none() {
        command.env("GOCACHE", scratch()?.join("go-cache"));
    }
    let output = command.output().map_err(|fault| format!("{go}: {fault}"))?;
    if !output.status.success() {
        let log = String::from_utf8_lossy(&output.stderr);
        return Err(format!("it does not build: {}", log.lines().last().unwrap_or("no reason")));
    }
    Ok(program)
}
