//! What an expression comes to while its surroundings are looked at, and whether it can be assigned.

use super::{Mode, Program};
use crate::ast::{ChanDir, ExprId};
use crate::constant::Value;
use crate::source::Pos;
use crate::types::{
    Basic, Builtin, Declare, Implements, Predicates, Relations, Type, TypeId, TypeSets,
};

/// An expression that has been looked at.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub mode: Mode,
    pub ty: TypeId,
    /// The value of a constant.
    pub value: Value,
    /// None for values that no text stands for: the second of two results, an `ok`.
    pub id: Option<ExprId>,
    /// Which function, of [`Mode::Builtin`].
    pub builtin: Option<Builtin>,
}

impl Operand {
    pub(super) const INVALID: Operand = Operand {
        mode: Mode::Invalid,
        ty: TypeId::INVALID,
        value: Value::Unknown,
        id: None,
        builtin: None,
    };

    pub(super) fn new(mode: Mode, ty: TypeId, id: ExprId) -> Operand {
        Operand { mode, ty, value: Value::Unknown, id: Some(id), builtin: None }
    }

    /// A value without a text.
    pub(super) fn loose(ty: TypeId) -> Operand {
        Operand { mode: Mode::Value, ty, ..Operand::INVALID }
    }

    pub(super) fn constant(ty: TypeId, value: Value, id: ExprId) -> Operand {
        Operand { value, ..Operand::new(Mode::Constant, ty, id) }
    }

    pub(super) fn is_valid(&self) -> bool {
        self.mode != Mode::Invalid
    }

    /// The same expression, of which nothing more is known.
    pub(super) fn invalid(self) -> Operand {
        Operand { id: self.id, ..Operand::INVALID }
    }

    /// Where its text begins.
    pub(super) fn pos(&self, program: &Program) -> Pos {
        self.id.map_or(Pos::NONE, |id| program.start(id))
    }
}

impl Program {
    /// Whether `x` can be assigned to a variable of `ty`.
    pub(super) fn assignable(&mut self, x: &Operand, ty: TypeId) -> bool {
        if !x.is_valid() || x.ty == TypeId::INVALID || ty == TypeId::INVALID {
            return true;
        }
        if self.identical(x.ty, ty) {
            return true;
        }
        let (x_param, ty_param) = (self.types.is_param(x.ty), self.types.is_param(ty));
        if self.types.is_untyped(x.ty) {
            if !ty_param {
                return self.implicit_type(x, ty).is_some();
            }
            let types = self.specific_types(ty);
            return types.is_some_and(|types| {
                types.iter().all(|(term, _)| self.implicit_type(x, *term).is_some())
            });
        }
        let (x_under, under) = (self.under(x.ty), self.under(ty));
        let (x_named, named) = (self.has_name(x.ty), self.has_name(ty));
        let plain = !x_param && !ty_param;
        if plain && (!x_named || !named) && self.identical(x_under, under) {
            return true;
        }
        if !ty_param
            && matches!(self.types[under], Type::Interface(_))
            && self.implements(x.ty, ty, false).is_ok()
        {
            return true;
        }
        if let (Type::Chan { dir: ChanDir::Both, elem: x_elem }, Type::Chan { elem, .. }) =
            (&self.types[x_under], &self.types[under])
        {
            let (x_elem, elem) = (*x_elem, *elem);
            if self.identical(x_elem, elem) {
                return !x_named || !named;
            }
        }
        self.assignable_by_terms(x, ty, (x_param, ty_param), (x_named, named))
    }

    /// A value can be assigned to or from a type parameter if it can for each type that this stands for, and
    /// the other type has no name.
    fn assignable_by_terms(
        &mut self,
        x: &Operand,
        ty: TypeId,
        (x_param, ty_param): (bool, bool),
        (x_named, named): (bool, bool),
    ) -> bool {
        if ty_param && !x_named {
            let types = self.specific_types(ty);
            return types
                .is_some_and(|types| types.iter().all(|(term, _)| self.assignable(x, *term)));
        }
        if x_param && !named {
            let types = self.specific_types(x.ty);
            return types.is_some_and(|types| {
                types.iter().all(|(term, _)| {
                    let x = Operand { ty: *term, ..x.clone() };
                    self.assignable(&x, ty)
                })
            });
        }
        false
    }

