//! A cache whose owner says when it is in use, and wrong ones.

use crate::flush::Flush;
use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use loom::thread::yield_now;
use std::marker::PhantomData;

/// The steps that may be wrong.
pub(super) trait Steps: Sized + Send + Sync + 'static {
    /// The order in which a cache is let go.
    const LET_GO: Ordering = Ordering::Release;

    /// Whether another thread has the idle cache from now on.
    fn get_idle(cache: &Cache<Self>) -> bool {
        cache.get()
    }

    /// Whether the cache was not flushed in this cycle; then it counts as flushed. Asked by whoever
    /// has it.
    fn is_stale(cache: &Cache<Self>) -> bool {
        let stale = cache.flushed.load(Ordering::Relaxed) == 0;
        cache.flushed.store(1, Ordering::Relaxed);
        stale
    }
}

/// The cache: whether somebody has it, and the cycle in which it was flushed.
pub(super) struct Cache<S> {
    held: AtomicBool,
    flushed: AtomicU32,
    steps: PhantomData<S>,
}

impl<S: Steps> Cache<S> {
    fn get(&self) -> bool {
        self.held.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    fn let_go(&self) {
        self.held.store(false, S::LET_GO);
    }
}

impl<S: Steps> Flush for Cache<S> {
    fn new() -> Cache<S> {
        Cache { held: AtomicBool::new(false), flushed: AtomicU32::new(0), steps: PhantomData }
    }

    fn allocate(&self, touch: &dyn Fn(), flush: &dyn Fn()) {
        while !self.get() {
            yield_now();
        }
        if S::is_stale(self) {
            flush();
        }
        touch();
        self.let_go();
    }

    fn flush_if_idle(&self, flush: &dyn Fn()) {
        if S::get_idle(self) {
            if S::is_stale(self) {
                flush();
            }
            self.let_go();
        }
    }
}

pub(super) struct Right;
impl Steps for Right {}

pub(super) struct LooksIdle;
impl Steps for LooksIdle {
    fn get_idle(cache: &Cache<LooksIdle>) -> bool {
        !cache.held.load(Ordering::Acquire)
    }
}

pub(super) struct LetsGoRelaxed;
impl Steps for LetsGoRelaxed {
    const LET_GO: Ordering = Ordering::Relaxed;
}

pub(super) struct FlushesAgain;
impl Steps for FlushesAgain {
    fn is_stale(_: &Cache<FlushesAgain>) -> bool {
        true
    }
}
