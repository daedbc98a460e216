//! Steps to text.

use super::form::{FOREIGN, Operand, Part, SCAN};
use super::{Metadata, Trace, Traced, VERSION};
use crate::op::alloc::{Op, Step};
use std::fmt;
use std::io::{self, Write};

/// Sections deeper than this are not indented further: a thousand open sections must not make
/// lines of two thousand blanks.
const INDENT_MAX: usize = 16;

/// An op as its form has it: `s0 = malloc 24`.
impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.form().parts.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            match *part {
                Part::Word(word) => f.write_str(word)?,
                Part::Operand(operand) => write_operand(f, operand, self.operand(operand))?,
            }
        }
        Ok(())
    }
}

fn write_operand(f: &mut fmt::Formatter<'_>, operand: Operand, value: u64) -> fmt::Result {
    match operand {
        Operand::Slot => write!(f, "s{value}"),
        Operand::Thread => write!(f, "t{value}"),
        Operand::Foreign => f.write_str(FOREIGN[value as usize].0),
        Operand::Scan => f.write_str(SCAN[value as usize].0),
        _ => write!(f, "{value}"),
    }
}

/// A step without indent: `@t1 late free s5`.
impl fmt::Display for Step {
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
impl fmt::Display for Traced {
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
    fn indent(&mut self, op: &Op) -> usize {
        if matches!(op, Op::End) {
            self.0 = self.0.saturating_sub(1);
        }
        let indent = 2 * self.0.min(INDENT_MAX);
        if matches!(op, Op::Together | Op::Repeat { .. }) {
            self.0 += 1;
        }
        indent
    }
}

struct Header<'m>(&'m Metadata);

impl fmt::Display for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "heaplaw-trace {VERSION} alloc")?;
        for (key, value) in self.0.iter() {
            let gap = if value.is_empty() { "" } else { " " };
            writeln!(f, "# {key}:{gap}{value}")?;
        }
        Ok(())
    }
}

/// The whole text, header included, each line ended by a line feed.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Header(&self.metadata))?;
        let mut depth = Depth::default();
        for traced in &self.steps {
            let indent = depth.indent(&traced.step.op);
            writeln!(f, "{:indent$}{traced}", "")?;
        }
        Ok(())
    }
}

/// Writes a trace step by step, without holding it.
///
/// Nothing is buffered here: hand in a [`io::BufWriter`] where the sink is slow.
pub struct Writer<W> {
    sink: W,
    depth: Depth,
}

impl<W: Write> Writer<W> {
    /// Begins a trace: writes the header and `metadata`.
    ///
    /// # Errors
    /// Those of `sink`.
    pub fn new(mut sink: W, metadata: &Metadata) -> io::Result<Writer<W>> {
        write!(sink, "{}", Header(metadata))?;
        Ok(Writer { sink, depth: Depth::default() })
    }

    /// Writes one step.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn step(&mut self, traced: &Traced) -> io::Result<()> {
        let indent = self.depth.indent(&traced.step.op);
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
