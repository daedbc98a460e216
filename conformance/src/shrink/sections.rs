//! Scripts whose sections stay whole while steps go.

use crate::op::{Action, Section, Step};
use std::ops::Range;

/// Deletes the steps in `range`, but not one marker of a section without the other: a checkpoint
/// that slips into a repeat is taken thousands of times.
pub(super) fn delete<O: Action>(steps: &mut Vec<Step<O>>, range: Range<usize>) {
    let (mut open, mut kept) = (Vec::new(), Vec::new());
    for step in &steps[range.clone()] {
        match step.op.section() {
            Section::Together | Section::Repeat(_) => open.push(*step),
            Section::End if open.pop().is_none() => kept.push(*step),
            Section::End | Section::Inner => {}
        }
    }
    kept.extend(open);
    steps.splice(range, kept);
}

/// The index of the `end` that closes the section begun at `begin`.
pub(super) fn closing<O: Action>(steps: &[Step<O>], begin: usize) -> Option<usize> {
    let mut depth = 0;
    for (i, step) in steps.iter().enumerate().skip(begin) {
        match step.op.section() {
            Section::Together | Section::Repeat(_) => depth += 1,
            Section::End => depth -= 1,
            Section::Inner => {}
        }
        if depth == 0 {
            return Some(i);
        }
    }
    None
}

/// The outermost repeats `factor` times as often: one block a round is lost more slowly than
/// hundreds.
pub(super) fn more_rounds<O: Action>(steps: &[Step<O>], factor: u64) -> Vec<Step<O>> {
    let mut steps = steps.to_vec();
    let mut depth = 0u32;
    for step in &mut steps {
        match step.op.section() {
            Section::Repeat(times) => {
                let more = Section::Repeat(times.saturating_mul(factor));
                if depth == 0
                    && let Some(op) = O::of_section(more)
                {
                    step.op = op;
                }
                depth += 1;
            }
            Section::Together => depth += 1,
            Section::End => depth = depth.saturating_sub(1),
            Section::Inner => {}
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::alloc::{Op, Slot, Step};

    fn malloc(slot: u16, size: u64) -> Step {
        Step::main(Op::Malloc { slot: Slot(slot), size })
    }

    #[test]
    fn a_section_never_loses_one_of_its_ends() {
        let steps = vec![
            Step::main(Op::Repeat { times: 2 }),
            malloc(1, 8),
            Step::main(Op::Together),
            malloc(2, 8),
            Step::main(Op::End),
            Step::main(Op::Checkpoint),
            Step::main(Op::End),
        ];
        for start in 0..steps.len() {
            for end in start..=steps.len() {
                let mut left = steps.clone();
                delete(&mut left, start..end);
                let mut depth = 0i32;
                for step in &left {
                    match step.op {
                        Op::Together | Op::Repeat { .. } => depth += 1,
                        Op::End => depth -= 1,
                        _ => {}
                    }
                    assert!(depth >= 0, "{start}..{end}: {left:?}");
                }
                assert_eq!(depth, 0, "{start}..{end}: {left:?}");
            }
        }
    }
}
