//! A number that says whether a span is to be swept, and wrong ones.

use crate::sweep::SweepMark;
use loom::sync::atomic::{AtomicU32, Ordering};
use std::marker::PhantomData;

pub(super) const NEEDED: u32 = 2;
pub(super) const UNDER_WAY: u32 = 3;
pub(super) const DONE: u32 = 4;
const CACHED_STALE: u32 = 5;

/// The steps that may be wrong.
pub(super) trait Steps: Send + Sync + 'static {
    /// The order in which a sweep ends.
    const DONE_BY: Ordering = Ordering::Release;

    fn acquire(mark: &AtomicU32) -> bool {
        mark.load(Ordering::Relaxed) == NEEDED
            && mark.compare_exchange(NEEDED, UNDER_WAY, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// What a stale span is when it leaves its cache.
    const UNCACHED: u32 = UNDER_WAY;
}

/// The number.
pub(super) struct Mark<S>(AtomicU32, PhantomData<S>);

impl<S: Steps> SweepMark for Mark<S> {
    fn new(is_cached: bool) -> Mark<S> {
        Mark(AtomicU32::new(if is_cached { CACHED_STALE } else { NEEDED }), PhantomData)
    }

    fn acquire(&self) -> bool {
        S::acquire(&self.0)
    }

    fn done(&self) {
        self.0.store(DONE, S::DONE_BY);
    }

    fn uncached(&self) -> bool {
        let stale = self.0.load(Ordering::Acquire) == CACHED_STALE;
        self.0.store(if stale { S::UNCACHED } else { DONE }, Ordering::Release);
        stale
    }

    fn is_swept(&self) -> bool {
        self.0.load(Ordering::Acquire) == DONE
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct AcquiresWithoutSwap;
impl Steps for AcquiresWithoutSwap {
    fn acquire(mark: &AtomicU32) -> bool {
        let needed = mark.load(Ordering::Acquire) == NEEDED;
        if needed {
            mark.store(UNDER_WAY, Ordering::Release);
        }
        needed
    }
}

pub(super) struct EndsRelaxed;
impl Steps for EndsRelaxed {
    const DONE_BY: Ordering = Ordering::Relaxed;
}

pub(super) struct UncachesForAll;
impl Steps for UncachesForAll {
    const UNCACHED: u32 = NEEDED;
}
