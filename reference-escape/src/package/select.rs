//! Which files of a folder are a package.

use super::error::{PackageError, PackageErrorKind};
use super::header::{self, Header};
use super::platform::Platform;
use crate::source::Place;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A file of a package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceFile {
    /// Its path.
    pub path: PathBuf,
    /// Its name in its folder.
    pub name: String,
    /// All of it.
    pub text: Vec<u8>,
    /// Its head.
    pub header: Header,
}

impl SourceFile {
    /// The place of an offset.
    pub fn place(&self, offset: u32) -> Place {
        header::place(&self.path.display().to_string(), &self.text, offset)
    }
}

/// Why a file is left out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LeftOut {
    /// Its name or its constraint is for another build.
    Constraint,
    /// It imports `"C"`.
    Cgo,
    /// Its package is `documentation`.
    Documentation,
}

/// The files of a folder, by what they are for; each list in the order of names.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Selection {
    /// The package.
    pub go: Vec<SourceFile>,
    /// Tests inside the package.
    pub test: Vec<SourceFile>,
    /// Tests outside of it.
    pub external_test: Vec<SourceFile>,
    /// Go files that are left out.
    pub left_out: Vec<(String, LeftOut)>,
    /// Whether there is assembly, so that functions may have their bodies there.
    pub has_assembly: bool,
}

/// The largest source file that is read. Offsets would reach further; no one writes one.
const LARGEST_FILE: u64 = 1 << 28;

/// Selects the files of `folder` that `platform` builds.
///
/// # Errors
/// Where the folder or a file cannot be read, or a constraint is malformed.
pub(super) fn select(folder: &Path, platform: &Platform) -> Result<Selection, PackageError> {
    let mut selection = select_from(file_names(folder)?, folder, platform)?;
    selection.tell_tests_apart();
    Ok(selection)
}

/// The same, but no test is read: these are often longer than what they test.
///
/// # Errors
/// As of [`select`].
pub(super) fn select_code(folder: &Path, platform: &Platform) -> Result<Selection, PackageError> {
    let mut names = file_names(folder)?;
    names.retain(|name| !is_test(name));
    select_from(names, folder, platform)
}

fn select_from(
    names: Vec<String>,
    folder: &Path,
    platform: &Platform,
) -> Result<Selection, PackageError> {
    let mut selection = Selection::default();
    for name in names {
        if name.starts_with(['_', '.']) {
            continue;
        }
        let for_us = platform.allows_name(&name);
        match extension(&name) {
            Some("go") => {}
            Some("s") => {
                selection.has_assembly |= for_us;
                continue;
            }
            _ => continue,
        }
        if !for_us {
            selection.left_out.push((name, LeftOut::Constraint));
            continue;
        }
        let path = folder.join(&name);
        let text = read(&path)?;
        if is_built(&path, &text, platform)? {
            let header = header::read(&text);
            selection.add(SourceFile { path, name, text, header });
        } else {
            selection.left_out.push((name, LeftOut::Constraint));
        }
    }
    Ok(selection)
}

/// Whether a file of this name may be part of a package without its tests. What is in the file is not asked.
pub fn may_be_built(name: &str, platform: &Platform) -> bool {
    let is_code = matches!(extension(name), Some("go" | "s"));
    is_code && !is_test(name) && !name.starts_with(['_', '.']) && platform.allows_name(name)
}

fn is_test(name: &str) -> bool {
    name.ends_with("_test.go")
}

/// One file that a person named: its name and its constraint do not matter.
///
/// # Errors
/// Where it cannot be read or imports `"C"`.
pub(super) fn named_file(path: &Path) -> Result<SourceFile, PackageError> {
    let text = read(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let header = header::read(&text);
    let file = SourceFile { path: path.to_owned(), name, text, header };
    if let Some(import) = file.header.imports.iter().find(|import| import.path == "C") {
        let message =
            "import \"C\": cgo is not supported, what C code does with pointers is unknown";
        let place = file.place(import.offset);
        return Err(PackageError::new(PackageErrorKind::Cgo, message).at(place));
    }
    Ok(file)
}

impl Selection {
    fn add(&mut self, file: SourceFile) {
        if file.header.package.as_deref() == Some("documentation") {
            self.left_out.push((file.name, LeftOut::Documentation));
        } else if file.header.imports.iter().any(|import| import.path == "C") {
            self.left_out.push((file.name, LeftOut::Cgo));
        } else if is_test(&file.name) {
            self.test.push(file);
        } else {
            self.go.push(file);
        }
    }

    /// A test is outside if its package's name ends with `_test`, and the package's own does not.
    fn tell_tests_apart(&mut self) {
        let own = self.go.first().and_then(|file| file.header.package.clone());
        let (external, inside) = std::mem::take(&mut self.test).into_iter().partition(|file| {
            let package = file.header.package.as_deref().unwrap_or_default();
            package.ends_with("_test") && own.as_deref() != Some(package)
        });
        self.external_test = external;
        self.test = inside;
    }
}

/// Whether `folder` has a Go file, built or not: then a path that leads there is a package's.
pub(super) fn has_go_files(folder: &Path) -> bool {
    let go = |name: &str| extension(name) == Some("go");
    fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| go(&entry.file_name().to_string_lossy()) && is_file(&entry))
    })
}

fn extension(name: &str) -> Option<&str> {
    Path::new(name).extension()?.to_str()
}

fn file_names(folder: &Path) -> Result<Vec<String>, PackageError> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        if is_file(&entry) {
            names.extend(entry.file_name().into_string());
        }
    }
    names.sort();
    Ok(names)
}

/// Whether an entry is a file; a link counts as what it leads to.
fn is_file(entry: &fs::DirEntry) -> bool {
    entry
        .file_type()
        .is_ok_and(|sort| sort.is_file() || (sort.is_symlink() && entry.path().is_file()))
}

/// All of a file.
///
/// # Errors
/// Where it cannot be read, or is too large.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, PackageError> {
    let because = |error: std::io::Error| unreadable(path, &error);
    let file = fs::File::open(path).map_err(because)?;
    let len = file.metadata().map_err(because)?.len();
    if len > LARGEST_FILE {
        let message =
            format!("{}: has {len} bytes, at most {LARGEST_FILE} are read", path.display());
        return Err(PackageError::new(PackageErrorKind::Unreadable, message));
    }
    let mut text = Vec::with_capacity(len as usize);
    // What has no length before it is read, as a pipe, is cut where it would be too large.
    file.take(LARGEST_FILE).read_to_end(&mut text).map_err(because)?;
    Ok(text)
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> PackageError {
    let message = format!("{}: {error}", path.display());
    PackageError::new(PackageErrorKind::Unreadable, message)
}

fn is_built(path: &Path, text: &[u8], platform: &Platform) -> Result<bool, PackageError> {
    header::is_built(text, &|tag| platform.is_set(tag)).map_err(|fault| {
        let message = format!("{}: //go:build: {fault}", path.display());
        PackageError::new(PackageErrorKind::BadHeader, message)
    })
}
