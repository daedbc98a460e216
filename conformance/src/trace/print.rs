//! Steps to text.

use super::form::alloc::{FOREIGN, SCAN};
use super::form::{Operand, Part, Written};
use super::{Metadata, Trace, Traced, VERSION};
use crate::op::gc::{Kind, Map};
use crate::op::{Action, Section, Step};
use std::fmt;
use std::io::{self, Write};
use std::marker::PhantomData;

/// Sections deeper than this are not indented further: a thousand open sections must not make
/// lines of two thousand blanks.
const INDENT_MAX: usize = 16;

/// An op as its form has it: `s0 = malloc 24`.
pub(super) fn write_op<O: Written>(f: &mut fmt::Formatter<'_>, op: &O) -> fmt::Result {
    for (i, part) in op.form().parts.iter().enumerate() {
        if i > 0 {
            f.write_str(" ")?;
        }
        match *part {
            Part::Word(word) => f.write_str(word)?,
            Part::Operand(operand) => write_operand(f, operand, op.operand(operand))?,
        }
    }
    Ok(())
}

fn write_operand(f: &mut fmt::Formatter<'_>, operand: Operand, value: u64) -> fmt::Result {
    match operand {
        Operand::Slot => write!(f, "s{value}"),
        Operand::Thread | Operand::Mutator => write!(f, "t{value}"),
        Operand::Foreign => f.write_str(FOREIGN[value as usize].0),
        Operand::Scan => f.write_str(SCAN[value as usize].0),
        Operand::To | Operand::Of | Operand::From => write!(f, "l{value}"),
        Operand::Global => write!(f, "g{value}"),
        Operand::Weak | Operand::OtherWeak => write!(f, "w{value}"),
        Operand::Map => f.write_str(Map::ALL[value as usize].word()),
        Operand::Kind => f.write_str(Kind::ALL[value as usize].word()),
        _ => write!(f, "{value}"),
    }
}

/// A step without indent: `@t1 late free s5`.
impl<O: Action> fmt::Display for Step<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.thread.0 != 0 {
            write!(f, "@t{} ", self.thread.0)?;
        }
        if self.late {
            f.write_str("late ")?;
        }
        write!(f, "{}", self.op)
    }
}

/// A step and its expected answer: `s0 = malloc 24 -> block, aligned 16`.
impl<O: Action> fmt::Display for Traced<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.step)?;
        match &self.expected {
            Some(expected) => write!(f, " -> {expected}"),
            None => Ok(()),
        }
    }
}

/// How many sections are open, which is what the indent shows.
#[derive(Default)]
struct Depth(usize);

impl Depth {
    /// The blanks before a step's line; opens or closes the section that the step begins or ends.
    fn indent<O: Action>(&mut self, step: &Step<O>) -> usize {
        if step.op.section() == Section::End {
            self.0 = self.0.saturating_sub(1);
        }
        let indent = 2 * self.0.min(INDENT_MAX);
        if step.opens() {
            self.0 += 1;
        }
        indent
    }
}

struct Header<'m> {
    subject: &'static str,
    metadata: &'m Metadata,
}

impl fmt::Display for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "heaplaw-trace {VERSION} {}", self.subject)?;
        for (key, value) in self.metadata.iter() {
            let gap = if value.is_empty() { "" } else { " " };
            writeln!(f, "# {key}:{gap}{value}")?;
        }
        Ok(())
    }
}

/// The whole text, header included, each line ended by a line feed.
impl<O: Action> fmt::Display for Trace<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Header { subject: O::SUBJECT, metadata: &self.metadata })?;
        let mut depth = Depth::default();
        for traced in &self.steps {
            let indent = depth.indent(&traced.step);
            writeln!(f, "{:indent$}{traced}", "")?;
        }
        Ok(())
    }
}

/// Writes a trace step by step, without holding it.
///
/// Nothing is buffered here: hand in a [`io::BufWriter`] where the sink is slow.
pub struct Writer<W, O = crate::op::alloc::Op> {
    sink: W,
    depth: Depth,
    alphabet: PhantomData<O>,
}

impl<W: Write, O: Action> Writer<W, O> {
    /// Begins a trace: writes the header and `metadata`.
    ///
    /// # Errors
    /// Those of `sink`.
    pub fn new(mut sink: W, metadata: &Metadata) -> io::Result<Writer<W, O>> {
        write!(sink, "{}", Header { subject: O::SUBJECT, metadata })?;
        Ok(Writer { sink, depth: Depth::default(), alphabet: PhantomData })
    }

    /// Writes one step.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn step(&mut self, traced: &Traced<O>) -> io::Result<()> {
        let indent = self.depth.indent(&traced.step);
        writeln!(self.sink, "{:indent$}{traced}", "")
    }

    /// Flushes and returns the sink.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(mut self) -> io::Result<W> {
        self.sink.flush()?;
        Ok(self.sink)
    }
}
