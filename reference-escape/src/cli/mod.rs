//! The command: what it is asked, and what it answers.

mod arguments;

use crate::analyze::{Analysis, Told};
use crate::check::Program;
use crate::fault::Faults;
use crate::import::Imports;
use crate::names::Names;
use crate::package::{COMMAND_LINE, Loader, Options, Package, minor_version};
use crate::source::{Place, Pos, Sources};
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

fn told(loader: Loader, package: &Package, folder: &Path, sizes: Sizes) -> Result<String, String> {
    let sources = Rc::new(RefCell::new(Sources::default()));
    let mut imports = Imports::new(loader, Rc::clone(&sources));
    let mut names = Names::default();
    let (parsed, faults) = imports.parse(&mut names, package);
    let shown = Shown { real: package.folder.display().to_string(), given: folder };
    if !faults.is_empty() {
        return Err(shown.faults(&sources.borrow(), &faults));
    }
    let mut program = Program::new(names, sizes, Box::new(imports));
    let id = program.add_package(&package.path, parsed);
    program.check_package(id);
    if !program.faults().is_empty() {
        return Err(shown.faults(&sources.borrow(), program.faults()));
    }
    let verdicts = Analysis::default().package(&mut program, id);
    // Bodies of imports are looked at on the way. What was found wrong there may have made a claim a guess.
    if !program.faults().is_empty() {
        return Err(shown.faults(&sources.borrow(), program.faults()));
    }
    let sources = sources.borrow();
    let mut text = String::new();
    for line in &verdicts.lines {
        text.push_str(&shown.line(&sources, line));
        text.push('\n');
    }
    Ok(text)
}

/// How files are called in answers: as in the question, not by their full paths.
struct Shown<'a> {
    /// The package's folder.
    real: String,
    /// The same, as it was given.
    given: &'a Path,
}

impl Shown<'_> {
    fn place(&self, sources: &Sources, pos: Pos) -> Option<Place> {
        let mut place = sources.place(pos)?;
        let inside = place.file.strip_prefix(&self.real).and_then(|rest| rest.strip_prefix('/'));
        if let Some(name) = inside {
            place.file = self.given.join(name).display().to_string();
        }
        Some(place)
    }

    /// A line as the compiler writes it, which keeps columns in eight bits and tells of none that does not fit.
    fn line(&self, sources: &Sources, line: &Told) -> String {
        match self.place(sources, line.pos) {
            Some(mut place) => {
                if place.column >= 255 {
                    place.column = 0;
                }
                format!("{place}: {}", line.text)
            }
            None => line.text.clone(),
        }
    }

    fn faults(&self, sources: &Sources, faults: &Faults) -> String {
        let told = faults.list().iter().map(|fault| match self.place(sources, fault.pos) {
            Some(place) => format!("{place}: {fault}"),
            None => fault.to_string(),
        });
        told.collect::<Vec<String>>().join("\n")
    }
}
