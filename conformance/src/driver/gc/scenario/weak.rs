//! Handles, finalizers and cleanups at odd moments.

use super::{Known, Program, l, new, script};
use crate::driver::scenario::Scenario;
use crate::model::gc::Setting;
use crate::op::Thread;
use crate::op::gc::{Global, INITIAL, Local, Map, OFF, Op, Script, Weak};
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

/// Writes just before and after marking seems to be over.
pub(super) const LATE_WRITES: Scenario<Op, Setting> = Scenario {
    name: "late-writes",
    asks: "Is what is shaded when marking seems to be over marked all the same?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: late_writes,
};

/// Objects that go from stack to stack.
pub(super) const HANDING: Scenario<Op, Setting> = Scenario {
    name: "handing",
    asks: "Is what goes from stack to stack kept, whichever of them was scanned?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: handing,
};

/// Objects of the size of those whose finalizers wait.
pub(super) const QUEUED_FINALIZERS: Scenario<Op, Setting> = Scenario {
    name: "queued-finalizers",
    asks: "Is the memory of an object left alone until its finalizer has run?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: queued_finalizers,
};

/// Finalizers that are given while a collection marks.
pub(super) const LATE_FINALIZERS: Scenario<Op, Setting> = Scenario {
    name: "late-finalizers",
    asks: "Is what an object holds kept for a finalizer that came late?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: late_finalizers,
};

/// Handles to several words of several objects.
pub(super) const HANDLES: Scenario<Op, Setting> = Scenario {
    name: "handles",
    asks: "Are handles equal if, and only if, they were made of equal references?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: handles,
};

