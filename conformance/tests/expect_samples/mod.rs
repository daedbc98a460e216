//! A list of known deviations and a place for files, for the tests of baselines.

#![allow(dead_code, reason = "each test file uses its own part")]

use conformance::expect::{Expectations, Expected, LoadFault};
use std::fs;
use std::path::PathBuf;

/// A list of known deviations.
pub(crate) const GLIBC: &str = "\
# Deviations of the GNU C library.
target: glibc
match: {soname: libc.so.6, version: {from: '2.26', below: '2.38'}}
claims: {harden: detect}
deviations:
  - invariant: alloc/align/bad-align-refused
    message: 'golden: expected refused'
    reason: The alignment is rounded up.
    since: '2.26'
";

/// Reads `text` as a file of known deviations.
pub(crate) fn parse(text: &str) -> Result<Expected, LoadFault> {
    Expectations::parse([("glibc.yaml", text)]).map(|all| all.files()[0].clone())
}

/// A folder of this test's own, removed at its end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder can be made");
        Folder(path)
    }

    pub(crate) fn with(self, file: &str, text: &str) -> Folder {
        fs::write(self.0.join(file), text).expect("a file can be written");
        self
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("it is readable").file_name().display().to_string())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("the folder can be removed");
    }
}
