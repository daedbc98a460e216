//! The numbers in an allocator's op, to be made smaller.

use crate::op::alloc::Op;

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
