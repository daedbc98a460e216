//! One law and a script that broke it: is it repeated, how small does it get, how often does it break.

use super::{Found, HuntError, Hunted, LUCK, Rig, Source};
use crate::court::Standing;
use crate::op::alloc::{Op, Script, Step};
use crate::shrink::{shrink, without_large};

/// At most so many runs go into shrinking one witness.
const SHRINK_RUNS: usize = 600;

/// At most so many steps go into shrinking one witness.
const SHRINK_STEPS: u64 = 4_000_000;

/// At most so many runs that hang go into shrinking one witness: each takes its time.
const SHRINK_HANGS: usize = 12;

/// From one fault follow many breaches. The first so many are shrunk with all the effort there is,
/// as many again with a quarter of it, and what comes later with little: the first say it best.
const SHRUNK_WELL: usize = 3;

/// Steps of the main thread that a step of another takes as long as.
const HAND_OVER: u64 = 12;

/// A script whose threads run together is performed so often within one run, where once is not
/// enough for luck.
const TIMES_OVER: u64 = 40;

/// At most so many runs that hang go into trying a failure again.
const CONFIRM_HANGS: usize = 6;

/// Replays that say how reliably a witness breaks.
const REPLAYS: u32 = 3;

/// Tries of scripts for one law.
pub(super) struct Trial<'r> {
    pub(super) rig: &'r Rig<'r>,
    pub(super) standing: &'r [Standing],
    pub(super) law: usize,
    /// How often a script is tried before it counts as not breaking.
    pub(super) luck: u32,
    /// Runs that hung so far.
    pub(super) hangs: usize,
    /// How many laws were found broken before.
    pub(super) rank: usize,
}

impl Trial<'_> {
    pub(super) fn breaks(&mut self, script: &Script) -> Result<bool, HuntError> {
        for _ in 0..self.luck {
            let hasty = self.hangs > 0;
            let alone = self.rig.alone(script, self.standing, hasty)?;
            self.hangs += usize::from(alone.hangs());
            if alone.breaks(self.law) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The smallest script found that breaks the law again; nothing where nothing does.
    pub(super) fn smallest(
        &mut self,
        source: &mut dyn Source,
        script: &Script,
        history: &Script,
    ) -> Result<Option<Script>, HuntError> {
        let Some((best, from_source)) = self.confirm(script, history)? else { return Ok(None) };
        let mut failure = None;
        let runs = self.shrink_runs(&best);
        let most_hangs = self.hangs + SHRINK_HANGS / self.share();
        let mut left = 2 * runs;
        let mut breaks = |candidate: &Script| {
            if failure.is_some() || self.hangs > most_hangs || left == 0 {
                return false;
            }
            left -= 1;
            self.breaks(candidate).unwrap_or_else(|e| {
                failure = Some(e);
                false
            })
        };
        // Large blocks are what takes time: without them all that follows is faster.
        let modest = without_large(&best);
        let is_modest = modest != best && breaks(&modest);
        let by_source =
            if from_source && !is_modest { source.shrink_last(&mut breaks) } else { None };
        let best = by_source.unwrap_or(if is_modest { modest } else { best });
        let best = shrink(best, runs, &mut breaks);
        failure.map_or(Ok(Some(best)), Err)
    }

    /// One part in so many of the effort goes into this law.
    fn share(&self) -> usize {
        match self.rank / SHRUNK_WELL {
            0 => 1,
            1 => 4,
            _ => 16,
        }
    }

    /// How many candidates may be tried in shrinking `script`.
    fn shrink_runs(&self, script: &Script) -> usize {
        let luck = self.luck.max(1) as usize;
        let steps = unrolled_len(script).max(1).saturating_mul(luck as u64);
        let affordable = usize::try_from(SHRINK_STEPS / steps).unwrap_or(SHRINK_RUNS);
        (affordable.min(SHRINK_RUNS / luck) / self.share()).max(12)
    }

    /// The script, alone, with its history or many times over, that breaks the law again, and
    /// whether it is the source's own; sets how much luck it needs.
    fn confirm(
        &mut self,
        script: &Script,
        history: &Script,
    ) -> Result<Option<(Script, bool)>, HuntError> {
        let often = times_over(script);
        let plan = [
            (Some(script), true, 1),
            (Some(history), false, 1),
            (often.as_ref(), false, 2),
            (Some(script), true, LUCK),
            (Some(history), false, LUCK / 2),
            (often.as_ref(), false, LUCK / 2),
        ];
        let hung = self.hangs;
        for (candidate, own, tries) in plan {
            let Some(candidate) = candidate else { continue };
            for _ in 0..tries {
                self.luck = 1;
                if self.breaks(candidate)? {
                    self.luck = self.luck_of(candidate)?;
                    return Ok(Some((candidate.clone(), own)));
                }
                if self.hangs > hung + CONFIRM_HANGS {
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }

    /// How often a script that broke once must be tried: once may have been luck. How often in five?
    /// Where nothing runs together, twice in a row is enough.
    fn luck_of(&mut self, script: &Script) -> Result<u32, HuntError> {
        let together = script.steps.iter().any(|step| step.op == Op::Together);
        if !together && self.breaks(script)? {
            return Ok(1);
        }
        let mut hits = 1u32;
        for _ in 0..4 {
            hits += u32::from(self.breaks(script)?);
        }
        Ok(if hits == 5 { 1 } else { 10 / hits + 1 })
    }

    /// Runs the script some more times, and keeps what the last breaking run showed.
    pub(super) fn witness(&mut self, script: Script, so_far: &Hunted) -> Result<Found, HuntError> {
        let (mut broke, mut tried, mut shown) = (0, 0, None);
        let wanted = if self.luck > 1 { LUCK } else { REPLAYS };
        while tried < wanted && (self.hangs == 0 || broke == 0) {
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
            death: alone.death.map(|(_, death)| death),
            picture: alone.picture,
            replays: (broke, tried),
            firm: false,
            cases: so_far.cases,
            ops: so_far.ops,
            nanos: so_far.nanos,
        })
    }
}

/// A script whose threads run together, many times over.
fn times_over(script: &Script) -> Option<Script> {
    let together = script.steps.iter().any(|step| step.op == Op::Together);
    let repeat = Step::main(Op::Repeat { times: TIMES_OVER });
    let steps = [&[repeat], &script.steps[..], &[Step::main(Op::End)]].concat();
    together.then_some(Script { steps })
}

/// What performing a script costs, in steps of the main thread.
fn unrolled_len(script: &Script) -> u64 {
    let mut sections = vec![(1u64, false)];
    let mut sum = 0u64;
    for step in &script.steps {
        let (factor, together) = sections.last().copied().unwrap_or((1, false));
        let cost = match step.op {
            Op::Repeat { times } => {
                sections.push((factor.saturating_mul(times), together));
                continue;
            }
            Op::Together => {
                sections.push((factor, true));
                continue;
            }
            Op::End if sections.len() > 1 => {
                sections.pop();
                continue;
            }
            // A block that comes and goes unseen costs a fraction of a step.
            Op::Churn { times, .. } => 1 + times.min(1 << 20) / 8,
            // Handing a step over to another thread takes longer than most steps.
            _ if step.thread.0 != 0 && !together => HAND_OVER,
            _ => 1,
        };
        sum = sum.saturating_add(factor.saturating_mul(cost));
    }
    sum
}
