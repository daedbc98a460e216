//! A small allocator that keeps every invariant, made so that any one part of it can be wrong.
//!
//! It takes memory from the system only, never from Rust's or C's allocator, so that it can be the
//! judged heap of a process with threads, forks and thread-local destructors.
//!
//! The life of one `malloc(100)`:
//! 1. [`Small`] leads to its [`root::Root`], which the first call of any thread makes;
//! 2. the thread's [`cache::Cache`] is found through a pthread key;
//! 3. 100 bytes are class 6, slots of 112 bytes ([`class`]);
//! 4. the cache's span of that class has a free slot, which is taken without a lock ([`span`]);
//! 5. if it has none, slots that other threads freed are collected; if there are none either, the
//!    span goes to its bin, and a span with room comes from the bin ([`central`]), from the pool of
//!    empty spans ([`pool`]), or from the system ([`os`]).
//!
//! And of its `free`:
//! 1. the address leads to its span ([`page_map`]), and the span tells the slot and its state: a
//!    block that is not live ends the process here;
//! 2. the owner of the span puts the slot onto the span's list; another thread sends it to the
//!    owner; where there is no owner, the bin takes it under its lock;
//! 3. a span without a slot in use, and without an owner, goes to the pool, and what the pool does
//!    not keep goes back to the system.
//!
//! [`parts::Parts`] is the socket for the wrong parts.

// In reading order: plain tools, memory, threads, and the whole.
pub(crate) mod class;
pub(crate) mod link;
pub(crate) mod lock;
pub(crate) mod os;
pub(crate) mod tally;

pub(crate) mod page_map;
pub(crate) mod place;
pub(crate) mod span;

pub(crate) mod central;
pub(crate) mod large;
pub(crate) mod pool;

pub(crate) mod cache;
pub(crate) mod fork;
pub(crate) mod root;

mod face;
pub(crate) mod parts;

use crate::target::heap::{HeapStats, Held};
use class::GRAIN;
use parts::{Parts, Refusal, Right};
use place::Place;
use root::Root;
use span::Taken;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The allocator, with the parts `P`.
///
/// Dropping it gives all memory back. Threads that used it must have been joined before: their
/// thread-local destructors are the heap's.
pub(crate) struct Small<P: Parts = Right> {
    root: AtomicPtr<Root>,
    parts: PhantomData<fn() -> P>,
}

/// A block just taken.
pub(crate) struct Block {
    /// Where it starts.
    pub(crate) address: *mut u8,
    /// Its slot.
    pub(crate) taken: Taken,
}

impl<P: Parts> Small<P> {
    /// A heap without memory; the first call gets it some.
    pub(crate) fn new() -> Small<P> {
        fork::install();
        Small { root: AtomicPtr::new(ptr::null_mut()), parts: PhantomData }
    }

    /// What the threads share; `None` without memory.
    pub(crate) fn root(&self) -> Option<&Root> {
        root::get::<P>(&self.root)
    }

    fn allocate(&self, size: usize, align: usize) -> Result<Block, Refusal> {
        let (size, align) = (P::admit(size)?, align.max(GRAIN));
        let root = self.root().ok_or(Refusal::NoMemory)?;
        let taken = parts::provide::<P>(root, size, align).ok_or(Refusal::NoMemory)?;
        Ok(Block { address: taken.shifted(P::shift(taken.slot, size, align)), taken })
    }

    fn or_refuse(&self, block: Result<Block, Refusal>) -> *mut u8 {
        block.map_or_else(|why| P::refuse(self, why), |block| block.address)
    }

    /// A block of `size` bytes, or null.
    pub(crate) fn plain(&self, size: usize) -> *mut u8 {
        self.or_refuse(self.allocate(size, GRAIN))
    }

    /// A block at a multiple of `align`, a power of two, or null.
    fn aligned(&self, align: usize, size: usize) -> *mut u8 {
        self.or_refuse(self.allocate(size, align))
    }

