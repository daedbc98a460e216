//! Shrinking scripts of allocators: places are slots, and large blocks take the most time.

mod operand;
mod story;

use super::{STEP, Shrinks};
use crate::op::alloc::{Op, Script, Slot};
use operand::operand_mut;

/// What a look at the footprint costs, in bytes written in the same time.
const CHECKPOINT: u64 = 128 << 10;

impl Shrinks for Op {
    fn place(&self) -> Option<u16> {
        self.slot().map(|slot| slot.0)
    }

    fn set_place(&mut self, place: u16) {
        if let Some(slot) = self.slot_mut() {
            *slot = Slot(place);
        }
    }

    fn number_mut(&mut self, which: usize) -> Option<&mut u64> {
        operand_mut(self, which)
    }

    fn cost(&self) -> u64 {
        match *self {
            Op::Churn { times, .. } => times.saturating_mul(STEP / 8),
            Op::Checkpoint => CHECKPOINT,
            op => op.requested().filter(|bytes| *bytes < 1 << 32).unwrap_or(0),
        }
    }

    fn stories(script: &Script, place: u16) -> Vec<Script> {
        story::stories(script, Slot(place))
    }

    fn modest(script: &Script) -> Script {
        without_large(script)
    }
}

/// The script with no block larger than 32 KiB.
fn without_large(script: &Script) -> Script {
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
