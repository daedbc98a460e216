//! Several objects in one slot: the tiny allocator.
//!
//! Objects of less than 16 bytes without pointers are so common, and a slot of their own is so much
//! larger, that they share slots of 16 bytes. A cache has one such *block* that it fills from the
//! front, and the offset from which it is free. An object is put at the next multiple of the largest
//! power of two, up to 8, that divides its size: a type's alignment divides its size, so that is
//! enough for any type of that size.
//!
//! If the object does not fit any more, it gets a new block, at whose start it lies. Which of the two
//! blocks is filled from now on? The one with more room left: Go compares the new object's size with
//! the old block's offset.
//!
//! A block dies when all in it are dead, so nobody may free one of them alone; only a heap that finds
//! out by itself what is dead can do this. The block is *dropped*, which means that it is filled no
//! further, before a collector takes stock: what is allocated later must not lie in a block that was
//! found dead.
//!
//! Everything here is arithmetic. Whoever takes the block for it clears it.
//!
//! Source: Go `runtime/malloc.go` `mallocgcTiny`.

use crate::units::Addr;

/// Bytes of a block, and of the smallest request that is not tiny. Upholds
/// `alloc/tiny/tiny-noscan-under-16`.
pub const BLOCK_BYTES: usize = 16;

/// The block that one cache fills.
#[derive(Debug, Default)]
pub struct Tiny {
    /// A multiple of [`BLOCK_BYTES`]; 0 if there is none.
    block: Addr,
    /// Bytes from its start that are given away: at most [`BLOCK_BYTES`].
    offset: usize,
}

impl Tiny {
    /// No block.
    pub const fn new() -> Tiny {
        Tiny { block: Addr(0), offset: 0 }
    }

    /// A place for an object of `bytes`, if the block has one. `bytes` is 1 to 15.
    ///
    /// Upholds `alloc/tiny/tiny-within-one-block` and `alloc/tiny/tiny-align-by-size`.
    #[inline]
    pub fn take(&mut self, bytes: usize) -> Option<Addr> {
        debug_assert!((1..BLOCK_BYTES).contains(&bytes), "not tiny: {bytes}");
        let at = self.offset.next_multiple_of(align_of_size(bytes));
        if self.block.0 == 0 || at + bytes > BLOCK_BYTES {
            return None;
        }
        self.offset = at + bytes;
        Some(self.block + at)
    }

    /// A new block, whose first `bytes` are given away: it is filled from now on if it has more room
    /// than the old one. Upholds `alloc/tiny/tiny-keeps-roomier`.
    #[inline]
    pub fn offer(&mut self, block: Addr, bytes: usize) {
        if self.block.0 == 0 || bytes < self.offset {
            *self = Tiny { block, offset: bytes };
        }
    }

    /// Forgets the block. Upholds `alloc/tiny/tiny-dropped-on-flush`.
    pub fn drop_block(&mut self) {
        *self = Tiny::new();
    }

    /// The block, and how many of its bytes are given away.
    pub fn block(&self) -> Option<(Addr, usize)> {
        (self.block.0 != 0).then_some((self.block, self.offset))
    }
}

/// What an object of `bytes` is aligned to: the largest power of two that divides its size, up to 8.
#[inline]
const fn align_of_size(bytes: usize) -> usize {
    1 << if bytes.trailing_zeros() < 3 { bytes.trailing_zeros() } else { 3 }
}
