//! The central lists of one class of spans: swept or not, with room or full.
//!
//! There are two bags for spans with a free slot and two for full ones. Which of the two is the one
//! of swept spans follows from the heap's number `h`: bag `h / 2 % 2`. So when a cycle raises `h`, all
//! that was swept is unswept, and no span moves; the other bags, which then become those of swept spans,
//! were drained before ([`super::Collected::finish_sweep`]).
//!
//! A bag of unswept spans may hold *stale* entries: a span that somebody found elsewhere, by a walk over
//! the pages, and swept. It is somewhere else now, or no span at all. So who takes an entry out of
//! such a bag must acquire the span ([`crate::sweepgen::acquire`]), and lets go of it if that fails.
//!
//! Source: Go `runtime/mcentral.go`.

use crate::error::OutOfMemory;
use crate::os::Os;
use crate::span::Span;
use crate::span_pool::{node_of, span_of};
use crate::span_set::{BLOCK_SLOTS, SpanSet};

use super::blocks::SetMemory;

/// Which spans of a class a bag holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// Those with a free slot.
    Partial,
    /// Those without.
    Full,
}

impl Room {
    /// Where `span` belongs. Upholds `alloc/mcentral/uncache-classified`.
    pub(super) fn of(span: &Span) -> Room {
        if span.free_count() > 0 { Room::Partial } else { Room::Full }
    }
}

/// Whether the spans of a bag were swept in this cycle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Swept {
    /// They were.
    Yes,
    /// They were not, but for stale entries.
    No,
}

/// The bags of one class, on lines of cache of their own: threads that work with different classes do
/// not meet.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Central {
    partial: [SpanSet<BLOCK_SLOTS>; 2],
    full: [SpanSet<BLOCK_SLOTS>; 2],
}

impl Central {
    pub(super) const fn new() -> Central {
        Central { partial: [const { SpanSet::new() }; 2], full: [const { SpanSet::new() }; 2] }
    }

    /// The bag of such spans, in a heap at `h`.
    fn set(&self, room: Room, swept: Swept, h: u32) -> &SpanSet<BLOCK_SLOTS> {
        let of_swept = (h / 2 % 2) as usize;
        let at = if swept == Swept::Yes { of_swept } else { 1 - of_swept };
        match room {
            Room::Partial => &self.partial[at],
            Room::Full => &self.full[at],
        }
    }

    /// Puts a swept span, which is the caller's, where it belongs.
    ///
    /// # Errors
    /// If there is no memory. Then it is nowhere.
    pub(super) fn put<O: Os>(
        &self,
        span: &'static Span,
        h: u32,
        memory: &SetMemory<'_, O>,
    ) -> Result<(), OutOfMemory> {
        self.set(Room::of(span), Swept::Yes, h).push(node_of(span), memory)
    }

    /// Takes a span out: the caller's, if it is of the swept ones; else an entry that may be stale.
    pub(super) fn take<O: Os>(
        &self,
        room: Room,
        swept: Swept,
        h: u32,
        memory: &SetMemory<'_, O>,
    ) -> Option<&'static Span> {
        Some(span_of(self.set(room, swept, h).pop(memory)?))
    }

    /// Shows every entry of a bag. At rest.
    pub(super) fn each<O: Os>(
        &self,
        room: Room,
        swept: Swept,
        h: u32,
        memory: &SetMemory<'_, O>,
        visit: &mut dyn FnMut(&'static Span),
    ) {
        self.set(room, swept, h).each(memory, &mut |id| visit(span_of(id)));
    }

    /// Starts the bags of unswept spans, which are empty, anew. At rest.
    pub(super) fn reset_unswept<O: Os>(&self, h: u32, memory: &SetMemory<'_, O>) {
        for room in [Room::Partial, Room::Full] {
            self.set(room, Swept::No, h).reset(memory);
        }
    }
}
