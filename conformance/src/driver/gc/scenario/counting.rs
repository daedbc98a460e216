//! Numbers: heap goals, statistics, capacities; and storms, which only count what went wrong.

use super::{Known, Program, l, new, script};
use crate::capability::Capability;
use crate::driver::scenario::Scenario;
use crate::model::gc::Setting;
use crate::op::gc::{Global, INITIAL, Map, OFF, Op, Script};
use crate::spec::Judge;

/// Heap goals at several settings of GOGC and sizes of the live heap.
pub(super) const GOALS: Scenario<Op, Setting> = Scenario {
    name: "goals",
    asks: "Is the heap goal what the percentage says?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: goals,
};

/// Heap goals under a memory limit.
pub(super) const LIMITS: Scenario<Op, Setting> = Scenario {
    name: "limits",
    asks: "Is the heap goal what the memory limit says?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: limits,
};

/// Statistics read again and again while a program works.
pub(super) const READING_STATS: Scenario<Op, Setting> = Scenario {
    name: "reading-stats",
    asks: "Do the statistics agree with each other whenever they are read?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: reading_stats,
};

/// Slices of many elements that get more.
pub(super) const APPEND_GROWTH: Scenario<Op, Setting> = Scenario {
    name: "append-growth",
    asks: "Do slices grow by the rule?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: append_growth,
};

/// Mutators of the target's own.
pub(super) const STORMS: Scenario<Op, Setting> = Scenario {
    name: "storms",
    asks: "Do mutators at full speed find what they wrote?",
    judge: Judge::Stress,
    fresh: 1,
    scripts: storms,
};

/// Settings of GOGC that are tried.
const PERCENTS: [u64; 7] = [100, 25, 50, 200, 400, 10, 1000];

fn goals(known: &Known) -> Vec<Script> {
    let live = |kib: u64| {
        let mut program = Program::new(known.offers);
        // Half of it must be scanned.
        program.main(new(0, (kib * 64).max(2), Map::All));
        program.main(new(1, (kib * 64).max(2), Map::None));
        for percent in PERCENTS {
            program.main(Op::Percent { percent });
            program.main(Op::Stats);
            program.main(Op::Collect);
            program.main(Op::Stats);
            program.main(Op::Percent { percent: percent + 7 });
            program.main(Op::Stats);
        }
        program.main(Op::Percent { percent: INITIAL });
        program.clear_up();
        program.finish()
    };
    [1, 100, 4096, 20_000].map(live).to_vec()
}

fn limits(known: &Known) -> Vec<Script> {
    let limited = |mib: u64| {
        let limit = Op::Limit { size: mib << 20 };
        let (big, stats) = (new(0, 2 << 17, Map::None), Op::Stats);
        let none = Op::Limit { size: 0 };
        let off = Op::Percent { percent: OFF };
        let on = Op::Percent { percent: INITIAL };
        script(known, [big, limit, Op::Collect, stats, off, Op::Collect, stats, on, none, stats])
    };
    [8, 16, 64, 256, 1024].map(limited).to_vec()
}

fn reading_stats(known: &Known) -> Vec<Script> {
    let reads = |seed: u64| {
        let mut program = Program::new(known.offers);
        let mut dice = known.dice(seed);
        for _ in 0..40 {
            for _ in 0..dice.below(30) {
                let to = dice.below(12) as u8;
                program.main(new(to, 1 + dice.below(300), dice.pick(&Map::ALL)));
            }
            if dice.one_in(3) {
                program.main(Op::Collect);
            }
            if dice.one_in(4) {
                program.main(Op::Set { global: Global(dice.below(8) as u8), from: l(0) });
            }
            program.main(Op::Stats);
        }
        program.clear_up();
        program.finish()
    };
    (0..4).map(reads).collect()
}

/// Elements before, and elements more, that are tried with each shape.
const GROWTHS: [(u64, u64); 18] = [
    (0, 1),
    (0, 5),
    (1, 1),
    (3, 1),
    (5, 2),
    (8, 1),
    (17, 1),
    (100, 1),
    (255, 1),
    (256, 1),
    (257, 1),
    (300, 700),
    (600, 1),
    (1000, 1),
    (1000, 900),
    (4000, 1),
    (4000, 3500),
    (50_000, 1),
];

/// Shapes of elements that are tried.
const ELEMENTS: [(u64, Map); 8] = [
    (1, Map::None),
    (2, Map::None),
    (3, Map::None),
    (5, Map::None),
    (2, Map::Last),
    (3, Map::All),
    (5, Map::First),
    (12, Map::Odd),
];

fn append_growth(known: &Known) -> Vec<Script> {
    let grown = |(words, map): (u64, Map)| {
        let capacity = move |(count, times)| Op::Capacity { words, map, count, times };
        script(known, GROWTHS.map(capacity))
    };
    ELEMENTS.map(grown).to_vec()
}

fn storms(known: &Known) -> Vec<Script> {
    let storm = |(count, times): (u64, u64)| {
        let run = |seed| Op::Storm { count, times, seed };
        let first = new(0, 4, Map::All);
        script(known, [first, run(1), Op::Collect, run(2), Op::Check { of: l(0) }])
    };
    let modest = known.offers.has(Capability::Step);
    let sizes = if modest {
        [(1, 3000), (2, 3000), (4, 3000)]
    } else {
        [(1, 20_000), (4, 20_000), (8, 20_000)]
    };
    sizes.map(storm).to_vec()
}
