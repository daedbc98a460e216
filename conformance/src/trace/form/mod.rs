//! How each op is written: one row per op, one table per alphabet.
//!
//! The printer, the parser, the words of ops and the tests of the documents read the same rows,
//! so a new op is a new row and nothing else.

pub mod alloc;
pub mod gc;

use super::expected::Clause;
use crate::op::alloc::SLOTS;
use crate::op::gc::{LOCALS, PLACES, WORDS};
use crate::op::{Action, THREADS, Thread};
use std::fmt;
use std::ops::RangeInclusive;

/// An alphabet with a table of forms.
pub trait Written: Action {
    /// Every form, in the order of the alphabet.
    const FORMS: &'static [Form<Self>];

    /// The index of the op's form in [`Written::FORMS`].
    fn row(&self) -> usize;

    /// The value of `operand` in this op; 0 where the op has no such operand.
    fn operand(&self, operand: Operand) -> u64;

    /// Whether the op ever shows what `clause` expects.
    fn shows(&self, clause: &Clause) -> bool;

    /// How the op is written.
    fn form(&self) -> &'static Form<Self> {
        &Self::FORMS[self.row()]
    }
}

/// Something that an op carries, and a line shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Operand {
    /// Where the block lives: `s0`, `s1`, ...
    Slot,
    /// Which thread is started or ended: `t1`, `t2`, ...
    Thread,
    /// What sort of foreign address is freed: a word.
    Foreign,
    /// Bytes asked for, in all or for each of several.
    Size,
    /// How many pieces of a size.
    Count,
    /// An alignment, in bytes.
    Align,
    /// Bytes above the size asked for.
    Excess,
    /// Bytes from the start of a block.
    Offset,
    /// How many blocks a forked child allocates.
    Blocks,
    /// How many allocations are tried.
    Tries,
    /// Whether an object may hold pointers: a word.
    Scan,
    /// How many pages.
    Pages,
    /// How many spans.
    Spans,
    /// The number of a size class.
    Class,
    /// A local that is written: `l0`, `l1`, ...
    To,
    /// A local whose object or reference is looked at.
    Of,
    /// A local whose reference is stored.
    From,
    /// A global: `g0`, `g1`, ...
    Global,
    /// A weak handle: `w0`, `w1`, ...
    Weak,
    /// Another weak handle.
    OtherWeak,
    /// Which mutator is given something: `t0`, `t1`, ...
    Mutator,
    /// Which slot of an object.
    Field,
    /// The first of several slots that are read.
    First,
    /// Which word of an object.
    Word,
    /// How many words an object has.
    Words,
    /// Which words of an object are slots: a word.
    Map,
    /// A place that the runtime keeps alive: a word.
    Kind,
    /// Growth before a collection, in percent.
    Percent,
    /// Where random choices begin.
    Seed,
    /// How often something is done.
    Times,
}

impl Operand {
    /// The word that stands for it in a pattern and in messages.
    pub fn word(self) -> &'static str {
        match self {
            Operand::Slot | Operand::Field => "SLOT",
            Operand::Thread => "THREAD",
            Operand::Foreign => "WHAT",
            Operand::Size => "SIZE",
            Operand::Count => "COUNT",
            Operand::Align => "ALIGN",
            Operand::Excess => "EXCESS",
            Operand::Offset => "OFFSET",
            Operand::Blocks => "BLOCKS",
            Operand::Tries => "TRIES",
            Operand::Scan => "SCAN",
            Operand::Pages => "PAGES",
            Operand::Spans => "SPANS",
            Operand::Class => "CLASS",
            Operand::To => "L",
            Operand::Of => "K",
            Operand::From => "N",
            Operand::Global => "G",
            Operand::Weak => "W",
            Operand::OtherWeak => "V",
            Operand::Mutator => "M",
            Operand::First => "FROM",
            Operand::Word => "WORD",
            Operand::Words => "WORDS",
            Operand::Map => "MAP",
            Operand::Kind => "KIND",
            Operand::Percent => "PERCENT",
            Operand::Seed => "SEED",
            Operand::Times => "TIMES",
        }
    }
}

impl Operand {
    /// The values that an op may carry as this operand.
    pub fn range(self) -> RangeInclusive<u64> {
        let below = |count: usize| 0..=count as u64 - 1;
        match self {
            Operand::Slot => below(SLOTS),
            // Thread 0 is never started or ended.
            Operand::Thread => 1..=THREADS as u64 - 1,
            Operand::Mutator => below(THREADS),
            Operand::To | Operand::Of | Operand::From => below(LOCALS),
            Operand::Global | Operand::Weak | Operand::OtherWeak => below(PLACES),
            Operand::Words => 1..=WORDS,
            _ => 0..=u64::MAX,
        }
    }

    /// Whether an op may carry `value` as this operand.
    pub fn is_in_range(self, value: u64) -> bool {
        self.range().contains(&value)
    }
}

/// The operands of one op as plain numbers; those that the op has not are `None`.
pub type Values = [Option<u64>; Operand::Times as usize + 1];

/// One token of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Itself.
    Word(&'static str),
    /// The value of an operand.
    Operand(Operand),
}

/// One row: how an op is written.
pub struct Form<O: 'static> {
    /// The op's name in glossary, reports and YAML. No other op has it.
    pub word: &'static str,
    /// The tokens of its line.
    pub parts: &'static [Part],
    /// What it carries, in the order in which the op has it.
    pub operands: &'static [Operand],
    /// The op with these operands.
    pub build: fn(&Values) -> O,
}

