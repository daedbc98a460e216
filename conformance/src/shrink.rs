//! Smaller scripts that still break the same invariant.
//!
//! Works on any script of any driver, because every op is total: any subset of a script is a
//! script. First the steps of a single slot are tried by themselves, once and over and over, with
//! larger sizes too: a fault that shows at every 64th call, or above a size, then needs few steps at
//! once. Then halves go, quarters, ... single steps; then repeats, sizes, threads and slots are made
//! simpler. It ends when nothing more can go, or when its allowance of runs is used up.

use crate::op::alloc::{Op, Script, Slot, Step, Thread};
use std::collections::HashMap;

/// Makes `script` smaller while `breaks` says that it still breaks, calling it at most `runs`
/// times. `breaks(&script)` is known to be true.
pub fn shrink(script: Script, runs: usize, breaks: impl FnMut(&Script) -> bool) -> Script {
    let mut hunt = Hunt { best: script, runs, breaks };
    hunt.focus();
    loop {
        let before = hunt.best.clone();
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

struct Hunt<B> {
    best: Script,
    runs: usize,
    breaks: B,
}

impl<B: FnMut(&Script) -> bool> Hunt<B> {
    /// Keeps `candidate` if it still breaks.
    fn offer(&mut self, candidate: Script) -> bool {
        if self.runs == 0 || candidate == self.best {
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

    /// Tries the story of one slot alone: that of the last step first.
    fn focus(&mut self) {
        if self.best.steps.len() <= FOCUSED {
            return;
        }
        let used = self.best.steps.iter().rev().filter_map(|step| step.op.slot());
        let mut slots: Vec<Slot> = Vec::new();
        for slot in used {
            if slots.len() < FOCI && !slots.contains(&slot) {
                slots.push(slot);
            }
        }
        let allowed = self.runs / 4;
        let focused = slots.into_iter().flat_map(|slot| stories(&self.best, slot));
        let candidates: Vec<Script> = focused.take(allowed).collect();
        for candidate in candidates {
            if candidate.steps.len() < self.best.steps.len() && self.offer(candidate) {
                return;
            }
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
                self.offer(self.edited(|steps| drop(steps.drain(start..end))));
                end = start.min(self.best.steps.len());
            }
            if chunk == 1 || self.runs == 0 {
                return;
            }
            chunk = chunk.div_ceil(2);
        }
    }

    fn simplify_repeats(&mut self) {
        for i in 0..self.best.steps.len() {
            while let Op::Repeat { times } = self.best.steps[i].op
                && times > 1
            {
                let fewer = [1, times / 4, times / 2, times - times / 4];
                let set = |times| move |steps: &mut Vec<Step>| steps[i].op = Op::Repeat { times };
                let better = fewer.into_iter().filter(|&n| n > 0 && n < times);
                if !better.into_iter().any(|n| self.offer(self.edited(set(n)))) {
                    break;
                }
            }
        }
    }

    /// Gives the steps of a thread to the main thread.
    fn simplify_threads(&mut self) {
        for n in 1..crate::op::alloc::THREADS as u8 {
            let used = self.best.steps.iter().any(|step| step.thread == Thread(n));
            if used {
                self.offer(self.edited(|steps| {
                    for step in steps.iter_mut().filter(|step| step.thread == Thread(n)) {
                        step.thread = Thread(0);
                        step.late = false;
                    }
                }));
            }
        }
        for i in 0..self.best.steps.len() {
            if self.best.steps[i].late {
                self.offer(self.edited(|steps| steps[i].late = false));
            }
        }
    }

    /// Makes sizes, counts and alignments smaller, one operand at a time.
    fn simplify_sizes(&mut self) {
        for i in 0..self.best.steps.len() {
            for operand in 0..2 {
                while let Some(value) = operand_of(&self.best.steps[i].op, operand)
                    && self.runs > 0
                    && smaller(value).into_iter().any(|less| {
                        self.offer(
                            self.edited(|steps| set_operand(&mut steps[i].op, operand, less)),
                        )
                    })
                {}
            }
        }
    }

    /// Takes the markers of a section away and leaves its body.
    fn unwrap_sections(&mut self) {
        let mut i = 0;
        while i < self.best.steps.len() {
            let opens = matches!(self.best.steps[i].op, Op::Together | Op::Repeat { .. });
            if opens && let Some(end) = closing(&self.best.steps, i) {
                let unwrapped = self.edited(|steps| {
                    steps.remove(end);
                    steps.remove(i);
                });
                if self.offer(unwrapped) {
                    continue;
                }
            }
            i += 1;
        }
    }

    /// Slots in the order of their first use, from 0.
    fn renumber_slots(&mut self) {
        let mut numbers = HashMap::new();
        let renumbered = self.edited(|steps| {
            for step in steps {
                if let Some(slot) = slot_mut(&mut step.op) {
                    let next = numbers.len() as u16;
                    *slot = Slot(*numbers.entry(slot.0).or_insert(next));
                }
            }
        });
        self.runs = self.runs.max(1);
        self.offer(renumbered);
    }
}

/// Scripts so short are not made shorter by guessing.
const FOCUSED: usize = 4;

/// Slots whose stories are tried.
const FOCI: usize = 6;

/// Sizes that a block is given in its story; 0: its own.
const STORY_SIZES: [u64; 4] = [0, 40_000, 200_000, 1_100_000];

/// How often a story, or its last step, is told over.
const STORY_TIMES: u64 = 300;

/// Stories about more bytes than that take longer than deleting step by step.
const STORY_BYTES: u64 = 400 << 20;

/// What happened to `slot`, with the sections, threads and checkpoints around it: as it was; with
/// its last step repeated; all repeated. Each also with larger blocks.
fn stories(script: &Script, slot: Slot) -> Vec<Script> {
    let own: Vec<Step> =
        script.steps.iter().filter(|s| is_frame(s) || s.op.slot() == Some(slot)).copied().collect();
    let is_framed = own.iter().any(|step| matches!(step.op, Op::Repeat { .. }));
    let Some(last) = own.iter().rposition(|step| !is_frame(step)) else { return Vec::new() };
    let repeated = in_repeats(&own, Step::main(Op::Free { slot }));
    let (repeat, end) = (Step::main(Op::Repeat { times: STORY_TIMES }), Step::main(Op::End));
    let last_repeated = [&own[..last], &[repeat, own[last], end], &own[last + 1..]].concat();
    let forms = if is_framed { vec![own, repeated] } else { vec![own, last_repeated, repeated] };
    let sized = |steps: &[Step], size: u64| {
        let mut steps = steps.to_vec();
        for step in steps.iter_mut().filter(|_| size > 0) {
            if let Op::Malloc { size: own, .. } | Op::Realloc { size: own, .. } = &mut step.op {
                *own = (*own).max(size);
            }
        }
        Script { steps }
    };
    // In a section that is repeated large blocks take long, and rarely say more.
    let tried = if is_framed { &STORY_SIZES[..1] } else { &STORY_SIZES[..] };
    let each = |size: &u64| forms.iter().map(|steps| sized(steps, *size)).collect::<Vec<_>>();
    tried.iter().flat_map(each).filter(|script| bytes_asked(script) <= STORY_BYTES).collect()
}

/// Bytes that the blocks of `script` have in sum, a step counting for 64 at least.
fn bytes_asked(script: &Script) -> u64 {
    let mut factors = vec![1u64];
    let mut sum = 0u64;
    for step in &script.steps {
        let factor = factors.last().copied().unwrap_or(1);
        match step.op {
            Op::Repeat { times } => factors.push(factor.saturating_mul(times)),
            Op::Together => factors.push(factor),
            Op::End => drop(factors.pop()),
            op => {
                let bytes = op.requested().filter(|bytes| *bytes < 1 << 32).unwrap_or(0);
                sum = sum.saturating_add(factor.saturating_mul(bytes.max(64)));
            }
        }
    }
    sum
}

/// Whether a step belongs to no block, but to what is around all of them.
fn is_frame(step: &Step) -> bool {
    matches!(
        step.op,
        Op::StartThread { .. }
            | Op::EndThread { .. }
            | Op::Together
            | Op::Repeat { .. }
            | Op::End
            | Op::Checkpoint
    )
}

/// Each run of steps about blocks, repeated; `free` ends each round.
fn in_repeats(steps: &[Step], free: Step) -> Vec<Step> {
    let mut repeated = Vec::new();
    let runs = steps.chunk_by(|a, b| is_frame(a) == is_frame(b));
    for run in runs {
        let about_blocks = run.iter().any(|step| !is_frame(step));
        if about_blocks && !run[0].late {
            repeated.push(Step::main(Op::Repeat { times: STORY_TIMES }));
            repeated.extend(run);
            repeated.extend([free, Step::main(Op::End)]);
        } else {
            repeated.extend(run);
        }
    }
    repeated
}

/// The index of the `end` that closes the section begun at `begin`.
fn closing(steps: &[Step], begin: usize) -> Option<usize> {
    let mut depth = 0;
    for (i, step) in steps.iter().enumerate().skip(begin) {
        match step.op {
            Op::Together | Op::Repeat { .. } => depth += 1,
            Op::End => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(i);
        }
    }
    None
}

/// Smaller numbers to try, the smallest first; the last steps down by one.
fn smaller(value: u64) -> Vec<u64> {
    let fixed = [1, 8, 16, 24, 64, 4096];
    let halves = [value / 2, value - value / 4, value.saturating_sub(8), value.saturating_sub(1)];
    fixed.into_iter().chain(halves).filter(|&less| less < value && less > 0).collect()
}

fn operand_mut(op: &mut Op, which: usize) -> Option<&mut u64> {
    match (op, which) {
        (
            Op::Malloc { size, .. }
            | Op::Realloc { size, .. }
            | Op::GrowZeroed { size, .. }
            | Op::Calloc { size, .. }
            | Op::Reallocarray { size, .. }
            | Op::AlignedAlloc { size, .. }
            | Op::PosixMemalign { size, .. }
            | Op::Memalign { size, .. }
            | Op::Churn { size, .. },
            0,
        ) => Some(size),
        (Op::Calloc { count, .. } | Op::Reallocarray { count, .. }, 1) => Some(count),
        (
            Op::AlignedAlloc { align, .. }
            | Op::PosixMemalign { align, .. }
            | Op::Memalign { align, .. },
            1,
        ) => Some(align),
        (Op::FreeWithin { excess, .. }, 0) => Some(excess),
        (Op::FreeInterior { offset, .. }, 0) => Some(offset),
        (Op::CorruptFreed { tries, .. }, 0) => Some(tries),
        (Op::Fork { blocks }, 0) => Some(blocks),
        (Op::Churn { times, .. }, 1) => Some(times),
        _ => None,
    }
}

fn operand_of(op: &Op, which: usize) -> Option<u64> {
    let mut copy = *op;
    operand_mut(&mut copy, which).copied()
}

fn set_operand(op: &mut Op, which: usize, value: u64) {
    if let Some(operand) = operand_mut(op, which) {
        *operand = value;
    }
}

fn slot_mut(op: &mut Op) -> Option<&mut Slot> {
    match op {
        Op::Malloc { slot, .. }
        | Op::Calloc { slot, .. }
        | Op::AlignedAlloc { slot, .. }
        | Op::PosixMemalign { slot, .. }
        | Op::Memalign { slot, .. }
        | Op::Realloc { slot, .. }
        | Op::Reallocarray { slot, .. }
        | Op::GrowZeroed { slot, .. }
        | Op::Free { slot }
        | Op::FreeSized { slot }
        | Op::FreeAlignedSized { slot }
        | Op::FreeWithin { slot, .. }
        | Op::UsableSize { slot }
        | Op::FillUsable { slot }
        | Op::Write { slot }
        | Op::Verify { slot }
        | Op::DoubleFree { slot }
        | Op::FreeInterior { slot, .. }
        | Op::CorruptFreed { slot, .. } => Some(slot),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
