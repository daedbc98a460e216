//! Patterns with `...`: many packages in one word.

use super::error::PackageError;
use super::loader::{Loader, absolute};
use super::resolve::Found;
use super::select::{has_go_files, unreadable};
use std::fs;
use std::path::{Path, PathBuf};

impl Loader {
    /// The packages that `pattern` means, in the order of their paths: a folder that begins with a dot, or an import
    /// path, where `...` stands for anything. `std` and `cmd` are all of the standard library and of Go's commands.
    ///
    /// `...` matches nothing in `vendor/` and `testdata/`, in other modules, and in folders that begin with `_`
    /// or a dot.
    ///
    /// # Errors
    /// Where there is no module, or a folder cannot be read.
    pub fn matching(&self, pattern: &str) -> Result<Vec<Found>, PackageError> {
        let (root, pattern) = self.root_and_pattern(pattern)?;
        let mut found = Vec::new();
        for folder in folders(&root)? {
            if has_go_files(&folder) {
                let here = self.locate(&folder)?;
                if matches(&pattern, &here.path) {
                    found.push(here);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// The folder below which all is that a pattern can mean, and the pattern as import paths.
    fn root_and_pattern(&self, pattern: &str) -> Result<(PathBuf, Vec<String>), PackageError> {
        let src = self.goroot.src().canonicalize().unwrap_or(self.goroot.src());
        match pattern {
            "cmd" => return Ok((src.join("cmd"), parts("cmd/..."))),
            "std" => return Ok((src, parts("..."))),
            _ => {}
        }
        if pattern == "."
            || pattern == ".."
            || pattern.starts_with("./")
            || pattern.starts_with("../")
        {
            // Whole steps before the first dots lead to a folder.
            let dots = pattern.find("...").unwrap_or(pattern.len());
            let open = &pattern[dots..];
            let (steps, begun) = match open {
                "" => (pattern, ""),
                _ => pattern[..dots].rsplit_once('/').unwrap_or((".", "")),
            };
            let root = absolute(&self.start.join(steps))?;
            let path = self.locate(&root)?.path;
            return Ok((root, parts(format!("{path}/{begun}{open}").trim_matches('/'))));
        }
        let root = self.modules.as_ref().map_or(src, |modules| modules.main.folder.clone());
        Ok((root, parts(pattern)))
    }
}

/// `root` and all folders below it that patterns reach.
fn folders(root: &Path) -> Result<Vec<PathBuf>, PackageError> {
    let mut all = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
        for entry in entries.flatten() {
            // Links are not followed: they might lead in a circle.
            let is_folder = entry.file_type().is_ok_and(|sort| sort.is_dir());
            let path = entry.path();
            let passed = is_passed(&entry.file_name().to_string_lossy());
            if is_folder && !passed && !path.join("go.mod").is_file() {
                waiting.push(path);
            }
        }
        all.push(folder);
    }
    Ok(all)
}

fn is_passed(name: &str) -> bool {
    name.starts_with(['_', '.']) || name == "testdata" || name == "vendor"
}

/// The parts of a pattern between `...`.
fn parts(pattern: &str) -> Vec<String> {
    pattern.split("...").map(str::to_owned).collect()
}

/// Whether `path` has the parts of a pattern, in order, the first at its beginning and the last at its end.
fn matches(parts: &[String], path: &str) -> bool {
    let [first, middle @ .., last] = parts else { return parts.concat() == path };
    // `a/...` is also `a`.
    if middle.is_empty() && last.is_empty() && first.strip_suffix('/') == Some(path) {
        return true;
    }
    let Some(mut rest) = path.strip_prefix(first.as_str()) else { return false };
    for part in middle {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stand_for_anything() {
        let is = |pattern: &str, path: &str| matches(&parts(pattern), path);
        assert!(is("a/...", "a") && is("a/...", "a/b/c") && !is("a/...", "ab"));
        assert!(is("a...", "ab") && is("...", "x") && is("a", "a") && !is("a", "a/b"));
        assert!(is("a/.../c", "a/b/b/c") && !is("a/.../c", "a/b/cd"));
        assert!(is("a/.../c/...", "a/b/c/d") && !is("a/.../c/...", "a/b/d"));
    }
}
