//! Which invariants are proven able to fail: the outcome of the last kill matrix.
//!
//! An invariant is proven when every mutant that it names was killed by it. The proof pins what was
//! proven: it is void as soon as the rule, the guard, the events or the mutants change. One whose body
//! is a schedule model is proven by the record of those models.

use crate::spec::{Body, Invariant};
use conformance_schedule::record::Record;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// Fingerprints of proven invariants by id.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// By full id: what was proven.
    pub proven: BTreeMap<String, String>,
}

impl Proof {
    /// The proof that this build was made with.
    pub fn embedded() -> Proof {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/proof.json"));
        // A test reads the embedded file; a build whose tests pass has it whole.
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Whether `invariant`, as it is worded now, is proven.
    pub fn covers(&self, invariant: &Invariant) -> bool {
        static RECORD: LazyLock<Record> = LazyLock::new(Record::embedded);
        if let Body::Model { name } = &invariant.body {
            return RECORD.proves(name, &invariant.broken_by);
        }
        self.proven.get(invariant.id.as_str()).is_some_and(|known| *known == fingerprint(invariant))
    }

    /// Adds `invariant`, as it is worded now.
    pub fn add(&mut self, invariant: &Invariant) {
        self.proven.insert(invariant.id.as_str().to_owned(), fingerprint(invariant));
    }

    /// The file that is committed.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// A short hash over all that decides what is judged and by which mutants it is proven.
pub fn fingerprint(invariant: &Invariant) -> String {
    let body = match &invariant.body {
        Body::Rule { on, when, rule } => {
            let when = when.as_ref().map_or("", |w| &w.text);
            format!("rule {on:?} {when:?} {:?}", rule.text)
        }
        Body::Table { on, when, file, key, equal, at_most } => {
            let when = when.as_ref().map_or("", |w| &w.text);
            format!("table {on:?} {when:?} {file:?} {key:?} {equal:?} {at_most:?}")
        }
        Body::Golden { files } => format!("golden {files:?}"),
        Body::Compare { swap, with, blames } => format!("compare {swap:?} {with:?} {blames:?}"),
        Body::Model { name } => format!("model {name:?}"),
    };
    let (mutants, scenario) = (&invariant.broken_by, &invariant.scenario);
    let text = format!("{body} {mutants:?} {scenario:?} {:?}", invariant.judges);
    Sha256::digest(text).iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
