//! Reasons: each hole remembers through which expressions a value gets to it, if somebody will ask.

use super::Builder;
use crate::graph::Hole;
use crate::ir::NodeId;
use crate::note::{Note, Where, Why};

impl Builder<'_> {
    /// The hole, with one more reason: the node `id` of the current body.
    pub(super) fn because(&mut self, hole: Hole, id: NodeId, why: Why) -> Hole {
        self.because_of(hole, Note { body: self.place.body, at: Where::Node(id), why })
    }

    /// The same, for any note.
    pub(super) fn because_of(&mut self, hole: Hole, note: Note) -> Hole {
        Hole { notes: self.graph.notes.add(note, hole.notes), ..hole }
    }

    /// The value of `x` flows to `hole` as a part of `id`.
    pub(super) fn part(&mut self, hole: Hole, id: NodeId, why: Why, x: NodeId) {
        let hole = self.because(hole, id, why);
        self.expr(hole, x);
    }

    /// `x` is an argument of `call`.
    pub(super) fn argument(&mut self, hole: Hole, call: NodeId, x: NodeId) {
        self.part(hole, call, Why::CallParameter, x);
    }
}
