//! A bag of spans, named by numbers, in blocks of two that are used again.
//!
//! Judges `alloc/concurrency/spanset-linearizable` and `alloc/concurrency/spanset-block-safe`.

use super::explore::{models, play};
use super::piece::Piece;

/// The socket.
pub trait SpanSet: Send + Sync + 'static {
    /// An empty bag, with room for two spans in a block, and few blocks, so that they are used again.
    fn new() -> Self;

    /// Puts `span`, which is not 0, in.
    fn push(&self, span: usize);

    /// Takes a span out. `None` only if every span whose push had returned was taken.
    fn pop(&self) -> Option<usize>;
}

models! { SpanSet:
    "span-set" "one pushes, two pop, at first it is empty" from_empty None;
    "span-set" "two empty a block while one pushes into the next" through_a_block Some(3);
    "span-set" "two push the first spans of one block" first_pushes None;
    "span-set" "one pushes through three blocks, one pops" through_blocks Some(3);
}

struct Scene<P> {
    set: P,
    spans: Vec<Piece>,
}

const SPANS: usize = 6;

impl<P: SpanSet> Scene<P> {
    fn new(pushed: usize) -> Scene<P> {
        let scene = Scene { set: P::new(), spans: Piece::several(SPANS) };
        scene.spans.iter().for_each(Piece::take);
        (1..=pushed).for_each(|span| scene.push(span));
        scene
    }

    fn push(&self, span: usize) {
        self.spans[span - 1].give();
        self.set.push(span);
    }

    fn pop(&self) -> bool {
        let span = self.set.pop();
        if let Some(span) = span {
            self.spans[span - 1].take();
        }
        span.is_some()
    }

    /// Of `pushed` spans, all were taken once.
    fn drain(&self, pushed: usize) {
        let mut most = SPANS;
        while self.pop() {
            assert!(most > 0, "spans come out that were never put in");
            most -= 1;
        }
        let times = |(i, piece): (usize, &Piece)| piece.times() == if i < pushed { 2 } else { 1 };
        assert!(self.spans.iter().enumerate().all(times), "a span was lost");
    }
}

fn from_empty<P: SpanSet>() {
    play(
        Scene::<P>::new(0),
        [
            |scene| scene.push(1),
            |scene| {
                scene.pop();
            },
            |scene| {
                scene.pop();
            },
        ],
    )
    .drain(1);
}

fn through_a_block<P: SpanSet>() {
    play(
        Scene::<P>::new(2),
        [
            |scene| {
                scene.push(3);
                scene.push(4);
            },
            |scene| assert!(scene.pop(), "two spans were in and two are taken: none is missing"),
            |scene| assert!(scene.pop(), "two spans were in and two are taken: none is missing"),
        ],
    )
    .drain(4);
}

fn first_pushes<P: SpanSet>() {
    play(Scene::<P>::new(0), [|scene| scene.push(1), |scene| scene.push(2)]).drain(2);
}

fn through_blocks<P: SpanSet>() {
    play(
        Scene::<P>::new(1),
        [
            |scene| (2..=5).for_each(|span| scene.push(span)),
            |scene| {
                assert!(scene.pop(), "one was in it");
                for _ in 0..3 {
                    scene.pop();
                }
            },
        ],
    )
    .drain(5);
}
