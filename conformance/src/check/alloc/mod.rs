//! Judging allocators: children that hold them, what they choose, the judges of a round.

mod compare;
mod controls;
mod golden;
mod probe;

use super::again::Again;
use super::examined::Examined;
use super::judged::Judged;
use super::plan::Examination;
use super::target_spec::TargetSpec;
use super::{Bench, Progress, Subject};
use crate::capability::{Capabilities, Capability};
use crate::choice::{Choices, Harden};
use crate::driver::exhaustive::Exhaustive;
use crate::driver::property::Property;
use crate::driver::resizes::resizes;
use crate::driver::rush::rushes;
use crate::driver::scenario::{self, Scenario};
use crate::driver::source::Plain;
use crate::driver::stress::Stress;
use crate::facts::alloc::Clerk;
use crate::hunt::{Alone, HuntError, Hunted};
use crate::picture::Picture;
use crate::report::TargetReport;
use crate::report::target::{Choice, ChosenBy, Controls};
use crate::spec::{Body, Invariant, InvariantId, Judge};
use crate::target::Target as _;
use crate::target::child::{Child, Launch};
use crate::trace::Trace;
use crate::trace::form::alloc::FORMS;
use crate::verdict::Effort;
use std::collections::BTreeMap;
use std::time::Instant;

/// Ops in a script of the exhaustive judge; one less where few cases are asked for.
const WORLD: usize = 5;

/// One concurrent script to so many random ones.
const CASES_A_STRESS: u64 = 25;

impl Judged for Clerk {
    type Launch = Launch;

    const SCENARIOS: &'static [Scenario] = scenario::ALL;

