//! Shards and targets put into one report.
//!
//! Two entries are about the same target when their spec words and identities are equal; their
//! verdicts are then united invariant by invariant. Different targets are listed side by side. A
//! run may be split by invariants or by cases, so the union must be right for both:
//!
//! 1. *Broken* anywhere is broken: one witness is enough. The shortest is kept.
//! 2. *Disputed* is a property of the invariant and stays.
//! 3. *Inconclusive* for any cause but want of coverage or budget beats *holds*: a failure that no
//!    replay repeated, a dead target or a failed control is not undone by a quiet shard.
//! 4. *Holds* beats want of coverage or budget: it says that it was judged often enough, somewhere.
//! 5. Where every shard lacks coverage, the sum decides: if all of them together fired as often as
//!    the invariant asks, it holds.
//! 6. *Not-applicable* beats *skipped*; a share that was left to another shard adds nothing.
//!
//! The union does not depend on the order of the reports, other than in the order of its lists.

use super::{Cause, InvariantReport, Reason, Report, TargetReport, target::Run, text};
use crate::verdict::Verdict;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Why reports cannot be put together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MergeFault {
    /// What sort of obstacle.
    pub kind: MergeFaultKind,
    /// The obstacle in words, with both sides.
    pub message: String,
}

/// What sort of obstacle a [`MergeFault`] is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MergeFaultKind {
    /// There is no report.
    Empty,
    /// They were judged by different invariants.
    Suite,
    /// They were judged by different versions of heaplaw.
    Version,
    /// They were judged under different profiles or overridden choices.
    Profile,
    /// One run is given twice; adding it up would pretend to twice the effort.
    SameRun,
    /// The same code offered or chose different things.
    Target,
    /// The same target was compared to different baselines.
    Baseline,
}

impl fmt::Display for MergeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for MergeFault {}

/// Puts `reports` into one.
///
/// # Errors
///
/// Reports that do not compare (see [`MergeFaultKind`]) are an error; nothing is left out silently.
pub fn merge(reports: Vec<Report>) -> Result<Report, MergeFault> {
    let mut reports = reports.into_iter();
    let Some(mut all) = reports.next() else {
        return Err(fault(MergeFaultKind::Empty, "there is no report to merge"));
    };
    for report in reports {
        comparable(&all, &report)?;
        all.targets.extend(report.targets);
    }
    let mut targets: Vec<TargetReport> = Vec::new();
    for target in all.targets {
        let same = |t: &&mut TargetReport| t.spec == target.spec && t.identity == target.identity;
        match targets.iter_mut().find(same) {
            Some(known) => unite(known, target)?,
            None => targets.push(target),
        }
    }
    Ok(Report { targets, ..all })
}

fn fault(kind: MergeFaultKind, message: impl Into<String>) -> MergeFault {
    MergeFault { kind, message: message.into() }
}

fn comparable(one: &Report, other: &Report) -> Result<(), MergeFault> {
    let differ = |kind, what, one: &str, other: &str| {
        if one == other {
            return Ok(());
        }
        let (one, other) = (text::line(one), text::line(other));
        Err(fault(kind, format!("the reports differ in {what}: {one} and {other}")))
    };
    differ(MergeFaultKind::Suite, "suite hash", &one.suite_hash, &other.suite_hash)?;
    differ(MergeFaultKind::Version, "heaplaw version", &one.heaplaw, &other.heaplaw)?;
    let (p, q) = (one.profile.to_string(), other.profile.to_string());
    differ(MergeFaultKind::Profile, "profile", &p, &q)?;
    let (o, p) = (format!("{:?}", one.overrides), format!("{:?}", other.overrides));
    differ(MergeFaultKind::Profile, "overridden choices", &o, &p)
}

/// Adds what `more` knows about the same target to `known`.
fn unite(known: &mut TargetReport, more: TargetReport) -> Result<(), MergeFault> {
    agree(known, &more)?;
    for (ours, theirs) in [
        (&mut known.controls.identity, more.controls.identity),
        (&mut known.controls.planted, more.controls.planted),
        (&mut known.controls.noop, more.controls.noop),
    ] {
        if ours.ok && !theirs.ok {
            *ours = theirs;
        }
    }
    known.fault = known.fault.take().or(more.fault);
    for note in more.notes {
        if !known.notes.contains(&note) {
            known.notes.push(note);
        }
    }
    known.runs.extend(more.runs);
    known.runs.sort();
    known.invariants = unite_invariants(std::mem::take(&mut known.invariants), more.invariants);
    Ok(())
}

