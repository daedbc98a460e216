//! `switch`, over values and over types.

use super::Lowering;
use crate::ast::{Branch, CaseClause, ExprId, ExprKind, Ident, StmtId, StmtKind, UnaryOp};
use crate::check::Mode;
use crate::ir::{Case, Class, NodeId, Op};
use crate::source::Pos;
use crate::types::{Implements, Relations, Type, TypeId};
use std::rc::Rc;

impl Lowering<'_> {
    pub(super) fn switch(
        &mut self,
        pos: Pos,
        init: Option<StmtId>,
        tag: Option<ExprId>,
        clauses: &[CaseClause],
        out: &mut Vec<NodeId>,
    ) {
        let before = self.opt_stmt(init);
        let ast = Rc::clone(&self.ast);
        let node = match tag.map(|tag| &ast[tag].kind) {
            Some(ExprKind::TypeSwitchGuard { lhs, of }) => {
                self.type_switch(pos, *lhs, *of, clauses)
            }
            _ => self.value_switch(pos, tag, clauses),
        };
        self.body[node].init = before;
        out.push(node);
    }

    fn value_switch(&mut self, pos: Pos, tag: Option<ExprId>, clauses: &[CaseClause]) -> NodeId {
        if let Some(target) = self.constant_target(tag, clauses) {
            let mut cases = Vec::new();
            for (at, clause) in clauses.iter().enumerate() {
                if target != Some(at) {
                    self.skip(&clause.body);
                    continue;
                }
                let body = self.in_switch(|lowering| lowering.stmts(&clause.body)).into();
                cases.push(Case { pos: clause.pos, list: Box::default(), var: None, body });
            }
            return self.body.add_stmt(pos, Op::Switch { tag: None, cases: cases.into() });
        }
        let ty = self.compared_type(tag, clauses);
        let tag = tag.map(|tag| self.converted(tag, ty));
        let cases = clauses
            .iter()
            .map(|clause| {
                let list = self.opt_list(clause.cases);
                let list = list.into_iter().map(|id| self.converted(id, ty)).collect();
                let body = self.in_switch(|lowering| lowering.stmts(&clause.body));
                Case { pos: clause.pos, list, var: None, body: body.into() }
            })
            .collect();
        self.body.add_stmt(pos, Op::Switch { tag, cases })
    }

    /// The clause that a constant always leads to; not told where that is not known, or it falls through.
    #[expect(clippy::option_option, reason = "it may be known that there is none")]
    fn constant_target(
        &mut self,
        tag: Option<ExprId>,
        clauses: &[CaseClause],
    ) -> Option<Option<usize>> {
        use crate::ast::BinaryOp;
        use crate::constant::Value;
        let value = match tag {
            Some(tag) => self.info().value(self.ast.unparen(tag))?.clone(),
            None => Value::Bool(true),
        };
        let mut target = None;
        'clauses: for (at, branch) in clauses.iter().enumerate() {
            if branch.cases.is_none() {
                target = Some(at);
            }
            for compared in self.opt_list(branch.cases) {
                let constant = self.info().value(self.ast.unparen(compared))?;
                if value.compare(BinaryOp::Eql, constant) == Some(true) {
                    target = Some(at);
                    break 'clauses;
                }
            }
        }
        let falls = target.is_some_and(|at| {
            clauses[at].body.last().is_some_and(|last| {
                matches!(self.ast[*last].kind, StmtKind::Branch { kind: Branch::Fallthrough, .. })
            })
        });
        (!falls).then_some(target)
    }

    /// The type that the tag and all cases are compared as; `None` where each keeps its own.
    fn compared_type(&mut self, tag: Option<ExprId>, clauses: &[CaseClause]) -> Option<TypeId> {
        let ty = match tag {
            Some(tag) => self.ty(self.ast.unparen(tag)),
            None => TypeId::BOOL,
        };
        if matches!(self.under(ty), Type::Chan { .. }) {
            return None;
        }
        for clause in clauses {
            for case in self.opt_list(clause.cases) {
                let case = self.ast.unparen(case);
                if self.mode(case) == Mode::Nil {
                    continue;
                }
                let own = self.ty(case);
                let interfaces = (self.is_interface(own), self.is_interface(ty));
                if (interfaces.0 || interfaces.1) && !self.fits(own, ty) {
                    return Some(TypeId::EMPTY_INTERFACE);
                }
            }
        }
        Some(ty)
    }

    fn fits(&mut self, from: TypeId, to: TypeId) -> bool {
        self.program.identical(from, to)
            || self.is_interface(to) && self.program.implements(from, to, false).is_ok()
    }

    fn type_switch(
        &mut self,
        pos: Pos,
        lhs: Option<Ident>,
        of: ExprId,
        clauses: &[CaseClause],
    ) -> NodeId {
        let x = self.expr(of);
        let cases = clauses
            .iter()
            .map(|clause| {
                let types: Vec<ExprId> = self.opt_list(clause.cases);
                let var = lhs.and(self.info().clause_var(clause.pos)).map(|object| {
                    let var = self.declare(self.func, object, Class::Auto);
                    let last = types.last().copied();
                    self.body[var].pos = last.map_or(clause.pos, |last| self.type_end(last));
                    if let Some(lhs) = lhs {
                        self.body[var].name = crate::ir::VarName::Named(lhs.name);
                    }
                    var
                });
                let list = types.into_iter().map(|id| self.type_case(id)).collect();
                let body = self.in_switch(|lowering| lowering.stmts(&clause.body));
                Case { pos: clause.pos, list, var, body: body.into() }
            })
            .collect();
        self.body.add_stmt(pos, Op::TypeSwitch { x, named: lhs.is_some(), cases })
    }

    /// A type in a clause; it may be `nil`.
    fn type_case(&mut self, id: ExprId) -> NodeId {
        let pos = self.ast[id].pos;
        if self.mode(self.ast.unparen(id)) == Mode::Nil {
            return self.body.add(pos, TypeId::INVALID, Op::Nil);
        }
        let ty = self.ty(id);
        self.body.add(pos, ty, Op::Type)
    }

    /// Where the compiler says that a clause's variable stands: near the end of its last type.
    fn type_end(&self, mut id: ExprId) -> Pos {
        loop {
            let expr = &self.ast[id];
            id = match &expr.kind {
                ExprKind::Selector { of, .. } => return self.pos(*of),
                ExprKind::Paren(inner) | ExprKind::Unary { op: UnaryOp::Star, x: inner } => *inner,
                ExprKind::ArrayType { elem, .. }
                | ExprKind::ChanType { elem, .. }
                | ExprKind::DotsType(elem)
                | ExprKind::SliceType(elem) => *elem,
                ExprKind::MapType { value, .. } => *value,
                ExprKind::InterfaceType(methods) => match methods.last() {
                    Some(last) => last.ty,
                    None => return expr.pos,
                },
                ExprKind::FuncType { params, results } => match results.last().or(params.last()) {
                    Some(last) => last.ty,
                    None => return expr.pos,
                },
                ExprKind::Index { index, .. } => match self.list(*index).last() {
                    Some(last) => *last,
                    None => return expr.pos,
                },
                _ => return expr.pos,
            };
        }
    }
}
