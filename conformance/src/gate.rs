//! From verdicts to an exit status.
//!
//! | status | meaning |
//! |---|---|
//! | 0 | every invariant that was judged holds, or fails as expected |
//! | 1 | a `must` or a `should` is broken, or the baseline is stale |
//! | 2 | could not judge: a control failed, a target did not start, nothing was judged |
//! | 3 | nothing is broken, but a `must` is inconclusive |
//!
//! Where several apply, 2 beats 1 beats 3: a failed control makes every verdict worthless, and a
//! broken invariant is news whatever is still open. Who has a reason to break a `should` says so in a
//! baseline, or leaves them all out by asking for `must` only. A baseline is stale when it lists what holds,
//! what fails with another message, what no longer applies, or what is no invariant. A listed
//! invariant that was not judged in a narrowed run or a shard is not stale.

use crate::expect::Expectations;
use crate::hint::nearest_ids;
use crate::report::tally::{Severity, Standing};
use crate::report::{Cause, InvariantReport, Outcome, Report, TargetReport, failure, text};
use crate::spec::{InvariantId, Level};
use std::collections::BTreeSet;

/// The exit status of a run, by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// 0: nothing stands against the targets.
    Conforms,
    /// 3: nothing is broken, but something is open.
    Inconclusive,
    /// 1: something is broken, or the baseline is stale.
    Broken,
    /// 2: could not judge.
    Unjudged,
}

impl Status {
    /// The number that the program ends with.
    pub fn code(self) -> u8 {
        match self {
            Status::Conforms => 0,
            Status::Broken => 1,
            Status::Unjudged => 2,
            Status::Inconclusive => 3,
        }
    }
}

/// What the gate says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gate {
    /// The worst of what `lines` tells.
    pub status: Status,
    /// Each reason for the status and each thing worth knowing, one a line, harmless, the worst
    /// first.
    pub lines: Vec<String>,
}

/// One line and how bad it is.
pub(crate) type Finding = (Status, String);

/// Judges a report that [`Expectations::apply`] has compared to `expectations`. The set `known` has
/// the ids of all invariants of the suite, also of those that were not selected.
pub fn judge(report: &Report, expectations: &Expectations, known: &BTreeSet<InvariantId>) -> Gate {
    let mut findings = unknown(report, expectations, known);
    if report.targets.is_empty() {
        findings.push((Status::Unjudged, "could not judge: no target was named".to_owned()));
    }
    for target in &report.targets {
        obstacles(target, &mut findings);
        if target.fault.is_none() {
            findings.extend(target.invariants.iter().filter_map(|one| finding(target, one)));
        }
    }
    findings.sort_by_key(|&(status, _)| std::cmp::Reverse(status));
    let status = findings.first().map_or(Status::Conforms, |&(status, _)| status);
    Gate { status, lines: findings.into_iter().map(|(_, line)| line).collect() }
}

/// Listed ids that are no invariants, in the files that apply to a target of the report.
pub(crate) fn unknown(
    report: &Report,
    expectations: &Expectations,
    known: &BTreeSet<InvariantId>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for target in &report.targets {
        let expected = match expectations.matching(&target.identity) {
            Ok(expected) => expected,
            Err(ambiguity) => {
                let why = text::line(&ambiguity.to_string());
                let line = format!("could not judge: {}: {why}", failure::heading(target));
                findings.push((Status::Unjudged, line));
                continue;
            }
        };
        let Some(expected) = expected.filter(|expected| seen.insert(&expected.file)) else {
            continue;
        };
        for entry in expected.deviations.iter().filter(|entry| !known.contains(&entry.id)) {
            let place = format!("{}:{}", text::line(&expected.file), entry.line);
            let near = nearest_ids(entry.id.as_str(), known.iter().map(InvariantId::as_str));
            let hint = near.first().map_or(String::new(), |id| format!("; is it {id}?"));
            let line = format!("stale: {place}: {} is no invariant{hint}", entry.id);
            findings.push((Status::Broken, line));
        }
    }
    findings
}

/// Why a target could not be judged, or not wholly.
fn obstacles(target: &TargetReport, findings: &mut Vec<Finding>) {
    let heading = failure::heading(target);
    for why in failure::unjudgeable(target) {
        findings.push((Status::Unjudged, format!("could not judge: {heading}: {why}")));
    }
    if let Some((have, n)) = target.missing_shards() {
        let line = format!("inconclusive: {heading}: only {have} of {n} shards are here");
        findings.push((Status::Inconclusive, line));
    }
    let judged = |one: &InvariantReport| {
        !matches!(one.standing(), Standing::NotApplicable | Standing::Skipped)
    };
    let elsewhere =
        |one: &InvariantReport| one.reason.as_ref().is_some_and(|r| r.cause == Cause::Shard);
    if target.invariants.iter().any(judged) || target.fault.is_some() {
        return;
    }
    if target.invariants.iter().any(elsewhere) {
        let line = format!("note: {heading}: this shard had nothing to judge");
        findings.push((Status::Conforms, line));
    } else {
        let selected = target.invariants.iter().any(InvariantReport::was_selected);
        let why =
            if selected { "nothing that was selected applies" } else { "nothing was selected" };
        findings.push((Status::Unjudged, format!("could not judge: {heading}: {why}")));
    }
}

/// What one invariant adds, if anything.
pub(crate) fn finding(target: &TargetReport, one: &InvariantReport) -> Option<Finding> {
    let about = format!("{}: {}", failure::heading(target), text::line(one.id.as_str()));
    let said = failure::headline(one);
    if one.outcome.is_stale() {
        let advice = match one.outcome {
            Outcome::MessageChanged => "look again, then pin the new message",
            _ => "take it off the list",
        };
        return Some((Status::Broken, format!("stale: {about}: {said}; {advice}")));
    }
    match (one.severity()?, one.standing()) {
        (Severity::Error, _) => Some((Status::Broken, format!("broken: {about}: {said}"))),
        (_, Standing::Inconclusive) if one.level == Level::Must => {
            Some((Status::Inconclusive, format!("inconclusive: {about}: {said}")))
        }
        _ => Some((Status::Conforms, format!("note: {about} ({}) is broken: {said}", one.level))),
    }
}