    /// `x` as it is assigned to a variable of `ty`, or to one that takes its type from it.
    pub(super) fn assignment(
        &mut self,
        mut x: Operand,
        ty: Option<TypeId>,
        context: &str,
    ) -> Operand {
        x = self.single_value(x);
        if !x.is_valid() {
            return x;
        }
        if matches!(x.mode, Mode::NoValue | Mode::Builtin | Mode::Type) {
            return self.refuse(x, format!("cannot assign to or from this in {context}"));
        }
        if self.types.is_untyped(x.ty) {
            x = match self.assign_untyped(x, ty, context) {
                Ok(x) => x,
                Err(x) => return x,
            };
        }
        let Some(ty) = ty else { return x };
        if self.types.as_signature(x.ty).is_some_and(|sig| !sig.tparams.is_empty()) {
            return self.refuse(
                x,
                format!("cannot use generic function without instantiation in {context}"),
            );
        }
        if !self.assignable(&x, ty) {
            let (from, to) = (self.show(x.ty), self.show(ty));
            return self
                .refuse(x, format!("cannot use value of type {from} as {to} value in {context}"));
        }
        x
    }

    fn assign_untyped(
        &mut self,
        mut x: Operand,
        ty: Option<TypeId>,
        context: &str,
    ) -> Result<Operand, Operand> {
        let target = match ty {
            Some(ty) if x.mode == Mode::Nil || !self.is_interface(ty) => ty,
            _ if x.mode == Mode::Nil => {
                let pos = x.pos(self);
                self.fault(pos, format!("use of untyped nil in {context}"));
                return Err(x.invalid());
            }
            _ => self.default_type(x.ty),
        };
        let Some((found, value)) = self.implicit_type(&x, target) else {
            let message = self.cannot_use(&x, target, context);
            return Err(self.refuse(x, message));
        };
        self.settle(&mut x, found, value);
        Ok(x)
    }

    fn cannot_use(&mut self, x: &Operand, target: TypeId, context: &str) -> String {
        let (from, to) = (self.show(x.ty), self.show(target));
        if x.mode != Mode::Constant {
            return format!("cannot use {from} value as {to} value in {context}");
        }
        let numbers =
            self.all_basic(x.ty, Basic::is_numeric) && self.all_basic(target, Basic::is_numeric);
        let integral = self.all_basic(target, Basic::is_integer);
        let why = match numbers {
            true if integral && x.value.to_int().is_unknown() => " (truncated)",
            true => " (overflows)",
            false => "",
        };
        format!("cannot use {} ({from} constant) as {to} value in {context}{why}", x.value)
    }

    /// Gives an untyped operand the type and value that have been found for it.
    pub(super) fn settle(&mut self, x: &mut Operand, ty: TypeId, value: Option<Value>) {
        if let Some(value) = value {
            x.value = value;
            if let Some(id) = x.id {
                self.update_value(id, &x.value);
            }
        }
        if ty != x.ty {
            x.ty = ty;
            if let Some(id) = x.id {
                self.update_type(id, ty, false);
            }
        }
    }

    /// Complains of an operand, which then is good for nothing.
    pub(super) fn refuse(&mut self, x: Operand, message: impl Into<String>) -> Operand {
        let pos = x.pos(self);
        self.fault(pos, message);
        x.invalid()
    }

    /// An operand that is not several values.
    pub(super) fn single_value(&mut self, x: Operand) -> Operand {
        if x.mode == Mode::Value && matches!(self.types[x.ty], Type::Tuple(_)) {
            return self.refuse(x, "multiple-value in single-value context");
        }
        x
    }

    /// The type that underlies all types that `ty` stands for, as data.
    pub(super) fn core(&mut self, ty: TypeId) -> Option<Type> {
        let core = self.common_under(ty)?;
        Some(self.types[core].clone())
    }
}
