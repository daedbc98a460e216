//! The judges of a run, in order, and what they do for each invariant.

use super::examined::{Broken, Examined};
use super::judged::Judged;
use super::{Progress, Subject, select};
use crate::capability::Capabilities;
use crate::court::{Law, Standing};
use crate::driver::scenario::{Circumstances, Scenario};
use crate::driver::source::Source;
use crate::hunt::allowance::Allowance;
use crate::hunt::sightings::Sightings;
use crate::hunt::{Hunt, HuntError, Hunted};
use crate::spec::{Invariant, Judge};
use crate::verdict::Effort;
use std::collections::btree_map::Entry;
use std::time::Instant;

/// A target on its way through all judges.
pub struct Examination<'e, C: Judged> {
    pub(super) subject: &'e Subject<'e, C>,
    pub(super) offers: Capabilities,
    deadline: Option<Instant>,
    /// For making the witnesses of all judges small.
    allowance: Allowance,
    /// See [`Hunt::sightings`].
    sightings: Sightings,
    pub(super) examined: Examined<C::Op>,
}

impl<'e, C: Judged> Examination<'e, C> {
    pub(super) fn new(
        subject: &'e Subject<'e, C>,
        offers: Capabilities,
        deadline: Option<Instant>,
    ) -> Examination<'e, C> {
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
    ) -> Result<Examined<C::Op>, HuntError> {
        let seed = self.subject.bench.options.seed;
        C::before_hunts(&mut self)?;
        self.wanted_first(seed, watch)?;
        let mut round = 0;
        loop {
            C::round(&mut self, seed.wrapping_add(round), watch)?;
            round += 1;
            if self.deadline.is_none_or(|at| Instant::now() >= at) {
                break;
            }
        }
        C::after_hunts(self.subject, self.offers, &mut self.examined)?;
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
        for scenario in C::SCENARIOS {
            if wanted.scenario.iter().any(|name| name == scenario.name) {
                self.scenario(scenario, seed, watch)?;
            }
        }
        Ok(())
    }

    /// Invariants that are judged here at all.
    pub(super) fn selected(&self, invariant: &Invariant) -> bool {
        let bench = self.subject.bench;
        let (offers, setting) = (self.offers, self.subject.setting);
        select::left_out::<C>(invariant, offers, setting, bench.options).is_none()
    }

    /// What the court does about each law under `judge`, in `scenario` if it is one.
    fn standing(&self, judge: Judge, scenario: Option<&str>) -> Vec<Standing> {
        let bench = self.subject.bench;
        let asked = bench.options.judges.is_empty() || bench.options.judges.contains(&judge);
        let laws = self.subject.book().code.laws.iter().enumerate();
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

    pub(super) fn hunt(
        &mut self,
        judge: Judge,
        source: &mut dyn Source<C::Op>,
        cases: u64,
        watch: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<(), HuntError> {
        let standing = self.standing(judge, None);
        self.watched(judge, None, &standing, cases, watch, |hunt| hunt.scripts(source, cases))
    }

    pub(super) fn scenario(
        &mut self,
        scenario: &'static Scenario<C::Op, C::Setting>,
        seed: u64,
        watch: &mut dyn FnMut(&Progress<'_>),
    ) -> Result<(), HuntError> {
        let standing = self.standing(scenario.judge, Some(scenario.name));
        let laws = self.subject.book().code.laws.iter();
        let named = |law: &Law| law.scenario.iter().any(|s| s == scenario.name);
        let mut own = laws.zip(&standing).filter(|(law, _)| named(law));
        if !own.any(|(_, s)| *s == Standing::In) {
            return Ok(());
        }
        let (offers, choices) = (self.offers, self.subject.setting);
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
        run: impl FnOnce(&mut Hunt<'_, C>) -> Result<(), HuntError>,
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
        let mut progress = |so_far: &Hunted<C::Op>| {
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
        hunted: Hunted<C::Op>,
        nanos: u64,
    ) {
        self.examined.out_of_time |= self.is_late();
        let laws = &self.subject.book().code.laws;
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
        C::enter_more(self, judge, &hunted, nanos);
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
}
