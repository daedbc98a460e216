//! Constants and function literals.

use super::Lowering;
use crate::ast::{Block, ExprId};
use crate::constant::Value;
use crate::ir::{NodeId, Op, Origin};
use crate::source::Pos;
use crate::types::{Basic, Type, TypeId};
use std::rc::Rc;

impl Lowering<'_> {
    /// A constant of type `ty`.
    pub(super) fn literal(&mut self, pos: Pos, ty: TypeId, value: &Value) -> NodeId {
        let value = match self.under(ty) {
            Type::Basic(basic) if basic.is_integer() => value.to_int(),
            Type::Basic(basic) if basic.is_float() => value.to_float(),
            Type::Basic(basic) if basic.is_complex() => value.to_complex(),
            _ => value.clone(),
        };
        self.body.add(pos, ty, Op::Literal(Rc::new(value)))
    }

    /// An integer of type `int`.
    pub(super) fn int(&mut self, pos: Pos, value: i64) -> NodeId {
        self.literal(pos, TypeId::INT, &Value::Small(value))
    }

    /// `[]rune("text")`, which is a literal of its runes.
    pub(super) fn rune_literal(&mut self, pos: Pos, text: NodeId, ty: TypeId) -> NodeId {
        let bytes = match &self.body[text].op {
            Op::Literal(value) => value.as_text().map(crate::constant::Text::bytes),
            _ => None,
        };
        let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
        let elem = match self.under(ty) {
            Type::Slice(elem) => elem,
            _ => Basic::Rune.id(),
        };
        let elems: Vec<NodeId> = text
            .chars()
            .map(|c| self.literal(pos, elem, &Value::Small(i64::from(u32::from(c)))))
            .collect();
        let len = elems.len() as u64;
        self.body.add(pos, ty, Op::SliceLit(elems.into(), len))
    }

    /// `func(...) {...}`
    pub(super) fn func_literal(&mut self, id: ExprId, ty: ExprId, block: &Block) -> NodeId {
        let pos = self.pos(id);
        let literal_type = self.ty(id);
        let vars = self.info().func_vars(ty).cloned().unwrap_or_default();
        let outer = self.func;
        let func = self.open_func(pos, literal_type, Origin::Literal, Some(outer), &vars);
        self.func = func;
        let (label, frames) = (self.label.take(), std::mem::take(&mut self.range_funcs));
        let body = self.stmts(&block.stmts);
        self.body[func].body = body;
        (self.label, self.range_funcs) = (label, frames);
        self.func = outer;
        self.body.add(pos, literal_type, Op::Closure(func))
    }
}
