//! From verdicts and baselines to an exit status.

mod report_samples;

use conformance::expect::Expectations;
use conformance::gate::{Gate, Status, judge};
use conformance::report::{Cause, InvariantReport, Report};
use conformance::spec::Level;
use conformance::verdict::Verdict;
use report_samples::{
    at, broken, every_verdict, holds, hostile_report, ids, open, report, shard, target,
};

const X: &str = "alloc/block/x";
const Y: &str = "alloc/block/y";

/// The baseline of glibc that lists `id` with the pinned `message`.
fn list(id: &str, message: &str) -> Expectations {
    let text = format!(
        "target: glibc\nmatch: {{soname: libc.so.6}}\ndeviations:\n  - invariant: {id}\n    \
         message: '{message}'\n    reason: Nobody minds.\n    since: '2.26'\n"
    );
    Expectations::parse([("glibc.yaml", &*text)]).expect("it loads")
}

fn judged(mut report: Report, expectations: &Expectations) -> Gate {
    expectations.apply(&mut report).expect("at most one file matches");
    judge(&report, expectations, &ids(&[X, Y]))
}

/// What the gate says to `invariants` without a baseline.
fn gate(invariants: Vec<InvariantReport>) -> Gate {
    judged(report(vec![target(invariants)]), &Expectations::default())
}

/// What the gate says to `invariants` where [`X`] is listed with the sample's message.
fn listed(invariants: Vec<InvariantReport>) -> Gate {
    judged(report(vec![target(invariants)]), &list(X, "rule: live"))
}

fn inconclusive(id: &str) -> InvariantReport {
    open(id, Verdict::Inconclusive, Cause::Coverage, "fired 3 of 10 times")
}

fn skipped(id: &str, cause: Cause) -> InvariantReport {
    open(id, Verdict::Skipped, cause, "left out")
}

fn inapplicable(id: &str) -> InvariantReport {
    open(id, Verdict::NotApplicable, Cause::Capability, "needs fork")
}

/// Checks the exit status, and that exactly one line gives the reason for it.
fn says(gate: &Gate, code: u8, words: &str) {
    assert_eq!(gate.status.code(), code, "{gate:?}");
    let lines = gate.lines.iter().filter(|line| line.contains(words)).count();
    assert_eq!(lines, 1, "{words}: {gate:?}");
}

/// Checks that there is nothing to say.
fn passes(gate: &Gate) {
    assert_eq!((gate.status, &*gate.lines), (Status::Conforms, &[][..]));
}

#[test]
fn a_verdict_and_a_level_give_a_status() {
    type Make = fn(&str) -> InvariantReport;
    let disputed: Make = |id| InvariantReport { verdict: Verdict::Disputed, ..holds(id) };
    let machine: Make = |id| skipped(id, Cause::Machine);
    // Status for must, should, may; another invariant holds, so that something was judged.
    let table: [(&str, Make, [u8; 3]); 6] = [
        ("holds", holds, [0, 0, 0]),
        ("broken", broken, [1, 1, 0]),
        ("inconclusive", inconclusive, [3, 0, 0]),
        ("not-applicable", inapplicable, [0, 0, 0]),
        ("skipped", machine, [0, 0, 0]),
        ("disputed", disputed, [0, 0, 0]),
    ];
    for (name, make, codes) in table {
        for (level, code) in [Level::Must, Level::Should, Level::May].into_iter().zip(codes) {
            let gate = gate(vec![at(level, make(X)), holds(Y)]);
            assert_eq!(gate.status.code(), code, "{name} {level}: {gate:?}");
        }
    }
}

#[test]
fn a_listed_invariant_gives_a_status_whatever_its_level() {
    for level in [Level::Must, Level::Should, Level::May] {
        passes(&listed(vec![at(level, broken(X)), holds(Y)]));
        let gate = listed(vec![at(level, holds(X)), holds(Y)]);
        says(&gate, 1, "stale: system (glibc 2.36): alloc/block/x: holds, but glibc.yaml lists it");
        let gate = listed(vec![at(level, inapplicable(X)), holds(Y)]);
        says(
            &gate,
            1,
            "does not apply (needs fork), but glibc.yaml lists it; take it off the list",
        );
        let other = judged(
            report(vec![target(vec![at(level, broken(X)), holds(Y)])]),
            &list(X, "golden: "),
        );
        says(&other, 1, "but glibc.yaml pins: golden: ; look again, then pin the new message");
    }
}

#[test]
fn a_broken_must_is_named_with_its_message() {
    let gate = gate(vec![broken(X)]);
    says(
        &gate,
        1,
        "broken: system (glibc 2.36): alloc/block/x: rule: live.overlapping(block) == 0",
    );
}

#[test]
fn a_broken_may_is_listed_but_changes_nothing() {
    says(
        &gate(vec![at(Level::May, broken(X))]),
        0,
        "note: system (glibc 2.36): alloc/block/x (may) is broken",
    );
}

