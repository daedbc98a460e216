//! The shortest scripts in which threads can get into each other's way.
//!
//! Two threads allocate and free blocks of one size, or of a few, and do nothing else: each part of
//! an allocator that they share is under more pressure than in any random script, and what breaks
//! needs no shrinking.

use super::clear_up;
use crate::op::alloc::{Op, Script, Slot, Step, Thread};

/// Sizes for every part of an allocator: small and large classes, runs of pages, mappings.
const SIZES: [u64; 7] = [16, 64, 300, 1000, 5000, 20_000, 60_000];

/// Sizes of one thread and of the other: what locks its classes one by one meets itself only below
/// them, where pages are. Few blocks of such sizes fill a page, so that pages come and go.
const PAIRS: [(u64, u64); 5] =
    [(5000, 9000), (3000, 14_000), (1000, 2500), (25_000, 6000), (4000, 150_000)];

/// Rounds of a script.
const ROUNDS: u64 = 20;

/// Bytes and blocks that one thread allocates in a round, at most.
const BYTES: u64 = 16 << 20;
const BLOCKS: u64 = 4000;

/// Blocks that a thread holds at a time where all of them are watched.
const WATCHED: u16 = 12;

/// All of them: unseen blocks first, as fast as a thread can; then ones that the shadow watches.
pub fn rushes() -> impl Iterator<Item = Script> {
    let unseen = SIZES.into_iter().map(|size| script(ROUNDS, |_| vec![churn(size)]));
    let watched = SIZES.into_iter().map(|size| script(ROUNDS, |thread| blocks(thread, size)));
    let pairs = PAIRS.into_iter().map(|(one, other)| {
        script(2 * ROUNDS, |thread| vec![churn(if thread.0 == 0 { one } else { other })])
    });
    unseen.chain(pairs).chain(watched)
}

fn churn(size: u64) -> Op {
    Op::Churn { size, times: (BYTES / size).min(BLOCKS) }
}

fn blocks(thread: Thread, size: u64) -> Vec<Op> {
    let slots = (0..WATCHED).map(|i| Slot(u16::from(thread.0) * WATCHED + i));
    let mallocs = slots.clone().map(|slot| Op::Malloc { slot, size });
    mallocs.chain(slots.map(|slot| Op::Free { slot })).collect()
}

/// Rounds in which two threads do their parts together.
fn script(rounds: u64, part: impl Fn(Thread) -> Vec<Op>) -> Script {
    let other = Thread(1);
    let on = |thread| part(thread).into_iter().map(move |op| Step { thread, late: false, op });
    let mut steps = vec![
        Step::main(Op::StartThread { thread: other }),
        Step::main(Op::Repeat { times: rounds }),
        Step::main(Op::Together),
    ];
    steps.extend(on(Thread(0)).chain(on(other)));
    steps.extend([Op::End, Op::End, Op::Checkpoint].map(Step::main));
    let mut script = Script { steps };
    clear_up(&mut script);
    script
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::BATCH;

    #[test]
    fn each_is_short_fits_a_batch_and_has_two_threads_in_its_section() {
        for script in rushes() {
            assert!(script.steps.len() < 80.min(BATCH), "{script:?}");
            let at = |op| script.steps.iter().position(|step| step.op == op).expect("is there");
            let section = &script.steps[at(Op::Together)..at(Op::End)];
            assert!(section.iter().any(|step| step.thread == Thread(1)), "{script:?}");
        }
    }
}