/// Checks what must be the same in all reports about one target.
fn agree(known: &TargetReport, more: &TargetReport) -> Result<(), MergeFault> {
    let spec = text::line(&known.spec);
    if let Some(run) = more.runs.iter().find(|run| known.runs.contains(run)) {
        let shard = run.shard.map_or(String::new(), |shard| format!(", shard {shard}"));
        let message = format!("the run of {spec} with seed {}{shard} is given twice", run.seed);
        return Err(fault(MergeFaultKind::SameRun, message));
    }
    let set = |target: &TargetReport| BTreeSet::from_iter(target.capabilities.clone());
    if let Some(word) = set(known).symmetric_difference(&set(more)).next() {
        let word = text::line(word);
        let message = format!("{spec} offers {word} in one report and not in another");
        return Err(fault(MergeFaultKind::Target, message));
    }
    if known.choices != more.choices {
        let message = format!("{spec} chose differently: {:?}, {:?}", known.choices, more.choices);
        return Err(fault(MergeFaultKind::Target, text::line(&message)));
    }
    let listed = |target: &TargetReport| -> BTreeMap<_, _> {
        let entries = target.invariants.iter().map(|one| (one.id.clone(), one.expectation.clone()));
        entries.collect()
    };
    let (ours, theirs) = (listed(known), listed(more));
    let other = ours.iter().find(|(id, ours)| theirs.get(id).is_some_and(|theirs| theirs != *ours));
    if known.baseline != more.baseline || other.is_some() {
        let message = format!("{spec} was compared to different baselines");
        return Err(fault(MergeFaultKind::Baseline, message));
    }
    Ok(())
}

/// Unites two lists by id; the order is that of `ours`, then what only `theirs` has.
fn unite_invariants(
    mut ours: Vec<InvariantReport>,
    theirs: Vec<InvariantReport>,
) -> Vec<InvariantReport> {
    let places: BTreeMap<_, _> =
        ours.iter().enumerate().map(|(place, one)| (one.id.clone(), place)).collect();
    for one in theirs {
        match places.get(&one.id) {
            Some(&place) => ours[place] = unite_invariant(ours[place].clone(), one),
            None => ours.push(one),
        }
    }
    ours
}

/// What two shards say about one invariant, in one.
fn unite_invariant(a: InvariantReport, b: InvariantReport) -> InvariantReport {
    let both_short = lacks_effort(&a) && lacks_effort(&b);
    let mut efforts = a.efforts.clone();
    for (&judge, &effort) in &b.efforts {
        let sum = efforts.entry(judge).or_default();
        *sum = sum.plus(effort);
    }
    let mut one = if precedence(&a) <= precedence(&b) { a } else { b };
    one.efforts = efforts;
    if both_short {
        let fired = one.effort().fired;
        if fired >= one.fires.max(1) {
            one.verdict = Verdict::Holds;
            one.reason = None;
        } else {
            let words = format!("fired {fired} of {} times in all shards", one.fires);
            one.reason = Some(Reason::new(Cause::Coverage, words));
        }
    }
    one.settle();
    one
}

/// Inconclusive only because too little was tried.
fn lacks_effort(one: &InvariantReport) -> bool {
    one.verdict == Verdict::Inconclusive
        && one.witness.is_none()
        && one.reason.as_ref().is_some_and(|r| matches!(r.cause, Cause::Coverage | Cause::Budget))
}

/// The least wins: by the rules in the head of this file, then the shortest witness, then by text
/// so that the order of the reports does not matter.
fn precedence(one: &InvariantReport) -> (u8, bool, usize, &str, &str) {
    let rank = match one.verdict {
        Verdict::Broken => 0,
        Verdict::Disputed => 1,
        Verdict::Inconclusive if !lacks_effort(one) => 2,
        Verdict::Holds => 3,
        Verdict::Inconclusive => 4,
        Verdict::NotApplicable => 5,
        Verdict::Skipped => 6,
    };
    let (steps, trace) = one.witness.as_ref().map_or((0, ""), |w| (w.steps, &w.trace));
    let reason = one.reason.as_ref().map_or("", |reason| &reason.text);
    (rank, one.witness.is_none(), steps, trace, reason)
}

/// Whether `runs` contain every shard of one run without a filter.
pub(super) fn have_all_shards(runs: &[Run]) -> bool {
    let mut seen: BTreeMap<_, BTreeSet<u32>> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.selection.is_everything()) {
        if let Some(shard) = run.shard {
            seen.entry((run.seed, run.budget, shard.n)).or_default().insert(shard.k);
        }
    }
    seen.iter().any(|(&(_, _, n), parts)| parts.len() as u64 == u64::from(n))
}
