//! Random scripts, made and first shrunk by proptest.
//!
//! Most are of a small heap, whose blocks are soon used again. Some are of a crowded one: what goes
//! wrong at the end of a span, or when whole spans are given back, needs many blocks. In some,
//! threads take turns, and free each other's blocks: what goes wrong there whatever the schedule is
//! met every time, and shrinks well.

use super::clear_up;
use super::draft::{DraftTree, Drafts, Shape, resolve, strategy};
use crate::capability::Capabilities;
use crate::choice::Choices;
use crate::driver::source::Source;
use crate::op::alloc::{Op, Script, Step};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Drafts of a script, at most.
const LENGTH: usize = 400;

/// One script of so many is of a crowded heap, or of threads that take turns.
const SPECIAL: u64 = 8;

/// Threads that take turns.
const THREADS: usize = 3;

/// Makes random scripts from a seed.
pub struct Property {
    runner: TestRunner,
    /// The usual shape, the crowded one and that of threads, with what draws their drafts.
    shapes: [(Shape, Drafts); 3],
    made: u64,
    /// The last script, and the index of its shape.
    last: Option<(DraftTree, usize)>,
}

impl Property {
    /// Scripts for a target that offers and chooses so, drawn from `seed`.
    pub fn new(offers: Capabilities, choices: Choices, seed: u64) -> Property {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let runner = TestRunner::new_with_rng(Config::default(), rng);
        let usual = Shape::of(offers, choices);
        let shapes = [usual, Shape::crowded(offers, choices), usual.with_threads(THREADS)];
        let shapes = shapes.map(|shape| (shape, strategy(&shape, 1..=LENGTH)));
        Property { runner, shapes, made: 0, last: None }
    }

    fn script_of(&self, tree: &DraftTree, shape: usize) -> Script {
        let mut script = resolve(&tree.current(), &self.shapes[shape].0);
        clear_up(&mut script);
        script.steps.push(Step::main(Op::Checkpoint));
        script
    }
}

impl Source for Property {
    fn next_script(&mut self) -> Option<Script> {
        // A strategy over plain numbers rejects nothing, so a tree there always is.
        self.made += 1;
        let shape = match self.made % (2 * SPECIAL) {
            0 => 1,
            SPECIAL => 2,
            _ => 0,
        };
        let tree = self.shapes[shape].1.new_tree(&mut self.runner).ok()?;
        let script = self.script_of(&tree, shape);
        self.last = Some((tree, shape));
        Some(script)
    }

    fn shrink_last(&mut self, breaks: &mut dyn FnMut(&Script) -> bool) -> Option<Script> {
        let (mut tree, shape) = self.last.take()?;
        let mut best = None;
        let mut moved = tree.simplify();
        while moved {
            let candidate = self.script_of(&tree, shape);
            moved = if breaks(&candidate) {
                best = Some(candidate);
                tree.simplify()
            } else {
                tree.complicate()
            };
        }
        best
    }
}
