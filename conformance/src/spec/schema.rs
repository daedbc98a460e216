//! The JSON Schema of suites, for editors.

use crate::spec::suite_file::SuiteFile;
use schemars::generate::SchemaSettings;

/// The JSON Schema (draft-07, the newest that YAML editors document) of a suite's file, as pretty
/// JSON with a line break at the end. It is committed as `specs/schema.json`.
///
/// # Panics
/// Never: a schema is plain JSON.
pub fn suite_schema() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<SuiteFile>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}
