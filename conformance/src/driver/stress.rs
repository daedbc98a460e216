//! Scripts for real threads at the same time.
//!
//! Every thread works on slots of its own, on slots that it shares with one other, and on slots
//! that all share; a block is handed over by leaving it in a shared slot. Between sections all is
//! quiet, and every live block is verified.

use super::{Dice, clear_up};
use crate::capability::{Capabilities, Capability};
use crate::op::alloc::{Op, Script, Slot, Step, Thread};
use crate::target::BATCH;

/// Slots that all threads share.
const SHARED: u64 = 24;
/// Slots of each thread alone.
const OWN: u64 = 24;

/// Bytes that a churn of a section allocates and frees.
const CHURNED_BYTES: u64 = 256 << 10;

/// Makes concurrent scripts.
#[derive(Clone, Debug)]
pub struct Stress {
    dice: Dice,
    offers: Capabilities,
    /// Sections of each script.
    sections: usize,
}

impl Stress {
    /// Scripts drawn from `seed` for a target with `offers`.
    pub fn new(offers: Capabilities, seed: u64) -> Stress {
        Stress { dice: Dice::new(seed), offers, sections: 6 }
    }

    /// The next script.
    pub fn script(&mut self) -> Script {
        let threads = self.dice.pick(&[2, 2, 3, 4]);
        let mut script = Script::default();
        let mut running = [false; 8];
        // Few sizes at a time: races are between blocks of one class.
        let sizes: Vec<u64> = (0..3).map(|_| self.size()).collect();
        for _ in 0..self.sections {
            for (n, runs) in running.iter_mut().enumerate().take(threads).skip(1) {
                if !*runs {
                    *runs = true;
                    let thread = Thread(n as u8);
                    script.steps.push(Step::main(Op::StartThread { thread }));
                }
            }
            self.section(&mut script, threads, &sizes, &mut running);
            script.steps.push(Step::main(Op::Checkpoint));
        }
        clear_up(&mut script);
        script
    }

    fn size(&mut self) -> u64 {
        let small = [8, 16, 24, 32, 48, 64, 100, 128, 256, 500, 1000, 2000];
        match self.dice.below(20) {
            0 => 5000 + self.dice.below(30_000),
            1 => 100_000 + self.dice.below(400_000),
            _ => self.dice.pick(&small),
        }
    }

    /// One section; sometimes a thread ends in it.
    fn section(
        &mut self,
        script: &mut Script,
        threads: usize,
        sizes: &[u64],
        running: &mut [bool; 8],
    ) {
        let each = ((BATCH - 16) / threads).min(150 + self.dice.below(350) as usize);
        // Pipelines and free-for-alls find different races.
        let pipeline = self.dice.one_in(3);
        script.steps.push(Step::main(Op::Together));
        for n in 0..threads {
            let thread = Thread(n as u8);
            // Odd threads begin with it, even ones end with it: it runs beside measured steps.
            let churn = self.churns(sizes).map(|op| Step::on(thread, op));
            script.steps.extend(churn.filter(|_| !n.is_multiple_of(2)));
            for _ in 0..each {
                let op = if pipeline { self.pipe(n, sizes) } else { self.any(n as u64, sizes) };
                script.steps.push(Step::on(thread, op));
            }
            script.steps.extend(churn.filter(|_| n.is_multiple_of(2)));
        }
        if threads > 1 && self.dice.one_in(3) {
            let n = 1 + self.dice.below(threads as u64 - 1) as usize;
            running[n] = false;
            script.steps.push(Step::main(Op::EndThread { thread: Thread(n as u8) }));
        }
        script.steps.push(Step::main(Op::End));
    }

    /// In some sections, a lot of blocks that come and go unseen: threads meet inside the allocator
    /// far more often than between steps that are measured.
    fn churns(&mut self, sizes: &[u64]) -> Option<Op> {
        let size = self.dice.pick(sizes);
        let times = (CHURNED_BYTES / size).clamp(50, 3000);
        self.dice.one_in(2).then_some(Op::Churn { size, times })
    }

    /// Even threads allocate into shared slots, odd ones free from them.
    fn pipe(&mut self, thread: usize, sizes: &[u64]) -> Op {
        let slot = Slot(self.dice.below(SHARED) as u16);
        let size = self.dice.pick(sizes);
        if thread.is_multiple_of(2) { Op::Malloc { slot, size } } else { Op::Free { slot } }
    }

    fn any(&mut self, thread: u64, sizes: &[u64]) -> Op {
        let slot = match self.dice.below(3) {
            0 => self.dice.below(SHARED),
            _ => SHARED + thread * OWN + self.dice.below(OWN),
        };
        let slot = Slot(slot as u16);
        let size = self.dice.pick(sizes);
        let kind = self.dice.below(16);
        let wants = |capability, op| self.offers.has(capability).then_some(op);
        let op = match kind {
            0..5 => None,
            5..11 => Some(Op::Free { slot }),
            11 => wants(Capability::Realloc, Op::Realloc { slot, size }),
            12 => wants(Capability::Calloc, Op::Calloc { slot, count: 1, size }),
            13 => wants(Capability::AlignedAlloc, Op::AlignedAlloc { slot, align: 64, size }),
            14 => Some(Op::Verify { slot }),
            _ => Some(Op::Write { slot }),
        };
        op.unwrap_or(Op::Malloc { slot, size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_have_sections_that_fit_a_batch_and_several_threads() {
        let mut stress = Stress::new(Capabilities::of(&[Capability::Threads]), 7);
        for _ in 0..20 {
            let script = stress.script();
            let (mut open, mut length, mut threads) = (false, 0, [false; 8]);
            for step in &script.steps {
                match step.op {
                    Op::Together => (open, length) = (true, 0),
                    Op::End => open = false,
                    _ => {}
                }
                length += 1;
                assert!(!open || length < BATCH);
                threads[usize::from(step.thread.0)] |= open;
            }
            assert!(threads[1], "a second thread works in a section");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_scripts() {
        let offers = Capabilities::of(&[Capability::Threads, Capability::Realloc]);
        let script = |seed| Stress::new(offers, seed).script();
        assert_eq!(script(3), script(3));
        assert_ne!(script(3), script(4));
    }
}
