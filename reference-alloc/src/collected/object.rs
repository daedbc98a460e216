//! Objects: what kinds there are, and how much of a slot is theirs.

use crate::size_class::{
    Class, HEADER_BYTES, MAX_IN_BITMAP, MAX_SMALL, SIZES_BY_8, Scan, SpanClass,
};
use crate::span::Span;
use crate::units::Addr;

/// What an object holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// No pointers, ever.
    Plain {
        /// Whether it must read zero. If not, it may hold what a dead object left.
        zeroed: bool,
    },
    /// Pointers, perhaps. It reads zero.
    Pointers {
        /// The words that are pointers, bit `i` for word `i`. Used up to [`MAX_IN_BITMAP`] bytes, for
        /// which it has a bit for each word.
        map: u64,
        /// What the collector needs to know of an object that is larger. It is kept in a header, or in
        /// the span if the object has one of its own.
        word: usize,
    },
}

impl Shape {
    /// Whether objects of that shape are scanned.
    #[inline]
    pub const fn scan(self) -> Scan {
        match self {
            Shape::Plain { .. } => Scan::No,
            Shape::Pointers { .. } => Scan::Pointers,
        }
    }
}

/// The span class of an object of `bytes`; `None` if it has a span of its own.
///
/// Upholds `alloc/size-class/minimal-fit` and `alloc/size-class/large-cutoff`.
#[inline]
pub const fn span_class(bytes: usize, scan: Scan) -> Option<SpanClass> {
    if bytes > MAX_SMALL {
        return None;
    }
    let header = match scan {
        Scan::Pointers if bytes > MAX_IN_BITMAP => HEADER_BYTES,
        Scan::Pointers | Scan::No => 0,
    };
    Some(SpanClass::new(Class(SIZES_BY_8[(bytes + header).div_ceil(8)]), scan))
}

/// An object that was just allocated. A collector that marks must mark it before it is anybody else's.
#[derive(Clone, Copy, Debug)]
pub struct Object<'h> {
    /// Its first byte: behind the header of its slot, if there is one; in a block of several if it is
    /// tiny.
    pub at: Addr,
    /// The bytes that may be used: all that is left of the slot. Of a tiny object, those asked for.
    pub bytes: usize,
    /// The span that it lies in.
    pub span: &'h Span,
}

impl Object<'_> {
    /// The number of its slot.
    #[inline]
    pub fn slot(&self) -> usize {
        self.span.slot_at(self.at)
    }
}
