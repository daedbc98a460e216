//! What can go wrong, and whose fault it is.

use crate::units::Addr;
use std::fmt;

/// There is no memory for the request. Nothing was changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory;

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of memory")
    }
}

impl std::error::Error for OutOfMemory {}

/// What the caller did wrong with a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MisuseKind {
    /// The block was free already.
    DoubleFree,
    /// No block of this heap has that address: foreign memory, or the inside of a block.
    NotABlock,
    /// The layout named is not the one that the block was allocated with.
    WrongLayout,
    /// Bytes past the end of the block were written.
    WrittenPastEnd,
    /// Bytes of the block were written after it was freed.
    WrittenAfterFree,
}

/// A call that the caller must not make, with the address that it named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Misuse {
    /// What is wrong with it.
    pub kind: MisuseKind,
    /// The address that was passed.
    pub address: Addr,
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            MisuseKind::DoubleFree => "double free of",
            MisuseKind::NotABlock => "free of what is no block:",
            MisuseKind::WrongLayout => "free with the wrong layout of",
            MisuseKind::WrittenPastEnd => "a write past the end of",
            MisuseKind::WrittenAfterFree => "a write after the free of",
        };
        write!(f, "{what} {:?}", self.address)
    }
}

impl std::error::Error for Misuse {}
