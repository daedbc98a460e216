//! The judges of a run, in order, and what they do for each invariant.

use super::examined::{Broken, Examined};
use super::{Progress, Subject, compare, golden, select};
use crate::capability::{Capabilities, Capability};
use crate::court::{Law, Standing};
use crate::driver::exhaustive::Exhaustive;
use crate::driver::property::Property;
use crate::driver::resizes::resizes;
use crate::driver::rush::rushes;
use crate::driver::scenario::{self, Circumstances, Scenario};
use crate::driver::source::{Plain, Source};
use crate::driver::stress::Stress;
use crate::hunt::allowance::Allowance;
use crate::hunt::sightings::Sightings;
use crate::hunt::{Hunt, HuntError, Hunted};
use crate::spec::{Invariant, Judge};
use crate::trace::form::alloc::FORMS;
use crate::verdict::Effort;
use std::collections::btree_map::Entry;
use std::time::Instant;

/// Ops in a script of the exhaustive judge; one less where few cases are asked for.
const WORLD: usize = 5;

/// One concurrent script to so many random ones.
const CASES_A_STRESS: u64 = 25;

/// A target on its way through all judges.
pub(super) struct Examination<'e> {
    subject: &'e Subject<'e>,
    offers: Capabilities,
    deadline: Option<Instant>,
    /// For making the witnesses of all judges small.
    allowance: Allowance,
    /// See [`Hunt::sightings`].
    sightings: Sightings,
    examined: Examined,
}

