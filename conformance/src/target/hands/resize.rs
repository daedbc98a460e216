//! Resizing a block.

use super::blocks::Ask;
use super::table::{Block, Claim, Origin};
use super::{ERRNO_BEFORE, Hands, Log, with_errno};
use crate::capability::Capability;
use crate::observe::{Answer, flag};
use crate::op::alloc::Op;
use crate::target::heap::{Held, natural_align};
use crate::target::memory;
use std::ptr;

impl Hands<'_> {
    /// `realloc` and its relatives: of a full slot, a resize; of an empty one, an allocation.
    pub(super) fn resize(&self, op: &Op, log: &Log, shared: bool) -> Option<Answer> {
        let ask = Ask::of(op)?;
        let claim = self.table.claim_c(ask.slot, shared)?;
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
        log.looking(given);
        let mut shown = Answer {
            given,
            given_serial: old.serial,
            damaged: old.damaged(),
            errno_before: ERRNO_BEFORE,
            flags: flag::RESIZED,
            ..Answer::default()
        };
        let usable_before = if ask.zeroed { self.usable_of(&old, log) } else { old.held.size };
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
        log.looking(old.held.address as u64);
        // SAFETY: a refused resize leaves the block alone, as the standard has it.
        shown.same_prefix = unsafe { old.same_prefix_at(old.held.address, old.held.size) };
        if !shared && self.reissued(&old, log) {
            shown.flags |= flag::OLD_REUSED;
        }
        let stamps = claim.leave_full(old);
        self.look_elsewhere(&mut shown, log, shared);
        stamps.on(shown)
    }

    /// Whether allocations of the old block's size are given the old block's bytes, although it is
    /// live. They are freed again.
    fn reissued(&self, old: &Block, log: &Log) -> bool {
        const PROBES: usize = 2;
        if old.held.size == 0 {
            return false;
        }
        log.calling(old.held.address as u64, old.serial);
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
