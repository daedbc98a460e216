//! Numbers: statistics, capacities; and storms, which only count what went wrong.

use super::{Known, Program, l, new, script};
use crate::capability::Capability;
use crate::driver::scenario::Scenario;
use crate::model::gc::Setting;
use crate::op::gc::{Global, Map, Op, Script};
use crate::spec::Judge;

/// Statistics read again and again while a program works.
pub(super) const READING_STATS: Scenario<Op, Setting> = Scenario {
    name: "reading-stats",
    asks: "Do the statistics agree with each other whenever they are read?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: reading_stats,
};

/// Statistics read while a program has more and fewer objects.
pub(super) const COUNTED_OBJECTS: Scenario<Op, Setting> = Scenario {
    name: "counted-objects",
    asks: "Do the counters of objects go with the program?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: counted_objects,
};

/// Slices of many elements that get more.
pub(super) const APPEND_GROWTH: Scenario<Op, Setting> = Scenario {
    name: "append-growth",
    asks: "Do slices grow by the rule?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: append_growth,
};

/// Slices that would need more than addresses reach.
pub(super) const IMPOSSIBLE_SLICES: Scenario<Op, Setting> = Scenario {
    name: "impossible-slices",
    asks: "Is refused what cannot be?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: impossible_slices,
};

/// Mutators of the target's own.
pub(super) const STORMS: Scenario<Op, Setting> = Scenario {
    name: "storms",
    asks: "Do mutators at full speed find what they wrote?",
    judge: Judge::Stress,
    fresh: 1,
    scripts: storms,
};

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

/// Among them elements of 2^27 words, 2^30 bytes, so many that all their bytes wrap to something small.
fn impossible_slices(known: &Known) -> Vec<Script> {
    const LARGE: u64 = 1 << 27;
    const MOST: u64 = 1 << 53;
    let appended = [
        (1, 0, MOST),
        (1, 3, MOST),
        (2, 100, MOST - 1),
        (3, 1000, 1 << 46),
        (LARGE, 0, 1 << 34),
        (LARGE, 0, (1 << 34) + 1),
    ];
    let capacity = |(words, count, times)| Op::Capacity { words, map: Map::None, count, times };
    vec![script(known, appended.map(capacity))]
}

fn counted_objects(known: &Known) -> Vec<Script> {
    let chain = |to: u8, count: u64| Op::Chain { to: l(to), count };
    let ops = [
        vec![Op::Collect, Op::Stats],
        vec![chain(0, 50_000), Op::Collect, Op::Stats],
        vec![chain(1, 20_000), Op::Collect, Op::Stats],
        vec![Op::Drop { to: l(0) }, Op::Collect, Op::Stats],
        vec![chain(1, 100_000), Op::Collect, Op::Stats],
        vec![Op::Drop { to: l(1) }, Op::Collect, Op::Stats],
    ];
    vec![script(known, ops.concat())]
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
