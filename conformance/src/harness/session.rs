//! What the tests of one process share: the invariants, and one report for each target.

use super::settings::Settings;
use super::{Origin, outcome};
use crate::check::target_spec::TargetSpec;
use crate::check::{Bench, Options, check, left_out, report_of, witness};
use crate::expect::Expectations;
use crate::gate;
use crate::laws::Books;
use crate::op::{Action as _, alloc};
use crate::proof::Proof;
use crate::report::tally::Standing;
use crate::report::{InvariantReport, Report};
use crate::spec::{Invariant, InvariantId, Pattern, Specs};
use libtest_mimic::{Completion, Failed};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The shared part of all tests.
pub(super) struct Session {
    pub(super) origin: Origin,
    pub(super) settings: Settings,
    specs: Specs,
    books: Books,
    proof: Proof,
    expectations: Expectations,
    worker: PathBuf,
    targets: Vec<Target>,
}

/// One target: what is to be judged, and what came of it.
struct Target {
    name: &'static str,
    selected: BTreeSet<InvariantId>,
    /// Set by the first of its tests that runs. What keeps it from a report is said by them all.
    report: OnceLock<Result<Report, String>>,
}

/// One test.
#[derive(Clone, Debug)]
pub(super) struct Name {
    /// Index of the target.
    target: usize,
    /// The invariant.
    id: InvariantId,
    /// As `cargo test` shows and filters it.
    pub(super) test: String,
}

impl Session {
    /// Reads what is built in, and the known deviations.
    ///
    /// # Errors
    /// A sentence, where one of them cannot be read.
    pub(super) fn new(
        targets: &[&'static str],
        origin: Origin,
        settings: Settings,
    ) -> Result<Session, String> {
        let specs = Specs::embedded().map_err(|e| e.to_string())?;
        let books = Books::compile(&specs).map_err(|e| e.to_string())?;
        let expectations = match origin.known_deviations {
            Some(path) => Expectations::load(&PathBuf::from(origin.folder).join(path))
                .map_err(|e| e.to_string())?,
            None => Expectations::default(),
        };
        let worker = std::env::current_exe()
            .map_err(|e| format!("cannot find this executable, which serves as worker: {e}"))?;
        let target = |&name| Target { name, selected: BTreeSet::new(), report: OnceLock::new() };
        let targets = targets.iter().map(target).collect();
        let proof = Proof::embedded();
        Ok(Session { origin, settings, specs, books, proof, expectations, worker, targets })
    }

    /// All tests, in the order of the targets and of the suites.
    pub(super) fn tests(&self) -> Vec<Name> {
        let of = |(target, t): (usize, &Target)| {
            let name = t.name;
            let one = move |id: &InvariantId| {
                let test = format!("{name}::{}", id.as_str().replace('/', "::"));
                Name { target, id: id.clone(), test }
            };
            self.invariants().map(|i| one(&i.id)).collect::<Vec<_>>()
        };
        self.targets.iter().enumerate().flat_map(of).collect()
    }

    /// Adds a test to those that will run.
    pub(super) fn select(&mut self, name: &Name) {
        self.targets[name.target].selected.insert(name.id.clone());
    }

    /// The name of the target called `word`, if it is one.
    pub(super) fn target(&self, word: &str) -> Option<&'static str> {
        self.targets.iter().map(|target| target.name).find(|name| *name == word)
    }

    /// The names of all targets, for a sentence.
    pub(super) fn target_names(&self) -> String {
        self.targets.iter().map(|target| target.name).collect::<Vec<_>>().join(", ")
    }

