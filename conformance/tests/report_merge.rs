//! Putting shards and targets into one report.

mod report_samples;

use conformance::report::merge::{MergeFaultKind, merge};
use conformance::report::target::{ChosenBy, Control};
use conformance::report::{Cause, InvariantReport, Reason, Report, TargetReport};
use conformance::spec::{Judge, Profile};
use conformance::verdict::{Effort, Verdict};
use proptest::prelude::*;
use report_samples::{broken, holds, listed, open, report, run, shard, target};
use std::collections::BTreeMap;

/// The report of shard `k` of `n` that found out `invariants`.
fn part(k: u32, n: u32, invariants: Vec<InvariantReport>) -> Report {
    report(vec![TargetReport { runs: vec![shard(k, n)], ..target(invariants) }])
}

/// What the shards that found out `ones` say together.
fn united(ones: &[InvariantReport]) -> InvariantReport {
    let n = ones.len() as u32;
    let parts = (1..).zip(ones).map(|(k, one)| part(k, n, vec![one.clone()])).collect();
    let merged = merge(parts).expect("shards of one run merge");
    assert_eq!((merged.targets.len(), merged.targets[0].invariants.len()), (1, 1));
    merged.targets[0].invariants[0].clone()
}

const ID: &str = "alloc/block/x";

/// Inconclusive after `fired` of 10 times.
fn short(fired: u64) -> InvariantReport {
    let mut one = open(ID, Verdict::Inconclusive, Cause::Coverage, "too few");
    one.efforts.insert(Judge::Property, Effort { fired, ..Effort::default() });
    one
}

/// A failure that no replay repeated.
fn unstable() -> InvariantReport {
    let mut one = open(ID, Verdict::Inconclusive, Cause::Unstable, "0 of 3 replays");
    one.witness = broken(ID).witness;
    one
}

fn skipped() -> InvariantReport {
    open(ID, Verdict::Skipped, Cause::Shard, "shard 2 has it")
}

fn refused(one: Report, other: Report, kind: MergeFaultKind, words: &str) {
    let fault = merge(vec![one, other]).expect_err("they do not merge");
    assert_eq!(fault.kind, kind, "{fault}");
    assert!(fault.message.contains(words), "{fault}");
}

#[test]
fn broken_anywhere_is_broken() {
    for other in [holds(ID), short(3), unstable(), skipped()] {
        assert_eq!(united(&[other.clone(), broken(ID)]).verdict, Verdict::Broken, "{other:?}");
    }
}

#[test]
fn of_two_witnesses_the_shorter_is_kept() {
    let mut long = broken(ID);
    long.witness.as_mut().expect("it is broken").steps = 9;
    let one = united(&[long, broken(ID)]);
    assert_eq!(one.witness.map(|witness| witness.steps), Some(3));
}

#[test]
fn a_shard_that_holds_beats_one_that_saw_too_little() {
    let one = united(&[short(3), holds(ID)]);
    assert_eq!((one.verdict, one.reason), (Verdict::Holds, None));
}

#[test]
fn a_failure_that_no_replay_repeated_beats_a_shard_that_holds() {
    let one = united(&[holds(ID), unstable()]);
    assert_eq!(one.verdict, Verdict::Inconclusive);
    assert!(one.witness.is_some());
    let unproven = open(ID, Verdict::Inconclusive, Cause::Unproven, "a mutant lives");
    assert_eq!(united(&[unproven, holds(ID)]).verdict, Verdict::Inconclusive);
}

#[test]
fn shards_that_saw_too_little_hold_once_their_sum_is_enough() {
    assert_eq!(united(&[short(3), short(3), short(4)]).verdict, Verdict::Holds);
    let one = united(&[short(3), short(3), short(3)]);
    assert_eq!(one.verdict, Verdict::Inconclusive);
    let words = "fired 9 of 10 times in all shards";
    assert_eq!(one.reason, Some(Reason::new(Cause::Coverage, words)));
}

#[test]
fn nothing_seen_anywhere_never_holds() {
    let mut never = short(0);
    never.fires = 0;
    assert_eq!(united(&[never.clone(), never]).verdict, Verdict::Inconclusive);
}

#[test]
fn a_share_left_to_another_shard_adds_nothing() {
    assert_eq!(united(&[skipped(), holds(ID)]), holds(ID));
}

#[test]
fn efforts_are_added_by_judge() {
    let mut stress = holds(ID);
    stress.efforts = BTreeMap::from([(Judge::Stress, Effort { cases: 1, ..Effort::default() })]);
    let one = united(&[holds(ID), holds(ID), stress]);
    assert_eq!(one.efforts[&Judge::Property].fired, 80_022);
    assert_eq!(one.efforts[&Judge::Stress].cases, 1);
}

#[test]
fn efforts_from_anywhere_do_not_overflow() {
    let mut one = holds(ID);
    one.efforts.insert(Judge::Fuzz, Effort { ops: u64::MAX, ..Effort::default() });
    assert_eq!(united(&[one.clone(), one]).effort().ops, u64::MAX);
}

