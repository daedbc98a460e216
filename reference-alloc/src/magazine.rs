//! A magazine: a stack of addresses of free blocks of one class, for one thread.
//!
//! Magazines hold addresses beside the blocks, not links inside them: a free does not touch the
//! block, and nothing that a program writes into freed memory can lead the allocator astray
//! (`alloc/hardening/freelist-corruption-contained`).
//!
//! Source: Bonwick and Adams, *Magazines and Vmem*, 2001.

use crate::counts::BlockCounts;
use crate::kept::DRAINED;
use crate::os::prefetch;
use crate::size_class::{CLASSES, Class};
use crate::span::Span;
use crate::sync::{AtomicPtr, Ordering};
use crate::units::Addr;
use std::ptr;

/// Bytes that a full magazine holds, if no other bound is tighter: of a class whose spans do not drain, and
/// of one whose spans do. What the latter holds keeps spans from being empty.
const MAGAZINE_BYTES: [usize; 2] = [32 << 10, 20 << 10];
/// Bounds of the blocks in a full magazine.
const MAGAZINE_BLOCKS: (usize, usize) = (4, 128);

/// Blocks that a full magazine of `class` holds: an even number.
pub const fn capacity(class: usize) -> usize {
    let size = Class(class as u8).bytes();
    if size == 0 {
        return 0;
    }
    let fit = (MAGAZINE_BYTES[(class >= DRAINED as usize) as usize] / size) & !1;
    if fit < MAGAZINE_BLOCKS.0 {
        MAGAZINE_BLOCKS.0
    } else if fit > MAGAZINE_BLOCKS.1 {
        MAGAZINE_BLOCKS.1
    } else {
        fit
    }
}

/// Blocks that an empty magazine of `class` is given at once, and that a full one gives back.
pub const fn half(class: usize) -> usize {
    capacity(class) / 2
}

/// Blocks in all full magazines together.
pub(crate) const PLACES: usize = {
    let (mut sum, mut class) = (0, 0);
    while class < CLASSES {
        sum += capacity(class);
        class += 1;
    }
    sum
};

/// A stack of addresses of free blocks of one class: `floor <= top <= ceiling`, one past the newest
/// at `top`. A line of cache of its own.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Magazine {
    pub(crate) top: AtomicPtr<Addr>,
    pub(crate) floor: AtomicPtr<Addr>,
    pub(crate) ceiling: AtomicPtr<Addr>,
    /// Blocks that the thread was given with [`Magazine::pop`], and gave back with
    /// [`Magazine::push`].
    counts: BlockCounts,
    /// The span that refills come from, or null.
    span: AtomicPtr<Span>,
}

impl Magazine {
    /// One without room.
    pub(crate) const fn new() -> Magazine {
        Magazine {
            top: AtomicPtr::new(ptr::null_mut()),
            floor: AtomicPtr::new(ptr::null_mut()),
            ceiling: AtomicPtr::new(ptr::null_mut()),
            counts: BlockCounts::new(),
            span: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// The newest block, or `None`.
    #[inline]
    pub fn pop(&self) -> Option<Addr> {
        let top = self.top.load(Ordering::Relaxed);
        if top == self.floor.load(Ordering::Relaxed) {
            return None;
        }
        self.counts.malloc();
        // SAFETY: above the floor lie places that were written, and below the lowest floor lies one more.
        unsafe {
            let newest = top.sub(1);
            self.top.store(newest, Ordering::Relaxed);
            // Fresh memory is far away; the next block of the class will be wanted soon.
            prefetch(newest.sub(1).read());
            Some(newest.read())
        }
    }

    /// Puts `block` on top; false if there is no room.
    #[inline]
    pub fn push(&self, block: Addr) -> bool {
        let top = self.top.load(Ordering::Relaxed);
        if top == self.ceiling.load(Ordering::Relaxed) {
            return false;
        }
        // SAFETY: below the ceiling lie places of this magazine.
        unsafe {
            top.write(block);
            self.top.store(top.add(1), Ordering::Relaxed);
        }
        self.counts.free();
        true
    }

    /// What the thread was given of the class and gave back, here and past the magazine.
    #[inline]
    pub fn counts(&self) -> &BlockCounts {
        &self.counts
    }

    /// Blocks in it.
    pub fn len(&self) -> usize {
        let top = self.top.load(Ordering::Relaxed).addr();
        top.saturating_sub(self.floor.load(Ordering::Relaxed).addr()) / size_of::<Addr>()
    }

    /// Whether no block is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is in it, oldest first.
    ///
    /// # Safety
    /// The owner does not use the magazine meanwhile.
    pub unsafe fn blocks(&self) -> &[Addr] {
        let floor = self.floor.load(Ordering::Relaxed);
        if floor.is_null() {
            return &[];
        }
        // SAFETY: the places from the floor up to the top were written.
        unsafe { std::slice::from_raw_parts(floor, self.len()) }
    }

    /// The span that refills come from.
    pub fn current(&self) -> Option<&'static Span> {
        // SAFETY: null, or a struct that is never unmapped.
        unsafe { self.span.load(Ordering::Relaxed).as_ref() }
    }

    pub(crate) fn set_current(&self, span: Option<&'static Span>) {
        self.span.store(
            span.map_or(ptr::null_mut(), |span| ptr::from_ref(span).cast_mut()),
            Ordering::Relaxed,
        );
    }
}
