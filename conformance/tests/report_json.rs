//! The report as JSON: exact there and back, and closed to everything else.

mod report_samples;

use conformance::report::json::{ReadFaultKind, SIZE_LIMIT, TEXT_LIMIT};
use conformance::report::target::{Budget, Run, Selection, Shard};
use conformance::report::{Cause, InvariantReport, Reason, Report};
use conformance::spec::{Judge, Kind, Level};
use conformance::verdict::{Effort, Verdict, Witness};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use report_samples::{
    broken, every_verdict, holds, hostile_graph, hostile_report, id, listed, report, target,
};
use serde_json::{Value, json};

/// The sample with the value at `path` replaced, as text.
fn with(path: &str, value: Value) -> String {
    let mut json: Value = serde_json::from_str(&every_verdict().to_json()).expect("it is JSON");
    *json.pointer_mut(path).unwrap_or_else(|| panic!("there is no {path}")) = value;
    json.to_string()
}

/// Checks that `text` is refused, as `kind`, with `words` in the message.
fn refused(text: &str, kind: ReadFaultKind, words: &str) {
    let fault = Report::from_json(text).expect_err("it is refused");
    assert_eq!(fault.kind, kind, "{fault}");
    assert!(fault.message.contains(words), "{fault}");
}

#[test]
fn a_report_reads_back_as_it_was() {
    let report = every_verdict();
    assert_eq!(Report::from_json(&report.to_json()), Ok(report));
}

#[test]
fn what_a_hostile_target_wrote_reads_back_but_for_its_length() {
    let read = Report::from_json(&hostile_report().to_json()).expect("it reads back");
    let hostile = report_samples::hostile();
    let one = read.targets[0].invariants.iter().find_map(|one| one.witness.as_ref());
    let witness = one.expect("a broken invariant has a witness");
    assert_eq!(witness.message, hostile[..TEXT_LIMIT]);
    assert_eq!(witness.stderr, hostile[hostile.len() - TEXT_LIMIT..]);
    assert_eq!(witness.trace, hostile, "a trace must replay, and is not cut");
}

