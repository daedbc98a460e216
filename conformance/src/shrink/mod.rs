//! Smaller scripts that still break the same invariant.
//!
//! Works on any script of any driver, because every op is total: any subset of a script is a
//! script.
//!
//! 1. The end of a long script is tried alone: what a heap went through long ago mostly does not
//!    matter.
//! 2. What happened at a single place is tried by itself: an alphabet knows its *stories*.
//! 3. Half of the places go, half of the steps, quarters, ... single steps; repeats, sizes, threads
//!    and places are made simpler; all over again until nothing more goes.
//!
//! No candidate costs much more than the script that it is made from, and there is an allowance of
//! runs. What is particular to an alphabet is behind [`Shrinks`].

mod alloc;
mod gc;
mod sections;
mod simplify;

use crate::op::performed::counted;
use crate::op::{Action, Script, Section, Step};
use sections::{delete, more_rounds};
use std::collections::{HashMap, HashSet};

/// What shrinking asks of an alphabet.
pub trait Shrinks: Action {
    /// The place that the op is about, where it is about one: what happens to one place goes as one.
    fn place(&self) -> Option<u16>;

    /// Gives the op another place, if it has one.
    fn set_place(&mut self, place: u16);

    /// A number in the op that may be made smaller; `which` is 0 or 1.
    fn number_mut(&mut self, which: usize) -> Option<&mut u64>;

    /// What performing the op takes by itself, in bytes written in the same time, roughly.
    fn cost(&self) -> u64;

    /// Scripts that tell what happened at `place` by itself, in the hope that this is enough.
    fn stories(script: &Script<Self>, place: u16) -> Vec<Script<Self>>;

    /// The script without what takes the most time.
    fn modest(script: &Script<Self>) -> Script<Self>;
}

/// What a step costs by itself, in bytes written in the same time; what one of another thread costs.
const STEP: u64 = 128;
const HAND_OVER: u64 = 1024;

/// What performing `script` takes, in bytes written in the same time, roughly.
fn cost<O: Shrinks>(script: &Script<O>) -> u64 {
    counted(script.steps.iter()).fold(0, |sum: u64, (step, times)| {
        let alone = match step.op.section() {
            Section::Repeat(_) | Section::End => return sum,
            Section::Together => HAND_OVER,
            Section::Inner => step.op.cost(),
        };
        let by_whom = if step.thread.0 == 0 { STEP } else { HAND_OVER };
        sum.saturating_add(times.saturating_mul(alone.saturating_add(by_whom)))
    })
}

/// Makes `script` smaller while `breaks` says that it still breaks, calling it at most `runs`
/// times. `breaks(&script)` is known to be true.
pub fn shrink<O: Shrinks>(
    script: Script<O>,
    runs: usize,
    breaks: impl FnMut(&Script<O>) -> bool,
) -> Script<O> {
    let affordable = cost(&script).saturating_mul(3).max(CHEAP);
    let mut hunt = Hunt { best: script, runs, affordable, breaks };
    hunt.drop_beginning();
    hunt.focus();
    loop {
        let before = hunt.best.clone();
        hunt.delete_places();
        hunt.delete_chunks();
        hunt.simplify_repeats();
        hunt.simplify_threads();
        hunt.simplify_sizes();
        hunt.unwrap_sections();
        if hunt.best == before || hunt.runs == 0 {
            break;
        }
    }
    hunt.renumber_places();
    hunt.best
}

/// The script up to step `at`; what is open there is closed where it was.
pub fn up_to<O: Action>(script: &Script<O>, at: usize) -> Script<O> {
    let mut steps = script.steps.clone();
    let end = steps.len();
    delete(&mut steps, (at + 1).min(end)..end);
    Script { steps }
}

struct Hunt<O, B> {
    best: Script<O>,
    runs: usize,
    /// What a candidate may cost.
    affordable: u64,
    breaks: B,
}

impl<O: Shrinks, B: FnMut(&Script<O>) -> bool> Hunt<O, B> {
    /// Keeps `candidate` if it still breaks.
    fn offer(&mut self, candidate: Script<O>) -> bool {
        if self.runs == 0 || candidate == self.best || cost(&candidate) > self.affordable {
            return false;
        }
        self.runs -= 1;
        let breaks = (self.breaks)(&candidate);
        if breaks {
            self.best = candidate;
        }
        breaks
    }

