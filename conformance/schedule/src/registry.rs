//! All that were ever made of something that threads have one of each, and those of them that wait for a
//! thread.
//!
//! Judges `alloc/concurrency/cache-handed-over` and `alloc/concurrency/caches-seen-whole`.

use super::explore::{models, play};
use super::piece::Piece;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The socket.
pub trait Registry: Send + Sync + 'static {
    /// What a thread has.
    type Thing;

    /// Nothing was made.
    fn new() -> Self;

    /// A thing for the caller: one that waits, as it is, or else a new one, whose number is what `make`
    /// returns.
    fn take(&self, make: &dyn Fn() -> usize) -> Self::Thing;

    /// The number of a thing.
    fn number(thing: &Self::Thing) -> usize;

    /// The caller is done with a thing, which waits from now on.
    fn give(&self, thing: Self::Thing);

    /// The numbers of all that were ever made, whoever has them.
    fn all(&self) -> Vec<usize>;
}

models! { Registry:
    "registry" "two threads take one and give it back, a third looks twice" hand_over None;
    "registry" "two threads take one each and look at all" look None;
    "registry" "one gives back, two take" give_and_take None;
}

/// As many as threads can want at once.
const THINGS: usize = 3;

struct Scene<P> {
    registry: P,
    /// Things as they are made, and as they have owners.
    made: Vec<Piece>,
    owned: Vec<Piece>,
    count: AtomicUsize,
}

impl<P: Registry> Scene<P> {
    fn new() -> Scene<P> {
        let (made, owned) = (Piece::several(THINGS), Piece::several(THINGS));
        Scene { registry: P::new(), made, owned, count: AtomicUsize::new(0) }
    }

    fn make(&self) -> usize {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        assert!(number < THINGS, "more are made than anybody wants");
        self.made[number].write();
        number
    }

    fn take(&self) -> P::Thing {
        let thing = self.registry.take(&|| self.make());
        self.owned[P::number(&thing)].take();
        thing
    }

    fn give(&self, thing: P::Thing) {
        self.owned[P::number(&thing)].give();
        self.registry.give(thing);
    }

    fn hand_over(&self) {
        self.give(self.take());
    }

    /// Each is seen once, and whole.
    fn look(&self) -> Vec<usize> {
        let all = self.registry.all();
        for (at, &number) in all.iter().enumerate() {
            self.made[number].read();
            assert!(!all[..at].contains(&number), "a thing is seen twice");
        }
        all
    }

    fn look_twice(&self) {
        let (first, second) = (self.look(), self.look());
        assert!(first.iter().all(|thing| second.contains(thing)), "a thing was seen and is gone");
    }

    fn take_and_look(&self) {
        let thing = self.take();
        assert!(self.look().contains(&P::number(&thing)), "who looks does not see its own");
        self.give(thing);
    }

    /// Of what was made, everything is seen, and waits.
    fn drain(&self) {
        let count = self.count.load(Ordering::Relaxed);
        assert_eq!(self.look().len(), count, "how many are seen in the end");
        (0..count).for_each(|_| drop(self.take()));
        assert_eq!(self.count.load(Ordering::Relaxed), count, "one that waited was forgotten");
    }
}

fn hand_over<P: Registry>() {
    play(Scene::<P>::new(), [Scene::hand_over, Scene::hand_over, Scene::look_twice]).drain();
}

fn look<P: Registry>() {
    play(Scene::<P>::new(), [Scene::take_and_look, Scene::take_and_look]).drain();
}

fn give_and_take<P: Registry>() {
    let scene = Scene::<P>::new();
    let (one, other) = (scene.take(), scene.take());
    scene.give(one);
    scene.give(other);
    let scene = play(scene, [Scene::hand_over, Scene::hand_over]);
    assert_eq!(scene.count.load(Ordering::Relaxed), 2, "one is made while others wait");
    scene.drain();
}
