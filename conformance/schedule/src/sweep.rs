//! Who may sweep one span.
//!
//! Judges `alloc/span/sweep-owner-unique`.

use super::explore::{models, play};
use super::piece::Piece;

/// The socket: the mark on a span that says whether it must be swept.
pub trait SweepMark: Send + Sync + 'static {
    /// A span that must be swept; in the cache of a thread, or in none.
    fn new(is_cached: bool) -> Self;

    /// Makes the caller its one sweeper; false if it must not be swept, or is being swept.
    fn acquire(&self) -> bool;

    /// The sweeper is done.
    fn done(&self);

    /// The thread takes it out of its cache. True if the thread must sweep it, as its one sweeper.
    fn uncached(&self) -> bool;

    /// Whether it was swept.
    fn is_swept(&self) -> bool;
}

models! { SweepMark:
    "sweep" "two sweepers, and a thread that wants to use the span" two_sweepers None;
    "sweep" "a thread takes a span out of its cache, while others want to sweep it" leaves_a_cache None;
}

struct Scene<P> {
    mark: P,
    span: Piece,
}

impl<P: SweepMark> Scene<P> {
    fn new(is_cached: bool) -> Scene<P> {
        Scene { mark: P::new(is_cached), span: Piece::new() }
    }

    fn try_to_sweep(&self) {
        if self.mark.acquire() {
            self.span.pass();
            self.mark.done();
        }
    }

    fn use_if_swept(&self) {
        if self.mark.is_swept() {
            self.span.read();
        }
    }

    fn end(&self) {
        assert!(self.mark.is_swept(), "in the end it was not swept");
        assert_eq!(self.span.times(), 1, "how often it was swept");
        assert!(!self.mark.acquire(), "a swept span has a sweeper");
    }
}

fn two_sweepers<P: SweepMark>() {
    play(Scene::<P>::new(false), [Scene::try_to_sweep, Scene::try_to_sweep, Scene::use_if_swept])
        .end();
}

fn leaves_a_cache<P: SweepMark>() {
    play(
        Scene::<P>::new(true),
        [
            |scene: &Scene<P>| {
                assert!(scene.mark.uncached(), "a stale span was not to be swept");
                scene.span.pass();
                scene.mark.done();
            },
            Scene::try_to_sweep,
            Scene::use_if_swept,
        ],
    )
    .end();
}