/// Mutators that take a reference out of the heap, hand it on, and end.
pub(super) const LEAVING_MUTATORS: Scenario<Op, Setting> = Scenario {
    name: "leaving-mutators",
    asks: "Is what a mutator shaded marked though it has ended?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: leaving_mutators,
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
            // Another handle before, so that cells of handles are not all the first.
            new(6, words, Map::Last),
            Op::Weaken { weak: Weak(5), from: l(6) },
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
        // One that lives, so that there is always something to lead to.
        program.main(new(14, 3, Map::None));
        program.main(Op::Weaken { weak: Weak(12), from: l(14) });
        program.main(Op::Begin);
        program.main(Op::Step { units });
        for i in 0..12u8 {
            program.force(Op::Strengthen { to: l(15), weak: Weak(12) });
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

fn late_writes(known: &Known) -> Vec<Script> {
    let after = |units: u64| {
        let mut program = Program::new(known.offers);
        // A short list in a global; its second object is taken out by a frame that was scanned.
        for to in [0, 1, 2, 3] {
            program.main(new(to, 3, Map::All));
        }
        for (of, from) in [(0, 1), (1, 2), (2, 3)] {
            program.main(Op::Store { of: l(of), slot: 0, from: l(from) });
        }
        program.main(Op::Set { global: Global(0), from: l(0) });
        for to in [0, 1, 2, 3] {
            program.main(Op::Drop { to: l(to) });
        }
        program.main(Op::Begin);
        program.main(Op::Step { units });
        program.main(Op::Get { to: l(0), global: Global(0) });
        program.main(Op::Load { to: l(1), of: l(0), slot: 0 });
        program.main(Op::Clear { of: l(0), slot: 0 });
        program.main(Op::Load { to: l(2), of: l(1), slot: 0 });
        program.main(Op::Store { of: l(0), slot: 1, from: l(2) });
        program.main(Op::Clear { of: l(1), slot: 0 });
        program.main(Op::Drop { to: l(2) });
        program.force(Op::Step { units: 1 });
        program.force(Op::Finish);
        program.force(Op::Load { to: l(3), of: l(0), slot: 1 });
        program.force(Op::Check { of: l(3) });
        program.clear_up();
        program.finish()
    };
    let late = (0..40).map(after).chain((0..8).map(|units| hidden_late(known, units)));
    late.chain((0..12).flat_map(|units| OVERWRITES.map(|over| overwritten(known, units, over))))
        .collect()
}

/// What takes the only slot that holds an object away from it.
const OVERWRITES: [Op; 7] = [
    Op::Store { of: Local(0), slot: 0, from: Local(2) },
    Op::Clear { of: Local(0), slot: 0 },
    Op::Swap { of: Local(0), slot: 0, with: Local(2) },
    Op::Cas { of: Local(0), slot: 0, old: Local(3), new: Local(2) },
    Op::Copy { of: Local(0), slot: 0, from: Local(2), first: 0, count: 1 },
    Op::Wipe { of: Local(0), slot: 0, count: 2 },
    Op::Unset { global: Global(0) },
];

/// A frame takes up an object while a collection marks, and the slot or global that held it is
/// overwritten.
fn overwritten(known: &Known, units: u64, over: Op) -> Script {
    let mut program = Program::new(known.offers);
    for to in [0, 1, 2] {
        program.main(new(to, 3, Map::All));
    }
    program.main(Op::Store { of: l(2), slot: 0, from: l(2) });
    program.main(Op::Store { of: l(0), slot: 0, from: l(1) });
    program.main(Op::Set { global: Global(0), from: l(1) });
    if matches!(over, Op::Unset { .. }) {
        program.main(Op::Clear { of: l(0), slot: 0 });
    } else {
        program.main(Op::Unset { global: Global(0) });
    }
    program.main(Op::Drop { to: l(1) });
    program.main(Op::Begin);
    program.main(Op::Step { units });
    if matches!(over, Op::Unset { .. }) {
        program.main(Op::Get { to: l(3), global: Global(0) });
    } else {
        program.main(Op::Load { to: l(3), of: l(0), slot: 0 });
    }
    program.main(over);
    program.force(Op::Finish);
    program.force(Op::Check { of: l(3) });
    program.clear_up();
    program.finish()
}

/// The last reference to a list of two goes from a grey object to a black frame.
fn hidden_late(known: &Known, units: u64) -> Script {
    let mut program = Program::new(known.offers);
    for to in [0, 1, 2, 3] {
        program.main(new(to, 2, Map::All));
    }
    program.main(Op::Store { of: l(0), slot: 0, from: l(1) });
    program.main(Op::Store { of: l(1), slot: 0, from: l(2) });
    for to in [1, 2, 3] {
        program.main(Op::Drop { to: l(to) });
    }
    program.main(Op::Begin);
    program.main(Op::Step { units });
    program.main(Op::Load { to: l(1), of: l(0), slot: 0 });
    program.main(Op::Clear { of: l(0), slot: 0 });
    program.force(Op::Finish);
    program.force(Op::Load { to: l(2), of: l(1), slot: 0 });
    program.force(Op::Check { of: l(2) });
    program.clear_up();
    program.finish()
}

fn handing(known: &Known) -> Vec<Script> {
    let after = |(units, giver): (u64, u8)| {
        let mut program = Program::new(known.offers);
        let (giver, taker) = (Thread(giver), Thread(1 - giver));
        program.main(Op::Start { mutator: Thread(1), from: l(0) });
        program.on(giver, new(0, 2, Map::All));
        program.main(Op::Begin);
        program.main(Op::Step { units });
        program.on(giver, Op::Hand { mutator: taker, to: l(3), from: l(0) });
        program.on(giver, Op::Drop { to: l(0) });
        program.force(Op::Finish);
        program.on(taker, Op::Check { of: l(3) });
        program.clear_up();
        program.finish()
    };
    let handed = (0..12).flat_map(|units| [(units, 0), (units, 1)]).map(after);
    handed.chain((0..12).map(|units| started(known, units))).collect()
}

/// A mutator starts while a collection marks, with the only reference to an object.
fn started(known: &Known, units: u64) -> Script {
    let mut program = Program::new(known.offers);
    program.main(new(0, 2, Map::All));
    program.main(Op::Begin);
    program.main(Op::Step { units });
    program.main(Op::Start { mutator: Thread(1), from: l(0) });
    program.main(Op::Drop { to: l(0) });
    program.force(Op::Finish);
    program.on(Thread(1), Op::Check { of: l(0) });
    program.clear_up();
    program.finish()
}

fn queued_finalizers(known: &Known) -> Vec<Script> {
    let after = |units: u64| {
        let mut program = Program::new(known.offers);
        for to in 0..8 {
            program.main(new(to, 3, Map::Last));
            program.main(new(9, 2, Map::None));
            program.main(Op::Store { of: l(to), slot: 0, from: l(9) });
        }
        program.main(Op::Drop { to: l(9) });
        for of in 0..8 {
            program.main(Op::Finalizer { of: l(of) });
            program.main(Op::Drop { to: l(of) });
        }
        program.main(Op::Begin);
        program.main(Op::Step { units });
        // Objects of the same sizes, while finalizers wait to run.
        for to in 0..8 {
            program.main(new(to, 3, Map::None));
            program.force(Op::Step { units: 1 });
        }
        program.force(Op::Finish);
        for of in 0..8 {
            program.main(Op::Check { of: l(of) });
        }
        program.clear_up();
        program.finish()
    };
    (0..40).step_by(2).map(after).collect()
}

fn late_finalizers(known: &Known) -> Vec<Script> {
    let after = |units: u64| {
        let mut program = Program::new(known.offers);
        // Where no other collection may come between, what it kept is known when the finalizer has run.
        program.main(Op::Percent { percent: OFF });
        program.main(new(0, 2, Map::All));
        program.main(new(1, 2, Map::All));
        program.main(Op::Store { of: l(0), slot: 0, from: l(1) });
        program.main(Op::Drop { to: l(1) });
        program.main(Op::Begin);
        program.main(Op::Step { units });
        program.main(Op::Finalizer { of: l(0) });
        program.main(Op::Drop { to: l(0) });
        program.force(Op::Finish);
        program.main(Op::Percent { percent: INITIAL });
        program.clear_up();
        program.finish()
    };
    (0..12).map(after).collect()
}

fn handles(known: &Known) -> Vec<Script> {
    let of = |words: u64| {
        let mut program = Program::new(known.offers);
        program.main(new(0, words, Map::None));
        program.main(Op::Inside { to: l(1), of: l(0), word: 1 });
        program.main(Op::Inside { to: l(2), of: l(0), word: words - 1 });
        program.main(new(3, words, Map::None));
        let places = [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 3)];
        for (weak, from) in places {
            program.main(Op::Weaken { weak: Weak(weak), from: l(from) });
        }
        for (weak, _) in places {
            for (other, _) in places {
                program.main(Op::Same { weak: Weak(weak), other: Weak(other) });
            }
        }
        program.clear_up();
        program.finish()
    };
    [3, 4, 7, 40].map(of).to_vec()
}

fn leaving_mutators(known: &Known) -> Vec<Script> {
    let after = |(units, ends): (u64, bool)| {
        let mut program = Program::new(known.offers);
        let (one, zero) = (Thread(1), Thread(0));
        program.main(new(0, 2, Map::All));
        program.main(new(1, 2, Map::All));
        program.main(Op::Store { of: l(0), slot: 0, from: l(1) });
        program.main(Op::Start { mutator: one, from: l(0) });
        program.main(Op::Drop { to: l(0) });
        program.main(Op::Drop { to: l(1) });
        program.main(Op::Begin);
        program.main(Op::Step { units });
        program.on(one, Op::Load { to: l(1), of: l(0), slot: 0 });
        program.on(one, Op::Clear { of: l(0), slot: 0 });
        program.on(one, Op::Hand { mutator: zero, to: l(0), from: l(1) });
        program.on(one, Op::Drop { to: l(1) });
        if ends {
            program.main(Op::End { mutator: one });
        }
        program.force(Op::Finish);
        program.main(Op::Check { of: l(0) });
        program.clear_up();
        program.finish()
    };
    (0..12).flat_map(|units| [(units, true), (units, false)]).map(after).collect()
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
