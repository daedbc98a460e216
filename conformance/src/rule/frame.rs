//! The facts of one event, as rules read them.

use super::vocabulary::{FactId, FunctionId, ListId, Vocabulary};

/// A value for every fact of a vocabulary: one flat array, filled by who measures and read by
/// compiled rules.
///
/// A frame is made once and reused. A fact that was not set for the event at hand keeps its last
/// value; rules never see it, because they load only where every event of theirs binds their facts.
#[derive(Clone, Debug)]
pub struct Frame {
    vocabulary: Vocabulary,
    facts: Box<[u64]>,
    lists: Box<[Vec<u64>]>,
}

impl Frame {
    /// A frame with all facts 0 (bools false, words the first) and all lists empty.
    pub fn new(vocabulary: &Vocabulary) -> Frame {
        Frame {
            vocabulary: vocabulary.clone(),
            facts: vec![0; vocabulary.facts().count()].into(),
            lists: vec![Vec::new(); vocabulary.lists().count()].into(),
        }
    }

    /// Sets a fact: a number as it is, a bool as 0 or 1, a word as [`Vocabulary::word`] gives it.
    ///
    /// # Panics
    /// Where `fact` comes from a larger vocabulary.
    #[inline]
    pub fn set(&mut self, fact: FactId, value: u64) {
        self.facts[usize::from(fact.0)] = value;
    }

    /// The value of a fact.
    ///
    /// # Panics
    /// Where `fact` comes from a larger vocabulary.
    #[inline]
    pub fn get(&self, fact: FactId) -> u64 {
        self.facts[usize::from(fact.0)]
    }

    /// A list, to be filled. It may hold at most the values that the glossary allows it; the
    /// bound is what makes a rule over it cheap, not what makes it safe.
    ///
    /// # Panics
    /// Where `list` comes from a larger vocabulary.
    #[inline]
    pub fn list_mut(&mut self, list: ListId) -> &mut Vec<u64> {
        &mut self.lists[usize::from(list.0)]
    }

    /// The values of a list.
    ///
    /// # Panics
    /// Where `list` comes from a larger vocabulary.
    #[inline]
    pub fn list(&self, list: ListId) -> &[u64] {
        &self.lists[usize::from(list.0)]
    }

    /// Whether the frame was made for `vocabulary`.
    #[inline]
    pub(super) fn is_of(&self, vocabulary: &Vocabulary) -> bool {
        self.vocabulary.is(vocabulary)
    }

    #[inline]
    pub(super) fn facts(&self) -> &[u64] {
        &self.facts
    }

    #[inline]
    pub(super) fn lists(&self) -> &[Vec<u64>] {
        &self.lists
    }
}

/// The native functions of a subject: what rules ask of the shadow.
///
/// A native reads the shadow only. It never calls the target: a rule that asked the target itself
/// could not go red.
pub trait Natives {
    /// Calls `function`. A record argument arrives as its fields in declared order, a bool as 0 or
    /// 1, a word as its index. A function that gives a bool returns 0 for false.
    fn call(&self, function: FunctionId, arguments: &[u64]) -> u64;
}

impl<F: Fn(FunctionId, &[u64]) -> u64> Natives for F {
    fn call(&self, function: FunctionId, arguments: &[u64]) -> u64 {
        self(function, arguments)
    }
}
