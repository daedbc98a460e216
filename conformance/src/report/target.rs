//! One target in a report: which code it was, what it offers, and the runs that judged it.

use super::{InvariantReport, merge};
use crate::spec::{Judge, Level, display_as_word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What was found out about one target.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetReport {
    /// The word that names it on the command line: `system`, `so:libjemalloc.so.2`.
    pub spec: String,
    /// Which code was judged.
    pub identity: Identity,
    /// The words of the capabilities that it offers. Words, not `Capability`: every subject has
    /// capabilities of its own, and a report only carries them.
    pub capabilities: Vec<String>,
    /// What it does where its standard leaves a choice, by the name of the choice.
    pub choices: BTreeMap<String, Choice>,
    /// Proof that the judge judged this code, and could tell right from wrong.
    pub controls: Controls,
    /// Why it could not be judged at all, where it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What else a reader should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The list of known deviations that its verdicts were compared to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// The runs that its verdicts come from: one, or several after a merge.
    pub runs: Vec<Run>,
    /// One entry for each invariant of the suite, also for those that were not selected.
    pub invariants: Vec<InvariantReport>,
}

impl TargetReport {
    /// Why the verdicts do not cover the whole suite, or `None` where they do: a run without a
    /// filter, or all the shards of one.
    pub fn partial(&self) -> Option<String> {
        if self.runs.iter().any(Run::is_whole) || merge::have_all_shards(&self.runs) {
            return None;
        }
        let narrowed = self.runs.iter().find_map(|run| run.selection.narrowed_by());
        Some(match (narrowed, self.runs.first().and_then(|run| run.shard)) {
            (Some(option), _) => format!("the run was narrowed by {option}"),
            (None, Some(shard)) => format!("only some of {} shards were run", shard.n),
            (None, None) => "no run is recorded".to_owned(),
        })
    }
}

impl TargetReport {
    /// Of a merge of shards that lacks some: how many there are, and of how many.
    pub fn missing_shards(&self) -> Option<(u32, u32)> {
        let shards: Vec<Shard> = self.runs.iter().filter_map(|run| run.shard).collect();
        let n = shards.first().filter(|_| shards.len() > 1)?.n;
        let whole = self.runs.iter().any(|run| run.shard.is_none_or(|shard| shard.n == 1));
        let have = shards.iter().filter(|shard| shard.n == n).map(|shard| shard.k);
        let have = have.collect::<BTreeSet<u32>>().len() as u32;
        (!whole && have < n).then_some((have, n))
    }
}

/// Which code was judged, and how that is known.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Which of the ways in was taken.
    pub kind: TargetKind,
    /// What it calls itself, or is commonly called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The file that holds the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The library's name for the dynamic linker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soname: Option<String>,
    /// The linker's build id, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_id: Option<String>,
    /// Its version: numbers with dots, possibly with more behind them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How its code came into the process that ran it.
    pub loaded: Loaded,
    /// The file that each symbol under judgement really resolved to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub symbols: BTreeMap<String, String>,
}

/// The ways in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// This machine's malloc.
    System,
    /// A shared library with the C names.
    SharedObject,
    /// A Rust implementation in the judge's own program.
    InProcess,
    /// One of heaplaw's reference crates.
    Reference,
    /// A wrong part of heaplaw's own.
    Mutant,
    /// A program that speaks the protocol.
    Stdio,
    /// A program that prints diagnostics.
    Command,
}

/// How the code under judgement came into the process that ran it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Loaded {
    /// Opened at run time.
    Dlopen,
    /// Loaded by the dynamic linker before the program started.
    Preload,
    /// Linked into the judge.
    InProcess,
    /// A program of its own.
    Program,
}

display_as_word!(TargetKind, Loaded, ChosenBy);

/// What a target does where its standard leaves it free.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What it chose: `16`, `unique`, `detect`.
    pub word: String,
    /// How that is known.
    pub by: ChosenBy,
}

/// How a choice is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChosenBy {
    /// The judge tried it out.
    Probed,
    /// The target, or its baseline, claims it.
    Declared,
    /// The command line says so.
    Overridden,
}

/// The three controls. A run in which one of them failed proves nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Controls {
    /// The code under judgement is the file that was named.
    pub identity: Control,
    /// A planted violation was reported.
    pub planted: Control,
    /// An empty script was not reported.
    pub noop: Control,
}

impl Controls {
    /// All three, with their names.
    pub fn each(&self) -> [(&'static str, &Control); 3] {
        [("identity", &self.identity), ("planted", &self.planted), ("no-op", &self.noop)]
    }

    /// Whether all three did what they must.
    pub fn ok(&self) -> bool {
        self.each().iter().all(|(_, control)| control.ok)
    }
}

/// One control.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Whether it did what it must.
    pub ok: bool,
    /// What was seen. A control that was not run is not `ok`, and says so.
    pub says: String,
}

/// The list of known deviations that a target was compared to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Its file.
    pub file: String,
    /// Number of deviations that it lists.
    pub listed: u32,
}

/// One run of the judge over one target.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The seed of all generated scripts.
    pub seed: u64,
    /// How much could be spent.
    pub budget: Budget,
    /// The part of a run that was split over machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Which invariants and judges were asked for.
    #[serde(default, skip_serializing_if = "Selection::is_everything")]
    pub selection: Selection,
}

impl Run {
    /// Whether it covers the whole suite by itself.
    pub fn is_whole(&self) -> bool {
        self.shard.is_none_or(|shard| shard.n == 1) && self.selection.is_everything()
    }
}

/// How much a run may spend.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Budget {
    /// So many scripts for each judge.
    Cases(u64),
    /// So many milliseconds in all.
    Millis(u64),
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Budget::Cases(cases) => write!(f, "{cases} cases"),
            Budget::Millis(millis) => write!(f, "{millis} ms"),
        }
    }
}

/// Part `k` of `n`: 1 <= `k` <= `n`.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// Which part, from 1.
    pub k: u32,
    /// Of how many.
    pub n: u32,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.k, self.n)
    }
}

/// What a run was narrowed to. Nothing given: everything.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// Patterns of invariant ids; empty: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub invariants: Vec<String>,
    /// Judges; empty: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub judges: Vec<Judge>,
    /// The least binding level; none: `may`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
}

impl Selection {
    /// Whether nothing was left out.
    pub fn is_everything(&self) -> bool {
        self.narrowed_by().is_none()
    }

    /// The first option that left something out.
    fn narrowed_by(&self) -> Option<&'static str> {
        if !self.invariants.is_empty() {
            Some("--invariant")
        } else if !self.judges.is_empty() {
            Some("--judge")
        } else if self.level.is_some_and(|level| level != Level::May) {
            Some("--level")
        } else {
            None
        }
    }
}
