//! Operators with two operands.

use super::operand::Operand;
use super::{Mode, Program};
use crate::ast::{BinaryOp, ExprId, ExprKind};
use crate::constant::{MAX_SHIFT, Value};
use crate::types::{Basic, Predicates, Relations, Type, TypeId};
use std::rc::Rc;

/// Integers of untyped constants have at most as many bits.
const MAX_BITS: u64 = 512;

/// Constant strings are at most as long.
const MAX_STRING: u64 = 2_000_000_000;

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Eql, Geq, Gtr, Leq, Lss, Neq};
    matches!(op, Eql | Neq | Lss | Leq | Gtr | Geq)
}

impl Program {
    /// A binary expression. `a + b + c` nests to the left as deep as it is long, so the left side is done in a
    /// loop.
    pub(super) fn binary_chain(&mut self, id: ExprId) -> Operand {
        let ast = Rc::clone(&self.env.ast);
        let mut chain = Vec::new();
        let mut left = id;
        while let ExprKind::Binary { op, x, y } = ast[left].kind {
            chain.push((left, op, y));
            left = x;
        }
        let mut x = self.expr(left);
        while let Some((id, op, right)) = chain.pop() {
            let y = self.expr(right);
            x = Operand { id: Some(id), ..self.binary(Some(id), x, y, op) };
            if !chain.is_empty() {
                self.record(&x);
            }
        }
        x
    }

    /// `x op y`, which is the expression `id` unless it is part of an assignment.
    pub(super) fn binary(
        &mut self,
        id: Option<ExprId>,
        x: Operand,
        y: Operand,
        op: BinaryOp,
    ) -> Operand {
        if !x.is_valid() || !y.is_valid() {
            return x.invalid();
        }
        if matches!(op, BinaryOp::Shl | BinaryOp::Shr) {
            return self.shift(id, x, y, op);
        }
        let Some((x, y)) = self.match_types(x, y) else { return Operand::INVALID };
        if is_comparison(op) {
            return self.comparison(x, &y, op);
        }
        if !self.identical(x.ty, y.ty) {
            let (left, right) = (self.show(x.ty), self.show(y.ty));
            return self
                .refuse(x, format!("invalid operation: mismatched types {left} and {right}"));
        }
        let allowed: fn(Basic) -> bool = match op {
            BinaryOp::Add => |basic| basic.is_numeric() || basic.is_string(),
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => Basic::is_numeric,
            BinaryOp::AndAnd | BinaryOp::OrOr => Basic::is_boolean,
            _ => Basic::is_integer,
        };
        if !self.all_basic(x.ty, allowed) {
            let shown = self.show(x.ty);
            return self.refuse(
                x,
                format!("invalid operation: operator not defined on value of type {shown}"),
            );
        }
        self.arithmetic(id, x, &y, op)
    }

    fn arithmetic(&mut self, id: Option<ExprId>, x: Operand, y: &Operand, op: BinaryOp) -> Operand {
        let divides = matches!(op, BinaryOp::Div | BinaryOp::Rem);
        let constant = x.mode == Mode::Constant && y.mode == Mode::Constant;
        let integral = self.all_basic(x.ty, Basic::is_integer);
        if divides
            && y.mode == Mode::Constant
            && (x.mode == Mode::Constant || integral)
            && y.value.sign() == 0
        {
            let pos = y.pos(self);
            self.fault(pos, "invalid operation: division by zero");
            return x.invalid();
        }
        if !constant {
            return Operand { mode: Mode::Value, value: Value::Unknown, ..x };
        }
        if x.value.is_unknown() || y.value.is_unknown() {
            return Operand { value: Value::Unknown, ..x };
        }
        let value = x.value.binary(op, &y.value, integral);
        match id {
            Some(id) => self.overflow(Operand { value, id: Some(id), ..x }, id),
            None => Operand { value, ..x },
        }
    }

    /// Brings two operands of which one is untyped to one type.
    pub(super) fn match_types(&mut self, x: Operand, y: Operand) -> Option<(Operand, Operand)> {
        if !self.may_match(&x, &y) {
            return Some((x, y));
        }
        let x = self.convert_untyped(x, y.ty);
        if !x.is_valid() {
            return None;
        }
        let y = self.convert_untyped(y, x.ty);
        y.is_valid().then_some((x, y))
    }

    fn may_match(&mut self, x: &Operand, y: &Operand) -> bool {
        if !self.types.is_untyped(x.ty) && !self.types.is_untyped(y.ty) {
            return false;
        }
        let mut differ =
            |test: fn(Basic) -> bool| self.all_basic(x.ty, test) != self.all_basic(y.ty, test);
        if differ(Basic::is_numeric) {
            // A number and an interface do match: the number takes its default type.
            return self.is_interface(x.ty) || self.is_interface(y.ty);
        }
        let kinds = differ(Basic::is_boolean) || differ(Basic::is_string);
        if self.is_interface(x.ty) || self.is_interface(y.ty) {
            return true;
        }
        if kinds {
            return false;
        }
        match (x.mode, y.mode) {
            (Mode::Nil, _) => self.has_nil(y.ty),
            (_, Mode::Nil) => self.has_nil(x.ty),
            _ => !self.is_pointer(x.ty) && !self.is_pointer(y.ty),
        }
    }

    fn is_pointer(&mut self, ty: TypeId) -> bool {
        matches!(crate::types::Declare::under_type(self, ty), Type::Pointer(_))
    }

