//! What lives: the collector's answer, which is the judge's word.

use reference_alloc::collected::{LIVE_WORDS, Reclaim};
use reference_alloc::span::Span;
use reference_alloc::units::Addr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The objects that the judge holds.
#[derive(Debug, Default)]
pub(super) struct Roots(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    /// How many live objects each slot has, by its first byte: one but for tiny objects, which share
    /// theirs. None: it is not here.
    objects: BTreeMap<usize, usize>,
    /// Slots that caches filled with tiny objects when the cycle began. They are kept for it, as Go keeps
    /// them.
    tiny: BTreeSet<usize>,
}

impl Roots {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is an object more in the slot at `slot`.
    pub(super) fn add(&self, slot: Addr) {
        *self.held().objects.entry(slot.0).or_default() += 1;
    }

    /// There is one less. True if it was the last.
    ///
    /// # Panics
    /// If there is none: the judge has freed what it does not hold, or the heap has lost it.
    pub(super) fn remove(&self, slot: Addr) -> bool {
        let mut held = self.held();
        let count = held.objects.get_mut(&slot.0).expect("an object that is held");
        *count -= 1;
        let last = *count == 0;
        if last {
            held.objects.remove(&slot.0);
        }
        last
    }

    /// A cycle begins, and caches fill these slots. With the world stopped.
    pub(super) fn keep_tiny(&self, slots: BTreeSet<usize>) {
        self.held().tiny = slots;
    }

    /// The slots of `span` that live, one bit each.
    pub(super) fn bits(&self, span: &Span) -> [u64; LIVE_WORDS] {
        let (held, within) = (self.held(), span.base().0..span.limit().0);
        let mut bits = [0; LIVE_WORDS];
        let objects = held.objects.range(within.clone()).map(|(slot, _)| slot);
        for &at in objects.chain(held.tiny.range(within)) {
            let slot = (at - span.base().0) / span.elem_bytes();
            bits[slot / 64] |= 1 << (slot % 64);
        }
        bits
    }
}

impl Reclaim for Roots {
    fn live(&self, span: &Span, live: &mut [u64]) {
        live.copy_from_slice(&self.bits(span)[..live.len()]);
    }

    fn has_live(&self, span: &Span) -> bool {
        self.bits(span).iter().any(|&word| word != 0)
    }
}
