//! The central lists of a class, and wrong ones.

use super::sweep::{self, DONE, NEEDED};
use crate::central::Central;
use loom::sync::Mutex;
use loom::sync::atomic::{AtomicU32, Ordering};
use std::marker::PhantomData;

const CACHED: u32 = DONE + 3;

/// The steps that may be wrong.
pub(super) trait Steps: Sized + Send + Sync + 'static {
    /// A span from the swept list.
    fn from_swept(lists: &Lists<Self>) -> Option<usize> {
        lists.swept.lock().unwrap().pop()
    }

    /// Whether the caller may sweep `span`, which it took from the unswept list.
    fn may_sweep(lists: &Lists<Self>, span: usize) -> bool {
        lists.acquire(span)
    }

    /// What else is done with a span that goes into a cache.
    fn cached(_lists: &Lists<Self>, _span: usize) {}

    /// Where a reclaimed span goes.
    fn reclaimed(lists: &Lists<Self>, span: usize) {
        lists.swept.lock().unwrap().push(span);
    }
}

/// The lists. Entries of the unswept one may be swept already, by who reclaimed; they are skipped.
pub(super) struct Lists<S> {
    swept: Mutex<Vec<usize>>,
    unswept: Mutex<Vec<usize>>,
    marks: Vec<AtomicU32>,
    steps: PhantomData<S>,
}

impl<S: Steps> Lists<S> {
    fn acquire(&self, span: usize) -> bool {
        <sweep::Right as sweep::Steps>::acquire(&self.marks[span])
    }
}

impl<S: Steps> Central for Lists<S> {
    fn new(spans: usize) -> Lists<S> {
        Lists {
            swept: Mutex::new(Vec::new()),
            unswept: Mutex::new((0..spans).collect()),
            marks: (0..spans).map(|_| AtomicU32::new(NEEDED)).collect(),
            steps: PhantomData,
        }
    }

    fn cache_span(&self, sweep: &dyn Fn(usize)) -> Option<usize> {
        let span = S::from_swept(self).or_else(|| {
            loop {
                let span = self.unswept.lock().unwrap().pop()?;
                if S::may_sweep(self, span) {
                    sweep(span);
                    return Some(span);
                }
            }
        })?;
        self.marks[span].store(CACHED, Ordering::Release);
        S::cached(self, span);
        Some(span)
    }

    fn uncache_span(&self, span: usize) {
        self.marks[span].store(DONE, Ordering::Release);
        self.swept.lock().unwrap().push(span);
    }

    fn reclaim(&self, span: usize, sweep: &dyn Fn(usize)) {
        if self.acquire(span) {
            sweep(span);
            self.marks[span].store(DONE, Ordering::Release);
            S::reclaimed(self, span);
        }
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct PeeksHead;
impl Steps for PeeksHead {
    fn from_swept(lists: &Lists<PeeksHead>) -> Option<usize> {
        let head = lists.swept.lock().unwrap().last().copied()?;
        lists.swept.lock().unwrap().pop();
        Some(head)
    }
}

pub(super) struct TakesUnacquired;
impl Steps for TakesUnacquired {
    fn may_sweep(_: &Lists<TakesUnacquired>, _: usize) -> bool {
        true
    }
}

pub(super) struct ListsCached;
impl Steps for ListsCached {
    fn cached(lists: &Lists<ListsCached>, span: usize) {
        lists.swept.lock().unwrap().push(span);
    }
}

pub(super) struct ForgetsReclaimed;
impl Steps for ForgetsReclaimed {
    fn reclaimed(_: &Lists<ForgetsReclaimed>, _: usize) {}
}
