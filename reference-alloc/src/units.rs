//! Addresses, pages and counts of pages: newtypes, and the only conversions between them.
//!
//! A page here is the allocator's page of 8 KiB, whatever the hardware calls one. All arithmetic
//! is on integers: a type of this file is never a pointer, and cannot be read through.
//!
//! Source: Go `runtime/sizeclasses.go` (page), `runtime/mpagealloc.go` (chunk), `runtime/malloc.go`
//! (arena).

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};

/// log2 of [`PAGE_BYTES`].
pub const PAGE_SHIFT: u32 = 13;
/// Bytes in a page.
pub const PAGE_BYTES: usize = 1 << PAGE_SHIFT;
/// Pages in a chunk, the unit in which the page allocator keeps bitmaps and the heap grows: 4 MiB.
pub const CHUNK_PAGES: usize = 512;
/// Bytes in a chunk.
pub const CHUNK_BYTES: usize = CHUNK_PAGES * PAGE_BYTES;
/// log2 of the bytes of an arena.
pub const ARENA_SHIFT: u32 = if cfg!(miri) { 22 } else { 26 };
/// Bytes of an arena: 64 MiB, but less under Miri.
pub const ARENA_BYTES: usize = 1 << ARENA_SHIFT;
/// Bits of an address that a user program may have. Higher addresses are refused by the heap. Miri
/// and loom, which pay for every byte of a table, have low addresses only.
pub const ADDRESS_BITS: u32 = if cfg!(any(miri, loom)) { 40 } else { 48 };

/// An address, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Addr(pub usize);

impl Addr {
    /// The page that holds this byte.
    #[inline]
    pub const fn page(self) -> PageIdx {
        PageIdx(self.0 >> PAGE_SHIFT)
    }

    /// Whether this is a multiple of `align`, a power of two in bytes.
    #[inline]
    pub const fn is_aligned(self, align: usize) -> bool {
        self.0 & (align - 1) == 0
    }

    /// The lowest multiple of `align` (a power of two, bytes) not below this; `None` past the end
    /// of the address space.
    #[inline]
    pub const fn align_up(self, align: usize) -> Option<Addr> {
        match self.0.checked_add(align - 1) {
            Some(end) => Some(Addr(end & !(align - 1))),
            None => None,
        }
    }

    /// Bytes from `base` to here.
    ///
    /// # Panics
    /// If `base` is above this, in builds with overflow checks.
    #[inline]
    pub const fn offset_from(self, base: Addr) -> usize {
        self.0 - base.0
    }
}

impl fmt::Debug for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// Bytes onwards.
impl Add<usize> for Addr {
    type Output = Addr;
    #[inline]
    fn add(self, bytes: usize) -> Addr {
        Addr(self.0 + bytes)
    }
}

/// The number of a page: its address divided by [`PAGE_BYTES`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
#[repr(transparent)]
pub struct PageIdx(pub usize);

impl PageIdx {
    /// One past the last page of the address space.
    pub const END: PageIdx = PageIdx(1 << (ADDRESS_BITS - PAGE_SHIFT));

    /// The first byte of the page.
    #[inline]
    pub const fn addr(self) -> Addr {
        Addr(self.0 << PAGE_SHIFT)
    }

    /// Pages from `base` to here.
    ///
    /// # Panics
    /// If `base` is above this, in builds with overflow checks.
    #[inline]
    pub const fn offset_from(self, base: PageIdx) -> Pages {
        Pages(self.0 - base.0)
    }
}

impl Add<Pages> for PageIdx {
    type Output = PageIdx;
    #[inline]
    fn add(self, pages: Pages) -> PageIdx {
        PageIdx(self.0 + pages.0)
    }
}

/// A count of pages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
#[repr(transparent)]
pub struct Pages(pub usize);

impl Pages {
    /// The pages that `bytes` need, the last one perhaps in part; `None` where rounding up passes
    /// the end of the address space. Upholds `alloc/large/large-wrap-guard`.
    #[inline]
    pub const fn for_bytes(bytes: usize) -> Option<Pages> {
        match bytes.checked_add(PAGE_BYTES - 1) {
            Some(end) => Some(Pages(end >> PAGE_SHIFT)),
            None => None,
        }
    }

    /// How many bytes these are.
    #[inline]
    pub const fn bytes(self) -> usize {
        self.0 << PAGE_SHIFT
    }
}

impl Add for Pages {
    type Output = Pages;
    #[inline]
    fn add(self, other: Pages) -> Pages {
        Pages(self.0 + other.0)
    }
}

impl Sub for Pages {
    type Output = Pages;
    #[inline]
    fn sub(self, other: Pages) -> Pages {
        Pages(self.0 - other.0)
    }
}

impl AddAssign for Pages {
    #[inline]
    fn add_assign(&mut self, other: Pages) {
        self.0 += other.0;
    }
}

impl SubAssign for Pages {
    #[inline]
    fn sub_assign(&mut self, other: Pages) {
        self.0 -= other.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_more_than_a_page_needs_two() {
        assert_eq!(Pages::for_bytes(0), Some(Pages(0)));
        assert_eq!(Pages::for_bytes(PAGE_BYTES), Some(Pages(1)));
        assert_eq!(Pages::for_bytes(PAGE_BYTES + 1), Some(Pages(2)));
    }

    #[test]
    fn rounding_up_never_wraps() {
        assert_eq!(Pages::for_bytes(usize::MAX), None);
        assert_eq!(Addr(usize::MAX).align_up(16), None);
        assert_eq!(Addr(17).align_up(16), Some(Addr(32)));
    }
}
