//! The inside of an allocator that is built as Go's: size classes, objects, reclaim, caches.

use super::{Circumstances, Scenario, main_steps};
use crate::capability::Capability;
use crate::driver::Dice;
use crate::op::alloc::{Op, Scan, Script, Slot, Step, Thread};
use crate::spec::Judge;

/// Every row of the table of size classes, and look-ups of all sizes.
pub(super) const SIZE_CLASSES: Scenario = Scenario {
    name: "size-classes",
    asks: "Is the table of size classes that of Go, and are requests rounded by it?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: size_classes,
};

/// Objects of all sizes, made and freed.
pub(super) const OBJECTS: Scenario = Scenario {
    name: "objects",
    asks: "Does each object get a free slot of the right span?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: objects,
};

/// Objects that share blocks.
pub(super) const TINY_OBJECTS: Scenario = Scenario {
    name: "tiny-objects",
    asks: "Do small objects without pointers share blocks in the right way?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: tiny_objects,
};

/// Objects with spans of their own.
pub(super) const LARGE_OBJECTS: Scenario = Scenario {
    name: "large-objects",
    asks: "Does a large object get just the pages that it needs?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: large_objects,
};

/// Cycles, sweeping, flushing and refilling between objects.
pub(super) const RECLAIM: Scenario = Scenario {
    name: "reclaim",
    asks: "Are spans swept, cached and given back as they must be?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: reclaim,
};

/// One size after the other.
pub(super) const SIZE_AFTER_SIZE: Scenario = Scenario {
    name: "size-after-size",
    asks: "Is memory that one size has done with used for the next?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: size_after_size,
};

/// Two threads that both find no pages.
pub(super) const TWO_GROWERS: Scenario = Scenario {
    name: "two-growers",
    asks: "Does the heap grow once where two threads run out of pages?",
    judge: Judge::Stress,
    fresh: 4,
    scripts: two_growers,
};

/// Objects written past their ends, or freed with another size.
pub(super) const SPOILT_OBJECTS: Scenario = Scenario {
    name: "spoilt-objects",
    asks: "Are a write past an object and a free with a wrong size stopped?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: spoilt_objects,
};

/// The greatest request that is served from a class.
const MAX_SMALL: u64 = 32760;

fn size_classes(_: &Circumstances) -> Vec<Script> {
    let rows = (0..=67).map(|class| Op::ReadClass { class });
    let both = [Scan::Noscan, Scan::Pointers];
    let below = |scan| (1..=1040).map(move |size| Op::LookUp { size, scan });
    let around = |n: u64| (n - 1..=n + 1).chain([n + 8, n - 8]);
    let steps = || (8..=257).flat_map(move |i| around(i * 128));
    let ends = || (MAX_SMALL - 10..MAX_SMALL + 20).chain([40_000, 40_960, 1 << 20, (1 << 20) + 1]);
    let above = |scan| steps().chain(ends()).map(move |size| Op::LookUp { size, scan });
    let mut scripts = vec![main_steps(rows)];
    scripts.extend(both.map(|scan| main_steps(below(scan))));
    scripts.extend(both.map(|scan| main_steps(above(scan))));
    scripts.into_iter().map(|steps| Script { steps }).collect()
}

/// What a random script is made of: slots used, the greatest size, chances in 1000 of each op that
/// is no object made or freed.
struct Mix {
    slots: u64,
    length: usize,
    largest: u64,
    /// One in so many objects has pointers; 0: none has.
    pointers: u64,
    extras: Extras,
}

/// Ops that are no object made or freed, each with its chance in 1000.
type Extras = &'static [Extra];
type Extra = (u64, fn(&mut Dice) -> Op);

fn any_size(dice: &mut Dice, largest: u64) -> u64 {
    let bits = 1 + dice.below(u64::from(largest.ilog2()) + 1);
    let size = 1 + dice.below(1 << bits.min(62));
    size.min(largest)
}

