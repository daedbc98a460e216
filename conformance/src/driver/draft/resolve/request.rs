//! Allocations and resizes: what is asked for, and what is expected of it.

use super::{Draft, Kind, Resolver, sizes};
use crate::capability::Capability;
use crate::driver::draft::predicted::{Block, Origin};
use crate::op::alloc::{Op, SLOTS, Slot};

/// A request that a layout may make, whatever its alignment below 8 MiB, and that no address space
/// can meet.
const UNMEETABLE: u64 = i64::MAX as u64 - (8 << 20);

/// Where the size of a request comes from.
enum SizeFrom {
    /// The draft says it.
    Given,
    /// The draft's number stands for a boundary.
    Boundary,
    /// As much as was asked for last.
    AsLast,
    /// As much as was freed last.
    AsFreed,
    /// A byte more than the block resized has, or than was asked for last.
    More,
    /// A byte less.
    Less,
    /// Something that cannot be granted.
    Refused,
    /// The draft says it, and a resize is of no block.
    OfNull,
}

impl SizeFrom {
    fn of(how: u8) -> SizeFrom {
        match how % 8 {
            0 => SizeFrom::Given,
            1 => SizeFrom::Boundary,
            2 => SizeFrom::AsLast,
            3 => SizeFrom::AsFreed,
            4 => SizeFrom::More,
            5 => SizeFrom::Less,
            6 => SizeFrom::Refused,
            _ => SizeFrom::OfNull,
        }
    }
}