#[test]
fn all_shards_together_are_a_whole_run() {
    let parts: Vec<Report> = (1..=3).map(|k| part(k, 3, vec![holds(ID)])).collect();
    let some = merge(parts[..2].to_vec()).expect("they merge");
    assert_eq!(some.targets[0].partial().as_deref(), Some("only some of 3 shards were run"));
    assert_eq!(some.targets[0].missing_shards(), Some((2, 3)));
    let all = merge(parts).expect("they merge");
    assert_eq!((all.targets[0].partial(), all.targets[0].missing_shards()), (None, None));
}

#[test]
fn different_targets_are_listed_side_by_side() {
    let one = report(vec![target(vec![holds(ID)])]);
    let mut other = one.clone();
    other.targets[0].identity.version = Some("2.41".into());
    let merged = merge(vec![one.clone(), other.clone()]).expect("they merge");
    assert_eq!(merged.targets, [one.targets, other.targets].concat());
}

#[test]
fn a_control_that_failed_in_one_shard_stays_failed() {
    let mut bad = part(2, 2, vec![holds(ID)]);
    bad.targets[0].controls.planted = Control { ok: false, says: "not reported".into() };
    let merged = merge(vec![part(1, 2, vec![holds(ID)]), bad]).expect("they merge");
    assert!(!merged.targets[0].controls.ok());
    assert_eq!(merged.targets[0].controls.planted.says, "not reported");
}

#[test]
fn reports_of_different_suites_versions_or_profiles_do_not_merge() {
    let one = part(1, 2, vec![holds(ID)]);
    let other = || part(2, 2, vec![holds(ID)]);
    let suite = Report { suite_hash: "abc".into(), ..other() };
    refused(
        one.clone(),
        suite,
        MergeFaultKind::Suite,
        "differ in suite hash: 9f86d081884c7d65 and abc",
    );
    let version = Report { heaplaw: "0.2.0".into(), ..other() };
    refused(one.clone(), version, MergeFaultKind::Version, "0.1.0 and 0.2.0");
    let profile = Report { profile: Profile::Go, ..other() };
    refused(one.clone(), profile, MergeFaultKind::Profile, "profile: any and go");
    let overrides = BTreeMap::from([("harden".into(), "none".into())]);
    refused(one, Report { overrides, ..other() }, MergeFaultKind::Profile, "overridden choices");
}

#[test]
fn one_run_given_twice_does_not_count_twice() {
    let one = part(2, 3, vec![short(5)]);
    let words = "the run of system with seed 7, shard 2/3 is given twice";
    refused(one.clone(), one, MergeFaultKind::SameRun, words);
}

#[test]
fn a_target_that_chose_differently_does_not_merge() {
    let mut other = part(2, 2, vec![holds(ID)]);
    other.targets[0].choices.get_mut("align").expect("it has one").by = ChosenBy::Overridden;
    refused(part(1, 2, vec![holds(ID)]), other, MergeFaultKind::Target, "chose differently");
    let mut other = part(2, 2, vec![holds(ID)]);
    other.targets[0].capabilities.push("fork".into());
    refused(part(1, 2, vec![holds(ID)]), other, MergeFaultKind::Target, "offers fork in one");
}

#[test]
fn a_target_compared_to_different_baselines_does_not_merge() {
    let other = part(2, 2, vec![listed(broken(ID), "rule: ")]);
    let words = "compared to different baselines";
    refused(part(1, 2, vec![broken(ID)]), other, MergeFaultKind::Baseline, words);
}

#[test]
fn no_report_is_an_error() {
    assert_eq!(merge(Vec::new()).map_err(|fault| fault.kind), Err(MergeFaultKind::Empty));
}

#[test]
fn the_outcome_follows_the_united_verdict() {
    let list = |one| listed(one, "rule: ");
    let one = united(&[list(holds(ID)), list(broken(ID))]);
    assert_eq!(one.outcome.to_string(), "as-expected");
}

#[test]
fn runs_with_different_seeds_are_kept_apart() {
    let mut other = report(vec![target(vec![holds(ID)])]);
    other.targets[0].runs[0].seed = 8;
    let merged = merge(vec![report(vec![target(vec![holds(ID)])]), other]).expect("they merge");
    let seeds: Vec<u64> = merged.targets[0].runs.iter().map(|run| run.seed).collect();
    assert_eq!(seeds, [run().seed, 8]);
}

fn any_shard() -> impl Strategy<Value = InvariantReport> {
    prop_oneof![
        Just(holds(ID)),
        (0..4_u64).prop_map(short),
        Just(unstable()),
        Just(skipped()),
        Just(open(ID, Verdict::NotApplicable, Cause::Capability, "needs fork")),
        Just(open(ID, Verdict::Inconclusive, Cause::Budget, "the time ran out")),
        (1..9_usize).prop_map(|steps| {
            let mut one = broken(ID);
            one.witness.as_mut().expect("it is broken").steps = steps;
            one
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_shards_does_not_matter(
        (ones, shuffled) in prop::collection::vec(any_shard(), 1..6)
            .prop_flat_map(|ones| (Just(ones.clone()), Just(ones).prop_shuffle())),
    ) {
        prop_assert_eq!(united(&ones), united(&shuffled));
    }
}
