//! Size classes: 67 sizes of slots, and the way from a request to its class and back.
//!
//! A class has a slot size and a span length in pages. Both follow from three rules, which
//! [`generate`] carries out and [`crate::size_table`] keeps as a table that people can read:
//!
//! 1. **Steps.** Candidate sizes rise by a step that grows with the size: 8, then 16 from 32, an
//!    eighth of the last power of two from 128, and 256 from 2048. So every class from 32 on is a
//!    multiple of 16, and a power of two is aligned to itself.
//! 2. **Tail.** A span is the smallest number of pages whose tail, too short for another slot, is
//!    at most an eighth of it. A candidate that would have as many pages and as many slots as the
//!    class before only widens that class.
//! 3. **Stretch.** A class then takes the slack of its span: as large as possible with as many
//!    slots, in multiples of 128 bytes.
//!
//! Class 0 is no class: it stands for large objects, which have a span each. Waste is *not* bounded
//! by 12.5 %, whatever is often said: that bounds the tail only (`alloc/size-class/waste-bound`).
//!
//! Source: Go `runtime/_mkmalloc/mksizeclasses.go` `makeClasses`, `internal/runtime/gc/sizeclasses.go`,
//! `runtime/msize.go`.

pub use crate::size_table::CLASSES;
use crate::size_table::{PAGES, SIZES};
use crate::units::{PAGE_BYTES, Pages};

/// Bytes of the largest slot.
pub const MAX_SLOT: usize = 32768;
/// Bytes of the largest request that a class serves; 8 less than the largest slot, the size of the
/// header that a slot with pointers may need. Upholds `alloc/size-class/large-cutoff`.
pub const MAX_SMALL: usize = MAX_SLOT - HEADER_BYTES;
/// Bytes of the header at the start of a slot whose pointers are not in its span's bitmap.
pub const HEADER_BYTES: usize = 8;
/// Bytes of the largest object whose pointers are marked in a bitmap at the end of its span; larger
/// ones have a header. There, 8 bytes for each object cost as much as the bitmap.
pub const MAX_IN_BITMAP: usize = 512;
/// Bytes up to which sizes are looked up in steps of 8; above, in steps of 128.
const FINE_MAX: usize = 1024;

/// The number of a class. 0 stands for a span of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[repr(transparent)]
pub struct Class(pub u8);

impl Class {
    /// What is in no class: one object, one span.
    pub const LARGE: Class = Class(0);

    /// Every class but [`Class::LARGE`], smallest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Class> {
        (1..CLASSES as u8).map(Class)
    }

    /// The smallest class with slots of at least `bytes`; `None` above [`MAX_SLOT`].
    /// Upholds `alloc/size-class/minimal-fit`.
    #[inline]
    pub const fn of(bytes: usize) -> Option<Class> {
        if bytes <= FINE_MAX - 8 {
            Some(Class(FINE[bytes.div_ceil(8)]))
        } else if bytes <= MAX_SLOT {
            // For 1017..1023 the difference wraps below zero and back: index 0, the class of 1024.
            Some(Class(COARSE[bytes.wrapping_sub(FINE_MAX).wrapping_add(127) / 128]))
        } else {
            None
        }
    }

    /// The smallest class with slots of at least `bytes` that all start at multiples of `align`
    /// (a power of two); `None` where there is none. Up to 8 KiB there is one for every request
    /// that fits at all: 8, 16, 24 and 32 KiB are such.
    pub const fn aligned(bytes: usize, align: usize) -> Option<Class> {
        if align > PAGE_BYTES || bytes > MAX_SLOT {
            return None;
        }
        let Some(Class(mut class)) = Class::of(if bytes == 0 { 1 } else { bytes }) else {
            return None;
        };
        while (class as usize) < CLASSES {
            if (SIZES[class as usize] as usize).is_multiple_of(align) {
                return Some(Class(class));
            }
            class += 1;
        }
        None
    }

    /// Bytes of a slot. 0 for [`Class::LARGE`].
    #[inline]
    pub const fn bytes(self) -> usize {
        SIZES[self.0 as usize] as usize
    }

    /// Pages of a span. 0 for [`Class::LARGE`].
    #[inline]
    pub const fn pages(self) -> Pages {
        Pages(PAGES[self.0 as usize] as usize)
    }

    /// 2^32 divided by the slot size, rounded up: see [`Class::slot_of`].
    #[inline]
    pub const fn magic(self) -> u32 {
        MAGIC[self.0 as usize]
    }

    /// The number of the slot that holds the byte `offset` of a span of this class: a division by
    /// the slot size, as a multiplication. Exact for every offset in a span
    /// (`alloc/size-class/divmagic-exact`).
    #[inline]
    pub const fn slot_of(self, offset: usize) -> usize {
        divide(offset, self.magic())
    }
}

