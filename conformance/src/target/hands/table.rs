//! The table of live blocks: what the hands must remember to keep blocks apart and to recognise
//! their bytes.
//!
//! A cell is *empty*, *busy* or *full*. Whoever turns it busy owns its content until it is turned
//! empty or full again. Alone on the heap that is a plain store; when threads run at the same time
//! it is a compare-and-swap, and a thread that meets a busy cell skips its op.
//!
//! Beside others, a claim is stamped from a common clock when it is taken and when it is left. A
//! block's life in the log therefore lies within the time in which some thread held its cell or the
//! cell was full: no stamp of the call that frees it comes before the one of the call that made it.

use crate::observe::Answer;
use crate::op::alloc::{SLOTS, Slot};
use crate::target::heap::Held;
use crate::target::memory;
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The call that a block came from; decides which sized free may end it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// A call without an alignment.
    Plain,
    /// `aligned_alloc`.
    Aligned,
    /// `posix_memalign` and `memalign`, which no sized free accepts.
    Other,
    /// An object of the inside.
    Object,
    /// A stack.
    Stack,
    /// A run of pages.
    Run,
    /// Memory of the judge's own, in the way of the heap.
    Squat,
}

impl Origin {
    /// Whether the block may be given to C's calls.
    pub(super) fn is_c(self) -> bool {
        matches!(self, Origin::Plain | Origin::Aligned | Origin::Other)
    }
}

/// A live block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) held: Held,
    pub(super) origin: Origin,
    /// Identity: no other block of the run has it.
    pub(super) serial: u64,
    /// Seed of the pattern it carries.
    pub(super) seed: u64,
    /// So many bytes carry the pattern.
    pub(super) written: usize,
    /// The usable size last reported; 0: never asked.
    pub(super) usable: usize,
}

impl Block {
    /// How many bytes have lost the pattern.
    pub(super) fn damaged(&self) -> u64 {
        // SAFETY: the bytes written lie within the block, which is live.
        unsafe { memory::damaged(self.held.address, self.written, self.seed, self.written) as u64 }
    }

    /// How many of the first `len` bytes at `at` hold this block's pattern, at most what was
    /// written.
    ///
    /// # Safety
    /// `at .. at + min(len, written)` can be read.
    pub(super) unsafe fn same_prefix_at(&self, at: *const u8, len: usize) -> u64 {
        let len = len.min(self.written);
        // SAFETY: the caller's promise.
        unsafe { memory::same_prefix(at, len, self.seed, self.written) as u64 }
    }

    /// Writes the pattern over the first `len` bytes.
    pub(super) fn fill(&mut self, len: usize) {
        // SAFETY: the block is live and owns `len` bytes, as the target says.
        unsafe { memory::fill(self.held.address, len, self.seed) }
        self.written = len;
    }
}

const EMPTY: u32 = 0;
const BUSY: u32 = 1;
const FULL: u32 = 2;

/// One place for one block.
struct Cell {
    state: AtomicU32,
    block: UnsafeCell<Block>,
}

/// All places for blocks of a run.
pub(super) struct Table {
    cells: Box<[Cell]>,
    /// Ticks at every stamp.
    clock: AtomicU64,
}

// SAFETY: `block` is touched only by the thread that holds the cell busy.
unsafe impl Sync for Table {}
// SAFETY: a table owns nothing that is tied to a thread.
unsafe impl Send for Table {}

/// A cell turned busy by this thread. Turn it back with [`Claim::leave_empty`] or
/// [`Claim::leave_full`].
pub(super) struct Claim<'t> {
    cell: &'t Cell,
    /// The clock, if the claim is stamped.
    clock: Option<&'t AtomicU64>,
    began: u64,
    /// The block in it, if the cell was full.
    pub(super) block: Option<Block>,
}

/// When a claim was taken and left; zeros where nothing else ran.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamps {
    pub(super) began: u64,
    pub(super) ended: u64,
}

impl Table {
    /// A table of empty cells. It is allocated once, before the target is first called, and never
    /// grows: hands take no memory while they work.
    pub(super) fn new() -> Table {
        let none = Block {
            held: Held { address: std::ptr::null_mut(), size: 0, align: 0 },
            origin: Origin::Plain,
            serial: 0,
            seed: 0,
            written: 0,
            usable: 0,
        };
        let cell = || Cell { state: AtomicU32::new(EMPTY), block: UnsafeCell::new(none) };
        Table { cells: (0..SLOTS).map(|_| cell()).collect(), clock: AtomicU64::new(1) }
    }

