//! Steps made simpler where they stand.

use super::sections::closing;
use super::{Hunt, Shrinks};
use crate::op::{Script, Section, Step, THREADS, Thread};
use std::collections::BTreeMap;

/// From so many equal operands on, none of them is made smaller alone.
const CROWD: usize = 8;

impl<O: Shrinks, B: FnMut(&Script<O>) -> bool> Hunt<O, B> {
    pub(super) fn simplify_repeats(&mut self) {
        for i in 0..self.best.steps.len() {
            while let Section::Repeat(times) = self.best.steps[i].op.section()
                && times > 1
            {
                let fewer = [1, times / 4, times / 2, times - times / 4, times - times / 16];
                let set = |times| {
                    move |steps: &mut Vec<Step<O>>| {
                        let fewer = O::of_section(Section::Repeat(times));
                        steps[i].op = fewer.unwrap_or(steps[i].op);
                    }
                };
                let better = fewer.into_iter().filter(|&n| n > 0 && n < times);
                if !better.into_iter().any(|n| self.offer(self.edited(set(n)))) {
                    break;
                }
            }
        }
    }

    /// Gives the steps of a thread to the main thread.
    pub(super) fn simplify_threads(&mut self) {
        for n in 1..THREADS as u8 {
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

    /// Makes sizes, counts and alignments smaller: those that are equal together first, then, where
    /// they are few, one operand at a time. A crowd stays alike, which is faster and reads better.
    pub(super) fn simplify_sizes(&mut self) {
        for operand in 0..2 {
            let mut groups: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
            for (i, step) in self.best.steps.iter().enumerate() {
                if let Some(value) = number_of(step.op, operand) {
                    groups.entry(value).or_default().push(i);
                }
            }
            for group in groups.into_values() {
                self.simplify_size(&group, operand);
                if (2..CROWD).contains(&group.len()) {
                    for &i in &group {
                        self.simplify_size(&[i], operand);
                    }
                }
            }
        }
    }

    /// Gives the operand of all `steps`, which is the same in all of them, a smaller value.
    fn simplify_size(&mut self, steps: &[usize], operand: usize) {
        while let Some(value) = number_of(self.best.steps[steps[0]].op, operand)
            && self.runs > 0
            && smaller(value).into_iter().any(|less| {
                self.offer(self.edited(|all| {
                    for &i in steps {
                        if let Some(number) = all[i].op.number_mut(operand) {
                            *number = less;
                        }
                    }
                }))
            })
        {}
    }

    /// Takes the markers of a section away and leaves its body.
    pub(super) fn unwrap_sections(&mut self) {
        let mut i = 0;
        while i < self.best.steps.len() {
            if self.best.steps[i].opens()
                && let Some(end) = closing(&self.best.steps, i)
            {
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
}

fn number_of<O: Shrinks>(mut op: O, which: usize) -> Option<u64> {
    op.number_mut(which).copied()
}

/// Smaller numbers to try, the smallest first; the last steps down by one.
fn smaller(value: u64) -> Vec<u64> {
    let fixed = [1, 8, 16, 24, 64, 4096];
    let halves = [value / 2, value - value / 4, value.saturating_sub(8), value.saturating_sub(1)];
    fixed.into_iter().chain(halves).filter(|&less| less < value && less > 0).collect()
}
