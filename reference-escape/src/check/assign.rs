//! Assignments and definitions.

use super::operand::Operand;
use super::signature::list;
use super::{Mode, Program};
use crate::ast::{BinaryOp, ExprId, ExprKind, Ident};
use crate::source::Pos;
use crate::types::{Basic, ObjectId, ObjectKind, Predicates, TypeId, VarKind};
use std::rc::Rc;

impl Program {
    /// Gives a variable its initial value, and its type if it has none.
    pub(super) fn init_var(&mut self, var: ObjectId, mut x: Operand, context: &str) -> Operand {
        if !x.is_valid() || x.ty == TypeId::INVALID {
            return x;
        }
        if self.types[var].ty == TypeId::INVALID {
            if x.mode == Mode::Nil {
                return self.refuse(x, format!("use of untyped nil in {context}"));
            }
            x = self.single_value(x);
            if !x.is_valid() || x.mode == Mode::NoValue {
                return x;
            }
            self.types[var].ty = self.default_type(x.ty);
        }
        let ty = self.types[var].ty;
        self.assignment(x, Some(ty), context)
    }

    /// Gives variables their initial values: each its own, or all of them those of one call.
    pub(super) fn init_vars(&mut self, vars: &[ObjectId], values: &[ExprId], pos: Pos) {
        let is_call = self.is_single_call(values);
        if vars.len() == values.len() && !is_call {
            for (var, value) in vars.iter().zip(values) {
                let ty = self.types[*var].ty;
                let x = self.expr_for(*value, Some(ty).filter(|ty| *ty != TypeId::INVALID));
                self.init_var(*var, x, "assignment");
            }
            return;
        }
        let [value] = values else {
            self.use_all(values);
            self.count_mismatch(pos, vars.len(), values.len());
            return;
        };
        let (operands, comma_ok) = self.multi_expr(*value, vars.len() == 2);
        if operands.len() != vars.len() {
            if operands[0].is_valid() {
                self.count_mismatch(pos, vars.len(), operands.len());
            }
            return;
        }
        let types: Vec<TypeId> = vars
            .iter()
            .zip(operands)
            .map(|(var, x)| self.init_var(*var, x, "assignment").ty)
            .collect();
        if comma_ok {
            self.note_comma_ok(*value, &types);
        }
    }

    fn is_single_call(&self, values: &[ExprId]) -> bool {
        let [value] = values else { return false };
        let ast = &self.env.ast;
        matches!(ast[ast.unparen(*value)].kind, ExprKind::Call { .. })
    }

    fn count_mismatch(&mut self, pos: Pos, left: usize, right: usize) {
        self.fault(pos, format!("assignment mismatch: {left} variables but {right} values"));
    }

    /// Notes that an expression is used with its `ok`: its type is that of both.
    fn note_comma_ok(&mut self, mut id: ExprId, types: &[TypeId]) {
        let tuple = self.types.tuple(types);
        loop {
            self.info_mut().set_type(id, tuple);
            match self.env.ast[id].kind {
                ExprKind::Paren(inner) => id = inner,
                _ => return,
            }
        }
    }

    /// The type of what is assigned to; `None` for the blank name.
    fn left_type(&mut self, id: ExprId) -> Option<TypeId> {
        let ast = Rc::clone(&self.env.ast);
        let bare = ast.unparen(id);
        if ast.as_name(bare).is_some_and(crate::names::Name::is_blank) {
            return None;
        }
        let x = self.expr(id);
        match x.mode {
            Mode::Variable | Mode::MapIndex => Some(x.ty),
            Mode::Invalid => Some(TypeId::INVALID),
            _ => {
                let pos = self.start(id);
                self.fault(
                    pos,
                    "cannot assign to expression (neither addressable nor a map index expression)",
                );
                Some(TypeId::INVALID)
            }
        }
    }

    /// Assigns `x`.
    pub(super) fn assign(&mut self, left: ExprId, x: Operand) -> Operand {
        let ty = self.left_type(left);
        if ty == Some(TypeId::INVALID) {
            return x.invalid();
        }
        self.assignment(x, ty, "assignment")
    }