    /// A zeroed block at a multiple of `align`, or null.
    fn cleared(&self, size: Result<usize, Refusal>, align: usize) -> *mut u8 {
        let block = size.and_then(|size| Ok((self.allocate(size, align)?, size)));
        if let Ok((block, size)) = &block
            && !P::reads_zero(block)
        {
            // SAFETY: the block is new and has that many bytes.
            unsafe { P::clear(block.address, *size) };
        }
        self.or_refuse(block.map(|(block, _)| block))
    }

    /// Stores an aligned block at `at`, or returns an error number and touches neither `at` nor
    /// `errno`.
    pub(crate) fn place_aligned(&self, at: &mut *mut u8, align: usize, size: usize) -> i32 {
        if !align.is_power_of_two() || align < size_of::<*mut u8>() {
            return libc::EINVAL;
        }
        match self.allocate(size, align) {
            Ok(block) => *at = block.address,
            Err(_) => return libc::ENOMEM,
        }
        0
    }

    /// The live block at `address`. Ends the process if there is none.
    pub(crate) fn live(&self, address: *const u8) -> Option<Place> {
        let root = self.root()?;
        P::find(root, address).map_err(|misuse| P::stop(misuse, address)).ok()
    }

    /// Frees `block`, which may be null. Ends the process if it is not live.
    pub(crate) fn take_back(&self, block: *mut u8) {
        if block.is_null() {
            return;
        }
        let (Some(place), Some(root)) = (self.live(block), self.root()) else { return };
        match place.retire() {
            Ok(()) => parts::regain::<P>(root, place),
            Err(misuse) => P::stop(misuse, block),
        }
    }

    /// `realloc` in all its forms.
    pub(crate) fn resize_or_free(&self, block: *mut u8, size: usize) -> *mut u8 {
        if block.is_null() {
            return P::malloc(self, size);
        }
        if size == 0 {
            P::free(self, block);
            return ptr::null_mut();
        }
        self.resize(block, size, GRAIN)
    }

    /// Resizes a live block to `size` bytes, not 0, or refuses and leaves it alone. A block that
    /// moves comes to lie at a multiple of `align`.
    pub(crate) fn resize(&self, block: *mut u8, size: usize, align: usize) -> *mut u8 {
        let Some(place) = self.live(block) else { return ptr::null_mut() };
        let usable = place.usable();
        if size <= usable && (usable <= 8 * GRAIN || size > usable / 2) {
            return block;
        }
        match self.allocate(size, align) {
            Ok(new) => {
                // SAFETY: both blocks are live and hold the smaller of the two sizes.
                unsafe { P::copy(place, new.address, usable.min(size)) };
                P::moved(self, place, &new);
                new.address
            }
            // What cannot be moved to a smaller place may as well stay.
            Err(_) if size <= usable => block,
            Err(why) => P::refuse(self, why),
        }
    }

    /// Grows a live block, and clears what it did not have before.
    pub(crate) fn grow_and_clear(&self, block: Held, size: usize) -> *mut u8 {
        let new = self.resize(block.address, size.max(1), GRAIN);
        if !new.is_null() {
            // SAFETY: the block has `size` bytes now, at least as many as before.
            unsafe { P::clear(new.add(block.size), size - block.size) };
        }
        new
    }

    /// The sum over all threads.
    pub(crate) fn totals(&self) -> HeapStats {
        let Some(root) = self.root() else { return HeapStats::default() };
        let _held = root.caches.lock.hold();
        let late = std::iter::once(&root.late);
        tally::sum(&late.chain(root.caches.iter().map(|cache| &cache.tally)))
    }
}

impl<P: Parts> Drop for Small<P> {
    fn drop(&mut self) {
        // SAFETY: the root outlives its heap. Nobody else has the heap, and threads that used it
        // have been joined, as the type demands.
        unsafe {
            if let Some(root) = self.root.load(Ordering::Acquire).as_ref() {
                root::dismantle(root);
            }
        }
    }
}
