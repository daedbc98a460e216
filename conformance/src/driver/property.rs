//! Random scripts, made and first shrunk by proptest.

use super::clear_up;
use super::draft::{DraftTree, Drafts, Shape, resolve, strategy};
use crate::hunt::Source;
use crate::op::alloc::{Op, Script, Step};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Drafts of a script, at most.
const LENGTH: usize = 400;

/// Makes random scripts from a seed.
pub struct Property {
    runner: TestRunner,
    strategy: Drafts,
    shape: Shape,
    last: Option<DraftTree>,
}

impl Property {
    /// Scripts of `shape`, drawn from `seed`.
    pub fn new(shape: Shape, seed: u64) -> Property {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let runner = TestRunner::new_with_rng(Config::default(), rng);
        let strategy = strategy(&shape, 1..=LENGTH);
        Property { runner, strategy, shape, last: None }
    }

    fn script_of(&self, tree: &DraftTree) -> Script {
        let mut script = resolve(&tree.current(), &self.shape);
        clear_up(&mut script);
        script.steps.push(Step::main(Op::Checkpoint));
        script
    }
}

impl Source for Property {
    fn next_script(&mut self) -> Option<Script> {
        // A strategy over plain numbers rejects nothing, so a tree there always is.
        let tree = self.strategy.new_tree(&mut self.runner).ok()?;
        let script = self.script_of(&tree);
        self.last = Some(tree);
        Some(script)
    }

    fn shrink_last(&mut self, breaks: &mut dyn FnMut(&Script) -> bool) -> Option<Script> {
        let mut tree = self.last.take()?;
        let mut best = None;
        let mut moved = tree.simplify();
        while moved {
            let candidate = self.script_of(&tree);
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
