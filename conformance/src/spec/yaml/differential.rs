//! Our reading of every spec file against that of the original `serde_yaml`.
//!
//! The library behind `yaml` is young; this test is what makes it safe to follow its releases.

use super::{Node, Source, Value, read};
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Int(value) => Json::from(*value),
        Value::Number => panic!("line {}: a number that no key takes", node.place.line),
        Value::Text(text) => Json::from(text.as_str()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => {
            entries.iter().map(|(key, value)| (key.text.clone(), json(value))).collect()
        }
    }
}

fn yaml_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            found.push(path);
        }
    }
}

#[test]
fn both_libraries_read_the_same_values_from_every_spec_file() {
    let mut files = Vec::new();
    for dir in ["../specs", "testdata/specs"] {
        yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir), &mut files);
    }
    assert!(files.len() >= 4, "only {} files found", files.len());
    for path in files {
        let (name, text) = (path.display().to_string(), fs::read_to_string(&path).unwrap());
        let ours = Source::new(&name, &text).and_then(|source| read(&source));
        let ours = ours.unwrap_or_else(|fault| panic!("{fault}"));
        let theirs: Json = serde_yaml_09::from_str(&text).unwrap();
        assert_eq!(json(&ours), theirs, "{name}");
    }
}
