//! Shrinking scripts of collectors. Objects have no names, so nothing happens at one place alone.

use super::Shrinks;
use crate::op::gc::{Op, Script};

/// Objects of so many words are as good as larger ones for most faults.
const WORDS: u64 = 4096;

/// And lists of so many objects.
const CHAIN: u64 = 1000;

impl Shrinks for Op {
    fn place(&self) -> Option<u16> {
        None
    }

    fn set_place(&mut self, _: u16) {}

    // Of `capacity` nothing is made smaller: the table has rows for what is asked, and no others.
    fn number_mut(&mut self, which: usize) -> Option<&mut u64> {
        match (self, which) {
            (Op::New { words, .. }, 0) => Some(words),
            (
                Op::Chain { count, .. }
                | Op::Walk { count, .. }
                | Op::Copy { count, .. }
                | Op::Wipe { count, .. }
                | Op::Storm { count, .. },
                0,
            ) => Some(count),
            (Op::Step { units }, 0) => Some(units),
            (Op::Grow { size } | Op::Limit { size }, 0) => Some(size),
            (Op::Storm { times, .. }, 1) => Some(times),
            (
                Op::Load { slot, .. }
                | Op::Store { slot, .. }
                | Op::Clear { slot, .. }
                | Op::Swap { slot, .. }
                | Op::Cas { slot, .. },
                1,
            ) => Some(slot),
            _ => None,
        }
    }

    fn cost(&self) -> u64 {
        match *self {
            Op::New { words, .. } => words.saturating_mul(8),
            Op::Chain { count, .. } | Op::Walk { count, .. } => count.saturating_mul(64),
            Op::Storm { count, times, .. } => count.saturating_mul(times).saturating_mul(128),
            Op::Collect | Op::Finish | Op::Poll => 64 << 10,
            _ => 64,
        }
    }

    fn stories(_: &Script, _: u16) -> Vec<Script> {
        Vec::new()
    }

    fn modest(script: &Script) -> Script {
        let mut script = script.clone();
        for step in &mut script.steps {
            match &mut step.op {
                Op::New { words, .. } => *words = (*words).min(WORDS),
                Op::Chain { count, .. } | Op::Walk { count, .. } => *count = (*count).min(CHAIN),
                _ => {}
            }
        }
        script
    }
}
