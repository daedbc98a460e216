//! The small collector when nobody tells it when to collect.
//!
//! A collection begins by itself, and goes on to its end at once,
//!
//! 1. when the heap has reached its goal: looked at after each op, as Go looks at it when it takes a span;
//! 2. when there was none for long: a rest is longer than that.

use super::Tri;
use crate::capability::{Capabilities, Capability};
use crate::observe::gc::{Answer, Reading};
use crate::op::Thread;
use crate::op::gc::Op;
use crate::target::collector::Collector;

/// The collector.
pub(crate) struct Paced(pub(crate) Tri);

impl Paced {
    fn collect_by_itself(&mut self) {
        if !self.0.collects() {
            self.0.begin(false);
            self.0.finish();
        }
    }
}

impl Collector for Paced {
    fn name(&self) -> &'static str {
        "small-paced"
    }

    fn offers(&self) -> Capabilities {
        let of_steps = self.0.offers().without(Capability::Step);
        of_steps.with(Capability::Automatic).with(Capability::Timed)
    }

    fn perform(&mut self, mutator: Thread, op: &Op) -> (Answer, Option<Reading>) {
        if *op == Op::Rest && self.0.runs(mutator) {
            if self.0.accounts.is_overdue(&self.0.counters) {
                self.collect_by_itself();
            }
            return (Answer::DONE, None);
        }
        let answered = self.0.perform(mutator, op);
        let counters = &self.0.counters;
        let in_use = counters.allocated - counters.freed;
        if self.0.accounts.is_due(counters, in_use, self.0.goal_now()) {
            self.collect_by_itself();
        }
        answered
    }
}
