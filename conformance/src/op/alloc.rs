//! The alphabet of allocators.
//!
//! Blocks live in numbered *slots*, so that a script says what it does without knowing any address. A
//! free of an empty slot is skipped, and so is an allocation into a full one.

use super::{Action, Section};
pub use super::{THREADS, Thread};

/// A step of a script of allocators.
pub type Step = super::Step<Op>;

/// A script of allocators.
pub type Script = super::Script<Op>;

/// Slots of a script: block tables are arrays of this length.
pub const SLOTS: usize = 1024;

/// A place for one block: below [`SLOTS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot(pub u16);

/// One action. Sizes and alignments are in bytes.
#[expect(missing_docs, reason = "the fields are named in the sentence of their op")]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// `malloc(size)` into an empty slot, then the whole request is written with a pattern.
    Malloc { slot: Slot, size: u64 },
    /// `calloc(count, size)` into an empty slot: bytes are checked for zero, then written.
    Calloc { slot: Slot, count: u64, size: u64 },
    /// `aligned_alloc(align, size)` into an empty slot, then written.
    AlignedAlloc { slot: Slot, align: u64, size: u64 },
    /// `posix_memalign(&p, align, size)` into an empty slot, then written.
    PosixMemalign { slot: Slot, align: u64, size: u64 },
    /// `memalign(align, size)` into an empty slot, then written.
    Memalign { slot: Slot, align: u64, size: u64 },
    /// `realloc(p, size)`; of an empty slot it is `realloc(NULL, size)`. The kept prefix is
    /// checked, then the whole new request is written.
    Realloc { slot: Slot, size: u64 },
    /// `reallocarray(p, count, size)`, as [`Op::Realloc`].
    Reallocarray { slot: Slot, count: u64, size: u64 },
    /// Grows a full slot so that the new part reads zero; skipped where `size` is no growth.
    GrowZeroed { slot: Slot, size: u64 },
    /// `free(p)` of a full slot, after its contents were verified.
    Free { slot: Slot },
    /// `free(NULL)`.
    FreeNull,
    /// `free_sized(p, size)` with the size last asked for; skipped for aligned blocks.
    FreeSized { slot: Slot },
    /// `free_aligned_sized(p, align, size)`; skipped unless the block came from `aligned_alloc`.
    FreeAlignedSized { slot: Slot },
    /// A deallocation told a size between requested and usable: requested + `excess` modulo the range.
    FreeWithin { slot: Slot, excess: u64 },
    /// Asks for the usable size of a full slot.
    UsableSize { slot: Slot },
    /// Asks for the usable size of a full slot and writes all of it; from here on the block owns it.
    FillUsable { slot: Slot },
    /// Writes the whole of a full slot again, with a new pattern.
    Write { slot: Slot },
    /// Verifies the contents of a full slot.
    Verify { slot: Slot },
    /// Verifies every live block; samples footprint and statistics.
    Checkpoint,
    /// Starts a thread that is not running.
    StartThread { thread: Thread },
    /// Ends a running thread and waits until it is gone. The *late* steps just before it, of the
    /// same thread, are performed by its thread-local destructors.
    EndThread { thread: Thread },
    /// Forks; the child verifies the blocks it inherited, allocates and frees `blocks` blocks of
    /// mixed sizes, and exits.
    Fork { blocks: u64 },
    /// Allocates and frees `times` blocks of `size` bytes as fast as the thread can, in bursts of at
    /// most 256 blocks. Each is stamped at both ends, and looked at when it is freed. No slot is used.
    Churn { size: u64, times: u64 },
    /// Frees a full slot, then frees the same address again. A target that claims to detect misuse
    /// must stop the process in the second call.
    DoubleFree { slot: Slot },
    /// Frees the address of a full slot plus `offset` (not 0). The block stays live.
    FreeInterior { slot: Slot, offset: u64 },
    /// Frees an address that the target never handed out.
    FreeForeign { what: Foreign },
    /// Frees a full slot, overwrites its first 64 bytes with the address of a decoy, then
    /// allocates `tries` blocks of its size: none may lie in the decoy.
    CorruptFreed { slot: Slot, tries: u64 },
    /// A new object into an empty slot, with or without pointers in it: it must read zero, and is
    /// then written. Its span is looked at before and after. Freed by [`Op::Free`], as are the next
    /// four.
    New { slot: Slot, size: u64, scan: Scan },
    /// A stack into an empty slot, then written.
    Stack { slot: Slot, size: u64 },
    /// A run of `pages` from the page allocator, without growing the heap. It is not written.
    TakeRun { slot: Slot, pages: u64 },
    /// A run of `pages` through the page cache of the thread.
    TakeCached { slot: Slot, pages: u64 },
    /// Maps pages of the judge's own where the heap would grow next, and writes them.
    Squat { slot: Slot, pages: u64 },
    /// Asks how a request is rounded, without making it.
    LookUp { size: u64, scan: Scan },
    /// Reads one row of the table of size classes.
    ReadClass { class: u64 },
    /// Exchanges the span in the thread's cache from which such an object would come, if it is full.
    Refill { size: u64, scan: Scan },
    /// Empties all caches.
    Flush,
    /// Starts a reclaim cycle: every span waits to be swept.
    StartCycle,
    /// Sweeps at most so many spans.
    Sweep { spans: u64 },
    /// Gives at least so many bytes of free memory back to the system.
    Scavenge { size: u64 },
    /// Lets the background scavenger work until it has reached its goal.
    ScavengePaced,
    /// Gives all free memory back to the system.
    ReleaseAll,
    /// Sets the memory limit, in bytes.
    MemoryLimit { size: u64 },
    /// Looks at the whole inside of the target.
    Survey,
    /// Writes one byte past an object, within its slot, and frees it. A target that claims to detect that must stop.
    Overrun { slot: Slot },
    /// Frees an object and names another size. A target that claims to detect that must stop.
    FreeWrong { slot: Slot, size: u64 },
    /// Begins a section whose steps run at the same time, each thread its own in order.
    Together,
    /// Ends the innermost open section begun by [`Op::Together`] or [`Op::Repeat`].
    End,
    /// Begins a section that is performed `times` times over.
    Repeat { times: u64 },
}

