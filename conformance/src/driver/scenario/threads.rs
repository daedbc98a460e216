//! Threads that come and go, and blocks that are handed from one to another.

use super::{Circumstances, Scenario, main_steps, rounds};
use crate::op::alloc::{Op, Script, Slot, Step, Thread};
use crate::spec::Judge;

const T1: Thread = Thread(1);
const T2: Thread = Thread(2);

/// Threads that allocate, free and end, over and over.
pub(super) const THREAD_CHURN: Scenario = Scenario {
    name: "thread-churn",
    asks: "Is memory that a thread kept usable by others after the thread has ended?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: thread_churn,
};

/// One thread allocates and another frees, both staying alive, one at a time.
pub(super) const REMOTE_CHURN: Scenario = Scenario {
    name: "remote-churn",
    asks: "Does a block that another thread frees come back to use, once?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: remote_churn,
};

/// One thread allocates while another frees.
pub(super) const PRODUCER_CONSUMER: Scenario = Scenario {
    name: "producer-consumer",
    asks: "Does the footprint of a pipeline of threads stay bounded?",
    judge: Judge::Stress,
    fresh: 1,
    scripts: producer_consumer,
};

/// Calls from thread-local destructors.
pub(super) const LATE_TLS: Scenario = Scenario {
    name: "late-tls",
    asks: "Do calls work when the allocator has already put the thread's state away?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: late_tls,
};

/// Calls from thread-local destructors while other threads make their first.
pub(super) const LATE_RUSH: Scenario = Scenario {
    name: "late-rush",
    asks: "Is what a thread puts away at its end out of its own reach, when others take it up?",
    judge: Judge::Stress,
    fresh: 1,
    scripts: late_rush,
};

/// The first calls of a process, from several threads.
pub(super) const FIRST_CALLS: Scenario = Scenario {
    name: "first-calls",
    asks: "Do first calls that several threads make at the same time see a heap that is whole?",
    judge: Judge::Stress,
    fresh: 60,
    scripts: first_calls,
};

/// Sizes with how many blocks of each make a round.
const SIZES: [(u64, u16); 5] = [(24, 300), (200, 150), (1500, 60), (9000, 20), (150_000, 3)];

const ROUNDS: u64 = 96;

fn on(thread: Thread, ops: impl IntoIterator<Item = Op>) -> Vec<Step> {
    ops.into_iter().map(|op| Step::on(thread, op)).collect()
}

fn mallocs(count: u16, size: u64) -> impl Iterator<Item = Op> {
    (0..count).map(move |i| Op::Malloc { slot: Slot(i), size })
}

fn frees(count: u16) -> impl Iterator<Item = Op> {
    (0..count).map(|i| Op::Free { slot: Slot(i) })
}

fn thread_churn(_: &Circumstances) -> Vec<Script> {
    // The thread frees what it allocated; or it leaves that to the main thread; or it frees what
    // the main thread allocated.
    let churn = |&(size, count): &(u64, u16)| {
        [(T1, T1), (T1, Thread(0)), (Thread(0), T1)].map(|(allocates, frees_them)| {
            let mut body = main_steps([Op::StartThread { thread: T1 }]);
            body.extend(on(allocates, mallocs(count, size)));
            if frees_them.0 == 0 {
                body.push(Step::main(Op::EndThread { thread: T1 }));
                body.extend(on(frees_them, frees(count)));
            } else {
                body.extend(on(frees_them, frees(count)));
                body.push(Step::main(Op::EndThread { thread: T1 }));
            }
            Script { steps: rounds(ROUNDS, body) }
        })
    };
    SIZES.iter().flat_map(churn).collect()
}

fn remote_churn(_: &Circumstances) -> Vec<Script> {
    let churn = |&(size, count): &(u64, u16)| {
        // Every step of another thread is handed over to it, which takes its time.
        let few = count <= 60;
        let pairs = [(Thread(0), T1), (T1, Thread(0)), (T1, T2)];
        let pairs = pairs.into_iter().filter(move |pair| few || pair.0.0 == 0 || pair.1.0 == 0);
        pairs.map(move |(allocates, frees_them)| {
            let mut steps =
                main_steps([Op::StartThread { thread: T1 }, Op::StartThread { thread: T2 }]);
            let mut body = on(allocates, mallocs(count, size));
            body.extend(on(frees_them, frees(count)));
            steps.extend(rounds(ROUNDS, body));
            steps.extend(main_steps([
                Op::EndThread { thread: T1 },
                Op::EndThread { thread: T2 },
                Op::Checkpoint,
            ]));
            Script { steps }
        })
    };
    SIZES.iter().flat_map(churn).chain([trickle(4000)]).collect()
}

