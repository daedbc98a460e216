//! One bin per size class: the spans that no cache owns.
//!
//! A bin lists its spans with room. Full spans are in no list: they come back when a slot of them
//! is freed. Empty spans go to the pool.
//!
//! Locks are taken in this order: bins by class, pool, roster of caches.

use super::cache::Cache;
use super::lock::Lock;
use super::parts::Parts;
use super::root::Root;
use super::span::{SpanRef, Taken};
use std::cell::Cell;

/// The bin of one class. All zero bytes are an empty bin. On a cache line of its own, as bins of
/// neighbouring classes are busy at the same time.
#[repr(align(64))]
pub(crate) struct Bin {
    pub(crate) lock: Lock,
    /// First of the spans with room.
    partial: Cell<Option<SpanRef>>,
}

impl Bin {
    /// A span with room, which `cache` owns from now on, or `None` without memory.
    pub(crate) fn adopt(&self, root: &Root, class: usize, cache: &Cache) -> Option<SpanRef> {
        let _held = self.lock.hold();
        let span = self.with_room(root, class)?;
        self.unlist(span);
        span.open(cache);
        Some(span)
    }

    /// Takes back `span` from the cache that owned it.
    pub(crate) fn hand_over<P: Parts>(&self, root: &Root, span: SpanRef) {
        let _held = self.lock.hold();
        P::absorb(span, span.close());
        self.shelve(root, span);
    }

    /// A slot, for a thread that has no cache.
    pub(crate) fn hand_out<P: Parts>(&self, root: &Root, class: usize) -> Option<Taken> {
        let _held = self.lock.hold();
        let span = self.with_room(root, class)?;
        let taken = P::take(span);
        self.shelve(root, span);
        taken
    }

    /// Takes back `slot`, whose state is free; false if a cache owns `span` after all.
    pub(crate) fn take_back<P: Parts>(&self, root: &Root, span: SpanRef, slot: *mut u8) -> bool {
        let _held = self.lock.hold();
        if span.is_open() {
            return false;
        }
        P::push(span, slot);
        self.shelve(root, span);
        true
    }

    fn with_room(&self, root: &Root, class: usize) -> Option<SpanRef> {
        self.partial.get().or_else(|| root.pool.take(root, class))
    }

    /// Puts a span where its number of used slots says.
    fn shelve(&self, root: &Root, span: SpanRef) {
        if span.used.get() == 0 {
            self.unlist(span);
            root.pool.put(root, span);
        } else if span.has_room() {
            self.list(span);
        } else {
            self.unlist(span);
        }
    }

    fn list(&self, span: SpanRef) {
        if span.listed.replace(true) {
            return;
        }
        let second = self.partial.replace(Some(span));
        if let Some(second) = second {
            second.previous.set(Some(span));
        }
        span.previous.set(None);
        span.next.set(second);
    }

    fn unlist(&self, span: SpanRef) {
        if !span.listed.replace(false) {
            return;
        }
        let (previous, next) = (span.previous.take(), span.next.take());
        if let Some(next) = next {
            next.previous.set(previous);
        }
        match previous {
            Some(previous) => previous.next.set(next),
            None => self.partial.set(next),
        }
    }
}

/// Takes back `slot`, whose state is free, from a thread that does not own `span`.
pub(crate) fn give_back<P: Parts>(root: &Root, span: SpanRef, slot: *mut u8) {
    if span.is_large() {
        return P::drop_large(root, span);
    }
    // The span may change hands between the two attempts. Once one of them succeeds it may be gone.
    let bin = &root.bins[span.class()];
    while !P::send(root, span, slot) && !bin.take_back::<P>(root, span, slot) {}
}
