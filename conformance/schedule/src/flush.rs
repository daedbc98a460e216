//! A cache that its owner uses without a lock, and that others flush when a collection begins.
//!
//! Judges `alloc/concurrency/flush-vs-alloc`.

use super::explore::{models, play};
use super::piece::Piece;

/// The socket.
pub trait Flush: Send + Sync + 'static {
    /// The cache of an idle thread, not flushed yet in this cycle.
    fn new() -> Self;

    /// The owner allocates: `touch` is what it does to the cache. A cache that was not flushed in this
    /// cycle is flushed first: `flush`.
    fn allocate(&self, touch: &dyn Fn(), flush: &dyn Fn());

    /// Another thread flushes the cache if its owner is idle and it was not flushed yet.
    fn flush_if_idle(&self, flush: &dyn Fn());
}

models! { Flush:
    "flush" "the owner allocates twice, two others flush" owner_against_others None;
    "flush" "the owner allocates, one other flushes" owner_against_one None;
}

struct Scene<P> {
    part: P,
    cache: Piece,
    flushes: Piece,
}

impl<P: Flush> Scene<P> {
    fn new() -> Scene<P> {
        Scene { part: P::new(), cache: Piece::new(), flushes: Piece::new() }
    }

    fn flush(&self) {
        self.cache.pass();
        self.flushes.pass();
    }

    fn allocate(&self) {
        let touch = || {
            self.cache.pass();
            assert_eq!(self.flushes.times(), 1, "how often a cache in use was flushed");
        };
        self.part.allocate(&touch, &|| self.flush());
    }

    fn flush_if_idle(&self) {
        self.part.flush_if_idle(&|| self.flush());
    }
}

fn owner_against_others<P: Flush>() {
    let scene = play(
        Scene::<P>::new(),
        [
            |scene: &Scene<P>| {
                scene.allocate();
                scene.allocate();
            },
            Scene::flush_if_idle,
            Scene::flush_if_idle,
        ],
    );
    assert_eq!(scene.flushes.times(), 1, "how often the cache was flushed");
}

fn owner_against_one<P: Flush>() {
    play(Scene::<P>::new(), [Scene::allocate, Scene::flush_if_idle]).allocate();
}
