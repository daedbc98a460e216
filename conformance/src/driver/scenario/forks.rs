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
const FORKS: usize = 16;

/// Work of each thread beside all forks: it lasts about as long as they do.
const CHURNED_BYTES: u64 = 256 << 20;

fn fork_busy(_: &Circumstances) -> Vec<Script> {
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
        steps.push(Step::main(Op::Together));
        steps.extend(main_steps([Op::Fork { blocks: 30 }; FORKS]));
        // As fast as they can: the more time they spend in the allocator, the more likely a fork
        // finds them there.
        let times = (CHURNED_BYTES / size).clamp(10_000, 600_000);
        steps.extend(threads.map(|thread| Step::on(thread, Op::Churn { size, times })));
        steps.push(Step::main(Op::End));
        Script { steps }
    };
    std::iter::once(quiet).chain([32, 700, 20_000, 70_000, 300_000].iter().map(busy)).collect()
}