    fn edited(&self, edit: impl FnOnce(&mut Vec<Step<O>>)) -> Script<O> {
        let mut candidate = self.best.clone();
        edit(&mut candidate.steps);
        candidate
    }

    /// Keeps only the end of a long script, the shortest that breaks.
    fn drop_beginning(&mut self) {
        let len = self.best.steps.len();
        let kept = (0..).map(|i| SHORT << i).take_while(|kept| kept * 4 / 3 < len);
        for kept in kept {
            if self.offer(self.edited(|steps| delete(steps, 0..len - kept))) {
                return;
            }
        }
    }

    /// Tries the stories of single places, the shortest first.
    fn focus(&mut self) {
        if self.best.steps.len() <= FOCUSED {
            return;
        }
        let last = places_of(&self.best).into_iter().rev().take(FOCI);
        let stories = last.flat_map(|place| O::stories(&self.best, place));
        let mut focused: Vec<Script<O>> = stories.collect();
        focused.sort_by_key(|story| story.steps.len());
        focused.truncate(self.runs / 4);
        for story in focused {
            if story.steps.len() < self.best.steps.len() && self.offer(story) {
                return;
            }
        }
    }

    /// Deletes all that happens at some places, many at a time first: blocks come and go by steps
    /// that are far apart. Where there are rounds, half the blocks may need twice the rounds.
    fn delete_places(&mut self) {
        let mut chunk = places_of(&self.best).len().div_ceil(2);
        let is_repeat = |step: &Step<O>| matches!(step.op.section(), Section::Repeat(_));
        let has_rounds = self.best.steps.iter().any(is_repeat);
        while chunk > 0 && self.runs > 0 {
            let places = places_of(&self.best);
            for gone in places.rchunks(chunk) {
                let is_gone = |step: &Step<O>| step.op.place().is_some_and(|s| gone.contains(&s));
                let fewer = self.edited(|steps| steps.retain(|step| !is_gone(step)));
                let longer = more_rounds(&fewer.steps, 2);
                let _ = self.offer(fewer) || has_rounds && self.offer(Script { steps: longer });
            }
            chunk = if chunk == 1 { 0 } else { chunk.div_ceil(2) };
        }
    }

    /// Deletes runs of steps, long ones first (Zeller's ddmin without the complement tests).
    fn delete_chunks(&mut self) {
        let mut chunk = self.best.steps.len().div_ceil(2).max(1);
        loop {
            // From the end: what comes late is needed least.
            let mut end = self.best.steps.len();
            while end > 0 && self.runs > 0 {
                let start = end.saturating_sub(chunk);
                self.offer(self.edited(|steps| delete(steps, start..end)));
                end = start.min(self.best.steps.len());
            }
            if chunk == 1 || self.runs == 0 {
                return;
            }
            chunk = chunk.div_ceil(2);
        }
    }

    /// Places in the order of their first use, from 0.
    fn renumber_places(&mut self) {
        let mut numbers = HashMap::new();
        let renumbered = self.edited(|steps| {
            for step in steps {
                if let Some(place) = step.op.place() {
                    let next = numbers.len() as u16;
                    step.op.set_place(*numbers.entry(place).or_insert(next));
                }
            }
        });
        self.runs = self.runs.max(1);
        self.offer(renumbered);
    }
}

/// The end of a script that is tried alone first, in steps.
const SHORT: usize = 128;

/// Scripts so short are not made shorter by guessing.
const FOCUSED: usize = 4;

/// Places whose stories are tried.
const FOCI: usize = 6;

/// A candidate may cost so much, or three times as much as the script that it is made from.
const CHEAP: u64 = 8 << 20;

