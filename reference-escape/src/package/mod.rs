//! Packages: from a folder, files or an import path to texts that a parser can read.
//!
//! A [`Loader`] is made for one place of work and one [`Platform`]. It knows the standard library of a [`Goroot`]
//! and the modules that the place of work uses, as far as they are on this machine: nothing is fetched.
//!
//! 1. A folder or a list of files is loaded: those files that the platform builds, in the order of their names.
//! 2. Each import of a package is resolved to a folder, by the rules of the package that imports: the standard
//!    library first, then copies in `vendor/`, then modules, the longest path first.
//! 3. What was resolved is loaded likewise.

mod error;
mod go_mod;
mod goroot;
mod header;
mod loader;
mod modules;
mod pattern;
mod platform;
mod resolve;
mod select;
mod semver;
mod vendor;

pub use error::{PackageError, PackageErrorKind};
pub use go_mod::{GoMod, Replace, Replacement, Version, minor_version};
pub use goroot::Goroot;
pub use header::{Header, Import};
pub use loader::{COMMAND_LINE, Loader, Options, Package};
pub use modules::{Module, Modules};
pub use platform::Platform;
pub use resolve::{Found, Home, Resolved};
pub use select::{LeftOut, Selection, SourceFile, may_be_built};
pub use vendor::Vendor;