    /// Runs `work` with everything that judging takes.
    pub(super) fn on_bench<T>(&self, options: &Options, work: impl FnOnce(&Bench<'_>) -> T) -> T {
        work(&Bench {
            specs: &self.specs,
            books: &self.books,
            expectations: &self.expectations,
            options,
            worker: self.worker.clone(),
            proven: Some(&self.proof),
        })
    }

    /// The names of the tests that do not apply to their targets. Starts every target; one that
    /// does not start leaves nothing out, so that its tests run and say why.
    pub(super) fn left_out(&self) -> Vec<String> {
        let options = self.options(&BTreeSet::new());
        let asked = |target: &Target| {
            let spec = TargetSpec::Named(target.name.to_owned());
            self.on_bench(&options, |bench| left_out(&spec, bench)).unwrap_or_default()
        };
        let by_target: Vec<_> = self.targets.iter().map(asked).collect();
        let is_out = |name: &Name| by_target[name.target].contains_key(&name.id);
        self.tests().into_iter().filter(is_out).map(|name| name.test).collect()
    }

    /// The test `name`. The first test of a target waits until the target is checked.
    pub(super) fn judge(&self, name: &Name) -> Result<Completion, Failed> {
        let target = &self.targets[name.target];
        let report = target.report.get_or_init(|| self.check(target));
        let judged = report.as_ref().map_err(Failed::from)?;
        let judged = &judged.targets[0];
        match judged.invariants.iter().find(|one| one.id == name.id) {
            Some(one) => outcome::of(judged, one, &self.origin),
            None => Err(format!("the report does not mention {}", name.id).into()),
        }
    }

    /// The invariants about allocators, which is what the heaps of a test binary are.
    fn invariants(&self) -> impl Iterator<Item = &Invariant> {
        self.specs.invariants().filter(|invariant| invariant.id.subject() == alloc::Op::SUBJECT)
    }

    fn options(&self, selected: &BTreeSet<InvariantId>) -> Options {
        let narrowed = selected.len() < self.invariants().count();
        let ids = selected.iter().map(|id| id.as_str().to_owned());
        let patterns: Vec<String> = if narrowed { ids.collect() } else { Vec::new() };
        Options {
            invariants: patterns.iter().map(|id| Pattern::new(id)).collect(),
            patterns,
            profile: self.settings.profile,
            cases: self.settings.cases,
            seed: self.settings.seed,
            ..Options::default()
        }
    }

    fn check(&self, target: &Target) -> Result<Report, String> {
        let spec = TargetSpec::Named(target.name.to_owned());
        let options = self.options(&target.selected);
        let mut report = self.on_bench(&options, |bench| {
            let checked = check(&spec, bench, &mut |_| {});
            report_of(bench, vec![checked])
        });
        self.expectations.apply(&mut report).map_err(|e| e.to_string())?;
        let dir = self.settings.witnesses.clone();
        let dir = dir.unwrap_or_else(|| super::scratch(&self.origin));
        witness::save(&mut report, &dir).map_err(|e| e.to_string())?;
        Ok(report)
    }

    /// Targets of which the filter selects nothing.
    pub(super) fn unselected(&self) -> Vec<&'static str> {
        self.targets.iter().filter(|t| t.selected.is_empty()).map(|t| t.name).collect()
    }

    /// Targets on which nothing was judged: not selected, or not applicable.
    pub(super) fn unjudged(&self) -> Vec<&'static str> {
        let idle = |target: &&Target| !Self::reports(target).any(was_judged);
        self.targets.iter().filter(idle).map(|target| target.name).collect()
    }

    fn reports(target: &Target) -> impl Iterator<Item = &InvariantReport> {
        let report = target.report.get().and_then(|report| report.as_ref().ok());
        report.into_iter().flat_map(|report| &report.targets[0].invariants)
    }

    /// Known deviations that name no invariant, one line each: no test is about them.
    pub(super) fn stale(&self) -> Vec<String> {
        let known = self.invariants().map(|i| i.id.clone()).collect();
        let reports = self.targets.iter().filter_map(|t| t.report.get()?.as_ref().ok());
        let findings = reports.flat_map(|r| gate::unknown(r, &self.expectations, &known));
        findings.map(|(_, line)| line).collect()
    }
}

fn was_judged(one: &InvariantReport) -> bool {
    !matches!(one.standing(), Standing::NotApplicable | Standing::Skipped)
}
