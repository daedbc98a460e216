//! Below the objects: page runs and page caches, growth, stacks.

use super::{Circumstances, Scenario, main_steps};
use crate::driver::Dice;
use crate::op::alloc::{Op, Scan, Script, Slot};
use crate::spec::Judge;
use std::collections::{HashMap, VecDeque};

/// Runs taken and given back, directly and through page caches.
pub(super) const PAGE_RUNS: Scenario = Scenario {
    name: "page-runs",
    asks: "Does the page allocator give the lowest run that fits, and keep its books?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: page_runs,
};

/// Small worlds of runs, packed by the worst program there is.
pub(super) const PACKING: Scenario = Scenario {
    name: "packing",
    asks: "How far do 8 pages spread, in blocks of at most 4?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: packing,
};

/// The heap grows, also where somebody else is in its way.
pub(super) const GROWTH: Scenario = Scenario {
    name: "growth",
    asks: "Does the heap grow around what others have mapped, and lose nothing?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: growth,
};

/// Stacks of all sizes.
pub(super) const STACKS: Scenario = Scenario {
    name: "stacks",
    asks: "Are stacks aligned, pooled, cached and given back as they must be?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: stacks,
};

pub(super) fn script(ops: impl IntoIterator<Item = Op>) -> Script {
    Script { steps: main_steps(ops) }
}

/// All that is dead becomes free: a heap with a collector learns only now that it is.
pub(super) fn reclaimed() -> [Op; 2] {
    [Op::StartCycle, Op::Sweep { spans: 10_000 }]
}

/// Maps `size` bytes at least, and holds nothing of them.
fn grown(size: u64) -> [Op; 5] {
    let [cycle, sweep] = reclaimed();
    [object(900, size), free(900), cycle, sweep, Op::Flush]
}

pub(super) fn object(i: u16, size: u64) -> Op {
    Op::New { slot: Slot(i), size, scan: Scan::Noscan }
}

pub(super) fn free(i: u16) -> Op {
    Op::Free { slot: Slot(i) }
}

fn run(i: u16, pages: u64) -> Op {
    Op::TakeRun { slot: Slot(i), pages }
}

fn page_runs(c: &Circumstances) -> Vec<Script> {
    let random = |salt: u64, largest: u64, cached: u64, length: usize| {
        let mut dice = c.dice(salt);
        let mut full = [false; 40];
        let mut ops: Vec<Op> = grown(200_000).into();
        for _ in 0..length {
            let i = dice.below(40) as usize;
            let slot = Slot(i as u16);
            match dice.below(100) {
                0..6 => ops.push(Op::Survey),
                6..8 => ops.push(Op::Flush),
                8..10 => ops.push(run(800, 1 << 22)),
                10..12 => ops.push(Op::Scavenge { size: 1 << 16 }),
                _ if full[i] => {
                    ops.push(Op::Free { slot });
                    full[i] = false;
                }
                roll => {
                    let pages = 1 + dice.below(1 + dice.clone().below(largest));
                    let via_cache = roll % 10 < cached;
                    ops.push(if via_cache {
                        Op::TakeCached { slot, pages: pages.min(15) }
                    } else {
                        Op::TakeRun { slot, pages }
                    });
                    full[i] = true;
                }
            }
        }
        ops.push(Op::Survey);
        ops.extend((0..40).map(free));
        ops.extend([Op::Flush, Op::Survey]);
        script(ops)
    };
    // Two chunks and more, runs across their border, and summaries with long inner runs.
    let mut wide: Vec<Op> = grown(9 << 20).into();
    wide.push(Op::Survey);
    for (i, pages) in [500, 30, 200, 400, 60, 100].into_iter().enumerate() {
        wide.extend([run(i as u16, pages), Op::Survey]);
    }
    wide.extend([free(1), free(3), Op::Survey, run(6, 31), run(7, 30), run(8, 1), Op::Survey]);
    wide.extend([free(0), free(2), free(4), Op::Survey, run(9, 450), run(10, 100), Op::Survey]);
    wide.extend((0..11).map(free).chain([Op::Flush, Op::Survey]));
    // Everything taken, a request that nothing can meet, then a hole.
    let mut exhausted: Vec<Op> = grown(200_000).into();
    exhausted.extend([run(0, 300), run(1, 100), run(2, 512), run(3, 5), free(1), run(4, 2)]);
    exhausted.extend([run(5, 600), run(6, 1), Op::Survey, free(0), run(7, 3), Op::Survey]);
    vec![
        random(10, 8, 0, 250),
        random(11, 60, 0, 250),
        random(12, 8, 6, 250),
        script(wide),
        script(exhausted),
    ]
}