    /// `x op y` for a comparison: an untyped boolean.
    pub(super) fn comparison(&mut self, x: Operand, y: &Operand, op: BinaryOp) -> Operand {
        let ty = TypeId::UNTYPED_BOOL;
        if x.mode == Mode::Constant && y.mode == Mode::Constant {
            let value = x.value.compare(op, &y.value).map_or(Value::Unknown, Value::Bool);
            return Operand { ty, value, ..x };
        }
        if !self.assignable(&x, y.ty) && !self.assignable(y, x.ty) {
            let (left, right) = (self.show(x.ty), self.show(y.ty));
            return self
                .refuse(x, format!("invalid operation: mismatched types {left} and {right}"));
        }
        let equality = matches!(op, BinaryOp::Eql | BinaryOp::Neq);
        let defined = if !equality {
            self.all_basic(x.ty, Basic::is_ordered) && self.all_basic(y.ty, Basic::is_ordered)
        } else if x.mode == Mode::Nil {
            self.has_nil(y.ty)
        } else if y.mode == Mode::Nil {
            self.has_nil(x.ty)
        } else {
            self.comparable(x.ty, true) && self.comparable(y.ty, true)
        };
        if !defined {
            let shown = self.show(x.ty);
            return self.refuse(
                x,
                format!("invalid operation: operator not defined on value of type {shown}"),
            );
        }
        for operand in [&x, y] {
            if let Some(id) = operand.id {
                let ty = self.default_type(operand.ty);
                self.update_type(id, ty, true);
            }
        }
        Operand { mode: Mode::Value, ty, value: Value::Unknown, ..x }
    }

    fn shift(&mut self, id: Option<ExprId>, x: Operand, y: Operand, op: BinaryOp) -> Operand {
        let constant = if x.mode == Mode::Constant { x.value.to_int() } else { Value::Unknown };
        let untyped = self.types.is_untyped(x.ty);
        let integral = self.all_basic(x.ty, Basic::is_integer);
        if !integral && (!untyped || constant.is_unknown()) {
            let shown = self.show(x.ty);
            return self.refuse(
                x,
                format!("invalid operation: shifted operand (type {shown}) must be integer"),
            );
        }
        let y = self.shift_count(y);
        if !y.is_valid() {
            return x.invalid();
        }
        if x.mode != Mode::Constant {
            return Operand { mode: Mode::Value, ..x };
        }
        if y.mode == Mode::Constant {
            let ty =
                if self.all_basic(x.ty, Basic::is_integer) { x.ty } else { TypeId::UNTYPED_INT };
            let Some(count) = y.value.to_int().as_u64().filter(|count| *count <= MAX_SHIFT) else {
                if y.value.is_unknown() {
                    return Operand { ty, value: Value::Unknown, ..x };
                }
                let pos = y.pos(self);
                self.fault(pos, format!("invalid shift count {}", y.value));
                return x.invalid();
            };
            let value = constant.shift(op == BinaryOp::Shl, count);
            let shifted = Operand { ty, value, ..x };
            return match id {
                Some(id) => self.overflow(Operand { id: Some(id), ..shifted }, id),
                None => shifted,
            };
        }
        // An untyped constant that is shifted by what is not constant takes the type that the whole shift gets.
        if untyped && let Some(id) = x.id {
            self.info_mut().set_shifted(id);
        }
        Operand { mode: Mode::Value, value: Value::Unknown, ..x }
    }

    fn shift_count(&mut self, y: Operand) -> Operand {
        if y.mode == Mode::Constant {
            let count = y.value.to_int();
            if !count.is_unknown() && count.sign() < 0 {
                let message = format!("invalid operation: negative shift count {}", y.value);
                return self.refuse(y, message);
            }
            if !self.types.is_untyped(y.ty) {
                return y;
            }
            // It is held to what uint holds, and stays untyped until the end: then it is a uint.
            if self.implicit_type(&y, TypeId::UINT).is_none() {
                self.cannot_convert(&y, TypeId::UINT);
                return y.invalid();
            }
            return y;
        }
        if self.types.is_untyped(y.ty) {
            return self.convert_untyped(y, TypeId::UINT);
        }
        if !self.all_basic(y.ty, Basic::is_integer) {
            let shown = self.show(y.ty);
            return self.refuse(
                y,
                format!("invalid operation: shift count of type {shown} must be integer"),
            );
        }
        y
    }

    /// Holds a constant to its type; untyped ones to bounds of their own.
    pub(super) fn overflow(&mut self, mut x: Operand, id: ExprId) -> Operand {
        let pos = match self.env.ast[id].kind {
            ExprKind::Binary { .. } | ExprKind::Unary { .. } => {
                self.env.repeated_at.unwrap_or(self.env.ast[id].pos)
            }
            _ => self.start(id),
        };
        if x.value.is_unknown() {
            self.fault(pos, "constant result is not representable");
            return x;
        }
        if !self.types.is_untyped(x.ty) {
            return self.representable(x, id);
        }
        if x.value.bit_len() > MAX_BITS {
            self.fault(pos, "constant overflow");
            x.value = Value::Unknown;
        }
        if x.value.as_text().is_some_and(|text| text.len() > MAX_STRING) {
            self.fault(pos, "constant string too long");
            x.value = Value::Unknown;
        }
        x
    }

    /// Rounds a typed constant to its type, if it fits.
    pub(super) fn representable(&mut self, mut x: Operand, id: ExprId) -> Operand {
        let under = crate::types::Declare::under(self, x.ty);
        let word = self.types.sizes().word_bits();
        let Some(target) = self.types.as_basic(under).and_then(|basic| basic.target(word)) else {
            return x;
        };
        if let Some(value) = x.value.represented(target) {
            x.value = value;
            return x;
        }
        let ty = x.ty;
        self.cannot_convert(&Operand { id: Some(id), ..x.clone() }, ty);
        x.invalid()
    }
}
