//! Ops on one block: obtain, release, ask, write, verify.

use super::table::{Block, Claim, Origin};
use super::{ERRNO_BEFORE, Hands, Log, TOUCH_LIMIT, with_errno};
use crate::capability::Capability;
use crate::observe::reading::Reading;
use crate::observe::{Answer, flag};
use crate::op::alloc::{Op, Slot};
use crate::target::heap::{Held, natural_align};
use crate::target::memory;
use std::ptr;
use std::sync::atomic::Ordering;

/// A request of at most so many bytes is refused only when memory is used up.
const MODEST: u64 = 1 << 20;

/// What an allocating op asks for, whatever its spelling.
#[derive(Clone, Copy)]
pub(super) struct Ask {
    pub(super) slot: Slot,
    /// Bytes; the wrapped product where count times size overflows.
    pub(super) size: u64,
    /// 0: none named.
    pub(super) align: u64,
    pub(super) overflows: bool,
    pub(super) zeroed: bool,
    pub(super) origin: Origin,
}

impl Ask {
    pub(super) fn of(op: &Op) -> Option<Ask> {
        let plain = |slot, size| Ask {
            slot,
            size,
            align: 0,
            overflows: false,
            zeroed: false,
            origin: Origin::Plain,
        };
        Some(match *op {
            Op::Malloc { slot, size } | Op::Realloc { slot, size } => plain(slot, size),
            Op::GrowZeroed { slot, size } => Ask { zeroed: true, ..plain(slot, size) },
            Op::Calloc { slot, count, size } | Op::Reallocarray { slot, count, size } => {
                let (product, overflows) = count.overflowing_mul(size);
                let zeroed = matches!(op, Op::Calloc { .. });
                Ask { overflows, zeroed, ..plain(slot, product) }
            }
            Op::AlignedAlloc { slot, align, size } => {
                Ask { align, origin: Origin::Aligned, ..plain(slot, size) }
            }
            Op::PosixMemalign { slot, align, size } | Op::Memalign { slot, align, size } => {
                Ask { align, origin: Origin::Other, ..plain(slot, size) }
            }
            _ => return None,
        })
    }

    /// How many bytes of a block obtained for this are written: all of them, unless the block
    /// cannot be what it claims to be.
    pub(super) fn writable(&self) -> usize {
        if self.overflows || self.size > TOUCH_LIMIT { 0 } else { self.size as usize }
    }
}

