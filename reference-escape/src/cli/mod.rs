//! The command: what it is asked, and what it answers.

mod arguments;

use crate::analyze::{Analysis, Told};
use crate::check::Program;
use crate::imports::SourceImporter;
use crate::names::Names;
use crate::package::{COMMAND_LINE, Loader, Options, Package, minor_version};
use crate::source::Sources;
use crate::types::Sizes;
use arguments::{Arguments, Asked};
use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The status of a run that did what it was asked.
pub const DONE: u8 = 0;
/// The status where the source does not compile.
pub const NOT_GO: u8 = 1;
/// The status where the question is none.
pub const USAGE: u8 = 2;
/// The status where the program itself failed.
pub const BROKEN: u8 = 3;

/// Does what the arguments say; returns the status.
pub fn run(arguments: &[String]) -> u8 {
    let asked = match arguments::parse(arguments) {
        Ok(asked) => asked,
        Err(message) => {
            return refuse(&format!("goescape: {message}\n\n{}", arguments::USAGE), USAGE);
        }
    };
    match asked {
        Asked::Help => {
            // A closed pipe is no failure of ours.
            let _ = std::io::stdout().write_all(arguments::HELP.as_bytes());
            DONE
        }
        Asked::Lines(arguments) => match lines(&arguments) {
            Ok(text) => {
                let _ = std::io::stdout().write_all(text.as_bytes());
                DONE
            }
            Err(message) => refuse(&message, NOT_GO),
        },
    }
}

fn refuse(message: &str, status: u8) -> u8 {
    let _ = writeln!(std::io::stderr(), "{}", message.trim_end());
    status
}

/// The lines of the package that is named.
fn lines(arguments: &Arguments) -> Result<String, String> {
    let mut options = Options::from_env();
    if let Some(goroot) = &arguments.goroot {
        options.goroot = Some(goroot.clone());
    }
    if let Some(gopath) = &arguments.gopath {
        options.mod_cache = Some(gopath.join("pkg/mod"));
    }
    let named = &arguments.named;
    let folder = if named[0].is_dir() { named[0].clone() } else { parent(&named[0]) };
    let loader = Loader::new(&folder, &options).map_err(|error| error.to_string())?;
    let mut package = load(&loader, named)?;
    if let Some(path) = &arguments.path {
        package.path.clone_from(path);
    }
    if let Some(version) = &arguments.version {
        let unknown = || format!("{version}: no version of the language");
        package.minor = minor_version(version.trim_start_matches("go")).ok_or_else(unknown)?;
    }
    let arch = options.platform.goarch.clone();
    let sizes = Sizes::of(&arch).ok_or_else(|| format!("{arch}: no machine that is known"))?;
    told(loader, &package, &folder, sizes)
}

fn load(loader: &Loader, named: &[PathBuf]) -> Result<Package, String> {
    let package = match named {
        [single] if single.is_dir() => loader.folder(single),
        files => loader.files(files).map(|mut package| {
            if package.path == COMMAND_LINE {
                COMMAND_LINE.clone_into(&mut package.path);
            }
            package
        }),
    };
    package.map_err(|error| error.to_string())
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A line as the compiler writes it, which keeps columns in eight bits and tells of none that does not fit.
fn told_line(sources: &Sources, line: &Told) -> String {
    match sources.place(line.pos) {
        Some(mut place) => {
            if place.column >= 255 {
                place.column = 0;
            }
            format!("{place}: {}", line.text)
        }
        None => line.text.clone(),
    }
}

fn told(loader: Loader, package: &Package, folder: &Path, sizes: Sizes) -> Result<String, String> {
    let sources = Rc::new(RefCell::new(Sources::default()));
    let mut importer = SourceImporter::new(loader, Rc::clone(&sources));
    let mut names = Names::default();
    let shown = |path: &Path| match path.file_name() {
        Some(name) => folder.join(name).display().to_string(),
        None => path.display().to_string(),
    };
    let parsed = importer.parse(&mut names, package, &shown)?;
    let mut program = Program::new(names, sizes, Box::new(importer));
    let id = program.add_package(&package.path, parsed);
    program.check_package(id);
    if !program.faults().is_empty() {
        let sources = sources.borrow();
        let told: Vec<String> =
            program.faults().list().iter().map(|fault| fault.told(&sources)).collect();
        return Err(told.join("\n"));
    }
    let verdicts = Analysis::default().package(&mut program, id);
    let sources = sources.borrow();
    let mut text = String::new();
    for line in &verdicts.lines {
        text.push_str(&told_line(&sources, line));
        text.push('\n');
    }
    Ok(text)
}
