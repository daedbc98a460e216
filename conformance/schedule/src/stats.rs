//! Counters that several threads keep, and a snapshot of them.
//!
//! Judges `alloc/stats/stats-snapshot-consistent`.

use super::explore::{models, play};

/// What a snapshot says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// Bytes of spans in use.
    pub in_use: i64,
    /// Bytes of live blocks in them.
    pub live: i64,
    /// Blocks ever allocated.
    pub allocated: i64,
    /// Blocks ever freed.
    pub freed: i64,
}

/// The socket. Threads are numbered; each keeps its own counters.
pub trait Stats: Send + Sync + 'static {
    /// Counters for `threads` threads, all zero.
    fn new(threads: usize) -> Self;

    /// Thread `by` takes a span into use and allocates a large block of `bytes` in it.
    fn allocate(&self, by: usize, bytes: i64);

    /// Thread `by` frees a large block of `bytes` and takes its span out of use.
    fn free(&self, by: usize, bytes: i64);

    /// Looks at all counters, while threads go on.
    fn snapshot(&self) -> Snapshot;
}

models! { Stats:
    "stats" "one thread allocates and frees, one looks" one_thread None;
    "stats" "one allocates, another frees it, a third looks" from_hand_to_hand None;
}

struct Scene<P> {
    stats: P,
    /// A block on its way from one thread to the other.
    handed: loom::sync::atomic::AtomicBool,
}

impl<P: Stats> Scene<P> {
    fn new() -> Scene<P> {
        let handed = loom::sync::atomic::AtomicBool::new(false);
        Scene { stats: P::new(2), handed }
    }

    fn look(&self) {
        let seen = self.stats.snapshot();
        assert!(seen.freed <= seen.allocated, "more blocks are free than were allocated: {seen:?}");
        assert!(0 <= seen.live, "less than nothing is live: {seen:?}");
        assert!(seen.live <= seen.in_use, "more is live than is in use: {seen:?}");
    }

    fn end(&self) {
        let nothing = Snapshot { in_use: 0, live: 0, allocated: 1, freed: 1 };
        assert_eq!(self.stats.snapshot(), nothing, "with nobody at work");
    }
}

fn one_thread<P: Stats>() {
    play(
        Scene::<P>::new(),
        [
            |scene: &Scene<P>| {
                scene.stats.allocate(0, 8);
                scene.stats.free(0, 8);
            },
            Scene::look,
        ],
    )
    .end();
}

fn from_hand_to_hand<P: Stats>() {
    use std::sync::atomic::Ordering::{Acquire, Release};
    play(
        Scene::<P>::new(),
        [
            |scene: &Scene<P>| {
                scene.stats.allocate(0, 8);
                scene.handed.store(true, Release);
            },
            |scene: &Scene<P>| {
                if scene.handed.load(Acquire) {
                    scene.stats.free(1, 8);
                }
            },
            Scene::look,
        ],
    )
    .look();
}
