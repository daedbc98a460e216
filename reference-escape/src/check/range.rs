//! Loops over a range.

use super::operand::Operand;
use super::signature::list;
use super::{Mode, Program};
use crate::ast::{Block, ExprId, Ident, RangeClause};
use crate::constant::Value;
use crate::source::Pos;
use crate::types::{Basic, Declare, Predicates, Type, TypeId, VarKind};
use std::rc::Rc;

/// What a loop's variables get.
struct Ranged {
    key: Option<TypeId>,
    value: Option<TypeId>,
    /// Whether the key is the operand itself: an integer, which may be untyped.
    integer: bool,
}

impl Program {
    pub(super) fn range(&mut self, clause: &RangeClause, pos: Pos, body: &Block) {
        let ast = Rc::clone(&self.env.ast);
        let vars = clause.lhs.as_ref().map_or(&[][..], |lhs| list(&ast, lhs));
        self.env.calls = false;
        let x = self.expr(clause.x);
        if x.is_valid() && vars.len() < 2 && !self.env.calls {
            self.note_constant_length(clause.x, &x);
        }
        let ranged = self.ranged(&x);
        self.env.locals.open();
        if clause.def {
            self.range_vars(vars, &x, &ranged);
        } else {
            self.range_targets(vars, &x, &ranged);
        }
        if x.is_valid() && ranged.key.is_none() && ranged.value.is_none() && !vars.is_empty() {
            self.fault(pos, "range clause permits no iteration variables");
        }
        self.block(body);
        self.env.locals.close();
    }

    /// A loop over an array that asks for no element needs only its length, which is constant.
    fn note_constant_length(&mut self, id: ExprId, x: &Operand) {
        if self.types.is_param(x.ty) {
            return;
        }
        let under = self.under(x.ty);
        if let Some(len) = self.array_behind(under) {
            let id = self.env.ast.unparen(id);
            self.info_mut().set(id, Mode::Constant, TypeId::INT, Some(&Value::int(len.into())));
        }
    }

    fn ranged(&mut self, x: &Operand) -> Ranged {
        let nothing = Ranged { key: None, value: None, integer: false };
        if !x.is_valid() {
            return nothing;
        }
        let pair = |key, value| Ranged { key: Some(key), value: Some(value), integer: false };
        let mut core = self.core(x.ty);
        if let Some(Type::Pointer(base)) = core {
            core = Some(self.under_type(base));
            if !matches!(core, Some(Type::Array { .. })) {
                core = None;
            }
        }
        match core {
            Some(Type::Basic(basic)) if basic.is_string() => pair(TypeId::INT, TypeId::RUNE),
            Some(Type::Basic(basic)) if basic.is_integer() => {
                Ranged { key: Some(x.ty), value: None, integer: true }
            }
            Some(Type::Array { elem, .. } | Type::Slice(elem)) => pair(TypeId::INT, elem),
            Some(Type::Map { key, value }) => pair(key, value),
            Some(Type::Chan { elem, .. }) => Ranged { key: Some(elem), ..nothing },
            Some(Type::Signature(sig)) => match *sig.params {
                [callback] => {
                    let Some(callback) = self.core_signature(callback) else { return nothing };
                    let at = |at: usize| callback.params.get(at).copied();
                    Ranged { key: at(0), value: at(1), integer: false }
                }
                _ => nothing,
            },
            _ => {
                let shown = self.show(x.ty);
                let pos = x.pos(self);
                self.fault(pos, format!("cannot range over value of type {shown}"));
                nothing
            }
        }
    }

    fn range_vars(&mut self, names: &[ExprId], x: &Operand, ranged: &Ranged) {
        let ast = Rc::clone(&self.env.ast);
        let mut declared = Vec::new();
        for (id, ty) in names.iter().zip([ranged.key, ranged.value]) {
            let Some(name) = ast.as_name(*id) else {
                self.fault(ast[*id].pos, "non-name on left side of :=");
                continue;
            };
            let ident = Ident { pos: ast[*id].pos, name };
            let var = self.new_var(name, ident.pos, TypeId::INVALID, VarKind::Local);
            self.info_mut().set_use(*id, var);
            if ranged.integer {
                self.init_var(var, x.clone(), "range clause");
            } else if let Some(ty) = ty {
                self.types[var].ty = ty;
            }
            let ty = self.types[var].ty;
            self.info_mut().set(*id, Mode::Variable, ty, None);
            declared.push((ident, var));
        }
        for (ident, var) in declared {
            self.bind_new(ident, var);
        }
    }

    fn range_targets(&mut self, targets: &[ExprId], x: &Operand, ranged: &Ranged) {
        if targets.is_empty() && ranged.integer {
            self.assignment(x.clone(), None, "range clause");
        }
        for (target, ty) in targets.iter().zip([ranged.key, ranged.value]) {
            if ranged.integer {
                let assigned = self.assign(*target, x.clone());
                if assigned.is_valid() && !self.all_basic(assigned.ty, Basic::is_integer) {
                    let pos = self.start(*target);
                    self.fault(pos, "cannot use iteration variable that is no integer");
                }
            } else if let Some(ty) = ty {
                self.assign(*target, Operand::loose(ty));
            } else {
                self.use_all(&[*target]);
            }
        }
    }
}
