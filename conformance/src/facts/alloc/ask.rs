//! What an op asks an allocator for.

use crate::op::alloc::Op;

/// The greatest request that counts as modest, in bytes.
const MODEST_SIZE: u64 = 1 << 20;
/// The greatest alignment of a modest request, in bytes.
const MODEST_ALIGN: u64 = 64 << 10;

/// What an allocating op asks for.
#[derive(Clone, Copy, Default)]
pub(super) struct Ask {
    pub(super) size: u64,
    pub(super) align: u64,
    pub(super) overflows: bool,
    pub(super) zeroed: bool,
    /// The smallest alignment that the call must support; 0 where it names none.
    least_align: u64,
}

impl Ask {
    pub(super) fn of(op: &Op) -> Ask {
        match *op {
            Op::Malloc { size, .. } | Op::Realloc { size, .. } => Ask { size, ..Ask::default() },
            Op::GrowZeroed { size, .. } => Ask { size, zeroed: true, ..Ask::default() },
            Op::Calloc { count, size, .. } | Op::Reallocarray { count, size, .. } => {
                let (size, overflows) = count.overflowing_mul(size);
                let zeroed = matches!(op, Op::Calloc { .. });
                Ask { size, overflows, zeroed, ..Ask::default() }
            }
            Op::AlignedAlloc { align, size, .. } | Op::Memalign { align, size, .. } => {
                Ask { size, align, least_align: 1, ..Ask::default() }
            }
            Op::PosixMemalign { align, size, .. } => {
                Ask { size, align, least_align: 8, ..Ask::default() }
            }
            _ => Ask::default(),
        }
    }

    pub(super) fn align_ok(&self) -> bool {
        self.align == 0 && self.least_align == 0
            || self.align.is_power_of_two() && self.align >= self.least_align
    }

    pub(super) fn modest(&self) -> bool {
        !self.overflows && self.size <= MODEST_SIZE && self.align <= MODEST_ALIGN && self.align_ok()
    }
}
