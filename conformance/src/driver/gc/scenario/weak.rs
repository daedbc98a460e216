//! Handles, finalizers and cleanups at odd moments.

use super::{Known, Program, l, new, script};
use crate::driver::scenario::Scenario;
use crate::model::gc::Setting;
use crate::op::gc::{Global, Map, Op, Script, Weak};
use crate::spec::Judge;

/// Handles from before and after an object was given back.
pub(super) const REVIVED_HANDLES: Scenario<Op, Setting> = Scenario {
    name: "revived-handles",
    asks: "Do handles tell of one life of their object only?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: revived_handles,
};

/// Handles that are read while a collection sweeps.
pub(super) const LATE_WEAK_READS: Scenario<Op, Setting> = Scenario {
    name: "late-weak-reads",
    asks: "Is what was found dead never given out again?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: late_weak_reads,
};

/// A cleanup that would keep its own object.
pub(super) const SELF_CLEANUP: Scenario<Op, Setting> = Scenario {
    name: "self-cleanup",
    asks: "Is a cleanup refused whose argument is its own object?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: self_cleanup,
};

fn revived_handles(known: &Known) -> Vec<Script> {
    let (w, v, u) = (Weak(0), Weak(1), Weak(2));
    let lives = |words: u64| {
        let ops = [
            new(0, words, Map::Last),
            Op::Weaken { weak: w, from: l(0) },
            Op::Weaken { weak: u, from: l(0) },
            Op::Same { weak: w, other: u },
            Op::Reviver { of: l(0), global: Global(3) },
            Op::Drop { to: l(0) },
            Op::Collect,
            Op::Strengthen { to: l(1), weak: w },
            Op::Get { to: l(2), global: Global(3) },
            Op::Weaken { weak: v, from: l(2) },
            Op::Same { weak: w, other: v },
            Op::Same { weak: u, other: v },
            Op::Same { weak: w, other: u },
            Op::Strengthen { to: l(3), weak: u },
            Op::Strengthen { to: l(4), weak: v },
            Op::Collect,
            Op::Check { of: l(2) },
            Op::Strengthen { to: l(5), weak: w },
        ];
        // What revives is predicted to be in its global only by a collection that ends.
        let mut program = Program::new(known.offers);
        for op in ops {
            program.force(op);
        }
        program.clear_up();
        program.finish()
    };
    [3, 4, 9].map(lives).to_vec()
}

fn late_weak_reads(known: &Known) -> Vec<Script> {
    let after = |units: u64| {
        let mut program = Program::new(known.offers);
        for i in 0..12u8 {
            program.main(new(0, 2 + u64::from(i % 4), Map::None));
            program.main(Op::Weaken { weak: Weak(i), from: l(0) });
        }
        program.main(Op::Drop { to: l(0) });
        program.main(Op::Begin);
        program.main(Op::Step { units });
        for i in 0..12u8 {
            program.force(Op::Strengthen { to: l(1 + i), weak: Weak(i) });
            program.force(Op::Step { units: 1 });
        }
        program.force(Op::Finish);
        for i in 0..12u8 {
            program.force(Op::Check { of: l(1 + i) });
        }
        program.clear_up();
        program.finish()
    };
    (1..40).map(after).collect()
}

fn self_cleanup(known: &Known) -> Vec<Script> {
    let offered = |words: u64| {
        let of = l(0);
        let object = new(0, words, Map::Last);
        let inside = Op::Inside { to: l(1), of, word: 1 };
        let again = Op::SelfCleanup { of: l(1) };
        script(known, [object, Op::SelfCleanup { of }, inside, again, Op::Collect])
    };
    [2, 4, 40].map(offered).to_vec()
}
