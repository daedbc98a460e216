//! `go.mod`: which module a folder is the root of, and which versions of others it uses.
//!
//! Read are `module`, `go`, `require` and `replace`. Other directives are known and passed over: `exclude` and
//! `retract` matter to those who choose versions, and here they have been chosen.

mod line;

use super::error::{PackageError, PackageErrorKind};
use crate::source::Place;
use line::Line;

/// A `go.mod` file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct GoMod {
    /// The module's path.
    pub module: String,
    /// The language version, as `1.21`'s minor number; `None` where none is given.
    pub minor: Option<u32>,
    /// Modules that it uses.
    pub requires: Vec<Version>,
    /// Modules that others stand in for.
    pub replaces: Vec<Replace>,
}

/// A module at a version.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Version {
    /// The module's path.
    pub path: String,
    /// `v1.2.3`
    pub version: String,
}

/// What stands in for a module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replace {
    /// The module's path.
    pub path: String,
    /// The version that is replaced, or all.
    pub version: Option<String>,
    /// What stands in for it.
    pub by: Replacement,
}

/// What stands in for a module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Replacement {
    /// A folder, from the folder of the `go.mod`.
    Folder(String),
    /// Another module.
    Module(Version),
}

/// Directives that are passed over.
const PASSED: [&str; 6] = ["exclude", "retract", "toolchain", "godebug", "tool", "ignore"];

impl GoMod {
    /// Reads `text`, which is of the file `path`.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn parse(path: &str, text: &str) -> Result<GoMod, PackageError> {
        let mut reader = Reader { path, go_mod: GoMod::default(), block: None };
        for (at, line) in text.lines().enumerate() {
            let number = at as u32 + 1;
            let line = Line::read(line)
                .map_err(|(column, message)| reader.fault(number, column, message))?;
            reader.line(number, &line)?;
        }
        if let Some((verb, number)) = reader.block.take() {
            return Err(reader.fault(number, 1, format!("block of {verb} is not closed")));
        }
        if reader.go_mod.module.is_empty() {
            return Err(reader.fault(1, 1, "no module directive"));
        }
        Ok(reader.go_mod)
    }
}

/// The minor number of `1`, `1.21`, `1.21.3` and `1.21rc1`.
pub fn minor_version(text: &str) -> Option<u32> {
    if text == "1" {
        return Some(0);
    }
    let rest = text.strip_prefix("1.")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (minor, tail) = rest.split_at(digits);
    let tail = tail.strip_prefix('.').or(tail.strip_prefix("rc")).or(tail.strip_prefix("beta"));
    let numbers =
        tail.is_none_or(|tail| !tail.is_empty() && tail.bytes().all(|b| b.is_ascii_digit()));
    let complete = digits == rest.len() || tail.is_some();
    let plain = minor == "0" || !minor.starts_with('0');
    (numbers && complete && plain).then(|| minor.parse().ok())?
}

struct Reader<'t> {
    path: &'t str,
    go_mod: GoMod,
    /// The directive whose parenthesis is open, and the line of it.
    block: Option<(String, u32)>,
}