/// Pages of a world, most in use at a time, longest block.
const LIVE: usize = 8;
const LONGEST: usize = 4;

/// Where a policy puts `n` pages in a world whose pages in use are `taken`.
type Policy = fn(u64, usize) -> usize;

fn fits(taken: u64, at: usize, n: usize) -> bool {
    taken >> at & ((1 << n) - 1) == 0
}

fn first_fit(taken: u64, n: usize) -> usize {
    (0..60).find(|&at| fits(taken, at, n)).unwrap_or(60)
}

/// The smallest hole that fits, the lowest of these; past the end only where there is none.
fn best_fit(taken: u64, n: usize) -> usize {
    let end = 64 - taken.leading_zeros() as usize;
    let starts =
        (0..end).filter(|&at| taken >> at & 1 == 0 && (at == 0 || taken >> (at - 1) & 1 == 1));
    let holes = starts.map(|at| ((taken >> at).trailing_zeros() as usize, at));
    holes.filter(|&(length, _)| length >= n).min().map_or(end, |(_, at)| at)
}

/// The blocks in use, as starts and lengths: a state of a world.
type World = Vec<(u8, u8)>;

/// A block made, by its length, or freed, by its start.
type Move = Result<usize, u8>;

/// The shortest program that spreads `policy` over as many pages as it can be spread within
/// `states` states: blocks made (length) and freed (start).
fn spread(policy: Policy, states: usize) -> Vec<Move> {
    let taken =
        |world: &World| world.iter().fold(0u64, |bits, &(at, n)| bits | ((1 << n) - 1) << at);
    let reach = |world: &World| world.iter().map(|&(at, n)| at + n).max().unwrap_or(0);
    let mut from: HashMap<World, Option<(World, Move)>> = HashMap::new();
    let mut queue = VecDeque::from([World::new()]);
    from.insert(World::new(), None);
    let mut widest = World::new();
    while let Some(world) = queue.pop_front() {
        if from.len() > states {
            break;
        }
        let used: usize = world.iter().map(|&(_, n)| usize::from(n)).sum();
        let made = (1..=LONGEST.min(LIVE - used)).map(|n| {
            let mut next = world.clone();
            next.push((policy(taken(&world), n) as u8, n as u8));
            next.sort_unstable();
            (next, Ok(n))
        });
        let freed = world.iter().map(|&(at, n)| {
            let next = world.iter().copied().filter(|&one| one != (at, n)).collect();
            (next, Err(at))
        });
        for (next, step) in made.chain(freed).collect::<Vec<_>>() {
            if from.contains_key(&next) {
                continue;
            }
            if reach(&next) > reach(&widest) {
                widest.clone_from(&next);
            }
            from.insert(next.clone(), Some((world.clone(), step)));
            queue.push_back(next);
        }
    }
    let mut program = Vec::new();
    while let Some(Some((before, step))) = from.get(&widest).cloned() {
        program.push(step);
        widest = before;
    }
    program.reverse();
    program
}

