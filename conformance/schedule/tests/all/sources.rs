//! The sources that an outcome is about.

use conformance_schedule::record::fingerprint;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Files, and folders with all that is in them, below the workspace.
const SOURCES: [&str; 11] = [
    "conformance/schedule/src",
    "conformance/schedule/src/wrong",
    "conformance/schedule/tests/all/reference.rs",
    "reference-alloc/src/ledger",
    "reference-alloc/src/lf_stack.rs",
    "reference-alloc/src/span",
    "reference-alloc/src/span_set.rs",
    "reference-alloc/src/sweepgen.rs",
    "reference-alloc/src/sync.rs",
    "reference-alloc/src/watermark.rs",
    "reference-alloc/src/size_class.rs",
];

/// Of each, its path and what it says now.
pub(crate) fn fingerprints() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = BTreeMap::new();
    for source in SOURCES {
        let path = root.join(source);
        let files: Vec<String> = match fs::read_dir(&path) {
            Ok(entries) => entries
                .map(|entry| entry.expect("an entry of a folder can be read").file_name())
                .map(|name| format!("{source}/{}", name.to_string_lossy()))
                .filter(|path| Path::new(path).extension().is_some_and(|end| end == "rs"))
                .collect(),
            Err(_) => vec![source.to_owned()],
        };
        for file in files {
            let text = fs::read_to_string(root.join(&file))
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            found.insert(file, fingerprint(&text));
        }
    }
    found
}
