//! Short scripts, one for each fault that wants a certain order of things.
//!
//! A unit of marking scans, in this order: globals, places, finalizers, frames of mutator 0, 1, ..., then
//! what is grey. So with nothing but locals a step of one unit makes the stack of mutator 0 black, and
//! what its locals hold grey.

use crate::op::Thread;
use crate::op::gc::{Global, Local, Map, Op, Weak};

type Script = Vec<(u8, Op)>;

const A: Local = Local(0);
const B: Local = Local(1);
const C: Local = Local(2);
const D: Local = Local(3);
const COLLECT: (u8, Op) = (0, Op::Collect);
const BEGIN: (u8, Op) = (0, Op::Begin);
const FINISH: (u8, Op) = (0, Op::Finish);

fn main(op: Op) -> (u8, Op) {
    (0, op)
}

fn new(to: Local) -> (u8, Op) {
    main(Op::New { to, words: 2, map: Map::All })
}

fn store(of: Local, from: Local) -> (u8, Op) {
    main(Op::Store { of, slot: 0, from })
}

fn load(to: Local, of: Local) -> (u8, Op) {
    main(Op::Load { to, of, slot: 0 })
}

fn drop_it(to: Local) -> (u8, Op) {
    main(Op::Drop { to })
}

fn step(units: u64) -> (u8, Op) {
    main(Op::Step { units })
}

/// `A` holds the only reference to an object, of which `B` knows; `C` is another. Marking has begun, the
/// stack is black and the objects are grey. Then `write`, which takes the reference out of `A`.
fn hidden_from_grey(write: Op) -> Script {
    let before = [new(A), new(B), new(C), store(A, B), drop_it(B), BEGIN, step(1), load(B, A)];
    before.into_iter().chain([main(write), FINISH, main(Op::Check { of: B })]).collect()
}

fn barriers() -> Vec<(&'static str, Script)> {
    let store_over = Op::Store { of: A, slot: 0, from: C };
    let copy = Op::Copy { of: A, slot: 0, from: C, first: 0, count: 1 };
    let swap = vec![new(A), new(B), new(C), store(A, B), drop_it(B), BEGIN, step(1)];
    let swap = [swap, vec![main(Op::Swap { of: A, slot: 0, with: C }), FINISH]].concat();
    vec![
        ("gc/keeps-old-white", hidden_from_grey(store_over)),
        ("gc/shades-old-while-grey", hidden_from_grey(store_over)),
        ("gc/elides-nil-stores", hidden_from_grey(Op::Clear { of: A, slot: 0 })),
        ("gc/copies-without-barrier", hidden_from_grey(copy)),
        ("gc/copies-over-white", hidden_from_grey(copy)),
        ("gc/wipes-without-barrier", hidden_from_grey(Op::Wipe { of: A, slot: 0, count: 1 })),
        (
            "gc/compares-without-barrier",
            hidden_from_grey(Op::Cas { of: A, slot: 0, old: B, new: C }),
        ),
        ("gc/swap-shades-the-new-twice", swap),
        // A black object is born, and a grey stack gives it what it alone held.
        ("gc/keeps-new-white", vec![new(A), BEGIN, new(B), store(B, A), drop_it(A), FINISH]),
        ("gc/shades-new-while-black", vec![new(A), BEGIN, new(B), store(B, A), drop_it(A), FINISH]),
        (
            "gc/writes-globals-plainly",
            vec![new(A), BEGIN, main(Op::Set { global: Global(0), from: A }), drop_it(A), FINISH],
        ),
        ("gc/bears-white", vec![BEGIN, step(1), new(A), FINISH]),
        ("gc/drops-the-buffer-of-an-ended-mutator", in_another_buffer(true)),
        ("gc/empties-the-first-buffer", in_another_buffer(false)),
        ("gc/drops-late-work", late_work()),
        ("gc/greys-black-again", written_all_the_while()),
        ("gc/waits-for-a-buffer", waited_for()),
    ]
}

