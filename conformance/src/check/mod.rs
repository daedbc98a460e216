//! Judging one target by all invariants: the plan of a run, and its verdicts.
//!
//! 1. The target is started and says who it is ([`target_spec`]).
//! 2. What it chooses is declared, probed or overruled (`probe`).
//! 3. The controls show that a fault would be seen (`controls`).
//! 4. Each judge hunts (`plan`): golden traces, random scripts, small worlds, threads, scenarios.
//!    A law that broke is known from then on, and the hunt goes on for others.
//! 5. What was found is held against metamorphic invariants (`compare`).
//! 6. Every invariant gets a verdict (`verdicts`).

pub mod again;
mod compare;
mod controls;
mod examined;
mod golden;
mod plan;
mod probe;
mod select;
pub mod target_spec;
mod verdicts;
pub mod witness;

pub use examined::Kill;

use crate::capability::{Capabilities, Capability};
use crate::choice::{Choices, Harden};
use crate::expect::Expectations;
use crate::hunt::{HuntError, Rig};
use crate::laws::Book;
use crate::report::target::{Budget, Choice, ChosenBy, Control, Controls, Run, Selection, Shard};
use crate::report::{InvariantReport, Reason, Report, SCHEMA_VERSION, TargetReport};
use crate::spec::{Invariant, InvariantId, Judge, Level, Pattern, Profile, Specs};
use crate::target::Target as _;
use crate::target::child::{Child, Launch};
use crate::target::identity::Identity;
use crate::verdict::Witness;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use target_spec::TargetSpec;

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
    pub book: &'b Book,
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
struct Subject<'s> {
    bench: &'s Bench<'s>,
    launch: Launch,
    choices: Choices,
}

impl Subject<'_> {
    fn rig(&self) -> Rig<'_> {
        Rig {
            opens: &self.launch,
            code: &self.bench.book.code,
            vocabulary: &self.bench.book.vocabulary,
            setting: self.choices,
        }
    }
}