/// `offset / size` for the `magic` of that size. Source: `runtime/mbitmap.go` `divideByElemSize`.
#[inline]
pub const fn divide(offset: usize, magic: u32) -> usize {
    ((offset as u64).wrapping_mul(magic as u64) >> 32) as usize
}

/// Whether `offset` is a multiple of the size that `magic` belongs to: what the multiplication
/// leaves below the point is then less than one `magic`.
#[inline]
pub const fn divides(offset: usize, magic: u32) -> bool {
    (offset as u64).wrapping_mul(magic as u64) as u32 <= magic.wrapping_sub(1)
}

/// Whether the collector must look for pointers in an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scan {
    /// It may hold pointers.
    Pointers,
    /// It holds none, ever.
    No,
}

/// A class, and whether its objects are scanned: what a span is made for, once and for its whole
/// life in use. Source: `runtime/mheap.go` `spanClass`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[repr(transparent)]
pub struct SpanClass(pub u8);

impl SpanClass {
    /// Number of span classes.
    pub const COUNT: usize = 2 * CLASSES;

    /// The span class of `class` and `scan`.
    #[inline]
    pub const fn new(class: Class, scan: Scan) -> SpanClass {
        SpanClass(class.0 << 1 | matches!(scan, Scan::No) as u8)
    }

    /// The class of its slots.
    #[inline]
    pub const fn class(self) -> Class {
        Class(self.0 >> 1)
    }

    /// Whether its objects are scanned.
    #[inline]
    pub const fn scan(self) -> Scan {
        if self.0 & 1 == 1 { Scan::No } else { Scan::Pointers }
    }
}

/// What a span gives up at its end for a collector's bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Reserve {
    /// Pointer bitmaps only, in spans of small objects with pointers.
    #[default]
    Classic,
    /// Mark bits as well, in spans of 16 to 512 bytes: Go's default since 1.25.
    GreenTea,
}

/// Bytes of each of the two reserves at the end of a span.
pub const RESERVE_BYTES: usize = 128;

impl Reserve {
    /// Slots of a span of this class. Upholds `alloc/span/nelems-excludes-metadata`.
    pub const fn slots(self, class: SpanClass) -> usize {
        let size = class.class().bytes();
        if size == 0 {
            return 1;
        }
        let mut room = class.class().pages().bytes();
        if size <= MAX_IN_BITMAP {
            if matches!(class.scan(), Scan::Pointers) {
                room -= RESERVE_BYTES;
            }
            if matches!(self, Reserve::GreenTea) && size >= 16 {
                room -= RESERVE_BYTES;
            }
        }
        room / size
    }
}

/// The bytes that a request of `bytes` may use: its slot, less a header where it has one, or whole
/// pages. A size that cannot be rounded up is returned as it is, and cannot be served either.
/// Upholds `alloc/size-class/roundup-idempotent` and `alloc/size-class/roundup-monotone`.
/// Source: `runtime/msize.go` `roundupsize`.
pub const fn round_up(bytes: usize, scan: Scan) -> usize {
    let header = match scan {
        Scan::Pointers if bytes > MAX_IN_BITMAP => HEADER_BYTES,
        _ => 0,
    };
    if bytes <= MAX_SMALL
        && let Some(class) = Class::of(bytes + header)
    {
        return class.bytes() - header;
    }
    match Pages::for_bytes(bytes) {
        Some(pages) if pages.0 <= usize::MAX >> crate::units::PAGE_SHIFT => pages.bytes(),
        _ => bytes,
    }
}

