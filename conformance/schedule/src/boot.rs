//! The first calls of a process: the heap is made once, and seen whole.
//!
//! Judges `alloc/concurrency/bootstrap-published-whole`.

use super::explore::{Case, models, play};
use super::piece::Piece;

/// The socket.
pub trait Boot: Send + Sync + 'static {
    /// Whether the maker may call. Where it must not, by contract, no scene has such a call.
    const MAKER_MAY_CALL: bool = true;

    /// No heap yet.
    fn new() -> Self;

    /// A call that needs the heap. The first one makes it, by `make`; a call during the making that
    /// cannot wait, since it is the maker's own, returns false.
    fn enter(&self, make: &dyn Fn()) -> bool;
}

/// The models of this socket for one part.
pub fn models<P: Boot>() -> Vec<Case> {
    let mut cases = from_outside::<P>();
    if P::MAKER_MAY_CALL {
        cases.extend(from_inside::<P>());
    }
    cases
}

models! { from_outside of Boot:
    "boot" "two threads make two calls each" two_calls None;
}

models! { from_inside of Boot:
    "boot" "the making calls, while another thread calls" reentered None;
}

struct Scene<P> {
    boot: P,
    heap: Piece,
}

impl<P: Boot> Scene<P> {
    fn new() -> Scene<P> {
        Scene { boot: P::new(), heap: Piece::new() }
    }

    fn call(&self) {
        assert!(self.boot.enter(&|| self.heap.take()), "a call from outside was refused");
        self.heap.read();
    }

    fn end(&self) {
        self.call();
        assert_eq!(self.heap.times(), 1, "how often the heap was made");
    }
}

fn two_calls<P: Boot>() {
    let scene = Scene::<P>::new();
    let twice = |scene: &Scene<P>| {
        scene.call();
        scene.call();
    };
    play(scene, [twice, twice]).end();
}

fn reentered<P: Boot>() {
    play(
        Scene::<P>::new(),
        [
            |scene: &Scene<P>| {
                let make = || {
                    let again = scene.boot.enter(&|| panic!("the heap is made while it is made"));
                    assert!(!again, "a heap that is half made was given to its maker");
                    scene.heap.take();
                };
                assert!(scene.boot.enter(&make), "a call from outside was refused");
                scene.heap.read();
            },
            Scene::call,
        ],
    )
    .end();
}