impl Reader<'_> {
    fn fault(&self, line: u32, column: u32, message: impl Into<String>) -> PackageError {
        let place = Place { file: self.path.to_owned(), line, column };
        PackageError::new(PackageErrorKind::BadModule, message).at(place)
    }

    fn line(&mut self, number: u32, line: &Line) -> Result<(), PackageError> {
        let words = line.texts();
        let Some(&first) = words.first() else { return Ok(()) };
        if let Some((verb, _)) = self.block.clone() {
            if words == [")"] {
                self.block = None;
                return Ok(());
            }
            return self.directive(&verb, &words, number, line);
        }
        if words[1..] == ["("] {
            self.check_verb(first, number)?;
            self.block = Some((first.to_owned(), number));
            return Ok(());
        }
        self.directive(first, &words[1..], number, line)
    }

    fn check_verb(&self, verb: &str, number: u32) -> Result<(), PackageError> {
        let known =
            ["module", "go", "require", "replace"].contains(&verb) || PASSED.contains(&verb);
        if known {
            Ok(())
        } else {
            Err(self.fault(number, 1, format!("unknown directive: {verb}")))
        }
    }

    fn directive(
        &mut self,
        verb: &str,
        words: &[&str],
        number: u32,
        line: &Line,
    ) -> Result<(), PackageError> {
        self.check_verb(verb, number)?;
        let first = line.words.get(line.words.len() - words.len()).or(line.words.first());
        let column = first.map_or(1, |word| word.column);
        match (verb, words) {
            ("module", [path]) if self.go_mod.module.is_empty() => {
                (*path).clone_into(&mut self.go_mod.module);
            }
            ("module", [_]) => return Err(self.fault(number, column, "repeated module directive")),
            ("module", _) => return Err(self.fault(number, column, "usage: module module/path")),
            ("go", [version]) => {
                let minor = minor_version(version).ok_or_else(|| {
                    let message = format!("invalid go version '{version}': must match format 1.23");
                    self.fault(number, column, message)
                })?;
                self.go_mod.minor = Some(minor);
            }
            ("go", _) => return Err(self.fault(number, column, "usage: go 1.23")),
            ("require", [path, version]) => {
                let required = self.version(path, version, number, column)?;
                self.go_mod.requires.push(required);
            }
            ("require", _) => {
                let message = "usage: require module/path v1.2.3";
                return Err(self.fault(number, column, message));
            }
            ("replace", _) => {
                let replace = self.replace(words, number, column)?;
                self.go_mod.replaces.push(replace);
            }
            _ => {}
        }
        Ok(())
    }

    fn version(
        &self,
        path: &str,
        version: &str,
        number: u32,
        column: u32,
    ) -> Result<Version, PackageError> {
        if !version.starts_with('v') {
            let message =
                format!("{path}: invalid version {version:?}: must be of the form v1.2.3");
            return Err(self.fault(number, column, message));
        }
        Ok(Version { path: path.to_owned(), version: version.to_owned() })
    }

    fn replace(&self, words: &[&str], number: u32, column: u32) -> Result<Replace, PackageError> {
        let (old, new) = match words {
            [path, "=>", new @ ..] => ((*path, None), new),
            [path, version, "=>", new @ ..] => ((*path, Some((*version).to_owned())), new),
            _ => ((Default::default(), None), &[][..]),
        };
        let by = match new {
            [folder] if is_folder(folder) => Replacement::Folder((*folder).to_owned()),
            [folder, _] if is_folder(folder) => {
                let message = "replacement module directory path cannot have version";
                return Err(self.fault(number, column, message));
            }
            [_] => {
                let message = "replacement module without version must be directory path \
                               (rooted or starting with . or ..)";
                return Err(self.fault(number, column, message));
            }
            [path, version] => Replacement::Module(self.version(path, version, number, column)?),
            _ => {
                let message = "usage: replace module/path [v1.2.3] => other/module v1.4 \
                               or ../local/directory";
                return Err(self.fault(number, column, message));
            }
        };
        Ok(Replace { path: old.0.to_owned(), version: old.1, by })
    }
}

fn is_folder(text: &str) -> bool {
    matches!(text, "." | "..") || ["./", "../", "/"].iter().any(|begin| text.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        GoMod::parse("go.mod", text).expect_err("malformed").to_string()
    }

    #[test]
    fn the_directives_that_matter_are_read_alone_and_in_blocks() {
        let text = "module \"example.com/m\" // comment\ngo 1.21.3\nrequire a.b/c v1.0.0 // indirect\n\
                    require (\n\td.e/f v0.1.0\n\n)\nexclude a.b/c v0.9.0\n\
                    replace a.b/c v1.0.0 => ../c\nreplace d.e/f => g.h/i v2.0.0\n";
        let read = GoMod::parse("go.mod", text).expect("well-formed");
        assert_eq!((read.module.as_str(), read.minor), ("example.com/m", Some(21)));
        let versions: Vec<String> =
            read.requires.iter().map(|r| format!("{}@{}", r.path, r.version)).collect();
        assert_eq!(versions, ["a.b/c@v1.0.0", "d.e/f@v0.1.0"]);
        assert_eq!(read.replaces[0].by, Replacement::Folder("../c".to_owned()));
        assert_eq!(read.replaces[0].version.as_deref(), Some("v1.0.0"));
        let other = Version { path: "g.h/i".to_owned(), version: "v2.0.0".to_owned() };
        assert_eq!(read.replaces[1].by, Replacement::Module(other));
    }

    #[test]
    fn a_fault_has_its_place() {
        assert_eq!(fault("module m\nfoo x\n"), "go.mod:2:1: unknown directive: foo");
        assert_eq!(fault("module m\ngo 1.x\n").split(": ").next(), Some("go.mod:2:4"));
        assert_eq!(fault("module m\nrequire (\n\ta.b\n)\n").split(": ").next(), Some("go.mod:3:2"));
        assert_eq!(fault("module m\nrequire (\n"), "go.mod:2:1: block of require is not closed");
        assert_eq!(fault("go 1.20\n"), "go.mod:1:1: no module directive");
        assert_eq!(fault("module \"m\n"), "go.mod:1:8: string is not closed");
        assert_eq!(fault("module m\nmodule n\n"), "go.mod:2:8: repeated module directive");
    }

    #[test]
    fn a_language_version_is_a_minor_number() {
        assert_eq!(minor_version("1.21"), Some(21));
        assert_eq!(minor_version("1.21rc2"), Some(21));
        assert_eq!(minor_version("1.21.10"), Some(21));
        for wrong in ["", "2.1", "1.", "1.x", "1.021", "1.21.", "v1.21", "1.21-pre"] {
            assert_eq!(minor_version(wrong), None, "{wrong}");
        }
    }
}
