//! The only loop: steps to the target, answers to the clerk, events to the court.
//!
//! `cargo test`, the command line, fuzzers and replay all come through here. A session performs
//! scripts one after another on one heap; while the target performs a batch, the answers to the one
//! before are judged.

use crate::court::{Breach, Court, CourtFault};
use crate::facts::{AnswerTo, Clerk, Last, ReadingOf, alloc};
use crate::observe::{Answers as _, Progress};
use crate::op::performed::Performed;
use crate::op::{Action, Script, Section, Step};
use crate::target::{BATCH, Death, Target};
use crate::trace::form::Written as _;
use std::collections::VecDeque;

/// Scripts performed one after another on one heap.
pub struct Session<'t, C: Clerk = alloc::Clerk> {
    target: &'t mut dyn Target<C::Op>,
    clerk: C,
    /// Steps performed, skipped ones included.
    steps: u64,
    /// Steps done, by the row of their op.
    done: Done,
    dead: bool,
}

/// Steps done, by the row of their op in the table of forms; rows beyond its end are 0.
#[derive(Clone, Debug, Default)]
pub struct Done(pub Vec<u64>);

impl Done {
    /// One more step of the op in row `row`.
    fn count(&mut self, row: usize) {
        if self.0.len() <= row {
            self.0.resize(row + 1, 0);
        }
        self.0[row] += 1;
    }

    /// Adds what `other` counted.
    pub fn add(&mut self, other: &Done) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (sum, n) in self.0.iter_mut().zip(&other.0) {
            *sum += n;
        }
    }
}

/// What one script came to.
#[derive(Debug)]
pub struct Ran<C: Clerk = alloc::Clerk> {
    /// What broke, all at the first bad step. Empty: nothing did.
    pub breaches: Vec<Breach>,
    /// How the process ended, if it did, and at which step of the script.
    pub death: Option<(usize, Death)>,
    /// The last step judged, with what it showed: the bad one, if there is one.
    pub last: Option<Last<C>>,
    /// Steps performed, skipped ones included.
    pub steps: u64,
    /// Every step was performed and judged.
    pub completed: bool,
}

impl<C: Clerk> Default for Ran<C> {
    fn default() -> Ran<C> {
        Ran { breaches: Vec::new(), death: None, last: None, steps: 0, completed: false }
    }
}

/// A batch on its way: steps with their indexes in the script.
type Sent<O> = Vec<(usize, Step<O>)>;