#[test]
fn an_unknown_id_in_the_baseline_is_stale_and_the_nearest_one_is_named() {
    let typo = list("alloc/block/xx", "rule: ");
    let gate = judged(report(vec![target(vec![holds(X)])]), &typo);
    says(&gate, 1, "stale: glibc.yaml:4: alloc/block/xx is no invariant; is it alloc/block/x?");
    let other = list("gc/barrier/no-such", "rule: ");
    let gate = judged(report(vec![target(vec![holds(X)])]), &other);
    says(&gate, 1, "gc/barrier/no-such is no invariant");
}

#[test]
fn a_baseline_of_another_target_says_nothing() {
    let mut report = report(vec![target(vec![holds(X)])]);
    report.targets[0].identity.soname = Some("libmimalloc.so.2".into());
    passes(&judged(report, &list("alloc/block/xx", "rule: ")));
}

#[test]
fn a_listed_invariant_that_was_not_judged_is_not_stale() {
    passes(&listed(vec![skipped(X, Cause::Filter), holds(Y)]));
    passes(&listed(vec![skipped(X, Cause::Shard), holds(Y)]));
    passes(&listed(vec![holds(Y)]));
}

#[test]
fn a_failed_control_or_a_dead_target_could_not_be_judged() {
    let mut failed = report(vec![target(vec![holds(X)])]);
    failed.targets[0].controls.planted.ok = false;
    says(
        &judged(failed, &Expectations::default()),
        2,
        "planted control failed: the planted overlap",
    );
    let mut dead = report(vec![target(Vec::new())]);
    dead.targets[0].fault = Some("no such file".into());
    says(
        &judged(dead, &Expectations::default()),
        2,
        "could not judge: system (glibc 2.36): no such file",
    );
}

#[test]
fn a_run_that_selected_nothing_could_not_be_judged() {
    says(&gate(vec![skipped(X, Cause::Filter)]), 2, "nothing was selected");
    says(&gate(Vec::new()), 2, "nothing was selected");
    says(&gate(vec![inapplicable(X)]), 2, "nothing that was selected applies");
    says(&judged(report(Vec::new()), &Expectations::default()), 2, "no target was named");
}

#[test]
fn a_shard_without_a_share_passes_and_says_so() {
    let mut report = report(vec![target(vec![skipped(X, Cause::Shard)])]);
    report.targets[0].runs = vec![shard(1, 9)];
    says(&judged(report, &Expectations::default()), 0, "this shard had nothing to judge");
}

#[test]
fn a_merge_that_lacks_a_shard_is_inconclusive() {
    let mut report = report(vec![target(vec![holds(X)])]);
    report.targets[0].runs = vec![shard(1, 3), shard(3, 3)];
    says(&judged(report, &Expectations::default()), 3, "only 2 of 3 shards are here");
}

#[test]
fn could_not_judge_beats_broken_beats_inconclusive() {
    let mut all = report(vec![target(vec![broken(X), inconclusive(Y)])]);
    assert_eq!(judged(all.clone(), &Expectations::default()).status, Status::Broken);
    all.targets[0].controls.noop.ok = false;
    let gate = judged(all, &Expectations::default());
    assert_eq!(gate.status, Status::Unjudged);
    let kinds: Vec<&str> = gate.lines.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(kinds, ["could not judge", "broken", "inconclusive"]);
}

#[test]
fn one_bad_target_among_good_ones_decides() {
    let mut other = target(vec![broken(X)]);
    other.spec = "so:libother.so".into();
    let gate = judged(report(vec![target(vec![holds(X)]), other]), &Expectations::default());
    says(&gate, 1, "broken: so:libother.so (glibc 2.36)");
}

#[test]
fn two_baselines_for_one_target_could_not_be_judged() {
    let file =
        |target: &str| format!("target: {target}\nmatch: {{soname: libc.so.6}}\ndeviations: []\n");
    let both = Expectations::parse([("a.yaml", &*file("a")), ("b.yaml", &*file("b"))]);
    let report = report(vec![target(vec![holds(X)])]);
    let gate = judge(&report, &both.expect("both load"), &ids(&[X]));
    says(&gate, 2, "both a.yaml and b.yaml match the same target");
}

#[test]
fn the_gate_fails_exactly_on_what_printers_call_an_error() {
    for one in every_verdict().targets.swap_remove(0).invariants {
        let error = one.severity() == Some(conformance::report::tally::Severity::Error);
        let report = report(vec![target(vec![one.clone(), holds(Y)])]);
        let gate = judge(&report, &Expectations::default(), &ids(&[]));
        assert_eq!(gate.status == Status::Broken, error, "{one:?}");
    }
}

#[test]
fn a_hostile_target_cannot_speak_through_the_gate() {
    let gate = judge(&hostile_report(), &Expectations::default(), &ids(&[]));
    assert!(!gate.lines.is_empty());
    for line in gate.lines {
        assert!(!line.contains(char::is_control) && !line.contains("##["), "{line:?}");
        assert!(!line.starts_with("::") && line.len() < 4_000, "{line:?}");
    }
}
