//! Where scripts come from: random, exhaustive, concurrent, scripted.
//!
//! A driver only makes scripts; who performs and judges them is `run`, and what becomes of a script
//! that breaks something is `hunt`.

pub mod draft;
pub mod exhaustive;
pub mod gc;
pub mod property;
pub mod resizes;
pub mod rush;
pub mod scenario;
pub mod source;
pub mod stress;

use crate::op::alloc::{Op, Script, Slot, Step, Thread};
use std::collections::BTreeSet;

/// A seeded stream of random numbers (xorshift64*, Vigna 2016): for scripts, not for secrets.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that fall the same way for the same `seed`.
    pub fn new(seed: u64) -> Dice {
        Dice(crate::target::memory::seed_of(seed) | 1)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        // The bias of a 64-bit number modulo a small one is far below what a script could show.
        (self.roll() >> 11) % n.max(1)
    }

    /// One of `all`.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// Appends to `script` what gives back all that it may have taken: ends its threads, verifies and
/// frees its slots. What does not apply is skipped when it is performed.
pub fn clear_up(script: &mut Script) {
    let mut slots = BTreeSet::new();
    let mut threads = BTreeSet::new();
    for step in &script.steps {
        slots.extend(step.op.slot());
        if let Op::StartThread { thread } = step.op {
            threads.insert(thread);
        }
    }
    let ends = threads.into_iter().map(|thread: Thread| Op::EndThread { thread });
    let frees = slots.into_iter().map(|slot: Slot| Op::Free { slot });
    script.steps.extend(ends.chain(frees).map(Step::main));
}
