//! Writing a list of known deviations from a run.

mod expect_samples;
mod report_samples;

use conformance::expect::Expected;
use conformance::expect::write::{WriteFaultKind, save, write};
use conformance::report::target::Identity;
use conformance::report::{Cause, InvariantReport, Report, TargetReport};
use conformance::spec::Level;
use conformance::verdict::Verdict;
use expect_samples::{Folder, GLIBC, parse};
use proptest::prelude::*;
use report_samples::{at, broken, glibc, holds, id, ids, open, report, shard, target};
use std::fs;

/// The whole run that found out `invariants`.
fn ran(invariants: Vec<InvariantReport>) -> Report {
    report(vec![target(invariants)])
}

/// What [`write`] makes of `report` and the sample.
fn rewritten(report: &Report, known: &[&str]) -> Expected {
    let old = parse(GLIBC).expect("it loads");
    let text = write(report, Some(&old), &ids(known), "2026-11-21").expect("it is written");
    parse(&text).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

const LISTED: &str = "alloc/align/bad-align-refused";

#[test]
fn a_deviation_that_remains_keeps_its_reason_and_since() {
    let file = rewritten(&ran(vec![broken(LISTED)]), &[LISTED]);
    let [entry] = &*file.deviations else { panic!("{:?}", file.deviations) };
    assert_eq!((&*entry.reason, &*entry.since), ("The alignment is rounded up.", "2.26"));
    assert_eq!(entry.message, "rule: live.overlapping(block) == 0", "the new message is pinned");
}

#[test]
fn a_pin_that_still_fits_is_kept_as_it_is() {
    let mut one = broken(LISTED);
    one.witness.as_mut().expect("it is broken").message = "golden: expected refused, got 0".into();
    let file = rewritten(&ran(vec![one]), &[LISTED]);
    assert_eq!(file.deviations[0].message, "golden: expected refused");
}

#[test]
fn a_new_deviation_says_that_nobody_has_explained_it() {
    let file = rewritten(&ran(vec![broken("alloc/block/x")]), &["alloc/block/x"]);
    let [entry] = &*file.deviations else { panic!("{:?}", file.deviations) };
    assert_eq!(entry.reason, "unexplained; written by --write-baseline on 2026-11-21");
    assert_eq!((&entry.id, &*entry.since), (&id("alloc/block/x"), "2.36"));
}

#[test]
fn a_broken_may_gets_no_new_entry() {
    let file = rewritten(&ran(vec![at(Level::May, broken("alloc/block/x"))]), &["alloc/block/x"]);
    assert_eq!(file.deviations, []);
}

#[test]
fn what_holds_no_longer_applies_or_is_no_invariant_goes() {
    assert_eq!(rewritten(&ran(vec![holds(LISTED)]), &[LISTED]).deviations, []);
    let gone = open(LISTED, Verdict::NotApplicable, Cause::Choice, "chose otherwise");
    assert_eq!(rewritten(&ran(vec![gone]), &[LISTED]).deviations, []);
    assert_eq!(rewritten(&ran(vec![broken("alloc/b/x")]), &["alloc/b/x"]).deviations.len(), 1);
}

#[test]
fn what_was_not_judged_stays() {
    let missing = open(LISTED, Verdict::Skipped, Cause::Machine, "no second processor");
    let unsure = open(LISTED, Verdict::Inconclusive, Cause::Coverage, "too few");
    for one in [missing, at(Level::Should, unsure), holds("alloc/b/x")] {
        let file = rewritten(&ran(vec![one.clone()]), &[LISTED]);
        let [entry] = &*file.deviations else { panic!("{one:?}: {:?}", file.deviations) };
        assert_eq!(entry.message, "golden: expected refused");
        assert_eq!((&*entry.reason, &*entry.since), ("The alignment is rounded up.", "2.26"));
    }
}

#[test]
fn marks_claims_and_the_comment_at_the_head_stay() {
    let old = parse(GLIBC).expect("it loads");
    let text = write(&ran(vec![broken(LISTED)]), Some(&old), &ids(&[LISTED]), "").expect("written");
    assert!(text.starts_with("# Deviations of the GNU C library.\n"), "{text}");
    let new = parse(&text).expect("it loads");
    assert_eq!((new.pattern, new.claims, new.target), (old.pattern, old.claims, old.target));
}

#[test]
fn a_first_baseline_matches_the_target_that_was_run() {
    let text =
        write(&ran(vec![broken(LISTED)]), None, &ids(&[LISTED]), "2026-11-21").expect("written");
    let file = parse(&text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    assert_eq!((&*file.target, file.deviations.len()), ("glibc", 1));
    assert!(file.pattern.covers(&glibc()), "{text}");
    let newer = Identity { version: Some("2.41".into()), ..glibc() };
    let older = Identity { version: Some("2.4".into()), ..glibc() };
    assert!(file.pattern.covers(&newer) && !file.pattern.covers(&older), "{text}");
}

/// Checks that no baseline is written for `report`.
fn not_written(report: &Report, kind: WriteFaultKind, words: &str) {
    let old = parse(GLIBC).expect("it loads");
    let fault = write(report, Some(&old), &ids(&[LISTED]), "").expect_err("it is refused");
    assert_eq!(fault.kind, kind, "{fault}");
    assert!(fault.to_string().starts_with("no baseline was written: "), "{fault}");
    assert!(fault.message.contains(words), "{fault}");
}

#[test]
fn a_run_that_did_not_judge_everything_is_refused() {
    let edited = |edit: fn(&mut TargetReport)| {
        let mut one = ran(vec![broken(LISTED)]);
        edit(&mut one.targets[0]);
        one
    };
    let shard = edited(|target| target.runs = vec![shard(1, 2)]);
    not_written(&shard, WriteFaultKind::Partial, "only some of 2 shards were run");
    let narrowed = edited(|target| target.runs[0].selection.invariants = vec!["alloc/*".into()]);
    not_written(&narrowed, WriteFaultKind::Partial, "narrowed by --invariant");
    let control = edited(|target| target.controls.noop.ok = false);
    not_written(&control, WriteFaultKind::Unjudged, "no-op control failed");
    let unsure = ran(vec![open("alloc/b/x", Verdict::Inconclusive, Cause::Coverage, "fired 0")]);
    not_written(&unsure, WriteFaultKind::Inconclusive, "alloc/b/x is inconclusive: fired 0");
    let other = edited(|target| target.identity.version = Some("2.41".into()));
    not_written(&other, WriteFaultKind::OtherTarget, "is about `glibc`, not about system");
    not_written(&report(vec![]), WriteFaultKind::Targets, "0 were run");
}

#[test]
fn a_message_that_no_file_could_hold_is_refused() {
    let mut one = broken("alloc/b/x");
    one.witness.as_mut().expect("it is broken").message = String::new();
    let fault = write(&ran(vec![one]), None, &ids(&["alloc/b/x"]), "").expect_err("it is refused");
    assert_eq!(fault.kind, WriteFaultKind::Text);
    assert!(fault.message.contains("`message` is empty"), "{fault}");
}

#[test]
fn saving_replaces_the_file_and_leaves_nothing_beside_it() {
    let folder = Folder::new("expect-save").with("glibc.yaml", "old");
    save(&folder.0.join("glibc.yaml"), GLIBC).expect("it is saved");
    assert_eq!(fs::read_to_string(folder.0.join("glibc.yaml")).expect("it is there"), GLIBC);
    assert_eq!(folder.names(), ["glibc.yaml"]);
}

#[test]
fn saving_that_fails_leaves_everything_as_it_was() {
    let folder = Folder::new("expect-save-fails");
    fs::create_dir(folder.0.join("glibc.yaml")).expect("a folder can be made");
    let fault = save(&folder.0.join("glibc.yaml"), GLIBC).expect_err("a folder is in the way");
    assert_eq!(fault.kind, WriteFaultKind::Unwritable);
    assert_eq!(folder.names(), ["glibc.yaml"]);
    assert!(save(&folder.0.join("no/such/folder.yaml"), GLIBC).is_err());
}

#[test]
fn saving_through_a_link_keeps_the_link() {
    let folder = Folder::new("expect-save-link").with("real.yaml", "old");
    let link = folder.0.join("link.yaml");
    std::os::unix::fs::symlink("real.yaml", &link).expect("a link can be made");
    save(&link, GLIBC).expect("it is saved");
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(folder.0.join("real.yaml")).expect("it is there"), GLIBC);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(any::<char>(), 1..30).prop_map(String::from_iter),
        "[-:#'\"{}\\[\\] \n\t|>&*!%@`0-9a-z.]{1,60}",
        prop::sample::select(vec![
            "yes", "null", "~", "2.40", "0x1f", "- a", "a: b", "'", "\u{85}"
        ])
        .prop_map(str::to_owned),
    ]
    .prop_filter("an empty text is refused, which another test shows", |text| {
        !text.trim().is_empty()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_message_holds_the_written_file_pins_it(message in text(), name in text()) {
        let mut one = broken("alloc/b/x");
        one.witness.as_mut().expect("it is broken").message.clone_from(&message);
        let mut report = ran(vec![one]);
        report.targets[0].identity.name = Some(name.clone());
        let text = write(&report, None, &ids(&["alloc/b/x"]), "2026-11-21").expect("it is written");
        let file = parse(&text).expect("what is written reads back");
        prop_assert_eq!(&file.deviations[0].message, &message);
        prop_assert_eq!(&file.target, &name);
    }
}
