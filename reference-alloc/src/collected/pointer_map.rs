//! Where a span says which words of its objects are pointers.
//!
//! A span of objects of up to 512 bytes has, at its end, a bit for each of its 1024 words: 128 bytes,
//! set when the object is handed out. What the bits of free slots say means nothing. In a span of 8
//! bytes every object is one pointer, and the bits are set once for all.
//!
//! ```text
//!   slots ... | tail | pointer map (128 B) | mark bits (128 B), GreenTea only |
//! ```
//!
//! Objects that are larger have a word in front of them, the *header*, and one with a span of its own
//! has a word in the span. What these words say is the collector's: the type of the object, as a rule.
//!
//! Words of the map are atomic, since one word may hold bits of two objects: a collector reads the one's
//! while the owner of the span writes the other's.
//!
//! Source: Go `runtime/mbitmap.go` `heapBits`, `writeHeapBitsSmall`, `heapBitsSmallForAddr`.

use crate::os;
use crate::size_class::{
    Class, HEADER_BYTES, MAX_IN_BITMAP, RESERVE_BYTES, Reserve, Scan, SpanClass,
};
use crate::span::Span;
use crate::sync::{AtomicU64, Ordering};
use crate::units::Addr;

/// Bytes of a word.
pub(super) const WORD: usize = size_of::<u64>();

/// Whether objects of this class have their pointers in a map at the end of the span.
#[inline]
pub const fn has_map(class: SpanClass) -> bool {
    matches!(class.scan(), Scan::Pointers)
        && class.class().0 != Class::LARGE.0
        && class.class().bytes() <= MAX_IN_BITMAP
}

/// Bytes of the header in front of each object of this class. Upholds `alloc/span/header-hidden`.
#[inline]
pub const fn header_bytes(class: SpanClass) -> usize {
    let has_header =
        matches!(class.scan(), Scan::Pointers) && class.class().bytes() > MAX_IN_BITMAP;
    if has_header { HEADER_BYTES } else { 0 }
}

/// The pointer map of a span in use.
#[derive(Clone, Copy, Debug)]
pub struct PointerMap<'h> {
    span: &'h Span,
    first: Addr,
}

impl<'h> PointerMap<'h> {
    /// The map of `span` in a heap with that reserve, if it has one.
    #[inline]
    pub(super) fn of(span: &'h Span, reserve: Reserve) -> Option<PointerMap<'h>> {
        if !has_map(span.class()) {
            return None;
        }
        let behind = match reserve {
            Reserve::GreenTea if span.elem_bytes() >= 16 => RESERVE_BYTES,
            Reserve::GreenTea | Reserve::Classic => 0,
        };
        let end = span.base() + span.pages().bytes();
        Some(PointerMap { span, first: Addr(end.0 - behind - RESERVE_BYTES) })
    }

    /// Its first byte.
    pub fn address(&self) -> Addr {
        self.first
    }

    /// Sets every bit to what it is in a new span.
    pub(super) fn start(&self) {
        let bits = if self.span.elem_bytes() == WORD { !0 } else { 0 };
        (0..RESERVE_BYTES / WORD).for_each(|word| self.word(word).store(bits, Ordering::Relaxed));
    }

    /// The pointers of the object in `slot`: bit `i` is its word `i`.
    #[inline]
    pub fn get(&self, slot: usize) -> u64 {
        let (word, shift, mask) = self.bits_of(slot);
        let low = self.word(word).load(Ordering::Relaxed) >> shift;
        let high = match shift {
            0 => 0,
            _ if mask >> (64 - shift) == 0 => 0,
            _ => self.word(word + 1).load(Ordering::Relaxed) << (64 - shift),
        };
        (low | high) & mask
    }

    /// Says which words of the object in `slot` are pointers. The span's owner may, before the object
    /// is anybody else's. Where every object is one pointer, that stays so.
    #[inline]
    pub fn set(&self, slot: usize, pointers: u64) {
        let (word, shift, mask) = self.bits_of(slot);
        if mask == 1 {
            return;
        }
        let pointers = pointers & mask;
        self.change(word, mask << shift, pointers << shift);
        if shift > 0 && mask >> (64 - shift) != 0 {
            self.change(word + 1, mask >> (64 - shift), pointers >> (64 - shift));
        }
    }

    /// The word of the map that the bits of `slot` begin in, their place there, and as many ones.
    #[inline]
    fn bits_of(&self, slot: usize) -> (usize, usize, u64) {
        let bits = self.span.elem_bytes() / WORD;
        (slot * bits / 64, slot * bits % 64, !0 >> (64 - bits))
    }

    #[inline]
    fn change(&self, word: usize, mask: u64, bits: u64) {
        let word = self.word(word);
        word.store(word.load(Ordering::Relaxed) & !mask | bits, Ordering::Relaxed);
    }

    #[inline]
    fn word(&self, word: usize) -> &AtomicU64 {
        debug_assert!(word < RESERVE_BYTES / WORD, "a slot past the end of {:?}", self.span.base());
        // SAFETY: the reserve of a span in use is memory of the heap that no object has, and all who
        // use it use it as atomic words.
        unsafe { AtomicU64::from_ptr(os::pointer(self.first + word * WORD)) }
    }
}
