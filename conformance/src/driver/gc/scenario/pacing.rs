//! When the next collection is due: heap goals, memory limits, and collections that begin by themselves.

use super::{Known, Program, l, new, script};
use crate::driver::scenario::Scenario;
use crate::model::gc::Setting;
use crate::op::gc::{INITIAL, Map, OFF, Op, Script};
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

/// A program that makes garbage and never asks for a collection.
pub(super) const REACHING_THE_GOAL: Scenario<Op, Setting> = Scenario {
    name: "reaching-the-goal",
    asks: "Is it collected when the goal is reached, or the limit, and else not?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: reaching_the_goal,
};

/// A program that does nothing for long.
pub(super) const RESTING: Scenario<Op, Setting> = Scenario {
    name: "resting",
    asks: "Does a collection begin by itself when there was none for long?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: resting,
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
        let small = new(1, 1 << 12, Map::All);
        let drop = Op::Drop { to: l(0) };
        let ops = [
            vec![big, limit, Op::Collect, stats],
            vec![off, Op::Collect, stats, small, Op::Collect, stats, drop, Op::Collect, stats],
            vec![on, none, stats],
        ];
        script(known, ops.concat())
    };
    [8, 16, 64, 256, 1024].map(limited).to_vec()
}

/// Garbage of so many MiB, in objects of one, and the statistics after it.
fn garbage(mib: u64) -> Vec<Op> {
    let mut ops = vec![new(1, 1 << 17, Map::None); mib as usize];
    ops.extend([Op::Drop { to: l(1) }, Op::Stats]);
    ops
}

fn reaching_the_goal(known: &Known) -> Vec<Script> {
    const LIMIT: u64 = 48;
    let begin = |percent| vec![Op::Percent { percent }, Op::Collect, Op::Stats];
    let end = vec![Op::Limit { size: 0 }, Op::Percent { percent: INITIAL }, Op::Collect];
    let limit = vec![Op::Limit { size: LIMIT << 20 }];
    // What a collection finds that runs while garbage is made is live to it, and its goal may be high. So each
    // round begins with a collection that nothing runs beside.
    let by_percent = [[begin(100), garbage(48)].concat().repeat(8), end.clone()];
    let off = [begin(OFF), garbage(20).repeat(3), end.clone()];
    let limited = [limit, begin(OFF), garbage(2 * LIMIT + 16).repeat(3), end];
    [by_percent.concat(), off.concat(), limited.concat()].map(|ops| script(known, ops)).to_vec()
}

fn resting(known: &Known) -> Vec<Script> {
    let rest = |percent| {
        let (set, back) = (Op::Percent { percent }, Op::Percent { percent: INITIAL });
        let rested = [Op::Rest, Op::Stats];
        let ops = [[new(0, 4, Map::All), set], [Op::Collect, Op::Stats], rested, rested];
        script(known, ops.concat().into_iter().chain([back]))
    };
    [100, OFF].map(rest).to_vec()
}
