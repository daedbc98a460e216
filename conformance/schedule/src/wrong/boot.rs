//! A heap that is made by the first call, and wrong ones.

use crate::boot::Boot;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread::{self, ThreadId, yield_now};
use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::Mutex;

const NOT_YET: u32 = 0;
const BEING_MADE: u32 = 1;
const MADE: u32 = 2;

/// The steps that may be wrong.
pub(super) trait Steps: Sized + Send + Sync + 'static {
    /// The order in which the heap is published.
    const PUBLISHED: Ordering = Ordering::Release;
    /// The order in which it is looked for.
    const SEEN: Ordering = Ordering::Acquire;

    /// Whether the caller is the one to make the heap.
    fn is_maker(state: &AtomicU32) -> bool {
        state.compare_exchange(NOT_YET, BEING_MADE, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Makes the heap and publishes it.
    fn make(state: &AtomicU32, make: &dyn Fn()) {
        make();
        state.store(MADE, Self::PUBLISHED);
    }

    /// Whether the heap may be used that is being made by another thread; else the caller waits.
    fn is_good_enough(_state: u32) -> bool {
        false
    }
}

/// The heap's state, and who makes it.
pub(super) struct Once<S> {
    state: AtomicU32,
    /// Known to the maker only, so no atomic: each thread compares with itself.
    maker: Mutex<Cell<Option<ThreadId>>>,
    steps: PhantomData<S>,
}

impl<S: Steps> Once<S> {
    fn is_made_by_me(&self) -> bool {
        self.maker.lock().unwrap().get() == Some(thread::current().id())
    }
}

impl<S: Steps> Boot for Once<S> {
    fn new() -> Once<S> {
        Once {
            state: AtomicU32::new(NOT_YET),
            maker: Mutex::new(Cell::new(None)),
            steps: PhantomData,
        }
    }

    fn enter(&self, make: &dyn Fn()) -> bool {
        loop {
            let state = self.state.load(S::SEEN);
            if state == MADE || S::is_good_enough(state) {
                return true;
            }
            if state == BEING_MADE && self.is_made_by_me() {
                return false;
            }
            if state == NOT_YET && S::is_maker(&self.state) {
                self.maker.lock().unwrap().set(Some(thread::current().id()));
                S::make(&self.state, make);
                return true;
            }
            yield_now();
        }
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct PublishesRelaxed;
impl Steps for PublishesRelaxed {
    const PUBLISHED: Ordering = Ordering::Relaxed;
}

pub(super) struct LooksRelaxed;
impl Steps for LooksRelaxed {
    const SEEN: Ordering = Ordering::Relaxed;
}

pub(super) struct PublishesFirst;
impl Steps for PublishesFirst {
    fn make(state: &AtomicU32, make: &dyn Fn()) {
        state.store(MADE, Ordering::Release);
        make();
    }
}

pub(super) struct MakesWithoutSwap;
impl Steps for MakesWithoutSwap {
    fn is_maker(state: &AtomicU32) -> bool {
        state.store(BEING_MADE, Ordering::Release);
        true
    }
}

pub(super) struct UsesHalfMade;
impl Steps for UsesHalfMade {
    fn is_good_enough(state: u32) -> bool {
        state == BEING_MADE
    }
}
