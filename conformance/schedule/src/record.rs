//! What the last run of all schedule models found: `specs/schedule.json`.
//!
//! `ci/loom.sh` runs them, which takes minutes and a build of its own, so its outcome is committed, with
//! the fingerprints of the sources that it is about. A test compares those with the sources as they
//! are, so the record says nothing about code that has changed since.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The outcome of one run.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// By path below the workspace: the fingerprint of a source that took part.
    pub sources: BTreeMap<String, String>,
    /// Parts that no order broke, scene by scene.
    pub held: Vec<Held>,
    /// By id: wrong parts, each with the order that killed it.
    pub killed: BTreeMap<String, Killed>,
}

/// One scene of a model that one part held.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The model.
    pub model: String,
    /// The part: those whose name begins with `reference` are of the reference crates, `small` ones
    /// stand beside the wrong.
    pub part: String,
    /// The scene.
    pub scene: String,
    /// Orders explored.
    pub executions: usize,
    /// Most preemptions in an order; nothing if there was no bound.
    pub preemptions: Option<usize>,
    /// Whether all orders within the bound were explored.
    pub complete: bool,
}

/// How a wrong part died.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Killed {
    /// The model that killed it.
    pub model: String,
    /// In which scene.
    pub scene: String,
    /// By which order, counted from 1.
    pub execution: usize,
    /// What went wrong.
    pub says: String,
}

impl Record {
    /// The record that this build was made with.
    pub fn embedded() -> Record {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs/schedule.json"));
        // A test reads the embedded file; a build whose tests pass has it whole.
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Whether every one of `wrong` was killed by `model`, and the model explored to its end a part
    /// that is right.
    pub fn proves(&self, model: &str, wrong: &[String]) -> bool {
        let mut held = self.held.iter().filter(|held| held.model == model).peekable();
        held.peek().is_some()
            && held.all(|held| held.complete && held.executions > 0)
            && wrong.iter().all(|id| self.killed.get(id).is_some_and(|kill| kill.model == model))
    }

    /// The parts of the reference crates that held `model`, with the orders explored and the least
    /// bound.
    pub fn of_reference(&self, model: &str) -> Option<(usize, Option<usize>)> {
        let own =
            || self.held.iter().filter(|h| h.model == model && h.part.starts_with("reference"));
        let bound = own().filter_map(|held| held.preemptions).min();
        own().next().map(|_| (own().map(|held| held.executions).sum(), bound))
    }

    /// The file that is committed.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// The fingerprint of a Rust source: of its lines of code, without comments and what follows the mark
/// of its tests.
pub fn fingerprint(source: &str) -> String {
    let is_test =
        |line: &&str| line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test");
    let code = source.lines().take_while(|line| !is_test(line)).map(str::trim);
    let mut hasher = Sha256::new();
    for line in code.filter(|line| !line.is_empty() && !line.starts_with("//")) {
        hasher.update(line);
        hasher.update("\n");
    }
    hasher.finalize().iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
