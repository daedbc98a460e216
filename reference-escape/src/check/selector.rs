//! `x.f`: members of packages, fields, methods, and methods as functions of their receiver.

use super::operand::Operand;
use super::{Mode, Program, SelectionKind};
use crate::ast::{ExprId, Ident};
use crate::types::{Declare, Found, Lookup, Member, NotFound, PackageId, Signature, Type, TypeId};
use std::rc::Rc;

impl Program {
    /// `of.sel`
    pub(super) fn selector(&mut self, id: ExprId, of: ExprId, sel: Ident) -> Operand {
        if let Some(package) = self.as_package(of) {
            return self.imported(id, package, sel);
        }
        let x = self.expr_or_type(of, false);
        if !x.is_valid() {
            return x;
        }
        if x.mode == Mode::Builtin {
            self.fault(sel.pos, "invalid use of predeclared function in selector expression");
            return x.invalid();
        }
        let symbol = self.symbol(sel.name);
        match self.lookup(x.ty, x.mode == Mode::Variable, symbol) {
            Ok(found) => self.selected(id, x, &found, sel),
            // What is wrong with the operand has been told.
            Err(_) if self.is_invalid(x.ty) => x.invalid(),
            Err(why) => {
                let (shown, name) = (self.show(x.ty), self.text(sel.name).to_owned());
                let message = match why {
                    NotFound::Missing => {
                        format!("{name} undefined (type {shown} has no field or method {name})")
                    }
                    NotFound::Ambiguous => format!("ambiguous selector {name}"),
                    NotFound::NeedsPointer => {
                        format!("cannot call pointer method {name} on {shown}")
                    }
                };
                self.fault(sel.pos, message);
                x.invalid()
            }
        }
    }

    /// Whether `ty`, or what it points to, is what an error left.
    fn is_invalid(&mut self, ty: TypeId) -> bool {
        let base = match self.under_type(ty) {
            Type::Pointer(elem) => elem,
            _ => ty,
        };
        self.under(base) == TypeId::INVALID
    }

    fn imported(&mut self, id: ExprId, package: PackageId, sel: Ident) -> Operand {
        let name = self.text(sel.name).to_owned();
        if !crate::names::is_exported(&name) {
            self.fault(sel.pos, format!("name {name} not exported by package"));
            return Operand::INVALID;
        }
        let Some(object) = self.member(package, sel.name) else {
            self.fault(sel.pos, format!("undefined: {name}"));
            return Operand::INVALID;
        };
        self.declare(object);
        self.info_mut().set_use(id, object);
        self.object(id, object)
    }

    fn selected(&mut self, id: ExprId, x: Operand, found: &Found, sel: Ident) -> Operand {
        if let Member::Field { ty } = found.member {
            if x.mode == Mode::Type {
                self.fault(sel.pos, "operand for field selector must be a value");
                return x.invalid();
            }
            self.info_mut().select(id, SelectionKind::Field, x.ty, found);
            let variable = x.mode == Mode::Variable || found.indirect;
            let mode = if variable { Mode::Variable } else { Mode::Value };
            return Operand::new(mode, ty, id);
        }
        let ty = match found.member {
            Member::Method { object, of } => {
                let ty = self.method_type(object, of);
                self.note_use(object);
                ty
            }
            Member::InterfaceMethod { ty, .. } | Member::Field { ty } => ty,
        };
        if x.mode == Mode::Type {
            self.info_mut().select(id, SelectionKind::MethodExpr, x.ty, found);
            let ty = self.method_expr(ty, x.ty);
            return Operand::new(Mode::Value, ty, id);
        }
        self.info_mut().select(id, SelectionKind::Method, x.ty, found);
        Operand::new(Mode::Value, ty, id)
    }

    /// A method's signature with its receiver as the first parameter.
    fn method_expr(&mut self, method: TypeId, receiver: TypeId) -> TypeId {
        let Some(sig) = self.types.as_signature(method).cloned() else { return TypeId::INVALID };
        let params = std::iter::once(receiver).chain(sig.params.iter().copied()).collect();
        let (tparams, results) = (sig.tparams.clone(), sig.results.clone());
        let with = Signature { tparams, params, results, variadic: sig.variadic };
        self.types.intern(Type::Signature(Rc::new(with)))
    }
}
