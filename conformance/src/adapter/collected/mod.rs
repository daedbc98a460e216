//! `reference-alloc` with a collector: objects whose owner lets go of them, found dead by the next cycle.
//!
//! The heap of the reference knows that spans must be swept, and asks a collector what lives in them.
//! Here the judge's own word is what lives: a block that it holds is live, one that it has freed is dead,
//! and becomes free when its span is swept (`roots`). Everything else is the reference's, and can be
//! looked into (`inside`).
//!
//! 1. A thread's first call attaches a mutator, which the thread has until it ends (`world`).
//! 2. An object is the mutator's next slot. It is rooted before anybody else can see it.
//! 3. A free takes the root away. Nothing of the heap is touched.
//! 4. The world is stopped, and a cycle begins: when the judge asks for one and, for blocks, whose owner
//!    knows of no cycles, when enough has died. Calls hold the *gate* for reading, a cycle for writing.
//! 5. Spans are swept by who needs room, when the judge asks for it, and beside every block.
//!
//! Blocks are Rust's, by layouts. Objects are Go's, with pointers or without.

mod inside;
mod roots;
mod system;
mod views;
mod world;

use crate::capability::{Capabilities, Capability};
use crate::target::heap::{Global, Heap, HeapStats, Held};
use crate::target::inside::Inside;
use reference_alloc::size_class::{Class, MAX_SMALL};
use reference_alloc::units::PAGE_BYTES;
use std::alloc::{GlobalAlloc, Layout};
use std::ptr;
use world::World;

/// What it offers beside what blocks by layouts have.
const MORE: [Capability; 18] = [
    Capability::UsableSize,
    Capability::Stats,
    Capability::FreeWithin,
    Capability::Scan,
    Capability::Tiny,
    Capability::Reclaim,
    Capability::Flush,
    Capability::Stacks,
    Capability::PageRuns,
    Capability::Scavenge,
    Capability::ScavengePace,
    Capability::NextGrowth,
    Capability::IntrospectClasses,
    Capability::IntrospectSpan,
    Capability::IntrospectCentral,
    Capability::IntrospectPages,
    Capability::IntrospectStacks,
    Capability::IntrospectStats,
];

/// A collected heap of its own, never unmapped.
pub(super) struct Collecting(Global<Blocks>);

/// Its blocks, as Rust asks for them.
struct Blocks(&'static World);

impl Collecting {
    pub(super) fn new() -> Collecting {
        Collecting(Global(Blocks(Box::leak(Box::new(World::new())))))
    }

    fn world(&self) -> &'static World {
        self.0.0.0
    }
}

/// The bytes to ask for, so that a slot or a span holds `size` bytes at a multiple of `align`.
///
/// Never so few that the block would share its slot: a free would not be its last.
fn request(size: usize, align: usize) -> Option<usize> {
    if align <= 16 {
        // Every class from 16 on that serves a multiple of 16 is one itself.
        return size.max(16).checked_next_multiple_of(16);
    }
    let in_class = Class::aligned(size, align).map(Class::bytes);
    match in_class.filter(|&bytes| bytes <= MAX_SMALL) {
        Some(bytes) => Some(bytes.max(16)),
        // A span of its own begins on a page.
        None => size.max(MAX_SMALL + 1).checked_add(align.saturating_sub(PAGE_BYTES)),
    }
}

impl Blocks {
    fn make(&self, layout: Layout, zeroed: bool) -> *mut u8 {
        self.0.collect_if_worth();
        self.0.sweep_a_little();
        let bytes = request(layout.size(), layout.align());
        let made = bytes.and_then(|bytes| self.0.make_plain(bytes, zeroed));
        // Only where a whole span was asked for is there anything to round.
        let at = made.and_then(|at| at.checked_next_multiple_of(layout.align()));
        at.map_or(ptr::null_mut(), ptr::with_exposed_provenance_mut)
    }
}

// SAFETY: blocks are slots and spans that are rooted until `dealloc`, at least as large and aligned as
// the layout says: `request`.
unsafe impl GlobalAlloc for Blocks {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.make(layout, false)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.make(layout, true)
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        self.0.let_go(block.addr());
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let usable = self.0.usable(block.addr());
        if size <= usable && size > usable / 2 {
            return block;
        }
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else {
            return ptr::null_mut();
        };
        let new = self.make(wanted, false);
        if !new.is_null() {
            // SAFETY: two live blocks, each with so many bytes; the old one is the caller's to give.
            unsafe {
                ptr::copy_nonoverlapping(block, new, layout.size().min(size));
                self.dealloc(block, layout);
            }
        }
        new
    }
}

// SAFETY: 1. calls have the meaning that `Global` gives them; 2. `offers` is a constant; 3. the heap
// is for all threads.
unsafe impl Heap for Collecting {
    fn offers(&self) -> Capabilities {
        // A child would have the gate, and the mutators, of threads that it has not.
        let blocks = self.0.offers().without(Capability::Fork);
        MORE.into_iter().fold(blocks, Capabilities::with)
    }

    unsafe fn malloc(&self, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { self.0.malloc(size) }
    }

    unsafe fn free(&self, block: Held) {
        // SAFETY: the caller's.
        unsafe { self.0.free(block) }
    }

    unsafe fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { self.0.calloc(count, size) }
    }

    unsafe fn realloc(&self, block: Held, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { self.0.realloc(block, size) }
    }

    unsafe fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { self.0.aligned_alloc(align, size) }
    }

    unsafe fn usable_size(&self, block: Held) -> usize {
        self.world().usable(block.address.addr())
    }

    fn stats(&self) -> HeapStats {
        let stats = self.world().collect_all();
        HeapStats {
            mallocs: stats.mallocs,
            frees: stats.frees,
            total_bytes: stats.total_alloc,
            in_use: stats.heap_alloc,
        }
    }

    fn inside(&self) -> Option<&dyn Inside> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reference_alloc::collected::object::span_class;
    use reference_alloc::size_class::Scan;

    #[test]
    fn what_is_asked_for_is_a_slot_that_is_large_and_aligned_enough() {
        for align in (0..=16).map(|log| 1 << log) {
            for size in (1..400).chain([1000, 5000, 8192, 32_000, 32_760, 32_761, 40_000]) {
                let bytes = request(size, align).expect("a size that can be");
                assert!(bytes >= 16, "{size} bytes would share a slot");
                let class = span_class(bytes, Scan::No).map(|of| of.class().bytes());
                if let Some(slot) = class {
                    assert!(slot >= size && slot % align.max(1) == 0, "{size} at {align}: {slot}");
                } else {
                    let slack = bytes.next_multiple_of(PAGE_BYTES) - size;
                    assert!(slack >= align.saturating_sub(PAGE_BYTES), "{size} at {align}");
                }
            }
        }
        assert_eq!(request(usize::MAX, 8), None);
        assert_eq!(request(usize::MAX - 4096, 1 << 20), None);
    }
}
