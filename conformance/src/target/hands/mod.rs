//! The hands of the judge: perform one step on a heap, and measure what it shows.
//!
//! The same hands work inside this process and inside a child. They decide nothing: they write
//! patterns, call the target, and put lengths, counts and addresses into an [`Answer`].
//!
//! Three duties shape the code. The answer is marked *before* each dangerous part, so that a
//! process that dies leaves behind what it was doing (`log`). No memory is taken after
//! [`Hands::new`], because in a preloaded process every allocation is the target's. And `errno` is
//! set just before each call and read just after it, so nothing may come between.

mod blocks;
mod churn;
mod fork;
mod inside;
mod inside_pages;
mod log;
mod misuse;
mod resize;
mod table;
mod watch;

use crate::capability::{Capabilities, Capability};
use crate::observe::reading::Reading;
use crate::observe::{Answer, flag};
use crate::op::alloc::{Op, Step};
use crate::target::heap::Heap;
use inside::Notes;
use log::Log;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use table::Table;
pub use watch::ProcessState;

/// What `errno` is set to before each call: a number that no allocator has a reason to store.
const ERRNO_BEFORE: i32 = libc::EBADFD;

/// Requests above this, in bytes, are not written: they would only test the machine's memory.
const TOUCH_LIMIT: u64 = 64 << 20;

/// Performs steps on one heap, and keeps the table of its live blocks.
pub struct Hands<'h> {
    heap: &'h dyn Heap,
    offers: Capabilities,
    table: Table,
    next_serial: AtomicU64,
    /// Modest requests that were refused so far: memory may be used up for good.
    refused: AtomicU64,
    /// A forked child got stuck: the next would, too, and each takes the better part of a second.
    child_stuck: AtomicBool,
    state: ProcessState,
    notes: Notes,
}

/// Whether other threads perform steps at the same time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Company {
    /// This is the only step being performed.
    Alone,
    /// Others run beside it: cells are claimed atomically, the step is stamped, and nothing looks
    /// at blocks of others.
    Shared,
}

impl<'h> Hands<'h> {
    /// Hands for `heap`. Takes all the memory that they will ever need.
    pub fn new(heap: &'h dyn Heap) -> Hands<'h> {
        Hands {
            heap,
            offers: heap.offers(),
            table: Table::new(),
            next_serial: AtomicU64::new(1),
            refused: AtomicU64::new(0),
            child_stuck: AtomicBool::new(false),
            state: ProcessState::default(),
            notes: Notes::default(),
        }
    }

    /// Does without `one`, though the heap offers it.
    #[must_use]
    pub fn without(mut self, one: Capability) -> Hands<'h> {
        self.offers = self.offers.without(one);
        self
    }