impl Resolver<'_> {
    /// One allocation, or a request that must be refused.
    pub(super) fn allocate(&mut self, kind: Kind, draft: &Draft) {
        if matches!(SizeFrom::of(draft.how), SizeFrom::Refused) && self.refuse(kind, draft) {
            return;
        }
        let size = self.size(draft, self.asked, self.shape.asks_for_zero());
        self.obtain(kind, draft.count, size);
    }

    /// Allocates `size` bytes, after a free if there is no room for another block.
    pub(super) fn obtain(&mut self, kind: Kind, count: u32, size: u64) {
        if self.heap.len() == self.shape.live_count() {
            self.end(0, Kind::Free, 0);
        }
        let slot = self.heap.first_empty();
        let op = match kind {
            Kind::Calloc => {
                let (count, size) = split(size, count);
                Op::Calloc { slot, count, size }
            }
            Kind::AlignedAlloc => Op::AlignedAlloc { slot, align: self.align(count), size },
            // POSIX wants a multiple of a pointer's size.
            Kind::PosixMemalign => {
                Op::PosixMemalign { slot, align: self.align(count).max(8), size }
            }
            Kind::Memalign => Op::Memalign { slot, align: self.align(count), size },
            _ => Op::Malloc { slot, size },
        };
        self.grant(slot, op, origin_of(kind));
    }

    /// Pushes an allocation into an empty slot, which will be granted.
    fn grant(&mut self, slot: Slot, op: Op, origin: Origin) {
        self.push(op);
        self.asked = op.requested().unwrap_or(0);
        if self.asked > 0 || self.shape.zero_is_block() {
            self.heap.add(slot, Block { size: self.asked, origin });
        }
    }

    /// Asks for what cannot be granted; false if the shape does not allow it.
    fn refuse(&mut self, kind: Kind, draft: &Draft) -> bool {
        let layout = self.shape.offers.has(Capability::Layout);
        let checks_align = matches!(kind, Kind::AlignedAlloc | Kind::PosixMemalign) && !layout;
        // By turns the alignment is bad, and the size is.
        let (align, size) = if checks_align && draft.size.is_multiple_of(2) {
            (sizes::bad_align(draft.count), 1 + draft.size / 2 % 256)
        } else if self.shape.asks_for_impossible() {
            (self.align(draft.count).max(8), sizes::oversize(draft.size))
        } else if self.shape.asks_for_unmeetable() {
            (self.align(draft.count).max(8), UNMEETABLE)
        } else {
            return false;
        };
        let slot = self.slot_for_refusal();
        let op = match kind {
            Kind::Calloc if layout => Op::Calloc { slot, count: 1, size },
            Kind::Calloc => {
                let (count, size) = self.oversize_pair(draft);
                Op::Calloc { slot, count, size }
            }
            // A layout is never so large that rounding it up to its alignment wraps round.
            Kind::AlignedAlloc if layout => {
                Op::AlignedAlloc { slot, align, size: i64::MAX as u64 - (align - 1) }
            }
            Kind::AlignedAlloc => Op::AlignedAlloc { slot, align, size },
            Kind::PosixMemalign => Op::PosixMemalign { slot, align, size },
            Kind::Memalign => Op::Memalign { slot, align, size },
            _ => Op::Malloc { slot, size },
        };
        self.push(op);
        true
    }

    /// The next of the slots above those that hold blocks.
    fn slot_for_refusal(&mut self) -> Slot {
        let first = self.shape.live_count();
        let slot = Slot((first + self.refused % (SLOTS - first)) as u16);
        self.refused += 1;
        slot
    }

    /// A pair whose product cannot be granted. One that wraps to 0 is a request for 0 bytes to a
    /// target that forgets to check, so it needs leave to ask for 0 bytes.
    fn oversize_pair(&self, draft: &Draft) -> (u64, u64) {
        let (count, size) = sizes::oversize_pair(draft.size);
        let wraps_to_zero = count.wrapping_mul(size) == 0;
        if wraps_to_zero && !self.shape.asks_for_zero() {
            return (u64::MAX, 2);
        }
        (count, size)
    }

    /// Several blocks of one size, as far as there is room.
    pub(super) fn malloc_run(&mut self, draft: &Draft) {
        let size = self.size(draft, self.asked, false);
        let fit = self.shape.run_bytes / size.max(1);
        let most = fit.clamp(2, u64::from(self.shape.run_max())) as u32;
        for _ in 0..2 + draft.count % (most - 1) {
            let bytes = self.heap.bytes().saturating_add(size);
            if self.heap.len() < self.shape.live_count() && bytes <= self.shape.bytes_max {
                self.obtain(Kind::Malloc, 0, size);
            }
        }
    }

    /// `realloc` or `reallocarray` of a block, or of no block.
    pub(super) fn resize(&mut self, kind: Kind, draft: &Draft) {
        let of_null = matches!(SizeFrom::of(draft.how), SizeFrom::OfNull);
        match self.pick(draft.pick).filter(|_| !of_null) {
            Some(at) => self.resize_block(at, kind, draft),
            None => self.resize_null(kind, draft),
        }
    }

    fn resize_null(&mut self, kind: Kind, draft: &Draft) {
        if self.heap.len() == self.shape.live_count() {
            return;
        }
        let slot = self.heap.first_empty();
        let size = self.size(draft, self.asked, self.shape.asks_for_zero());
        self.grant(slot, resizing(kind, slot, size, draft.count), Origin::Plain);
    }

    fn resize_block(&mut self, at: usize, kind: Kind, draft: &Draft) {
        let slot = self.heap.slot(at);
        let refused = matches!(SizeFrom::of(draft.how), SizeFrom::Refused);
        if refused && self.shape.asks_for_unmeetable() {
            self.push(Op::Realloc { slot, size: UNMEETABLE });
            return;
        }
        if refused && self.shape.asks_for_impossible() {
            let (count, size) = self.oversize_pair(draft);
            self.push(match kind {
                Kind::Reallocarray => Op::Reallocarray { slot, count, size },
                _ => Op::Realloc { slot, size: sizes::oversize(draft.size) },
            });
            return;
        }
        let old = self.heap.block(at).size;
        let size = self.size(draft, old, self.shape.resizes_to_zero());
        self.regrant(at, resizing(kind, slot, size, draft.count));
    }

    /// Pushes a resize of the `at`-th block, which will be granted.
    fn regrant(&mut self, at: usize, op: Op) {
        self.push(op);
        self.asked = op.requested().unwrap_or(0);
        if self.asked == 0 && self.shape.resizing_frees() {
            self.heap.remove(at);
            return;
        }
        // A layout's alignment stays with its block. In C, a resized block is a plain one, but no
        // standard says which sized free ends it if it began as an aligned one.
        let layout = self.shape.offers.has(Capability::Layout);
        let origin = match self.heap.block(at).origin {
            Origin::Aligned if !layout => Origin::Other,
            origin => origin,
        };
        self.heap.replace(at, Block { size: self.asked, origin });
    }

    /// Grows a block by at least a byte, if there is room.
    pub(super) fn grow_zeroed(&mut self, draft: &Draft) {
        let Some(at) = self.pick(draft.pick) else { return };
        let slot = self.heap.slot(at);
        let old = self.heap.block(at).size;
        let wanted = self.size(draft, old, false).max(old.saturating_add(1));
        let room = self.shape.bytes_max.saturating_sub(self.heap.bytes());
        let size = wanted.min(self.shape.granted_max()).min(old.saturating_add(room));
        if size > old {
            self.regrant(at, Op::GrowZeroed { slot, size });
        }
    }

    /// Resizes a block and then back to what it was.
    pub(super) fn swing(&mut self, draft: &Draft) {
        let Some(at) = self.pick(draft.pick) else { return };
        let slot = self.heap.slot(at);
        let old = self.heap.block(at).size;
        let there = self.size(draft, old, false);
        for size in [there, old.max(1)] {
            self.regrant(at, Op::Realloc { slot, size });
        }
    }

    /// The size that the draft asks for; `near` is what a byte more or less is counted from. At
    /// least 1 unless `zero` is allowed, and never more than is left of the bytes.
    fn size(&self, draft: &Draft, near: u64, zero: bool) -> u64 {
        let size = match SizeFrom::of(draft.how) {
            SizeFrom::Given | SizeFrom::Refused | SizeFrom::OfNull => draft.size,
            SizeFrom::Boundary => sizes::size(draft.size),
            SizeFrom::AsLast => self.asked,
            SizeFrom::AsFreed => self.freed,
            SizeFrom::More => near.saturating_add(1),
            SizeFrom::Less => near.saturating_sub(1),
        };
        let size = if size > self.shape.granted_max() { self.folded(draft.size) } else { size };
        let left = self.shape.bytes_max.saturating_sub(self.heap.bytes());
        let size = if size > left { size % 256 } else { size };
        size.max(u64::from(!zero))
    }

    /// A size within bounds for a number that is not: a boundary, as any size may be meant.
    fn folded(&self, gene: u64) -> u64 {
        match sizes::size(gene) {
            size if size <= self.shape.granted_max() => size,
            size => size % self.shape.granted_max().max(1),
        }
    }

    fn align(&self, gene: u32) -> u64 {
        sizes::align(gene).min(self.shape.align_max)
    }
}

fn origin_of(kind: Kind) -> Origin {
    match kind {
        Kind::AlignedAlloc => Origin::Aligned,
        Kind::PosixMemalign | Kind::Memalign => Origin::Other,
        _ => Origin::Plain,
    }
}

/// `size` bytes as count times size. One element where the drawn count does not divide it: sizes
/// were chosen for their place beside a boundary.
fn split(size: u64, gene: u32) -> (u64, u64) {
    const COUNTS: [u64; 8] = [1, 2, 3, 4, 8, 7, 16, 100];
    let count = COUNTS[gene as usize % COUNTS.len()];
    match size {
        0 if gene.is_multiple_of(2) => (0, count),
        0 => (count, 0),
        _ if size.is_multiple_of(count) => (count, size / count),
        _ if gene.is_multiple_of(2) => (1, size),
        _ => (size, 1),
    }
}

fn resizing(kind: Kind, slot: Slot, size: u64, gene: u32) -> Op {
    match kind {
        Kind::Reallocarray => {
            let (count, size) = split(size, gene);
            Op::Reallocarray { slot, count, size }
        }
        _ => Op::Realloc { slot, size },
    }
}
