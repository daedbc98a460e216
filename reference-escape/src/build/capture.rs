//! What function literals hold of the variables around them.

use super::Builder;
use crate::graph::{Hole, Loc, Place};
use crate::limits::MAX_BY_VALUE;
use crate::rules::{Flow, Question};
use crate::types::Layouts;

impl Builder<'_> {
    /// The variables that a literal uses flow to its record: by their values if these never change after that, and are
    /// small, else by their addresses.
    pub(super) fn flow_captures(&mut self, hole: Hole, literal: Place) {
        for var in self.bodies[literal.body][literal.func].captures.clone() {
            let loc = self.vars[literal.body][var.index()].unwrap_or(Loc::HEAP);
            let location = &self.graph[loc];
            let fixed = !location.addrtaken && !location.reassigned;
            let ty = self.bodies[literal.body][var].ty;
            let by_value = fixed && self.program.size_of(ty) <= MAX_BY_VALUE;
            let by_value = self.rules.answer(Question::CopiesCapture, by_value);
            self.by_value[literal.body][var.index()] = by_value;
            let held = if by_value { hole.shift(0) } else { hole.addr() };
            self.graph.flow(self.rules.hole(Flow::Captured, held), loc);
        }
    }
}
