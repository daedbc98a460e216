//! The lines of one package.

use super::arguments::Arguments;
use crate::analyze::{Analysis, Told};
use crate::cache::{Cached, Store};
use crate::check::Program;
use crate::fault::Faults;
use crate::import::Imports;
use crate::names::Names;
use crate::package::{COMMAND_LINE, Loader, Options, Package, minor_version};
use crate::source::{Place, Pos, Sources};
use crate::standard::Embedded;
use crate::types::Sizes;
use crate::worst::worst_lines;
use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Writes the lines of the package that is named.
pub(super) fn tell(arguments: &Arguments) -> Result<(), String> {
    let mut options = Options::from_env();
    if let Some(goroot) = &arguments.goroot {
        options.goroot = Some(goroot.clone());
    }
    if let Some(gopath) = &arguments.gopath {
        options.mod_cache = Some(gopath.join("pkg/mod"));
    }
    let named = &arguments.named;
    let folder = if named[0].is_dir() { named[0].clone() } else { parent(&named[0]) };
    let embedded = Embedded::for_platform(&options.platform).unwrap_or_default();
    options.fallback = embedded.as_ref().map(Embedded::goroot);
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
    let store = match &arguments.cache {
        _ if arguments.no_cache => None,
        Some(folder) => Some(Store::at(folder)),
        None => Store::usual(),
    };
    told(&loader, Cached::new(embedded, store), &package, &folder, sizes, arguments.assume_escapes)
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

fn told(
    loader: &Loader,
    summaries: Cached,
    package: &Package,
    folder: &Path,
    sizes: Sizes,
    assume_escapes: bool,
) -> Result<(), String> {
    let sources = Rc::new(RefCell::new(Sources::default()));
    let known = Rc::default();
    let remembered = summaries.remembered();
    let mut imports = Imports::new(loader.clone(), Rc::clone(&sources))
        .with(Box::new(summaries), Rc::clone(&known));
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
        if assume_escapes && let Some(unknown) = shown.unknown(&sources.borrow(), program.faults())
        {
            // Who does not read it gets the same answer.
            let _ = write!(std::io::stderr(), "{unknown}");
            shown.write(&sources.borrow(), &worst_lines(&program.ast(id), &program.names));
            return Ok(());
        }
        return Err(shown.faults(&sources.borrow(), program.faults()));
    }
    let mut analysis = Analysis::knowing(known);
    let verdicts = analysis.package(&mut program, id);
    shown.write(&sources.borrow(), &verdicts.lines);
    remembered.keep(loader, &mut program, &mut analysis, &sources);
    Ok(())
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

    fn write(&self, sources: &Sources, lines: &[Told]) {
        let lines = lines.iter().map(|line| self.line(sources, line) + "\n");
        let text: String = lines.collect();
        // A closed pipe is no failure of ours.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    /// A note on the imports that were not found, if there are any.
    fn unknown(&self, sources: &Sources, faults: &Faults) -> Option<String> {
        let list = faults.list().iter();
        let unknown = list.filter(|fault| fault.message.starts_with("could not import "));
        let notes = unknown.map(|fault| {
            let place = self.place(sources, fault.pos);
            let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
            format!("{place}note: {fault}; all of this package is assumed to escape\n")
        });
        let note: String = notes.collect();
        (!note.is_empty()).then_some(note)
    }

    fn faults(&self, sources: &Sources, faults: &Faults) -> String {
        let told = faults.list().iter().map(|fault| match self.place(sources, fault.pos) {
            Some(place) => format!("{place}: {fault}"),
            None => fault.to_string(),
        });
        told.collect::<Vec<String>>().join("\n")
    }
}
