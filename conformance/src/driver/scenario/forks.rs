//! Forks in the middle of work.

use super::{Circumstances, Scenario, main_steps};
use crate::op::alloc::{Op, Script, Slot, Step, Thread};
use crate::spec::Judge;

/// The main thread forks while others allocate and free.
pub(super) const FORK_BUSY: Scenario = Scenario {
    name: "fork-busy",
    asks: "Can a child allocate, whatever the parent's other threads were doing at the fork?",
    judge: Judge::Stress,
    fresh: 1,
    scripts: fork_busy,
};

/// Forks in a section.
const FORKS: usize = 8;

fn fork_busy(c: &Circumstances) -> Vec<Script> {
    let quiet = {
        let allocate =
            (0..20u16).map(|i| Op::Malloc { slot: Slot(i), size: 30 + u64::from(i) * 90 });
        let mut steps = main_steps([Op::Fork { blocks: 200 }]);
        steps.extend(main_steps(allocate));
        steps.extend(main_steps([Op::Fork { blocks: 200 }, Op::Checkpoint]));
        Script { steps }
    };
    let busy = |&size: &u64| {
        let threads = [Thread(1), Thread(2)];
        let mut steps = main_steps(threads.map(|thread| Op::StartThread { thread }));
        steps.push(Step::main(Op::Repeat { times: 6 }));
        steps.push(Step::main(Op::Together));
        steps.extend(main_steps([Op::Fork { blocks: 100 }; FORKS]));
        let mut dice = c.dice(size);
        for (n, thread) in threads.into_iter().enumerate() {
            for _ in 0..900 {
                let slot = Slot((n * 8) as u16 + dice.below(8) as u16);
                let op = if dice.one_in(2) { Op::Malloc { slot, size } } else { Op::Free { slot } };
                steps.push(Step::on(thread, op));
            }
        }
        steps.extend(main_steps([Op::End, Op::End]));
        Script { steps }
    };
    std::iter::once(quiet).chain([32, 700, 20_000, 200_000].iter().map(busy)).collect()
}
