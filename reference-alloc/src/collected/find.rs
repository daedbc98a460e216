//! From any address to the object there.
//!
//! Source: Go `runtime/mbitmap.go` `findObject`, `runtime/mheap.go` `spanOfHeap`.

use crate::os::{self, Os};
use crate::size_class::{Class, Scan};
use crate::span::{Span, SpanState};
use crate::sync::{AtomicUsize, Ordering};
use crate::units::Addr;

use super::pointer_map::{PointerMap, header_bytes};
use super::{Collected, Reclaim};

/// A slot of the heap.
#[derive(Clone, Copy, Debug)]
pub struct Found<'h> {
    /// The span that it is of.
    pub span: &'h Span,
    /// Its number there: the bit that a collector marks.
    pub slot: usize,
    /// Its first byte. An object begins there, or behind a header.
    pub base: Addr,
}

impl Found<'_> {
    /// The first byte of the object.
    #[inline]
    pub fn object(&self) -> Addr {
        self.base + header_bytes(self.span.class())
    }

    /// The bytes of the object that may be used. Upholds `alloc/span/header-hidden`.
    #[inline]
    pub fn usable(&self) -> usize {
        self.span.elem_bytes() - header_bytes(self.span.class())
    }

    /// Whether there is an object. Exact if its allocation came before, and for the span's owner; else
    /// a guess.
    pub fn is_allocated(&self) -> bool {
        self.span.is_allocated(self.slot)
    }

    /// The word that the allocation of the object named: [`super::Shape::Pointers`]. `None` if it has
    /// none, because it has no pointers or a map of them; 0 in an object with a span of its own that
    /// is not ready yet.
    ///
    /// # Safety
    /// There is an object in the slot, its allocation came before this, and it lives on until after.
    #[inline]
    pub unsafe fn type_word(&self) -> Option<usize> {
        let class = self.span.class();
        match class.scan() {
            Scan::No => None,
            Scan::Pointers if class.class() == Class::LARGE => Some(self.span.word.hear()),
            Scan::Pointers if header_bytes(class) == 0 => None,
            Scan::Pointers => {
                // SAFETY: the slot of an object with a header begins with it, and it was written before.
                let header = unsafe { AtomicUsize::from_ptr(os::pointer(self.base)) };
                Some(header.load(Ordering::Relaxed))
            }
        }
    }
}

impl<O: Os, R: Reclaim> Collected<O, R> {
    /// The slot that `address` lies in, whether there is an object in it or not. `None` if it lies in no
    /// slot: memory of others, stacks, what is behind the last slot of a span. Upholds
    /// `alloc/span/block-inside-one-span`.
    #[inline]
    pub fn find(&self, address: Addr) -> Option<Found<'_>> {
        let span = self.heap.pages.arenas.span_at(address.0)?;
        if span.state() != SpanState::InUse || address < span.base() || address >= span.limit() {
            return None;
        }
        // The number of a class that is none multiplies to 0: the one slot of such a span.
        let slot = span.slot_at(address);
        Some(Found { span, slot, base: span.address_of(slot) })
    }

    /// Where `span` says which words of its objects are pointers, if it does.
    #[inline]
    pub fn pointer_map<'h>(&'h self, span: &'h Span) -> Option<PointerMap<'h>> {
        PointerMap::of(span, self.reserve)
    }
}