    /// `a, b = x, y`
    pub(super) fn assign_stmt(&mut self, lhs: ExprId, rhs: ExprId, pos: Pos) {
        let ast = Rc::clone(&self.env.ast);
        let (left, right) = (list(&ast, &lhs), list(&ast, &rhs));
        if left.len() == right.len() && !self.is_single_call(right) {
            for (left, right) in left.iter().zip(right) {
                let ty = self.left_type(*left);
                let x = self.expr_for(*right, ty.filter(|ty| *ty != TypeId::INVALID));
                if ty != Some(TypeId::INVALID) {
                    self.assignment(x, ty, "assignment");
                }
            }
            return;
        }
        let [value] = right else {
            self.use_all(right);
            self.use_all(left);
            self.count_mismatch(pos, left.len(), right.len());
            return;
        };
        let (operands, comma_ok) = self.multi_expr(*value, left.len() == 2);
        if operands.len() != left.len() {
            self.use_all(left);
            if operands[0].is_valid() {
                self.count_mismatch(pos, left.len(), operands.len());
            }
            return;
        }
        let types: Vec<TypeId> =
            left.iter().zip(operands).map(|(left, x)| self.assign(*left, x).ty).collect();
        if comma_ok {
            self.note_comma_ok(*value, &types);
        }
    }

    /// `a, b := x, y`: names that this block has are assigned to, the others are new.
    pub(super) fn define_stmt(&mut self, lhs: ExprId, rhs: ExprId, pos: Pos) {
        let ast = Rc::clone(&self.env.ast);
        let (left, right) = (list(&ast, &lhs), list(&ast, &rhs));
        let mut vars = Vec::with_capacity(left.len());
        let mut fresh = Vec::new();
        for id in left {
            let Some(name) = ast.as_name(*id) else {
                self.fault(ast[*id].pos, "non-name on left side of :=");
                self.expr(*id);
                continue;
            };
            if let Some(known) = self.env.locals.find_here(name)
                && matches!(self.types[known].kind, ObjectKind::Var(_))
            {
                self.info_mut().set_use(*id, known);
                let ty = self.types[known].ty;
                self.info_mut().set(*id, Mode::Variable, ty, None);
                vars.push(known);
                continue;
            }
            let ident = Ident { pos: ast[*id].pos, name };
            let var = self.new_var(name, ident.pos, TypeId::INVALID, VarKind::Local);
            self.info_mut().set_use(*id, var);
            fresh.push((*id, ident, var));
            vars.push(var);
        }
        if vars.len() == left.len() {
            self.init_vars(&vars, right, pos);
        } else {
            self.use_all(right);
        }
        if fresh.iter().all(|(_, ident, _)| ident.name.is_blank()) {
            self.fault(pos, "no new variables on left side of :=");
        }
        for (id, ident, var) in fresh {
            let ty = self.types[var].ty;
            self.info_mut().set(id, Mode::Variable, ty, None);
            self.bind_new(ident, var);
        }
    }

    /// `x op= y`
    pub(super) fn op_assign(&mut self, op: BinaryOp, lhs: ExprId, rhs: ExprId) {
        let x = self.expr(lhs);
        let y = self.expr(rhs);
        if x.is_valid() && !matches!(x.mode, Mode::Variable | Mode::MapIndex) {
            let pos = x.pos(self);
            self.fault(pos, "cannot assign to expression");
            return;
        }
        let ty = x.ty;
        // What is assigned to has been noted, and is no part of the value.
        let x = Operand { id: None, ..x };
        let value = self.binary(None, x, y, op);
        if value.is_valid() {
            self.assignment(value, Some(ty), "assignment operation");
        }
    }

    /// `x++`, `x--`
    pub(super) fn inc_dec(&mut self, id: ExprId) {
        let x = self.expr(id);
        if !x.is_valid() {
            return;
        }
        if !self.all_basic(x.ty, Basic::is_numeric)
            || !matches!(x.mode, Mode::Variable | Mode::MapIndex)
        {
            let shown = self.show(x.ty);
            let pos = x.pos(self);
            self.fault(pos, format!("invalid operation: cannot count value of type {shown}"));
        }
    }
}