#[test]
fn another_schema_version_is_refused_whatever_else_it_says() {
    let words = "schema version 2 is not known; this heaplaw reads version 1";
    refused(r#"{"schema_version": 2, "new": [[[]]]}"#, ReadFaultKind::Version, words);
    refused(r#"{"schema_version": -1}"#, ReadFaultKind::Version, "-1");
    refused(r#"{"schema_version": 1.5}"#, ReadFaultKind::Version, "1.5");
    refused("{}", ReadFaultKind::Syntax, "there is no `schema_version`");
}

#[test]
fn a_text_above_the_limit_is_refused_before_it_is_read() {
    refused(&" ".repeat(SIZE_LIMIT + 1), ReadFaultKind::TooLarge, "more than the limit");
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "[".repeat(200_000);
    refused(&deep, ReadFaultKind::Syntax, "line 1 column 2");
    let closed = deep.clone() + &"]".repeat(200_000);
    let inside = format!(r#"{{"schema_version": 1, "targets": {closed}}}"#);
    refused(&inside, ReadFaultKind::Syntax, "invalid type: sequence, expected a string");
}

#[test]
fn numbers_that_do_not_fit_are_refused_and_great_ones_are_exact() {
    let seed = "/targets/0/runs/0/seed";
    let read = Report::from_json(&with(seed, json!(u64::MAX))).expect("it fits");
    assert_eq!(read.targets[0].runs[0].seed, u64::MAX);
    let text = with(seed, json!(u64::MAX)).replace("18446744073709551615", "18446744073709551616");
    refused(&text, ReadFaultKind::Syntax, "invalid type: floating point");
    let text = with(seed, json!(u64::MAX)).replace("18446744073709551615", "1e999");
    refused(&text, ReadFaultKind::Syntax, "number out of range");
    refused(&with(seed, json!(-1)), ReadFaultKind::Syntax, "invalid value: integer `-1`");
}

#[test]
fn an_invariant_or_a_target_that_is_there_twice_is_refused() {
    let twice = report(vec![target(vec![holds("alloc/block/x"), holds("alloc/block/x")])]);
    refused(&twice.to_json(), ReadFaultKind::Duplicate, "invariant alloc/block/x is there twice");
    let twice = report(vec![target(vec![]), target(vec![])]);
    refused(&twice.to_json(), ReadFaultKind::Duplicate, "target system is there twice");
}

#[test]
fn unknown_keys_and_words_are_refused() {
    refused(&with("/targets/0/invariants/0/verdict", json!("fine")), ReadFaultKind::Syntax, "fine");
    let text = every_verdict().to_json().replacen("\"profile\"", "\"profil\"", 1);
    refused(&text, ReadFaultKind::Syntax, "unknown field `profil`");
}

#[test]
fn contradictions_are_refused_with_the_invariant_that_has_them() {
    let refused = |one: InvariantReport, words: &str| {
        refused(&report(vec![target(vec![one])]).to_json(), ReadFaultKind::Contradiction, words);
    };
    let mut one = broken("alloc/block/x");
    one.witness = None;
    refused(one, "alloc/block/x: `broken` needs a witness");
    let mut one = holds("alloc/block/x");
    one.verdict = Verdict::Skipped;
    one.settle();
    refused(one, "`skipped` needs a reason");
    let mut one = listed(broken("alloc/block/x"), "rule: ");
    one.expectation = None;
    refused(one, "its outcome is `as-expected`, but follows to be `unexpected-failure`");
    refused(holds("Alloc//x"), "an id is lower-case words");
    let mut one = holds("alloc/block/x");
    one.witness = broken("alloc/block/x").witness;
    refused(one, "`holds` has a witness");
}

#[test]
fn a_shard_outside_its_number_is_refused() {
    for k in [0, 4] {
        let mut one = target(vec![holds("alloc/block/x")]);
        one.runs = vec![report_samples::shard(k, 3)];
        let words = format!("there is no shard {k}/3");
        refused(&report(vec![one]).to_json(), ReadFaultKind::Contradiction, &words);
    }
}

/// Any text, and often one that acts on its reader.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9 =./-]{0,20}",
        vec(any::<char>(), 0..20).prop_map(String::from_iter),
        Just("\n::error::\x1b[1m##[x]\u{202e}\u{e0001}".to_owned()),
    ]
}

fn effort() -> impl Strategy<Value = Effort> {
    any::<[u64; 5]>().prop_map(|[cases, ops, evaluated, fired, nanos]| Effort {
        cases,
        ops,
        evaluated,
        fired,
        nanos,
    })
}

fn witness() -> impl Strategy<Value = Witness> {
    let texts = (text(), text(), text(), text(), text());
    let rest = (vec((text(), text()), 0..3), option::of(text()), any::<(u32, u32)>(), 0..99_usize);
    (texts, rest).prop_map(|(texts, (facts, resembles, replays, steps))| {
        let (trace, step, message, picture, stderr) = texts;
        let at = steps / 2;
        let graph = (steps % 3 == 0).then(|| hostile_graph(&message));
        Witness {
            trace,
            steps,
            at,
            step,
            message,
            facts,
            picture,
            graph,
            stderr,
            resembles,
            replays,
        }
    })
}

fn judge() -> impl Strategy<Value = Judge> {
    prop::sample::select(vec![Judge::Property, Judge::Schedule, Judge::Golden])
}

fn invariant(name: String) -> impl Strategy<Value = InvariantReport> {
    let verdicts = vec![
        Verdict::Holds,
        Verdict::Broken,
        Verdict::Inconclusive,
        Verdict::NotApplicable,
        Verdict::Skipped,
        Verdict::Disputed,
    ];
    let words = (
        prop::sample::select(verdicts),
        prop::sample::select(vec![Level::Must, Level::Should, Level::May]),
        prop::sample::select(vec![Kind::Safety, Kind::Liveness, Kind::Bound, Kind::Choice]),
        prop::sample::select(vec![Cause::Coverage, Cause::Unstable, Cause::Machine]),
    );
    let found = (witness(), btree_map(judge(), effort(), 0..3), text(), any::<bool>());
    (words, found, any::<(u32, u64)>()).prop_map(move |(words, found, (line, fires))| {
        let (verdict, level, kind, cause) = words;
        let (witness, efforts, text, pinned) = found;
        let mut one = InvariantReport { id: id(&name), ..holds("alloc/block/x") };
        (one.verdict, one.level, one.kind, one.efforts) = (verdict, level, kind, efforts);
        (one.says, one.line, one.fires) = (text.clone(), line, fires);
        one.witness = (verdict == Verdict::Broken).then_some(witness);
        one.reason = (verdict != Verdict::Broken).then(|| Reason::new(cause, text.clone()));
        one.trace_file = pinned.then(|| text.clone());
        one.picture_file = pinned.then(|| text.clone());
        one.settle();
        if pinned { listed(one, &text) } else { one }
    })
}

fn run() -> impl Strategy<Value = Run> {
    let budget =
        prop_oneof![any::<u64>().prop_map(Budget::Cases), any::<u64>().prop_map(Budget::Millis)];
    let shard = option::of((1..9_u32).prop_flat_map(|n| (1..=n, Just(n))));
    (any::<u64>(), budget, shard, vec(text(), 0..3)).prop_map(
        |(seed, budget, shard, invariants)| {
            let selection = Selection { invariants, ..Selection::default() };
            Run { seed, budget, shard: shard.map(|(k, n)| Shard { k, n }), selection }
        },
    )
}

prop_compose! {
    fn any_report()(
        invariants in (0..6_usize).prop_flat_map(|count| {
            (0..count).map(|n| invariant(format!("alloc/block/n{n}"))).collect::<Vec<_>>()
        }),
        runs in vec(run(), 0..3),
        texts in vec(text(), 6),
        overrides in btree_map(text(), text(), 0..3),
    ) -> Report {
        let mut target = target(invariants);
        target.runs = runs;
        target.spec.clone_from(&texts[0]);
        target.identity.version = Some(texts[1].clone());
        target.notes = texts[2..4].to_vec();
        target.fault = Some(texts[4].clone());
        target.controls.noop.says.clone_from(&texts[5]);
        Report { overrides, ..report(vec![target]) }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_report_reads_back_as_it_was(report in any_report()) {
        let json = report.to_json();
        prop_assert_eq!(Report::from_json(&json), Ok(report));
    }

    #[test]
    fn no_text_makes_reading_panic(text in vec(any::<char>(), 0..200).prop_map(String::from_iter)) {
        prop_assert!(Report::from_json(&text).is_err());
    }

    #[test]
    fn no_damage_to_a_report_makes_reading_panic(
        at in any::<prop::sample::Index>(),
        length in 0..40_usize,
        new in "[\\[\\]{}\",:0-9a-z-]{0,8}",
    ) {
        let mut json = every_verdict().to_json().into_bytes();
        let at = at.index(json.len());
        let end = json.len().min(at + length);
        json.splice(at..end, new.bytes());
        // Where the damage makes no difference to the form, it must read back as what it now says.
        if let Ok(text) = String::from_utf8(json) && let Ok(report) = Report::from_json(&text) {
            prop_assert_eq!(Report::from_json(&report.to_json()), Ok(report));
        }
    }
}
