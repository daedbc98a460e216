//! Assignments: where a place is, and what need not be looked at.

use super::{Builder, Ignored};
use crate::graph::{Hole, Loc, Site};
use crate::ir::{NodeId, Op};
use crate::note::Why;
use crate::rules::{Flow, Question};

impl Builder<'_> {
    /// The hole that storing in the place `id` means.
    pub(super) fn addr(&mut self, id: NodeId) -> Hole {
        match self.op(id) {
            Op::Blank => Hole::DISCARD,
            Op::Name(var) => Hole::to(self.loc(var)),
            Op::Dot(x, _) => self.addr(x),
            Op::Index(x, index) => {
                self.discard(index);
                if self.is_array(x) {
                    return self.addr(x);
                }
                self.expr(Hole::MUTATOR, x);
                self.rules.hole(Flow::Element, Hole::HEAP)
            }
            Op::Deref(x) | Op::DotPtr(x, _) => {
                self.expr(Hole::MUTATOR, x);
                self.rules.hole(Flow::Through, Hole::HEAP)
            }
            Op::IndexMap(x, index) => {
                self.discard(x);
                let hole = self.rules.hole(Flow::MapKey, Hole::HEAP);
                self.part(hole, id, Why::KeyOfPut, index);
                Hole::HEAP
            }
            _ => Hole::HEAP,
        }
    }

    pub(super) fn opt_addr(&mut self, id: Option<NodeId>) -> Hole {
        id.map_or(Hole::DISCARD, |id| self.addr(id))
    }

    pub(super) fn addrs(&mut self, list: &[NodeId]) -> Vec<Hole> {
        list.iter().map(|id| self.addr(*id)).collect()
    }

    /// `lhs = rhs`. There may be fewer values than places.
    pub(super) fn assign_list(
        &mut self,
        stmt: NodeId,
        why: Why,
        lhs: &[NodeId],
        rhs: &[Option<NodeId>],
    ) {
        let holes = self.addrs(lhs);
        for (at, (dst, hole)) in lhs.iter().zip(&holes).enumerate() {
            let Some(src) = rhs.get(at).copied().flatten() else { continue };
            if matches!(self.body()[*dst].op, Op::DotPtr(..)) && self.is_header_data(*dst) {
                let hole = self.because(Hole::HEAP, stmt, why);
                self.unsafe_value(hole, src);
                continue;
            }
            let within = self.is_self_assignment(*dst, src);
            if self.rules.answer(Question::MovesWithin, within) {
                self.ignored.push(Ignored { place: self.place, stmt });
                self.discard(src);
            } else {
                self.part(*hole, stmt, why, src);
            }
        }
        self.reassigned(&holes, stmt);
    }

    /// Notes that variables are assigned to, unless this is the statement that declares them.
    pub(super) fn reassigned(&mut self, holes: &[Hole], stmt: NodeId) {
        if let Op::Assign { x, y: None, .. } = self.body()[stmt].op
            && let Some(var) = self.body().as_var(x)
            && self.body()[var].defn.is_none()
        {
            return;
        }
        let range = matches!(self.body()[stmt].op, Op::Range { .. });
        for hole in holes {
            let loc = hole.dst;
            if let Site::Var(var) = self.graph[loc].site
                && !range
                && self.body()[var].defn == Some(stmt)
            {
                continue;
            }
            if loc != Loc::BLANK {
                self.graph[loc].reassigned = true;
            }
        }
    }
}
