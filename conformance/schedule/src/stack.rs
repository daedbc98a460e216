//! A stack without a lock, whose nodes are named by numbers.
//!
//! Judges `alloc/concurrency/lfstack-aba-free`.

use super::explore::{models, play};
use super::piece::Piece;

/// The socket.
pub trait Stack: Send + Sync + 'static {
    /// An empty stack for nodes 1 to `nodes`.
    fn new(nodes: usize) -> Self;

    /// Puts `node`, which is on no stack, on top.
    fn push(&self, node: usize);

    /// Takes the top node off.
    fn pop(&self) -> Option<usize>;
}

models! { Stack:
    "stack" "one pops and pushes back, one pops two and pushes the first back" reuse None;
    "stack" "two push, one pops two" gather Some(3);
}

struct Scene<P> {
    stack: P,
    nodes: Vec<Piece>,
}

const NODES: usize = 3;

impl<P: Stack> Scene<P> {
    /// With `pushed` nodes on the stack; the others are the caller's.
    fn new(pushed: usize) -> Scene<P> {
        let scene = Scene { stack: P::new(NODES), nodes: Piece::several(NODES) };
        scene.nodes[pushed..].iter().for_each(Piece::take);
        // The first is on top.
        (1..=pushed).rev().for_each(|node| scene.stack.push(node));
        scene
    }

    fn pop(&self) -> Option<usize> {
        let node = self.stack.pop()?;
        self.nodes[node - 1].take();
        Some(node)
    }

    fn push(&self, node: usize) {
        self.nodes[node - 1].give();
        self.stack.push(node);
    }

    /// Every node is there, once. A lost node shows in no other way.
    fn drain(&self, nodes: usize) {
        let count = std::iter::from_fn(|| self.pop()).take(NODES + 1).count();
        assert_eq!(count, nodes, "nodes on the stack in the end");
    }
}

fn reuse<P: Stack>() {
    play(
        Scene::<P>::new(NODES),
        [
            |scene| {
                if let Some(node) = scene.pop() {
                    scene.push(node);
                }
            },
            |scene| {
                let first = scene.pop();
                let second = scene.pop();
                if let Some(node) = first {
                    scene.push(node);
                }
                if let Some(node) = second {
                    scene.push(node);
                }
            },
        ],
    )
    .drain(NODES);
}

fn gather<P: Stack>() {
    play(
        Scene::<P>::new(1),
        [
            |scene| scene.push(2),
            |scene| scene.push(3),
            |scene| {
                for _ in 0..2 {
                    if let Some(node) = scene.pop() {
                        scene.push(node);
                    }
                }
            },
        ],
    )
    .drain(NODES);
}
