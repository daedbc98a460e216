//! Judging one target by all invariants: the plan of a run, and its verdicts.
//!
//! 1. The target is started and says who it is ([`target_spec`]).
//! 2. What it chooses is declared, probed or overruled.
//! 3. The controls show that a fault would be seen.
//! 4. Each judge hunts (`plan`): golden traces, random scripts, small worlds, threads, scenarios.
//!    A law that broke is known from then on, and the hunt goes on for others.
//! 5. What was found is held against metamorphic invariants.
//! 6. Every invariant gets a verdict (`verdicts`).
//!
//! What differs from subject to subject is behind [`Judged`]: `alloc` and `gc`. Escape analysers perform no
//! scripts, and are judged by `escape` alone.

pub mod again;
mod alloc;
mod escape;
mod examined;
mod gc;
mod judged;
mod plan;
mod saved;
mod select;
pub mod target_spec;
mod verdicts;
pub mod witness;

pub use examined::Kill;
pub use judged::Judged;

use crate::capability::Capabilities;
use crate::expect::Expectations;
use crate::facts;
use crate::hunt::{HuntError, Rig};
use crate::laws::{Book, Books};
use crate::op::Action as _;
use crate::report::target::{Budget, Control, Controls, Run, Selection, Shard};
use crate::report::{InvariantReport, Reason, Report, SCHEMA_VERSION, TargetReport};
use crate::spec::{Invariant, InvariantId, Judge, Level, Pattern, Profile, Specs};
use crate::target::identity::Identity;
use crate::verdict::Witness;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use target_spec::{Of, TargetSpec};

/// Random scripts of a run, unless asked otherwise.
pub const CASES: u64 = 1500;

/// What a run is asked to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// Patterns of invariants; empty: all.
    pub invariants: Vec<Pattern>,
    /// The same as they were written.
    pub patterns: Vec<String>,
    /// Whose promises.
    pub profile: Profile,
    /// The least binding level; none: all.
    pub level: Option<Level>,
    /// Ways of enforcing; empty: all.
    pub judges: Vec<Judge>,
    /// Random scripts; the other judges are scaled with it.
    pub cases: u64,
    /// Hunt until so much time has passed: longer than the plan takes, or shorter.
    pub time: Option<Duration>,
    /// Of all scripts.
    pub seed: u64,
    /// The part of the run that is done here.
    pub shard: Option<Shard>,
    /// Choices of the target that are overruled.
    pub overrides: Vec<(String, String)>,
    /// Stop as soon as this invariant is found broken.
    pub until: Option<InvariantId>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            invariants: Vec::new(),
            patterns: Vec::new(),
            profile: Profile::Any,
            level: None,
            judges: Vec::new(),
            cases: CASES,
            time: None,
            seed: 0,
            shard: None,
            overrides: Vec::new(),
            until: None,
        }
    }
}

impl Options {
    fn run(&self) -> Run {
        let budget = self.time.map_or(Budget::Cases(self.cases), |time| {
            Budget::Millis(time.as_millis().try_into().unwrap_or(u64::MAX))
        });
        Run {
            seed: self.seed,
            budget,
            shard: self.shard,
            selection: Selection {
                invariants: self.patterns.clone(),
                judges: self.judges.clone(),
                level: self.level,
            },
        }
    }
}

/// What every check of a run shares.
pub struct Bench<'b> {
    /// The invariants.
    pub specs: &'b Specs,
    /// Their rules.
    pub books: &'b Books,
    /// Known deviations, and the choices that known targets claim.
    pub expectations: &'b Expectations,
    /// What is asked.
    pub options: &'b Options,
    /// The executable that serves as a worker.
    pub worker: PathBuf,
    /// Invariants whose mutants were all killed; others are never green. `None`: not asked.
    pub proven: Option<&'b crate::proof::Proof>,
}

/// How far a check has got, for a person who waits.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'p> {
    /// The judge at work, and what it works at.
    pub judge: Judge,
    /// The scenario, where it is one.
    pub scenario: Option<&'p str>,
    /// Scripts run by it.
    pub cases: u64,
    /// Scripts that it is to run, as far as that is known.
    pub of: u64,
    /// Invariants found broken so far, by all judges.
    pub broken: usize,
}

/// The target being judged.
pub struct Subject<'s, C: Judged> {
    bench: &'s Bench<'s>,
    launch: C::Launch,
    setting: C::Setting,
    identity: Identity,
}

impl<C: Judged> Subject<'_, C> {
    fn book(&self) -> &Book {
        self.bench.books.of(C::Op::SUBJECT)
    }

    fn rig(&self) -> Rig<'_, C> {
        let book = self.book();
        Rig {
            opens: &self.launch,
            code: &book.code,
            vocabulary: &book.vocabulary,
            setting: self.setting,
        }
    }
}