    fn chosen(choices: Choices, name: &str) -> Option<&'static str> {
        choices.word(name)
    }

    fn choices(choices: Choices) -> String {
        let words = Choices::NAMES.iter().filter_map(|n| Some(format!("{n}={}", choices.word(n)?)));
        words.collect::<Vec<_>>().join(" ")
    }

    fn meet<'b>(
        spec: &TargetSpec,
        bench: &'b Bench<'b>,
        report: &mut TargetReport,
    ) -> Result<(Subject<'b, Clerk>, Capabilities), HuntError> {
        let (launch, child) = start(spec, bench)?;
        let (identity, offers) = (child.identity().clone(), child.offers());
        drop(child);
        report.identity = spec.identity(&identity);
        let choices = choose(&launch, bench, report)?;
        let subject = Subject { bench, launch, setting: choices, identity };
        Ok((subject, offered(offers, choices)))
    }

    fn controls(subject: &Subject<'_, Clerk>) -> Result<Controls, HuntError> {
        controls::run(subject)
    }

    fn round(
        examination: &mut Examination<'_, Clerk>,
        seed: u64,
        watch: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<(), HuntError> {
        let (choices, cases) =
            (examination.subject.setting, examination.subject.bench.options.cases);
        let (k, n) = examination.subject.bench.options.shard.map_or((1, 1), |s| (s.k, s.n));
        let (k, n) = (u64::from(k), u64::from(n));
        let own_seed = seed.wrapping_mul(1000).wrapping_add(k);
        // The smallest scripts first: what they break has the best witness at once.
        let length = if cases < 200 { WORLD - 1 } else { WORLD };
        let all = Exhaustive::new(examination.offers, length).chain(resizes(examination.offers));
        let mine = all.skip(k as usize - 1).step_by(n as usize);
        examination.hunt(Judge::Exhaustive, &mut Plain(mine), u64::MAX, watch)?;
        examination.hunt(
            Judge::Property,
            &mut Property::new(examination.offers, choices, own_seed),
            cases / n,
            watch,
        )?;
        if examination.offers.has(Capability::Threads) {
            let mut stress = Stress::new(examination.offers, own_seed);
            let random = (cases / n).div_ceil(CASES_A_STRESS);
            let scripts = std::iter::repeat_with(|| stress.script()).take(random as usize);
            let mine = rushes().skip(k as usize - 1).step_by(n as usize);
            let cases = random + mine.size_hint().0 as u64;
            examination.hunt(Judge::Stress, &mut Plain(mine.chain(scripts)), cases, watch)?;
        }
        let mine = scenario::ALL.iter().skip(k as usize - 1).step_by(n as usize);
        for scenario in mine {
            examination.scenario(scenario, seed, watch)?;
        }
        Ok(())
    }

    fn before_hunts(examination: &mut Examination<'_, Clerk>) -> Result<(), HuntError> {
        golden_traces(examination)
    }

    fn after_hunts(
        subject: &Subject<'_, Clerk>,
        offers: Capabilities,
        examined: &mut Examined,
    ) -> Result<(), HuntError> {
        compare::judge(subject, offers, examined)
    }

    /// Metamorphic invariants come up as often as their ops are done.
    fn enter_more(
        examination: &mut Examination<'_, Clerk>,
        judge: Judge,
        hunted: &Hunted,
        nanos: u64,
    ) {
        let bench = examination.subject.bench;
        for swap in compare::invariants(bench) {
            let invariant = swap.invariant;
            if !invariant.judges.contains(&judge) || !examination.selected(invariant) {
                continue;
            }
            let rows = FORMS.iter().zip(&hunted.done.0);
            let swapped = rows.filter(|(form, _)| swap.words.iter().any(|word| word == form.word));
            let fired = swapped.map(|(_, n)| n).sum();
            let (cases, ops) = (hunted.cases, hunted.ops);
            let effort = Effort { cases, ops, evaluated: fired, fired, nanos };
            examination.examined.add(invariant.id.as_str(), judge, effort);
        }
    }

    fn beyond_laws(
        subject: &Subject<'_, Clerk>,
        invariant: &Invariant,
        trace: &Trace,
        alone: &Alone,
    ) -> Result<Option<Again>, HuntError> {
        Ok(match &invariant.body {
            Body::Golden { .. } => {
                let failure = golden::first_failure(&subject.launch, &trace.steps)?;
                failure.map(|(at, says)| {
                    let message = format!("{says} after {}", trace.steps[at].step.op.word());
                    bare(&invariant.id, message)
                })
            }
            Body::Compare { with, .. } => {
                let first = alone.breaches.first().map(|breach| breach.at);
                match (compare::of(invariant), first) {
                    (Some(swap), Some(at)) if swap.is_guilty(subject, &trace.script(), at)? => {
                        let message = format!("a plain {with} breaks nothing here");
                        Some(bare(&invariant.id, message))
                    }
                    _ => None,
                }
            }
            _ => None,
        })
    }
}

fn bare(id: &InvariantId, message: String) -> Again {
    Again {
        id: id.clone(),
        at: None,
        message,
        facts: Vec::new(),
        picture: Picture::Nothing,
        stderr: String::new(),
    }
}

fn golden_traces(examination: &mut Examination<'_, Clerk>) -> Result<(), HuntError> {
    let bench = examination.subject.bench;
    let asked = &bench.options.judges;
    let first_shard = bench.options.shard.is_none_or(|s| s.k == 1);
    if !(asked.is_empty() || asked.contains(&Judge::Golden)) || !first_shard {
        return Ok(());
    }
    for invariant in bench.invariants_of("alloc") {
        if !examination.selected(invariant) {
            continue;
        }
        let started = Instant::now();
        if let Some(judged) = golden::judge(examination.subject, invariant)? {
            let nanos = started.elapsed().as_nanos().try_into().unwrap_or(u64::MAX);
            let effort = Effort { nanos, ..judged.effort };
            examination.examined.add(invariant.id.as_str(), Judge::Golden, effort);
            if let Some(broken) = judged.broken {
                examination.examined.broken.insert(invariant.id.as_str().to_owned(), broken);
            }
        }
    }
    Ok(())
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

/// A target that chose to detect misuse offers just that.
fn offered(offers: Capabilities, choices: Choices) -> Capabilities {
    if choices.harden == Harden::Detect { offers.with(Capability::DetectsMisuse) } else { offers }
}
