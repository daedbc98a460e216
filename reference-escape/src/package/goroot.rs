//! The Go installation: where it is and which release.

use super::error::{PackageError, PackageErrorKind};
use super::go_mod::minor_version;
use super::select;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Go installation, whose source tree is the standard library.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goroot {
    /// Its folder.
    pub folder: PathBuf,
    /// Its release, as `1.27`'s minor number; `None` of a version that is no release.
    pub minor: Option<u32>,
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
        let first = version.lines().next().unwrap_or_default();
        let minor = first.trim().strip_prefix("go").and_then(minor_version);
        Ok(Goroot { folder: folder.to_owned(), minor })
    }

    /// Where the standard library is.
    pub fn src(&self) -> PathBuf {
        self.folder.join("src")
    }
}

/// Asks the `go` command. It may be a script, so where it lies says nothing.
fn ask_go() -> Option<PathBuf> {
    let output = Command::new("go").args(["env", "GOROOT"]).env("GOTOOLCHAIN", "local").output();
    let text = String::from_utf8(output.ok()?.stdout).ok()?;
    Some(PathBuf::from(text.trim())).filter(|folder| !folder.as_os_str().is_empty())
}
