//! Spans in a list with links both ways, so that one leaves it from any place.
//!
//! The links are in the spans: a span is in one such list at a time. Whoever owns the list, or holds
//! the lock that it is under, owns the links of the spans in it.

use crate::span::Span;
use crate::sync::Ordering;
use std::ptr;

/// The list. Newest first.
#[derive(Debug, Default)]
pub struct SpanList {
    first: Option<&'static Span>,
}

const NEXT: usize = 0;
const PREV: usize = 1;

fn neighbour(span: &Span, side: usize) -> Option<&'static Span> {
    // SAFETY: null, or a struct that is never unmapped.
    unsafe { span.neighbours[side].load(Ordering::Relaxed).as_ref() }
}

fn set_neighbour(span: &Span, side: usize, to: Option<&'static Span>) {
    let to = to.map_or(ptr::null_mut(), |to| ptr::from_ref(to).cast_mut());
    span.neighbours[side].store(to, Ordering::Relaxed);
}

impl SpanList {
    /// None yet.
    pub const fn new() -> SpanList {
        SpanList { first: None }
    }

    /// The newest.
    pub fn first(&self) -> Option<&'static Span> {
        self.first
    }

    /// Adds `span`, which is in no list.
    pub fn insert(&mut self, span: &'static Span) {
        set_neighbour(span, NEXT, self.first);
        set_neighbour(span, PREV, None);
        if let Some(second) = self.first {
            set_neighbour(second, PREV, Some(span));
        }
        self.first = Some(span);
    }

    /// Takes `span` out, which is in this list.
    pub fn remove(&mut self, span: &'static Span) {
        let (next, prev) = (neighbour(span, NEXT), neighbour(span, PREV));
        match prev {
            Some(prev) => set_neighbour(prev, NEXT, next),
            None => self.first = next,
        }
        if let Some(next) = next {
            set_neighbour(next, PREV, prev);
        }
        set_neighbour(span, NEXT, None);
        set_neighbour(span, PREV, None);
    }

    /// All of them. The one that came last may be removed meanwhile, and no other.
    pub fn iter(&self) -> impl Iterator<Item = &'static Span> + use<> {
        std::iter::successors(self.first, |span| neighbour(span, NEXT))
    }
}
