//! `switch` and `select`.

use super::operand::Operand;
use super::signature::list;
use super::{Mode, Program};
use crate::ast::{BinaryOp, CaseClause, CommClause, ExprId, ExprKind, Ident, StmtId};
use crate::constant::Value;
use crate::types::{Implements, ObjectId, ObjectKind, Predicates, TypeId, VarKind};
use std::rc::Rc;

impl Program {
    pub(super) fn switch(
        &mut self,
        init: Option<StmtId>,
        tag: Option<ExprId>,
        clauses: &[CaseClause],
    ) {
        let ast = Rc::clone(&self.env.ast);
        self.env.locals.open();
        if let Some(init) = init {
            self.stmt(init);
        }
        match tag.map(|tag| &ast[tag].kind) {
            Some(ExprKind::TypeSwitchGuard { lhs, of }) => self.type_switch(*lhs, *of, clauses),
            _ => self.value_switch(tag, clauses),
        }
        self.env.locals.close();
    }

    fn value_switch(&mut self, tag: Option<ExprId>, clauses: &[CaseClause]) {
        let ast = Rc::clone(&self.env.ast);
        let x = match tag {
            Some(tag) => {
                let x = self.expr(tag);
                self.assignment(x, None, "switch expression")
            }
            None => Operand {
                mode: Mode::Constant,
                ty: TypeId::BOOL,
                value: Value::Bool(true),
                ..Operand::INVALID
            },
        };
        for clause in clauses {
            if let Some(cases) = &clause.cases {
                for case in list(&ast, cases) {
                    self.case_value(&x, *case);
                }
            }
            self.clause(&clause.body);
        }
    }

    fn case_value(&mut self, x: &Operand, case: ExprId) {
        let y = self.expr(case);
        if !x.is_valid() || !y.is_valid() {
            return;
        }
        // The tag keeps what it is: each case is compared with a copy that no text belongs to.
        let x = Operand { id: None, ..x.clone() };
        if let Some((y, x)) = self.match_types(y, x) {
            self.comparison(y, &x, BinaryOp::Eql);
        }
    }

    fn clause(&mut self, body: &[StmtId]) {
        self.env.locals.open();
        self.stmts(body);
        self.env.locals.close();
    }

    fn type_switch(&mut self, lhs: Option<Ident>, of: ExprId, clauses: &[CaseClause]) {
        let ast = Rc::clone(&self.env.ast);
        let x = self.expr(of);
        if x.is_valid() && !self.is_interface(x.ty) {
            let shown = self.show(x.ty);
            let pos = x.pos(self);
            self.fault(pos, format!("value of type {shown} is not an interface"));
        }
        for clause in clauses {
            let cases = clause.cases.as_ref().map_or(&[][..], |cases| list(&ast, cases));
            let types: Vec<Option<TypeId>> =
                cases.iter().map(|case| self.case_type(&x, *case)).collect();
            self.env.locals.open();
            if let Some(lhs) = lhs {
                let ty = match *types {
                    [Some(single)] => single,
                    _ => x.ty,
                };
                let var = self.new_var(lhs.name, lhs.pos, ty, VarKind::Local);
                self.info_mut().set_clause_var(clause.pos, var);
                self.env.locals.bind(lhs.name, var);
            }
            self.stmts(&clause.body);
            self.env.locals.close();
        }
    }

    /// The type of a case; `None` for `nil`.
    fn case_type(&mut self, x: &Operand, case: ExprId) -> Option<TypeId> {
        if let Some(nil) = self.as_nil(case) {
            self.info_mut().set_use(case, nil);
            self.info_mut().set(case, Mode::Nil, TypeId::UNTYPED_NIL, None);
            return None;
        }
        let ty = self.type_expr(case);
        if x.is_valid() && ty != TypeId::INVALID && self.assertable(x.ty, ty).is_err() {
            let (shown, from) = (self.show(ty), self.show(x.ty));
            let pos = self.start(case);
            self.fault(
                pos,
                format!("impossible type switch case: {from} cannot have dynamic type {shown}"),
            );
        }
        Some(ty)
    }

    /// The object of `nil`, if that is what `id` denotes.
    fn as_nil(&mut self, id: ExprId) -> Option<ObjectId> {
        let name = self.env.ast.as_name(id)?;
        let object = self.find_name(name)?;
        matches!(self.types[object].kind, ObjectKind::Nil).then_some(object)
    }

    pub(super) fn select(&mut self, clauses: &[CommClause]) {
        for clause in clauses {
            self.env.locals.open();
            if let Some(comm) = clause.comm {
                self.stmt(comm);
            }
            self.stmts(&clause.body);
            self.env.locals.close();
        }
    }
}
