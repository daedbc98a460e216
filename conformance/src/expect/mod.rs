//! Known deviations: what one target is known to break, why, and since when.
//!
//! A file of `specs/expected/` is about one target and says by which marks it is recognised. A
//! report is compared to the file that matches; what is listed and broken is as expected, and a
//! list that no longer tells the truth is *stale*, which fails the gate (see [`crate::gate`]).
//!
//! ```yaml
//! target: glibc
//! match: {soname: libc.so.6, version: {from: '2.26', below: '2.38'}}
//! claims: {harden: detect}
//! deviations:
//!   - invariant: alloc/align/bad-align-refused
//!     message: 'golden: expected refused'
//!     reason: The alignment is rounded up to a power of two.
//!     since: '2.26'
//! ```

mod load;
pub mod pattern;
pub mod write;

use crate::report::target::{Baseline, Identity};
use crate::report::{Expectation, Report};
use crate::spec::InvariantId;
pub use load::{LoadFault, LoadFaultKind};
use pattern::Pattern;
use std::collections::BTreeMap;
use std::fmt;

/// Name and text of one file of `specs/expected/`.
macro_rules! embedded {
    ($target:literal) => {
        (
            concat!("specs/expected/", $target, ".yaml"),
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../specs/expected/",
                $target,
                ".yaml"
            )),
        )
    };
}

/// The files of `specs/expected/`, compiled in. A test compares them with the files on disk.
pub const EMBEDDED: &[(&str, &str)] = &[
    embedded!("boehm"),
    embedded!("glibc"),
    embedded!("jemalloc"),
    embedded!("mimalloc"),
    embedded!("tcmalloc"),
];

/// All files of known deviations. The default has none, as `--no-baseline` asks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Expectations {
    files: Vec<Expected>,
}

/// One file of known deviations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    /// The file, as it was named.
    pub file: String,
    /// What the target is commonly called.
    pub target: String,
    /// By which marks it is recognised.
    pub pattern: Pattern,
    /// Choices that the target is known to make, by the name of the choice.
    pub claims: BTreeMap<String, String>,
    /// The deviations, in file order, each invariant once.
    pub deviations: Vec<Deviation>,
    /// The comment at the head of the file, with its `#` marks.
    pub comment: String,
}

/// One known deviation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deviation {
    /// The invariant that the target breaks.
    pub id: InvariantId,
    /// What the witness's message must start with. Never empty.
    pub message: String,
    /// Why the target deviates. Never empty.
    pub reason: String,
    /// Since which version of the target, or since which day. Never empty.
    pub since: String,
    /// The line of its `invariant:`, from 1.
    pub line: u32,
}

/// Two files that match the same target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ambiguity {
    /// The two files.
    pub files: [String; 2],
}

impl fmt::Display for Ambiguity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "both {} and {} match the same target", self.files[0], self.files[1])
    }
}

impl std::error::Error for Ambiguity {}

impl Expectations {
    /// The files, in the order in which they were read.
    pub fn files(&self) -> &[Expected] {
        &self.files
    }

    /// The file that matches `identity`, if any.
    ///
    /// # Errors
    ///
    /// Two files that match are an error: which list is meant must not depend on their order.
    pub fn matching(&self, identity: &Identity) -> Result<Option<&Expected>, Ambiguity> {
        let mut found = self.files.iter().filter(|file| file.pattern.covers(identity));
        match (found.next(), found.next()) {
            (Some(one), Some(other)) => {
                Err(Ambiguity { files: [one.file.clone(), other.file.clone()] })
            }
            (one, _) => Ok(one),
        }
    }

    /// Compares every verdict of `report` to the files, in place of anything it was compared to
    /// before.
    ///
    /// # Errors
    ///
    /// Where two files match a target nothing is changed.
    pub fn apply(&self, report: &mut Report) -> Result<(), Ambiguity> {
        let matches: Result<Vec<Option<&Expected>>, Ambiguity> =
            report.targets.iter().map(|target| self.matching(&target.identity)).collect();
        for (target, expected) in report.targets.iter_mut().zip(matches?) {
            target.baseline = expected.map(Expected::baseline);
            for one in &mut target.invariants {
                one.expectation = expected.and_then(|expected| expected.of(&one.id));
                one.settle();
            }
        }
        Ok(())
    }
}

impl Expected {
    /// What is listed about the invariant `id`.
    pub fn of(&self, id: &InvariantId) -> Option<Expectation> {
        let entry = self.deviations.iter().find(|entry| entry.id == *id)?;
        Some(Expectation {
            file: self.file.clone(),
            reason: entry.reason.clone(),
            since: entry.since.clone(),
            message: entry.message.clone(),
        })
    }

    fn baseline(&self) -> Baseline {
        Baseline { file: self.file.clone(), listed: self.deviations.len() as u32 }
    }
}
