//! What an allocator chooses where the standards leave a choice.
//!
//! A foreign library is probed for its choices before it is judged; a Rust target declares them;
//! the command line may overrule both. From then on the target is held to them.

use crate::capability::{Capabilities, Capability};
use crate::target::heap::natural_align;
use std::fmt;

/// Declares an enum of choices with its YAML words.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$arm:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $name { $($(#[$arm])* $variant,)* }

        impl $name {
            /// Every arm, in the order of the glossary.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word of the YAML and the command line.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }
    };
}

choice! {
    /// What `malloc(0)` gives. Source: C17 7.22.3p1.
    Zero {
        /// The null pointer.
        Null = "null",
        /// A block of its own.
        Unique = "unique",
    }
}

choice! {
    /// What `realloc(p, 0)` does. Source: C17 7.22.3.5, undefined in C23.
    Realloc0 {
        /// It frees `p` and gives the null pointer.
        FreeNull = "free-null",
        /// It gives a block.
        Block = "block",
        /// It is never asked for.
        Unspecified = "unspecified",
    }
}

choice! {
    /// The alignment owed to a request that names none.
    Align {
        /// 16 bytes, whatever the size. Source: C17 7.22.3p1 as the System V ABI reads it.
        Strict16 = "c17-strict16",
        /// What the largest type that fits needs. Source: C23 7.24.3p1.
        Natural = "c23-natural",
        /// Every request names one.
        Layout = "layout",
    }
}

choice! {
    /// What a request that cannot be met gets.
    Oom {
        /// The null pointer.
        Null = "null",
        /// The end of the process.
        Abort = "abort",
    }
}

choice! {
    /// Whether misuse is claimed to be stopped.
    Harden {
        /// It is not.
        Off = "off",
        /// It is.
        Detect = "detect",
    }
}

/// All choices of one target.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Choices {
    /// See [`Zero`].
    pub zero: Zero,
    /// See [`Realloc0`].
    pub realloc0: Realloc0,
    /// See [`Align`].
    pub align: Align,
    /// See [`Oom`].
    pub oom: Oom,
    /// See [`Harden`].
    pub harden: Harden,
}

/// A `choice=word` that names no choice, or no word of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownChoice {
    /// What was given.
    pub given: String,
    /// What would have been understood.
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is none of {}", self.given, self.known.join(", "))
    }
}

impl std::error::Error for UnknownChoice {}

fn pick<T: Copy>(
    all: &'static [T],
    word: impl Fn(T) -> &'static str,
    given: &str,
) -> Result<T, UnknownChoice> {
    let found = all.iter().copied().find(|&c| word(c) == given);
    found.ok_or_else(|| UnknownChoice {
        given: given.to_owned(),
        known: all.iter().map(|&c| word(c)).collect(),
    })
}

impl Choices {
    /// The names of the choices.
    pub const NAMES: [&'static str; 5] = ["align", "zero", "realloc0", "oom", "harden"];

    /// What a heap that offers `offers` chooses if nothing else is known of it.
    pub fn declared(offers: Capabilities) -> Choices {
        let layout = offers.has(Capability::Layout);
        let detects = offers.has(Capability::DetectsMisuse);
        Choices {
            zero: Zero::Unique,
            realloc0: if offers.has(Capability::ZeroSize) {
                Realloc0::FreeNull
            } else {
                Realloc0::Unspecified
            },
            align: if layout { Align::Layout } else { Align::Natural },
            oom: Oom::Null,
            harden: if detects { Harden::Detect } else { Harden::Off },
        }
    }

    /// The word chosen for `name`.
    pub fn word(&self, name: &str) -> Option<&'static str> {
        Some(match name {
            "align" => self.align.word(),
            "zero" => self.zero.word(),
            "realloc0" => self.realloc0.word(),
            "oom" => self.oom.word(),
            "harden" => self.harden.word(),
            _ => return None,
        })
    }

    /// Chooses `word` for `name`.
    ///
    /// # Errors
    /// [`UnknownChoice`], with what would have been understood.
    pub fn set(&mut self, name: &str, word: &str) -> Result<(), UnknownChoice> {
        match name {
            "align" => self.align = pick(Align::ALL, Align::word, word)?,
            "zero" => self.zero = pick(Zero::ALL, Zero::word, word)?,
            "realloc0" => self.realloc0 = pick(Realloc0::ALL, Realloc0::word, word)?,
            "oom" => self.oom = pick(Oom::ALL, Oom::word, word)?,
            "harden" => self.harden = pick(Harden::ALL, Harden::word, word)?,
            _ => {
                let known = Choices::NAMES.to_vec();
                return Err(UnknownChoice { given: name.to_owned(), known });
            }
        }
        Ok(())
    }

    /// The alignment owed to a request of `size` bytes that names none, in bytes. One that resizes a
    /// block keeps the alignment of the block's layout where there are layouts, and owes no more.
    pub fn natural_align(&self, size: u64, resizes: bool) -> u64 {
        match self.align {
            Align::Strict16 => 16,
            Align::Layout if resizes => 1,
            Align::Natural | Align::Layout => natural_align(size),
        }
    }
}
