//! What becomes of a script that breaks something: it is tried again alone, made small, and turned
//! into a witness.
//!
//! 1. Scripts run one after another on one heap, which is fast, and dirties the heap as real
//!    programs do.
//! 2. A script that breaks a law is run again, alone, in a fresh process. If it breaks nothing
//!    alone, all that ran before it comes with it; if it needs luck, it is tried several times, and
//!    many times over within one run.
//! 3. What breaks again is shrunk, by its driver's own means first and by deletion last, every
//!    candidate in a fresh process.
//! 4. The smallest becomes the witness; replays say how reliably it breaks.
//! 5. From then on the law is known to be broken, and the hunt goes on for others.

pub mod allowance;
mod rig;
pub mod sightings;
mod trial;

pub use rig::{Alone, Opens, Rig};

use crate::court::{Breach, Court, CourtFault, Standing, Tally};
use crate::driver::source::{Plain, Source};
use crate::facts::{Clerk, MissingName, alloc};
use crate::op::{Script, alloc as alloc_op};
use crate::picture::Picture;
use crate::rule::Shown;
use crate::run::{Done, Session};
use crate::shrink::Shrinks;
use crate::target::Death;
use crate::target::child::LaunchError;
use allowance::Allowance;
use sightings::Sightings;
use std::fmt;
use std::time::Instant;
use trial::Trial;

/// A session's heap is exchanged for a fresh one after so many steps.
const SESSION: u64 = 60_000;

/// A hunt ends after so many runs that a known hang cut short: they take the time that other
/// judges need. A scenario, which asks one question over and over, ends sooner.
const KNOWN_HANGS: u64 = 3;
const KNOWN_HANGS_OF_SCENARIO: u64 = 1;

/// A hunt ends after so many runs that any known breach cut short.
const KNOWN_BREACHES: u64 = 400;

/// Tries before a failure that needs luck is given up.
const LUCK: u32 = 20;

/// Why a hunt cannot go on. None of it is the target's doing, except that it cannot be started.
#[derive(Debug)]
pub enum HuntError {
    /// The target cannot be started.
    Launch(LaunchError),
    /// A rule cannot be evaluated.
    Court(CourtFault),
    /// The glossary lacks a word.
    Glossary(MissingName),
    /// The target does not answer, or the question is none: in a sentence.
    Unanswered(String),
}

impl fmt::Display for HuntError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HuntError::Launch(e) => e.fmt(f),
            HuntError::Court(CourtFault { id, fault }) => {
                write!(f, "the rule of {id} has no value: {fault}")
            }
            HuntError::Glossary(e) => e.fmt(f),
            HuntError::Unanswered(says) => f.write_str(says),
        }
    }
}

impl std::error::Error for HuntError {}

impl From<LaunchError> for HuntError {
    fn from(e: LaunchError) -> HuntError {
        HuntError::Launch(e)
    }
}

impl From<CourtFault> for HuntError {
    fn from(e: CourtFault) -> HuntError {
        HuntError::Court(e)
    }
}

impl From<MissingName> for HuntError {
    fn from(e: MissingName) -> HuntError {
        HuntError::Glossary(e)
    }
}

/// A law that broke, and the smallest script that breaks it.
#[derive(Clone, Debug)]
pub struct Found<O = alloc_op::Op> {
    /// Index of the law.
    pub law: usize,
    /// The script.
    pub script: Script<O>,
    /// Index of the bad step.
    pub at: usize,
    /// The rule's parts with their values.
    pub shown: Vec<Shown>,
    /// How the process ended, if it did.
    pub death: Option<Death>,
    /// What is around that which broke.
    pub picture: Picture,
    /// `(broke, tried)` over replays of the script.
    pub replays: (u32, u32),
    /// Seen as it happened, and nothing but the target can have done it: it counts though no replay
    /// repeats it.
    pub firm: bool,
    /// Scripts and steps of the hunt until it was found.
    pub cases: u64,
    /// See `cases`.
    pub ops: u64,
    /// Nanoseconds of the hunt until it was found, shrinking not counted.
    pub nanos: u64,
}

/// What a hunt came to.
#[derive(Clone, Debug)]
pub struct Hunted<O = alloc_op::Op> {
    /// What was found broken, each law once.
    pub found: Vec<Found<O>>,
    /// How often each law came up, by its index.
    pub tallies: Vec<Tally>,
    /// Steps done, by the row of their op in the table of forms.
    pub done: Done,
    /// Scripts run.
    pub cases: u64,
    /// Steps performed.
    pub ops: u64,
    /// Runs that a known breach cut short.
    pub cut_short: u64,
    /// Those of them that hung.
    pub hung: u64,
    /// Nanoseconds spent on running scripts, shrinking not counted.
    pub nanos: u64,
}

