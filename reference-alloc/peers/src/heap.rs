//! Blocks: the one place that calls the allocator and touches what it gave.
//!
//! A real program writes to what it allocates and reads it before it lets go. So does [`Heap`]:
//!
//! - `take` writes the first and the last byte of a block, `give` reads both and counts what is wrong;
//! - `grow` reads them before and after, and writes the new last byte;
//! - `fill_pages` writes a byte of every page, for blocks that are large.
//!
//! The first byte is the low half of the block's size, the last one its complement: two live blocks
//! that share memory, or a realloc that loses contents, are seen unless their sizes agree by chance.
//! Reads and writes are volatile: the optimiser may not know that a block dies soon.

use crate::allocator::{Peer, shim_free, shim_malloc, shim_realloc};
use std::hint::black_box;
use std::marker::PhantomData;
use std::mem::replace;
use std::ptr::null_mut;

/// Bytes between the writes of `fill_pages`.
const PAGE: usize = 4096;

/// A block of the allocator `P`, or none. It is not `Copy`: whoever gives it back has it no more.
pub struct Block<P> {
    address: *mut u8,
    /// Requested bytes; 0 for none.
    size: usize,
    peer: PhantomData<fn() -> P>,
}

// SAFETY: a block belongs to whoever holds this value, and malloc's blocks may be freed by any thread.
unsafe impl<P> Send for Block<P> {}

impl<P> Block<P> {
    /// No block.
    pub const NONE: Block<P> = Block { address: null_mut(), size: 0, peer: PhantomData };

    /// Requested bytes; 0 if there is no block.
    #[inline]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The block that stands here; none stays behind.
    #[inline]
    #[must_use]
    pub fn pull(&mut self) -> Block<P> {
        replace(self, Block::NONE)
    }
}

/// One thread's way to the allocator `P`.
pub struct Heap<P> {
    /// Alignment of every request, in bytes. A value that the optimiser cannot see: a real allocator
    /// is not compiled for one alignment either.
    align: usize,
    /// Blocks whose contents were not what had been written.
    damaged: u64,
    peer: PhantomData<fn() -> P>,
}

/// The byte at the start of a block of `size` bytes; its complement is at the end.
#[inline]
fn mark(size: usize) -> u8 {
    size as u8
}

impl<P: Peer> Heap<P> {
    /// Announces this thread to the allocator.
    pub fn open() -> Heap<P> {
        P::enter_thread();
        Heap { align: black_box(8), damaged: 0, peer: PhantomData }
    }

    /// The thread is done. The answer is how many blocks were damaged.
    pub fn close(self) -> u64 {
        P::leave_thread();
        if P::OVERLAPS { 0 } else { self.damaged }
    }

    /// Takes over what another thread's heap has counted.
    pub fn add_damaged(&mut self, blocks: u64) {
        self.damaged += blocks;
    }

    /// A block of `size` bytes, at least 2 of them, whose ends are written.
    ///
    /// # Panics
    /// If there is no memory.
    #[inline]
    pub fn take(&mut self, size: usize) -> Block<P> {
        // SAFETY: the alignment is 8 and no workload asks for less than 2 or more than some MiB.
        let address = unsafe { shim_malloc::<P>(size, self.align) };
        assert!(!address.is_null(), "out of memory");
        let mut block = Block { address, size, peer: PhantomData };
        block.write_ends();
        block
    }

    /// Inspects a block and frees it; none is none.
    #[expect(clippy::needless_pass_by_value, reason = "whoever passes a block has it no more")]
    #[inline]
    pub fn give(&mut self, block: Block<P>) {
        let Block { address, size, .. } = block;
        if size == 0 {
            return;
        }
        self.inspect(address, size);
        // SAFETY: a `Block` that is not none is live, and by value it is the only one.
        unsafe { shim_free::<P>(address, size, self.align) };
    }

    /// Makes a block larger, in place or elsewhere; none becomes a new block.
    ///
    /// # Panics
    /// If there is no memory.
    #[expect(clippy::needless_pass_by_value, reason = "whoever passes a block has it no more")]
    #[inline]
    pub fn grow(&mut self, block: Block<P>, size: usize) -> Block<P> {
        let Block { address, size: old, .. } = block;
        if old == 0 {
            return self.take(size);
        }
        // SAFETY: as for `give`; the new size is in the range of `take`'s.
        let address = unsafe { shim_realloc::<P>(address, old, self.align, size) };
        assert!(!address.is_null(), "out of memory");
        self.inspect(address, old);
        let mut block = Block { address, size, peer: PhantomData };
        block.write_ends();
        block
    }

    /// Counts a block whose ends are not what `write_ends` wrote.
    #[inline]
    fn inspect(&mut self, address: *const u8, size: usize) {
        // SAFETY: both callers pass a live block of that size.
        let (first, last) =
            unsafe { (address.read_volatile(), address.add(size - 1).read_volatile()) };
        self.damaged += u64::from(first != mark(size) || last != !mark(size));
    }
}

impl<P> Block<P> {
    #[inline]
    fn write_ends(&mut self) {
        // SAFETY: both bytes are inside a block that is live and ours.
        unsafe {
            self.address.write_volatile(mark(self.size));
            self.address.add(self.size - 1).write_volatile(!mark(self.size));
        }
    }

    /// Writes one byte of every page that begins in the block behind its first `from` bytes.
    #[inline]
    pub fn fill_pages(&mut self, from: usize) {
        for at in (from.next_multiple_of(PAGE).max(PAGE)..self.size.saturating_sub(1)).step_by(PAGE)
        {
            // SAFETY: the byte is inside a block that is live and ours, and at neither end of it.
            unsafe { self.address.add(at).write_volatile(mark(at / PAGE)) };
        }
    }
}
