//! `vendor/`: copies of what a module uses, inside of it.

use super::error::PackageError;
use super::go_mod::minor_version;
use super::modules::UNNAMED_MINOR;
use super::select;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The copies of a module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vendor {
    /// Their folder.
    pub folder: PathBuf,
    /// The language version of each package, by import path.
    minors: BTreeMap<String, u32>,
}

impl Vendor {
    /// The copies in the module in `root`, if it has some.
    pub(super) fn of(root: &Path) -> Result<Option<Vendor>, PackageError> {
        let folder = root.join("vendor");
        let list = folder.join("modules.txt");
        if !list.is_file() {
            return Ok(None);
        }
        let text = select::read(&list)?;
        let minors = minors(&String::from_utf8_lossy(&text));
        Ok(Some(Vendor { folder, minors }))
    }

    /// The folder of the package `path`, and its language version.
    pub fn package(&self, path: &str) -> (PathBuf, u32) {
        (self.folder.join(path), self.minors.get(path).copied().unwrap_or(UNNAMED_MINOR))
    }
}

/// Reads `modules.txt`: `# module version`, then `## explicit; go 1.21`, then the module's packages.
fn minors(text: &str) -> BTreeMap<String, u32> {
    let mut minors = BTreeMap::new();
    let mut minor = UNNAMED_MINOR;
    for line in text.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("## ") {
            let version = words.split(';').find_map(|word| word.trim().strip_prefix("go "));
            minor = version.and_then(minor_version).unwrap_or(minor);
        } else if line.starts_with("# ") {
            minor = UNNAMED_MINOR;
        } else if !line.is_empty() {
            minors.insert(line.to_owned(), minor);
        }
    }
    minors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_the_language_version_of_its_module() {
        let text = "# a.b/c v1.0.0\n## explicit; go 1.18\na.b/c\na.b/c/d\n# e.f/g v0.1.0\ne.f/g\n";
        let minors = minors(text);
        assert_eq!(minors.get("a.b/c/d"), Some(&18));
        assert_eq!(minors.get("e.f/g"), Some(&UNNAMED_MINOR));
    }
}
