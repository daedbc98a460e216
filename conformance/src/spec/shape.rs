//! Texts with a shape: ids, names, paths.

use crate::spec::fault::FaultKind;
use crate::spec::reader::{FromNode, Reader};
use crate::spec::word::shown;
use crate::spec::yaml::{Node, Value};

/// Declares a text with a shape: type, what it is called, its shape in words, and the test for it.
macro_rules! shaped {
    ($($(#[$meta:meta])* $name:ident, $noun:literal, $shape:literal, $test:path;)*) => {$(
        $(#[$meta])*
        #[derive(schemars::JsonSchema)]
        #[schemars(inline)]
        pub(crate) struct $name(pub(crate) String);

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromNode for $name {
            const NOUN: &'static str = $noun;

            fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<$name> {
                let Value::Text(text) = &node.value else {
                    reader.wrong_type(node, $noun);
                    return None;
                };
                if !$test(text) {
                    let message = format!("`{}` is not {}: {}", shown(text), $noun, $shape);
                    reader.fault(FaultKind::BadShape, &node.place, message);
                    return None;
                }
                Some($name(text.clone()))
            }
        }
    )*};
}

shaped! {
    /// A word or several, as authors choose them: a scenario, a choice, an op, a model.
    Name, "a name", "lower-case words joined by `-` or `_`", is_name;
    /// The last part of an id.
    Phrase, "an id", "lower-case words joined by `-`; the suite's name comes by itself", is_phrase;
    /// The name of a suite.
    SuiteName, "a suite's name", "its path below the specs without `.yaml`, such as `alloc/block`", is_path;
    /// The id of a mutant.
    MutantId, "a mutant's id", "a subject and the fault, such as `alloc/hands-out-live-block`", is_path;
    /// The full id of an invariant.
    FullId, "an invariant's id", "its suite and its phrase, such as `alloc/block/call-returns`", is_path;
    /// A name that rules can use.
    Identifier, "an identifier", "a lower-case letter, then lower-case letters, digits and `_`", is_identifier;
    /// The name of a function in rules.
    FunctionName, "a function's name", "an identifier, or `record.identifier`", is_function_name;
    /// The name of a fact.
    FactName, "a fact", "a record and a field of it, joined by `.`", is_fact_name;
    /// A file beside the suite.
    FileName, "a file name", "a relative path of plain parts joined by `/`", is_file_name;
}

fn is_phrase(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(is_plain)
}

fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// Whether `text` has the shape of a suite's name: at least two phrases joined by `/`.
pub(crate) fn is_path(text: &str) -> bool {
    text.contains('/') && text.split('/').all(is_phrase)
}

fn is_fact_name(text: &str) -> bool {
    text.split_once('.')
        .is_some_and(|(record, field)| is_identifier(record) && is_identifier(field))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split(['-', '_']).all(is_plain)
}

fn is_identifier(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(plain)
}

fn is_function_name(text: &str) -> bool {
    match text.split_once('.') {
        Some((record, function)) => is_identifier(record) && is_identifier(function),
        None => is_identifier(text),
    }
}

fn is_file_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.split('/')
        .all(|part| !part.starts_with('.') && !part.is_empty() && part.bytes().all(plain))
}

/// Prose: a sentence, a reason, a source. Never empty; white space around it is dropped.
#[derive(schemars::JsonSchema)]
#[schemars(inline)]
pub(crate) struct Prose(pub(crate) String);

impl FromNode for Prose {
    const NOUN: &'static str = "text";

    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<Prose> {
        let Value::Text(text) = &node.value else {
            reader.fault_with(
                FaultKind::WrongType,
                &node.place,
                format!("expected text, found {}", node.value.describe()),
                |fault| match node.value {
                    Value::Bool(_) | Value::Int(_) | Value::Number => {
                        fault.with_help("put it in single quotes if it is meant as text")
                    }
                    _ => fault,
                },
            );
            return None;
        };
        if text.trim().is_empty() {
            reader.fault(FaultKind::Empty, &node.place, "the text is empty");
            return None;
        }
        Some(Prose(text.trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_lower_case_words_joined_by_hyphens() {
        for good in ["a", "live-blocks-disjoint", "size-2-mapped"] {
            assert!(is_phrase(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "2-live", "a/b", "a b", "é"] {
            assert!(!is_phrase(bad), "{bad}");
        }
    }

    #[test]
    fn names_of_suites_have_at_least_two_parts() {
        assert!(is_path("alloc/block"));
        assert!(is_path("escape/call/closure"));
        for bad in ["alloc", "/alloc", "alloc/", "alloc//block", "../block", "alloc/Block"] {
            assert!(!is_path(bad), "{bad}");
        }
    }

    #[test]
    fn files_stay_beside_their_suite() {
        assert!(is_file_name("golden/size-classes_1.trace"));
        for bad in ["", "/etc/passwd", "../a", "a/../b", "a//b", ".hidden", "a b", "a\\b"] {
            assert!(!is_file_name(bad), "{bad}");
        }
    }

    #[test]
    fn functions_belong_to_one_record_at_most() {
        assert!(is_function_name("floor_pow2"));
        assert!(is_function_name("live.overlapping"));
        for bad in ["live.", ".x", "a.b.c", "Live", "a-b"] {
            assert!(!is_function_name(bad), "{bad}");
        }
    }
}
