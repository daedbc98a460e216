//! Rules: predicates over the facts of an event, written in CEL.
//!
//! The life of a rule:
//!
//! 1. [`Vocabulary::new`] numbers the words of the glossary: facts, lists, events, natives.
//! 2. [`Rule::load`] scans the text, has the `cel` crate parse it, resolves and type-checks it, and
//!    compiles it to closures. All that can be known to be wrong is refused here, with its place.
//! 3. At each event, who measures fills a [`Frame`], and [`Rule::holds`] evaluates.
//! 4. When a rule is broken, [`Rule::explain`] tells what each part of it came to.
//!
//! The language is a part of CEL: whole numbers, bools and words; `+ - * / %`, comparisons,
//! `! && ||`, `? :`, `in`; `all`, `exists` and `size` of lists that have a bound; `math.least` and
//! `math.greatest`; `plateau`; and the natives of the glossary. It differs from CEL in two ways:
//!
//! - Numbers are exact. CEL has `int` and `uint` of 64 bits that do not mix; facts here are 0 to
//!   2^64-1, and every result is exact within 128 bits. What CEL can compute is the same here.
//! - A fault is never absorbed. In CEL `1/0 == 1 || true` is true; here a part that was evaluated
//!   and has no value leaves the whole without one. Parts are evaluated from left to right, and only
//!   as far as they can matter.

mod check;
mod compile;
mod explain;
mod fault;
mod frame;
mod parse;
mod scan;
mod syntax;
mod table;
mod tree;
mod vocabulary;

pub use self::explain::Shown;
pub use self::fault::{EvalFault, EvalFaultKind, RuleFault, RuleFaultKind};
pub use self::frame::{Frame, Natives};
pub use self::table::{Predicate, TableParts, TableRule};
pub use self::vocabulary::{
    EventId, FactId, FunctionId, ListId, NativeCost, Vocabulary, VocabularyFault,
    VocabularyFaultKind,
};

use self::check::Role;
use self::compile::{Code, Context};
use self::tree::{Bool, Mention, Node};
use std::fmt;

/// A loaded rule: checked against a vocabulary, compiled, ready to be judged by any thread.
pub struct Rule {
    text: String,
    vocabulary: Vocabulary,
    tree: Bool,
    code: Code<bool>,
    facts: Vec<FactId>,
}

/// What one evaluation costs at worst.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cost {
    /// Operators and operands evaluated, every list being as long as the glossary allows.
    pub steps: u64,
    /// The dearest native function called, if any is.
    pub native: Option<NativeCost>,
}

impl Rule {
    /// Loads what must hold at each of `events`.
    ///
    /// Takes a fraction of a millisecond, most of it in the parser.
    ///
    /// # Errors
    /// Anything that can be known to be wrong before the first event: see [`RuleFaultKind`]. No
    /// text, however hostile, does worse than that.
    ///
    /// # Panics
    /// Where an event comes from a larger vocabulary.
    pub fn load(
        text: &str,
        events: &[EventId],
        vocabulary: &Vocabulary,
    ) -> Result<Rule, RuleFault> {
        Rule::load_as(Role::Rule, text, events, vocabulary)
    }

    /// Loads a guard, which says where a rule is judged (`when:`). Unlike a rule it may say `||`
    /// between different facts: nothing is held to be true because a guard was.
    ///
    /// # Errors
    /// As [`Rule::load`], without [`RuleFaultKind::Guard`].
    ///
    /// # Panics
    /// As [`Rule::load`].
    pub fn load_guard(
        text: &str,
        events: &[EventId],
        vocabulary: &Vocabulary,
    ) -> Result<Rule, RuleFault> {
        Rule::load_as(Role::Guard, text, events, vocabulary)
    }

    fn load_as(
        role: Role,
        text: &str,
        events: &[EventId],
        vocabulary: &Vocabulary,
    ) -> Result<Rule, RuleFault> {
        let syntax = parse::parse(text)?;
        let tree = check::check(text, &syntax, role, events, vocabulary)?;
        let mentions = Node::Bool(&tree).mentions().into_iter();
        let facts = mentions.filter_map(|mention| match mention {
            Mention::Fact(fact) => Some(fact),
            Mention::List(_) | Mention::Function(_) | Mention::Variable => None,
        });
        Ok(Rule {
            text: text.to_owned(),
            vocabulary: vocabulary.clone(),
            facts: facts.collect(),
            code: compile::truth(&tree),
            tree,
        })
    }

    /// Whether the rule holds for the facts of `frame`.
    ///
    /// # Errors
    /// A part that was evaluated has no value: the rule neither holds nor is it broken.
    ///
    /// # Panics
    /// Where `frame` was made for another vocabulary than the one that the rule was loaded with.
    #[inline]
    pub fn holds(&self, frame: &Frame, natives: &dyn Natives) -> Result<bool, EvalFault> {
        assert!(frame.is_of(&self.vocabulary), "the frame belongs to another vocabulary");
        let cx = Context::new(frame, natives);
        let holds = (self.code)(&cx);
        match cx.take_fault() {
            None => Ok(holds),
            Some(fault) => Err(fault),
        }
    }

    /// Every sub-expression that was evaluated, literals left out: the outermost first, then what it
    /// is made of, from left to right, each once. Of a comprehension, the body is shown for the
    /// element that decided it.
    ///
    /// # Panics
    /// As [`Rule::holds`].
    pub fn explain(&self, frame: &Frame, natives: &dyn Natives) -> Vec<Shown> {
        assert!(frame.is_of(&self.vocabulary), "the frame belongs to another vocabulary");
        explain::explain(&self.text, &self.tree, &self.vocabulary, frame, natives)
    }

    /// What one evaluation costs at worst.
    pub fn cost(&self) -> Cost {
        let root = Node::Bool(&self.tree);
        Cost { steps: root.steps(&self.vocabulary), native: root.native_cost(&self.vocabulary) }
    }

    /// The facts that the rule reads, in the order of their ids, those of record arguments included.
    pub fn facts(&self) -> &[FactId] {
        &self.facts
    }

    /// The text that the rule was loaded from.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.text).finish()
    }
}
