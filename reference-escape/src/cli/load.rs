//! From what is named to a program that has been checked.

use super::arguments::Arguments;
use crate::cache::{Cached, Remembered, Store};
use crate::check::Program;
use crate::fault::Faults;
use crate::import::Imports;
use crate::known::Known;
use crate::names::Names;
use crate::package::{COMMAND_LINE, Loader, Options, Package, minor_version};
use crate::report::Folder;
use crate::source::Sources;
use crate::standard::Embedded;
use crate::types::{PackageId, Sizes};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A package that has been checked.
pub(super) struct Loaded {
    pub program: Program,
    pub package: PackageId,
    pub path: String,
    pub sources: Rc<RefCell<Sources>>,
    pub folder: Folder,
    /// What summaries say of functions.
    pub known: Rc<RefCell<Known>>,
    /// What no summary was found of.
    pub remembered: Remembered,
    pub loader: Loader,
    /// What a person is told if imports were not found, so that only the worst is known.
    pub unknown: Option<String>,
}

/// Where packages are looked for, and the standard library that stands in where no Go is installed.
pub(super) fn options(arguments: &Arguments) -> (Options, Option<Embedded>) {
    let mut options = Options::from_env();
    if let Some(goroot) = &arguments.goroot {
        options.goroot = Some(goroot.clone());
    }
    if let Some(gopath) = &arguments.gopath {
        options.mod_cache = Some(gopath.join("pkg/mod"));
    }
    let embedded = Embedded::for_platform(&options.platform).unwrap_or_default();
    options.fallback = embedded.as_ref().map(Embedded::goroot);
    (options, embedded)
}

/// Loads and checks the package that is named.
pub(super) fn load(arguments: &Arguments, named: &[PathBuf]) -> Result<Loaded, String> {
    let (options, embedded) = options(arguments);
    let folder = if named[0].is_dir() { named[0].clone() } else { parent(&named[0]) };
    let loader = Loader::new(&folder, &options).map_err(|error| error.to_string())?;
    let mut package = find(&loader, named)?;
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
    let mut checked = check(loader, Cached::new(embedded, store), &package, &folder, sizes)?;
    let faults = checked.program.faults();
    if !faults.is_empty() {
        let note = {
            let sources = checked.sources.borrow();
            let note = unknown(&checked.folder, &sources, faults);
            let note = note.filter(|_| arguments.assume_escapes);
            note.ok_or_else(|| told(&checked.folder, &sources, faults))?
        };
        checked.unknown = Some(note);
    }
    Ok(checked)
}

fn find(loader: &Loader, named: &[PathBuf]) -> Result<Package, String> {
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

/// Checks a package. What is wrong with it is noted in the program, unless it is the syntax.
fn check(
    loader: Loader,
    summaries: Cached,
    package: &Package,
    given: &Path,
    sizes: Sizes,
) -> Result<Loaded, String> {
    let sources = Rc::new(RefCell::new(Sources::default()));
    let known = Rc::default();
    let remembered = summaries.remembered();
    let mut imports = Imports::new(loader.clone(), Rc::clone(&sources))
        .with(Box::new(summaries), Rc::clone(&known));
    let mut names = Names::default();
    let (parsed, faults) = imports.parse(&mut names, package);
    let folder = Folder { real: package.folder.clone(), given: given.to_owned() };
    if !faults.is_empty() {
        return Err(told(&folder, &sources.borrow(), &faults));
    }
    let mut program = Program::new(names, sizes, Box::new(imports));
    let id = program.add_package(&package.path, parsed);
    program.check_package(id);
    let (package, path, unknown) = (id, package.path.clone(), None);
    Ok(Loaded { program, package, path, sources, folder, known, remembered, loader, unknown })
}

/// A note on the imports that were not found, if there are any.
fn unknown(folder: &Folder, sources: &Sources, faults: &Faults) -> Option<String> {
    let list = faults.list().iter();
    let unknown = list.filter(|fault| fault.message.starts_with("could not import "));
    let notes = unknown.map(|fault| {
        let place = folder.place(sources, fault.pos);
        let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
        format!("{place}note: {fault}; all of this package is assumed to escape\n")
    });
    let note: String = notes.collect();
    (!note.is_empty()).then_some(note)
}

/// All faults, a line each, with their files as they were given.
pub(super) fn told(folder: &Folder, sources: &Sources, faults: &Faults) -> String {
    let told = faults.list().iter().map(|fault| match folder.place(sources, fault.pos) {
        Some(place) => format!("{place}: {fault}"),
        None => fault.to_string(),
    });
    told.collect::<Vec<String>>().join("\n")
}