impl<'e> Examination<'e> {
    pub(super) fn new(
        subject: &'e Subject<'e>,
        offers: Capabilities,
        deadline: Option<Instant>,
    ) -> Examination<'e> {
        Examination {
            subject,
            offers,
            deadline,
            allowance: Allowance::default(),
            sightings: Sightings::none(),
            examined: Examined::default(),
        }
    }

    /// Runs all judges; with a deadline, over and over until it comes.
    pub(super) fn run(
        mut self,
        watch: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<Examined, HuntError> {
        let seed = self.subject.bench.options.seed;
        self.golden()?;
        self.wanted_first(seed, watch)?;
        let mut round = 0;
        loop {
            self.round(seed.wrapping_add(round), watch)?;
            round += 1;
            if self.deadline.is_none_or(|at| Instant::now() >= at) {
                break;
            }
        }
        compare::judge(self.subject, self.offers, &mut self.examined)?;
        Ok(self.examined)
    }

    /// Where one invariant is looked for, its own scenarios come before all else: what breaks
    /// elsewhere would be known by then, and could cut them short.
    fn wanted_first(
        &mut self,
        seed: u64,
        watch: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<(), HuntError> {
        let bench = self.subject.bench;
        let wanted = bench.options.until.as_ref();
        let Some(wanted) = wanted.and_then(|id| bench.specs.invariant(id.as_str())) else {
            return Ok(());
        };
        for scenario in scenario::ALL {
            if wanted.scenario.iter().any(|name| name == scenario.name) {
                self.scenario(scenario, seed, watch)?;
            }
        }
        Ok(())
    }

    fn round(&mut self, seed: u64, watch: &mut dyn FnMut(&Progress<'_>)) -> Result<(), HuntError> {
        let (choices, cases) = (self.subject.choices, self.subject.bench.options.cases);
        let (k, n) = self.subject.bench.options.shard.map_or((1, 1), |s| (s.k, s.n));
        let (k, n) = (u64::from(k), u64::from(n));
        let own_seed = seed.wrapping_mul(1000).wrapping_add(k);
        // The smallest scripts first: what they break has the best witness at once.
        let length = if cases < 200 { WORLD - 1 } else { WORLD };
        let all = Exhaustive::new(self.offers, length).chain(resizes(self.offers));
        let mine = all.skip(k as usize - 1).step_by(n as usize);
        self.hunt(Judge::Exhaustive, &mut Plain(mine), u64::MAX, watch)?;
        self.hunt(
            Judge::Property,
            &mut Property::new(self.offers, choices, own_seed),
            cases / n,
            watch,
        )?;
        if self.offers.has(Capability::Threads) {
            let mut stress = Stress::new(self.offers, own_seed);
            let random = (cases / n).div_ceil(CASES_A_STRESS);
            let scripts = std::iter::repeat_with(|| stress.script()).take(random as usize);
            let mine = rushes().skip(k as usize - 1).step_by(n as usize);
            let cases = random + mine.size_hint().0 as u64;
            self.hunt(Judge::Stress, &mut Plain(mine.chain(scripts)), cases, watch)?;
        }
        let mine = scenario::ALL.iter().skip(k as usize - 1).step_by(n as usize);
        for scenario in mine {
            self.scenario(scenario, seed, watch)?;
        }
        Ok(())
    }

    /// Invariants that are judged here at all.
    fn selected(&self, invariant: &Invariant) -> bool {
        let bench = self.subject.bench;
        let (offers, choices) = (self.offers, self.subject.choices);
        select::left_out(invariant, offers, choices, bench.options).is_none()
    }

    /// What the court does about each law under `judge`, in `scenario` if it is one.
    fn standing(&self, judge: Judge, scenario: Option<&str>) -> Vec<Standing> {
        let bench = self.subject.bench;
        let asked = bench.options.judges.is_empty() || bench.options.judges.contains(&judge);
        let laws = bench.book.code.laws.iter().enumerate();
        laws.map(|(i, law)| {
            let invariant = bench.specs.invariant(law.id.as_str());
            let here = law.scenario.is_empty()
                || scenario.is_some_and(|name| law.scenario.iter().any(|s| s == name));
            let is_in = invariant.is_some_and(|invariant| {
                asked && here && invariant.judges.contains(&judge) && self.selected(invariant)
            });
            match is_in {
                _ if self.is_settled(i, law) => Standing::Known,
                true => Standing::In,
                false => Standing::Out,
            }
        })
        .collect()
    }

    /// Whether law `i` is known to be broken, and its witness is as good as it gets.
    fn is_settled(&self, i: usize, law: &Law) -> bool {
        let broken = self.examined.broken.get(law.id.as_str());
        broken.is_some_and(|one| self.sightings.are_final(i, one.replays.0 > 0, one.firm))
    }

    fn hang_is_known(&self) -> bool {
        let mut deaths = self.examined.broken.values().filter_map(|broken| broken.death.as_ref());
        deaths.any(|death| death.how.is_hang())
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|at| Instant::now() >= at)
    }

    fn hunt(
        &mut self,
        judge: Judge,
        source: &mut dyn Source,
        cases: u64,
        watch: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<(), HuntError> {
        let standing = self.standing(judge, None);
        self.watched(judge, None, &standing, cases, watch, |hunt| hunt.scripts(source, cases))
    }

    fn scenario(
        &mut self,
        scenario: &'static Scenario,
        seed: u64,
        watch: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<(), HuntError> {
        let standing = self.standing(scenario.judge, Some(scenario.name));
        let laws = self.subject.bench.book.code.laws.iter();
        let named = |law: &Law| law.scenario.iter().any(|s| s == scenario.name);
        let mut own = laws.zip(&standing).filter(|(law, _)| named(law));
        if !own.any(|(_, s)| *s == Standing::In) {
            return Ok(());
        }
        let (offers, choices) = (self.offers, self.subject.choices);
        let scripts = (scenario.scripts)(&Circumstances { offers, choices, seed });
        let cases = (scripts.len() * scenario.fresh) as u64;
        self.watched(scenario.judge, Some(scenario.name), &standing, cases, watch, |hunt| {
            hunt.scenario(&scripts, scenario.fresh)
        })
    }

    /// Hunts by `run`, and enters what was done and found.
    fn watched(
        &mut self,
        judge: Judge,
        scenario: Option<&'static str>,
        standing: &[Standing],
        of: u64,
        watch: &mut dyn FnMut(&Progress<'_>),
        run: impl FnOnce(&mut Hunt<'_>) -> Result<(), HuntError>,
    ) -> Result<(), HuntError> {
        if self.is_late() {
            self.examined.out_of_time = true;
            return Ok(());
        }
        let until = self.subject.bench.options.until.as_ref();
        if until.is_some_and(|id| self.examined.broken.contains_key(id.as_str())) {
            return Ok(());
        }
        if !standing.contains(&Standing::In) {
            return Ok(());
        }
        let started = Instant::now();
        let (deadline, broken) = (self.deadline, self.examined.broken.len());
        let rig = self.subject.rig();
        let until = self.subject.bench.options.until.as_ref();
        let mut progress = |so_far: &Hunted| {
            let broken = broken + so_far.found.len();
            watch(&Progress { judge, scenario, cases: so_far.cases, of, broken });
            let found = |law: usize| until.is_some_and(|id| rig.code.laws[law].id == *id);
            let over = so_far.found.iter().any(|one| found(one.law));
            !over && deadline.is_none_or(|at| Instant::now() < at)
        };
        let mut hunt = Hunt::new(&rig, standing.to_vec(), &mut progress);
        hunt.hang_is_known = self.hang_is_known();
        hunt.allowance = self.allowance;
        hunt.sightings.clone_from(&self.sightings);
        hunt.wanted = until.and_then(|id| rig.code.find(id));
        run(&mut hunt)?;
        let hunted = hunt.so_far;
        self.allowance = hunt.allowance;
        self.sightings = hunt.sightings;
        let nanos = started.elapsed().as_nanos().try_into().unwrap_or(u64::MAX);
        self.enter(judge, scenario, standing, hunted, nanos);
        Ok(())
    }

    fn enter(
        &mut self,
        judge: Judge,
        scenario: Option<&'static str>,
        standing: &[Standing],
        hunted: Hunted,
        nanos: u64,
    ) {
        self.examined.out_of_time |= self.is_late();
        let laws = &self.subject.bench.book.code.laws;
        for ((law, tally), standing) in laws.iter().zip(&hunted.tallies).zip(standing) {
            if *standing != Standing::Out {
                let effort = Effort {
                    cases: hunted.cases,
                    ops: hunted.ops,
                    evaluated: tally.evaluated,
                    fired: tally.fired,
                    nanos,
                };
                self.examined.add(law.id.as_str(), judge, effort);
            }
        }
        self.enter_compared(judge, &hunted, nanos);
        if let Some(name) = scenario {
            *self.examined.cut_short.entry(name).or_default() += hunted.cut_short;
        }
        for found in hunted.found {
            let law = &laws[found.law];
            let repeats = found.replays.0 > 0;
            let broken = Broken::of(law, judge, scenario, found);
            match self.examined.broken.entry(law.id.as_str().to_owned()) {
                Entry::Occupied(mut seen) if repeats => drop(seen.insert(broken)),
                Entry::Occupied(_) => {}
                Entry::Vacant(unseen) => drop(unseen.insert(broken)),
            }
        }
    }

    /// Metamorphic invariants come up as often as their ops are done.
    fn enter_compared(&mut self, judge: Judge, hunted: &Hunted, nanos: u64) {
        let bench = self.subject.bench;
        for swap in compare::invariants(bench) {
            let invariant = swap.invariant;
            if !invariant.judges.contains(&judge) || !self.selected(invariant) {
                continue;
            }
            let rows = FORMS.iter().zip(&hunted.done.0);
            let swapped = rows.filter(|(form, _)| swap.words.iter().any(|word| word == form.word));
            let fired = swapped.map(|(_, n)| n).sum();
            let (cases, ops) = (hunted.cases, hunted.ops);
            let effort = Effort { cases, ops, evaluated: fired, fired, nanos };
            self.examined.add(invariant.id.as_str(), judge, effort);
        }
    }

    fn golden(&mut self) -> Result<(), HuntError> {
        let bench = self.subject.bench;
        let asked = &bench.options.judges;
        let first_shard = bench.options.shard.is_none_or(|s| s.k == 1);
        if !(asked.is_empty() || asked.contains(&Judge::Golden)) || !first_shard {
            return Ok(());
        }
        for invariant in bench.specs.invariants() {
            if !self.selected(invariant) {
                continue;
            }
            let started = Instant::now();
            if let Some(judged) = golden::judge(self.subject, invariant)? {
                let nanos = started.elapsed().as_nanos().try_into().unwrap_or(u64::MAX);
                let effort = Effort { nanos, ..judged.effort };
                self.examined.add(invariant.id.as_str(), Judge::Golden, effort);
                if let Some(broken) = judged.broken {
                    self.examined.broken.insert(invariant.id.as_str().to_owned(), broken);
                }
            }
        }
        Ok(())
    }
}
