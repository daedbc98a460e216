//! The socket: every step of the allocator that a mutant may do wrong.
//!
//! [`Parts`] has a right method for each step. [`Right`] overrides none of them; a mutant overrides
//! one and is otherwise right. The allocator is compiled anew for each of them, so that right code
//! carries no switches.
//!
//! A mutant that is wrong only at times calls the right step itself: `Right::name` for steps that
//! do not take the heap, methods of [`Small`] for those that do.

use super::cache::{self, Cache};
use super::central;
use super::class::{self, GRAIN};
use super::fork::Registry;
use super::large;
use super::os;
use super::place::{Misuse, Place};
use super::root::Root;
use super::span::{SpanRef, Taken};
use super::{Block, Small};
use crate::target::heap::{HeapStats, Held};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// Why a request is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// Count times size does not fit a word.
    Overflow,
    /// Above `isize::MAX` bytes, padding for the alignment included.
    TooLarge,
    /// The system has no memory.
    NoMemory,
}

/// The three calls of a fork handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ForkMoment {
    /// In the forking thread, before the fork.
    Before,
    /// After it, in the parent.
    InParent,
    /// After it, in the child's only thread.
    InChild,
}

/// [`Parts::at_fork`] of some parts.
pub(crate) type AtFork = fn(&Root, ForkMoment);

