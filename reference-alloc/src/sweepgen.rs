//! Whether a span must be swept, told by two numbers.
//!
//! A heap with a collector has a number `h` that rises by 2 with each cycle. A span's own number
//! against it says what the span needs; all spans become *unswept* at once when `h` rises, without
//! one being touched:
//!
//! | span's   | it is |
//! |----------|-------|
//! | `h - 2`  | to be swept |
//! | `h - 1`  | being swept by one thread |
//! | `h`      | swept, and in no cache |
//! | `h + 1`  | in a cache since before the cycle began, and to be swept |
//! | `h + 3`  | swept, then put into a cache |
//!
//! A heap whose blocks are freed one by one never raises `h`: its spans are `h` or `h + 3`.
//!
//! Source: Go `runtime/mheap.go` `mspan.sweepgen`, `runtime/mgcsweep.go` `sweepLocker.tryAcquire`.

use crate::sync::{AtomicU32, Ordering};

/// What a span's number says against the heap's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sweep {
    /// To be swept, by whoever acquires it.
    Needed,
    /// Being swept.
    UnderWay,
    /// Swept.
    Done,
    /// In a cache, and to be swept when it leaves.
    CachedStale,
    /// In a cache, and swept.
    Cached,
}

impl Sweep {
    /// What `span` says in a heap at `heap`; `None` if no span may say that
    /// (`alloc/span/sweepgen-legal`).
    pub fn of(span: u32, heap: u32) -> Option<Sweep> {
        match span.wrapping_sub(heap) as i32 {
            -2 => Some(Sweep::Needed),
            -1 => Some(Sweep::UnderWay),
            0 => Some(Sweep::Done),
            1 => Some(Sweep::CachedStale),
            3 => Some(Sweep::Cached),
            _ => None,
        }
    }
}

/// Makes the caller the one sweeper of a span that needs it; false if it needs none, or has one.
/// Upholds `alloc/span/sweep-owner-unique`.
pub fn acquire(span: &AtomicU32, heap: u32) -> bool {
    let (needed, under_way) = (heap.wrapping_sub(2), heap.wrapping_sub(1));
    span.load(Ordering::Relaxed) == needed
        && span.compare_exchange(needed, under_way, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}

/// The sweeper is done, or an uncached span needs no sweeping.
pub fn done(span: &AtomicU32, heap: u32) {
    span.store(heap, Ordering::Release);
}

/// A swept span goes into a cache.
pub fn cached(span: &AtomicU32, heap: u32) {
    span.store(heap.wrapping_add(3), Ordering::Release);
}

/// A span leaves its cache. True if the caller must sweep it, as its only sweeper.
pub fn uncached(span: &AtomicU32, heap: u32) -> bool {
    let stale = span.load(Ordering::Acquire) == heap.wrapping_add(1);
    span.store(if stale { heap.wrapping_sub(1) } else { heap }, Ordering::Release);
    stale
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn raising_the_heaps_number_makes_every_span_stale_without_touching_it() {
        let heap = 4;
        let (idle, in_cache) = (AtomicU32::new(heap), AtomicU32::new(0));
        cached(&in_cache, heap);
        let heap = heap + 2;
        assert_eq!(Sweep::of(idle.load(Ordering::Relaxed), heap), Some(Sweep::Needed));
        assert_eq!(Sweep::of(in_cache.load(Ordering::Relaxed), heap), Some(Sweep::CachedStale));
        assert!(acquire(&idle, heap) && !acquire(&idle, heap), "one sweeper");
        assert!(uncached(&in_cache, heap), "to be swept by who uncached it");
    }

    #[test]
    fn numbers_wrap() {
        let heap = 0;
        let span = AtomicU32::new(u32::MAX - 1);
        assert!(acquire(&span, heap));
        assert_eq!(Sweep::of(span.load(Ordering::Relaxed), heap), Some(Sweep::UnderWay));
        done(&span, heap);
        assert_eq!(Sweep::of(span.load(Ordering::Relaxed), heap), Some(Sweep::Done));
    }
}
