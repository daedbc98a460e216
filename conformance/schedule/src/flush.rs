//! A cache that its owner uses without a lock, and that others flush when a collection begins.
//!
//! Judges `alloc/concurrency/flush-vs-alloc`.

use super::explore::{at_once, models};
use super::piece::Piece;
use std::sync::Arc;

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
    fn new() -> Arc<Scene<P>> {
        Arc::new(Scene { part: P::new(), cache: Piece::new(), flushes: Piece::new() })
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
    let scene = Scene::<P>::new();
    at_once(
        &scene,
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
    let scene = Scene::<P>::new();
    at_once(&scene, [Scene::allocate, Scene::flush_if_idle]);
    scene.allocate();
}
