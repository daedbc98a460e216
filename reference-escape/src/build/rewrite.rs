//! Operands that always are one constant are replaced by it: lengths of slices that are made, values in interfaces.

use super::{Builder, Replaced};
use crate::constant::Value;
use crate::graph::{Loc, Place, Site};
use crate::ir::{Conv, NodeId, One, Op};
use crate::types::{Basic, Declare, Type, TypeId};
use std::rc::Rc;

impl Builder<'_> {
    pub(super) fn literal_operands(&mut self, loc: Loc) {
        let location = &self.graph[loc];
        let Site::Node(id) = location.site else { return };
        let outer: Place = std::mem::replace(&mut self.place, location.place);
        match self.op(id) {
            Op::MakeSlice(len, cap) => self.literal_length(id, len, cap),
            Op::Convert(Conv::Iface, x) => self.literal_value(id, x),
            _ => {}
        }
        self.place = outer;
    }

    fn literal_length(&mut self, id: NodeId, len: NodeId, cap: Option<NodeId>) {
        let operand = cap.unwrap_or(len);
        if matches!(self.op(operand), Op::Literal(_)) {
            return;
        }
        let value = self.static_value(operand);
        let (ty, value) = match self.op(value) {
            Op::Literal(value) => {
                if value.sign() < 0 {
                    return;
                }
                (self.ty(operand), value)
            }
            Op::One(One::Len, x) => {
                let x = self.static_value(x);
                let Op::SliceLit(_, len) = self.op(x) else { return };
                (TypeId::INT, Rc::new(Value::Small(len as i64)))
            }
            _ => return,
        };
        let literal = self.new_literal(id, ty, value);
        let op = match cap {
            Some(_) => Op::MakeSlice(len, Some(literal)),
            None => Op::MakeSlice(literal, None),
        };
        self.replace(id, op);
    }

    fn literal_value(&mut self, id: NodeId, x: NodeId) {
        let ty = self.ty(x);
        if matches!(self.op(x), Op::Literal(_)) || self.is_interface(ty) {
            return;
        }
        let value = self.static_value(x);
        let Op::Literal(value) = self.op(value) else { return };
        if !self.holds(ty, &value) {
            return;
        }
        let literal = self.new_literal(id, ty, value);
        self.replace(id, Op::Convert(Conv::Iface, literal));
    }

    /// Makes `id` something else. Reasons that were found before that are told with what it was.
    fn replace(&mut self, id: NodeId, op: Op) {
        let body = self.place.body;
        let before = std::mem::replace(&mut self.bodies[body][id].op, op);
        if self.graph.notes.are_kept() {
            self.replaced.push(Replaced { body, id, before });
        }
    }

    /// Whether a constant is of a kind that `ty` has.
    fn holds(&mut self, ty: TypeId, value: &Value) -> bool {
        use crate::constant::Kind;
        let Type::Basic(basic) = self.program.under_type(ty) else { return false };
        match value.kind() {
            Kind::Bool => basic.is_boolean(),
            Kind::String => basic.is_string(),
            Kind::Int => basic.is_integer(),
            Kind::Float => basic.is_float(),
            Kind::Complex => basic.is_complex(),
            Kind::Unknown => basic == Basic::Invalid,
        }
    }

    fn new_literal(&mut self, at: NodeId, ty: TypeId, value: Rc<Value>) -> NodeId {
        let pos = self.pos(at);
        self.bodies[self.place.body].add(pos, ty, Op::Literal(value))
    }
}
