//! The lines of one package.

use super::arguments::Arguments;
use crate::analyze::{Analysis, Told};
use crate::cache::{Cached, Store};
use crate::check::Program;
use crate::imports::SourceImporter;
use crate::names::Names;
use crate::package::{COMMAND_LINE, Loader, Options, Package, minor_version};
use crate::source::Sources;
use crate::standard::Embedded;
use crate::types::Sizes;
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
    told(&loader, Cached::new(embedded, store), &package, &folder, sizes)
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

fn told(loader: &Loader, summaries: Cached, package: &Package, folder: &Path, sizes: Sizes) -> Result<(), String> {
    let sources = Rc::new(RefCell::new(Sources::default()));
    let known = Rc::default();
    let remembered = summaries.remembered();
    let mut importer =
        SourceImporter::with(loader.clone(), Rc::clone(&sources), Rc::clone(&known), Box::new(summaries));
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
        return Err(mistakes(&program, &sources.borrow()));
    }
    let mut analysis = Analysis::knowing(known);
    let verdicts = analysis.package(&mut program, id);
    write(&verdicts.lines, &sources.borrow());
    remembered.keep(loader, &mut program, &mut analysis, &sources);
    Ok(())
}

fn mistakes(program: &Program, sources: &Sources) -> String {
    let told: Vec<String> = program.faults().list().iter().map(|fault| fault.told(sources)).collect();
    told.join("\n")
}

fn write(lines: &[Told], sources: &Sources) {
    let mut text = String::new();
    for line in lines {
        text.push_str(&told_line(sources, line));
        text.push('\n');
    }
    // A closed pipe is no failure of ours.
    let _ = std::io::stdout().write_all(text.as_bytes());
}
