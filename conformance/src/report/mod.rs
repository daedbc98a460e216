//! The result of a run as one value, and its printers.
//!
//! A [`Report`] says everything that a reader, a gate or another machine needs to know about a run:
//! which code was judged, how it was identified, what it offers and chose, how hard each judge
//! tried, and what came of it. Every printer takes a `&Report` and nothing else, so that no two
//! outputs can disagree.
//!
//! Most texts in a report were, at some point, in the hands of the target: its standard error, its
//! version, the facts of a failure. They are kept as they came and made harmless by the printers
//! (see [`text`]).
//!
//! | module | what it gives |
//! |---|---|
//! | [`json`] | the report itself, exact and readable back |
//! | [`merge`] | shards and targets put into one report |
//! | [`terminal`] | the table and the failure blocks that a person reads |
//! | [`junit`], [`github`], [`sarif`] | what a build service reads |
//! | [`graph`] | object graphs, as text and as drawings |

pub mod failure;
pub mod github;
pub mod graph;
pub mod json;
pub mod junit;
pub mod merge;
pub mod sarif;
pub mod tally;
pub mod target;
pub mod terminal;
pub mod text;

use crate::spec::{InvariantId, Judge, Kind, Level, Profile, display_as_word};
use crate::verdict::{Effort, Verdict, Witness};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
pub use target::TargetReport;

/// The version of the format that this heaplaw writes, and the only one that it reads.
pub const SCHEMA_VERSION: u32 = 1;

/// What a run found out: any number of targets, held to one set of invariants.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Version of this format.
    pub schema_version: u32,
    /// Version of the heaplaw that judged.
    pub heaplaw: String,
    /// Hash of all invariants as they were loaded. Reports with different hashes do not compare.
    pub suite_hash: String,
    /// Whose promises were judged.
    pub profile: Profile,
    /// Choices of targets that the command line overrode, by the name of the choice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<String, String>,
    /// The targets, in the order in which they were named.
    pub targets: Vec<TargetReport>,
}

/// What is said of one invariant on one target.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvariantReport {
    /// Full id.
    pub id: InvariantId,
    /// The normative sentence, as the suite words it.
    pub says: String,
    /// How binding it is.
    pub level: Level,
    /// What sort of promise it is.
    pub kind: Kind,
    /// The YAML file that states it, relative to the workspace.
    pub file: String,
    /// The line of its `id:` in that file, from 1.
    pub line: u32,
    /// How often it must fire before *holds* may be said.
    pub fires: u64,
    /// What was found.
    pub verdict: Verdict,
    /// Why there is no plain answer: given with `inconclusive`, `not-applicable` and `skipped`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// How much each judge did.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub efforts: BTreeMap<Judge, Effort>,
    /// The smallest script that breaks it: always given with `broken`; with `inconclusive` where a
    /// failure was seen that no replay repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// The file in which the witness was saved as a trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_file: Option<String>,
    /// The file in which its picture was saved as a drawing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_file: Option<String>,
    /// The known deviation that the baseline lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectation: Option<Expectation>,
    /// How the verdict compares to the baseline; it follows from verdict, witness and expectation.
    pub outcome: Outcome,
}

/// Why an invariant was not judged to the end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The kind of obstacle.
    pub cause: Cause,
    /// The obstacle in words.
    pub text: String,
}

impl Reason {
    /// `cause`, explained by `text`.
    pub fn new(cause: Cause, text: impl Into<String>) -> Reason {
        Reason { cause, text: text.into() }
    }
}

/// What stood in the way of a plain verdict.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It fired less often than `fires` asks.
    Coverage,
    /// The budget ran out before it was judged.
    Budget,
    /// A failure was seen that no replay repeated.
    Unstable,
    /// Its mutants were not all killed in the last kill matrix.
    Unproven,
    /// A control of the run failed.
    Control,
    /// The target could not be started, or could not go on.
    Target,
    /// The target does not offer a capability.
    Capability,
    /// The target chose otherwise.
    Choice,
    /// Left out on request.
    Filter,
    /// Left to another shard.
    Shard,
    /// A part of this machine is missing.
    Machine,
}

/// A known deviation, as a baseline lists it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The baseline's file.
    pub file: String,
    /// Why the target deviates.
    pub reason: String,
    /// Since which version of the target, or since which day.
    pub since: String,
    /// What the witness's message must start with.
    pub message: String,
}

/// How a verdict compares to the baseline.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Not listed and not broken, or listed and broken with the pinned message.
    AsExpected,
    /// Broken, and not listed.
    UnexpectedFailure,
    /// Listed, and holds.
    UnexpectedPass,
    /// Listed, and broken with another message than the pinned one.
    MessageChanged,
    /// Listed, and no longer applicable to the target.
    Inapplicable,
    /// Neither holds nor broken nor inapplicable: nothing to compare.
    Unjudged,
}

display_as_word!(Outcome);

impl Outcome {
    /// How `verdict`, with the witness's `message`, compares to what was expected.
    pub fn of(verdict: Verdict, message: &str, expected: Option<&Expectation>) -> Outcome {
        match (verdict, expected) {
            (Verdict::Holds | Verdict::NotApplicable, None) => Outcome::AsExpected,
            (Verdict::Holds, Some(_)) => Outcome::UnexpectedPass,
            (Verdict::Broken, None) => Outcome::UnexpectedFailure,
            (Verdict::Broken, Some(e)) if message.starts_with(&e.message) => Outcome::AsExpected,
            (Verdict::Broken, Some(_)) => Outcome::MessageChanged,
            (Verdict::NotApplicable, Some(_)) => Outcome::Inapplicable,
            (Verdict::Inconclusive | Verdict::Skipped | Verdict::Disputed, _) => Outcome::Unjudged,
        }
    }

    /// Whether the baseline says something that is no longer so.
    pub fn is_stale(self) -> bool {
        matches!(self, Outcome::UnexpectedPass | Outcome::MessageChanged | Outcome::Inapplicable)
    }
}

impl InvariantReport {
    /// The message of its witness, or an empty text.
    pub fn message(&self) -> &str {
        self.witness.as_ref().map_or("", |witness| &witness.message)
    }

    /// Computes the outcome from the verdict and the expectation.
    pub fn settle(&mut self) {
        self.outcome = Outcome::of(self.verdict, self.message(), self.expectation.as_ref());
    }

    /// What all judges did, added up.
    pub fn effort(&self) -> Effort {
        self.efforts.values().fold(Effort::default(), |sum, &one| sum.plus(one))
    }

    /// Whether a target, and not a filter or another shard, decided the verdict.
    pub fn was_selected(&self) -> bool {
        !matches!(
            self.reason,
            Some(Reason { cause: Cause::Filter | Cause::Shard, .. })
                if self.verdict == Verdict::Skipped
        )
    }
}
