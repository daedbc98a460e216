//! Traces of any subject, as they are kept in files.

use super::again::AgainError;
use super::escape::Program;
use super::target_spec::{Of, TargetSpec};
use crate::op::gc;
use crate::op::performed::turns;
use crate::trace::form::Written;
use crate::trace::{Metadata, Reader, Trace, Traced};
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// A trace longer than this, in steps, is none that a person replays.
const STEPS: usize = 50_000_000;

/// A trace of any subject.
#[derive(Clone, Debug)]
pub enum Saved {
    /// It is about allocators.
    Alloc(Trace),
    /// It is about collectors.
    Gc(Trace<gc::Op>),
    /// It is about escape analysers, and no trace but a program.
    Escape(Program),
}

impl Saved {
    /// What it says about itself.
    pub fn metadata(&self) -> &Metadata {
        match self {
            Saved::Alloc(trace) => &trace.metadata,
            Saved::Gc(trace) => &trace.metadata,
            Saved::Escape(program) => &program.metadata,
        }
    }

    /// How many steps it has; of a program, lines.
    pub fn len(&self) -> usize {
        match self {
            Saved::Alloc(trace) => trace.steps.len(),
            Saved::Gc(trace) => trace.steps.len(),
            Saved::Escape(program) => program.text.lines().count(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn about(&self) -> Of {
        match self {
            Saved::Alloc(_) => Of::Allocators,
            Saved::Gc(_) => Of::Collectors,
            Saved::Escape(_) => Of::Analysers,
        }
    }

    pub(super) fn suits(&self, spec: &TargetSpec) -> Result<(), AgainError> {
        let (about, target) = (self.about().word(), spec.subject().word());
        if about == target {
            return Ok(());
        }
        Err(AgainError::Whole(format!("the trace is about `{about}`, {spec} about `{target}`")))
    }
}

/// The whole text.
impl fmt::Display for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Saved::Alloc(trace) => trace.fmt(f),
            Saved::Gc(trace) => trace.fmt(f),
            Saved::Escape(program) => program.fmt(f),
        }
    }
}

/// The trace in the file `path`; a Go file is a program.
///
/// # Errors
/// [`AgainError::File`] where there is none.
pub fn read(path: &Path) -> Result<Saved, AgainError> {
    if path.extension().is_some_and(|ending| ending == "go") {
        return Program::read(path).map(Saved::Escape);
    }
    let file = File::open(path)
        .map_err(|e| AgainError::File(format!("cannot read {}: {e}", path.display())))?;
    read_any(BufReader::new(file), path)
}

/// The trace that `text` is; `name` is for what is said of faults.
///
/// # Errors
/// [`AgainError::File`] where it is none.
pub fn parse(text: &str, name: &str) -> Result<Saved, AgainError> {
    read_any(text.as_bytes(), Path::new(name))
}

fn read_any(mut source: impl BufRead, path: &Path) -> Result<Saved, AgainError> {
    // A look at the header tells the subject; what is no header is a fault of the reader's to tell.
    let begin = source.fill_buf().unwrap_or_default();
    let first = begin.split(|&byte| byte == b'\n').next().unwrap_or_default();
    if first.trim_ascii().ends_with(b" gc") {
        read_as(source, path).map(Saved::Gc)
    } else {
        read_as(source, path).map(Saved::Alloc)
    }
}

fn read_as<O: Written>(source: impl BufRead, path: &Path) -> Result<Trace<O>, AgainError> {
    let shown = path.display();
    let faulty = |fault: &dyn fmt::Display| AgainError::File(format!("{shown}:{fault}"));
    let mut reader = Reader::new(source, STEPS).map_err(|e| faulty(&e))?;
    let steps: Vec<Traced<O>> =
        reader.by_ref().collect::<Result<_, _>>().map_err(|e| faulty(&e))?;
    let turns = turns(steps.iter().map(|step| &step.step));
    if turns > STEPS as u64 {
        let says =
            format!("{shown}: its repeats come to {turns} steps, at most {STEPS} are performed");
        return Err(AgainError::File(says));
    }
    Ok(Trace { metadata: reader.into_metadata(), steps })
}
