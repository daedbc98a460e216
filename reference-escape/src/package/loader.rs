//! The loader.

use super::error::{PackageError, PackageErrorKind};
use super::goroot::Goroot;
use super::modules::Modules;
use super::platform::Platform;
use super::resolve::{Found, Home};
use super::select::{self, LeftOut, Selection, SourceFile};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The path of a package that is a list of files.
pub const COMMAND_LINE: &str = "command-line-arguments";

/// Where things are, and what for.
#[derive(Clone, Default, Debug)]
pub struct Options {
    /// The Go installation; where there is none, it is looked for.
    pub goroot: Option<PathBuf>,
    /// Where modules are kept that have been downloaded.
    pub mod_cache: Option<PathBuf>,
    /// What the build is for.
    pub platform: Platform,
    /// The Go installation to assume where none is found.
    pub fallback: Option<Goroot>,
}

impl Options {
    /// What the variables say that `go` reads: `GOROOT`, `GOMODCACHE`, `GOPATH`, `GOOS`, `GOARCH` and
    /// `GOEXPERIMENT`.
    pub fn from_env() -> Options {
        let text = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mut platform = Platform::default();
        platform.goos = text("GOOS").unwrap_or(platform.goos);
        platform.goarch = text("GOARCH").unwrap_or(platform.goarch);
        platform.experiments = text("GOEXPERIMENT").unwrap_or_default();
        let go_path = || match text("GOPATH") {
            Some(folders) => std::env::split_paths(&folders).next(),
            None => Some(Path::new(&text("HOME")?).join("go")),
        };
        let cache = text("GOMODCACHE").map(PathBuf::from);
        let mod_cache = cache.or_else(|| Some(go_path()?.join("pkg/mod")));
        let goroot = text("GOROOT").map(PathBuf::from);
        Options { goroot, mod_cache, platform, fallback: None }
    }
}

/// A package: its files, and how its imports are meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Package {
    /// Its import path.
    pub path: String,
    /// The name behind `package`.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The language version of its files, where they ask for no other: a minor number.
    pub minor: u32,
    /// What it is a part of.
    pub home: Home,
    /// Its files, in the order of their names.
    pub files: Vec<SourceFile>,
    /// Whether functions may have their bodies in assembly.
    pub has_assembly: bool,
}

/// Loads packages.
#[derive(Clone, Debug)]
pub struct Loader {
    /// What the build is for.
    pub platform: Platform,
    /// The Go installation.
    pub goroot: Goroot,
    /// The modules that are used at the place of work; none in the standard library, and outside of all.
    pub modules: Option<Modules>,
    /// Where modules are kept that have been downloaded.
    pub mod_cache: Option<PathBuf>,
    /// The place of work.
    pub(super) start: PathBuf,
    /// What import paths were found to mean: most packages are imported more than once.
    pub(super) found: RefCell<BTreeMap<(Home, String), Found>>,
}

impl Loader {
    /// A loader for work in the folder `start`. Where no Go installation is named and none is found, it is the one
    /// that the folder belongs to, and else [`Options::fallback`].
    ///
    /// # Errors
    /// Where no Go installation is found, or the modules at `start` cannot be understood.
    pub fn new(start: &Path, options: &Options) -> Result<Loader, PackageError> {
        let start = absolute(start)?;
        let goroot = match Goroot::find(options.goroot.as_deref()) {
            Err(error)
                if error.kind == PackageErrorKind::NoGoroot && error.looked_in.is_empty() =>
            {
                Goroot::around(&start).or_else(|| options.fallback.clone()).ok_or(error)?
            }
            found => found?,
        };
        let mut platform = options.platform.clone();
        platform.minor = goroot.minor.unwrap_or(platform.minor);
        let cache = options.mod_cache.as_deref();
        let standard = !goroot.is_listed() && start.starts_with(absolute(&goroot.src())?);
        let modules = if standard { None } else { Modules::around(&start, cache)? };
        if let Some(modules) = &modules
            && modules.main.minor > platform.minor
        {
            let (wanted, known) = (modules.main.minor, platform.minor);
            let file = modules.main.folder.join("go.mod");
            let message =
                format!("{}: asks for Go 1.{wanted}, and this is 1.{known}", file.display());
            return Err(PackageError::new(PackageErrorKind::TooNew, message));
        }
        let (mod_cache, found) = (options.mod_cache.clone(), RefCell::default());
        Ok(Loader { platform, goroot, modules, mod_cache, start, found })
    }