    /// Watches `state` at every checkpoint.
    #[must_use]
    pub fn watching(mut self, state: ProcessState) -> Hands<'h> {
        self.state = state;
        self
    }

    /// What the heap offers, but for what these hands do without.
    pub fn offers(&self) -> Capabilities {
        self.offers
    }

    /// Performs `step` and stores what it showed through `answer`.
    ///
    /// Threads and sections are the crew's business: those ops are skipped here.
    ///
    /// # Safety
    /// `answer` is valid for writes and nobody else writes through it now; the same is true of
    /// `reading` where the heap has an inside.
    pub unsafe fn perform(
        &self,
        step: &Step,
        answer: *mut Answer,
        reading: *mut Reading,
        company: Company,
    ) {
        // SAFETY: the caller's promise.
        let log = unsafe { Log::new(answer) };
        let shared = company == Company::Shared;
        let began = if shared { self.table.tick() } else { 0 };
        let (mut shown, read) =
            self.dispatch(&step.op, &log, shared).unwrap_or_else(|| (Log::skipped(), None));
        if let Some(read) = read {
            shown.flags |= flag::HAS_READING;
            // SAFETY: only a heap with an inside is read, and then the caller made room.
            unsafe { reading.write_volatile(read) };
        }
        if shared && shown.ended == 0 {
            // It claimed no cell, so its stamps are those of the whole step.
            shown.began = began;
            shown.ended = self.table.tick();
        }
        log.done(shown);
    }

    /// `None` where the op does not apply to the state it meets.
    fn dispatch(&self, op: &Op, log: &Log, shared: bool) -> Option<(Answer, Option<Reading>)> {
        if !self.can(op) {
            return None;
        }
        let shown = match *op {
            Op::Malloc { .. }
            | Op::Calloc { .. }
            | Op::AlignedAlloc { .. }
            | Op::PosixMemalign { .. }
            | Op::Memalign { .. } => self.obtain(op, log, shared),
            Op::Realloc { .. } | Op::Reallocarray { .. } | Op::GrowZeroed { .. } => {
                self.resize(op, log, shared)
            }
            Op::Free { .. }
            | Op::FreeSized { .. }
            | Op::FreeAlignedSized { .. }
            | Op::FreeWithin { .. } => return self.release(op, log, shared),
            Op::FreeNull => Some(self.free_null(log)),
            Op::UsableSize { slot } => self.usable(slot, false, log, shared),
            Op::FillUsable { slot } => self.usable(slot, true, log, shared),
            Op::Write { slot } => self.write(slot, log, shared),
            Op::Verify { slot } => self.verify(slot, log, shared),
            Op::Checkpoint => (!shared).then(|| self.checkpoint(log)),
            Op::Fork { blocks } => self.fork(blocks, log, shared),
            Op::Churn { size, times } => self.churn(size, times, log),
            Op::DoubleFree { .. }
            | Op::FreeInterior { .. }
            | Op::FreeForeign { .. }
            | Op::CorruptFreed { .. } => self.misuse(op, log, shared),
            Op::StartThread { .. }
            | Op::EndThread { .. }
            | Op::Together
            | Op::End
            | Op::Repeat { .. } => None,
            _ => return self.inside(op, log, shared),
        };
        shown.map(|shown| (shown, None))
    }

    /// Whether the heap offers what the op calls. Drivers generate nothing else, but a trace from
    /// another target may.
    fn can(&self, op: &Op) -> bool {
        let needed = match op {
            Op::Calloc { .. } => Capability::Calloc,
            Op::AlignedAlloc { .. } => Capability::AlignedAlloc,
            Op::PosixMemalign { .. } => Capability::PosixMemalign,
            Op::Memalign { .. } => Capability::Memalign,
            Op::Realloc { .. } => Capability::Realloc,
            Op::Reallocarray { .. } => Capability::Reallocarray,
            Op::GrowZeroed { .. } => Capability::GrowZeroed,
            Op::FreeSized { .. } => Capability::FreeSized,
            Op::FreeAlignedSized { .. } => Capability::FreeAlignedSized,
            Op::FreeWithin { .. } => Capability::FreeWithin,
            Op::FreeNull => Capability::FreeNull,
            Op::UsableSize { .. } | Op::FillUsable { .. } => Capability::UsableSize,
            Op::Fork { .. } => Capability::Fork,
            Op::New { .. } => Capability::Scan,
            Op::Stack { .. } => Capability::Stacks,
            Op::TakeRun { .. } | Op::TakeCached { .. } => Capability::PageRuns,
            Op::Squat { .. } => Capability::NextGrowth,
            Op::LookUp { .. } | Op::ReadClass { .. } => Capability::IntrospectClasses,
            Op::Refill { .. } => Capability::IntrospectCentral,
            Op::Flush => Capability::Flush,
            Op::StartCycle | Op::Sweep { .. } => Capability::Reclaim,
            Op::Scavenge { .. } | Op::ReleaseAll => Capability::Scavenge,
            Op::ScavengePaced | Op::MemoryLimit { .. } => Capability::ScavengePace,
            Op::Overrun { .. } => Capability::DetectsOverrun,
            Op::FreeWrong { .. } => Capability::DetectsWrongSize,
            _ => return self.legal(op),
        };
        self.offers.has(needed) && self.legal(op)
    }

    /// Whether the sizes and alignments of the op may be asked of this heap at all: some heaps
    /// leave 0 bytes, more than `isize::MAX` bytes or odd alignments undefined.
    fn legal(&self, op: &Op) -> bool {
        let Some(size) = op.requested() else { return true };
        let overflows = match *op {
            Op::Calloc { count, size, .. } | Op::Reallocarray { count, size, .. } => {
                count.checked_mul(size).is_none()
            }
            _ => false,
        };
        let align_ok = match *op {
            Op::AlignedAlloc { align, size, .. } if self.offers.has(Capability::Layout) => {
                align.is_power_of_two() && size <= isize::MAX as u64 - (align - 1)
            }
            Op::Memalign { align, .. } => align.is_power_of_two(),
            _ => true,
        };
        let modest = isize::try_from(size).is_ok() && !overflows;
        align_ok
            && (size != 0 || self.offers.has(Capability::ZeroSize))
            && (modest || self.offers.has(Capability::Oversize))
    }

    fn fresh_serial(&self) -> u64 {
        self.fresh_serials(1)
    }

    /// The first of `count` numbers in a row.
    fn fresh_serials(&self, count: u64) -> u64 {
        self.next_serial.fetch_add(count, Ordering::Relaxed)
    }
}

/// Calls `call` with `errno` at [`ERRNO_BEFORE`]; returns its result and `errno` after it.
fn with_errno<T>(call: impl FnOnce() -> T) -> (T, i32) {
    // SAFETY: the C library's own accessor; the pointer stays valid for the thread's life.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    unsafe { *errno = ERRNO_BEFORE };
    let result = call();
    // SAFETY: as above.
    (result, unsafe { *errno })
}
