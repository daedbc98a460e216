//! What a draft may do.

use super::Shape;
use crate::capability::Capability;

/// The sort of op, or of a run of ops, that a draft stands for.
///
/// The numbers are part of every corpus: new kinds go to the end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Kind {
    /// One `malloc`.
    Malloc = 0,
    /// One `free`.
    Free,
    /// Writes a block again.
    Write,
    /// Verifies a block.
    Verify,
    /// Verifies all blocks.
    Checkpoint,
    /// One `calloc`.
    Calloc,
    /// One `realloc`.
    Realloc,
    /// One `reallocarray`.
    Reallocarray,
    /// One `aligned_alloc`.
    AlignedAlloc,
    /// One `posix_memalign`.
    PosixMemalign,
    /// One `memalign`.
    Memalign,
    /// Grows a block, zeroed.
    GrowZeroed,
    /// One `free_sized`.
    FreeSized,
    /// One `free_aligned_sized`.
    FreeAlignedSized,
    /// One free that is told a size between requested and usable.
    FreeWithin,
    /// `free(NULL)`.
    FreeNull,
    /// Asks for a usable size.
    UsableSize,
    /// Asks for a usable size and writes all of it.
    FillUsable,
    /// Another thread goes on; it is started if it does not run.
    HandOver,
    /// A thread ends, and perhaps frees or allocates while it does.
    EndThread,
    /// Several blocks of one size.
    MallocRun,
    /// Several frees, newest first, oldest first or in any order.
    FreeRun,
    /// Frees a written block and asks for zeroed memory of its size at once.
    Reuse,
    /// Resizes a block and then back to what it was.
    Swing,
}

impl Kind {
    /// Every kind, by its number.
    pub const ALL: [Kind; 24] = [
        Kind::Malloc,
        Kind::Free,
        Kind::Write,
        Kind::Verify,
        Kind::Checkpoint,
        Kind::Calloc,
        Kind::Realloc,
        Kind::Reallocarray,
        Kind::AlignedAlloc,
        Kind::PosixMemalign,
        Kind::Memalign,
        Kind::GrowZeroed,
        Kind::FreeSized,
        Kind::FreeAlignedSized,
        Kind::FreeWithin,
        Kind::FreeNull,
        Kind::UsableSize,
        Kind::FillUsable,
        Kind::HandOver,
        Kind::EndThread,
        Kind::MallocRun,
        Kind::FreeRun,
        Kind::Reuse,
        Kind::Swing,
    ];

    /// The kind that a draft's byte selects. Numbers are counted modulo 64, and those without a kind
    /// are allocations and frees in turn, so that a kind added later takes nothing but their place.
    pub fn of(byte: u8) -> Kind {
        let number = usize::from(byte % 64);
        let common = if number.is_multiple_of(2) { Kind::Malloc } else { Kind::Free };
        Kind::ALL.get(number).copied().unwrap_or(common)
    }

    /// A kind that does less, where there is one: what shrinking tries, and what stands in where
    /// the target does not offer this kind.
    pub fn plainer(self) -> Option<Kind> {
        match self {
            Kind::Malloc
            | Kind::Free
            | Kind::Write
            | Kind::Verify
            | Kind::Checkpoint
            | Kind::FreeNull
            | Kind::HandOver
            | Kind::EndThread => None,
            Kind::Calloc
            | Kind::Realloc
            | Kind::AlignedAlloc
            | Kind::PosixMemalign
            | Kind::Memalign
            | Kind::MallocRun => Some(Kind::Malloc),
            Kind::Reallocarray | Kind::GrowZeroed | Kind::Swing => Some(Kind::Realloc),
            Kind::FreeSized
            | Kind::FreeAlignedSized
            | Kind::FreeWithin
            | Kind::FreeRun
            | Kind::Reuse => Some(Kind::Free),
            Kind::UsableSize => Some(Kind::Verify),
            Kind::FillUsable => Some(Kind::Write),
        }
    }

    /// Whether the kind may be asked of a target of this shape.
    pub fn is_offered(self, shape: &Shape) -> bool {
        match self {
            Kind::HandOver | Kind::EndThread => shape.thread_count() > 1,
            _ => self.needs().is_none_or(|needed| shape.offers.has(needed)),
        }
    }

    /// What a target must offer to be asked for this kind.
    pub fn needs(self) -> Option<Capability> {
        match self {
            Kind::Malloc
            | Kind::Free
            | Kind::Write
            | Kind::Verify
            | Kind::Checkpoint
            | Kind::MallocRun
            | Kind::FreeRun => None,
            Kind::Calloc | Kind::Reuse => Some(Capability::Calloc),
            Kind::Realloc | Kind::Swing => Some(Capability::Realloc),
            Kind::Reallocarray => Some(Capability::Reallocarray),
            Kind::AlignedAlloc => Some(Capability::AlignedAlloc),
            Kind::PosixMemalign => Some(Capability::PosixMemalign),
            Kind::Memalign => Some(Capability::Memalign),
            Kind::GrowZeroed => Some(Capability::GrowZeroed),
            Kind::FreeSized => Some(Capability::FreeSized),
            Kind::FreeAlignedSized => Some(Capability::FreeAlignedSized),
            Kind::FreeWithin => Some(Capability::FreeWithin),
            Kind::FreeNull => Some(Capability::FreeNull),
            Kind::UsableSize | Kind::FillUsable => Some(Capability::UsableSize),
            Kind::HandOver | Kind::EndThread => Some(Capability::Threads),
        }
    }

    /// Whether the kind ends blocks, so that a draft's `how` is an order.
    pub(super) fn frees(self) -> bool {
        matches!(
            self,
            Kind::Free
                | Kind::FreeSized
                | Kind::FreeAlignedSized
                | Kind::FreeWithin
                | Kind::FreeRun
                | Kind::Reuse
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_number() {
        for (number, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
            assert_eq!(Kind::of(number as u8), kind);
            assert_eq!(Kind::of(number as u8 + 64), kind);
        }
    }

    #[test]
    fn a_number_without_a_kind_allocates_or_frees() {
        let without = (Kind::ALL.len() as u8..64).map(Kind::of);
        assert!(without.clone().any(|kind| kind == Kind::Malloc));
        assert!(without.clone().any(|kind| kind == Kind::Free));
        assert!(without.clone().all(|kind| matches!(kind, Kind::Malloc | Kind::Free)));
    }

    #[test]
    fn plainer_kinds_have_smaller_numbers_and_come_to_an_end() {
        for kind in Kind::ALL {
            if let Some(plainer) = kind.plainer() {
                assert!((plainer as u8) < kind as u8, "{plainer:?} for {kind:?}");
            }
        }
    }
}
