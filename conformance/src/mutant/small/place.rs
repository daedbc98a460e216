//! From an address to the live block that starts there, or to the mistake of who gave it.

use super::span::{FREE, SpanRef, live};
use std::sync::atomic::Ordering;

/// One live block, found from its address.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// Its span.
    pub(crate) span: SpanRef,
    /// Its slot.
    pub(crate) index: usize,
    /// Bytes from the start of the slot to the start of the block.
    pub(crate) shift: usize,
}

/// What a caller did wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Misuse {
    /// The block is free already.
    DoubleFree,
    /// No block starts at the address.
    InvalidFree,
}

impl Place {
    /// The live block that starts at `address`, a slot of `span`.
    pub(crate) fn find(span: SpanRef, address: *const u8) -> Result<Place, Misuse> {
        let (index, shift) = span.locate(address).ok_or(Misuse::InvalidFree)?;
        match span.states()[index].load(Ordering::Relaxed) {
            FREE => Err(Misuse::DoubleFree),
            state if shift % 8 == 0 && state == live(shift) => Ok(Place { span, index, shift }),
            _ => Err(Misuse::InvalidFree),
        }
    }

    /// The live block in the slot that `address` lies in, wherever in it.
    pub(crate) fn around(span: SpanRef, address: *const u8) -> Result<Place, Misuse> {
        let (index, _) = span.locate(address).ok_or(Misuse::InvalidFree)?;
        match span.states()[index].load(Ordering::Relaxed) {
            FREE => Err(Misuse::DoubleFree),
            state => Ok(Place { span, index, shift: usize::from(state - 1) * 8 }),
        }
    }

    /// Makes the block free. Of several threads that try, one succeeds.
    pub(crate) fn retire(&self) -> Result<(), Misuse> {
        self.span.states()[self.index]
            .compare_exchange(live(self.shift), FREE, Ordering::Relaxed, Ordering::Relaxed)
            .map(drop)
            .map_err(|_| Misuse::DoubleFree)
    }

    /// Where the slot starts.
    pub(crate) fn slot(&self) -> *mut u8 {
        self.span.slot(self.index)
    }

    /// Where the block starts.
    pub(crate) fn block(&self) -> *mut u8 {
        // SAFETY: the shift is less than the slot.
        unsafe { self.slot().add(self.shift) }
    }

    /// Bytes from the start of the block to the end of its slot.
    pub(crate) fn usable(&self) -> usize {
        self.span.slot_size() - self.shift
    }
}