/// The places of `script`, in the order of their last use.
fn places_of<O: Shrinks>(script: &Script<O>) -> Vec<u16> {
    let mut places = Vec::new();
    let mut seen = HashSet::new();
    for place in script.steps.iter().rev().filter_map(|step| step.op.place()) {
        if seen.insert(place) {
            places.push(place);
        }
    }
    places.reverse();
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::alloc::{Op, Script, Slot, Step, Thread};
    use crate::op::performed::counted;

    fn malloc(slot: u16, size: u64) -> Step {
        Step::main(Op::Malloc { slot: Slot(slot), size })
    }

    fn free(slot: u16) -> Step {
        Step::main(Op::Free { slot: Slot(slot) })
    }

    /// Shrinks `steps` under `breaks`; also how often it was asked.
    fn shrunk(steps: Vec<Step>, breaks: impl Fn(&[Step]) -> bool) -> (Vec<Step>, usize) {
        let mut asked = 0;
        let best = shrink(Script { steps }, 10_000, |script| {
            asked += 1;
            breaks(&script.steps)
        });
        (best.steps, asked)
    }

    #[test]
    fn two_needed_steps_among_a_thousand_remain_alone() {
        let mut steps: Vec<Step> = (0..1000).map(|i| malloc(i % 50, 64)).collect();
        steps[300] = malloc(7, 5000);
        steps[800] = free(7);
        let needs = |steps: &[Step]| {
            let big = |s: &Step| matches!(s.op, Op::Malloc { size: 4096.., .. });
            let freed = |s: &Step| matches!(s.op, Op::Free { .. });
            let at = steps.iter().position(big);
            at.is_some_and(|at| steps[at..].iter().any(freed))
        };
        let (best, asked) = shrunk(steps, needs);
        assert_eq!(best, [malloc(0, 4096), free(0)]);
        assert!(asked < 200, "{asked} runs");
    }

    #[test]
    fn a_size_stops_at_the_smallest_that_breaks() {
        let breaks =
            |steps: &[Step]| steps.iter().any(|s| matches!(s.op, Op::Malloc { size: 1337.., .. }));
        let (best, _) = shrunk(vec![malloc(3, 1 << 40)], breaks);
        assert_eq!(best, [malloc(0, 1337)]);
    }

    #[test]
    fn sections_and_threads_that_are_not_needed_go() {
        let t = Thread(2);
        let steps = vec![
            Step::main(Op::StartThread { thread: t }),
            Step::main(Op::Repeat { times: 100 }),
            Step::main(Op::Together),
            Step::on(t, Op::Malloc { slot: Slot(9), size: 8 }),
            Step::main(Op::End),
            Step::main(Op::End),
        ];
        let breaks = |steps: &[Step]| steps.iter().any(|s| matches!(s.op, Op::Malloc { .. }));
        assert_eq!(shrunk(steps, breaks).0, [malloc(0, 1)]);
    }

    #[test]
    fn a_fault_at_the_thousandth_call_becomes_rounds_of_one_block() {
        let round = |i: u16| [malloc(i % 50, 40), malloc(99, 8), free(99), free(i % 50)];
        let cleared_up = (0..100).map(free);
        let steps: Vec<Step> = (0..1000).flat_map(round).chain(cleared_up).collect();
        let breaks = |steps: &[Step]| {
            let steps = counted(steps.iter());
            steps.filter(|(s, _)| s.op.requested().is_some()).map(|(_, times)| times).sum::<u64>()
                >= 1000
        };
        let (best, _) = shrunk(steps, breaks);
        let Op::Repeat { times } = best[0].op else { panic!("{best:?}") };
        assert!((1000..1100).contains(&times) && best.len() <= 4, "{best:?}");
    }

    #[test]
    fn a_fault_at_the_end_of_a_page_becomes_blocks_that_fill_it() {
        let one = |i: u16| malloc(i, if i.is_multiple_of(2) { 80 } else { 3000 + u64::from(i) });
        let steps: Vec<Step> = (0..1000).map(one).collect();
        let breaks = |steps: &[Step]| {
            let in_page = |s: &&Step| matches!(s.op, Op::Malloc { size: 65..=80, .. });
            steps.iter().filter(in_page).count() >= 51
        };
        let (best, asked) = shrunk(steps, breaks);
        assert_eq!(best.len(), 51);
        assert!(asked < 800, "{asked} runs");
    }

    #[test]
    fn repeats_stop_at_about_the_smallest_count_that_breaks() {
        let steps = vec![Step::main(Op::Repeat { times: 5000 }), malloc(0, 8)];
        let breaks = |steps: &[Step]| {
            matches!(steps.first().map(|s| s.op), Some(Op::Repeat { times: 100.. }))
        };
        let (best, _) = shrunk(steps, breaks);
        let Op::Repeat { times } = best[0].op else { panic!("{best:?}") };
        assert!((100..150).contains(&times), "{times}");
    }

    #[test]
    fn the_allowance_of_runs_is_kept() {
        let steps: Vec<Step> = (0..1000).map(|i| malloc(i % 50, 64)).collect();
        let mut asked = 0;
        shrink(Script { steps }, 25, |_| {
            asked += 1;
            false
        });
        assert!(asked <= 26, "{asked}: one more for the numbering of slots");
    }
}