    /// The package in `folder`.
    ///
    /// # Errors
    /// Where it is in no module, or has no package.
    pub fn folder(&self, folder: &Path) -> Result<Package, PackageError> {
        let found = self.locate(&absolute(folder)?)?;
        self.load(&found)
    }

    /// The package that an import path was resolved to.
    ///
    /// # Errors
    /// Where there is no package in its folder.
    pub fn load(&self, found: &Found) -> Result<Package, PackageError> {
        let selection = select::select_code(&found.folder, &self.platform)?;
        if selection.go.is_empty() {
            return Err(nothing_built(&found.folder, &self.select(&found.folder)?));
        }
        package(found, selection.go, selection.has_assembly)
    }

    /// The package that `files` are, all of one folder.
    ///
    /// # Errors
    /// Where one of them cannot be read, or they are no package.
    pub fn files(&self, files: &[PathBuf]) -> Result<Package, PackageError> {
        let mut read = Vec::new();
        for file in files {
            read.push(select::named_file(&absolute(file)?)?);
        }
        let Some(folder) = read.first().and_then(|file| file.path.parent()) else {
            let message = "no files are named";
            return Err(PackageError::new(PackageErrorKind::NoGoFiles, message));
        };
        if let Some(other) = read.iter().find(|file| file.path.parent() != Some(folder)) {
            let message = format!("{}: is not in {}", other.path.display(), folder.display());
            return Err(PackageError::new(PackageErrorKind::SeveralPackages, message));
        }
        let mut found = self.locate(folder).unwrap_or_else(|_| Found {
            path: String::new(),
            folder: folder.to_owned(),
            minor: self.platform.minor,
            home: Home::Nowhere,
        });
        COMMAND_LINE.clone_into(&mut found.path);
        package(&found, read, false)
    }

    /// The files of `folder`, by what they are for.
    ///
    /// # Errors
    /// Where one of them cannot be read, or has a malformed constraint.
    pub fn select(&self, folder: &Path) -> Result<Selection, PackageError> {
        select::select(folder, &self.platform)
    }
}

/// Files as a package, all with one name.
fn package(
    found: &Found,
    files: Vec<SourceFile>,
    has_assembly: bool,
) -> Result<Package, PackageError> {
    let mut name: Option<(&str, &str)> = None;
    for file in &files {
        // A file without a package clause is the parser's to tell of.
        let Some(own) = file.header.package.as_deref() else { continue };
        let (first, first_file) = *name.get_or_insert((own, &file.name));
        if first != own {
            let folder = found.folder.display();
            let message = format!(
                "found packages {first} ({first_file}) and {own} ({}) in {folder}",
                file.name
            );
            return Err(PackageError::new(PackageErrorKind::SeveralPackages, message));
        }
    }
    let name = name.map_or(String::new(), |(name, _)| name.to_owned());
    Ok(Package {
        path: found.path.clone(),
        name,
        folder: found.folder.clone(),
        minor: found.minor,
        home: found.home,
        files,
        has_assembly,
    })
}

fn nothing_built(folder: &Path, selection: &Selection) -> PackageError {
    let folder = folder.display();
    let cgo = selection.left_out.iter().any(|(_, why)| *why == LeftOut::Cgo);
    let tests = !selection.test.is_empty() || !selection.external_test.is_empty();
    let message = match (cgo, tests, selection.left_out.is_empty()) {
        (true, ..) => {
            format!("{folder}: all that is built imports \"C\", and cgo is not supported")
        }
        (_, true, _) => format!("{folder}: no Go files but tests"),
        (_, _, false) => format!("{folder}: build constraints exclude all Go files"),
        _ => format!("{folder}: no Go files"),
    };
    let kind = if cgo { PackageErrorKind::Cgo } else { PackageErrorKind::NoGoFiles };
    PackageError::new(kind, message)
}

/// The path from the root, with all links followed.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, PackageError> {
    path.canonicalize().map_err(|error| select::unreadable(path, &error))
}
