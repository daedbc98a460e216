//! Objects of odd sizes, in odd places, in great numbers.

use super::{Known, Program, l, new, script};
use crate::driver::scenario::Scenario;
use crate::model::gc::Setting;
use crate::op::Thread;
use crate::op::gc::{Global, Kind, LOCALS, Map, Op, Script, Step};
use crate::spec::Judge;

/// Lists that no recursion survives.
pub(super) const DEEP_LIST: Scenario<Op, Setting> = Scenario {
    name: "deep-list",
    asks: "Is a list of millions of objects marked whole?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: deep_list,
};

/// A million objects.
pub(super) const CROWD: Scenario<Op, Setting> = Scenario {
    name: "crowd",
    asks: "Is a million objects that refer to each other in random order marked whole?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: crowd,
};

/// Empty views at the end of objects.
pub(super) const NEIGHBOURS: Scenario<Op, Setting> = Scenario {
    name: "neighbours",
    asks: "Does an empty view at the end of an object keep the object behind it?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: neighbours,
};

/// Objects of one size and many shapes, one after another in the same memory.
pub(super) const SHAPES: Scenario<Op, Setting> = Scenario {
    name: "shapes",
    asks: "Are exactly the slots followed that the object has, and not those of one before it?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: shapes,
};

/// Objects that are scanned in pieces.
pub(super) const LARGE_OBJECTS: Scenario<Op, Setting> = Scenario {
    name: "large-objects",
    asks: "Is a large object followed to its last word?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: large_objects,
};

/// Stacks that grow under what they hold.
pub(super) const GROWING_STACKS: Scenario<Op, Setting> = Scenario {
    name: "growing-stacks",
    asks: "Do frames hold what they held after their stack has grown?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: growing_stacks,
};

/// Garbage in every size, and nothing made after it.
pub(super) const QUIET_SPANS: Scenario<Op, Setting> = Scenario {
    name: "quiet-spans",
    asks: "Is everything swept though nobody allocates?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: quiet_spans,
};

/// Objects that go into places of the runtime and come out of them.
pub(super) const CONTAINERS: Scenario<Op, Setting> = Scenario {
    name: "containers",
    asks: "Do maps, channels and the like keep what is in them, and give up what is not?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: containers,
};

/// A program that writes as fast as the collector marks.
pub(super) const BUSY_WRITER: Scenario<Op, Setting> = Scenario {
    name: "busy-writer",
    asks: "Does marking end whatever the program writes?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: busy_writer,
};

fn deep_list(known: &Known) -> Vec<Script> {
    let list = |count: u64| {
        let (to, of) = (l(0), l(0));
        let chain = Op::Chain { to, count };
        let walk = Op::Walk { of, count: count + 1 };
        // What was wrongly taken for garbage is given to others.
        let again = Op::Chain { to: l(1), count: count.min(1_000_000) };
        let again = [again, Op::Drop { to: l(1) }];
        let first = [chain, Op::Collect, walk];
        script(
            known,
            first.into_iter().chain(again).chain([walk, Op::Collect, walk, Op::Check { of }]),
        )
    };
    [1000, 30_000, 10_000_000].map(list).to_vec()
}

/// Lists that grow at their heads, of which each new object also refers to a head that is chosen at random. All
/// are held until the end, beside some garbage; then most heads are dropped.
fn crowd(known: &Known) -> Vec<Script> {
    [20_000, 1_000_000].map(|objects| crowd_of(objects, known)).to_vec()
}

fn crowd_of(objects: u64, known: &Known) -> Script {
    const HEADS: u64 = 8;
    const AT_ONCE: u64 = 500;
    let mut dice = known.dice(1);
    let (made, garbage) = (l(15), l(14));
    let mut ops: Vec<Op> = (0..HEADS as u8).map(|head| new(head, 4, Map::All)).collect();
    ops.push(Op::Repeat { times: objects / AT_ONCE });
    for i in 0..AT_ONCE {
        let (head, other) = (l(dice.below(HEADS) as u8), l(dice.below(HEADS) as u8));
        let words = 3 + dice.below(6);
        ops.push(Op::New { to: made, words, map: Map::All });
        ops.push(Op::Store { of: made, slot: 0, from: head });
        ops.push(Op::Store { of: made, slot: 1, from: other });
        ops.push(Op::Move { to: head, of: made });
        if i.is_multiple_of(10) {
            ops.push(Op::New { to: garbage, words, map: Map::None });
        }
    }
    ops.extend([Op::EndRepeat, Op::Drop { to: made }, Op::Drop { to: garbage }, Op::Collect]);
    ops.extend((1..HEADS as u8).map(|head| Op::Drop { to: l(head) }));
    ops.extend([Op::Collect, Op::Check { of: l(0) }, Op::Reset, Op::Collect, Op::Collect]);
    Script { steps: ops.into_iter().map(Step::main).collect() }
}

fn neighbours(known: &Known) -> Vec<Script> {
    let row = |words: u64| {
        let mut program = Program::new(known.offers);
        // Objects side by side, an empty view of every second one, and nothing else.
        for to in 0..LOCALS as u8 {
            program.main(new(to, words, Map::None));
        }
        for to in 0..LOCALS as u8 {
            let even = to % 2 == 0;
            program.main(if even {
                Op::Past { to: l(to), of: l(to) }
            } else {
                Op::Drop { to: l(to) }
            });
        }
        program.main(Op::Collect);
        program.clear_up();
        program.finish()
    };
    [1, 2, 4, 6, 8, 16, 32, 64].map(row).to_vec()
}

