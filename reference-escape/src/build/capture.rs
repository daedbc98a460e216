//! What function literals hold of the variables around them.

use super::{Builder, Capture};
use crate::graph::{Hole, Loc, Place};
use crate::limits::MAX_BY_VALUE;
use crate::note::{Note, Where, Why};
use crate::rules::{Flow, Question};
use crate::types::Layouts;

impl Builder<'_> {
    /// The variables that a literal uses flow to its record: by their values if these never change after that, and are
    /// small, else by their addresses.
    pub(super) fn flow_captures(&mut self, hole: Hole, literal: Place) {
        for var in self.bodies[literal.body][literal.func].captures.clone() {
            let loc = self.vars[literal.body][var.index()].unwrap_or(Loc::HEAP);
            let location = &self.graph[loc];
            let (addrtaken, reassigned) = (location.addrtaken, location.reassigned);
            let fixed = !addrtaken && !reassigned;
            let ty = self.bodies[literal.body][var].ty;
            let by_value = fixed && self.program.size_of(ty) <= MAX_BY_VALUE;
            let by_value = self.rules.answer(Question::CopiesCapture, by_value);
            self.by_value[literal.body][var.index()] = by_value;
            let note =
                |why| Note { body: literal.body, at: Where::Capture(literal.func, var), why };
            let held =
                if by_value { hole } else { self.because_of(hole.addr(), note(Why::Reference)) };
            let held = self.because_of(self.rules.hole(Flow::Captured, held), note(Why::Captured));
            if self.graph.notes.are_kept() {
                self.captures.push(Capture {
                    body: literal.body,
                    var,
                    by_value,
                    addrtaken,
                    reassigned,
                });
            }
            self.graph.flow(held, loc);
        }
    }
}