/// One row of the table of classes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// Bytes of a slot.
    pub size: usize,
    /// Pages of a span.
    pub pages: usize,
}

/// Makes the table of classes from the three rules at the head of this file; row 0 is empty.
///
/// # Panics
/// If the rules do not give [`CLASSES`] rows. They do: a test compares them with the table.
pub const fn generate() -> [Row; CLASSES] {
    let mut rows = [Row { size: 0, pages: 0 }; CLASSES];
    let (mut count, mut size, mut step) = (1, 8, 8);
    while size <= MAX_SLOT {
        if size.is_power_of_two() {
            step = step_from(size, step);
        }
        let pages = pages_for(size);
        let span = pages * PAGE_BYTES;
        let last = rows[count - 1];
        if last.pages == pages && span / last.size == span / size {
            rows[count - 1].size = size;
        } else {
            rows[count] = Row { size, pages };
            count += 1;
        }
        size += step;
    }
    assert!(count == CLASSES, "the rules give another number of classes");
    let mut i = 1;
    while i < CLASSES {
        rows[i].size = stretched(rows[i]);
        i += 1;
    }
    rows
}

/// Rule 1: the step from a power of two on; `before` is the one below it.
const fn step_from(power: usize, before: usize) -> usize {
    match power {
        2048.. => 256,
        128.. => power / 8,
        32.. => 16,
        _ => before,
    }
}

/// Rule 2: the fewest pages that waste at most an eighth behind the last slot of `size`.
const fn pages_for(size: usize) -> usize {
    let mut pages = 1;
    while (pages * PAGE_BYTES) % size > pages * PAGE_BYTES / 8 {
        pages += 1;
    }
    pages
}

/// Rule 3: the largest multiple of 128 that fits as often, if it is larger.
const fn stretched(row: Row) -> usize {
    let span = row.pages * PAGE_BYTES;
    let slack = (span / (span / row.size)) & !127;
    if slack > row.size { slack } else { row.size }
}

/// Classes of sizes up to 1024, by eighths rounded up. Go calls it `SizeToSizeClass8`.
pub static FINE: [u8; FINE_MAX / 8 + 1] = classes_by_step(0, 8);
/// Classes of sizes from 1024 on, in steps of 128. Go calls it `SizeToSizeClass128`.
pub static COARSE: [u8; (MAX_SLOT - FINE_MAX) / 128 + 1] = classes_by_step(FINE_MAX, 128);

/// Classes of all sizes up to [`MAX_SLOT`], by eighths rounded up: one look, no branch.
pub static SIZES_BY_8: [u8; MAX_SLOT / 8 + 1] = with_class_for_nothing(classes_by_step(0, 8));
/// Classes of all sizes up to [`MAX_SLOT`], by sixteenths rounded up. Every class from 32 on is a
/// multiple of 16, so what is found here is aligned to 16 as well: 17 bytes get 32, not 24.
pub static SIZES_BY_16: [u8; MAX_SLOT / 16 + 1] = with_class_for_nothing(classes_by_step(0, 16));

/// A request of 0 bytes gets a block as one of 1 byte does.
const fn with_class_for_nothing<const N: usize>(mut table: [u8; N]) -> [u8; N] {
    table[0] = table[1];
    table
}

/// Entry `i` is the smallest class of at least `from + i * step` bytes.
pub(crate) const fn classes_by_step<const N: usize>(from: usize, step: usize) -> [u8; N] {
    let mut table = [0; N];
    let (mut i, mut class) = (0, 0);
    while i < N {
        while (SIZES[class] as usize) < from + i * step {
            class += 1;
        }
        table[i] = class as u8;
        i += 1;
    }
    table
}

/// Rounded-up quotients of 2^32 and the slot sizes.
const MAGIC: [u32; CLASSES] = {
    let mut magic = [0; CLASSES];
    let mut i = 1;
    while i < CLASSES {
        magic[i] = u32::MAX / SIZES[i] as u32 + 1;
        i += 1;
    }
    magic
};