impl<O: Written> Form<O> {
    /// The row of the op named `word`.
    pub fn named(word: &str) -> Option<&'static Form<O>> {
        O::FORMS.iter().find(|form| form.word == word)
    }
}

impl<O> Form<O> {
    /// The word that tells a reader which op the line is: `malloc` in `SLOT = malloc SIZE`. Two
    /// ops may share one, and then differ in what follows it.
    pub fn verb(&self) -> &'static str {
        let words = self.parts.iter().filter_map(|part| match part {
            Part::Word(word) => Some(*word),
            Part::Operand(_) => None,
        });
        words.into_iter().find(|word| *word != "=").unwrap_or(self.word)
    }
}

/// The pattern of the line, operands in capitals: `SLOT = calloc COUNT SIZE`.
impl<O> fmt::Display for Form<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.parts.iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            match part {
                Part::Word(word) => write!(f, "{gap}{word}")?,
                Part::Operand(operand) => write!(f, "{gap}{}", operand.word())?,
            }
        }
        Ok(())
    }
}

impl<O> fmt::Debug for Form<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Form({}: {self})", self.word)
    }
}

/// A field of an op as a number, and back.
trait Field: Copy {
    fn number(self) -> u64;
    /// Of a number that [`Operand`]'s reader let through; 0 where the operand was not given.
    fn of(number: Option<u64>) -> Self;
}

impl Field for u64 {
    fn number(self) -> u64 {
        self
    }
    fn of(number: Option<u64>) -> u64 {
        number.unwrap_or(0)
    }
}

impl Field for Thread {
    fn number(self) -> u64 {
        u64::from(self.0)
    }
    fn of(number: Option<u64>) -> Thread {
        Thread(number.unwrap_or(0) as u8)
    }
}

macro_rules! part {
    ($word:literal) => {
        $crate::trace::form::Part::Word($word)
    };
    ($operand:ident) => {
        $crate::trace::form::Part::Operand($crate::trace::form::Operand::$operand)
    };
}

/// Declares the rows of an alphabet: variant, fields with their operands, word, tokens.
macro_rules! forms {
    ($Op:ident: $($variant:ident { $($field:ident: $operand:ident),* } $word:literal [$($part:tt)*];)*) => {
        /// Every form, in the order of the ops.
        pub const FORMS: &[$crate::trace::form::Form<$Op>] = &[$($crate::trace::form::Form {
            word: $word,
            parts: &[$($crate::trace::form::part!($part)),*],
            operands: &[$($crate::trace::form::Operand::$operand),*],
            build: |_values| $Op::$variant {
                $($field: $crate::trace::form::Field::of(
                    _values[$crate::trace::form::Operand::$operand as usize],
                )),*
            },
        },)*];

        /// Indexes of [`FORMS`] by op.
        enum Row { $($variant,)* }

        impl $crate::trace::form::Written for $Op {
            const FORMS: &'static [$crate::trace::form::Form<$Op>] = FORMS;

            fn row(&self) -> usize {
                let row = match self { $($Op::$variant { .. } => Row::$variant,)* };
                row as usize
            }

            fn operand(&self, operand: $crate::trace::form::Operand) -> u64 {
                match *self {
                    $($Op::$variant { $($field),* } => match operand {
                        $($crate::trace::form::Operand::$operand =>
                            $crate::trace::form::Field::number($field),)*
                        _ => 0,
                    },)*
                }
            }

            fn shows(&self, clause: &$crate::trace::Clause) -> bool {
                $Op::can_show(self, clause)
            }
        }

        impl std::fmt::Display for $Op {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::trace::print::write_op(f, self)
            }
        }

        impl $Op {
            /// The op's name in glossary, reports and YAML.
            pub fn word(&self) -> &'static str {
                $crate::trace::form::Written::form(self).word
            }
        }
    };
}

use {forms, part};

#[cfg(test)]
mod tests {
    use super::{Form, Operand, Part, Written};
    use crate::op::{alloc, gc};
    use std::collections::BTreeSet;

    fn names_are_distinct<O: Written>() {
        let words: BTreeSet<_> = O::FORMS.iter().map(|form| form.word).collect();
        let patterns: BTreeSet<_> = O::FORMS.iter().map(ToString::to_string).collect();
        assert_eq!(words.len(), O::FORMS.len());
        assert_eq!(patterns.len(), O::FORMS.len());
    }

    fn forms_build_their_ops<O: Written>() {
        for form in O::FORMS {
            let op = (form.build)(&[Some(1); _]);
            assert_eq!(op.form().word, form.word);
        }
    }

    fn shown_is_carried<O: Written>() {
        let shown = |form: &Form<O>| -> BTreeSet<&str> {
            let operands = form.parts.iter().filter_map(|part| match part {
                Part::Operand(operand) => Some(operand.word()),
                Part::Word(_) => None,
            });
            operands.collect()
        };
        for form in O::FORMS {
            let carried: BTreeSet<_> = form.operands.iter().map(|o| Operand::word(*o)).collect();
            assert_eq!(shown(form), carried, "{form}");
        }
    }

    #[test]
    fn no_two_ops_of_an_alphabet_share_a_word_or_a_pattern() {
        names_are_distinct::<alloc::Op>();
        names_are_distinct::<gc::Op>();
    }

    #[test]
    fn every_form_builds_the_op_that_it_is_the_form_of() {
        forms_build_their_ops::<alloc::Op>();
        forms_build_their_ops::<gc::Op>();
    }

    #[test]
    fn every_operand_of_a_line_is_one_of_the_op() {
        shown_is_carried::<alloc::Op>();
        shown_is_carried::<gc::Op>();
    }
}
