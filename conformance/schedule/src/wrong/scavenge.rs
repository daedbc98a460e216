//! A chunk whose free pages go back to the system, and wrong ones.

use crate::scavenge::Scavenge;
use loom::sync::Mutex;
use loom::sync::atomic::{AtomicBool, Ordering};
use std::marker::PhantomData;

/// The pages of the chunk, a bit for each.
#[derive(Clone, Copy)]
pub(super) struct Pages {
    free: u8,
    /// With the system.
    scavenged: u8,
}

impl Pages {
    /// Those worth giving back.
    fn candidates(self) -> u8 {
        self.free & !self.scavenged
    }
}

/// The steps that may be wrong.
pub(super) trait Steps: Sized + Send + Sync + 'static {
    /// A page to give back, which nobody else gets meanwhile. If there is none, then the chunk is no
    /// candidate until a page is freed.
    fn find(chunk: &Chunk<Self>) -> Option<usize> {
        let mut pages = chunk.pages.lock().unwrap();
        let page = pages.candidates().checked_ilog2();
        match page {
            Some(page) => pages.free &= !(1 << page),
            None => chunk.is_candidate.store(false, Ordering::Relaxed),
        }
        page.map(|page| page as usize)
    }

    /// The page is with the system.
    fn found(chunk: &Chunk<Self>, page: usize) {
        let mut pages = chunk.pages.lock().unwrap();
        pages.free |= 1 << page;
        pages.scavenged |= 1 << page;
    }

    /// Finds a page, and gives it back while no lock is held.
    fn scavenge(chunk: &Chunk<Self>, release: &dyn Fn(usize)) -> bool {
        let page = Self::find(chunk);
        if let Some(page) = page {
            release(page);
            Self::found(chunk, page);
        }
        page.is_some()
    }
}

/// The chunk.
pub(super) struct Chunk<S> {
    pages: Mutex<Pages>,
    /// Raised and lowered under the lock, looked at without it.
    is_candidate: AtomicBool,
    steps: PhantomData<S>,
}

impl<S: Steps> Scavenge for Chunk<S> {
    fn new(_: usize) -> Chunk<S> {
        Chunk {
            pages: Mutex::new(Pages { free: 0, scavenged: 0 }),
            is_candidate: AtomicBool::new(false),
            steps: PhantomData,
        }
    }

    fn alloc(&self) -> Option<usize> {
        let mut pages = self.pages.lock().unwrap();
        (pages.free != 0).then(|| {
            let page = pages.free.trailing_zeros() as usize;
            pages.free &= !(1 << page);
            pages.scavenged &= !(1 << page);
            page
        })
    }

    fn free(&self, page: usize) {
        let mut pages = self.pages.lock().unwrap();
        pages.free |= 1 << page;
        self.is_candidate.store(true, Ordering::Relaxed);
    }

    fn scavenge(&self, release: &dyn Fn(usize)) -> bool {
        self.is_candidate.load(Ordering::Relaxed) && S::scavenge(self, release)
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct LeavesRunFree;
impl Steps for LeavesRunFree {
    fn find(chunk: &Chunk<LeavesRunFree>) -> Option<usize> {
        let pages = chunk.pages.lock().unwrap();
        let page = pages.candidates().checked_ilog2();
        if page.is_none() {
            chunk.is_candidate.store(false, Ordering::Relaxed);
        }
        page.map(|page| page as usize)
    }

    fn found(chunk: &Chunk<LeavesRunFree>, page: usize) {
        chunk.pages.lock().unwrap().scavenged |= 1 << page;
    }
}

pub(super) struct HoldsLock;
impl Steps for HoldsLock {
    fn scavenge(chunk: &Chunk<HoldsLock>, release: &dyn Fn(usize)) -> bool {
        let mut pages = chunk.pages.lock().unwrap();
        let page = pages.candidates().checked_ilog2();
        match page {
            Some(page) => {
                release(page as usize);
                pages.scavenged |= 1 << page;
            }
            None => chunk.is_candidate.store(false, Ordering::Relaxed),
        }
        page.is_some()
    }
}

pub(super) struct ForgetsRacingFree;
impl Steps for ForgetsRacingFree {
    fn find(chunk: &Chunk<ForgetsRacingFree>) -> Option<usize> {
        let page = {
            let mut pages = chunk.pages.lock().unwrap();
            let page = pages.candidates().checked_ilog2();
            page.inspect(|page| pages.free &= !(1 << page))
        };
        if page.is_none() {
            // The lock is gone, and a page may have been freed since.
            chunk.is_candidate.store(false, Ordering::Relaxed);
        }
        page.map(|page| page as usize)
    }
}
