//! What a script costs to perform, before it is performed.

use crate::op::alloc::{Op, Script};

/// What a step costs by itself, in bytes written in the same time; what one of another thread and a
/// look at the footprint cost.
const STEP: u64 = 128;
const HAND_OVER: u64 = 1024;
const CHECKPOINT: u64 = 128 << 10;

/// What performing `script` takes, in bytes written in the same time, roughly.
pub(super) fn cost(script: &Script) -> u64 {
    let mut factors = vec![1u64];
    let mut sum = 0u64;
    for step in &script.steps {
        let factor = factors.last().copied().unwrap_or(1);
        let alone = match step.op {
            Op::Repeat { times } => {
                factors.push(factor.saturating_mul(times));
                continue;
            }
            Op::Together => {
                factors.push(factor);
                HAND_OVER
            }
            Op::End => {
                factors.pop();
                continue;
            }
            Op::Churn { times, .. } => times.saturating_mul(STEP / 8),
            Op::Checkpoint => CHECKPOINT,
            op => op.requested().filter(|bytes| *bytes < 1 << 32).unwrap_or(0),
        };
        let by_whom = if step.thread.0 == 0 { STEP } else { HAND_OVER };
        sum = sum.saturating_add(factor.saturating_mul(alone.saturating_add(by_whom)));
    }
    sum
}
