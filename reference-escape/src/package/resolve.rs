//! Import paths to folders, and folders to import paths.

use super::error::{PackageError, PackageErrorKind};
use super::header::Import;
use super::loader::{COMMAND_LINE, Loader, Package};
use super::select::{SourceFile, has_go_files};
use std::path::{Path, PathBuf};

/// What a package is a part of, which decides what its imports mean.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Home {
    /// The standard library.
    Std,
    /// Go's own commands.
    Cmd,
    /// A module.
    Module,
    /// Nothing: files that a person named.
    Nowhere,
}

/// A package that is somewhere, not yet loaded.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Found {
    /// Its import path; of a copy in the standard library, with `vendor/` before it.
    pub path: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The language version of its files: a minor number.
    pub minor: u32,
    /// What it is a part of.
    pub home: Home,
}

/// What an import means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Resolved {
    /// `unsafe`, which has no files.
    Unsafe,
    /// A package.
    Package(Found),
}

impl Loader {
    /// What `import`, which stands in `file` of `importer`, means.
    ///
    /// # Errors
    /// Where no such package is known, or it may not be imported there; with the place of the import.
    pub fn resolve(
        &self,
        importer: &Package,
        file: &SourceFile,
        import: &Import,
    ) -> Result<Resolved, PackageError> {
        let path = import.path.as_str();
        let resolved = match path {
            "unsafe" => return Ok(Resolved::Unsafe),
            "C" => {
                let message = "import \"C\": cgo is not supported";
                Err(PackageError::new(PackageErrorKind::Cgo, message))
            }
            _ if !is_path(path) => {
                let message = format!("import {path:?}: no import path of a package");
                Err(PackageError::new(PackageErrorKind::UnknownImport, message))
            }
            _ => self.find(importer.home, path).and_then(|found| allowed(importer, found)),
        };
        match resolved {
            Ok(found) => Ok(Resolved::Package(found)),
            Err(error) => Err(error.at(file.place(import.offset))),
        }
    }

    /// The package that `path` means in a package of `home`.
    ///
    /// # Errors
    /// Where there is none, with the folders that were looked in.
    pub fn find(&self, home: Home, path: &str) -> Result<Found, PackageError> {
        let key = (home, path.to_owned());
        if let Some(found) = self.found.borrow().get(&key) {
            return Ok(found.clone());
        }
        let found = self.look_for(home, path)?;
        self.found.borrow_mut().insert(key, found.clone());
        Ok(found)
    }

    fn look_for(&self, importer: Home, path: &str) -> Result<Found, PackageError> {
        let mut looked_in = Vec::new();
        let copy = match importer {
            Home::Std => Some((format!("vendor/{path}"), Home::Std)),
            Home::Cmd => Some((format!("cmd/vendor/{path}"), Home::Cmd)),
            Home::Module | Home::Nowhere => None,
        };
        let own_home = if is_under(path, "cmd") { Home::Cmd } else { Home::Std };
        let standard = [(path.to_owned(), own_home)].into_iter().filter(|_| !has_dot(path));
        for (path, home) in copy.into_iter().filter(|_| has_dot(path)).chain(standard) {
            let folder = self.goroot.src().join(&path);
            // What the library itself imports is there: only a broken one is found out later.
            let is_sure = importer == Home::Std && !self.goroot.is_listed();
            if is_sure || self.goroot.has(&path) {
                return Ok(Found { path, folder, minor: self.platform.minor, home });
            }
            looked_in.push(folder);
        }
        if matches!(importer, Home::Module | Home::Nowhere)
            && let Some(found) = self.find_in_modules(path, &mut looked_in)
        {
            return Ok(found);
        }
        let message = format!("no package {path:?} is known");
        Err(PackageError::new(PackageErrorKind::UnknownImport, message).looked(looked_in))
    }

    fn find_in_modules(&self, path: &str, looked_in: &mut Vec<PathBuf>) -> Option<Found> {
        let modules = self.modules.as_ref()?;
        let own = is_under(path, &modules.main.path);
        if let (Some(vendor), false) = (&modules.vendor, own) {
            let (folder, minor) = vendor.package(path);
            if has_go_files(&folder) {
                return Some(Found { path: path.to_owned(), folder, minor, home: Home::Module });
            }
            looked_in.push(folder);
            return None;
        }
        for module in modules.candidates(path) {
            let inside = path[module.path.len()..].trim_start_matches('/');
            let folder = module.folder.join(inside);
            if has_go_files(&folder) {
                let (path, minor) = (path.to_owned(), module.minor);
                return Some(Found { path, folder, minor, home: Home::Module });
            }
            looked_in.push(folder);
        }
        None
    }

