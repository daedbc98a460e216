//! Closed lists of words: levels, kinds, profiles, judges, capabilities.
//!
//! A word of the YAML, its Rust variant and its meaning are written once, in [`words!`]; reading,
//! printing, `explain` and the JSON Schema take them from there.

use crate::capability::Capability;
use crate::hint::nearest;
use schemars::{Schema, json_schema};
use std::fmt;

/// A value that the YAML writes as one word out of a closed list.
pub(crate) trait Word: Copy + 'static {
    /// What such a word is called, with its article: `a level`.
    const NOUN: &'static str;
    /// Every value, in declaration order.
    const EACH: &'static [Self];
    /// The word of this value.
    fn text(self) -> &'static str;
    /// What it means, in one sentence.
    fn meaning(self) -> &'static str;
}

/// A word that is not in its closed list. It prints with the help that goes with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownWord {
    /// What is wrong: the word, and what it should have been.
    pub message: String,
    /// The nearest known word, or all of them.
    pub help: String,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.help)
    }
}

impl std::error::Error for UnknownWord {}

/// The value that `word` names.
pub(crate) fn find<W: Word>(word: &str) -> Result<W, UnknownWord> {
    W::EACH.iter().copied().find(|w| w.text() == word).ok_or_else(|| UnknownWord {
        message: format!("`{}` is not {}", shown(word), W::NOUN),
        help: help(word, W::EACH.iter().map(|w| w.text())),
    })
}

/// A text for a message: control characters escaped, and cut where it is longer than a line.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 80; // characters
    let mut shown = String::new();
    for c in text.chars().take(LONGEST) {
        if c.is_control() { shown.extend(c.escape_debug()) } else { shown.push(c) }
    }
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Declares an enum whose variants are words: variant, YAML word, meaning.
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis $name:ident, $noun:literal: $($variant:ident = $word:literal, $says:literal;)*) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug,
            serde::Serialize, serde::Deserialize,
        )]
        $vis enum $name {
            $(#[doc = $says] #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every value, in declaration order.
            $vis const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word that the YAML, the reports and the command line use.
            $vis fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// What it means, in one sentence.
            $vis fn says(self) -> &'static str {
                match self { $($name::$variant => $says,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::spec::word::UnknownWord;

            fn from_str(word: &str) -> Result<$name, Self::Err> {
                $crate::spec::word::find(word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        $crate::spec::word::read_as_word!($name, $noun);
    };
}

/// Makes an enum with `ALL`, `word` and `says` readable from YAML and known to the JSON Schema.
macro_rules! read_as_word {
    ($name:ident, $noun:literal) => {
        impl $crate::spec::word::Word for $name {
            const NOUN: &'static str = $noun;
            const EACH: &'static [Self] = $name::ALL;
            fn text(self) -> &'static str {
                self.word()
            }
            fn meaning(self) -> &'static str {
                self.says()
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::spec::word::schema::<$name>()
            }
        }
    };
}

pub(crate) use {read_as_word, words};

read_as_word!(Capability, "a capability");

/// The JSON Schema of a closed list of words: an editor shows each meaning as it offers the word.
pub(crate) fn schema<W: Word>() -> Schema {
    let choices: Vec<Schema> = W::EACH
        .iter()
        .map(|w| json_schema!({"const": w.text(), "description": w.meaning()}))
        .collect();
    json_schema!({"oneOf": choices})
}

/// The help that goes with an unknown word: the nearest known one, or else all of them.
pub(crate) fn help<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = nearest(word, known.clone()) {
        return format!("did you mean `{near}`?");
    }
    let all: Vec<&str> = known.into_iter().collect();
    if all.is_empty() {
        "none is known here".into()
    } else {
        format!("known here: {}", all.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Judge, Kind, Level, Profile};

    fn every_word_names_its_value<W: Word + PartialEq>() {
        assert!(!W::EACH.is_empty());
        for &value in W::EACH {
            assert!(find(value.text()) == Ok(value), "{}", value.text());
            assert!(value.meaning().ends_with('.'), "{} has no sentence", value.text());
        }
    }

    #[test]
    fn a_word_read_back_is_the_same_value() {
        every_word_names_its_value::<Level>();
        every_word_names_its_value::<Kind>();
        every_word_names_its_value::<Profile>();
        every_word_names_its_value::<Judge>();
        every_word_names_its_value::<Capability>();
    }

    #[test]
    fn an_unknown_word_says_what_it_should_have_been() {
        let unknown = "musst".parse::<Level>().unwrap_err();
        assert_eq!(unknown.to_string(), "`musst` is not a level; did you mean `must`?");
    }

    #[test]
    fn the_help_offers_the_nearest_word_or_else_all_of_them() {
        assert_eq!(help("musst", ["must", "may"]), "did you mean `must`?");
        assert_eq!(help("banana", ["must", "may"]), "known here: must, may");
        assert_eq!(help("banana", []), "none is known here");
    }
}