impl<'t, C: Clerk> Session<'t, C> {
    /// A session on the fresh heap behind `target`, whose answers `clerk` reads.
    pub fn new(target: &'t mut dyn Target<C::Op>, clerk: C) -> Session<'t, C> {
        Session { target, clerk, steps: 0, done: Done::default(), dead: false }
    }

    /// The clerk, for pictures and counts.
    pub fn clerk(&self) -> &C {
        &self.clerk
    }

    /// Steps performed so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Steps done so far, by the row of their op in the table of forms.
    pub fn done(&self) -> &Done {
        &self.done
    }

    /// Whether the target still lives.
    pub fn is_alive(&self) -> bool {
        !self.dead
    }

    /// Performs `script`, at most `limit` steps of it, and judges it by `court`, up to the first
    /// step that breaks a law.
    ///
    /// # Errors
    /// [`CourtFault`] where a rule could not be evaluated.
    pub fn perform(
        &mut self,
        script: &Script<C::Op>,
        court: &mut Court<'_>,
        limit: u64,
    ) -> Result<Ran<C>, CourtFault> {
        let mut ran = Ran::default();
        let mut units = Units { steps: Performed::new(script), spare: None };
        let mut sent: VecDeque<Sent<C::Op>> = VecDeque::new();
        let mut asked = 0;
        loop {
            let batch = if asked < limit { units.batch() } else { Vec::new() };
            asked += batch.len() as u64;
            let more = !batch.is_empty();
            if more {
                let steps: Vec<Step<C::Op>> = batch.iter().map(|&(_, step)| step).collect();
                self.target.submit(&steps);
                sent.push_back(batch);
            }
            if sent.len() < 2 && more {
                continue;
            }
            let Some(batch) = sent.pop_front() else { break };
            self.judge(&batch, court, &mut ran);
            if self.dead || court.is_over() {
                break;
            }
        }
        // What is still on its way must come home before the next script.
        while !self.dead && sent.pop_front().is_some() {
            self.dead = self.target.collect().death.is_some();
        }
        self.steps += ran.steps;
        ran.completed = !self.dead && !court.is_over();
        ran.breaches = court.close_case()?;
        Ok(ran)
    }

    /// The run is over: judges what is only known at its end. `completed` as in [`Ran`].
    ///
    /// # Errors
    /// [`CourtFault`] where a rule could not be evaluated.
    pub fn finish(
        &mut self,
        completed: bool,
        at: usize,
        court: &mut Court<'_>,
    ) -> Result<Vec<Breach>, CourtFault> {
        court.step(at);
        self.clerk.finish(completed, court);
        court.close_case()
    }

    /// Judges the oldest batch on its way.
    fn judge(&mut self, batch: &Sent<C::Op>, court: &mut Court<'_>, ran: &mut Ran<C>) {
        let done = self.target.collect();
        let death = done.death;
        for ((_, step), answer) in batch.iter().zip(done.answers) {
            if answer.progress() == Progress::Done {
                self.done.count(step.op.row());
            }
        }
        let mut i = 0;
        while i < batch.len() && !court.is_over() {
            let together = batch[i].1.op.section() == Section::Together;
            let end = if together { section_end(batch, i) } else { i };
            let reading = done.readings.binary_search_by_key(&i, |(at, _)| *at);
            let reading = reading.ok().map(|at| &done.readings[at].1);
            judge_unit(&mut self.clerk, &batch[i..=end], &done.answers[i..=end], reading, court);
            if court.is_over() {
                ran.last = last_judged::<C>(&batch[i..=end], &done.answers[i..=end], court.at());
            }
            i = end + 1;
        }
        ran.steps += i as u64;
        let Some(death) = death else { return };
        self.dead = true;
        let at = in_flight::<C>(done.answers).unwrap_or(death.at.min(batch.len() - 1));
        if !court.is_over() {
            court.step(batch[at].0);
            self.clerk.died(&batch[at].1, &done.answers[at], court);
            ran.last = Some((batch[at].0, batch[at].1, done.answers[at]));
        }
        ran.death = Some((batch[at].0, death));
    }
}

/// Judges one step with its reading, or one section whose steps ran beside each other and have none.
fn judge_unit<C: Clerk>(
    clerk: &mut C,
    unit: &[(usize, Step<C::Op>)],
    answers: &[AnswerTo<C>],
    reading: Option<&ReadingOf<C>>,
    court: &mut Court<'_>,
) {
    if let ([(at, step)], [answer]) = (unit, answers) {
        court.step(*at);
        let departed = clerk.begin(step, answer);
        clerk.end(*at, step, answer, reading, departed, court);
        return;
    }
    // Begins and ends in the order of their stamps. What was not stamped did not happen.
    let stamped =
        |i: &usize| answers[*i].progress() == Progress::Done && answers[*i].stamps().1 > 0;
    let mut moments: Vec<(u64, usize, bool)> = (0..unit.len())
        .filter(stamped)
        .flat_map(|i| [(answers[i].stamps().0, i, true), (answers[i].stamps().1, i, false)])
        .collect();
    moments.sort_unstable();
    let mut departed = vec![C::Departed::default(); unit.len()];
    for (_, i, begins) in moments {
        let (at, step) = unit[i];
        court.step(at);
        if begins {
            departed[i] = clerk.begin(&step, &answers[i]);
        } else {
            clerk.end(at, &step, &answers[i], None, departed[i], court);
        }
        if court.is_over() {
            return;
        }
    }
}

/// The step of a unit that the court heard last.
fn last_judged<C: Clerk>(
    unit: &[(usize, Step<C::Op>)],
    answers: &[AnswerTo<C>],
    at: usize,
) -> Option<Last<C>> {
    let judged = unit.iter().zip(answers).find(|((index, _), _)| *index == at);
    judged.map(|(&(index, step), &answer)| (index, step, answer))
}

/// The step that a dead process was in the middle of: inside the target rather than at a block's
/// bytes, if there are several.
fn in_flight<C: Clerk>(answers: &[AnswerTo<C>]) -> Option<usize> {
    let at = |progress| answers.iter().position(|answer| answer.progress() == progress);
    [Progress::Calling, Progress::Touching, Progress::Looking].into_iter().find_map(at)
}

fn section_end<O: Action>(batch: &Sent<O>, begin: usize) -> usize {
    let mut depth = 0;
    for (i, (_, step)) in batch.iter().enumerate().skip(begin) {
        match step.op.section() {
            Section::Together => depth += 1,
            Section::End => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i;
        }
    }
    batch.len() - 1
}

/// Cuts a script into batches, never through a section, nor between late steps and the end of
/// their thread.
struct Units<'s, O> {
    steps: Performed<'s, O>,
    /// A unit that did not fit into the batch before.
    spare: Option<Sent<O>>,
}

impl<O: Action> Units<'_, O> {
    fn batch(&mut self) -> Sent<O> {
        let mut batch = self.spare.take().unwrap_or_default();
        while batch.len() < BATCH {
            let Some(first) = self.steps.next() else { break };
            if first.1.op.section() != Section::Together && !first.1.late {
                batch.push(first);
                continue;
            }
            let unit = self.unit(first);
            if batch.len() + unit.len() > BATCH {
                self.spare = Some(unit);
                break;
            }
            batch.extend(unit);
        }
        batch
    }

    /// A section, or late steps with what follows them; at most a batch long, the rest of a longer
    /// one being left out.
    fn unit(&mut self, first: (usize, Step<O>)) -> Sent<O> {
        let mut unit = vec![first];
        let mut depth = u32::from(first.1.op.section() == Section::Together);
        while depth > 0 || unit.last().is_some_and(|(_, step)| step.late) {
            let Some((at, step)) = self.steps.next() else { break };
            match step.op.section() {
                Section::Together => depth += 1,
                Section::End => depth = depth.saturating_sub(1),
                _ => {}
            }
            if unit.len() < BATCH {
                unit.push((at, step));
            } else if depth == 0 {
                unit.pop();
                unit.push((at, step));
            }
        }
        unit
    }
}
