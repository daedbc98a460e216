//! What a script costs to perform, before it is performed.

use crate::op::alloc::{Op, Script};
use crate::op::performed::counted;

/// What a step costs by itself, in bytes written in the same time; what one of another thread and a
/// look at the footprint cost.
const STEP: u64 = 128;
const HAND_OVER: u64 = 1024;
const CHECKPOINT: u64 = 128 << 10;

/// What performing `script` takes, in bytes written in the same time, roughly.
pub(super) fn cost(script: &Script) -> u64 {
    counted(script.steps.iter()).fold(0, |sum: u64, (step, times)| {
        let alone = match step.op {
            Op::Repeat { .. } | Op::End => return sum,
            Op::Together => HAND_OVER,
            Op::Churn { times, .. } => times.saturating_mul(STEP / 8),
            Op::Checkpoint => CHECKPOINT,
            op => op.requested().filter(|bytes| *bytes < 1 << 32).unwrap_or(0),
        };
        let by_whom = if step.thread.0 == 0 { STEP } else { HAND_OVER };
        sum.saturating_add(times.saturating_mul(alone.saturating_add(by_whom)))
    })
}
