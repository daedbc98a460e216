//! The central lists of one size class: spans go to caches and come back, and are swept on the way.
//!
//! Judges `alloc/concurrency/mcache-span-exclusive` and `alloc/span/span-placed-once`.

use super::explore::{models, play};
use super::piece::Piece;

/// The socket.
pub trait Central: Send + Sync + 'static {
    /// Lists of `spans` spans, numbered from 0, with room, all to be swept.
    fn new(spans: usize) -> Self;

    /// A span for a cache, swept; `sweep` is called if it must be swept on the way.
    fn cache_span(&self, sweep: &dyn Fn(usize)) -> Option<usize>;

    /// A cache gives `span` back, which has room.
    fn uncache_span(&self, span: usize);

    /// Sweeps `span` where it is, if it must be swept and nobody else does: somebody needs pages.
    fn reclaim(&self, span: usize, sweep: &dyn Fn(usize));
}

models! { Central:
    "central" "two caches take a span each and give it back, one reclaims" take_and_give Some(2);
    "central" "two caches keep what they get" keep None;
    "central" "one takes a span that another reclaims" take_or_reclaim None;
}

struct Scene<P> {
    central: P,
    /// In caches.
    cached: Vec<Piece>,
    /// Under a sweep.
    swept: Vec<Piece>,
}

impl<P: Central> Scene<P> {
    fn new(spans: usize) -> Scene<P> {
        let (cached, swept) = (Piece::several(spans), Piece::several(spans));
        Scene { central: P::new(spans), cached, swept }
    }

    fn take(&self) -> Option<usize> {
        let span = self.central.cache_span(&|span| self.swept[span].pass())?;
        self.cached[span].take();
        // Swept, and before this.
        self.swept[span].read();
        assert_eq!(self.swept[span].times(), 1, "how often a cached span was swept");
        Some(span)
    }

    fn give(&self, span: usize) {
        self.cached[span].give();
        self.central.uncache_span(span);
    }

    fn take_and_give(&self) {
        if let Some(span) = self.take() {
            self.give(span);
        }
    }

    fn reclaim_first(&self) {
        self.central.reclaim(0, &|span| self.swept[span].pass());
    }

    /// Every span that is in no cache is found, once.
    fn drain(&self, in_caches: usize) {
        let spans = self.cached.len();
        let found = std::iter::from_fn(|| self.take()).count();
        assert_eq!(found + in_caches, spans, "spans found in the end");
    }
}

fn take_and_give<P: Central>() {
    play(Scene::<P>::new(2), [Scene::take_and_give, Scene::take_and_give, Scene::reclaim_first])
        .drain(0);
}

fn keep<P: Central>() {
    let scene = Scene::<P>::new(2);
    let keep = |scene: &Scene<P>| assert!(scene.take().is_some(), "there is a span for each");
    play(scene, [keep, keep]).drain(2);
}

fn take_or_reclaim<P: Central>() {
    play(Scene::<P>::new(1), [Scene::take_and_give, Scene::reclaim_first]).drain(0);
}
