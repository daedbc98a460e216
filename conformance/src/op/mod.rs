//! The alphabets: what may be asked of a target, one for each subject.
//!
//! A script is a list of steps; a step is one op performed by one thread. Every driver, fuzzer, trace,
//! protocol and witness speaks these ops.
//!
//! Every op is *total*: it means something in every state. An op on a place that is not in the state
//! it needs is skipped (a free of an empty slot, a load through a nil local), a step of a thread
//! that was not started is skipped, an `end` without its beginning is skipped. That is what makes
//! shrinking work: any subset of a script is a script.

pub mod alloc;
pub mod gc;
pub mod performed;

use std::fmt;
use std::hash::Hash;

/// Threads of a script, the main thread included.
pub const THREADS: usize = 8;

/// Who performs a step: 0 is the main thread, which always runs; below [`THREADS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Thread(pub u8);

/// An op of some alphabet.
pub trait Action: Copy + Eq + Hash + fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// The subject that the alphabet is of, as suites and traces name it.
    const SUBJECT: &'static str;

    /// The op's name in glossary, reports and YAML.
    fn word(&self) -> &'static str;

    /// What the op does for the steps around it.
    fn section(&self) -> Section;

    /// The op that does this; `None` for [`Section::Inner`], and for what the alphabet has not.
    fn of_section(section: Section) -> Option<Self>;
}

/// Sections: steps that are performed together, or over and over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    /// Begins a section whose steps run at the same time, each thread its own in order.
    Together,
    /// Begins a section that is performed so many times over.
    Repeat(u64),
    /// Ends the innermost open section.
    End,
    /// Neither begins nor ends one.
    Inner,
}

/// One op and who performs it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Step<O = alloc::Op> {
    /// The performing thread.
    pub thread: Thread,
    /// Performed by the thread-local destructors of `thread`, at the end of it that follows.
    pub late: bool,
    /// What is done.
    pub op: O,
}

impl<O> Step<O> {
    /// `op` on the main thread.
    pub fn main(op: O) -> Step<O> {
        Step { thread: Thread(0), late: false, op }
    }

    /// `op` on `thread`.
    pub fn on(thread: Thread, op: O) -> Step<O> {
        Step { thread, late: false, op }
    }
}

impl<O: Action> Step<O> {
    /// Whether the step begins a section.
    pub fn opens(&self) -> bool {
        matches!(self.op.section(), Section::Together | Section::Repeat(_))
    }

    /// Whether the step ends a section.
    pub fn closes(&self) -> bool {
        self.op.section() == Section::End
    }
}

/// A list of steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Script<O = alloc::Op> {
    /// The steps, in order.
    pub steps: Vec<Step<O>>,
}

impl<O: Action> Script<O> {
    /// Whether threads run beside each other in it. What it shows may then be a matter of luck.
    pub fn is_together(&self) -> bool {
        self.steps.iter().any(|step| step.op.section() == Section::Together)
    }
}

impl<O> Default for Script<O> {
    fn default() -> Script<O> {
        Script { steps: Vec::new() }
    }
}
