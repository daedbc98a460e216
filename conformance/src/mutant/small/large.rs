//! Blocks above the largest class: a mapping each.
//!
//! One page before the block holds its span's header, so that large and small blocks are looked up,
//! checked and measured in the same way.

use super::os::{self, PAGE};
use super::root::Root;
use super::span::{SpanRef, Taken};

/// A block of at least `size` bytes at a multiple of `align`, or `None` without memory.
pub(crate) fn hand_out(root: &Root, size: usize, align: usize) -> Option<Taken> {
    let length = size.checked_next_multiple_of(PAGE)?.checked_add(PAGE)?;
    let start = os::map_aligned(length, PAGE, align)?;
    // SAFETY: fresh memory of that length.
    let span = unsafe { SpanRef::found(start, length) };
    span.cut_large(PAGE);
    // The first page is enough: a pointer into another page is no block, and is not to be found.
    if !root.pages.enter(span, 1) {
        // SAFETY: nobody has the span.
        unsafe { os::unmap(start, length) };
        return None;
    }
    Some(Taken { span, slot: span.slot(0), zeroed: true })
}

/// Gives a large block, which is free, back to the system.
pub(crate) fn take_back(root: &Root, span: SpanRef) {
    root.pages.forget(span, 1);
    let (start, length) = (span.as_ptr().cast(), span.length());
    // SAFETY: its only block is free and the page map has forgotten it, so this is its last handle.
    unsafe { os::unmap(start, length) };
}