impl Hands<'_> {
    /// An allocation into an empty slot.
    pub(super) fn obtain(&self, op: &Op, log: &Log, shared: bool) -> Option<Answer> {
        let ask = Ask::of(op)?;
        let claim = self.table.claim_empty(ask.slot, shared)?;
        log.calling(0, 0);
        let ((address, result, place_written), errno_after) = with_errno(|| self.call_for(op));
        let mut shown =
            Answer { errno_before: ERRNO_BEFORE, errno_after, result, ..Answer::default() };
        if place_written {
            shown.flags |= flag::PLACE_WRITTEN;
        }
        Some(self.settle(claim, ask, address, shown, log, shared))
    }

    /// Makes the allocating call: the address, the value returned beside it, and whether a failed
    /// `posix_memalign` wrote through its argument.
    fn call_for(&self, op: &Op) -> (*mut u8, i32, bool) {
        // SAFETY: `dispatch` let only ops through whose entry point, sizes and alignments the heap
        // offers.
        unsafe {
            match *op {
                Op::Malloc { size, .. } => (self.heap.malloc(size as usize), 0, false),
                Op::Calloc { count, size, .. } => {
                    (self.heap.calloc(count as usize, size as usize), 0, false)
                }
                Op::AlignedAlloc { align, size, .. } => {
                    (self.heap.aligned_alloc(align as usize, size as usize), 0, false)
                }
                Op::Memalign { align, size, .. } => {
                    (self.heap.memalign(align as usize, size as usize), 0, false)
                }
                Op::PosixMemalign { align, size, .. } => {
                    // Not null, because null is what a careless failure would store.
                    let untouched = ptr::without_provenance_mut(0x5EED);
                    let mut place = untouched;
                    let code = self.heap.posix_memalign(&mut place, align as usize, size as usize);
                    let address = if code == 0 { place } else { ptr::null_mut() };
                    (address, code, code != 0 && place != untouched)
                }
                _ => (ptr::null_mut(), 0, false),
            }
        }
    }

    /// Records a new block, checks its zeros, and writes it; or records the refusal.
    pub(super) fn settle(
        &self,
        claim: Claim<'_>,
        ask: Ask,
        address: *mut u8,
        mut shown: Answer,
        log: &Log,
        shared: bool,
    ) -> Answer {
        if address.is_null() {
            let modest = ask.size <= MODEST && !ask.overflows;
            self.refused.fetch_add(u64::from(modest), Ordering::Relaxed);
            self.look_elsewhere(&mut shown, log, shared);
            return claim.leave_empty().on(shown);
        }
        log.touching(address as u64);
        let writable = ask.writable();
        if ask.zeroed {
            // SAFETY: the target says that the block has these bytes.
            shown.zero_prefix = unsafe { memory::zero_prefix(address, writable) as u64 };
        }
        let mut block = self.new_block(address, ask);
        block.fill(writable);
        shown.address = address as u64;
        shown.serial = block.serial;
        claim.leave_full(block).on(shown)
    }

    pub(super) fn new_block(&self, address: *mut u8, ask: Ask) -> Block {
        let serial = self.fresh_serial();
        let named = ask.align != 0 || !self.offers.has(Capability::Layout);
        let align = if named { ask.align } else { natural_align(ask.size) };
        Block {
            held: Held { address, size: ask.size as usize, align: align as usize },
            origin: ask.origin,
            serial,
            seed: memory::seed_of(serial),
            written: 0,
            usable: 0,
        }
    }

    /// A free of a full slot, by whichever call.
    pub(super) fn release(
        &self,
        op: &Op,
        log: &Log,
        shared: bool,
    ) -> Option<(Answer, Option<Reading>)> {
        let (claim, block) = self.table.claim_full(op.slot()?, shared)?;
        let layout = self.offers.has(Capability::Layout);
        let fits = match op {
            Op::FreeSized { .. } => layout || block.origin == Origin::Plain,
            Op::FreeAlignedSized { .. } => layout || block.origin == Origin::Aligned,
            _ => true,
        };
        let fits = if block.origin.is_c() { fits } else { matches!(op, Op::Free { .. }) };
        if !fits {
            claim.leave_as_was();
            return None;
        }
        let given = block.held.address as u64;
        log.looking(given);
        let damaged = block.damaged();
        let usable = match op {
            Op::FreeWithin { .. } => self.usable_of(&block, log),
            _ => 0,
        };
        log.calling(given, block.serial);
        let (reading, errno_after) = with_errno(|| {
            if !block.origin.is_c() {
                return self.give_back(&block, shared);
            }
            self.call_to_free(op, block.held, usable);
            None
        });
        let shown = claim.leave_empty().on(Answer {
            given,
            given_serial: block.serial,
            serial: block.serial,
            damaged,
            errno_before: ERRNO_BEFORE,
            errno_after,
            ..Answer::default()
        });
        Some((shown, reading))
    }

    fn call_to_free(&self, op: &Op, block: Held, usable: usize) {
        // SAFETY: the block is live, and this thread holds its cell.
        unsafe {
            match *op {
                Op::FreeSized { .. } => self.heap.free_sized(block),
                Op::FreeAlignedSized { .. } => self.heap.free_aligned_sized(block),
                Op::FreeWithin { excess, .. } => {
                    let range = usable.saturating_sub(block.size) as u64 + 1;
                    self.heap.free_within(block, block.size + (excess % range) as usize);
                }
                _ => self.heap.free(block),
            }
        }
    }

    /// Usable bytes of the block, as the heap says; those asked for where it does not say.
    pub(super) fn usable_of(&self, block: &Block, log: &Log) -> usize {
        if !self.offers.has(Capability::UsableSize) {
            return block.held.size;
        }
        log.calling(block.held.address as u64, block.serial);
        // SAFETY: the block is live.
        unsafe { self.heap.usable_size(block.held) }
    }

    /// `free(NULL)`, with the statistics on both sides of it.
    pub(super) fn free_null(&self, log: &Log) -> Answer {
        log.calling(0, 0);
        let counts = self.offers.has(Capability::Stats);
        let before = counts.then(|| self.heap.stats());
        let none = Held { address: ptr::null_mut(), size: 0, align: 0 };
        // SAFETY: the heap offers `FreeNull`.
        let ((), errno_after) = with_errno(|| unsafe { self.heap.free(none) });
        let moved = before.is_some_and(|before| self.heap.stats() != before);
        let flags = if moved { flag::STATS_MOVED } else { 0 };
        Answer { errno_before: ERRNO_BEFORE, errno_after, flags, ..Answer::default() }
    }

    /// Asks for the usable size, and writes all of it if `fill`.
    pub(super) fn usable(&self, slot: Slot, fill: bool, log: &Log, shared: bool) -> Option<Answer> {
        let (claim, mut block) = self.table.claim_full_c(slot, shared)?;
        let given = block.held.address as u64;
        let (usable, errno_after) = with_errno(|| self.usable_of(&block, log));
        block.usable = usable;
        let writable = block.written > 0 || block.held.size == 0;
        if fill && writable && usable as u64 <= TOUCH_LIMIT {
            log.looking(given);
            block.fill(usable);
        }
        Some(claim.leave_full(block).on(Answer {
            given,
            given_serial: block.serial,
            serial: block.serial,
            usable: usable as u64,
            errno_before: ERRNO_BEFORE,
            errno_after,
            ..Answer::default()
        }))
    }

    /// Writes the block again with a pattern of its own.
    pub(super) fn write(&self, slot: Slot, log: &Log, shared: bool) -> Option<Answer> {
        let (claim, mut block) = self.table.claim_full(slot, shared)?;
        let mut shown = looked_at(&block, log);
        block.seed = memory::seed_of(self.fresh_serial());
        block.fill(block.written);
        shown.serial = block.serial;
        Some(claim.leave_full(block).on(shown))
    }

    /// Verifies the block.
    pub(super) fn verify(&self, slot: Slot, log: &Log, shared: bool) -> Option<Answer> {
        let (claim, block) = self.table.claim_full(slot, shared)?;
        let shown = looked_at(&block, log);
        Some(claim.leave_as_was().on(shown))
    }
}

fn looked_at(block: &Block, log: &Log) -> Answer {
    let given = block.held.address as u64;
    log.looking(given);
    Answer {
        given,
        given_serial: block.serial,
        serial: block.serial,
        damaged: block.damaged(),
        ..Answer::default()
    }
}