/// The parts of the allocator.
pub(crate) trait Parts: Sized + 'static {
    // The calls of the C interface, where a mistake can be made in the call itself.

    /// `malloc`. Zero bytes are a block like any other.
    fn malloc(heap: &Small<Self>, size: usize) -> *mut u8 {
        heap.plain(size)
    }

    /// `free`. Null is allowed.
    fn free(heap: &Small<Self>, block: *mut u8) {
        heap.take_back(block);
    }

    /// `realloc`. Zero bytes free the block.
    fn realloc(heap: &Small<Self>, block: *mut u8, size: usize) -> *mut u8 {
        heap.resize_or_free(block, size)
    }

    /// `malloc_usable_size`.
    fn usable_size(heap: &Small<Self>, block: *mut u8) -> usize {
        heap.live(block).map_or(0, Self::usable)
    }

    /// `posix_memalign`.
    fn posix_memalign(heap: &Small<Self>, at: &mut *mut u8, align: usize, size: usize) -> i32 {
        heap.place_aligned(at, align, size)
    }

    /// Growing with zeros.
    fn grow_zeroed(heap: &Small<Self>, block: Held, size: usize) -> *mut u8 {
        heap.grow_and_clear(block, size)
    }

    /// `free_sized`.
    fn free_sized(heap: &Small<Self>, block: Held) {
        heap.take_back(block.address);
    }

    /// Freeing with any size from requested to usable.
    fn free_within(heap: &Small<Self>, block: Held, size: usize) {
        let _ = size; // The span knows better.
        heap.take_back(block.address);
    }

    /// The running totals.
    fn stats(heap: &Small<Self>) -> HeapStats {
        heap.totals()
    }

    // What a request needs.

    /// Bytes to provide for a request of `size`.
    fn admit(size: usize) -> Result<usize, Refusal> {
        if isize::try_from(size).is_err() { Err(Refusal::TooLarge) } else { Ok(size.max(1)) }
    }

    /// Bytes of `count` objects of `size`.
    fn product(count: usize, size: usize) -> Result<usize, Refusal> {
        count.checked_mul(size).ok_or(Refusal::Overflow)
    }

    /// The class for `size` bytes, at most [`class::MAX_SMALL`].
    fn class_for(root: &Root, size: usize) -> usize {
        root.classes.class_of(size)
    }

    /// The alignment to provide for one asked of `aligned_alloc`, a power of two; `None` if it is
    /// not supported.
    fn alignment(asked: usize) -> Option<usize> {
        asked.is_power_of_two().then_some(asked)
    }

    /// Bytes from the start of `slot` to the first multiple of `align`, at least 16. The slot has
    /// `align - 16` bytes to spare.
    fn shift(slot: *mut u8, size: usize, align: usize) -> usize {
        let _ = size;
        slot.addr().next_multiple_of(align) - slot.addr()
    }

    /// The alignment that a block has after it was resized to `size` under a layout of `align`.
    fn kept_align(align: usize, size: usize) -> usize {
        let _ = size;
        align
    }

    /// Refuses a request: `errno`, and null.
    fn refuse(heap: &Small<Self>, why: Refusal) -> *mut u8 {
        let _ = (heap, why);
        os::set_errno(libc::ENOMEM);
        ptr::null_mut()
    }

    // What is done to the bytes of a block.

    /// Whether a block just taken for `calloc` reads zero.
    fn reads_zero(block: &Block) -> bool {
        block.taken.zeroed
    }

    /// Clears `len` bytes.
    ///
    /// # Safety
    /// They belong to the caller.
    unsafe fn clear(at: *mut u8, len: usize) {
        // SAFETY: the caller's duty.
        unsafe { ptr::write_bytes(at, 0, len) }
    }

    /// Copies the first `len` bytes of a block that moves.
    ///
    /// # Safety
    /// Both blocks are live and have that many bytes.
    unsafe fn copy(from: Place, to: *mut u8, len: usize) {
        // SAFETY: the caller's duty; live blocks do not overlap.
        unsafe { ptr::copy_nonoverlapping(from.block(), to, len) }
    }

    /// Lets go of a block whose contents have moved to `to`.
    fn moved(heap: &Small<Self>, from: Place, to: &Block) {
        let _ = to;
        heap.take_back(from.block());
    }

    /// The usable bytes that a live block reports.
    fn usable(place: Place) -> usize {
        place.usable()
    }

    // Finding blocks, and misuse.

    /// The live block that starts at `address`.
    fn find(root: &Root, address: *const u8) -> Result<Place, Misuse> {
        let span = root.pages.find(address).ok_or(Misuse::InvalidFree)?;
        Place::find(span, address)
    }

    /// Ends the process because of `misuse`.
    fn stop(misuse: Misuse, address: *const u8) {
        match misuse {
            Misuse::DoubleFree => os::die("double free of", address),
            Misuse::InvalidFree => os::die("invalid free of", address),
        }
    }

    // Slots and spans.

    /// Takes a slot from a span in hand.
    fn take(span: SpanRef) -> Option<Taken> {
        Self::pop(span).or_else(|| Self::take_fresh(span))
    }

    /// Takes the newest free slot.
    fn pop(span: SpanRef) -> Option<Taken> {
        span.pop()
    }

    /// Takes the first slot never used.
    fn take_fresh(span: SpanRef) -> Option<Taken> {
        span.take_fresh()
    }

    /// Puts a slot onto the list of a span in hand.
    fn push(span: SpanRef, slot: *mut u8) {
        span.push(slot);
    }

    /// Sends a slot to the cache that owns its span; false if none does.
    fn send(root: &Root, span: SpanRef, slot: *mut u8) -> bool {
        let _ = root;
        span.send(slot)
    }

    /// Puts a list of slots that other threads sent onto the list of a span in hand.
    fn absorb(span: SpanRef, sent: *mut u8) {
        span.absorb(sent);
    }

    /// A span of `class` with room for a cache whose own is exhausted; `None` without memory.
    fn refill(root: &Root, cache: &Cache, class: usize) -> Option<SpanRef> {
        if let Some(span) = cache.span(class) {
            Self::absorb(span, span.collect());
            if span.has_room() {
                return Some(span);
            }
            cache.put(class, None);
            Self::retire(root, class, span);
        }
        let span = root.bins[class].adopt(root, class, cache)?;
        cache.put(class, Some(span));
        Some(span)
    }

    /// Puts away a full span that a cache owned.
    fn retire(root: &Root, class: usize, span: SpanRef) {
        root.bins[class].hand_over::<Self>(root, span);
    }

    /// A large block.
    fn large(root: &Root, size: usize, align: usize) -> Option<Taken> {
        large::hand_out(root, size, align)
    }

    /// Gives a large block, which is free, back to the system.
    fn drop_large(root: &Root, span: SpanRef) {
        large::take_back(root, span);
    }

    // Threads and processes.

    /// Completes `root`, lets all threads see it, and unlocks the making of heaps.
    fn publish(place: &AtomicPtr<Root>, root: &Root, registry: Registry) {
        root.classes.fill();
        place.store(ptr::from_ref(root).cast_mut(), Ordering::Release);
        drop(registry);
    }

    /// Gives back what the cache of an ending thread holds.
    fn thread_ends(root: &Root, cache: &Cache) {
        cache.flush::<Self>(root);
        root.caches.dismiss(cache);
    }

    /// The cache of a thread whose cache is gone: none, its calls go to the bins.
    fn after_teardown(root: &Root) -> Option<&Cache> {
        let _ = root;
        None
    }

    /// Takes back the slot of a thread without a cache.
    fn late_free(root: &Root, span: SpanRef, slot: *mut u8) {
        root.late.count_free(span.slot_size());
        central::give_back::<Self>(root, span, slot);
    }

    /// Handles a fork.
    fn at_fork(root: &Root, moment: ForkMoment) {
        match moment {
            ForkMoment::Before => root.lock_all(),
            ForkMoment::InParent | ForkMoment::InChild => root.unlock_all(),
        }
    }
}

/// Every part right.
pub(crate) struct Right;

impl Parts for Right {}

/// A slot for `size` bytes at a multiple of `align`, at least 16; counted.
#[inline]
pub(super) fn provide<P: Parts>(root: &Root, size: usize, align: usize) -> Option<Taken> {
    let cache = cache::current::<P>(root);
    let padded = size.checked_add(align - GRAIN)?;
    let taken = if padded > class::MAX_SMALL {
        P::large(root, size, align)
    } else {
        let class = P::class_for(root, padded);
        match cache {
            Some(cache) => cache.hand_out::<P>(root, class),
            None => root.bins[class].hand_out::<P>(root, class),
        }
    }?;
    cache.map_or(&root.late, |cache| &cache.tally).count_malloc(taken.span.slot_size());
    Some(taken)
}

/// Takes back the slot of `place`, which is free; counted.
#[inline]
pub(super) fn regain<P: Parts>(root: &Root, place: Place) {
    let (span, slot) = (place.span, place.slot());
    let Some(cache) = cache::current::<P>(root) else {
        return P::late_free(root, span, slot);
    };
    cache.tally.count_free(span.slot_size());
    if span.is_owned_by(cache) {
        P::push(span, slot);
    } else {
        central::give_back::<P>(root, span, slot);
    }
}
