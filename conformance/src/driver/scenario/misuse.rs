//! Calls that a hardened allocator stops. The process is expected to end in each.

use super::{Circumstances, Scenario, main_steps};
use crate::op::alloc::{Foreign, Op, Script, Slot, Step, Thread};
use crate::spec::Judge;

/// A block freed twice.
pub(super) const DOUBLE_FREE: Scenario = Scenario {
    name: "double-free",
    asks: "Is a second free of a block stopped?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: double_free,
};

/// An address freed that is no block's.
pub(super) const INVALID_FREE: Scenario = Scenario {
    name: "invalid-free",
    asks: "Is a free of an address that is no block's stopped?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: invalid_free,
};

/// A freed block overwritten.
pub(super) const CORRUPT_FREED: Scenario = Scenario {
    name: "corrupt-freed",
    asks: "Does overwriting a freed block lead an allocation astray?",
    judge: Judge::Trace,
    fresh: 1,
    scripts: corrupt_freed,
};

const S: Slot = Slot(0);
const SIZES: [u64; 4] = [24, 1000, 5000, 200_000];

fn double_free(_: &Circumstances) -> Vec<Script> {
    let mut scripts = Vec::new();
    for size in SIZES {
        let malloc = Op::Malloc { slot: S, size };
        // At once; with another block on the list before it; by another thread.
        scripts.push(main_steps([malloc, Op::DoubleFree { slot: S }]));
        let others =
            (1..4).flat_map(|i| [Op::Malloc { slot: Slot(i), size }, Op::Free { slot: Slot(i) }]);
        let mut later = main_steps([malloc]);
        later.extend(main_steps(others));
        later.push(Step::main(Op::DoubleFree { slot: S }));
        scripts.push(later);
        let thread = Thread(1);
        let mut remote = main_steps([malloc, Op::StartThread { thread }]);
        remote.push(Step::on(thread, Op::DoubleFree { slot: S }));
        scripts.push(remote);
    }
    scripts.into_iter().map(|steps| Script { steps }).collect()
}

fn invalid_free(_: &Circumstances) -> Vec<Script> {
    let interior = |size: u64, offset: u64| {
        main_steps([Op::Malloc { slot: S, size }, Op::FreeInterior { slot: S, offset }])
    };
    let mut scripts = vec![
        interior(100, 16),
        interior(100, 8),
        interior(1000, 512),
        interior(5000, 4096),
        interior(200_000, 4096),
    ];
    for what in [Foreign::Stack, Foreign::Static, Foreign::Mapping] {
        scripts.push(main_steps([Op::Malloc { slot: S, size: 24 }, Op::FreeForeign { what }]));
    }
    scripts.into_iter().map(|steps| Script { steps }).collect()
}

fn corrupt_freed(_: &Circumstances) -> Vec<Script> {
    let corrupt = |(size, others): (u64, u16)| {
        let fill = (1..=others).map(|i| Op::Malloc { slot: Slot(i), size });
        let free = (1..=others).map(|i| Op::Free { slot: Slot(i) });
        let mut steps = main_steps([Op::Malloc { slot: S, size }]);
        steps.extend(main_steps(fill.chain(free)));
        steps.push(Step::main(Op::CorruptFreed { slot: S, tries: 64 }));
        Script { steps }
    };
    [(24, 0), (24, 5), (100, 5), (1000, 3), (5000, 2)].into_iter().map(corrupt).collect()
}