fn random(c: &Circumstances, salt: u64, mix: &Mix) -> Script {
    let mut dice = c.dice(salt);
    let mut full = vec![false; mix.slots as usize];
    let mut ops = Vec::new();
    for _ in 0..mix.length {
        let mut roll = dice.below(1000);
        let extra = mix.extras.iter().find(|(chance, _)| {
            let hit = roll < *chance;
            roll = roll.saturating_sub(*chance);
            hit
        });
        if let Some((_, op)) = extra {
            ops.push(op(&mut dice));
            continue;
        }
        let i = dice.below(mix.slots) as usize;
        let slot = Slot(i as u16);
        if full[i] {
            ops.push(Op::Free { slot });
        } else {
            let scan = match mix.pointers {
                0 => Scan::Noscan,
                n if dice.one_in(n) => Scan::Pointers,
                _ => Scan::Noscan,
            };
            ops.push(Op::New { slot, size: any_size(&mut dice, mix.largest), scan });
        }
        full[i] = !full[i];
    }
    ops.push(Op::Survey);
    Script { steps: main_steps(ops) }
}

const SURVEY: Extra = (40, |_| Op::Survey);
const FLUSH: Extra = (15, |_| Op::Flush);
const CYCLE: Extra = (20, |_| Op::StartCycle);
const SWEEP: Extra =
    (40, |dice| Op::Sweep { spans: if dice.one_in(2) { 1000 } else { 1 + dice.below(4) } });

fn filled(size: u64, scan: Scan, count: u16) -> impl Iterator<Item = Op> {
    (0..count).map(move |i| Op::New { slot: Slot(i), size, scan })
}

fn freed(slots: impl Iterator<Item = u16>) -> impl Iterator<Item = Op> {
    slots.map(|i| Op::Free { slot: Slot(i) })
}

fn script(ops: impl IntoIterator<Item = Op>) -> Script {
    Script { steps: main_steps(ops) }
}

fn objects(c: &Circumstances) -> Vec<Script> {
    let mix = |largest| Mix { slots: 60, length: 300, largest, pointers: 3, extras: &[SURVEY] };
    let mut scripts: Vec<Script> =
        [80, 1100, MAX_SMALL, 200_000].iter().map(|&n| random(c, n, &mix(n))).collect();
    // Whole spans, slot after slot, across the boundaries of their bitmaps.
    for (size, scan, count) in [
        (16, Scan::Noscan, 300),
        (24, Scan::Pointers, 200),
        (100, Scan::Noscan, 150),
        (1000, Scan::Pointers, 30),
        (9000, Scan::Noscan, 20),
    ] {
        let ops = filled(size, scan, count).chain([Op::Survey]);
        scripts.push(script(ops.chain(freed(0..count)).chain([Op::Survey])));
    }
    scripts
}

fn tiny_objects(c: &Circumstances) -> Vec<Script> {
    let extras = &[SURVEY, FLUSH, CYCLE, SWEEP];
    let mix = |pointers| Mix { slots: 40, length: 300, largest: 24, pointers, extras };
    let sizes = [7, 8, 2, 12, 3, 4, 6, 8, 5, 10, 1, 15, 4, 9, 8, 14, 2, 6];
    let each =
        sizes.iter().zip(0..).map(|(&size, i)| Op::New { slot: Slot(i), size, scan: Scan::Noscan });
    let frees = (0..18).filter(|i| i % 3 == 0);
    let ops = each.chain(freed(frees)).chain([Op::Flush, Op::StartCycle, Op::Sweep { spans: 99 }]);
    let again = (0..12u16).map(|i| Op::New { slot: Slot(100 + i), size: 9, scan: Scan::Noscan });
    vec![random(c, 1, &mix(0)), random(c, 2, &mix(4)), script(ops.chain(again).chain([Op::Survey]))]
}