    /// The package that is in `folder`, which is a path from the root.
    pub(super) fn locate(&self, folder: &Path) -> Result<Found, PackageError> {
        let src = self.goroot.src();
        let src = src.canonicalize().unwrap_or(src);
        if let Some(path) = inside(folder, &src) {
            let home = if is_under(&path, "cmd") { Home::Cmd } else { Home::Std };
            let (folder, minor) = (folder.to_owned(), self.platform.minor);
            return Ok(Found { path, folder, minor, home });
        }
        if let Some(modules) = &self.modules {
            let main = &modules.main;
            if let Some(rest) = inside(folder, &main.folder) {
                let slash = if rest.is_empty() { "" } else { "/" };
                let path = format!("{}{slash}{rest}", main.path);
                let (folder, minor) = (folder.to_owned(), main.minor);
                return Ok(Found { path, folder, minor, home: Home::Module });
            }
        }
        let message = format!("{}: no go.mod there or above", folder.display());
        Err(PackageError::new(PackageErrorKind::NoModule, message)
            .looked(folder.ancestors().map(Path::to_owned).collect()))
    }
}

/// `folder` from `root` on, with slashes.
fn inside(folder: &Path, root: &Path) -> Option<String> {
    let rest = folder.strip_prefix(root).ok()?;
    let steps: Vec<_> = rest.components().map(|step| step.as_os_str().to_string_lossy()).collect();
    Some(steps.join("/"))
}

/// What is internal may be imported from below the folder that has it.
fn allowed(importer: &Package, found: Found) -> Result<Found, PackageError> {
    let Some(owner) = owner_of_internal(&found.path) else { return Ok(found) };
    let standard = |home| matches!(home, Home::Std | Home::Cmd);
    let by_path = standard(found.home) == standard(importer.home)
        && importer.path != COMMAND_LINE
        && is_under(&importer.path, owner);
    let above = found.path[owner.len()..].trim_start_matches('/').split('/').count();
    let owner_folder = found.folder.ancestors().nth(above);
    let by_folder = owner_folder.is_some_and(|owner| importer.folder.starts_with(owner));
    if by_path || by_folder {
        return Ok(found);
    }
    let message = format!("use of internal package {} is not allowed", found.path);
    Err(PackageError::new(PackageErrorKind::Internal, message))
}

/// The part of `path` before its last `internal`.
fn owner_of_internal(path: &str) -> Option<&str> {
    if path == "internal" {
        return Some("");
    }
    if let Some(owner) = path.strip_suffix("/internal") {
        return Some(owner);
    }
    match path.rfind("/internal/") {
        Some(at) => Some(&path[..at]),
        None => path.starts_with("internal/").then_some(""),
    }
}

/// Whether `path` is `above` or below it.
fn is_under(path: &str, above: &str) -> bool {
    let rest = path.strip_prefix(above);
    above.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the first step has a dot: then no part of the standard library is meant.
fn has_dot(path: &str) -> bool {
    path.split('/').next().is_some_and(|first| first.contains('.'))
}

/// Whether `path` may be that of a package: steps that lead down, and nothing that means something to a system.
fn is_path(path: &str) -> bool {
    let step = |step: &str| !matches!(step, "" | "." | "..") && !step.contains(['\\', '\0', ':']);
    path.split('/').all(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_packages_belong_to_what_is_before_the_word() {
        assert_eq!(owner_of_internal("a/internal/b"), Some("a"));
        assert_eq!(owner_of_internal("a/internal"), Some("a"));
        assert_eq!(owner_of_internal("internal/abi"), Some(""));
        assert_eq!(owner_of_internal("a/internals/b"), None);
        assert_eq!(owner_of_internal("a/internal/b/internal/c"), Some("a/internal/b"));
    }

    #[test]
    fn a_path_leads_down_only() {
        assert!(is_path("a.b/c-d/e"));
        assert!(!["", "/a", "a/", "../a", "a/../b", "./a", "c:/a"].into_iter().any(is_path));
    }

    #[test]
    fn below_means_whole_steps() {
        assert!(is_under("a/b", "a") && is_under("a", "a") && is_under("x", ""));
        assert!(!is_under("ab", "a") && !is_under("a", "a/b"));
    }
}
