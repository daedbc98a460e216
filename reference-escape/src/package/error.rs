//! Why a package cannot be loaded.

use crate::source::Place;
use std::fmt;
use std::path::PathBuf;

/// What sort of failure it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PackageErrorKind {
    /// No Go installation was found.
    NoGoroot,
    /// A file or folder cannot be read.
    Unreadable,
    /// A folder has no Go files, or none that this platform builds.
    NoGoFiles,
    /// Files of one folder are of different packages.
    SeveralPackages,
    /// A `go.mod` or `vendor/modules.txt` says what cannot be understood.
    BadModule,
    /// A module asks for a newer Go.
    TooNew,
    /// A folder is in no module.
    NoModule,
    /// No module has the package that is imported.
    UnknownImport,
    /// What is imported is internal to another tree.
    Internal,
    /// `import "C"`.
    Cgo,
    /// A file's constraint or package clause cannot be read.
    BadHeader,
}

/// A failure, and where it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackageError {
    /// Which sort.
    pub kind: PackageErrorKind,
    /// The place in a file that is to blame, if it is one.
    pub place: Option<Box<Place>>,
    /// What a person is told.
    pub message: String,
    /// Where something was looked for in vain.
    pub looked_in: Vec<PathBuf>,
}

impl PackageError {
    pub(super) fn new(kind: PackageErrorKind, message: impl Into<String>) -> PackageError {
        PackageError { kind, place: None, message: message.into(), looked_in: Vec::new() }
    }

    pub(super) fn at(mut self, place: Place) -> PackageError {
        self.place = Some(Box::new(place));
        self
    }

    pub(super) fn looked(mut self, looked_in: Vec<PathBuf>) -> PackageError {
        self.looked_in = looked_in;
        self
    }
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}", self.message)?;
        for folder in &self.looked_in {
            write!(f, "\n\tlooked in {}", folder.display())?;
        }
        Ok(())
    }
}

impl std::error::Error for PackageError {}
