//! Lists and tables of a spec file.

use crate::spec::fault::FaultKind;
use crate::spec::reader::{FromNode, Placed, Reader};
use crate::spec::word::shown;
use crate::spec::yaml::{Key, Node, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use std::collections::BTreeSet;

impl<T: FromNode> FromNode for Vec<T> {
    const NOUN: &'static str = "a list";

    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let items = items::<T>(node, reader)?;
        Some(items.iter().filter_map(|item| T::from_node(item, reader)).collect())
    }
}

fn items<'n, T: FromNode>(node: &'n Node, reader: &mut Reader<'_>) -> Option<&'n [Node]> {
    let Value::List(items) = &node.value else {
        reader.wrong_type(node, &format!("a list, each item {}", T::NOUN));
        return None;
    };
    Some(items)
}

/// A list with at least one item, none of them twice.
pub(crate) struct Several<T>(pub(crate) Vec<Placed<T>>);

impl<T> Several<T> {
    /// The items without their places.
    pub(crate) fn values(self) -> Vec<T> {
        self.0.into_iter().map(|placed| placed.value).collect()
    }
}

impl<T: FromNode> FromNode for Several<T> {
    const NOUN: &'static str = "a list";

    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let items = items::<T>(node, reader)?;
        if items.is_empty() {
            let message = format!("the list is empty; it needs at least one item, {}", T::NOUN);
            reader.fault(FaultKind::Empty, &node.place, message);
        }
        let mut seen = BTreeSet::new();
        for item in items {
            if let Value::Text(text) = &item.value
                && !seen.insert(text)
            {
                let message = format!("`{}` is in this list twice", shown(text));
                reader.fault(FaultKind::Repeated, &item.place, message);
            }
        }
        Some(Several(items.iter().filter_map(|item| Placed::from_node(item, reader)).collect()))
    }
}

impl<T: JsonSchema> JsonSchema for Several<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Several{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        json_schema!({"type": "array", "items": items, "minItems": 1, "uniqueItems": true})
    }
}

/// One item, or a list as [`Several`] takes it.
pub(crate) struct OneOrSeveral<T>(pub(crate) Several<T>);

impl<T: FromNode> FromNode for OneOrSeveral<T> {
    const NOUN: &'static str = T::NOUN;

    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if let Value::List(_) = node.value {
            return Several::from_node(node, reader).map(OneOrSeveral);
        }
        Placed::from_node(node, reader).map(|one| OneOrSeveral(Several(vec![one])))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrSeveral<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrSeveral{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (one, several) =
            (generator.subschema_for::<T>(), generator.subschema_for::<Several<T>>());
        json_schema!({"anyOf": [one, several]})
    }
}

/// A mapping whose keys the author chooses, in the order of the file.
pub(crate) struct Table<K, T>(pub(crate) Vec<(Placed<K>, T)>);

impl<K: FromNode, T: FromNode> FromNode for Table<K, T> {
    const NOUN: &'static str = "a mapping";

    fn from_node(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            reader.wrong_type(node, &format!("a mapping from {} to {}", K::NOUN, T::NOUN));
            return None;
        };
        let entry = |(key, value): &(Key, Node)| {
            let text = Value::Text(key.text.clone());
            let key = Placed::from_node(&Node { place: key.place.clone(), value: text }, reader);
            let value = T::from_node(value, reader);
            Some((key?, value?))
        };
        Some(Table(entries.iter().filter_map(entry).collect()))
    }
}

impl<K, T: JsonSchema> JsonSchema for Table<K, T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Table{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let values = generator.subschema_for::<T>();
        json_schema!({"type": "object", "additionalProperties": values})
    }
}
