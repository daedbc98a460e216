//! What an escape analyser answers: lines about places of one file.

use std::fmt;

/// One line about a place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Told {
    /// The line of the file, from 1; 0 for a place that is in no file.
    pub line: u32,
    /// The column, in bytes from 1; 0 where the analyser does not tell it.
    pub column: u32,
    /// What is said of it.
    pub text: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.column, self.text)
    }
}

/// All that was answered about one file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Answer {
    /// Lines about places of the file, in the order in which they came.
    pub told: Vec<Told>,
    /// Lines that are about no place of it; the first ones.
    pub other: Vec<String>,
    /// What became of the analyser, where it did not end well: in a sentence.
    pub ended: Option<String>,
}

impl Answer {
    /// Why this is no answer about a file that compiles, if it is none: the analyser failed, and told nothing.
    pub fn refusal(&self) -> Option<String> {
        let ended = self.ended.as_ref().filter(|_| self.told.is_empty())?;
        let said = if self.other.is_empty() { "nothing".into() } else { self.other.join("; ") };
        Some(format!("nothing was told: {ended}; it said: {said}"))
    }
}
