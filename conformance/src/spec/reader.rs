//! From YAML values to typed ones, with all faults of a file collected.
//!
//! A value that cannot be read leaves a fault and is left out; reading goes on with its
//! neighbours. Whoever reads a file asks at the end whether there were faults.

use crate::spec::fault::{Fault, FaultKind};
use crate::spec::word::{self, Word};
use crate::spec::yaml::{Node, Place, Source, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// The most faults kept: nobody reads further, and a hostile file has one on every line.
const MAX_FAULTS: usize = 50;

/// A file that is being read, and what was wrong with it so far.
pub(crate) struct Reader<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) faults: Vec<Fault>,
    /// Faults beyond [`MAX_FAULTS`].
    pub(crate) omitted: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a Source<'a>) -> Reader<'a> {
        Reader { source, faults: Vec::new(), omitted: 0 }
    }

    /// Notes a fault at `place`, to which `finish` may add.
    pub(crate) fn fault_with(
        &mut self,
        kind: FaultKind,
        place: &Place,
        message: impl Into<String>,
        finish: impl FnOnce(Fault) -> Fault,
    ) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(finish(self.source.fault(kind, place, message)));
        } else {
            self.omitted += 1;
        }
    }

    /// Notes a fault at `place` with nothing to add.
    pub(crate) fn fault(&mut self, kind: FaultKind, place: &Place, message: impl Into<String>) {
        self.fault_with(kind, place, message, |fault| fault);
    }

    /// Notes that `node` is not what was expected.
    pub(crate) fn wrong_type(&mut self, node: &Node, expected: &str) {
        let found = node.value.describe();
        let message = format!("expected {expected}, found {found}");
        self.fault(FaultKind::WrongType, &node.place, message);
    }
}

/// What can be read from a YAML value.
pub(crate) trait FromNode: Sized {
    /// What it is called in messages, with its article: `a judge`.
    const NOUN: &'static str;

    /// Reads `node`; `None` means that a fault was noted.
    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<Self>;

    /// The value of a key that is not there; `None` where the key is required.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: FromNode> FromNode for Option<T> {
    const NOUN: &'static str = T::NOUN;

    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        T::from_node(node, reader).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl FromNode for bool {
    const NOUN: &'static str = "true or false";

    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<bool> {
        let Value::Bool(value) = node.value else {
            reader.wrong_type(node, Self::NOUN);
            return None;
        };
        Some(value)
    }
}

impl<W: Word> FromNode for W {
    const NOUN: &'static str = W::NOUN;

    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<W> {
        let Value::Text(text) = &node.value else {
            reader.wrong_type(node, W::NOUN);
            return None;
        };
        word::find(text)
            .map_err(|unknown| {
                let word::UnknownWord { message, help } = unknown;
                reader.fault_with(FaultKind::BadWord, &node.place, message, |f| f.with_help(help));
            })
            .ok()
    }
}

/// A whole number from `MIN` on.
pub(crate) struct AtLeast<const MIN: u64>(pub(crate) u64);

impl<const MIN: u64> FromNode for AtLeast<MIN> {
    const NOUN: &'static str = "a whole number";

    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.value {
            Value::Int(value) if value >= MIN => Some(AtLeast(value)),
            Value::Int(_) | Value::Number => {
                let message = format!("expected a whole number from {MIN} to {}", u64::MAX);
                reader.fault(FaultKind::OutOfRange, &node.place, message);
                None
            }
            _ => {
                reader.wrong_type(node, Self::NOUN);
                None
            }
        }
    }
}

impl<const MIN: u64> JsonSchema for AtLeast<MIN> {
    fn schema_name() -> Cow<'static, str> {
        format!("AtLeast{MIN}").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": MIN})
    }
}

/// A value with its place, for the checks that need to compare it with others.
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

impl<T: FromNode> FromNode for Placed<T> {
    const NOUN: &'static str = T::NOUN;

    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        T::from_node(node, reader).map(|value| Placed { value, place: node.place.clone() })
    }
}

impl<T: JsonSchema> JsonSchema for Placed<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
