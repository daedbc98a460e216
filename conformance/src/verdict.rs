//! What is said of one invariant on one target.

use crate::picture::graph::Graph;
use crate::spec::display_as_word;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The verdict on one invariant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Judged often enough, and never broken.
    Holds,
    /// Broken; there is a witness.
    Broken,
    /// Not judged, or not often enough, or not by a judge that is proven.
    Inconclusive,
    /// The target does not offer what it takes, or chose otherwise.
    NotApplicable,
    /// Left out on request, or for want of a part of this machine.
    Skipped,
    /// Its sources contradict each other; judged, but never counted.
    Disputed,
}

display_as_word!(Verdict);

/// The smallest script found that breaks an invariant, and what it showed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// The script as trace text; replays by value.
    pub trace: String,
    /// Number of steps in the script.
    pub steps: usize,
    /// Index of the first bad step.
    pub at: usize,
    /// The first bad step as trace text.
    pub step: String,
    /// One line without addresses or sizes, the same from run to run: what expectations pin.
    pub message: String,
    /// Sub-expressions of the rule with their values at the bad step.
    pub facts: Vec<(String, String)>,
    /// A picture, in text, of the heap at the bad step.
    pub picture: String,
    /// The same as a value, where it is a graph of objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph: Option<Graph>,
    /// What the target wrote to its standard error before it died.
    pub stderr: String,
    /// The mutant it most resembles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resembles: Option<String>,
    /// How many of the replays tried broke it again: `(broke, tried)`.
    pub replays: (u32, u32),
}

/// How much one judge did for one invariant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Effort {
    /// Scripts run.
    pub cases: u64,
    /// Steps performed.
    pub ops: u64,
    /// Times the event came up in scope.
    pub evaluated: u64,
    /// Times the guard let the rule be judged.
    pub fired: u64,
    /// Nanoseconds spent, for information only.
    pub nanos: u64,
}

impl Effort {
    /// Two efforts in one. Saturates, since a report may have come from anywhere.
    #[must_use]
    pub fn plus(self, other: Effort) -> Effort {
        Effort {
            cases: self.cases.saturating_add(other.cases),
            ops: self.ops.saturating_add(other.ops),
            evaluated: self.evaluated.saturating_add(other.evaluated),
            fired: self.fired.saturating_add(other.fired),
            nanos: self.nanos.saturating_add(other.nanos),
        }
    }
}
