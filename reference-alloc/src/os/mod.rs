//! Memory from the operating system, and its four states.
//!
//! ```text
//!            reserve              commit
//!   None  ------------> Reserved --------> Ready --+
//!     ^                  | |  |              ^ ^   | decommit: the contents are lost,
//!     |      release     | |  | blank        | |   | the next read sees zero
//!     +------------------+ |  +----> Blank --+ |   |
//!     +--------------------+------------+------+---+
//! ```
//!
//! *Reserved* memory has an address and faults when touched. *Blank* memory reads zero and faults when
//! written: tables that any address may be looked up in are that where there is nothing to say, and cost
//! nothing there. *Ready* memory reads zero until it is
//! written; the system gives it a physical page at the first touch, and takes it back at a
//! *decommit*, after which the memory is still ready. Go has one more state, Prepared, for systems
//! that must be told before memory is used again; Linux is none of them.
//!
//! Everything that depends on the system is behind [`Os`], so that the heap runs as well on
//! pretended memory ([`sim`]): under Miri, and in tests that refuse memory at will.
//!
//! Source: Go `runtime/mem.go`.

pub mod sim;
#[cfg(unix)]
pub mod unix;

use crate::error::OutOfMemory;
use crate::units::Addr;

/// An operating system, as an allocator needs it.
///
/// # Safety
///
/// An implementer promises:
///
/// 1. memory that `reserve` returns belongs to nobody else until it is released;
/// 2. after `commit` every byte of it may be read and written, through pointers made from its
///    address with [`std::ptr::with_exposed_provenance_mut`];
/// 3. committed memory reads zero until it is written, and after `decommit` again, if
///    [`Os::decommit_zeroes`] says so;
/// 4. no function allocates from a heap that lies on this `Os`, and none changes `errno`.
pub unsafe trait Os: Send + Sync {
    /// Bytes of a page of the hardware: the grain of `decommit`.
    fn page_bytes(&self) -> usize;

    /// Bytes of a huge page, or 0 where there are none.
    fn huge_page_bytes(&self) -> usize;

    /// Whether decommitted memory reads zero when it is used again.
    fn decommit_zeroes(&self) -> bool;

    /// Nanoseconds since some moment; never falls. May be some milliseconds late.
    fn now(&self) -> u64;

    /// Where the first reservation should lie, 0 for anywhere.
    fn first_hint(&self) -> Addr {
        Addr(0)
    }

    /// Reserves `bytes` (a multiple of `align`, itself a power of two of at least a page) at a
    /// multiple of `align`; at `hint` if that is not 0 and free, else anywhere. Never takes memory
    /// that is mapped already. Upholds `alloc/arena/foreign-mapping-untouched`.
    fn reserve(&self, hint: Addr, bytes: usize, align: usize) -> Option<Addr>;

    /// Makes reserved memory blank: it may be read, and reads zero.
    ///
    /// # Errors
    /// If the system cannot; nothing was changed.
    fn blank(&self, at: Addr, bytes: usize) -> Result<(), OutOfMemory>;

    /// Makes reserved or blank memory ready.
    ///
    /// # Errors
    /// If the system has no memory left; nothing was changed.
    fn commit(&self, at: Addr, bytes: usize) -> Result<(), OutOfMemory>;

    /// Gives the pages of ready memory back. `at` and `bytes` are multiples of
    /// [`Os::page_bytes`]; nobody uses the memory meanwhile.
    fn decommit(&self, at: Addr, bytes: usize);

    /// Forgets memory that was reserved, whole or in part.
    ///
    /// # Safety
    /// Nobody uses the memory, now or later.
    unsafe fn release(&self, at: Addr, bytes: usize);

    /// Whether the kernel should use huge pages for this memory.
    fn advise_huge(&self, at: Addr, bytes: usize, wanted: bool);
}

/// Asks the processor for the line of cache at `address`, which may be any: a hint.
#[inline]
pub fn prefetch(address: Addr) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: a prefetch of any address does nothing that a program could see.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::without_provenance(address.0));
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = address;
}

/// The pointer to `address`, with the provenance that its memory was exposed with when it was
/// reserved. `T` is whatever lies there.
#[inline]
pub fn pointer<T>(address: Addr) -> *mut T {
    std::ptr::with_exposed_provenance_mut(address.0)
}