impl<'b> Bench<'b> {
    /// The invariants about the subject called `subject`.
    fn invariants_of(&self, subject: &'static str) -> impl Iterator<Item = &'b Invariant> {
        self.specs.invariants().filter(move |invariant| invariant.id.subject() == subject)
    }
}

/// Judges the target that `spec` names. What cannot be judged is said in the report's `fault`.
pub fn check(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    watch: &mut dyn FnMut(&Progress<'_>),
) -> TargetReport {
    let mut report = empty_report(spec, bench);
    let checked = match spec.subject() {
        Of::Allocators => try_check::<facts::alloc::Clerk>(spec, bench, watch, &mut report),
        Of::Collectors => try_check::<facts::gc::Clerk>(spec, bench, watch, &mut report),
        Of::Analysers => {
            escape::check(spec, bench, watch, &mut report).map_err(HuntError::Unanswered)
        }
    };
    if let Err(error) = checked {
        report.fault = Some(error.to_string());
        report.invariants = verdicts::unjudged(bench, spec.subject().word(), &error.to_string());
    }
    report
}

fn empty_report(spec: &TargetSpec, bench: &Bench<'_>) -> TargetReport {
    let not_run = || Control { ok: false, says: "not run".into() };
    TargetReport {
        spec: spec.to_string(),
        identity: spec.identity(&Identity::default()),
        capabilities: Vec::new(),
        choices: BTreeMap::new(),
        controls: Controls { identity: not_run(), planted: not_run(), noop: not_run() },
        fault: None,
        notes: Vec::new(),
        baseline: None,
        runs: vec![bench.options.run()],
        invariants: Vec::new(),
    }
}

fn try_check<C: Judged>(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    watch: &mut dyn FnMut(&Progress<'_>),
    report: &mut TargetReport,
) -> Result<(), HuntError> {
    let started = Instant::now();
    let (subject, offers) = introduce::<C>(spec, bench, report)?;
    let deadline = bench.options.time.map(|time| started + time);
    let examined = plan::Examination::new(&subject, offers, deadline).run(watch)?;
    report.invariants = verdicts::of(&subject, offers, &examined, &report.spec);
    Ok(())
}

/// Starts the target, learns who it is and what it chooses, and runs the controls.
fn introduce<'b, C: Judged>(
    spec: &TargetSpec,
    bench: &'b Bench<'b>,
    report: &mut TargetReport,
) -> Result<(Subject<'b, C>, Capabilities), HuntError> {
    let (subject, offers) = C::meet(spec, bench, report)?;
    report.capabilities = offers.iter().map(|c| c.word().to_owned()).collect();
    report.controls = C::controls(&subject)?;
    Ok((subject, offers))
}

/// How soon each broken invariant of a target was found: what the kill matrix shows.
///
/// # Errors
/// [`HuntError`] where the target cannot be judged.
pub fn kills(
    spec: &TargetSpec,
    bench: &Bench<'_>,
) -> Result<BTreeMap<InvariantId, (Kill, Witness)>, HuntError> {
    match spec.subject() {
        Of::Allocators => kills_of::<facts::alloc::Clerk>(spec, bench),
        Of::Collectors => kills_of::<facts::gc::Clerk>(spec, bench),
        Of::Analysers => escape::kills(spec, bench).map_err(HuntError::Unanswered),
    }
}

fn kills_of<C: Judged>(
    spec: &TargetSpec,
    bench: &Bench<'_>,
) -> Result<BTreeMap<InvariantId, (Kill, Witness)>, HuntError> {
    let mut report = empty_report(spec, bench);
    let (subject, offers) = introduce::<C>(spec, bench, &mut report)?;
    let examined = plan::Examination::new(&subject, offers, None).run(&mut |_| {})?;
    let broken = examined.broken.iter().filter_map(|(id, broken)| {
        let invariant = bench.specs.invariant(id)?;
        let witness = witness::of(invariant, broken, &C::choices(subject.setting), &report.spec);
        Some((invariant.id.clone(), (broken.kill, witness)))
    });
    Ok(broken.collect())
}

/// The invariants that do not apply to the target that `spec` names, or were not asked for, each
/// with the reason. Starts the target to learn what it offers and chooses, and judges nothing.
///
/// # Errors
/// [`HuntError`] where the target cannot be started.
pub fn left_out(
    spec: &TargetSpec,
    bench: &Bench<'_>,
) -> Result<BTreeMap<InvariantId, Reason>, HuntError> {
    match spec.subject() {
        Of::Allocators => left_out_of::<facts::alloc::Clerk>(spec, bench),
        Of::Collectors => left_out_of::<facts::gc::Clerk>(spec, bench),
        Of::Analysers => Ok(escape::left_out(bench)),
    }
}

fn left_out_of<C: Judged>(
    spec: &TargetSpec,
    bench: &Bench<'_>,
) -> Result<BTreeMap<InvariantId, Reason>, HuntError> {
    let (subject, offers) = C::meet(spec, bench, &mut empty_report(spec, bench))?;
    let setting = subject.setting;
    let reason = |invariant: &Invariant| {
        let (_, reason) = select::left_out::<C>(invariant, offers, setting, bench.options)?;
        Some((invariant.id.clone(), reason))
    };
    Ok(bench.invariants_of(C::Op::SUBJECT).filter_map(reason).collect())
}

/// The report of a run over `targets`, not yet compared to known deviations.
pub fn report_of(bench: &Bench<'_>, targets: Vec<TargetReport>) -> Report {
    Report {
        schema_version: SCHEMA_VERSION,
        heaplaw: env!("CARGO_PKG_VERSION").to_owned(),
        suite_hash: bench.specs.hash.clone(),
        profile: bench.options.profile,
        overrides: bench.options.overrides.iter().cloned().collect(),
        targets,
    }
}

/// Whether any invariant of the report was judged.
pub fn judged_any(report: &TargetReport) -> bool {
    report.invariants.iter().any(InvariantReport::was_selected)
}
