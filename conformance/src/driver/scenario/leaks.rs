//! Memory that is lost a little at a time.

use super::{Circumstances, Scenario, main_steps, rounds};
use crate::capability::Capability;
use crate::choice::Realloc0;
use crate::driver::Dice;
use crate::op::alloc::{Op, Script, Slot, Step};
use crate::spec::Judge;

/// The same random work over and over.
pub(super) const STEADY_STATE: Scenario = Scenario {
    name: "steady-state",
    asks: "Does a program that does the same over and over stop growing?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: steady_state,
};

/// Buffers that grow step by step and are then freed.
pub(super) const REALLOC_CHURN: Scenario = Scenario {
    name: "realloc-churn",
    asks: "Is the old block freed when a resize moves it?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: realloc_churn,
};

/// Blocks resized to nothing.
pub(super) const REALLOC_ZERO_CHURN: Scenario = Scenario {
    name: "realloc-zero-churn",
    asks: "Is a block that is resized to 0 bytes given back?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: realloc_zero_churn,
};

/// Allocate a lot, free all, and look at the totals.
pub(super) const FREE_ALL: Scenario = Scenario {
    name: "free-all",
    asks: "Is nothing in use when everything is freed?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: free_all,
};

/// Samples a series; the plateau is judged over their second half.
const ROUNDS: u64 = 64;

fn steady_state(c: &Circumstances) -> Vec<Script> {
    // What is lost by one kind of call shows in a few steps; what takes a mixture, in many.
    let churns = CHURNED.iter().map(|&size| churn(size));
    let calls = [24, 200, 3000, 50_000, 300_000].map(|size| each_call(c, size));
    churns.chain(calls).chain(mixtures(c)).collect()
}

/// Sizes of each order, and what is allocated and freed of each in a round, in bytes.
const CHURNED: [u64; 12] = [8, 24, 40, 64, 100, 250, 1000, 5000, 20_000, 50_000, 150_000, 700_000];
const CHURNED_BYTES: u64 = 1 << 20;

fn churn(size: u64) -> Script {
    let times = (CHURNED_BYTES / size).clamp(16, 20_000);
    Script { steps: rounds(ROUNDS, main_steps([Op::Churn { size, times }])) }
}

/// A block from each allocating call, resized and freed.
fn each_call(c: &Circumstances, size: u64) -> Script {
    let slot = |i| Slot(i);
    let offered = |capability, op| c.offers.has(capability).then_some(op);
    let blocks = [
        Some(Op::Malloc { slot: slot(0), size }),
        offered(Capability::Calloc, Op::Calloc { slot: slot(1), count: 1, size }),
        offered(Capability::AlignedAlloc, Op::AlignedAlloc { slot: slot(2), align: 64, size }),
        offered(Capability::PosixMemalign, Op::PosixMemalign { slot: slot(3), align: 256, size }),
        offered(Capability::Memalign, Op::Memalign { slot: slot(4), align: 4096, size }),
    ];
    let blocks: Vec<Op> = blocks.into_iter().flatten().collect();
    let resizes = |i| offered(Capability::Realloc, Op::Realloc { slot: slot(i), size: size * 2 });
    let frees = (0..5).map(|i| Op::Free { slot: slot(i) });
    let times = (40_000 / size).clamp(2, 300);
    let mut body = vec![Op::Repeat { times }];
    body.extend(blocks);
    body.extend((0..5).filter_map(resizes));
    body.extend(frees.chain([Op::End]));
    Script { steps: rounds(ROUNDS, main_steps(body)) }
}

fn mixtures(c: &Circumstances) -> Vec<Script> {
    let largest = [64, 600, 9_000, 40_000, 300_000];
    let work = |(salt, largest): (usize, &u64)| {
        let mut dice = c.dice(salt as u64);
        // Short rounds at large sizes: the bytes written are what takes the time.
        let length = if *largest > 20_000 { 60 } else { 2500 };
        let mut body = vec![Step::main(Op::Repeat { times: 4 })];
        body.extend(main_steps(random_work(c, &mut dice, length, *largest)));
        body.push(Step::main(Op::End));
        Script { steps: rounds(ROUNDS, body) }
    };
    largest.iter().enumerate().map(work).collect()
}

