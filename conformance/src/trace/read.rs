//! A stream of text to a stream of steps.

use super::fault::{Fault, FaultKind, quote};
use super::form::Written;
use super::metadata::{self, Metadata};
use super::parse::{self, Line};
use super::{LINE_MAX, Traced};
use std::io::{self, BufRead, Read};
use std::marker::PhantomData;

/// Reads a trace step by step, without holding it.
///
/// As an iterator it yields steps up to the end of the source or the first [`Fault`], and nothing
/// after that.
pub struct Reader<R, O = crate::op::alloc::Op> {
    lines: Lines<R>,
    alphabet: PhantomData<O>,
    metadata: Metadata,
    /// The line in `lines` was read to find the end of the metadata, and is a step's.
    peeked: bool,
    max_steps: usize,
    steps: usize,
    finished: bool,
}

impl<R: BufRead, O: Written> Reader<R, O> {
    /// Reads the header and the metadata of a trace that may have `max_steps` steps.
    ///
    /// # Errors
    /// A fault in those lines, or a line after them that is no text.
    pub fn new(source: R, max_steps: usize) -> Result<Reader<R, O>, Fault> {
        let mut lines = Lines { source, bytes: Vec::new(), number: 0 };
        lines.advance()?;
        parse::header(lines.line()?, O::SUBJECT)?;
        let mut metadata = Metadata::default();
        let mut peeked = false;
        while !peeked && lines.advance()? {
            let line = lines.line()?;
            match metadata::pair_of(line.text) {
                Some(_) if metadata.len() == Metadata::MAX => {
                    let message = format!("more than {} lines of metadata", Metadata::MAX);
                    return Err(line.fault(0, FaultKind::TooMuchMetadata, message));
                }
                Some((key, value)) => metadata.push(key, value),
                None => peeked = true,
            }
        }
        Ok(Reader {
            lines,
            alphabet: PhantomData,
            metadata,
            peeked,
            max_steps,
            steps: 0,
            finished: false,
        })
    }

    /// What the trace says about itself.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// What the trace says about itself, kept beyond the reader.
    pub fn into_metadata(self) -> Metadata {
        self.metadata
    }

    /// The line that was read last, from 1.
    pub fn line(&self) -> u64 {
        self.lines.number
    }

    fn next_step(&mut self) -> Result<Option<Traced<O>>, Fault> {
        while std::mem::take(&mut self.peeked) || self.lines.advance()? {
            let line = self.lines.line()?;
            let Some(traced) = parse::step(line)? else { continue };
            if self.steps == self.max_steps {
                let message = format!("a step beyond the limit of {}", self.max_steps);
                return Err(line.fault(0, FaultKind::TooManySteps, message));
            }
            self.steps += 1;
            return Ok(Some(traced));
        }
        Ok(None)
    }
}

impl<R: BufRead, O: Written> Iterator for Reader<R, O> {
    type Item = Result<Traced<O>, Fault>;

    fn next(&mut self) -> Option<Result<Traced<O>, Fault>> {
        if self.finished {
            return None;
        }
        let next = self.next_step().transpose();
        self.finished = !matches!(next, Some(Ok(_)));
        next
    }
}

/// The lines of a source, one at a time.
struct Lines<R> {
    source: R,
    /// The line read last, without its break.
    bytes: Vec<u8>,
    /// Its number, from 1; 0 before the first. Stays at the last line when the source ends.
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line; false, and an empty line, at the end of the source.
    fn advance(&mut self) -> Result<bool, Fault> {
        self.bytes.clear();
        // Room for the longest line, its break, and one byte that shows it to be too long.
        let room = LINE_MAX as u64 + 3;
        let read = self.source.by_ref().take(room).read_until(b'\n', &mut self.bytes);
        let read = read.map_err(|error| self.unreadable(&error))?;
        self.number += u64::from(read > 0);
        for end in [b'\n', b'\r'] {
            if self.bytes.last() == Some(&end) {
                self.bytes.pop();
            }
        }
        if self.bytes.len() > LINE_MAX {
            let message = format!("a line longer than {LINE_MAX} bytes");
            return Err(self.fault(LINE_MAX, FaultKind::LongLine, message));
        }
        Ok(read > 0)
    }

    /// The line read last, as text.
    fn line(&self) -> Result<Line<'_>, Fault> {
        let text = str::from_utf8(&self.bytes).map_err(|error| {
            let at = error.valid_up_to();
            self.fault(at, FaultKind::NotText, "not UTF-8 text".to_owned())
        })?;
        let odd = |c: char| c.is_control() && c != '\t';
        match text.char_indices().find(|(_, c)| odd(*c)) {
            Some((at, c)) => {
                let message = format!("a control character, {}", quote(c.encode_utf8(&mut [0; 4])));
                Err(self.fault(at, FaultKind::NotText, message))
            }
            None => Ok(Line { text, number: self.number.max(1) }),
        }
    }

    /// A fault at byte `at`; what comes before it may be no text.
    fn fault(&self, at: usize, kind: FaultKind, message: String) -> Fault {
        let column = String::from_utf8_lossy(&self.bytes[..at]).chars().count() + 1;
        Fault { kind, line: self.number.max(1), column, message, nearest: None }
    }

    fn unreadable(&self, error: &io::Error) -> Fault {
        let message = format!("could not be read: {error}");
        self.fault(self.bytes.len(), FaultKind::Io(error.kind()), message)
    }
}
