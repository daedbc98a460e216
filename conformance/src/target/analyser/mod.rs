//! Escape analysers: each is asked about one file at a time, and answers with lines.
//!
//! A right one says what the Go compiler says with `-gcflags='-m -l'`. [`command`] reaches one behind
//! a command line; others are code of this executable.

pub mod command;
mod lines;

use super::identity::Identity;
use crate::observe::escape::Answer;

pub use lines::{MAX_BYTES, MAX_LINES, read};

/// An analyser, which holds nothing from one question to the next.
pub trait Analyser {
    /// What code answers.
    fn identity(&self) -> Identity;

    /// The lines about the file `name`, which has `text` and is a package by itself. Of a file that it refuses an
    /// analyser says so in [`Answer::ended`].
    ///
    /// # Errors
    /// Why there is no answer, in a sentence: nobody can be asked, or whoever was asked hangs.
    fn analyse(&self, name: &str, text: &str) -> Result<Answer, String>;
}
