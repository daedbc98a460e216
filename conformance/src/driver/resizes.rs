//! Every resize between sizes of all orders, and every way to come by the first block.
//!
//! Random scripts resize mostly small blocks: large ones are slow to write. Here each pair has its
//! turn, so that what goes wrong only between two thresholds is met for certain.

use super::clear_up;
use crate::capability::{Capabilities, Capability};
use crate::op::alloc::{Op, Script, Slot, Step};

/// Sizes on both sides of where allocators change their ways, most of them no multiple of anything.
const SIZES: [u64; 22] = [
    1, 8, 17, 24, 33, 100, 250, 513, 1000, 1025, 2047, 4096, 5000, 8193, 20_001, 32_768, 40_000,
    65_537, 131_073, 300_001, 1_048_577, 3_000_077,
];

/// Alignments of a first block; 0: from `malloc`.
const ALIGNS: [u64; 3] = [0, 64, 8192];

/// The scripts: a block, a neighbour, the resize, and a resize back.
pub fn resizes(offers: Capabilities) -> impl Iterator<Item = Script> {
    let can = offers.has(Capability::Realloc);
    let sizes = move || SIZES.into_iter().filter(move |_| can);
    let aligned = offers.has(Capability::AlignedAlloc);
    let pairs = sizes().flat_map(move |from| sizes().map(move |to| (from, to)));
    pairs.flat_map(move |(from, to)| {
        // Large blocks are resized the same whatever their alignment, and take long to write.
        let fits = move |align: &u64| *align == 0 || aligned && from.max(to) < 40_000;
        ALIGNS.into_iter().filter(fits).map(move |align| script(from, to, align))
    })
}

fn script(from: u64, to: u64, align: u64) -> Script {
    let slot = Slot(0);
    let first = match align {
        0 => Op::Malloc { slot, size: from },
        align => Op::AlignedAlloc { slot, align, size: from },
    };
    let neighbour = Op::Malloc { slot: Slot(1), size: from.min(4096) };
    let there = Op::Realloc { slot, size: to };
    let back = Op::Realloc { slot, size: from };
    let mut script = Script { steps: [first, neighbour, there, back].map(Step::main).to_vec() };
    clear_up(&mut script);
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_sizes_is_there_and_nothing_where_nothing_can_be_resized() {
        let all: Vec<_> = resizes(Capabilities::of(&[Capability::Realloc])).collect();
        assert_eq!(all.len(), SIZES.len() * SIZES.len());
        assert_eq!(resizes(Capabilities::NONE).count(), 0);
        let both = Capabilities::of(&[Capability::Realloc, Capability::AlignedAlloc]);
        assert!(resizes(both).count() > all.len());
    }
}