/// A program of [`spread`], performed: what a block's start is under another policy does not matter,
/// because it is freed by its slot.
fn performed(policy: Policy, program: &[Move]) -> Script {
    let mut ops: Vec<Op> = grown(200_000).into();
    let (mut taken, mut slots) = (0u64, HashMap::new());
    for (i, step) in program.iter().enumerate() {
        match *step {
            Ok(n) => {
                let at = policy(taken, n);
                taken |= ((1 << n) - 1) << at;
                slots.insert(at as u8, (i as u16, n));
                ops.push(run(i as u16, n as u64));
            }
            Err(at) => {
                let Some((slot, n)) = slots.remove(&at) else { continue };
                taken &= !(((1 << n) - 1) << at);
                ops.push(free(slot));
            }
        }
    }
    script(ops)
}

fn packing(c: &Circumstances) -> Vec<Script> {
    let policies: [Policy; 2] = [first_fit, best_fit];
    let worst = policies.map(|policy| performed(policy, &spread(policy, 60_000)));
    let random = |salt: u64| {
        let mut dice = c.dice(300 + salt);
        let (mut held, mut used) = (Vec::new(), 0);
        let mut ops: Vec<Op> = grown(200_000).into();
        for i in 0..200 {
            let n = 1 + dice.below(LONGEST as u64);
            if used + n <= LIVE as u64 && !dice.one_in(4) {
                ops.push(run(i, n));
                held.push((i, n));
                used += n;
            } else if let Some(at) = (!held.is_empty()).then(|| dice.below(held.len() as u64)) {
                let (slot, n) = held.swap_remove(at as usize);
                ops.push(free(slot));
                used -= n;
            }
        }
        script(ops)
    };
    worst.into_iter().chain((0..4).map(random)).collect()
}

fn growth(_: &Circumstances) -> Vec<Script> {
    let squat = |i| Op::Squat { slot: Slot(i), pages: 4 };
    let large = |i, mib: u64| object(i, mib << 20);
    let end = || [Op::Survey, Op::Checkpoint];
    let mut around = vec![squat(0), object(1, 100), large(2, 3), squat(3)];
    around.extend([large(4, 70), squat(5), large(6, 40), object(7, 5000)]);
    around.extend(end());
    let mut plain = vec![object(0, 100), large(1, 5), large(2, 30), Op::Survey, large(3, 50)];
    plain.extend([large(4, 130), object(5, 40), Op::Survey, free(2), free(4)]);
    plain.extend(end());
    // An arena that is not the continuation of the one before, and more than fits into its rest.
    let mut apart = vec![large(0, 5), squat(1), large(2, 62), Op::Survey, large(3, 3)];
    apart.extend(end());
    vec![script(around), script(plain), script(apart)]
}

fn stacks(c: &Circumstances) -> Vec<Script> {
    let random = |salt: u64, orders: u64| {
        let mut dice: Dice = c.dice(400 + salt);
        let mut full = [false; 48];
        let mut ops = Vec::new();
        for _ in 0..250 {
            let i = dice.below(48) as usize;
            let slot = Slot(i as u16);
            match dice.below(100) {
                0..6 => ops.push(Op::Survey),
                6..8 => ops.push(Op::Flush),
                _ if full[i] => {
                    ops.push(Op::Free { slot });
                    full[i] = false;
                }
                _ => {
                    ops.push(Op::Stack { slot, size: 2048 << dice.below(orders) });
                    full[i] = true;
                }
            }
        }
        ops.push(Op::Survey);
        ops.extend((0..48).map(free));
        ops.extend([Op::Survey, Op::Flush, Op::Survey]);
        script(ops)
    };
    let many = |size: u64, count: u16| {
        let take = (0..count).map(move |i| Op::Stack { slot: Slot(i), size });
        let back = (0..count).map(free);
        script(take.chain([Op::Survey]).chain(back).chain([Op::Survey, Op::Flush, Op::Survey]))
    };
    let large = |i: u16, kib: u64| Op::Stack { slot: Slot(i), size: kib << 10 };
    let reused = [large(0, 32), large(1, 64), large(2, 128), Op::Survey, free(0), free(1), free(2)];
    let again = [large(3, 128), large(4, 32), large(5, 64), Op::Survey];
    vec![
        many(2048, 60),
        many(16384, 12),
        script(reused.into_iter().chain(again)),
        random(0, 4),
        random(1, 7),
    ]
}
