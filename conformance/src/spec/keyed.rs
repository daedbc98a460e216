//! Mappings with fixed keys.
//!
//! A struct says once which keys it has, with [`keyed!`]; reading it, the messages about unknown
//! and missing keys and the JSON Schema follow from that.

use crate::spec::fault::FaultKind;
use crate::spec::reader::{FromNode, Reader};
use crate::spec::word::{self, shown};
use crate::spec::yaml::{Key, Node, Place, Value};

/// A mapping whose keys the format fixes, while it is being read.
pub(crate) struct Mapping<'n> {
    noun: &'static str,
    place: &'n Place,
    entries: &'n [(Key, Node)],
}

impl<'n> Mapping<'n> {
    /// The mapping that `node` is, with a fault for every key that is not in `keys`.
    pub(crate) fn of(
        node: &'n Node,
        noun: &'static str,
        keys: &[&str],
        reader: &mut Reader<'_>,
    ) -> Option<Mapping<'n>> {
        let Value::Map(entries) = &node.value else {
            reader.wrong_type(node, noun);
            return None;
        };
        for (key, _) in entries.iter().filter(|(key, _)| !keys.contains(&key.text.as_str())) {
            let message = format!("{noun} has no key `{}`", shown(&key.text));
            let help = word::help(&key.text, keys.iter().copied());
            reader.fault_with(FaultKind::UnknownKey, &key.place, message, |f| f.with_help(help));
        }
        // A flow mapping is marked at its first key too: its own place is one brace.
        let place = entries.first().map_or(&node.place, |(key, _)| &key.place);
        Some(Mapping { noun, place, entries })
    }

    /// The key `key`, where it is there.
    pub(crate) fn key(&self, key: &str) -> Option<&'n Key> {
        self.entries.iter().map(|(key, _)| key).find(|k| k.text == key)
    }

    /// The value of `key`, where it is text.
    pub(crate) fn text(&self, key: &str) -> Option<&'n str> {
        match self.entries.iter().find(|(k, _)| k.text == key) {
            Some((_, Node { value: Value::Text(text), .. })) => Some(text),
            _ => None,
        }
    }

    /// The place of the mapping: its first key.
    pub(crate) fn place(&self) -> &'n Place {
        self.place
    }

    /// Reads the value of `key`.
    pub(crate) fn read<T: FromNode>(&self, key: &str, reader: &mut Reader<'_>) -> Option<T> {
        if let Some((_, node)) = self.entries.iter().find(|(k, _)| k.text == key) {
            return T::from_node(node, reader);
        }
        let absent = T::absent();
        if absent.is_none() {
            let message = format!("{} needs the key `{key}` ({})", self.noun, T::NOUN);
            reader.fault(FaultKind::MissingKey, self.place, message);
        }
        absent
    }
}

/// Declares a struct that is read from a mapping with fixed keys: YAML key, field, type.
///
/// `also CHECK` names a function that looks at which keys are there, and runs even when a value
/// cannot be read.
macro_rules! keyed {
    (
        $(#[$meta:meta])* $name:ident, $noun:literal $(, also $check:path)?;
        $($(#[$field_meta:meta])* $key:literal $field:ident: $type:ty,)*
    ) => {
        #[derive(schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        $(#[$meta])*
        pub(crate) struct $name {
            $($(#[$field_meta])* #[schemars(rename = $key)] pub(crate) $field: $type,)*
        }

        impl $crate::spec::reader::FromNode for $name {
            const NOUN: &'static str = $noun;

            fn from_node(
                node: &$crate::spec::yaml::Node,
                reader: &mut $crate::spec::reader::Reader<'_>,
            ) -> Option<Self> {
                let keys = [$($key),*];
                let mapping = $crate::spec::keyed::Mapping::of(node, $noun, &keys, reader)?;
                $($check(&mapping, reader);)?
                $(let $field = mapping.read($key, reader);)*
                Some($name { $($field: $field?,)* })
            }
        }
    };
}

pub(crate) use keyed;