/// An address that no allocator handed out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Foreign {
    /// A local variable.
    Stack,
    /// A static variable.
    Static,
    /// A page of its own, from the system.
    Mapping,
}

/// Whether an object may hold pointers: Go keeps both sorts apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scan {
    /// It has none.
    Noscan,
    /// It has some.
    Pointers,
}

impl Action for Op {
    const SUBJECT: &'static str = "alloc";

    fn word(&self) -> &'static str {
        Op::word(self)
    }

    fn section(&self) -> Section {
        match *self {
            Op::Together => Section::Together,
            Op::Repeat { times } => Section::Repeat(times),
            Op::End => Section::End,
            _ => Section::Inner,
        }
    }

    fn of_section(section: Section) -> Option<Op> {
        match section {
            Section::Together => Some(Op::Together),
            Section::Repeat(times) => Some(Op::Repeat { times }),
            Section::End => Some(Op::End),
            Section::Inner => None,
        }
    }
}

impl Op {
    /// The slot that the op is about, where it is about one.
    pub fn slot(&self) -> Option<Slot> {
        let mut op = *self;
        op.slot_mut().copied()
    }

    /// The same, to be exchanged for another.
    pub fn slot_mut(&mut self) -> Option<&mut Slot> {
        match self {
            Op::Malloc { slot, .. }
            | Op::Calloc { slot, .. }
            | Op::AlignedAlloc { slot, .. }
            | Op::PosixMemalign { slot, .. }
            | Op::Memalign { slot, .. }
            | Op::Realloc { slot, .. }
            | Op::Reallocarray { slot, .. }
            | Op::GrowZeroed { slot, .. }
            | Op::Free { slot }
            | Op::FreeSized { slot }
            | Op::FreeAlignedSized { slot }
            | Op::FreeWithin { slot, .. }
            | Op::UsableSize { slot }
            | Op::FillUsable { slot }
            | Op::Write { slot }
            | Op::Verify { slot }
            | Op::DoubleFree { slot }
            | Op::FreeInterior { slot, .. }
            | Op::CorruptFreed { slot, .. }
            | Op::New { slot, .. }
            | Op::Stack { slot, .. }
            | Op::TakeRun { slot, .. }
            | Op::TakeCached { slot, .. }
            | Op::Squat { slot, .. }
            | Op::Overrun { slot }
            | Op::FreeWrong { slot, .. } => Some(slot),
            Op::FreeNull
            | Op::Checkpoint
            | Op::StartThread { .. }
            | Op::EndThread { .. }
            | Op::Fork { .. }
            | Op::Churn { .. }
            | Op::FreeForeign { .. }
            | Op::LookUp { .. }
            | Op::ReadClass { .. }
            | Op::Refill { .. }
            | Op::Flush
            | Op::StartCycle
            | Op::Sweep { .. }
            | Op::Scavenge { .. }
            | Op::ScavengePaced
            | Op::ReleaseAll
            | Op::MemoryLimit { .. }
            | Op::Survey
            | Op::Together
            | Op::End
            | Op::Repeat { .. } => None,
        }
    }

    /// Whether the op gives the block of its slot back, whatever else it does.
    pub fn releases(&self) -> bool {
        matches!(
            self,
            Op::Free { .. }
                | Op::FreeSized { .. }
                | Op::FreeAlignedSized { .. }
                | Op::FreeWithin { .. }
                | Op::DoubleFree { .. }
                | Op::CorruptFreed { .. }
                | Op::Overrun { .. }
                | Op::FreeWrong { .. }
        )
    }

    /// Bytes asked for, where the op asks for any; the low 64 bits of an overflowing product.
    pub fn requested(&self) -> Option<u64> {
        match *self {
            Op::Malloc { size, .. }
            | Op::AlignedAlloc { size, .. }
            | Op::PosixMemalign { size, .. }
            | Op::Memalign { size, .. }
            | Op::Realloc { size, .. }
            | Op::GrowZeroed { size, .. } => Some(size),
            Op::Calloc { count, size, .. } | Op::Reallocarray { count, size, .. } => {
                Some(count.wrapping_mul(size))
            }
            _ => None,
        }
    }
}
