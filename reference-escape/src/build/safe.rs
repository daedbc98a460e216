//! Assignments that only move something within one object: they store nothing there that was not there already.

use super::Builder;
use crate::ir::{Conv, NodeId, Op, VarId};
use crate::types::{Declare, Relations, Type};

impl Builder<'_> {
    /// Whether `dst = src` may be ignored.
    pub(super) fn is_self_assignment(&mut self, dst: NodeId, src: NodeId) -> bool {
        if self.is_slice_of_itself(dst, src) {
            return true;
        }
        match (self.op(dst), self.op(src)) {
            (Op::Dot(x, _), Op::Dot(y, _)) | (Op::DotPtr(x, _), Op::DotPtr(y, _)) => {
                self.is_same(x, y)
            }
            (Op::Index(x, i), Op::Index(y, j)) => {
                !self.has_effects(i) && !self.has_effects(j) && self.is_same(x, y)
            }
            _ => false,
        }
    }

    /// `p.s = p.s[i:j]`. Not where `p.s` is an array: its slice would point into `p` itself.
    fn is_slice_of_itself(&self, dst: NodeId, src: NodeId) -> bool {
        let Op::Slice { x, .. } = self.body()[src].op else { return false };
        match (self.behind_pointer(dst), self.behind_pointer(x)) {
            (Some(dst), Some(src)) => dst == src,
            _ => false,
        }
    }

    /// The variable `p` of `*p` or `p.f`.
    fn behind_pointer(&self, id: NodeId) -> Option<VarId> {
        match self.body()[id].op {
            Op::Deref(x) | Op::DotPtr(x, _) => self.body().as_var(x),
            _ => None,
        }
    }

    /// Whether evaluating `id` may do more than give a value.
    fn has_effects(&self, id: NodeId) -> bool {
        use crate::ast::BinaryOp::{Add, And, AndNot, Div, Mul, Or, Rem, Shl, Shr, Sub, Xor};
        use crate::ir::{One, Unary};
        match &self.body()[id].op {
            Op::Name(_) | Op::Global(_) | Op::Func(_) | Op::Literal(_) | Op::Nil => false,
            Op::Binary(Add | Sub | Or | Xor | Mul | Shl | Shr | And | AndNot | Div | Rem, x, y)
            | Op::Index(x, y) => self.has_effects(*x) || self.has_effects(*y),
            Op::Convert(Conv::Nop | Conv::Number, x)
            | Op::One(One::Len | One::Cap, x)
            | Op::Dot(x, _)
            | Op::DotPtr(x, _)
            | Op::Deref(x) => self.has_effects(*x),
            Op::Unary(op, x) => *op == Unary::Recv || self.has_effects(*x),
            _ => true,
        }
    }

    /// Whether two expressions are the same place, and evaluating them does nothing else.
    #[expect(
        clippy::many_single_char_names,
        reason = "x and i are what y and j are of the other expression"
    )]
    fn is_same(&mut self, x: NodeId, y: NodeId) -> bool {
        let (x, y) = (self.body().without_nops(x), self.body().without_nops(y));
        let (a, b) = (self.ty(x), self.ty(y));
        if !self.program.identical(a, b) {
            return false;
        }
        match (self.op(x), self.op(y)) {
            (Op::Name(x), Op::Name(y)) => x == y,
            (Op::Global(x), Op::Global(y)) => x == y,
            (Op::Dot(x, f), Op::Dot(y, g)) | (Op::DotPtr(x, f), Op::DotPtr(y, g)) => {
                f == g && self.is_same(x, y)
            }
            (Op::Deref(x), Op::Deref(y)) => self.is_same(x, y),
            (Op::Unary(p, x), Op::Unary(q, y)) => {
                p == q && p != crate::ir::Unary::Recv && self.is_same(x, y)
            }
            (Op::Convert(Conv::Number, x), Op::Convert(Conv::Number, y)) => {
                matches!(self.program.under_type(a), Type::Basic(_)) && self.is_same(x, y)
            }
            (Op::Index(x, i), Op::Index(y, j)) | (Op::IndexMap(x, i), Op::IndexMap(y, j)) => {
                self.is_same(x, y) && self.is_same(i, j)
            }
            (Op::Binary(p, x, i), Op::Binary(q, y, j)) => {
                p == q && is_arithmetic(p) && self.is_same(x, y) && self.is_same(i, j)
            }
            (Op::Literal(x), Op::Literal(y)) => {
                x.compare(crate::ast::BinaryOp::Eql, &y) == Some(true)
            }
            (Op::Nil, Op::Nil) => true,
            _ => false,
        }
    }
}

fn is_arithmetic(op: crate::ast::BinaryOp) -> bool {
    use crate::ast::BinaryOp::{Add, And, AndNot, Div, Mul, Or, Rem, Shl, Shr, Sub, Xor};
    matches!(op, Add | Sub | Or | Xor | Mul | Shl | Shr | And | AndNot | Div | Rem)
}
