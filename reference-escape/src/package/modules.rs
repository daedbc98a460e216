//! Modules: the one that is worked in, and those that it uses.
//!
//! The main module's `go.mod` names all that its packages need, with versions, if its language version is 1.17
//! or newer. An older one names only some, and the others' files are asked in turn: of each module the highest
//! version that any of them names is used.

use super::error::{PackageError, PackageErrorKind};
use super::go_mod::{GoMod, Replacement, Version};
use super::select;
use super::semver::compare;
use super::vendor::Vendor;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The language version of a module that names none.
pub(super) const UNNAMED_MINOR: u32 = 16;

/// From this version on a `go.mod` names all modules that are needed.
const COMPLETE_SINCE: u32 = 17;

/// From this version on copies in `vendor/` are used where there are some.
const VENDOR_SINCE: u32 = 14;

/// How many modules may be asked.
const MAX_MODULES: usize = 10_000;

/// A module that is used, and where it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    /// Its path, by which its packages are imported.
    pub path: String,
    /// Its version; of the main module, and of a folder that stands in for one, there is none.
    pub version: Option<String>,
    /// Its folder.
    pub folder: PathBuf,
    /// The language version of its packages.
    pub minor: u32,
}

/// The main module and what it uses.
#[derive(Clone, Debug)]
pub struct Modules {
    /// The module that is worked in.
    pub main: Module,
    go_mod: GoMod,
    /// What it uses, by path.
    used: BTreeMap<String, Module>,
    /// Where its dependencies are copied into it.
    pub vendor: Option<Vendor>,
}

impl Modules {
    /// The module that `folder` is in, found by walking up; `None` where it is in none.
    ///
    /// # Errors
    /// Where a `go.mod` is malformed, or a module is not in `cache`.
    pub fn around(folder: &Path, cache: Option<&Path>) -> Result<Option<Modules>, PackageError> {
        let Some(root) = folder.ancestors().find(|above| above.join("go.mod").is_file()) else {
            return Ok(None);
        };
        let go_mod = read_go_mod(&root.join("go.mod"))?;
        let main = Module {
            path: go_mod.module.clone(),
            version: None,
            folder: root.to_owned(),
            minor: go_mod.minor.unwrap_or(UNNAMED_MINOR),
        };
        let vendor = if main.minor >= VENDOR_SINCE { Vendor::of(root)? } else { None };
        let mut modules = Modules { main, go_mod, used: BTreeMap::new(), vendor };
        if modules.vendor.is_none() {
            modules.choose(cache)?;
        }
        Ok(Some(modules))
    }

    /// Modules whose packages may have the import path `path`, the longest path first.
    pub fn candidates<'m>(&'m self, path: &'m str) -> impl Iterator<Item = &'m Module> {
        let ends = std::iter::successors(Some(path), |path| Some(path.rsplit_once('/')?.0));
        ends.filter_map(|prefix| {
            if prefix == self.main.path { Some(&self.main) } else { self.used.get(prefix) }
        })
    }

    /// Chooses a version of every module that is needed, and finds its folder.
    fn choose(&mut self, cache: Option<&Path>) -> Result<(), PackageError> {
        let complete = self.main.minor >= COMPLETE_SINCE;
        let mut waiting = self.go_mod.requires.clone();
        let mut chosen: BTreeMap<String, String> = BTreeMap::new();
        while let Some(Version { path, version }) = waiting.pop() {
            let known = chosen.get(&path);
            if known.is_some_and(|known| compare(known, &version) != Ordering::Less) {
                continue;
            }
            if chosen.len() >= MAX_MODULES {
                let message = format!("{} uses more than {MAX_MODULES} modules", self.main.path);
                return Err(PackageError::new(PackageErrorKind::BadModule, message));
            }
            if !complete {
                let needed = self.go_mod_of(&path, &version, cache)?;
                waiting.extend(needed.map(|go_mod| go_mod.requires).unwrap_or_default());
            }
            chosen.insert(path, version);
        }
        for (path, version) in chosen {
            let module = self.locate(&path, &version, cache)?;
            self.used.insert(path, module);
        }
        Ok(())
    }

    /// What stands in for a module at a version, if something does.
    fn replacement(&self, path: &str, version: &str) -> Option<&Replacement> {
        let fits = |of: &Option<String>| of.as_deref().is_none_or(|of| of == version);
        let mut all = self.go_mod.replaces.iter().filter(|r| r.path == path && fits(&r.version));
        let first = all.next()?;
        // One that names the version is meant before one that names none.
        Some(&all.find(|replace| replace.version.is_some()).unwrap_or(first).by)
    }

    fn locate(
        &self,
        path: &str,
        version: &str,
        cache: Option<&Path>,
    ) -> Result<Module, PackageError> {
        let (folder, version) = match self.replacement(path, version) {
            Some(Replacement::Folder(folder)) => (self.beside(folder), None),
            Some(Replacement::Module(by)) => (cached(cache, by), Some(by.version.clone())),
            None => {
                let own = Version { path: path.to_owned(), version: version.to_owned() };
                (cached(cache, &own), Some(own.version))
            }
        };
        let file = folder.join("go.mod");
        let minor = if file.is_file() { read_go_mod(&file)?.minor } else { None };
        let minor = minor.unwrap_or(UNNAMED_MINOR);
        Ok(Module { path: path.to_owned(), version, folder, minor })
    }

    /// A folder that the main module's `go.mod` names.
    fn beside(&self, folder: &str) -> PathBuf {
        let folder = self.main.folder.join(folder);
        folder.canonicalize().unwrap_or(folder)
    }

    /// The `go.mod` of a module that is used, where it is at hand.
    fn go_mod_of(
        &self,
        path: &str,
        version: &str,
        cache: Option<&Path>,
    ) -> Result<Option<GoMod>, PackageError> {
        let own = Version { path: path.to_owned(), version: version.to_owned() };
        let file = match self.replacement(path, version) {
            Some(Replacement::Folder(folder)) => self.beside(folder).join("go.mod"),
            Some(Replacement::Module(by)) => downloaded(cache, by),
            None => downloaded(cache, &own),
        };
        if file.is_file() { read_go_mod(&file).map(Some) } else { Ok(None) }
    }
}

/// Reads a `go.mod`.
pub(super) fn read_go_mod(path: &Path) -> Result<GoMod, PackageError> {
    let text = select::read(path)?;
    GoMod::parse(&path.display().to_string(), &String::from_utf8_lossy(&text))
}

/// The folder of a module in the cache.
fn cached(cache: Option<&Path>, module: &Version) -> PathBuf {
    let name = format!("{}@{}", escaped(&module.path), escaped(&module.version));
    cache.unwrap_or(Path::new("")).join(name)
}

/// The `go.mod` that the cache keeps of a module whether it has its files or not.
fn downloaded(cache: Option<&Path>, module: &Version) -> PathBuf {
    let folder = cache.unwrap_or(Path::new("")).join("cache/download");
    let file = format!("{}.mod", escaped(&module.version));
    folder.join(escaped(&module.path)).join("@v").join(file)
}

/// `!a` for each `A`: some file systems do not tell them apart.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if c.is_ascii_uppercase() {
            escaped.push('!');
        }
        escaped.push(c.to_ascii_lowercase());
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_are_escaped_in_the_cache() {
        let module = Version { path: "a.b/BurntS".to_owned(), version: "v1.0.0-RC".to_owned() };
        let folder = cached(Some(Path::new("/c")), &module);
        assert_eq!(folder, Path::new("/c/a.b/!burnt!s@v1.0.0-!r!c"));
    }
}