impl<O> Hunted<O> {
    fn new(laws: usize) -> Hunted<O> {
        Hunted {
            found: Vec::new(),
            tallies: vec![Tally::default(); laws],
            done: Done::default(),
            cases: 0,
            ops: 0,
            cut_short: 0,
            hung: 0,
            nanos: 0,
        }
    }

    /// Whether what is known to be broken leaves nothing more to be found here.
    fn is_hopeless(&self, hangs: u64) -> bool {
        self.hung >= hangs || self.cut_short >= KNOWN_BREACHES
    }

    fn cut_short(&mut self, death: Option<&(usize, Death)>) {
        self.cut_short += 1;
        self.hung += u64::from(death.is_some_and(|(_, death)| death.how.is_hang()));
    }

    fn add(&mut self, tallies: &[Tally], done: &Done, started: Instant) {
        self.nanos += started.elapsed().as_nanos() as u64;
        for (sum, tally) in self.tallies.iter_mut().zip(tallies) {
            sum.evaluated += tally.evaluated;
            sum.fired += tally.fired;
            sum.broken += tally.broken;
        }
        self.done.add(done);
    }
}

/// A script that broke something, as it was seen first.
struct Broken<O> {
    script: Script<O>,
    /// All that ran in the session before it, and itself.
    history: Script<O>,
    breaches: Vec<Breach>,
    death: Option<Death>,
}

/// How many scripts one heap served, and the one that broke something, if one did.
type Served<O> = (u64, Option<Broken<O>>);

/// Hunts for breaches: keeps the standing of every law, and what was found.
pub struct Hunt<'r, C: Clerk = alloc::Clerk> {
    rig: &'r Rig<'r, C>,
    /// By law.
    pub standing: Vec<Standing>,
    /// The target was seen to hang: it is given up soon from now on.
    pub hang_is_known: bool,
    /// For making witnesses small.
    pub allowance: Allowance,
    /// What was seen broken, and no replay breaks.
    pub sightings: Sightings,
    /// Only this law is worth a small witness.
    pub wanted: Option<usize>,
    /// So far.
    pub so_far: Hunted<C::Op>,
    /// Called after every script with the counts so far; false ends the hunt.
    pub progress: &'r mut dyn FnMut(&Hunted<C::Op>) -> bool,
}

