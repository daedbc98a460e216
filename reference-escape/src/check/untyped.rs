//! Untyped values take a type.
//!
//! A constant, a comparison, `nil` and a shift of a constant have no type until what they are used for gives
//! them one. By then the parts of the expression have been noted as untyped; so the type is carried down to
//! those parts that are of the same type as the whole. Parts of a constant keep what they have: nothing asks
//! for them.

use super::operand::Operand;
use super::{Mode, Program};
use crate::ast::{BinaryOp, ExprId, ExprKind, UnaryOp};
use crate::constant::Value;
use crate::types::{Basic, Declare, Predicates, Type, TypeId, TypeSets};
use std::rc::Rc;

impl Program {
    /// The type, and if it is a constant the value, that the untyped `x` has where a `target` is wanted.
    pub(super) fn implicit_type(
        &mut self,
        x: &Operand,
        target: TypeId,
    ) -> Option<(TypeId, Option<Value>)> {
        if !x.is_valid() || !self.types.is_untyped(x.ty) || target == TypeId::INVALID {
            return Some((x.ty, None));
        }
        if self.types.is_untyped(target) {
            return Some((self.wider(x.ty, target)?, None));
        }
        if x.mode == Mode::Nil {
            return self.has_nil(target).then_some((target, None));
        }
        if self.types.is_param(target) {
            let types = self.specific_types(target)?;
            let all = types.iter().all(|(_, under)| self.implicit_type(x, *under).is_some());
            return all.then_some((target, None));
        }
        match self.under_type(target) {
            Type::Basic(basic) => self.implicit_basic(x, target, basic),
            Type::Interface(_) => {
                let all = self.type_set_of(target).is_all();
                all.then(|| (self.default_type(x.ty), None))
            }
            _ => None,
        }
    }

    fn implicit_basic(
        &mut self,
        x: &Operand,
        target: TypeId,
        basic: Basic,
    ) -> Option<(TypeId, Option<Value>)> {
        if x.mode == Mode::Constant {
            let value = x.value.represented(basic.target(self.types.sizes().word_bits())?)?;
            return Some((target, Some(value)));
        }
        let fits = match self.types.as_basic(x.ty)? {
            Basic::UntypedBool => basic.is_boolean(),
            Basic::UntypedString => basic.is_string(),
            Basic::UntypedNil => false,
            _ => basic.is_numeric(),
        };
        fits.then_some((target, None))
    }

    /// The one of two untyped types that holds both, if there is one.
    pub(super) fn wider(&self, a: TypeId, b: TypeId) -> Option<TypeId> {
        if a == b {
            return Some(a);
        }
        let (x, y) = (self.types.as_basic(a)?, self.types.as_basic(b)?);
        (x.is_numeric() && y.is_numeric()).then(|| x.max(y).id())
    }

    /// `x` as a `target`; an error if it cannot be.
    pub(super) fn convert_untyped(&mut self, mut x: Operand, target: TypeId) -> Operand {
        let Some((ty, value)) = self.implicit_type(&x, target) else {
            self.cannot_convert(&x, target);
            return x.invalid();
        };
        self.settle(&mut x, ty, value);
        x
    }

    pub(super) fn cannot_convert(&mut self, x: &Operand, target: TypeId) {
        let numeric =
            self.all_basic(x.ty, Basic::is_numeric) && self.all_basic(target, Basic::is_numeric);
        let (from, to) = (self.show(x.ty), self.show(target));
        let pos = x.pos(self);
        let message = if x.mode != Mode::Constant {
            format!("cannot convert {from} to type {to}")
        } else if numeric
            && self.all_basic(target, Basic::is_integer)
            && x.value.to_int().is_unknown()
        {
            format!("{} truncated to {to}", x.value)
        } else if numeric {
            format!("{} overflows {to}", x.value)
        } else {
            format!("cannot convert {} (untyped or typed {from}) to type {to}", x.value)
        };
        self.fault(pos, message);
    }

    /// Notes the value of a constant that is still untyped.
    pub(super) fn update_value(&mut self, id: ExprId, value: &Value) {
        let untyped = self.is_noted_untyped(id);
        if untyped {
            self.info_mut().set_value(id, value);
        }
    }

    fn is_noted_untyped(&self, id: ExprId) -> bool {
        let noted = self.unit(self.env.package).info.expr(id);
        noted.mode != Mode::Invalid && self.types.is_untyped(noted.ty)
    }

    /// Carries `ty` down to the parts of the untyped expression `id` that are of its type. If `last`, it is the
    /// type that the expression keeps, even if it is an untyped one.
    pub(super) fn update_type(&mut self, id: ExprId, ty: TypeId, last: bool) {
        let ast = Rc::clone(&self.env.ast);
        // Sums lean to the left and may be long: the left side is followed in a loop.
        let mut next = Some(id);
        while let Some(id) = next.take() {
            if !self.is_noted_untyped(id) {
                return;
            }
            let noted = self.unit(self.env.package).info.expr(id);
            let constant = noted.mode == Mode::Constant;
            match ast[id].kind {
                ExprKind::Paren(inner) => next = Some(inner),
                ExprKind::Unary { op, x } if !constant && op != UnaryOp::Star => next = Some(x),
                ExprKind::Binary { op, x, y } if !constant => match op {
                    BinaryOp::Eql
                    | BinaryOp::Neq
                    | BinaryOp::Lss
                    | BinaryOp::Leq
                    | BinaryOp::Gtr
                    | BinaryOp::Geq => {}
                    BinaryOp::Shl | BinaryOp::Shr => next = Some(x),
                    _ => {
                        self.update_type(y, ty, last);
                        next = Some(x);
                    }
                },
                _ => {}
            }
            self.note_type(id, ty, last);
        }
    }

    fn note_type(&mut self, id: ExprId, ty: TypeId, last: bool) {
        let noted = self.unit(self.env.package).info.expr(id);
        if self.types.is_untyped(ty) && !last {
            self.info_mut().set_type(id, ty);
            return;
        }
        if noted.shifted && !self.all_basic(ty, Basic::is_integer) {
            let shown = self.show(ty);
            let pos = self.start(id);
            self.fault(
                pos,
                format!("invalid operation: shifted operand (type {shown}) must be integer"),
            );
            return;
        }
        if let Some(value) = self.unit(self.env.package).info.value(id).cloned() {
            let x = Operand { mode: noted.mode, ty: noted.ty, value, id: None, builtin: None };
            // The operand of a conversion keeps its own value; it is the conversion that rounds.
            if self.implicit_type(&x, ty).is_none() {
                self.cannot_convert(&Operand { id: Some(id), ..x }, ty);
                return;
            }
        }
        self.info_mut().set_type(id, ty);
    }
}
