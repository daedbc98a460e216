//! Statements, and which of them are never reached.

use super::Lowering;
use crate::ast::{BinaryOp, Block, Branch, DeclKind, ExprId, ExprKind, StmtId, StmtKind, UnaryOp};
use crate::ir::{NodeId, Op};
use crate::source::Pos;
use crate::types::{Builtin, ObjectKind, Type};
use std::rc::Rc;

impl Lowering<'_> {
    /// Statements of a block. What stands behind one that never ends is left out, up to the last label.
    pub(super) fn stmts(&mut self, stmts: &[StmtId]) -> Vec<NodeId> {
        let mut out = Vec::with_capacity(stmts.len());
        let labeled =
            |lowering: &Self, id: StmtId| matches!(lowering.ast[id].kind, StmtKind::Labeled { .. });
        let last_label = stmts.iter().rposition(|id| labeled(self, *id));
        let mut dead = false;
        for (at, id) in stmts.iter().enumerate() {
            if dead && last_label.is_none_or(|last| at > last) {
                self.skip(&[*id]);
                continue;
            }
            self.stmt(*id, &mut out);
            dead = self.terminates(*id);
        }
        out
    }

    pub(super) fn block(&mut self, block: &Block) -> Vec<NodeId> {
        self.stmts(&block.stmts)
    }

    /// One statement, added to `out`.
    pub(super) fn stmt(&mut self, id: StmtId, out: &mut Vec<NodeId>) {
        let ast = Rc::clone(&self.ast);
        let stmt = &ast[id];
        let pos = stmt.pos;
        let label = self.label.take();
        match &stmt.kind {
            StmtKind::Empty | StmtKind::Range(_) => {}
            StmtKind::Labeled { label, stmt } => {
                out.push(self.body.add_stmt(pos, Op::Label(label.name)));
                self.note_label(label.name);
                self.label = Some(label.name);
                self.stmt(*stmt, out);
                self.label = None;
            }
            StmtKind::Block(block) => out.extend(self.block(block)),
            StmtKind::Expr(x) => {
                let x = self.expr(*x);
                out.push(x);
            }
            StmtKind::Send { chan, value } => {
                let chan = self.expr(*chan);
                let ty = self.body[chan].ty;
                let elem = match self.under(ty) {
                    Type::Chan { elem, .. } => Some(elem),
                    _ => None,
                };
                let value = self.converted(*value, elem);
                out.push(self.body.add_stmt(pos, Op::Send(chan, value)));
            }
            StmtKind::Decl(decls) => {
                for decl in decls {
                    if let DeclKind::Var(var) = &ast[*decl].kind {
                        self.var_decl(ast[*decl].pos, var, out);
                    }
                }
            }
            StmtKind::Assign { lhs, rhs } => self.assign(pos, *lhs, *rhs, false, out),
            StmtKind::Define { lhs, rhs } => self.assign(pos, *lhs, *rhs, true, out),
            StmtKind::OpAssign { op, lhs, rhs } => self.op_assign(pos, *op, *lhs, *rhs, out),
            StmtKind::IncDec { x, up } => self.count(pos, *x, *up, out),
            StmtKind::Branch { kind, label } => self.branch(pos, *kind, *label, out),
            StmtKind::Spawn { kind, call } => self.spawn(pos, *kind, *call, out),
            StmtKind::Return(results) => self.return_stmt(pos, *results, out),
            StmtKind::If { init, cond, then, els } => {
                self.if_stmt(pos, *init, *cond, then, *els, out);
            }
            StmtKind::For { init, cond, post, body } => {
                self.for_stmt(pos, label, (*init, *cond, *post), body, out);
            }
            StmtKind::Switch { init, tag, body, .. } => self.switch(pos, *init, *tag, body, out),
            StmtKind::Select { body, .. } => self.select(pos, body, out),
        }
    }

    /// A statement as a list, which is empty where nothing is to be done.
    pub(super) fn opt_stmt(&mut self, id: Option<StmtId>) -> Vec<NodeId> {
        let mut out = Vec::new();
        if let Some(id) = id {
            self.stmt(id, &mut out);
        }
        out
    }

    fn if_stmt(
        &mut self,
        pos: Pos,
        init: Option<StmtId>,
        cond: ExprId,
        then: &Block,
        els: Option<StmtId>,
        out: &mut Vec<NodeId>,
    ) {
        let (value, cond) = self.static_bool(cond);
        let mut before = self.opt_stmt(init);
        let cond = self.expr(cond);
        let then = if value == Some(false) {
            self.skip(&then.stmts);
            Vec::new()
        } else {
            self.block(then)
        };
        let els = if value == Some(true) {
            self.skip(els.as_slice());
            Vec::new()
        } else {
            self.opt_stmt(els)
        };
        if value.is_some() {
            if !matches!(self.body[cond].op, Op::Literal(_)) {
                let blank = self.body.add_stmt(pos, Op::Blank);
                before.push(
                    self.body.add_stmt(pos, Op::Assign { x: blank, y: Some(cond), def: false }),
                );
            }
            out.extend(before.into_iter().chain(then).chain(els));
            return;
        }
        let node = self.body.add_stmt(pos, Op::If { cond, then: then.into(), els: els.into() });
        self.body[node].init = before;
        out.push(node);
    }

    /// The value of a condition that never changes, and what is left of it.
    pub(super) fn static_bool(&self, id: ExprId) -> (Option<bool>, ExprId) {
        let constant = |id| self.info().value(id).and_then(crate::constant::Value::as_bool);
        if let Some(value) = constant(self.ast.unparen(id)) {
            return (Some(value), id);
        }
        match self.ast[id].kind {
            ExprKind::Unary { op: UnaryOp::Not, x } => {
                (self.static_bool(x).0.map(|value| !value), id)
            }
            ExprKind::Binary { op: op @ (BinaryOp::AndAnd | BinaryOp::OrOr), x, y } => {
                // `decides` is the value of one side that makes the other one matter no more.
                let decides = op == BinaryOp::OrOr;
                let (left, x) = self.static_bool(x);
                if left == Some(decides) {
                    return (left, x);
                }
                let (right, y) = self.static_bool(y);
                if left == Some(!decides) || right == Some(decides) {
                    let rest = if constant(self.ast.unparen(x)).is_some() { y } else { id };
                    return (right, rest);
                }
                (None, id)
            }
            _ => (None, id),
        }
    }

    /// Whether nothing behind `id` is reached, as far as the compiler looks before it knows more.
    fn terminates(&self, id: StmtId) -> bool {
        match &self.ast[id].kind {
            StmtKind::Branch { kind, .. } => *kind == Branch::Goto,
            StmtKind::Return(_) => true,
            StmtKind::Expr(x) => self.is_panic(*x),
            StmtKind::If { cond, then, els, .. } => {
                let value = self.static_bool(*cond).0;
                let then_ends = self.block_terminates(&then.stmts);
                let else_ends = els.is_some_and(|els| self.terminates(els));
                (value == Some(false) || then_ends) && (value == Some(true) || else_ends)
            }
            StmtKind::Block(block) => self.block_terminates(&block.stmts),
            _ => false,
        }
    }

    fn block_terminates(&self, stmts: &[StmtId]) -> bool {
        let last = stmts.iter().rfind(|id| !matches!(self.ast[**id].kind, StmtKind::Empty));
        last.is_some_and(|last| self.terminates(*last))
    }

    fn is_panic(&self, id: ExprId) -> bool {
        let id = self.ast.unparen(id);
        let ExprKind::Call { fun, .. } = self.ast[id].kind else { return false };
        let Some(object) = self.info().used(self.ast.unparen(fun)) else { return false };
        matches!(self.program.types()[object].kind, ObjectKind::Builtin(Builtin::Panic))
    }
}
