//! Whether an op applies to the state that it meets.

use super::{Local, Node, Phase, Reference, Shadow, Thread};
use crate::op::gc::{FRAMES, Op, Step};

/// Whether an op applies to the state that it meets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applies {
    /// It must be done.
    Yes,
    /// It must be skipped.
    No,
    /// The target decides: it may lack such a place.
    Perhaps,
}

impl Shadow {
    /// Whether `step` applies.
    pub fn applies(&self, step: &Step) -> Applies {
        if let Op::Stash { kind, from } = step.op {
            let fits = self.places.runs(step.thread)
                && self.places.stash(kind) == Reference::Nil
                && self.storable(step.thread, from).is_some();
            return if fits { Applies::Perhaps } else { Applies::No };
        }
        if self.places.runs(step.thread) && self.fits(step) { Applies::Yes } else { Applies::No }
    }

    fn fits(&self, step: &Step) -> bool {
        let by = step.thread;
        match step.op {
            Op::Load { of, slot, .. } | Op::Clear { of, slot } => {
                self.slot_of(by, of, slot).is_some()
            }
            Op::Store { of, slot, from } => {
                self.slot_of(by, of, slot).is_some() && self.storable(by, from).is_some()
            }
            Op::Swap { of, slot, with } => {
                self.slot_of(by, of, slot).is_some() && self.storable_or_nil(by, with).is_some()
            }
            Op::Cas { of, slot, old, new } => {
                self.slot_of(by, of, slot).is_some()
                    && self.storable_or_nil(by, old).is_some()
                    && self.storable_or_nil(by, new).is_some()
            }
            Op::Copy { of, slot, from, first, count } => {
                self.range_of(by, of, slot, count).is_some()
                    && self.range_of(by, from, first, count).is_some()
            }
            Op::Wipe { of, slot, count } => self.range_of(by, of, slot, count).is_some(),
            Op::Move { of, .. } => self.places.local(by, of) != Reference::Nil,
            Op::Inside { of, word, .. } => self.scalar(by, of, word).is_some(),
            Op::Hide { of, word, from } => {
                self.scalar(by, of, word).is_some() && self.base(by, from).is_some()
            }
            Op::Past { of, .. } | Op::Walk { of, .. } | Op::SelfCleanup { of } => {
                self.base(by, of).is_some()
            }
            Op::Check { of } | Op::Cleanup { of } => self.storable(by, of).is_some(),
            Op::Chain { count, .. } => count > 0,
            Op::Set { from, .. } | Op::Weaken { from, .. } => self.storable(by, from).is_some(),
            Op::Push => self.places.depth(by) < FRAMES,
            Op::Pop => self.places.depth(by) > 1,
            Op::Start { mutator, from } => {
                !self.places.runs(mutator) && self.storable_or_nil(by, from).is_some()
            }
            Op::End { mutator } => mutator != by && mutator.0 != 0 && self.places.runs(mutator),
            Op::Hand { mutator, from, .. } => {
                mutator != by && self.places.runs(mutator) && self.storable(by, from).is_some()
            }
            Op::Unstash { kind, .. } => self.places.stash(kind) != Reference::Nil,
            Op::Begin => self.phase == Phase::Idle,
            Op::Finish => self.phase != Phase::Idle,
            Op::Strengthen { weak, .. } => self.places.handle(weak).is_some(),
            Op::Same { weak, other } => {
                self.places.handle(weak).is_some() && self.places.handle(other).is_some()
            }
            Op::Finalizer { of } | Op::Reviver { of, .. } => {
                self.base(by, of).is_some_and(|(node, _)| !self.finalizers.contains_key(&node))
            }
            Op::Unfinalizer { of } => {
                self.base(by, of).is_some_and(|(node, _)| self.finalizers.contains_key(&node))
            }
            Op::Uncleanup { back } => back < self.cleanups.len() as u64,
            Op::Stash { .. }
            | Op::New { .. }
            | Op::Get { .. }
            | Op::Unset { .. }
            | Op::Forget { .. }
            | Op::Step { .. }
            | Op::Drop { .. }
            | Op::Grow { .. }
            | Op::Reset
            | Op::Collect
            | Op::Poll
            | Op::Percent { .. }
            | Op::Limit { .. }
            | Op::Stats
            | Op::Rest
            | Op::Capacity { .. }
            | Op::Storm { .. } => true,
            Op::Repeat { .. } | Op::EndRepeat => false,
        }
    }

    /// A word of what `local` points to that is no slot, not word 0, and can be pointed to.
    fn scalar(&self, thread: Thread, local: Local, word: u64) -> Option<Node> {
        let (node, shape) = self.base(thread, local)?;
        let fits = (1..shape.words.min(1 << 20)).contains(&word) && !shape.is_slot(word);
        fits.then_some(node)
    }
}
