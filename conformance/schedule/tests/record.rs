//! The record of the last run of all models: it is about the sources as they are, and says of every
//! model and every wrong part what must be said.

#[path = "all/sources.rs"]
mod sources;

use conformance_schedule::MODELS;
use conformance_schedule::record::{Record, fingerprint};
use conformance_schedule::wrong;
use std::collections::BTreeSet;

/// What to do about a failure here.
const ADVICE: &str = "run `ci/loom.sh --write`, and look at what it changes";

/// Models that a part of the reference is put to.
const OF_THE_REFERENCE: [&str; 11] = [
    "boot",
    "central",
    "page-cache",
    "registry",
    "remote-free",
    "scavenge",
    "span-set",
    "stack",
    "stats",
    "sweep",
    "watermark",
];

#[test]
fn the_record_is_about_the_sources_as_they_are() {
    let (known, now) = (Record::embedded().sources, sources::fingerprints());
    for (file, now) in &now {
        assert_eq!(known.get(file), Some(now), "{file} has changed: {ADVICE}");
    }
    assert_eq!(known.len(), now.len(), "{ADVICE}");
}

#[test]
fn every_model_was_explored_to_its_end_on_a_right_part() {
    let record = Record::embedded();
    for model in MODELS {
        assert!(record.proves(model.name, &[]), "{}: {ADVICE}", model.name);
    }
    for model in OF_THE_REFERENCE {
        assert!(record.of_reference(model).is_some(), "{model}: {ADVICE}");
    }
    let known: BTreeSet<&str> = MODELS.iter().map(|model| model.name).collect();
    assert!(record.held.iter().all(|held| known.contains(held.model.as_str())), "{ADVICE}");
}

#[test]
fn every_wrong_part_was_killed_by_its_model_and_nothing_else_was() {
    let record = Record::embedded();
    for part in wrong::ALL {
        assert!(record.proves(part.model, &[part.id.to_owned()]), "{}: {ADVICE}", part.id);
    }
    assert_eq!(record.killed.len(), wrong::ALL.len(), "{ADVICE}");
}

#[test]
fn a_model_without_a_right_part_or_with_an_end_missing_proves_nothing() {
    let mut record = Record::embedded();
    record.held.retain(|held| held.model != "stack");
    assert!(!record.proves("stack", &[]));
    let mut record = Record::embedded();
    record.held[0].complete = false;
    assert!(!record.proves(&record.held[0].model.clone(), &[]));
    assert!(!record.proves("stack", &["alloc/no-such-part".to_owned()]));
}

#[test]
fn a_fingerprint_is_of_code_not_of_comments_or_tests() {
    let code = fingerprint("fn f() {\n    g();\n}\n");
    assert_eq!(
        fingerprint("//! Head.\nfn f() {\n  // Why.\n\n  g();\n}\n#[cfg(test)]\nmod t;\n"),
        code
    );
    assert_ne!(fingerprint("fn f() {\n    h();\n}\n"), code);
}
