//! A script in the making, with the state that it is expected to make.

use crate::capability::{Capabilities, Capability};
use crate::model::gc::places::Reference;
use crate::model::gc::{Applies, Setting, Shadow};
use crate::observe::gc::Answer;
use crate::op::Thread;
use crate::op::gc::{Local, Op, Script, Step};
use crate::target::collector::needs;

/// Steps, and the world as it is after them if the target is right.
pub struct Program {
    offers: Capabilities,
    world: Shadow,
    steps: Vec<Step>,
}

impl Program {
    /// An empty script for a fresh target that offers `offers`.
    pub fn new(offers: Capabilities) -> Program {
        let ordered = offers.has(Capability::Ordered);
        let world = Shadow::new(Setting { ordered, ..Setting::default() });
        Program { offers, world, steps: Vec::new() }
    }

    /// The world.
    pub fn world(&self) -> &Shadow {
        &self.world
    }

    /// Steps so far.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the target offers what `op` needs.
    pub fn is_offered(&self, op: &Op) -> bool {
        needs(op).is_none_or(|need| self.offers.has(need))
    }

    /// Adds `op` of mutator 0 if it applies and is offered: whether it was added.
    pub fn main(&mut self, op: Op) -> bool {
        self.on(Thread(0), op)
    }

    /// Adds `op` of `thread` if it applies and is offered: whether it was added.
    pub fn on(&mut self, thread: Thread, op: Op) -> bool {
        let step = Step::on(thread, op);
        if !self.is_offered(&op) || self.world.applies(&step) == Applies::No {
            return false;
        }
        let answer = self.predicted(&step);
        if op == Op::Collect {
            self.world.rest();
        }
        self.world.perform(&step, &answer);
        if matches!(op, Op::Finish) {
            self.world.rest();
        }
        self.steps.push(step);
        true
    }

    /// Adds `op` of mutator 0 if it is offered, whether it applies or not as far as is known: what a
    /// collection gives back is not foreseen.
    pub fn force(&mut self, op: Op) {
        let step = Step::main(op);
        if self.is_offered(&op) && !self.main(op) {
            self.steps.push(step);
        }
    }

    /// What a right collector would answer, as far as the world depends on it.
    fn predicted(&mut self, step: &Step) -> Answer {
        match step.op {
            Op::Strengthen { .. } => {
                let handle = self.world.handle_of(step);
                let held = handle.map_or(Reference::Nil, |handle| handle.to);
                let alive = held.node().is_some_and(|node| self.world.is_reachable(node));
                Answer::with(&[if alive { held.stamp() } else { 0 }])
            }
            Op::Cas { of, slot, old, .. } => {
                let held = self.world.slot_at(step.thread, of, slot);
                let same = held == Some(self.world.places().local(step.thread, old));
                Answer::with(&[u64::from(same)])
            }
            // The phase is the target's affair: as long as it may be marking, it is taken to.
            Op::Step { .. } => Answer::with(&[1]),
            _ => Answer::DONE,
        }
    }

    /// Lets go of everything, and collects it.
    pub fn clear_up(&mut self) {
        self.main(Op::Finish);
        self.main(Op::Collect);
        self.main(Op::Reset);
        self.main(Op::Collect);
        // What a finalizer kept goes now.
        self.main(Op::Collect);
    }

    /// The script.
    pub fn finish(self) -> Script {
        Script { steps: self.steps }
    }

    /// The local of `thread`'s topmost frame that is nil, with the lowest number.
    pub fn free_local(&self, thread: Thread) -> Option<Local> {
        let locals = (0..crate::op::gc::LOCALS as u8).map(Local);
        let places = self.world.places();
        locals.into_iter().find(|&local| places.local(thread, local) == Reference::Nil)
    }
}