/// What mutator 1 hides from grey is in its buffer alone, and handed to mutator 0, both black.
fn in_another_buffer(ends: bool) -> Script {
    let (one, two) = (Thread(1), Thread(0));
    let mut script = vec![new(A), new(B), store(A, B), main(Op::Start { mutator: one, from: A })];
    script.extend([drop_it(A), drop_it(B), BEGIN, step(2)]);
    script.extend([
        (1, Op::Load { to: B, of: A, slot: 0 }),
        (1, Op::Clear { of: A, slot: 0 }),
        (1, Op::Hand { mutator: two, to: A, from: B }),
        (1, Op::Drop { to: B }),
    ]);
    if ends {
        script.push(main(Op::End { mutator: one }));
    }
    script.push(FINISH);
    script
}

/// What the last look finds refers to something that nobody has seen.
fn late_work() -> Script {
    let before = vec![new(A), new(B), new(C), store(A, B), store(B, C), drop_it(B), drop_it(C)];
    let hidden = vec![BEGIN, step(1), load(B, A), main(Op::Clear { of: A, slot: 0 })];
    [before, hidden, vec![FINISH, load(C, B)]].concat()
}

/// A mutator that stores a black object, over and over.
fn written_all_the_while() -> Script {
    let round = [store(A, A), step(1)];
    let rounds = std::iter::repeat_n(round, 300).flatten();
    [new(A), BEGIN, step(2)].into_iter().chain(rounds).chain([FINISH]).collect()
}

/// A buffer has something in it, and nothing else is left to do.
fn waited_for() -> Script {
    let rounds = std::iter::repeat_n(step(1), 300);
    [new(A), BEGIN, step(2), store(A, A)].into_iter().chain(rounds).collect()
}

fn others() -> Vec<(&'static str, Script)> {
    let inside = [
        main(Op::New { to: A, words: 3, map: Map::None }),
        main(Op::Inside { to: B, of: A, word: 1 }),
        main(Op::Weaken { weak: Weak(0), from: A }),
        main(Op::Weaken { weak: Weak(1), from: B }),
        main(Op::Same { weak: Weak(0), other: Weak(1) }),
    ];
    let resurrected = [
        new(A),
        main(Op::Reviver { of: A, global: Global(0) }),
        main(Op::Weaken { weak: Weak(0), from: A }),
        drop_it(A),
        COLLECT,
        main(Op::Get { to: A, global: Global(0) }),
        main(Op::Weaken { weak: Weak(1), from: A }),
        main(Op::Same { weak: Weak(0), other: Weak(1) }),
    ];
    let dead_before_swept = [
        new(A),
        main(Op::Weaken { weak: Weak(0), from: A }),
        drop_it(A),
        BEGIN,
        step(2),
        main(Op::Strengthen { to: B, weak: Weak(0) }),
        FINISH,
    ];
    // Only the frame of mutator 1, which is still grey, holds what it hands to mutator 0.
    let handed = [
        new(A),
        main(Op::Start { mutator: Thread(1), from: A }),
        drop_it(A),
        BEGIN,
        step(1),
        (1, Op::Hand { mutator: Thread(0), to: D, from: A }),
        (1, Op::Drop { to: A }),
        FINISH,
    ];
    let deep = [
        main(Op::Chain { to: A, count: 30_000 }),
        COLLECT,
        main(Op::Chain { to: B, count: 30_000 }),
        main(Op::Walk { of: A, count: 30_000 }),
    ];
    let large = Op::New { to: A, words: 1 << 20, map: Map::None };
    let scalars = Op::New { to: A, words: 2, map: Map::None };
    let ask = |(words, map, count, times)| main(Op::Capacity { words, map, count, times });
    vec![
        ("gc/compares-objects-only", inside.to_vec()),
        ("gc/refills-handles", resurrected.to_vec()),
        ("gc/reads-the-unswept", dead_before_swept.to_vec()),
        ("gc/shades-for-the-taker-only", handed.to_vec()),
        ("gc/gives-up-deep-down", deep.to_vec()),
        ("gc/copies-whole-blocks", vec![ask((1, Map::None, 300, 300))]),
        ("gc/leaves-numbers-dirty", vec![ask((1, Map::None, 256, 1))]),
        ("gc/forgets-roots-in-the-goal", vec![main(large), COLLECT, main(Op::Stats)]),
        ("gc/counts-scalars-as-scanned", vec![main(scalars), COLLECT, main(Op::Stats)]),
        ("gc/doubles-up-to-a-thousand", vec![ask((1, Map::None, 512, 1))]),
        ("gc/wastes-the-class", vec![ask((1, Map::None, 0, 5))]),
        ("gc/rounds-down-to-a-class", vec![ask((1, Map::None, 0, 5))]),
        (
            "gc/scans-a-hundred-frames",
            [vec![new(A)], vec![main(Op::Push); 120], vec![COLLECT]].concat(),
        ),
        ("gc/grows-once", vec![ask((1, Map::None, 1000, 1000))]),
        ("gc/overwrites-full-buffers", vec![main(Op::Storm { count: 4, times: 4000, seed: 1 })]),
    ]
}