/// `length` ops of all kinds on blocks up to `largest` bytes, after which everything is free.
fn random_work(c: &Circumstances, dice: &mut Dice, length: usize, largest: u64) -> Vec<Op> {
    // So many small blocks that they fill spans, and not so many large ones.
    let held = ((4 << 20) / largest).clamp(40, 600);
    let mut full = vec![false; held as usize];
    let mut ops = Vec::with_capacity(length + held as usize);
    for _ in 0..length {
        let i = dice.below(held) as usize;
        let slot = Slot(i as u16);
        let size = 1 + dice.below(1 + dice.clone().below(largest));
        let op =
            if full[i] { use_of(c, dice, slot, size) } else { allocation(c, dice, slot, size) };
        full[i] = !matches!(op, Op::Free { .. });
        ops.push(op);
    }
    ops.extend((0..held as u16).map(|i| Op::Free { slot: Slot(i) }));
    ops
}

fn allocation(c: &Circumstances, dice: &mut Dice, slot: Slot, size: u64) -> Op {
    let align = 16 << dice.below(6);
    let (capability, op) = match dice.below(12) {
        0 | 1 => (Capability::Calloc, Op::Calloc { slot, count: 1, size }),
        2 => (Capability::AlignedAlloc, Op::AlignedAlloc { slot, align, size }),
        3 => (Capability::PosixMemalign, Op::PosixMemalign { slot, align, size }),
        4 => (Capability::Memalign, Op::Memalign { slot, align, size }),
        5 => (Capability::Realloc, Op::Realloc { slot, size }),
        _ => return Op::Malloc { slot, size },
    };
    if c.offers.has(capability) { op } else { Op::Malloc { slot, size } }
}

fn use_of(c: &Circumstances, dice: &mut Dice, slot: Slot, size: u64) -> Op {
    let huge = u64::MAX / 2 - dice.below(1 << 20);
    let (capability, op) = match dice.below(12) {
        0..3 => (Capability::Realloc, Op::Realloc { slot, size }),
        3 => (Capability::Reallocarray, Op::Reallocarray { slot, count: 2, size: size / 2 + 1 }),
        4 => (Capability::Oversize, Op::Realloc { slot, size: huge }),
        _ => return Op::Free { slot },
    };
    let can = c.offers.has(capability) && c.offers.has(Capability::Realloc);
    if can { op } else { Op::Free { slot } }
}

fn realloc_churn(c: &Circumstances) -> Vec<Script> {
    let mut dice = c.dice(100);
    let mut grow = |start: u64, end: u64, factor_percent: u64, repeats: u64| {
        let slot = Slot(0);
        let mut ops = vec![Op::Repeat { times: repeats }, Op::Malloc { slot, size: start }];
        let mut size = start;
        while size < end {
            // A neighbour in the way makes the next growth a move.
            ops.push(Op::Malloc { slot: Slot(1), size: 1 + dice.below(64) });
            size = size * factor_percent / 100 + 1;
            ops.push(Op::Realloc { slot, size });
            ops.push(Op::Free { slot: Slot(1) });
        }
        ops.extend([Op::Realloc { slot, size: start }, Op::Free { slot }, Op::End]);
        Script { steps: rounds(ROUNDS, main_steps(ops)) }
    };
    vec![grow(8, 4000, 130, 20), grow(2000, 100_000, 170, 8), grow(100_000, 700_000, 180, 1)]
}

fn realloc_zero_churn(c: &Circumstances) -> Vec<Script> {
    if c.choices.realloc0 == Realloc0::Unspecified {
        return vec![Script { steps: main_steps([Op::Checkpoint]) }];
    }
    let churn = |&(size, repeats): &(u64, u64)| {
        let slot = Slot(0);
        let body = [
            Op::Repeat { times: repeats },
            Op::Malloc { slot, size },
            Op::Realloc { slot, size: 0 },
            Op::Free { slot },
            Op::End,
        ];
        Script { steps: rounds(ROUNDS, main_steps(body)) }
    };
    [(40, 1000), (1000, 200), (20_000, 20), (300_000, 2)].iter().map(churn).collect()
}

fn free_all(c: &Circumstances) -> Vec<Script> {
    let work = |salt: u64, largest| {
        let mut dice = c.dice(200 + salt);
        let mut steps = main_steps(random_work(c, &mut dice, 3000, largest));
        steps.push(Step::main(Op::Checkpoint));
        Script { steps }
    };
    vec![work(0, 100), work(1, 2000), work(2, 60_000)]
}
