//! Lines of source code, to be shown under what is said of them.

use super::Report;
use crate::source::Pos;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// Reads a file; `None` if it is not there or no text.
type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Longer lines are cut.
const MAX_CHARS: usize = 160;

/// Lines of the files of a run, each file read when first asked for.
pub struct Excerpts<'a> {
    read: Read<'a>,
    files: RefCell<BTreeMap<String, Option<String>>>,
}

impl fmt::Debug for Excerpts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Excerpts").finish_non_exhaustive()
    }
}

/// A line of code and a place in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Excerpt {
    /// The line's number.
    pub line: u32,
    /// Its text, without what a terminal would obey.
    pub text: String,
    /// How many characters stand before the place.
    pub before: usize,
}

impl<'a> Excerpts<'a> {
    /// Excerpts of files that `read` reads.
    pub fn new(read: &'a dyn Fn(&str) -> Option<String>) -> Excerpts<'a> {
        Excerpts { read, files: RefCell::default() }
    }

    /// The line that `pos` is in.
    pub(super) fn at(&self, report: &Report<'_>, pos: Pos) -> Option<Excerpt> {
        let path = report.sources.path(report.sources.file(pos)?);
        let (line, column) = report.sources.line_and_column(pos)?;
        let mut files = self.files.borrow_mut();
        let text = files.entry(path.to_owned()).or_insert_with(|| (self.read)(path)).as_ref()?;
        let code = text.split('\n').nth(line as usize - 1)?.trim_end_matches('\r');
        let offset = (column as usize - 1).min(code.len());
        let before = code.char_indices().take_while(|(at, _)| *at < offset).count();
        let text = code.chars().take(MAX_CHARS).map(shown).collect();
        Some(Excerpt { line, text, before: before.min(MAX_CHARS) })
    }
}

/// Control characters are not sent on, tabs excepted.
fn shown(c: char) -> char {
    if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c }
}