fn hanging() -> Vec<(&'static str, Script)> {
    let weaken = |weak, from| main(Op::Weaken { weak: Weak(weak), from });
    let finalizer = |of| main(Op::Finalizer { of });
    let cleanup = |of| main(Op::Cleanup { of });
    // The finalizer comes when its object is white, and the object goes before its stack is scanned.
    let late =
        vec![new(A), new(B), store(A, B), drop_it(B), BEGIN, finalizer(A), drop_it(A), FINISH];
    let chain =
        vec![new(A), new(B), store(A, B), finalizer(A), finalizer(B), drop_it(A), drop_it(B)];
    let loops = [new(A), new(B), store(A, B), store(B, A), finalizer(A), drop_it(A), drop_it(B)];
    let loops = [loops.to_vec(), vec![COLLECT]].concat();
    let removed = vec![new(A), cleanup(A), finalizer(A), main(Op::Unfinalizer { of: A })];
    let stopped = vec![new(A), cleanup(A), cleanup(A), main(Op::Uncleanup { back: 1 })];
    let four = [new(A), cleanup(A)].repeat(4);
    let strong = main(Op::Strengthen { to: B, weak: Weak(0) });
    let read = vec![new(A), weaken(0, A), drop_it(A), BEGIN, step(1), strong, FINISH];
    let same = main(Op::Same { weak: Weak(0), other: Weak(1) });
    vec![
        ("gc/forgets-late-finalizers", late),
        ("gc/runs-the-chain-at-once", [chain, vec![COLLECT, COLLECT]].concat()),
        ("gc/forgives-loops", loops),
        ("gc/removes-the-first-only", [removed, vec![drop_it(A), COLLECT]].concat()),
        ("gc/stops-by-object", [stopped, vec![drop_it(A), COLLECT]].concat()),
        ("gc/runs-every-fourth-cleanup-twice", [four, vec![drop_it(A), COLLECT]].concat()),
        ("gc/reads-white", read),
        ("gc/makes-a-handle-each-time", vec![new(A), weaken(0, A), weaken(1, A), same]),
    ]
}

fn reaching() -> Vec<(&'static str, Script)> {
    let make = |words, map| main(Op::New { to: A, words, map });
    let inside = |word| main(Op::Inside { to: C, of: A, word });
    let far = main(Op::Store { of: A, slot: 200, from: B });
    let argument = main(Op::Start { mutator: Thread(1), from: A });
    let child = vec![make(3, Map::Last), inside(1), new(B), store(A, B), drop_it(A), drop_it(B)];
    vec![
        ("gc/skips-the-last-piece", vec![make(256, Map::All), new(B), far, drop_it(B), COLLECT]),
        (
            "gc/knows-the-first-page-only",
            vec![make(300, Map::None), inside(200), drop_it(A), COLLECT],
        ),
        ("gc/resolves-the-head-only", vec![make(12, Map::None), inside(9), drop_it(A), COLLECT]),
        ("gc/marks-interiors-only", [child, vec![COLLECT]].concat()),
        ("gc/loses-the-argument", vec![new(A), BEGIN, argument, drop_it(A), FINISH]),
    ]
}

/// Each with the id of the mutant that it kills.
pub(super) fn all() -> Vec<(&'static str, Script)> {
    [reaching(), barriers(), hanging(), others()].concat()
}
