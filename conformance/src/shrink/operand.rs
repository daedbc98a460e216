//! The numbers in a step, to be made smaller.

use crate::op::alloc::Op;

/// Smaller numbers to try, the smallest first; the last steps down by one.
pub(super) fn smaller(value: u64) -> Vec<u64> {
    let fixed = [1, 8, 16, 24, 64, 4096];
    let halves = [value / 2, value - value / 4, value.saturating_sub(8), value.saturating_sub(1)];
    fixed.into_iter().chain(halves).filter(|&less| less < value && less > 0).collect()
}

pub(super) fn operand_mut(op: &mut Op, which: usize) -> Option<&mut u64> {
    match (op, which) {
        (
            Op::Malloc { size, .. }
            | Op::Realloc { size, .. }
            | Op::GrowZeroed { size, .. }
            | Op::Calloc { size, .. }
            | Op::Reallocarray { size, .. }
            | Op::AlignedAlloc { size, .. }
            | Op::PosixMemalign { size, .. }
            | Op::Memalign { size, .. }
            | Op::Churn { size, .. }
            | Op::New { size, .. }
            | Op::LookUp { size, .. }
            | Op::Scavenge { size },
            0,
        ) => Some(size),
        (Op::Calloc { count, .. } | Op::Reallocarray { count, .. }, 1) => Some(count),
        (
            Op::AlignedAlloc { align, .. }
            | Op::PosixMemalign { align, .. }
            | Op::Memalign { align, .. },
            1,
        ) => Some(align),
        (Op::FreeWithin { excess, .. }, 0) => Some(excess),
        (Op::FreeInterior { offset, .. }, 0) => Some(offset),
        (Op::CorruptFreed { tries, .. }, 0) => Some(tries),
        (Op::TakeRun { pages, .. } | Op::TakeCached { pages, .. }, 0) => Some(pages),
        (Op::Sweep { spans }, 0) => Some(spans),
        (Op::Fork { blocks }, 0) => Some(blocks),
        (Op::Churn { times, .. }, 1) => Some(times),
        _ => None,
    }
}

pub(super) fn operand_of(op: &Op, which: usize) -> Option<u64> {
    let mut copy = *op;
    operand_mut(&mut copy, which).copied()
}

pub(super) fn set_operand(op: &mut Op, which: usize, value: u64) {
    if let Some(operand) = operand_mut(op, which) {
        *operand = value;
    }
}
