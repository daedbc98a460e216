//! Suites from any bytes.

use conformance::laws::{Book, SUBJECTS};
use conformance::spec::{SpecFaults, Specs};

/// The words that suites are written in: those of the real suites, so that no input is lost for
/// want of a glossary.
const GLOSSARY: &str = include_str!("../../specs/glossary.yaml");

/// Reads `data` as the suite `alloc/x`, and compiles its rules if it loads.
///
/// # Panics
/// If specs fail to load without a fault that names its file, or hold more than the suite.
pub fn spec_yaml(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let texts = [("glossary.yaml", GLOSSARY), ("alloc/x.yaml", text)];
    let specs = match Specs::from_texts("fuzz", &texts) {
        Ok(specs) => specs,
        Err(faults) => return printed(&faults),
    };
    for invariant in specs.invariants() {
        assert_eq!(invariant.id.suite(), "alloc/x", "an invariant of another suite");
        assert_eq!(specs.invariant(invariant.id.as_str()), Some(invariant), "found by its id");
    }
    match Book::compile(&specs, SUBJECTS[0]) {
        Ok(book) => assert!(book.code.laws.len() <= specs.invariants().count()),
        Err(faults) => printed(&faults),
    }
}

/// Each fault says where it is.
fn printed(faults: &SpecFaults) {
    assert!(!faults.faults.is_empty(), "refused without a fault");
    for fault in &faults.faults {
        let text = fault.to_string();
        assert!(text.starts_with(&fault.file) && fault.file.starts_with("fuzz/"), "{text}");
        assert!(!fault.message.is_empty(), "{fault:?}");
    }
    assert!(faults.to_string().contains("fault"));
}