/// Judges the target that `spec` names. What cannot be judged is said in the report's `fault`.
pub fn check(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    watch: &mut dyn FnMut(&Progress<'_>),
) -> TargetReport {
    let mut report = empty_report(spec, bench);
    if let Err(error) = try_check(spec, bench, watch, &mut report) {
        report.fault = Some(error.to_string());
        report.invariants = verdicts::unjudged(bench, &error.to_string());
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

fn try_check(
    spec: &TargetSpec,
    bench: &Bench<'_>,
    watch: &mut dyn FnMut(&Progress<'_>),
    report: &mut TargetReport,
) -> Result<(), HuntError> {
    let started = Instant::now();
    let (subject, offers) = introduce(spec, bench, report)?;
    let deadline = bench.options.time.map(|time| started + time);
    let examined = plan::Examination::new(&subject, offers, deadline).run(watch)?;
    report.invariants = verdicts::of(&subject, offers, &examined, &report.spec);
    Ok(())
}

/// Starts the target, learns who it is and what it chooses, and runs the controls.
fn introduce<'b>(
    spec: &TargetSpec,
    bench: &'b Bench<'b>,
    report: &mut TargetReport,
) -> Result<(Subject<'b>, Capabilities), HuntError> {
    let (subject, offers, identity) = meet(spec, bench, report)?;
    report.capabilities = offers.iter().map(|c| c.word().to_owned()).collect();
    report.controls = controls::run(&subject, &identity)?;
    Ok((subject, offers))
}

/// Starts the target, learns who it is, what it offers and what it chooses, and writes that into
/// `report`.
fn meet<'b>(
    spec: &TargetSpec,
    bench: &'b Bench<'b>,
    report: &mut TargetReport,
) -> Result<(Subject<'b>, Capabilities, Identity), HuntError> {
    let (launch, child) = start(spec, bench)?;
    let (identity, offers) = (child.identity().clone(), child.offers());
    drop(child);
    report.identity = spec.identity(&identity);
    let choices = choose(&launch, bench, report)?;
    Ok((Subject { bench, launch, choices }, offered(offers, choices), identity))
}

/// How soon each broken invariant of a target was found: what the kill matrix shows.
///
/// # Errors
/// [`HuntError`] where the target cannot be judged.
pub fn kills(
    spec: &TargetSpec,
    bench: &Bench<'_>,
) -> Result<BTreeMap<InvariantId, (Kill, Witness)>, HuntError> {
    let mut report = empty_report(spec, bench);
    let (subject, offers) = introduce(spec, bench, &mut report)?;
    let examined = plan::Examination::new(&subject, offers, None).run(&mut |_| {})?;
    let broken = examined.broken.iter().filter_map(|(id, broken)| {
        let invariant = bench.specs.invariant(id)?;
        let witness = witness::of(invariant, broken, subject.choices, &report.spec);
        Some((invariant.id.clone(), (broken.kill, witness)))
    });
    Ok(broken.collect())
}

/// Starts the target once, preloading what cannot be opened late.
fn start(spec: &TargetSpec, bench: &Bench<'_>) -> Result<(Launch, Child), HuntError> {
    let launch =
        |way| Launch { seed: bench.options.seed, ..Launch::new(bench.worker.clone(), way) };
    let first = launch(spec.way());
    match first.start() {
        Ok(child) => Ok((first, child)),
        Err(error) => match spec.other_way().filter(|_| Child::wants_preload(&error)) {
            Some(way) => {
                let second = launch(way);
                let child = second.start()?;
                Ok((second, child))
            }
            None => Err(error.into()),
        },
    }
}

/// The target's choices: probed, then as its known deviations claim, then as the command line says.
fn choose(
    launch: &Launch,
    bench: &Bench<'_>,
    report: &mut TargetReport,
) -> Result<Choices, HuntError> {
    let mut choices = probe::choices(launch)?;
    let mut by: BTreeMap<&str, ChosenBy> = BTreeMap::new();
    let claims = match bench.expectations.matching(&report.identity) {
        Ok(expected) => expected.map(|e| e.claims.clone()).unwrap_or_default(),
        Err(ambiguity) => {
            report.notes.push(ambiguity.to_string());
            BTreeMap::new()
        }
    };
    let overrides = bench.options.overrides.iter().map(|(n, w)| (n, w, ChosenBy::Overridden));
    let claimed = claims.iter().map(|(n, w)| (n, w, ChosenBy::Declared));
    for (name, word, chosen_by) in claimed.chain(overrides) {
        if let Err(unknown) = choices.set(name, word) {
            report.notes.push(format!("choice {name}={word} is left out: {unknown}"));
            continue;
        }
        if let Some(name) = Choices::NAMES.iter().find(|n| *n == name) {
            by.insert(name, chosen_by);
        }
    }
    for name in Choices::NAMES {
        let probed = matches!(name, "align" | "zero" | "realloc0");
        let usual = if probed { ChosenBy::Probed } else { ChosenBy::Declared };
        let by = by.get(name).copied().unwrap_or(usual);
        let word = choices.word(name).unwrap_or_default().to_owned();
        report.choices.insert(name.to_owned(), Choice { word, by });
    }
    Ok(choices)
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
    let (subject, offers, _) = meet(spec, bench, &mut empty_report(spec, bench))?;
    let choices = subject.choices;
    let reason = |invariant: &Invariant| {
        let (_, reason) = select::left_out(invariant, offers, choices, bench.options)?;
        Some((invariant.id.clone(), reason))
    };
    Ok(bench.specs.invariants().filter_map(reason).collect())
}

/// A target that chose to detect misuse offers just that.
fn offered(offers: Capabilities, choices: Choices) -> Capabilities {
    if choices.harden == Harden::Detect { offers.with(Capability::DetectsMisuse) } else { offers }
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
