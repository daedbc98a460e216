//! What a collector answers to one step.
//!
//! A stamp names the word that it was read in: its object in the low 32 bits, the index of the word
//! above. Everything that is read through a reference is a stamp; which object it ought to be only the
//! shadow knows.

use super::{Answers, Asked, Progress};
use crate::op::gc::Op;
use std::collections::BTreeMap;

/// The words from here on have the stamp of this one.
pub const LAST_STAMPED: u64 = 1 << 20;

impl Asked for Op {
    type Answer = Answer;
    type Reading = Reading;
}

/// What came of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Outcome {
    /// Not begun, or begun and never answered.
    #[default]
    Pending,
    /// It did not apply to the state that it met.
    Skipped,
    /// Done.
    Done,
    /// The collector refused.
    Refused,
    /// The target does not know the op.
    Unsupported,
    /// It failed in a way that a program must not see; what was said is a [`Reading::Said`].
    Failed,
}

/// One step's answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Answer {
    /// What came of it.
    pub outcome: Outcome,
    /// Its values, in the order of the protocol; those that the op has not are 0.
    pub values: [u64; 3],
    /// How many values were answered.
    pub count: u8,
}

impl Answers for Answer {
    fn progress(&self) -> Progress {
        match self.outcome {
            Outcome::Pending => Progress::Pending,
            Outcome::Skipped | Outcome::Unsupported => Progress::Skipped,
            Outcome::Done | Outcome::Refused | Outcome::Failed => Progress::Done,
        }
    }

    fn stamps(&self) -> (u64, u64) {
        (0, 0)
    }
}

impl Answer {
    /// An answer without values.
    pub const fn bare(outcome: Outcome) -> Answer {
        Answer { outcome, values: [0; 3], count: 0 }
    }

    /// The answer of an op that is done and has nothing to tell.
    pub const DONE: Answer = Answer::bare(Outcome::Done);

    /// The answer of an op that does not apply.
    pub const SKIPPED: Answer = Answer::bare(Outcome::Skipped);

    /// Done, with at most three values.
    pub fn with(values: &[u64]) -> Answer {
        let mut answer = Answer { count: values.len().min(3) as u8, ..Answer::DONE };
        for (to, value) in answer.values.iter_mut().zip(values) {
            *to = *value;
        }
        answer
    }
}

/// What some steps show beside their answer.
#[derive(Clone, PartialEq, Debug)]
pub enum Reading {
    /// What became known since it was asked last.
    Gathered(Gathered),
    /// Statistics by name.
    Stats(BTreeMap<String, u64>),
    /// What a failed op said, or what is wrong with the answer itself.
    Said(String),
}

/// What became known since it was asked last: numbers of objects and of cleanups.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Gathered {
    /// Objects that were reclaimed.
    pub dead: Numbers,
    /// Objects whose finalizer ran, in the order in which they began.
    pub finalized: Numbers,
    /// Cleanups that ran.
    pub cleaned: Numbers,
    /// Objects that a weak handle still led to when their finalizer ran.
    pub strong: Numbers,
    /// Objects that could not be read whole when their finalizer ran.
    pub broken: Numbers,
}

/// A list of numbers, kept as runs of consecutive ones: a million deaths are mostly one run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Numbers {
    runs: Vec<(u64, u64)>,
}

impl Numbers {
    /// Adds one number at the end.
    pub fn push(&mut self, number: u64) {
        self.push_run(number, number);
    }

    /// Adds all numbers from `first` to `last`, both included.
    pub fn push_run(&mut self, first: u64, last: u64) {
        match self.runs.last_mut() {
            Some((_, end)) if *end != u64::MAX && *end + 1 == first => *end = last,
            _ => self.runs.push((first, last)),
        }
    }

    /// The runs, each as its first and last number.
    pub fn runs(&self) -> &[(u64, u64)] {
        &self.runs
    }

    /// The numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        self.runs.iter().flat_map(|&(first, last)| first..=last)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }
}

impl FromIterator<u64> for Numbers {
    fn from_iter<I: IntoIterator<Item = u64>>(iter: I) -> Numbers {
        let mut numbers = Numbers::default();
        iter.into_iter().for_each(|number| numbers.push(number));
        numbers
    }
}

/// The stamp of word `word` of object number `object`.
pub fn stamp(object: u64, word: u64) -> u64 {
    object | word.min(LAST_STAMPED) << 32
}

/// The object and the word that `stamp` names.
pub fn stamped(stamp: u64) -> (u64, u64) {
    (stamp & u64::from(u32::MAX), stamp >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_numbers_are_one_run() {
        let numbers: Numbers = [3, 4, 5, 9, 1, 2].into_iter().collect();
        assert_eq!(numbers.runs(), [(3, 5), (9, 9), (1, 2)]);
        assert_eq!(numbers.iter().collect::<Vec<_>>(), [3, 4, 5, 9, 1, 2]);
    }

    #[test]
    fn a_stamp_names_its_object_and_its_word() {
        assert_eq!(stamped(stamp(7, 3)), (7, 3));
        assert_eq!(stamped(stamp(7, LAST_STAMPED + 5)), (7, LAST_STAMPED));
        assert_eq!(stamp(7, 0), 7);
    }
}
