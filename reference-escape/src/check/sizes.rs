//! Sizes and offsets as constants: what `unsafe.Sizeof` and its like come to.

use super::operand::Operand;
use super::{Mode, Program, SelectionKind};
use crate::ast::{ExprId, ExprKind};
use crate::constant::Value;
use crate::types::{Declare, Layouts, Lookup, Member, Type, TypeId};
use std::rc::Rc;

impl Program {
    /// A size: constant unless it depends on type parameters.
    pub(super) fn uintptr(&mut self, of: TypeId, size: u64) -> Operand {
        if self.has_variable_size(of, &mut Vec::new()) {
            return Operand::loose(TypeId::UINTPTR);
        }
        let value = Value::int(size.into());
        Operand { mode: Mode::Constant, value, ..Operand::loose(TypeId::UINTPTR) }
    }

    /// Whether the size of `ty` depends on a type parameter. Each type that is met is asked once.
    fn has_variable_size(&mut self, ty: TypeId, met: &mut Vec<TypeId>) -> bool {
        // A type of the package level without arguments has nothing to depend on.
        let fixed = |named: &crate::types::Named| named.targs.is_empty() && named.local == 0;
        if met.len() > 1000 || self.types.as_named(ty).is_some_and(fixed) || met.contains(&ty) {
            return false;
        }
        if self.types.is_param(ty) {
            return true;
        }
        met.push(ty);
        match self.under_type(ty) {
            Type::Array { elem, .. } => self.has_variable_size(elem, met),
            Type::Struct(fields) => {
                fields.iter().any(|field| self.has_variable_size(field.ty, met))
            }
            _ => false,
        }
    }

    /// `unsafe.Offsetof(x.f)`
    pub(super) fn offset_of(&mut self, arg: ExprId) -> Option<Operand> {
        let ast = Rc::clone(&self.env.ast);
        let arg = ast.unparen(arg);
        let ExprKind::Selector { of, sel } = ast[arg].kind else { return None };
        let x = self.expr(of);
        if !x.is_valid() {
            return None;
        }
        let base = match self.under_type(x.ty) {
            Type::Pointer(elem) => elem,
            _ => x.ty,
        };
        let symbol = self.symbol(sel.name);
        let found = self.lookup(base, false, symbol).ok()?;
        let Member::Field { ty } = found.member else { return None };
        if found.indirect {
            return None;
        }
        self.info_mut().select(arg, SelectionKind::Field, base, &found);
        let mode = if x.mode == Mode::Variable { x.mode } else { Mode::Value };
        self.record(&Operand::new(mode, ty, arg));
        let (mut offset, mut at) = (0, base);
        for step in &found.path {
            let Type::Struct(fields) = self.under_type(at) else { return None };
            let part = *self.field_offsets(&fields).get(*step as usize)?;
            offset = part.saturating_add(offset);
            at = fields[*step as usize].ty;
        }
        Some(self.uintptr(base, offset))
    }
}