fn large_objects(c: &Circumstances) -> Vec<Script> {
    let extras: Extras = if c.offers.has(Capability::Scavenge) {
        &[SURVEY, CYCLE, SWEEP, (60, |_| Op::ReleaseAll)]
    } else {
        &[SURVEY]
    };
    let mix = Mix { slots: 12, length: 120, largest: 600_000, pointers: 4, extras };
    let new = |i: u16, size| Op::New { slot: Slot(i), size, scan: Scan::Noscan };
    let sizes = [MAX_SMALL + 1, 32768, 32769, 40960, 40961, 65536, 100_000, 8 << 20, 100 << 20];
    let each = sizes.iter().zip(0..).map(|(&size, i)| new(i, size));
    let edges = [1 << 62, u64::MAX, u64::MAX - 4096, u64::MAX - 8191, u64::MAX - 8192, 1 << 63];
    let refused = edges.iter().zip(20..).map(|(&size, i)| new(i, size));
    let again = [
        new(0, 300_000),
        Op::Free { slot: Slot(0) },
        Op::StartCycle,
        Op::Sweep { spans: 1000 },
        Op::ReleaseAll,
        new(1, 300_000),
    ];
    vec![script(each.chain([Op::Survey]).chain(refused)), script(again), random(c, 3, &mix)]
}

fn reclaim(c: &Circumstances) -> Vec<Script> {
    let extras: Extras = &[
        SURVEY,
        FLUSH,
        CYCLE,
        SWEEP,
        (15, |dice| Op::Refill { size: any_size(dice, 5000), scan: Scan::Noscan }),
        (10, |dice| Op::Refill { size: any_size(dice, 5000), scan: Scan::Pointers }),
    ];
    let mix = |largest, slots| Mix { slots, length: 400, largest, pointers: 3, extras };
    let mut scripts = vec![
        random(c, 4, &mix(200, 100)),
        random(c, 5, &mix(3000, 60)),
        random(c, 6, &mix(9000, 40)),
    ];
    for (size, scan, count) in
        [(1000, Scan::Noscan, 24), (48, Scan::Pointers, 200), (8192, Scan::Noscan, 9)]
    {
        // Full spans, then holes in all of them, then nothing; swept each time.
        let sweep =
            || [Op::Flush, Op::StartCycle, Op::Survey, Op::Sweep { spans: 999 }, Op::Survey];
        let lazily = [Op::StartCycle, Op::Refill { size, scan }, Op::Survey];
        let ops = filled(size, scan, count)
            .chain(sweep())
            .chain(lazily)
            .chain(freed((0..count).filter(|i| i % 3 != 0)))
            .chain(sweep())
            .chain(filled(size, scan, count))
            .chain([Op::Survey])
            .chain(freed(0..count))
            .chain(sweep());
        scripts.push(script(ops));
    }
    scripts
}

fn size_after_size(_: &Circumstances) -> Vec<Script> {
    let mut ops = Vec::new();
    for size in [8192, 16384, 24576, 32760, 20480, 13568, 10240, 9472] {
        let count = ((2 << 20) / size).min(1000) as u16;
        ops.extend(filled(size, Scan::Noscan, count));
        ops.push(Op::Survey);
        ops.extend(freed(0..count));
        ops.extend([Op::Flush, Op::StartCycle, Op::Sweep { spans: 10_000 }, Op::Flush, Op::Survey]);
    }
    vec![script(ops)]
}

fn two_growers(_: &Circumstances) -> Vec<Script> {
    let thread = Thread(1);
    let new = |slot| Op::New { slot: Slot(slot), size: 100, scan: Scan::Noscan };
    let mut steps = main_steps([Op::StartThread { thread }, Op::Together, new(0)]);
    steps.push(Step::on(thread, new(1)));
    steps.extend(main_steps([Op::End, Op::Survey]));
    vec![Script { steps }]
}

fn spoilt_objects(_: &Circumstances) -> Vec<Script> {
    let slot = Slot(0);
    let new = |size, scan| Op::New { slot, size, scan };
    let overruns =
        [20, 100, 1000, 5000].map(|size| vec![new(size, Scan::Noscan), Op::Overrun { slot }]);
    let wrong = [(24, 200), (1000, 100), (300, 8000), (5000, 40)]
        .map(|(size, told)| vec![new(size, Scan::Pointers), Op::FreeWrong { slot, size: told }]);
    overruns.into_iter().chain(wrong).map(script).collect()
}