    /// The time now, for what happens without a claim.
    pub(super) fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// Claims the cell of `slot` whatever it holds, unless another thread is busy with it.
    pub(super) fn claim(&self, slot: Slot, shared: bool) -> Option<Claim<'_>> {
        let cell = self.cells.get(usize::from(slot.0))?;
        let was = cell.state.load(Ordering::Acquire);
        if was == BUSY {
            return None;
        }
        if shared {
            let won = cell.state.compare_exchange(was, BUSY, Ordering::AcqRel, Ordering::Relaxed);
            won.ok()?;
        } else {
            cell.state.store(BUSY, Ordering::Relaxed);
        }
        // SAFETY: this thread holds the cell busy.
        let block = (was == FULL).then(|| unsafe { *cell.block.get() });
        let clock = shared.then_some(&self.clock);
        Some(Claim { cell, clock, began: stamp(clock), block })
    }

    /// Claims an empty cell.
    pub(super) fn claim_empty(&self, slot: Slot, shared: bool) -> Option<Claim<'_>> {
        let claim = self.claim(slot, shared)?;
        if claim.block.is_some() {
            claim.leave_as_was();
            return None;
        }
        Some(claim)
    }

    /// Claims a full cell, with the block in it.
    pub(super) fn claim_full(&self, slot: Slot, shared: bool) -> Option<(Claim<'_>, Block)> {
        let claim = self.claim(slot, shared)?;
        let Some(block) = claim.block else {
            claim.leave_as_was();
            return None;
        };
        Some((claim, block))
    }

    /// Claims a cell that is empty or holds a block of C's calls.
    pub(super) fn claim_c(&self, slot: Slot, shared: bool) -> Option<Claim<'_>> {
        let claim = self.claim(slot, shared)?;
        if claim.block.is_some_and(|block| !block.origin.is_c()) {
            claim.leave_as_was();
            return None;
        }
        Some(claim)
    }

    /// Claims a cell that holds a block of C's calls, with the block in it.
    pub(super) fn claim_full_c(&self, slot: Slot, shared: bool) -> Option<(Claim<'_>, Block)> {
        let claim = self.claim_c(slot, shared)?;
        let Some(block) = claim.block else {
            claim.leave_as_was();
            return None;
        };
        Some((claim, block))
    }

    /// Every live block that no thread is busy with, for looking only.
    ///
    /// Call it only while no other thread runs: cells are not claimed.
    pub(super) fn live(&self) -> impl Iterator<Item = (Slot, Block)> {
        self.cells.iter().enumerate().filter_map(|(i, cell)| {
            let full = cell.state.load(Ordering::Acquire) == FULL;
            // SAFETY: no other thread runs, so a full cell stays as it is.
            full.then(|| (Slot(i as u16), unsafe { *cell.block.get() }))
        })
    }
}

/// The next tick of `clock`; 0 where there is none.
fn stamp(clock: Option<&AtomicU64>) -> u64 {
    clock.map_or(0, |clock| clock.fetch_add(1, Ordering::SeqCst))
}

impl Claim<'_> {
    /// The cell holds no block from now on.
    pub(super) fn leave_empty(self) -> Stamps {
        self.leave(EMPTY)
    }

    /// The cell holds `block` from now on.
    pub(super) fn leave_full(self, block: Block) -> Stamps {
        // SAFETY: this thread holds the cell busy.
        unsafe { *self.cell.block.get() = block };
        self.leave(FULL)
    }

    /// The cell holds what it held.
    pub(super) fn leave_as_was(self) -> Stamps {
        let state = if self.block.is_some() { FULL } else { EMPTY };
        self.leave(state)
    }

    /// The stamp comes before the store: whoever claims the cell next is stamped later.
    fn leave(self, state: u32) -> Stamps {
        let stamps = Stamps { began: self.began, ended: stamp(self.clock) };
        self.cell.state.store(state, Ordering::Release);
        stamps
    }
}

impl Stamps {
    /// `shown`, with these stamps.
    pub(super) fn on(self, shown: Answer) -> Answer {
        Answer { began: self.began, ended: self.ended, ..shown }
    }
}
