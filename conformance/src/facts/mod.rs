//! From answers to facts: what happened, in the words of the glossary. One clerk for each subject.

pub mod alloc;
pub mod gc;

use crate::observe::Asked;
use crate::op::{Script, Step};
use crate::picture::Picture;
use crate::rule::{EventId, Frame, Natives, Vocabulary};
use crate::trace::form::Written;
use std::fmt;

/// Who hears of events, in order.
pub trait Hears {
    /// `event` happened; `frame` holds its facts, and `natives` answers for the shadow. How many laws
    /// broke at it for the first time in this case.
    fn hear(&mut self, event: EventId, frame: &Frame, natives: &dyn Natives) -> usize;
}

/// The answer to a step of `C`'s subject.
pub type AnswerTo<C> = <<C as Clerk>::Op as Asked>::Answer;

/// What a step of `C`'s subject showed beside its answer.
pub type ReadingOf<C> = <<C as Clerk>::Op as Asked>::Reading;

/// The last step that was judged, its index in the script, and its answer.
pub type Last<C> = (usize, Step<<C as Clerk>::Op>, AnswerTo<C>);

/// Turns the answers of one run into events with facts, by comparing them with a shadow.
///
/// A step *begins* and *ends*. A lone step does both at once; steps that ran beside each other begin
/// and end in the order of their stamps.
pub trait Clerk: Sized + 'static {
    /// The alphabet whose answers it reads.
    type Op: Written + Asked;
    /// What it must know of the target before the run.
    type Setting: Copy;
    /// What a step took away when it began.
    type Departed: Copy + Default;

    /// A clerk for a fresh target.
    ///
    /// # Errors
    /// [`MissingName`] where the glossary lacks a word that the facts have.
    fn new(vocabulary: &Vocabulary, setting: Self::Setting) -> Result<Self, MissingName>;

    /// The step begins: what it gives back leaves the shadow.
    fn begin(&mut self, step: &Step<Self::Op>, answer: &AnswerTo<Self>) -> Self::Departed;

    /// The step, number `index` of its script, ends: events are told, and what it got arrives in the
    /// shadow.
    fn end(
        &mut self,
        index: usize,
        step: &Step<Self::Op>,
        answer: &AnswerTo<Self>,
        reading: Option<&ReadingOf<Self>>,
        departed: Self::Departed,
        hears: &mut impl Hears,
    );

    /// The process ended at this step.
    fn died(&mut self, step: &Step<Self::Op>, answer: &AnswerTo<Self>, hears: &mut impl Hears);

    /// The script is over; `completed` is whether the process lived to its end.
    fn finish(&mut self, completed: bool, hears: &mut impl Hears);

    /// What is around that by which law number `nth` broke, counting from 0 in the order in which laws
    /// broke for the first time; or which the last step was about.
    fn picture(&self, nth: usize, last: Option<&Last<Self>>, script: &Script<Self::Op>) -> Picture;
}

/// A word that a clerk sets and the glossary lacks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissingName {
    /// The fact, event, list, function or word.
    pub name: String,
}

impl fmt::Display for MissingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the glossary lacks `{}`, which every run sets", self.name)
    }
}

impl std::error::Error for MissingName {}
