//! Which variable a place is a part of.

use super::{Body, Conv, NodeId, Op, VarId};
use crate::types::{Declare, Type};

impl Body {
    /// The place that an assignment to `id` changes: fields and elements of arrays are parts of what holds them.
    pub fn outer(&self, types: &mut impl Declare, mut id: NodeId) -> NodeId {
        loop {
            id = match &self[id].op {
                Op::Dot(x, _) | Op::Convert(Conv::Nop, x) => *x,
                Op::Index(x, _) if matches!(types.under_type(self[*x].ty), Type::Array { .. }) => {
                    *x
                }
                _ => return id,
            };
        }
    }

    /// The variable that an assignment to `id` changes, if it is one.
    pub fn outer_var(&self, types: &mut impl Declare, id: NodeId) -> Option<VarId> {
        let outer = self.outer(types, id);
        self.as_var(outer)
    }

    /// The variable that `id` is.
    pub fn as_var(&self, id: NodeId) -> Option<VarId> {
        match self[id].op {
            Op::Name(var) => Some(var),
            _ => None,
        }
    }

    /// `id` without conversions that change nothing.
    pub fn without_nops(&self, mut id: NodeId) -> NodeId {
        while let Op::Convert(Conv::Nop, x) = self[id].op {
            id = x;
        }
        id
    }
}
