//! Ops on one block: obtain, resize, release, ask, write, verify.

use super::table::{Block, Claim, Origin};
use super::{ERRNO_BEFORE, Hands, Log, TOUCH_LIMIT, with_errno};
use crate::capability::Capability;
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
struct Ask {
    slot: Slot,
    /// Bytes; the wrapped product where count times size overflows.
    size: u64,
    /// 0: none named.
    align: u64,
    overflows: bool,
    zeroed: bool,
    origin: Origin,
}

impl Ask {
    fn of(op: &Op) -> Option<Ask> {
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
    fn writable(&self) -> usize {
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
    fn settle(
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

    fn new_block(&self, address: *mut u8, ask: Ask) -> Block {
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

    /// `realloc` and its relatives: of a full slot, a resize; of an empty one, an allocation.
    pub(super) fn resize(&self, op: &Op, log: &Log, shared: bool) -> Option<Answer> {
        let ask = Ask::of(op)?;
        let claim = self.table.claim(ask.slot, shared)?;
        let Some(old) = claim.block else {
            if matches!(op, Op::GrowZeroed { .. }) {
                claim.leave_as_was();
                return None;
            }
            return Some(self.resize_null(op, claim, ask, log, shared));
        };
        if matches!(op, Op::GrowZeroed { .. }) && ask.size < old.held.size as u64 {
            claim.leave_as_was();
            return None;
        }
        Some(self.resize_block(op, claim, old, ask, log, shared))
    }

    fn resize_null(&self, op: &Op, claim: Claim<'_>, ask: Ask, log: &Log, shared: bool) -> Answer {
        log.calling(0, 0);
        let none = Held { address: ptr::null_mut(), size: 0, align: 0 };
        let (address, errno_after) = with_errno(|| self.call_to_resize(op, none));
        let shown = Answer { errno_before: ERRNO_BEFORE, errno_after, ..Answer::default() };
        self.settle(claim, ask, address, shown, log, shared)
    }

    fn call_to_resize(&self, op: &Op, block: Held) -> *mut u8 {
        // SAFETY: `dispatch` checked the entry point and the size; the block is live or null.
        unsafe {
            match *op {
                Op::Realloc { size, .. } => self.heap.realloc(block, size as usize),
                Op::Reallocarray { count, size, .. } => {
                    self.heap.reallocarray(block, count as usize, size as usize)
                }
                Op::GrowZeroed { size, .. } => self.heap.grow_zeroed(block, size as usize),
                _ => ptr::null_mut(),
            }
        }
    }

    fn resize_block(
        &self,
        op: &Op,
        claim: Claim<'_>,
        old: Block,
        ask: Ask,
        log: &Log,
        shared: bool,
    ) -> Answer {
        let given = old.held.address as u64;
        log.touching(given);
        let mut shown = Answer {
            given,
            given_serial: old.serial,
            damaged: old.damaged(),
            errno_before: ERRNO_BEFORE,
            flags: flag::RESIZED,
            ..Answer::default()
        };
        let usable_before = if ask.zeroed { self.usable_of(old.held) } else { old.held.size };
        log.calling(given, old.serial);
        let (address, errno_after) = with_errno(|| self.call_to_resize(op, old.held));
        shown.errno_after = errno_after;
        if address.is_null() {
            return self.keep_or_drop(claim, old, ask, shown, log, shared);
        }
        log.touching(address as u64);
        let keep = old.held.size.min(ask.writable());
        // SAFETY: the new block has at least `keep` bytes, as the target says.
        shown.same_prefix = unsafe { old.same_prefix_at(address, keep) };
        if ask.zeroed {
            shown.zero_prefix = zero_tail(&old, usable_before, address, ask.writable());
        }
        let mut block = self.new_block(address, ask);
        block.held.align = old.held.align;
        block.origin = if old.held.align == 0 { Origin::Plain } else { Origin::Other };
        if self.offers.has(Capability::Layout) {
            block.origin = old.origin;
        }
        block.fill(ask.writable());
        shown.address = address as u64;
        shown.serial = block.serial;
        claim.leave_full(block).on(shown)
    }

    /// A resize returned null: for size 0 the block is gone, otherwise it must be as it was.
    fn keep_or_drop(
        &self,
        claim: Claim<'_>,
        old: Block,
        ask: Ask,
        mut shown: Answer,
        log: &Log,
        shared: bool,
    ) -> Answer {
        if ask.size == 0 && !ask.overflows {
            return claim.leave_empty().on(shown);
        }
        log.touching(old.held.address as u64);
        // SAFETY: a refused resize leaves the block alone, as the standard has it.
        shown.same_prefix = unsafe { old.same_prefix_at(old.held.address, old.held.size) };
        if !shared && self.reissued(&old) {
            shown.flags |= flag::OLD_REUSED;
        }
        let stamps = claim.leave_full(old);
        self.look_elsewhere(&mut shown, log, shared);
        stamps.on(shown)
    }

    /// Whether allocations of the old block's size are given the old block's bytes, although it is
    /// live. They are freed again.
    fn reissued(&self, old: &Block) -> bool {
        const PROBES: usize = 2;
        if old.held.size == 0 {
            return false;
        }
        let mut got = [ptr::null_mut::<u8>(); PROBES];
        let from = old.held.address as usize;
        let mut inside = false;
        for place in &mut got {
            // SAFETY: a size that the heap granted before.
            *place = unsafe { self.heap.malloc(old.held.size) };
            let at = *place as usize;
            inside |= at < from + old.held.size && from < at + old.held.size && at != 0;
        }
        let align = natural_align(old.held.size as u64) as usize;
        for address in got.into_iter().filter(|p| !p.is_null() && !inside) {
            // SAFETY: just allocated, and shares nothing with a live block that we know.
            unsafe { self.heap.free(Held { address, size: old.held.size, align }) }
        }
        inside
    }

    /// A free of a full slot, by whichever call.
    pub(super) fn release(&self, op: &Op, log: &Log, shared: bool) -> Option<Answer> {
        let (claim, block) = self.table.claim_full(op.slot()?, shared)?;
        let layout = self.offers.has(Capability::Layout);
        let fits = match op {
            Op::FreeSized { .. } => layout || block.origin == Origin::Plain,
            Op::FreeAlignedSized { .. } => layout || block.origin == Origin::Aligned,
            _ => true,
        };
        if !fits {
            claim.leave_as_was();
            return None;
        }
        let given = block.held.address as u64;
        log.touching(given);
        let damaged = block.damaged();
        let usable = match op {
            Op::FreeWithin { .. } => self.usable_of(block.held),
            _ => 0,
        };
        log.calling(given, block.serial);
        let ((), errno_after) = with_errno(|| self.call_to_free(op, block.held, usable));
        Some(claim.leave_empty().on(Answer {
            given,
            given_serial: block.serial,
            serial: block.serial,
            damaged,
            errno_before: ERRNO_BEFORE,
            errno_after,
            ..Answer::default()
        }))
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

    pub(super) fn usable_of(&self, held: Held) -> usize {
        if !self.offers.has(Capability::UsableSize) {
            return held.size;
        }
        // SAFETY: the block is live.
        unsafe { self.heap.usable_size(held) }
    }

    /// `free(NULL)`, with the statistics on both sides of it.
    pub(super) fn free_null(&self, log: &Log) -> Answer {
        let counts = self.offers.has(Capability::Stats);
        let before = counts.then(|| self.heap.stats());
        log.calling(0, 0);
        let none = Held { address: ptr::null_mut(), size: 0, align: 0 };
        // SAFETY: the heap offers `FreeNull`.
        let ((), errno_after) = with_errno(|| unsafe { self.heap.free(none) });
        let moved = before.is_some_and(|before| self.heap.stats() != before);
        let flags = if moved { flag::STATS_MOVED } else { 0 };
        Answer { errno_before: ERRNO_BEFORE, errno_after, flags, ..Answer::default() }
    }

    /// Asks for the usable size, and writes all of it if `fill`.
    pub(super) fn usable(&self, slot: Slot, fill: bool, log: &Log, shared: bool) -> Option<Answer> {
        let (claim, mut block) = self.table.claim_full(slot, shared)?;
        let given = block.held.address as u64;
        log.calling(given, block.serial);
        let (usable, errno_after) = with_errno(|| self.usable_of(block.held));
        block.usable = usable;
        let writable = block.written > 0 || block.held.size == 0;
        if fill && writable && usable as u64 <= TOUCH_LIMIT {
            log.touching(given);
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
    log.touching(given);
    Answer {
        given,
        given_serial: block.serial,
        serial: block.serial,
        damaged: block.damaged(),
        ..Answer::default()
    }
}

/// Length of the grown part, counted from the old request, that reads as it must: zero from the old
/// usable size on; zero or as last written between the old request and the old usable size.
fn zero_tail(old: &Block, usable_before: usize, address: *const u8, len: usize) -> u64 {
    let from = old.held.size;
    let slack_end = usable_before.clamp(from, len.max(from));
    for i in from..slack_end.min(len) {
        // SAFETY: `i` lies within the new block.
        let byte = unsafe { address.add(i).read() };
        let kept = i < old.written && byte == memory::pattern_byte(old.seed, i);
        if byte != 0 && !kept {
            return (i - from) as u64;
        }
    }
    if slack_end >= len {
        return len.saturating_sub(from) as u64;
    }
    // SAFETY: the rest lies within the new block.
    let zeros = unsafe { memory::zero_prefix(address.add(slack_end), len - slack_end) };
    (slack_end - from + zeros) as u64
}
