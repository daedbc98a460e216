//! Traces: scripts as text that people read, edit, diff and commit.
//!
//! A trace is the form in which a script leaves the judge: witnesses, regressions, golden files
//! and recordings of real programs are all traces. One line is one step; `docs/trace-format.md`
//! has the grammar.
//!
//! ```text
//! heaplaw-trace 1 alloc
//! # invariant: alloc/block/contents-stable
//! s0 = malloc 24
//! s0 = realloc s0 48 -> block
//! free s0
//! ```
//!
//! The law of this module: a printed trace parses back to itself, whatever its steps are, as long
//! as they keep to the ranges that [`crate::op::alloc`] states. Whatever the bytes are, parsing
//! them ends with a trace or with a [`Fault`] that names line and column, after time linear in the
//! bytes and with memory linear in the steps that the caller allowed.

pub mod expected;
pub mod fault;
pub mod form;
mod metadata;
mod parse;
mod print;
mod read;

pub use expected::{Clause, Expected};
pub use fault::{Fault, FaultKind};
pub use metadata::Metadata;
pub use print::Writer;
pub use read::Reader;

use crate::op::{Script, Step, alloc};
use form::Written;

/// The longest line that a reader accepts, in bytes, its line break not counted.
///
/// A step takes less than 100; the rest is room for metadata.
pub const LINE_MAX: usize = 4096;

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// A step with what it is expected to show, if anything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Traced<O = alloc::Op> {
    /// What is done.
    pub step: Step<O>,
    /// What must come of it. Golden traces say so; other traces leave it to the invariants.
    pub expected: Option<Expected>,
}

impl<O> From<Step<O>> for Traced<O> {
    fn from(step: Step<O>) -> Traced<O> {
        Traced { step, expected: None }
    }
}

/// A whole trace in memory. For a trace that may not fit, see [`Reader`] and [`Writer`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trace<O = alloc::Op> {
    /// What the trace is about, for people and reports.
    pub metadata: Metadata,
    /// The steps, in order.
    pub steps: Vec<Traced<O>>,
}

impl<O> Default for Trace<O> {
    fn default() -> Trace<O> {
        Trace { metadata: Metadata::default(), steps: Vec::new() }
    }
}

impl<O: Written> Trace<O> {
    /// Reads a trace of at most `max_steps` steps.
    ///
    /// # Errors
    /// The first fault in `text`; a step beyond `max_steps` is one.
    pub fn parse(text: &[u8], max_steps: usize) -> Result<Trace<O>, Fault> {
        let mut reader = Reader::new(text, max_steps)?;
        let steps = reader.by_ref().collect::<Result<_, _>>()?;
        Ok(Trace { metadata: reader.into_metadata(), steps })
    }

    /// The steps without what is expected of them.
    pub fn script(&self) -> Script<O> {
        Script { steps: self.steps.iter().map(|traced| traced.step).collect() }
    }
}

impl<O: Copy> From<&Script<O>> for Trace<O> {
    fn from(script: &Script<O>) -> Trace<O> {
        let steps = script.steps.iter().copied().map(Traced::from).collect();
        Trace { metadata: Metadata::default(), steps }
    }
}
