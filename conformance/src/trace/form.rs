//! How each op is written: one row per op.
//!
//! The printer, the parser, [`Op::word`] and the test of `docs/trace-format.md` read the same rows,
//! so a new op is a new row here and nothing else.

use crate::op::alloc::{Foreign, Op, Scan, Slot, Thread};
use std::fmt;

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
    /// How often something is done.
    Times,
}

impl Operand {
    /// The word that stands for it in a pattern and in messages.
    pub fn word(self) -> &'static str {
        match self {
            Operand::Slot => "SLOT",
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
            Operand::Times => "TIMES",
        }
    }
}

/// The operands of one op as plain numbers; those that the op has not are `None`.
pub(super) type Values = [Option<u64>; Operand::Times as usize + 1];

/// One token of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Itself.
    Word(&'static str),
    /// The value of an operand.
    Operand(Operand),
}

/// One row: how an op is written.
pub struct Form {
    /// The op's name in glossary, reports and YAML. No other op has it.
    pub word: &'static str,
    /// The tokens of its line.
    pub parts: &'static [Part],
    /// The op with these operands.
    pub(super) build: fn(&Values) -> Op,
}

impl Form {
    /// The row of the op named `word`.
    pub fn named(word: &str) -> Option<&'static Form> {
        FORMS.iter().find(|form| form.word == word)
    }

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
impl fmt::Display for Form {
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

impl fmt::Debug for Form {
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

impl Field for Slot {
    fn number(self) -> u64 {
        u64::from(self.0)
    }
    fn of(number: Option<u64>) -> Slot {
        Slot(number.unwrap_or(0) as u16)
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

/// The words of [`Foreign`]; an operand's number is the index here.
pub const FOREIGN: [(&str, Foreign); 3] =
    [("stack", Foreign::Stack), ("static", Foreign::Static), ("mapping", Foreign::Mapping)];

impl Field for Foreign {
    fn number(self) -> u64 {
        FOREIGN.iter().position(|(_, what)| *what == self).unwrap_or(0) as u64
    }
    fn of(number: Option<u64>) -> Foreign {
        FOREIGN[number.unwrap_or(0) as usize % FOREIGN.len()].1
    }
}

/// The words of [`Scan`]; an operand's number is the index here.
pub const SCAN: [(&str, Scan); 2] = [("noscan", Scan::Noscan), ("scan", Scan::Pointers)];

impl Field for Scan {
    fn number(self) -> u64 {
        self as u64
    }
    fn of(number: Option<u64>) -> Scan {
        SCAN[number.unwrap_or(0) as usize % SCAN.len()].1
    }
}

macro_rules! part {
    ($word:literal) => {
        Part::Word($word)
    };
    ($operand:ident) => {
        Part::Operand(Operand::$operand)
    };
}

/// Declares the rows: variant, fields with their operands, word, tokens.
macro_rules! forms {
    ($($variant:ident { $($field:ident: $operand:ident),* } $word:literal [$($part:tt)*];)*) => {
        /// Every form, in the order of [`Op`].
        pub const FORMS: &[Form] = &[$(Form {
            word: $word,
            parts: &[$(part!($part)),*],
            build: |_values| Op::$variant {
                $($field: Field::of(_values[Operand::$operand as usize])),*
            },
        },)*];

        /// Indexes of [`FORMS`] by op.
        enum Row { $($variant,)* }

        impl Op {
            /// How the op is written.
            pub fn form(&self) -> &'static Form {
                &FORMS[self.row()]
            }

            /// The index of its form in [`FORMS`].
            pub fn row(&self) -> usize {
                let row = match self { $(Op::$variant { .. } => Row::$variant,)* };
                row as usize
            }

            /// The value of `operand` in this op; 0 where the op has no such operand.
            pub(super) fn operand(&self, operand: Operand) -> u64 {
                match *self {
                    $(Op::$variant { $($field),* } => match operand {
                        $(Operand::$operand => Field::number($field),)*
                        _ => 0,
                    },)*
                }
            }
        }
    };
}

forms! {
    Malloc { slot: Slot, size: Size } "malloc" [Slot "=" "malloc" Size];
    Calloc { slot: Slot, count: Count, size: Size } "calloc" [Slot "=" "calloc" Count Size];
    AlignedAlloc { slot: Slot, align: Align, size: Size }
        "aligned_alloc" [Slot "=" "aligned_alloc" Align Size];
    PosixMemalign { slot: Slot, align: Align, size: Size }
        "posix_memalign" [Slot "=" "posix_memalign" Align Size];
    Memalign { slot: Slot, align: Align, size: Size } "memalign" [Slot "=" "memalign" Align Size];
    Realloc { slot: Slot, size: Size } "realloc" [Slot "=" "realloc" Slot Size];
    Reallocarray { slot: Slot, count: Count, size: Size }
        "reallocarray" [Slot "=" "reallocarray" Slot Count Size];
    GrowZeroed { slot: Slot, size: Size } "grow_zeroed" [Slot "=" "grow_zeroed" Slot Size];
    Free { slot: Slot } "free" ["free" Slot];
    FreeNull {} "free_null" ["free" "null"];
    FreeSized { slot: Slot } "free_sized" ["free_sized" Slot];
    FreeAlignedSized { slot: Slot } "free_aligned_sized" ["free_aligned_sized" Slot];
    FreeWithin { slot: Slot, excess: Excess } "free_within" ["free_within" Slot Excess];
    UsableSize { slot: Slot } "usable" ["usable" Slot];
    FillUsable { slot: Slot } "fill" ["fill" Slot];
    Write { slot: Slot } "write" ["write" Slot];
    Verify { slot: Slot } "verify" ["verify" Slot];
    Checkpoint {} "checkpoint" ["checkpoint"];
    StartThread { thread: Thread } "start_thread" ["start" Thread];
    EndThread { thread: Thread } "end_thread" ["end" Thread];
    Fork { blocks: Blocks } "fork" ["fork" Blocks];
    Churn { size: Size, times: Times } "churn" ["churn" Size Times];
    DoubleFree { slot: Slot } "double_free" ["double_free" Slot];
    FreeInterior { slot: Slot, offset: Offset } "free_interior" ["free_interior" Slot Offset];
    FreeForeign { what: Foreign } "free_foreign" ["free_foreign" Foreign];
    CorruptFreed { slot: Slot, tries: Tries } "corrupt_freed" ["corrupt_freed" Slot Tries];
    New { slot: Slot, size: Size, scan: Scan } "new" [Slot "=" "new" Size Scan];
    Stack { slot: Slot, size: Size } "stack" [Slot "=" "stack" Size];
    TakeRun { slot: Slot, pages: Pages } "take_run" [Slot "=" "run" Pages];
    TakeCached { slot: Slot, pages: Pages } "take_cached" [Slot "=" "cached" "run" Pages];
    Squat { slot: Slot, pages: Pages } "squat" [Slot "=" "squat" Pages];
    LookUp { size: Size, scan: Scan } "look_up" ["look_up" Size Scan];
    ReadClass { class: Class } "class" ["class" Class];
    Refill { size: Size, scan: Scan } "refill" ["refill" Size Scan];
    Flush {} "flush" ["flush"];
    StartCycle {} "cycle" ["cycle"];
    Sweep { spans: Spans } "sweep" ["sweep" Spans];
    Scavenge { size: Size } "scavenge" ["scavenge" Size];
    ScavengePaced {} "scavenge_paced" ["scavenge" "paced"];
    ReleaseAll {} "release_all" ["release" "all"];
    MemoryLimit { size: Size } "memory_limit" ["memory_limit" Size];
    Survey {} "survey" ["survey"];
    Overrun { slot: Slot } "overrun" ["overrun" Slot];
    FreeWrong { slot: Slot, size: Size } "free_wrong" ["free_wrong" Slot Size];
    Together {} "together" ["together"];
    End {} "end" ["end"];
    Repeat { times: Times } "repeat" ["repeat" Times];
}

impl Op {
    /// The op's name in glossary, reports and YAML.
    pub fn word(&self) -> &'static str {
        self.form().word
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_ops_share_a_word_or_a_pattern() {
        let words: BTreeSet<_> = FORMS.iter().map(|form| form.word).collect();
        let patterns: BTreeSet<_> = FORMS.iter().map(ToString::to_string).collect();
        assert_eq!(words.len(), FORMS.len());
        assert_eq!(patterns.len(), FORMS.len());
    }

    #[test]
    fn every_form_builds_the_op_that_it_is_the_form_of() {
        for form in FORMS {
            let op = (form.build)(&[Some(1); _]);
            assert_eq!(op.word(), form.word);
        }
    }

    #[test]
    fn every_operand_of_a_pattern_reaches_the_op_and_comes_back() {
        for form in FORMS {
            let mut values = Values::default();
            for (i, value) in values.iter_mut().enumerate() {
                *value = Some(match i {
                    _ if i == Operand::Foreign as usize => 2,
                    _ if i == Operand::Scan as usize => 1,
                    _ => i as u64 + 1,
                });
            }
            let op = (form.build)(&values);
            for part in form.parts {
                if let Part::Operand(operand) = part {
                    assert_eq!(Some(op.operand(*operand)), values[*operand as usize], "{form}");
                }
            }
        }
    }

    #[test]
    fn a_word_finds_its_form_and_a_verb_alone_does_not() {
        assert_eq!(Form::named("free_null").map(ToString::to_string), Some("free null".into()));
        assert_eq!(Form::named("end_thread").map(Form::verb), Some("end"));
        assert!(Form::named("start").is_none());
    }
}
