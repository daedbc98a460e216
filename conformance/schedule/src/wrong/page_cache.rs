//! A bitmap of pages with caches in front of it, and wrong ones.

use crate::page_cache::PageCache;
use loom::sync::Mutex;
use std::marker::PhantomData;

/// The steps that may be wrong.
pub(super) trait Steps: Sized + Send + Sync + 'static {
    /// Takes up to two free pages out of the heap.
    fn fill(heap: &Heap<Self>) -> u8 {
        let mut free = heap.free.lock().unwrap();
        let taken = two_lowest(*free);
        *free &= !taken;
        taken
    }

    /// Gives `unused` pages back.
    fn flush(heap: &Heap<Self>, unused: u8) {
        *heap.free.lock().unwrap() |= unused;
    }
}

fn two_lowest(free: u8) -> u8 {
    let rest = free & free.wrapping_sub(1);
    free ^ (rest & rest.wrapping_sub(1))
}

/// The heap: a bit for each free page.
pub(super) struct Heap<S> {
    free: Mutex<u8>,
    steps: PhantomData<S>,
}

fn lowest(pages: &mut u8) -> Option<usize> {
    let page = pages.trailing_zeros() as usize;
    (*pages != 0).then(|| {
        *pages &= *pages - 1;
        page
    })
}

impl<S: Steps> PageCache for Heap<S> {
    type Cache = u8;

    fn new(pages: usize) -> Heap<S> {
        Heap { free: Mutex::new((1 << pages) - 1), steps: PhantomData }
    }

    fn alloc(&self, cache: &mut u8) -> Option<usize> {
        if *cache == 0 {
            *cache = S::fill(self);
        }
        lowest(cache)
    }

    fn alloc_direct(&self) -> Option<usize> {
        lowest(&mut self.free.lock().unwrap())
    }

    fn free(&self, page: usize) {
        *self.free.lock().unwrap() |= 1 << page;
    }

    fn flush(&self, cache: &mut u8) {
        S::flush(self, std::mem::take(cache));
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct LeavesMarksFree;
impl Steps for LeavesMarksFree {
    fn fill(heap: &Heap<LeavesMarksFree>) -> u8 {
        two_lowest(*heap.free.lock().unwrap())
    }
}

pub(super) struct MarksLater;
impl Steps for MarksLater {
    fn fill(heap: &Heap<MarksLater>) -> u8 {
        let taken = two_lowest(*heap.free.lock().unwrap());
        *heap.free.lock().unwrap() &= !taken;
        taken
    }
}

pub(super) struct FlushesOverOthers;
impl Steps for FlushesOverOthers {
    fn flush(heap: &Heap<FlushesOverOthers>, unused: u8) {
        let free = *heap.free.lock().unwrap();
        *heap.free.lock().unwrap() = free | unused;
    }
}
