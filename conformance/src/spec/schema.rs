//! The JSON Schema of suites, for editors.

use crate::spec::suite_file::SuiteFile;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::{Value, json};

/// The JSON Schema (draft-07, the newest that YAML editors document) of a suite's file, as pretty
/// JSON with a line break at the end. It is committed as `specs/schema.json`.
///
/// # Panics
/// Never: a schema is plain JSON.
pub fn suite_schema() -> String {
    let settings = SchemaSettings::draft07().with_transform(RecursiveTransform(without_null));
    let schema = settings.into_generator().into_root_schema_for::<SuiteFile>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}

/// Takes back the `null` that the schema of an [`Option`] allows: a key is left out, never empty.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            schema.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(forms)) = schema.get_mut("anyOf") {
        forms.retain(|form| *form != json!({"type": "null"}));
        if let [Value::Object(only)] = &forms[..] {
            let only = only.clone();
            schema.remove("anyOf");
            // A `$ref` hides its neighbours in draft-07, so the description stands beside `allOf`.
            schema.insert("allOf".into(), json!([only]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_an_invariant_is_described_and_none_may_be_null() {
        let text = suite_schema();
        assert!(!text.contains("\"null\""), "{text}");
        let schema: Value = serde_json::from_str(&text).unwrap();
        let keys = schema["definitions"]["InvariantEntry"]["properties"].as_object().unwrap();
        assert_eq!(keys.len(), 21);
        for (key, schema) in keys {
            assert!(schema["description"].is_string(), "{key} has no description");
        }
    }
}