impl<'r, C: Clerk<Op: Shrinks>> Hunt<'r, C> {
    /// A hunt on `rig` by the laws that `standing` lets in.
    pub fn new(
        rig: &'r Rig<'r, C>,
        standing: Vec<Standing>,
        progress: &'r mut dyn FnMut(&Hunted<C::Op>) -> bool,
    ) -> Hunt<'r, C> {
        let so_far = Hunted::new(rig.code.laws.len());
        Hunt {
            rig,
            hang_is_known: false,
            allowance: Allowance::default(),
            sightings: Sightings::none(),
            wanted: None,
            standing,
            so_far,
            progress,
        }
    }

    /// Runs at most `cases` scripts of `source` one after another.
    ///
    /// # Errors
    /// [`HuntError`].
    pub fn scripts(&mut self, source: &mut dyn Source<C::Op>, cases: u64) -> Result<(), HuntError> {
        let mut left = cases;
        while left > 0 && !self.so_far.is_hopeless(KNOWN_HANGS) {
            // One heap after another, each until it has served its time or something breaks.
            let (ran, broken) = self.session(source, left)?;
            left -= ran.min(left);
            match broken {
                Some(seen) => self.settle(source, &seen)?,
                None if ran == 0 => break,
                None => {}
            }
        }
        Ok(())
    }

    /// Runs scripts on one heap. Returns how many, and the one that broke something with all that
    /// ran before it.
    fn session(
        &mut self,
        source: &mut dyn Source<C::Op>,
        cases: u64,
    ) -> Result<Served<C::Op>, HuntError> {
        let started = Instant::now();
        let mut target = self.rig.opens.open(self.hang_is_known)?;
        let mut session = Session::new(&mut *target, self.rig.clerk()?);
        let mut court = Court::new(self.rig.code, self.standing.clone());
        let mut history = Script::default();
        let mut ran_cases = 0;
        let mut broken = None;
        while ran_cases < cases && session.steps() < SESSION && broken.is_none() {
            let Some(script) = source.next_script() else { break };
            let ran = session.perform(&script, &mut court, u64::MAX)?;
            history.steps.extend(&script.steps);
            ran_cases += 1;
            self.so_far.cases += 1;
            self.so_far.ops += ran.steps;
            if !ran.breaches.is_empty() {
                let history = std::mem::take(&mut history);
                let death = ran.death.map(|(_, death)| death);
                broken = Some(Broken { script, history, breaches: ran.breaches, death });
            } else if !ran.completed {
                self.so_far.cut_short(ran.death.as_ref());
                break;
            }
            if !(self.progress)(&self.so_far) {
                break;
            }
        }
        self.so_far.add(court.tallies(), session.done(), started);
        Ok((ran_cases, broken))
    }

    /// Runs the scripts of a scenario, each in `fresh` fresh processes.
    ///
    /// # Errors
    /// [`HuntError`].
    pub fn scenario(&mut self, scripts: &[Script<C::Op>], fresh: usize) -> Result<(), HuntError> {
        for script in scripts {
            for _ in 0..fresh {
                if self.so_far.is_hopeless(KNOWN_HANGS_OF_SCENARIO) {
                    return Ok(());
                }
                let started = Instant::now();
                let alone = self.rig.alone(script, &self.standing, self.hang_is_known)?;
                self.so_far.cases += 1;
                self.so_far.ops += alone.steps;
                if alone.cut_short {
                    self.so_far.cut_short(alone.death.as_ref());
                }
                self.so_far.add(&alone.tallies, &alone.done, started);
                if !alone.breaches.is_empty() {
                    let seen = Broken {
                        script: script.clone(),
                        history: script.clone(),
                        breaches: alone.breaches,
                        death: alone.death.map(|(_, death)| death),
                    };
                    self.settle(&mut Plain(std::iter::empty()), &seen)?;
                    break;
                }
                if !(self.progress)(&self.so_far) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Turns the breaches of one bad script into witnesses, one a law.
    fn settle(
        &mut self,
        source: &mut dyn Source<C::Op>,
        seen: &Broken<C::Op>,
    ) -> Result<(), HuntError> {
        let mut smallest: Option<Script<C::Op>> = None;
        let standing = self.standing.clone();
        for breach in &seen.breaches {
            if self.wanted.is_some_and(|law| law != breach.law) {
                self.standing[breach.law] = Standing::Known;
                self.so_far.found.push(self.unrepeated(seen, breach, 0));
                continue;
            }
            let (law, hangs) = (breach.law, usize::from(self.hang_is_known));
            let mut trial =
                Trial { rig: self.rig, standing: &standing, law, luck: 1, hangs, tried: 0 };
            let firm = self.is_firm(seen, breach);
            // What broke one law at this step mostly breaks the others, too.
            let shrunk = match &smallest {
                Some(small) if trial.breaks(small)? => Some(small.clone()),
                _ => self.allowance.spend(|until| {
                    let patience = firm.then_some(until);
                    let again = trial.confirm(&seen.script, &seen.history, patience)?;
                    again.map(|again| trial.smallest(source, again, until)).transpose()
                })?,
            };
            let found = match &shrunk {
                Some(script) => {
                    let found = trial.witness(script.clone(), &self.so_far)?;
                    // Better the script that broke it once than a smaller one that does not.
                    let (broke, tried) = found.replays;
                    if broke == 0 { self.unrepeated(seen, breach, tried) } else { found }
                }
                None => self.unrepeated(seen, breach, trial.tried),
            };
            self.hang_is_known |= trial.hangs > 0;
            smallest = shrunk.or(smallest);
            self.enter(found);
        }
        Ok(())
    }

    /// Keeps what was found of a law, in place of a sighting that no replay repeated. The law is
    /// known from now on, unless there is hope for a better witness.
    fn enter(&mut self, found: Found<C::Op>) {
        let law = found.law;
        let repeats = found.replays.0 > 0;
        if !repeats {
            self.sightings.add(law);
        }
        if self.sightings.are_final(law, repeats, found.firm) {
            self.standing[law] = Standing::Known;
        }
        match self.so_far.found.iter_mut().find(|old| old.law == law) {
            Some(old) if repeats => *old = found,
            Some(_) => {}
            None => self.so_far.found.push(found),
        }
    }

    /// Whether nothing but the target can have done what was seen.
    fn is_firm(&self, seen: &Broken<C::Op>, breach: &Breach) -> bool {
        let own = |death: &Death| death.how.is_own_doing();
        self.rig.code.laws[breach.law].is_firm && seen.death.as_ref().is_none_or(own)
    }

    /// What was seen once and never again: the script that showed it is all there is to show.
    fn unrepeated(&self, seen: &Broken<C::Op>, breach: &Breach, tried: u32) -> Found<C::Op> {
        Found {
            law: breach.law,
            script: seen.script.clone(),
            at: breach.at,
            shown: breach.shown.clone(),
            death: seen.death.clone(),
            picture: Picture::Nothing,
            replays: (0, tried),
            firm: self.is_firm(seen, breach),
            cases: self.so_far.cases,
            ops: self.so_far.ops,
            nanos: self.so_far.nanos,
        }
    }
}
