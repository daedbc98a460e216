//! The links of free lists: two words at the start of a free slot.
//!
//! The first word is the next free slot, the second a tag made from slot, next and a secret. A
//! program that writes to a block after freeing it destroys the tag, and the list is not followed
//! any further: an address that the program chose is never handed out.

use super::os;
use std::ptr;

/// Mixes all bits of its arguments into all bits of the result (the finaliser of splitmix64).
fn tag(slot: *mut u8, next: *mut u8, secret: u64) -> u64 {
    let mut z = (slot.addr() as u64).rotate_left(32) ^ next.addr() as u64 ^ secret;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Makes `next` follow `slot`; null ends the list.
///
/// # Safety
/// `slot` is a slot that is free and that the caller may write: it is in no list that another
/// thread can reach.
#[expect(clippy::cast_ptr_alignment, reason = "slots lie at multiples of 16")]
pub(crate) unsafe fn write(slot: *mut u8, next: *mut u8, secret: u64) {
    let words = slot.cast::<usize>();
    // SAFETY: a slot has at least 16 bytes, at a multiple of 16.
    unsafe {
        words.cast::<*mut u8>().write(next);
        words.add(1).write(tag(slot, next, secret) as usize);
    }
}

/// What follows `slot`, or null. Aborts the process if the link was overwritten.
///
/// # Safety
/// `slot` is in a list that the caller owns.
#[expect(clippy::cast_ptr_alignment, reason = "slots lie at multiples of 16")]
pub(crate) unsafe fn read(slot: *mut u8, secret: u64) -> *mut u8 {
    // SAFETY: as for `write`.
    let (next, found) = unsafe { (read_raw(slot), slot.cast::<u64>().add(1).read()) };
    if found != tag(slot, next, secret) {
        os::die("free list overwritten at", slot);
    }
    next
}

/// The first word of `slot` as an address, whatever it is.
///
/// # Safety
/// 8 bytes at `slot` can be read.
pub(crate) unsafe fn read_raw(slot: *mut u8) -> *mut u8 {
    // SAFETY: the caller's duty. The word may lie anywhere once a list has been led astray.
    unsafe { ptr::read_unaligned(slot.cast::<*mut u8>()) }
}
