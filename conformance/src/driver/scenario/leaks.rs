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
    let largest = [64, 600, 9_000, 40_000, 300_000];
    let work = |(salt, largest): (usize, &u64)| {
        let mut dice = c.dice(salt as u64);
        // Short rounds at large sizes: the bytes written are what takes the time.
        let length = if *largest > 20_000 { 60 } else { 700 };
        let repeats = if *largest > 20_000 { 4 } else { 16 };
        let mut body = vec![Step::main(Op::Repeat { times: repeats })];
        body.extend(main_steps(random_work(c, &mut dice, length, *largest)));
        body.push(Step::main(Op::End));
        Script { steps: rounds(ROUNDS, body) }
    };
    largest.iter().enumerate().map(work).collect()
}

/// `length` ops of all kinds on blocks up to `largest` bytes, after which everything is free.
fn random_work(c: &Circumstances, dice: &mut Dice, length: usize, largest: u64) -> Vec<Op> {
    const HELD: u64 = 40;
    let mut full = [false; HELD as usize];
    let mut ops = Vec::with_capacity(length + HELD as usize);
    for _ in 0..length {
        let i = dice.below(HELD) as usize;
        let slot = Slot(i as u16);
        let size = 1 + dice.below(1 + dice.clone().below(largest));
        let op =
            if full[i] { use_of(c, dice, slot, size) } else { allocation(c, dice, slot, size) };
        full[i] = !matches!(op, Op::Free { .. });
        ops.push(op);
    }
    ops.extend((0..HELD as u16).map(|i| Op::Free { slot: Slot(i) }));
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