fn shapes(known: &Known) -> Vec<Script> {
    let after = |first: Map, second: Map| {
        let mut program = Program::new(known.offers);
        // A whole span of objects of the first shape comes and goes.
        for round in 0..96u8 {
            let to = round % 12;
            program.main(new(to, 5, first));
            program.main(new(15, 1, Map::None));
            program.main(Op::Store { of: l(to), slot: u64::from(round) % 4, from: l(15) });
        }
        for to in 0..LOCALS as u8 {
            program.main(Op::Drop { to: l(to) });
        }
        program.main(Op::Collect);
        // Those of the second shape hold addresses as numbers where the first had slots.
        for to in 0..12u8 {
            program.main(new(to, 5, second));
            for word in 1..5u8 {
                program.main(new(15, 2, Map::None));
                program.main(Op::Hide { of: l(to), word: u64::from(word), from: l(15) });
                program.main(Op::Store { of: l(to), slot: u64::from(word) - 1, from: l(15) });
            }
            program.main(Op::Drop { to: l(15) });
        }
        program.main(Op::Collect);
        for to in 0..12u8 {
            program.main(Op::Check { of: l(to) });
        }
        program.clear_up();
        program.finish()
    };
    let pairs = [
        (Map::All, Map::None),
        (Map::None, Map::All),
        (Map::Odd, Map::Even),
        (Map::Even, Map::Odd),
        (Map::First, Map::Last),
        (Map::All, Map::Last),
    ];
    pairs.map(|(first, second)| after(first, second)).to_vec()
}

fn large_objects(known: &Known) -> Vec<Script> {
    let large = |(words, map): (u64, Map)| {
        let mut program = Program::new(known.offers);
        let (big, small) = (l(0), l(1));
        program.main(new(0, words, map));
        let slots = crate::op::gc::Shape { words, map }.slots();
        let places = [0, slots / 2, slots.saturating_sub(2), slots.saturating_sub(1)];
        for slot in places {
            program.main(new(1, 2, Map::None));
            program.main(Op::Store { of: big, slot, from: small });
        }
        program.main(Op::Drop { to: small });
        program.main(new(2, words, map));
        program.main(Op::Drop { to: l(2) });
        program.main(Op::Collect);
        program.main(Op::Collect);
        for slot in places {
            program.main(Op::Load { to: small, of: big, slot });
            program.main(Op::Check { of: small });
        }
        program.clear_up();
        program.finish()
    };
    // Around the sizes of pieces: 128 words, and Go's 128 KiB.
    let mut shapes = vec![(200_000, Map::All), (200_001, Map::Last), (100_000, Map::Even)];
    for pieces in [128, 256, 1024, 16_384, 32_768, 65_536] {
        shapes.extend([pieces - 1, pieces, pieces + 1].map(|words| (words, Map::Last)));
        shapes.push((pieces, Map::All));
    }
    shapes.into_iter().map(large).collect()
}

fn growing_stacks(known: &Known) -> Vec<Script> {
    let grown = |size: u64| {
        let mut program = Program::new(known.offers);
        for depth in 0..6u8 {
            for to in 0..LOCALS as u8 {
                program.main(new(to, 2 + u64::from(depth), Map::Last));
            }
            program.main(Op::Grow { size: size << depth });
            for of in 0..LOCALS as u8 {
                program.main(Op::Check { of: l(of) });
            }
            program.main(Op::Push);
        }
        program.main(Op::Collect);
        for _ in 0..6 {
            program.main(Op::Pop);
            for of in 0..LOCALS as u8 {
                program.main(Op::Check { of: l(of) });
            }
        }
        program.clear_up();
        program.finish()
    };
    [512, 4096, 100_000].map(grown).to_vec()
}

fn quiet_spans(known: &Known) -> Vec<Script> {
    let sizes = |first: u64| {
        let mut program = Program::new(known.offers);
        for words in first..first + 12 {
            program.main(new(0, words, Map::Last));
            program.main(new(1, words, Map::None));
        }
        program.main(Op::Drop { to: l(0) });
        program.main(Op::Drop { to: l(1) });
        // Nothing is made from here on.
        program.main(Op::Begin);
        program.main(Op::Finish);
        program.main(Op::Collect);
        program.finish()
    };
    [2, 14, 40, 100].map(sizes).to_vec()
}

fn busy_writer(known: &Known) -> Vec<Script> {
    let writer = |objects: u8| {
        let mut program = Program::new(known.offers);
        for to in 0..objects {
            program.main(new(to, 4, Map::All));
        }
        program.main(Op::Set { global: Global(0), from: l(0) });
        program.main(Op::Begin);
        for i in 0..600u32 {
            let (of, from) =
                ((i % u32::from(objects)) as u8, ((i * 7 + 3) % u32::from(objects)) as u8);
            program.on(Thread(0), Op::Store { of: l(of), slot: u64::from(i % 3), from: l(from) });
            program.main(Op::Set { global: Global(0), from: l(from) });
            program.main(Op::Step { units: 1 });
        }
        program.clear_up();
        program.finish()
    };
    [2, 5, 15].map(writer).to_vec()
}

/// Three objects, one after the other, in each place; the first holds another one.
fn containers(known: &Known) -> Vec<Script> {
    let in_place = |kind: Kind| {
        let store = Op::Store { of: l(0), slot: 0, from: l(1) };
        let drop = |to| Op::Drop { to: l(to) };
        let mut ops = vec![new(0, 4, Map::All), new(1, 2, Map::None), store, drop(1)];
        for words in [3, 40, 2000] {
            ops.extend([Op::Stash { kind, from: l(0) }, drop(0), Op::Collect, Op::Collect]);
            ops.extend([Op::Unstash { to: l(2), kind }, Op::Check { of: l(2) }, drop(2)]);
            ops.extend([Op::Collect, new(0, words, Map::Odd)]);
        }
        script(known, ops)
    };
    Kind::ALL.map(in_place).to_vec()
}
