//! One law and a script that broke it: is it repeated, how small does it get, how often does it break.

use super::{Found, HuntError, Hunted, LUCK, Rig};
use crate::court::Standing;
use crate::driver::source::Source;
use crate::facts::Clerk;
use crate::op::{Action, Script, Section, Step};
use crate::shrink::{Shrinks, shrink, up_to};
use std::time::Instant;

/// At most so many candidates are tried in shrinking one witness.
const SHRINK_RUNS: usize = 3000;

/// A script whose threads run together is performed so often within one run, where once is not
/// enough for luck.
const TIMES_OVER: u64 = 40;

/// At most so many runs that hang go into trying a failure again.
const CONFIRM_HANGS: usize = 6;

/// Replays that say how reliably a witness breaks; where luck is needed [`LUCK`] of them, until so
/// many broke it.
const REPLAYS: u32 = 3;
const ENOUGH: u32 = 4;

/// Tries of scripts for one law.
pub(super) struct Trial<'r, C: Clerk> {
    pub(super) rig: &'r Rig<'r, C>,
    pub(super) standing: &'r [Standing],
    pub(super) law: usize,
    /// How often a script is tried before it counts as not breaking.
    pub(super) luck: u32,
    /// Runs that hung so far.
    pub(super) hangs: usize,
    /// Tries of repeating what was seen.
    pub(super) tried: u32,
}

/// A script that breaks the law again.
pub(super) struct Again<O> {
    script: Script<O>,
    /// It is the very script that its source made last.
    is_own: bool,
}

impl<C: Clerk<Op: Shrinks>> Trial<'_, C> {
    pub(super) fn breaks(&mut self, script: &Script<C::Op>) -> Result<bool, HuntError> {
        Ok(self.bad_step(script)?.is_some())
    }

    /// The index of the step at which `script` breaks the law, if it does.
    fn bad_step(&mut self, script: &Script<C::Op>) -> Result<Option<usize>, HuntError> {
        for _ in 0..self.luck {
            let hasty = self.hangs > 0;
            let alone = self.rig.alone(script, self.standing, hasty)?;
            self.hangs += usize::from(alone.hangs());
            if let Some(breach) = alone.breaches.iter().find(|breach| breach.law == self.law) {
                return Ok(Some(breach.at));
            }
        }
        Ok(None)
    }

    /// The smallest script that breaks the law as `again` does and is found until `until`.
    pub(super) fn smallest(
        &mut self,
        source: &mut dyn Source<C::Op>,
        again: Again<C::Op>,
        until: Instant,
    ) -> Result<Script<C::Op>, HuntError> {
        let Again { script, is_own } = again;
        // What comes after the bad step mostly does nothing for it, and hides what it is about.
        let bad_step = if is_own { None } else { self.bad_step(&script)? };
        let mut failure = None;
        // A script that breaks every time must not become one that breaks at times.
        let times = if self.luck == 1 && script.is_together() { 2 } else { 1 };
        let mut breaks = |candidate: &Script<C::Op>| {
            if failure.is_some() || Instant::now() >= until {
                return false;
            }
            (0..times)
                .try_fold(true, |so_far, _| Ok(so_far && self.breaks(candidate)?))
                .unwrap_or_else(|e| {
                    failure = Some(e);
                    false
                })
        };
        let cut = bad_step.map(|at| up_to(&script, at));
        let script = cut.filter(|cut| *cut != script && breaks(cut)).unwrap_or(script);
        // Large blocks are what takes time: without them all that follows is faster.
        let modest = C::Op::modest(&script);
        let is_modest = modest != script && breaks(&modest);
        let by_source = if is_own && !is_modest { source.shrink_last(&mut breaks) } else { None };
        let best = by_source.unwrap_or(if is_modest { modest } else { script });
        let best = shrink(best, SHRINK_RUNS, &mut breaks);
        failure.map_or(Ok(best), Err)
    }

    /// The script, alone, with its history or many times over, if it breaks the law again; sets how
    /// much luck it needs. Given `patience`, it may be given up then: what was seen counts anyway.
    pub(super) fn confirm(
        &mut self,
        script: &Script<C::Op>,
        history: &Script<C::Op>,
        patience: Option<Instant>,
    ) -> Result<Option<Again<C::Op>>, HuntError> {
        let often = times_over(script);
        let plan: &[_] = match &often {
            // A race is a matter of luck, not of what ran before it.
            Some(often) => &[
                (script, true, 3),
                (often, false, 2),
                (script, true, LUCK),
                (often, false, LUCK / 2),
                (history, false, LUCK / 2),
            ],
            None => &[
                (script, true, 1),
                (history, false, 1),
                (script, true, LUCK),
                (history, false, LUCK / 2),
            ],
        };
        let hung = self.hangs;
        for &(candidate, is_own, tries) in plan {
            for _ in 0..tries {
                self.luck = 1;
                self.tried += 1;
                if self.breaks(candidate)? {
                    self.luck = self.luck_of(candidate)?;
                    return Ok(Some(Again { script: candidate.clone(), is_own }));
                }
                let is_late = patience.is_some_and(|until| Instant::now() >= until);
                if is_late || self.hangs > hung + CONFIRM_HANGS {
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }

    /// How often a script that broke once must be tried: once may have been luck. How often in five?
    /// Where nothing runs together, twice in a row is enough.
    fn luck_of(&mut self, script: &Script<C::Op>) -> Result<u32, HuntError> {
        if !script.is_together() && self.breaks(script)? {
            return Ok(1);
        }
        let mut hits = 1u32;
        for _ in 0..4 {
            hits += u32::from(self.breaks(script)?);
        }
        Ok(if hits == 5 { 1 } else { 10 / hits + 1 })
    }

    /// Runs the script some more times, and keeps what the last breaking run showed.
    pub(super) fn witness(
        &mut self,
        script: Script<C::Op>,
        so_far: &Hunted<C::Op>,
    ) -> Result<Found<C::Op>, HuntError> {
        let (mut broke, mut tried, mut shown) = (0, 0, None);
        let wanted = if self.luck > 1 { LUCK } else { REPLAYS };
        while tried < wanted && broke < ENOUGH && (self.hangs == 0 || broke == 0) {
            let alone = self.rig.alone(&script, self.standing, self.hangs > 0)?;
            tried += 1;
            if alone.breaks(self.law) {
                broke += 1;
                shown = Some(alone);
            }
        }
        let alone = shown.unwrap_or_default();
        let breach = alone.breaches.iter().find(|b| b.law == self.law);
        Ok(Found {
            law: self.law,
            at: breach.map_or(script.steps.len().saturating_sub(1), |b| b.at),
            shown: breach.map(|b| b.shown.clone()).unwrap_or_default(),
            script,
            picture: alone.picture(self.law),
            death: alone.death.map(|(_, death)| death),
            replays: (broke, tried),
            firm: false,
            cases: so_far.cases,
            ops: so_far.ops,
            nanos: so_far.nanos,
        })
    }
}

/// A script whose threads run together, many times over.
fn times_over<O: Action>(script: &Script<O>) -> Option<Script<O>> {
    let repeat = Step::main(O::of_section(Section::Repeat(TIMES_OVER))?);
    let end = Step::main(O::of_section(Section::End)?);
    let steps = [&[repeat], &script.steps[..], &[end]].concat();
    script.is_together().then_some(Script { steps })
}
