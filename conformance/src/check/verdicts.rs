//! From what was done and found to a verdict on every invariant.

use super::examined::{Broken, Examined};
use super::{Bench, Judged, Subject, select, witness};
use crate::capability::Capabilities;
use crate::op::Action as _;
use crate::report::{Cause, InvariantReport, Outcome, Reason};
use crate::spec::Invariant;
use crate::verdict::Verdict;

/// One report for each invariant.
pub(super) fn of<C: Judged>(
    subject: &Subject<'_, C>,
    offers: Capabilities,
    examined: &Examined<C::Op>,
    target: &str,
) -> Vec<InvariantReport> {
    let bench = subject.bench;
    let judged = |invariant: &Invariant| {
        let mut report = blank(invariant);
        let left_out = select::left_out::<C>(invariant, offers, subject.setting, bench.options);
        if let Some((verdict, reason)) = left_out {
            report.verdict = verdict;
            report.reason = Some(reason);
        } else {
            judge(&mut report, subject, invariant, examined, target);
        }
        report.settle();
        report
    };
    bench.invariants_of(C::Op::SUBJECT).map(judged).collect()
}

/// Every invariant about `subject` unjudged, because the target cannot be judged at all.
pub(super) fn unjudged(
    bench: &Bench<'_>,
    subject: &'static str,
    why: &str,
) -> Vec<InvariantReport> {
    let one = |invariant: &Invariant| {
        let mut report = blank(invariant);
        report.verdict = Verdict::Inconclusive;
        report.reason = Some(Reason::new(Cause::Target, why));
        report.settle();
        report
    };
    bench.invariants_of(subject).map(one).collect()
}

pub(super) fn blank(invariant: &Invariant) -> InvariantReport {
    InvariantReport {
        id: invariant.id.clone(),
        says: invariant.says.clone(),
        level: invariant.level,
        kind: invariant.kind,
        file: invariant.file.clone(),
        line: invariant.line,
        fires: invariant.fires,
        verdict: Verdict::Inconclusive,
        reason: None,
        efforts: std::collections::BTreeMap::new(),
        witness: None,
        trace_file: None,
        picture_file: None,
        expectation: None,
        outcome: Outcome::Unjudged,
    }
}

/// Why nothing may be said by a check that may be unable to fail.
pub(super) fn unproven() -> Reason {
    Reason::new(Cause::Unproven, "its mutants were not all killed in the last kill matrix")
}

fn judge<C: Judged>(
    report: &mut InvariantReport,
    subject: &Subject<'_, C>,
    invariant: &Invariant,
    examined: &Examined<C::Op>,
    target: &str,
) {
    let id = invariant.id.as_str();
    if let Some(efforts) = examined.efforts.get(id) {
        report.efforts.clone_from(efforts);
    }
    if let Some(broken) = examined.broken.get(id) {
        return judge_broken(report, subject, invariant, broken, target);
    }
    let bench = subject.bench;
    if bench.proven.is_some_and(|proof| !proof.covers(invariant)) {
        report.reason = Some(unproven());
        return;
    }
    let fired = report.effort().fired;
    if fired >= invariant.fires {
        report.verdict = Verdict::Holds;
        return;
    }
    let cut_short = invariant
        .scenario
        .iter()
        .any(|name| examined.cut_short.iter().any(|(scenario, n)| scenario == name && *n > 0));
    let left_to_others = bench.options.shard.is_some_and(|s| s.n > 1) && fired == 0;
    if left_to_others {
        report.verdict = Verdict::Skipped;
        report.reason = Some(Reason::new(Cause::Shard, "left to another shard"));
    } else if cut_short {
        let text = "every run of its scenario was cut short by what else is broken";
        report.reason = Some(Reason::new(Cause::Coverage, text));
    } else {
        let cause = if examined.out_of_time { Cause::Budget } else { Cause::Coverage };
        let text = format!("it fired {fired} times; {} are needed", invariant.fires);
        report.reason = Some(Reason::new(cause, text));
    }
}

fn judge_broken<C: Judged>(
    report: &mut InvariantReport,
    subject: &Subject<'_, C>,
    invariant: &Invariant,
    broken: &Broken<C::Op>,
    target: &str,
) {
    if broken.replays.0 == 0 && !broken.firm {
        let text = "a failure was seen that no replay repeated";
        report.reason = Some(Reason::new(Cause::Unstable, text));
    } else {
        report.verdict = Verdict::Broken;
    }
    report.witness = Some(witness::of(invariant, broken, &C::choices(subject.setting), target));
}
