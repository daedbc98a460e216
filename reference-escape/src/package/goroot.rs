//! The Go installation: where it is and which release.

use super::error::{PackageError, PackageErrorKind};
use super::go_mod::minor_version;
use super::select;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

/// A Go installation, whose source tree is the standard library.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goroot {
    /// Its folder.
    pub folder: PathBuf,
    /// Its release, as `1.27`'s minor number; `None` of a version that is no release.
    pub minor: Option<u32>,
    /// Its release as it tells it: `go1.27.3`.
    pub release: String,
    /// Where there is no source tree: the packages that it would have.
    packages: Option<Rc<BTreeSet<String>>>,
}

impl Goroot {
    /// The installation in `given`, else in the folder that the variable `GOROOT` names, else the one that `go`
    /// on the `PATH` belongs to.
    ///
    /// # Errors
    /// Where none of them has a source tree.
    pub fn find(given: Option<&Path>) -> Result<Goroot, PackageError> {
        if let Some(folder) = given {
            return Goroot::at(folder);
        }
        if let Some(folder) = std::env::var_os("GOROOT").filter(|folder| !folder.is_empty()) {
            return Goroot::at(Path::new(&folder));
        }
        let told = ask_go().ok_or_else(|| {
            let message = "no Go installation: neither an option nor GOROOT names one, \
                           and no `go` on the PATH tells of one";
            PackageError::new(PackageErrorKind::NoGoroot, message)
        })?;
        Goroot::at(&told)
    }

    /// The installation in `folder`.
    ///
    /// # Errors
    /// Where it has no source tree.
    pub fn at(folder: &Path) -> Result<Goroot, PackageError> {
        if !folder.join("src/runtime").is_dir() {
            let message = format!("{}: no Go installation", folder.display());
            return Err(PackageError::new(PackageErrorKind::NoGoroot, message)
                .looked(vec![folder.join("src/runtime")]));
        }
        let version = select::read(&folder.join("VERSION")).unwrap_or_default();
        let version = String::from_utf8_lossy(&version);
        let release = version.lines().next().unwrap_or_default().trim().to_owned();
        Ok(Goroot { folder: folder.to_owned(), minor: minor_of(&release), release, packages: None })
    }

    /// The installation whose source tree `folder` lies in, which is absolute, if it lies in one.
    pub(super) fn around(folder: &Path) -> Option<Goroot> {
        let sources = folder.ancestors().filter(|folder| folder.ends_with("src"));
        let mut roots = sources.filter_map(Path::parent);
        let root = roots.find(|root| root.join("VERSION").is_file())?;
        Goroot::at(root).ok()
    }

    /// An installation that is known by its packages only. Its folder is called `$GOROOT`, as in what the compiler
    /// writes for other machines.
    pub fn listed(release: &str, packages: BTreeSet<String>) -> Goroot {
        let (folder, packages) = (PathBuf::from("$GOROOT"), Some(Rc::new(packages)));
        Goroot { folder, minor: minor_of(release), release: release.to_owned(), packages }
    }

    /// Whether it has no source tree.
    pub fn is_listed(&self) -> bool {
        self.packages.is_some()
    }

    /// Whether it has the package `path`.
    pub(super) fn has(&self, path: &str) -> bool {
        match &self.packages {
            Some(packages) => packages.contains(path),
            None => select::has_go_files(&self.src().join(path)),
        }
    }

    /// Where the standard library is.
    pub fn src(&self) -> PathBuf {
        self.folder.join("src")
    }
}

/// The minor number of a release.
fn minor_of(release: &str) -> Option<u32> {
    release.strip_prefix("go").and_then(minor_version)
}

/// Asks the `go` command. It may be a script, so where it lies says nothing.
fn ask_go() -> Option<PathBuf> {
    let output = Command::new("go").args(["env", "GOROOT"]).env("GOTOOLCHAIN", "local").output();
    let text = String::from_utf8(output.ok()?.stdout).ok()?;
    Some(PathBuf::from(text.trim())).filter(|folder| !folder.as_os_str().is_empty())
}
