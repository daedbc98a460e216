//! The invariants as data: what `specs/*.yaml` holds once it has been read and checked.
//!
//! The types here are what the rest of the judge sees. How a file becomes these types, and how it
//! fails to, is `load`'s business.

mod word;

pub mod glossary;

mod embedded;
mod fault;
mod files;
mod glossary_file;
mod id;
mod keyed;
mod list;
mod load;
mod reader;
mod rule_text;
mod schema;
mod shape;
mod suite_file;
mod table_file;
mod yaml;

pub use fault::{Fault, FaultKind, SpecFaults};
pub use id::Pattern;
pub use load::Specs;
pub use schema::suite_schema;
pub use table_file::Table;
pub use word::UnknownWord;

use crate::capability::Capability;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use word::words;

words! {
    /// How binding an invariant is. A broken `may` makes no run fail.
    pub Level, "a level":
    Must = "must", "Breaking it is a bug.";
    Should = "should", "Breaking it needs a reason.";
    May = "may", "A quality that is worth knowing about.";
}

words! {
    /// What sort of promise an invariant is.
    pub Kind, "a kind":
    Safety = "safety", "Nothing bad happens, unconditionally.";
    Liveness = "liveness", "Something good happens in the end, within a stated bound.";
    Bound = "bound", "A number stays within a limit.";
    Choice = "choice", "Implementation-defined: the run records what the target chose and holds it to that.";
}

words! {
    /// Who promises it.
    pub Profile, "a profile":
    Any = "any", "Every allocator, collector or analyser.";
    Go = "go", "What Go 1.27 promises.";
}

words! {
    /// One way of enforcing an invariant.
    pub Judge, "a judge":
    Property = "property", "Random scripts, shrunk on failure.";
    Exhaustive = "exhaustive", "Every script up to a length over a small alphabet.";
    Schedule = "schedule", "A schedule model (loom).";
    Fuzz = "fuzz", "Coverage-guided scripts.";
    Stress = "stress", "Real threads, judged from their logs.";
    Trace = "trace", "A scripted or recorded run.";
    Monitor = "monitor", "A real program watched from inside.";
    Golden = "golden", "A committed table or trace with its answers.";
}

/// Displays an enum by its serde word, so that each word is written once.
macro_rules! display_as_word {
    ($($kind:ty),*) => {
        $(impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                serde::Serialize::serialize(self, f)
            }
        })*
    };
}

pub(crate) use display_as_word;

/// Full id of an invariant: YAML path + phrase, as in `alloc/block/contents-stable`.
/// Lower-case words joined by `-`, parts joined by `/`. Ids never change meaning.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct InvariantId(pub(crate) String);

impl InvariantId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The suite part: all before the last `/`.
    pub fn suite(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(suite, _)| suite)
    }

    /// The subject: the part before the first `/`.
    pub fn subject(&self) -> &str {
        self.0.split('/').next().unwrap_or("")
    }
}

impl fmt::Display for InvariantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a promise comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A standard, manual page or paper, with its section.
    Text(String),
    /// A file and function of Go's runtime.
    Go(String),
    /// A bug report or test of another project.
    Issue(String),
}

/// Source text of a rule, with the place it came from, for messages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleText {
    /// The CEL source.
    pub text: String,
    /// Which file, as the loader names it.
    pub file: String,
    /// Line of its first character, from 1.
    pub line: u32,
    /// Column of its first character, from 1, in characters.
    pub column: u32,
}

/// What a machine judges.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    /// A predicate over the facts of an event.
    Rule {
        /// Events at which it is judged.
        on: Vec<String>,
        /// Guard: judged only where this is true.
        when: Option<RuleText>,
        /// Must be true.
        rule: RuleText,
    },
    /// Golden numbers: at each event, the row whose key has the facts of the event says what other
    /// facts are, or are at most.
    Table {
        /// Events at which it is judged.
        on: Vec<String>,
        /// Guard: judged only where this is true.
        when: Option<RuleText>,
        /// The file, relative to the suite's.
        file: String,
        /// Facts that find the row.
        key: Vec<String>,
        /// Facts that must be as the row has them.
        equal: Vec<String>,
        /// Facts that must not exceed what the row has.
        at_most: Vec<String>,
    },
    /// Traces with their answers, files beside the suite.
    Golden {
        /// File names, relative to the suite's file.
        files: Vec<String>,
    },
    /// Metamorphic: a script that breaks something must break it also after every op named in
    /// `swap` is replaced by `with`; if the twin is clean, the swapped op is at fault.
    Compare {
        /// Ops that are replaced, by their trace words.
        swap: Vec<String>,
        /// What replaces them: `free`, or `malloc`.
        with: String,
        /// Invariants whose breach the replaced ops can be blamed for.
        blames: Vec<String>,
    },
    /// The name of a schedule model.
    Model {
        /// The model.
        name: String,
    },
}

/// One normative sentence that a machine can judge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invariant {
    /// Full id.
    pub id: InvariantId,
    /// The normative sentence.
    pub says: String,
    /// What goes wrong without it.
    pub why: String,
    /// How binding.
    pub level: Level,
    /// What sort of promise.
    pub kind: Kind,
    /// Who promises it.
    pub profile: Profile,
    /// Choices of the target under which it applies, as `(choice, allowed words)`.
    pub given: Vec<(String, Vec<String>)>,
    /// Capabilities without which it is not applicable.
    pub needs: Vec<Capability>,
    /// What is judged.
    pub body: Body,
    /// Scripted runs in which it is judged; empty: in every run.
    pub scenario: Vec<String>,
    /// Ways of enforcing it.
    pub judges: Vec<Judge>,
    /// A breach leaves the heap in a state that proves nothing more: the case ends there.
    pub taints: bool,
    /// How often it must have been judged in a run before *holds* may be said.
    pub fires: u64,
    /// Where the promise comes from. Never empty.
    pub source: Vec<Source>,
    /// Mutants that break it. Never empty.
    pub broken_by: Vec<String>,
    /// File and line of its `id:`, for reports.
    pub file: String,
    /// See `file`; from 1.
    pub line: u32,
}

/// One YAML file of invariants about one part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suite {
    /// Its name, which is its path below `specs/` without the ending: `alloc/block`.
    pub name: String,
    /// What the part is.
    pub about: String,
    /// In file order.
    pub invariants: Vec<Invariant>,
}