/// A few blocks at a time: what is freed comes back before what it came from is used up, and is
/// taken back as a batch later.
fn trickle(size: u64) -> Script {
    const BLOCKS: u16 = 20;
    let mut steps = main_steps([Op::StartThread { thread: T1 }]);
    let mut body = main_steps([Op::Repeat { times: 40 }]);
    body.extend(on(Thread(0), mallocs(BLOCKS, size)));
    body.extend(on(T1, frees(BLOCKS)));
    body.push(Step::main(Op::End));
    steps.extend(rounds(24, body));
    steps.extend(main_steps([Op::EndThread { thread: T1 }, Op::Checkpoint]));
    Script { steps }
}

fn producer_consumer(_: &Circumstances) -> Vec<Script> {
    let pipe = |&(size, count): &(u64, u16)| {
        let mut steps = main_steps([Op::StartThread { thread: T1 }]);
        let mut body = vec![Step::main(Op::Together)];
        body.extend(on(Thread(0), mallocs(count, size)));
        body.extend(on(T1, frees(count)));
        body.push(Step::main(Op::End));
        // What the consumer came too early for.
        body.extend(on(T1, frees(count)));
        steps.extend(rounds(ROUNDS, body));
        steps.push(Step::main(Op::EndThread { thread: T1 }));
        Script { steps }
    };
    SIZES.iter().map(pipe).collect()
}

fn late_tls(_: &Circumstances) -> Vec<Script> {
    let late = |op| Step { thread: T1, late: true, op };
    let churn = |&(size, _): &(u64, u16)| {
        let blocks = if size > 100_000 { 2 } else { 8 };
        let first = Slot(100);
        let mut body = main_steps([Op::StartThread { thread: T1 }]);
        body.extend(on(T1, mallocs(blocks, size)));
        // Free what the thread allocated in its life, allocate, use and free some more, and leave
        // one behind for the main thread.
        body.extend(frees(blocks).map(late));
        body.extend(mallocs(blocks, size).map(late));
        body.extend((0..blocks).map(|i| late(Op::Verify { slot: Slot(i) })));
        body.extend(frees(blocks).map(late));
        body.push(late(Op::Malloc { slot: first, size }));
        body.push(Step::main(Op::EndThread { thread: T1 }));
        body.push(Step::main(Op::Malloc { slot: Slot(101), size }));
        body.extend(main_steps([Op::Free { slot: first }, Op::Free { slot: Slot(101) }]));
        Script { steps: rounds(200, body) }
    };
    SIZES.iter().map(churn).collect()
}

fn late_rush(_: &Circumstances) -> Vec<Script> {
    const LATE: u16 = 24;
    const WRITTEN: Slot = Slot(0);
    let late = |op| Step { thread: T1, late: true, op };
    // The thread that begins must not begin before the other is on its way out: it passes the time
    // by writing into a block that it was given, for longer and longer.
    let rush = |(writes, size): (usize, u64)| {
        let mut body = main_steps([
            Op::StartThread { thread: T1 },
            Op::StartThread { thread: T2 },
            Op::Malloc { slot: WRITTEN, size: 16 << 10 },
        ]);
        body.extend(on(T1, (1..=LATE).map(|i| Op::Malloc { slot: Slot(i), size })));
        body.push(Step::main(Op::Together));
        for i in 1..=LATE {
            body.push(late(Op::Free { slot: Slot(i) }));
            body.push(late(Op::Malloc { slot: Slot(100 + i), size }));
        }
        body.push(Step::main(Op::EndThread { thread: T1 }));
        body.extend(on(T2, std::iter::repeat_n(Op::Write { slot: WRITTEN }, writes)));
        body.extend(on(T2, (1..=2 * LATE).map(|i| Op::Malloc { slot: Slot(200 + i), size })));
        body.push(Step::main(Op::End));
        let left = (1..=LATE).map(|i| 100 + i).chain((1..=2 * LATE).map(|i| 200 + i)).chain([0]);
        body.extend(main_steps(left.map(|i| Op::Free { slot: Slot(i) })));
        body.push(Step::main(Op::EndThread { thread: T2 }));
        Script { steps: rounds(24, body) }
    };
    let delays = [2, 6, 18, 54].into_iter();
    delays.flat_map(|writes| [24, 1500].map(|size| (writes, size))).map(rush).collect()
}

fn first_calls(c: &Circumstances) -> Vec<Script> {
    let rush = |&size: &u64| {
        let threads = [Thread(0), T1, T2, Thread(3)];
        let starts = threads[1..].iter().map(|&thread| Op::StartThread { thread });
        let mut steps = main_steps(starts);
        steps.push(Step::main(Op::Together));
        let mut dice = c.dice(size);
        for (n, thread) in threads.into_iter().enumerate() {
            for i in 0..12u16 {
                let slot = Slot(n as u16 * 16 + i);
                let size = if dice.one_in(3) { 1 + dice.below(2000) } else { size };
                steps.push(Step::on(thread, Op::Malloc { slot, size }));
                if i % 3 == 2 {
                    steps.push(Step::on(thread, Op::Free { slot }));
                }
            }
        }
        steps.extend(main_steps([Op::End, Op::Checkpoint]));
        Script { steps }
    };
    [24, 500, 5000].iter().map(rush).collect()
}
