//! Scripts of several threads from any bytes: a record of 4 bytes is a step, or ends a section.

use crate::scripts::Scripts;
use conformance::capability::{Capabilities, Capability};
use conformance::choice::Choices;
use conformance::op::alloc::{Op, Script, Slot, Step, Thread};
use conformance::spec::Judge;

/// The same two heaps.
pub const ALLOC_THREADS: Scripts =
    Scripts { heaps: &["small", "reference-alloc"], judge: Judge::Stress, tries: 200, script };

/// Threads that take part, and slots that all of them share: a block is freed by whoever comes first.
const THREADS: u8 = 4;
const SLOTS: u8 = 32;

/// Steps in a section and sections in a script, at most: a section must fit into a batch.
const STEPS: usize = 256;
const SECTIONS: usize = 8;

/// Small classes, one of few blocks to a span, a run of pages: few, so that threads meet.
const SIZES: [u64; 8] = [16, 48, 64, 256, 1000, 4096, 16_000, 60_000];

/// Performs `data` as a script of several threads on heaps that are right.
///
/// # Panics
/// If a law breaks; the message ends with the script as a trace.
pub fn alloc_threads(data: &[u8]) {
    ALLOC_THREADS.run(data);
}

/// Sections that run together, each on all threads, and a look at every block after each.
fn script(data: &[u8], offers: Capabilities, _choices: Choices) -> Script {
    let (records, _) = data.as_chunks::<4>();
    let sections = records.split(|[what, ..]| what % 16 == 15).flat_map(|s| s.chunks(STEPS));
    let mut script = Script::default();
    for section in sections.take(SECTIONS) {
        let starts = (1..THREADS).map(|n| Op::StartThread { thread: Thread(n) });
        script.steps.extend(starts.chain([Op::Together]).map(Step::main));
        script.steps.extend(section.iter().map(|record| step(*record, offers)));
        script.steps.extend([Op::End, Op::Checkpoint].map(Step::main));
    }
    script
}

/// What, by whom, to which slot, how large. A late step is skipped unless its thread ends.
fn step([what, who, slot, size]: [u8; 4], offers: Capabilities) -> Step {
    let (thread, times) = (Thread(who % THREADS), 1 + u64::from(slot % SLOTS));
    let (at, size) = (Slot(u16::from(slot % SLOTS)), SIZES[usize::from(size) % SIZES.len()]);
    let offered = |capability, op| if offers.has(capability) { op } else { Op::Free { slot: at } };
    let op = match what % 16 {
        0..5 => Op::Malloc { slot: at, size },
        9 => offered(Capability::Calloc, Op::Calloc { slot: at, count: 1, size }),
        10 => offered(Capability::Realloc, Op::Realloc { slot: at, size }),
        11 => offered(Capability::AlignedAlloc, Op::AlignedAlloc { slot: at, align: 64, size }),
        12 => Op::Write { slot: at },
        13 => Op::Churn { size, times },
        14 => return Step::main(Op::EndThread { thread }),
        _ => Op::Free { slot: at },
    };
    Step { thread, late: who & 0x80 != 0, op }
}
