//! Every class of fault, by the words in which it is told.
//!
//! Each `testdata/bad-specs/NAME.yaml` is read as a suite (or as a glossary, where its name begins
//! so), and what the loader says must be `NAME.expected`. `HEAPLAW_BLESS=1 cargo test` rewrites
//! those files; read the difference before you commit it.

use conformance::spec::{Fault, FaultKind, RuleText, SpecFaults, Specs};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

const GLOSSARY: &str = include_str!("../testdata/specs/glossary.yaml");

fn bad_specs() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bad-specs");
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().unwrap() == "yaml").collect();
    files.sort();
    files
}

fn faults_of(path: &Path) -> SpecFaults {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_stem().unwrap().to_str().unwrap();
    let texts = if name.starts_with("glossary") {
        vec![("glossary.yaml", text.as_str())]
    } else {
        vec![("glossary.yaml", GLOSSARY), ("alloc/bad.yaml", &text)]
    };
    Specs::from_texts("specs", &texts).expect_err(name)
}

#[test]
fn each_bad_spec_is_refused_in_the_expected_words() {
    let bless = env::var_os("HEAPLAW_BLESS").is_some();
    let files = bad_specs();
    assert!(files.len() >= 20, "only {} bad specs found", files.len());
    for path in files {
        let found = format!("{}\n", faults_of(&path));
        let expected = path.with_extension("expected");
        if bless {
            fs::write(&expected, &found).unwrap();
        }
        let known = fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(found, known, "{}; HEAPLAW_BLESS=1 rewrites it", expected.display());
    }
}

#[test]
fn the_bad_specs_show_every_class_of_fault_that_a_text_can_have() {
    let faults: Vec<Fault> = bad_specs().iter().flat_map(|path| faults_of(path).faults).collect();
    let seen: HashSet<FaultKind> = faults.iter().map(|fault| fault.kind).collect();
    for kind in FaultKind::ALL {
        // Unreadable is for files, Rule for the rule compiler.
        let elsewhere = matches!(kind, FaultKind::Unreadable | FaultKind::Rule);
        assert_eq!(seen.contains(kind), !elsewhere, "{kind:?}");
    }
}

#[test]
fn every_fault_in_a_text_names_a_place_inside_it() {
    for path in bad_specs() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        for fault in faults_of(&path).faults {
            let line = fault.line as usize;
            assert!((1..=lines + 1).contains(&line) && fault.column > 0, "{fault}");
        }
    }
}

#[test]
fn a_fault_in_a_rule_points_into_the_file() {
    let rule = RuleText {
        text: "block.size >= 0 &&\n  blok.address > 0".into(),
        file: "specs/alloc/block.yaml".into(),
        line: 12,
        column: 7,
    };
    let at = rule.text.find("blok").unwrap();
    let help = Some("did you mean `block`?".to_owned());
    let fault = Fault::in_rule(&rule, at..at + 4, "no record is called `blok`", help);
    let expected = "\
specs/alloc/block.yaml:13:9: no record is called `blok`
   |
13 |   blok.address > 0
   |   ^^^^
help: did you mean `block`?";
    assert_eq!(fault.to_string(), expected);
}

#[test]
fn a_fault_in_a_rule_survives_any_range() {
    let rule = RuleText { text: "é > 0".into(), file: "f".into(), line: 1, column: 1 };
    #[expect(clippy::reversed_empty_ranges, reason = "a range that a wrong caller may pass")]
    for range in [1..1, 0..usize::MAX, 5..2, usize::MAX..usize::MAX] {
        let text = Fault::in_rule(&rule, range, "wrong", None).to_string();
        assert!(text.starts_with("f:1:") && text.contains("é > 0"), "{text}");
    }
}
