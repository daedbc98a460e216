//! A mark that only rises, and wrong ones.

use crate::watermark::Watermark;
use loom::sync::atomic::{AtomicUsize, Ordering};
use std::marker::PhantomData;

/// The step that may be wrong.
pub(super) trait Steps: Send + Sync + 'static {
    /// Raises the mark to at least `end`, and returns what it was.
    fn raise(mark: &AtomicUsize, end: usize) -> usize {
        let mut seen = mark.load(Ordering::Relaxed);
        while seen < end {
            match mark.compare_exchange(seen, end, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => seen = now,
            }
        }
        seen
    }
}

/// The mark.
pub(super) struct Mark<S>(AtomicUsize, PhantomData<S>);

impl<S: Steps> Watermark for Mark<S> {
    fn new() -> Mark<S> {
        Mark(AtomicUsize::new(0), PhantomData)
    }

    fn raise(&self, start: usize, end: usize) -> bool {
        start < S::raise(&self.0, end)
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct GivesUp;
impl Steps for GivesUp {
    fn raise(mark: &AtomicUsize, end: usize) -> usize {
        let seen = mark.load(Ordering::Relaxed);
        if seen < end {
            let _ = mark.compare_exchange(seen, end, Ordering::AcqRel, Ordering::Relaxed);
        }
        seen
    }
}

pub(super) struct StoresMaximum;
impl Steps for StoresMaximum {
    fn raise(mark: &AtomicUsize, end: usize) -> usize {
        let seen = mark.load(Ordering::Acquire);
        mark.store(seen.max(end), Ordering::Release);
        seen
    }
}
