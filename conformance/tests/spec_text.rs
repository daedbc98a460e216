//! What `heaplaw list` and `heaplaw explain` print.

use conformance::cli::explain::explain;
use conformance::cli::list::{list, list_json};
use conformance::spec::{Pattern, Specs};
use std::path::Path;

fn specs() -> Specs {
    let texts = [
        ("glossary.yaml", include_str!("../testdata/specs/glossary.yaml")),
        ("alloc/block.yaml", include_str!("../testdata/specs/alloc/block.yaml")),
        ("gc/mark.yaml", include_str!("../testdata/specs/gc/mark.yaml")),
    ];
    Specs::from_texts("specs", &texts).unwrap_or_else(|faults| panic!("{faults}"))
}

/// Compares with `testdata/text/NAME`, which `HEAPLAW_BLESS=1` rewrites.
fn assert_is_expected(found: &str, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/text").join(name);
    if std::env::var_os("HEAPLAW_BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{}; HEAPLAW_BLESS=1 rewrites it", path.display());
}

#[test]
fn the_list_is_grouped_by_suite_and_aligned() {
    assert_is_expected(&list(&specs(), &Pattern::all(), 80), "list.txt");
}

#[test]
fn no_line_of_the_list_is_wider_than_the_terminal() {
    for width in 60..120 {
        for line in list(&specs(), &Pattern::all(), width).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn a_pattern_leaves_out_suites_in_which_nothing_matches() {
    let text = list(&specs(), &Pattern::new("gc/**"), 80);
    assert!(text.starts_with("gc/mark") && !text.contains("alloc"), "{text}");
    assert_eq!(list(&specs(), &Pattern::new("nothing"), 80), "");
    assert_eq!(list_json(&specs(), &Pattern::new("nothing")), "[]\n");
}

#[test]
fn the_json_list_has_one_object_for_each_invariant() {
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(&list_json(&specs(), &Pattern::all())).unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    let all: Vec<_> = specs().invariants().map(|invariant| invariant.id.to_string()).collect();
    assert_eq!(ids, all);
    assert_eq!(rows[1]["needs"], serde_json::json!(["usable-size", "aligned-alloc"]));
    assert_eq!(rows[1]["level"], "should");
    assert_eq!(rows[0]["broken_by"], serde_json::json!(["alloc/hands-out-live-block"]));
}

#[test]
fn an_explanation_has_everything_that_the_specs_say() {
    for invariant in specs().invariants() {
        let id = invariant.id.as_str();
        let (_, phrase) = id.rsplit_once('/').unwrap();
        assert_is_expected(&explain(&specs(), id).unwrap(), &format!("explain-{phrase}.txt"));
    }
}

#[test]
fn an_unknown_id_is_answered_with_the_nearest_ones() {
    let unknown = explain(&specs(), "alloc/block/disjont").unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "no invariant has the id `alloc/block/disjont`; did you mean alloc/block/disjoint?"
    );
    let strange = explain(&specs(), "zzz").unwrap_err();
    assert_eq!(
        strange.to_string(),
        "no invariant has the id `zzz`; `heaplaw list` shows all of them"
    );
}
