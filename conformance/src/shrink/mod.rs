//! Smaller scripts that still break the same invariant.
//!
//! Works on any script of any driver, because every op is total: any subset of a script is a
//! script.
//!
//! 1. The end of a long script is tried alone: what a heap went through long ago mostly does not
//!    matter.
//! 2. The steps of a single slot are tried by themselves (`story`), once and over and over, with
//!    larger sizes too, and many blocks like it: a fault that shows at every 64th call, above a
//!    size, or at the end of a page, then needs few steps at once.
//! 3. Half of the slots go, half of the steps, quarters, ... single steps; repeats, sizes, threads
//!    and slots are made simpler; all over again until nothing more goes.
//!
//! No candidate costs much more than the script that it is made from (`cost`), and there is an
//! allowance of runs.

mod cost;
mod operand;
mod sections;
mod simplify;
mod story;

use crate::op::alloc::{Op, Script, Slot, Step};
use cost::cost;
use operand::operand_mut;
use sections::{delete, more_rounds};
use std::collections::{HashMap, HashSet};
use story::stories;

/// Makes `script` smaller while `breaks` says that it still breaks, calling it at most `runs`
/// times. `breaks(&script)` is known to be true.
pub fn shrink(script: Script, runs: usize, breaks: impl FnMut(&Script) -> bool) -> Script {
    let affordable = cost(&script).saturating_mul(3).max(CHEAP);
    let mut hunt = Hunt { best: script, runs, affordable, breaks };
    hunt.drop_beginning();
    hunt.focus();
    loop {
        let before = hunt.best.clone();
        hunt.delete_slots();
        hunt.delete_chunks();
        hunt.simplify_repeats();
        hunt.simplify_threads();
        hunt.simplify_sizes();
        hunt.unwrap_sections();
        if hunt.best == before || hunt.runs == 0 {
            break;
        }
    }
    hunt.renumber_slots();
    hunt.best
}

/// The script with no block larger than 32 KiB.
pub fn without_large(script: &Script) -> Script {
    const LARGE: u64 = 32 << 10;
    let mut script = script.clone();
    for step in &mut script.steps {
        let large = step.op.requested().is_some_and(|size| (LARGE..1 << 32).contains(&size));
        if let Op::Calloc { count, .. } | Op::Reallocarray { count, .. } = &mut step.op
            && large
        {
            *count = 1;
        }
        if let Some(size) = operand_mut(&mut step.op, 0).filter(|_| large) {
            *size = (*size).min(LARGE);
        }
    }
    script
}

/// The script up to step `at`; what is open there is closed where it was.
pub fn up_to(script: &Script, at: usize) -> Script {
    let mut steps = script.steps.clone();
    let end = steps.len();
    delete(&mut steps, (at + 1).min(end)..end);
    Script { steps }
}

struct Hunt<B> {
    best: Script,
    runs: usize,
    /// What a candidate may cost.
    affordable: u64,
    breaks: B,
}

impl<B: FnMut(&Script) -> bool> Hunt<B> {
    /// Keeps `candidate` if it still breaks.
    fn offer(&mut self, candidate: Script) -> bool {
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

    fn edited(&self, edit: impl FnOnce(&mut Vec<Step>)) -> Script {
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

    /// Tries the stories of single slots, the shortest first.
    fn focus(&mut self) {
        if self.best.steps.len() <= FOCUSED {
            return;
        }
        let last = slots_of(&self.best).into_iter().rev().take(FOCI);
        let mut focused: Vec<Script> = last.flat_map(|slot| stories(&self.best, slot)).collect();
        focused.sort_by_key(|story| story.steps.len());
        focused.truncate(self.runs / 4);
        for story in focused {
            if story.steps.len() < self.best.steps.len() && self.offer(story) {
                return;
            }
        }
    }

    /// Deletes all that happens to some slots, many at a time first: blocks come and go by steps
    /// that are far apart. Where there are rounds, half the blocks may need twice the rounds.
    fn delete_slots(&mut self) {
        let mut chunk = slots_of(&self.best).len().div_ceil(2);
        let has_rounds = self.best.steps.iter().any(|s| matches!(s.op, Op::Repeat { .. }));
        while chunk > 0 && self.runs > 0 {
            let slots = slots_of(&self.best);
            for gone in slots.rchunks(chunk) {
                let is_gone = |step: &Step| step.op.slot().is_some_and(|s| gone.contains(&s));
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

    /// Slots in the order of their first use, from 0.
    fn renumber_slots(&mut self) {
        let mut numbers = HashMap::new();
        let renumbered = self.edited(|steps| {
            for step in steps {
                if let Some(slot) = step.op.slot_mut() {
                    let next = numbers.len() as u16;
                    *slot = Slot(*numbers.entry(slot.0).or_insert(next));
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

/// Slots whose stories are tried.
const FOCI: usize = 6;

/// A candidate may cost so much, or three times as much as the script that it is made from.
const CHEAP: u64 = 8 << 20;

/// The slots of `script`, in the order of their last use.
fn slots_of(script: &Script) -> Vec<Slot> {
    let mut slots = Vec::new();
    let mut seen = HashSet::new();
    for slot in script.steps.iter().rev().filter_map(|step| step.op.slot()) {
        if seen.insert(slot) {
            slots.push(slot);
        }
    }
    slots.reverse();
    slots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::alloc::Thread;
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
