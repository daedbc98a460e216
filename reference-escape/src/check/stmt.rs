//! Statements.

use super::expr::Context;
use super::signature::list;
use super::{Mode, Program};
use crate::ast::{Block, ExprId, ExprKind, Stmt, StmtId, StmtKind};
use crate::types::{Basic, Predicates, Type};
use std::rc::Rc;

impl Program {
    /// A list of statements, in the block that is open.
    pub(super) fn stmts(&mut self, stmts: &[StmtId]) {
        for stmt in stmts {
            self.stmt(*stmt);
        }
    }

    pub(super) fn block(&mut self, block: &Block) {
        self.env.locals.open();
        self.stmts(&block.stmts);
        self.env.locals.close();
    }

    /// A statement.
    pub(super) fn stmt(&mut self, id: StmtId) {
        let ast = Rc::clone(&self.env.ast);
        let stmt = &ast[id];
        self.deeper(stmt.pos, (), |program| program.any_stmt(stmt));
    }

    fn any_stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Empty | StmtKind::Range(_) => {}
            StmtKind::Labeled { label, stmt } => {
                self.label(*label);
                self.stmt(*stmt);
            }
            StmtKind::Block(block) => self.block(block),
            StmtKind::Expr(x) => self.expr_stmt(*x),
            StmtKind::Send { chan, value } => self.send(*chan, *value),
            StmtKind::Decl(list) => self.local_decls(list),
            StmtKind::Assign { lhs, rhs } => self.assign_stmt(*lhs, *rhs, stmt.pos),
            StmtKind::Define { lhs, rhs } => self.define_stmt(*lhs, *rhs, stmt.pos),
            StmtKind::OpAssign { op, lhs, rhs } => self.op_assign(*op, *lhs, *rhs),
            StmtKind::IncDec { x, .. } => self.inc_dec(*x),
            StmtKind::Branch { label, .. } => {
                if let Some(label) = label {
                    self.jump(*label);
                }
            }
            StmtKind::Spawn { call, .. } => self.spawn(*call),
            StmtKind::Return(values) => self.return_stmt(*values, stmt.pos),
            StmtKind::If { .. } => self.if_stmt(&stmt.kind),
            StmtKind::For { init, cond, post, body } => {
                self.for_stmt(*init, *cond, *post, body);
            }
            StmtKind::Switch { init, tag, body, .. } => self.switch(*init, *tag, body),
            StmtKind::Select { body, .. } => self.select(body),
        }
    }

    fn expr_stmt(&mut self, id: ExprId) {
        let x = self.raw_expr(id, &Context::default());
        if matches!(x.mode, Mode::Builtin | Mode::Type) {
            let pos = x.pos(self);
            self.fault(pos, "expression is not used");
        }
    }

    fn send(&mut self, chan: ExprId, value: ExprId) {
        let chan = self.expr(chan);
        let value = self.expr(value);
        if !chan.is_valid() || !value.is_valid() {
            return;
        }
        let Some(Type::Chan { elem, .. }) = self.core(chan.ty) else {
            let shown = self.show(chan.ty);
            self.refuse(chan, format!("invalid operation: cannot send to value of type {shown}"));
            return;
        };
        self.assignment(value, Some(elem), "send");
    }

    fn spawn(&mut self, call: ExprId) {
        let ast = Rc::clone(&self.env.ast);
        if !matches!(ast[ast.unparen(call)].kind, ExprKind::Call { .. }) {
            let pos = self.start(call);
            self.fault(pos, "expression in go or defer must be function call");
        }
        self.raw_expr(call, &Context::default());
    }

    fn return_stmt(&mut self, values: Option<ExprId>, pos: crate::source::Pos) {
        let ast = Rc::clone(&self.env.ast);
        let Some(function) = &self.env.function else { return };
        let (results, named) = (Rc::clone(&function.results), function.named_results);
        match values {
            Some(values) if results.is_empty() => {
                self.use_all(list(&ast, &values));
                self.fault(pos, "too many return values");
            }
            Some(values) => self.init_vars(&results, list(&ast, &values), pos),
            None if !results.is_empty() && !named => self.fault(pos, "not enough return values"),
            None => {}
        }
    }

    /// `if ... else if ... else`: a chain nests as deep as it is long, so it is followed in a loop.
    fn if_stmt(&mut self, first: &StmtKind) {
        let ast = Rc::clone(&self.env.ast);
        let mut next = Some(first);
        let mut opened = 0;
        while let Some(StmtKind::If { init, cond, then, els }) = next {
            self.env.locals.open();
            opened += 1;
            if let Some(init) = init {
                self.stmt(*init);
            }
            self.condition(*cond);
            self.block(then);
            next = match els.map(|els| &ast[els].kind) {
                Some(StmtKind::Block(block)) => {
                    self.block(block);
                    None
                }
                other => other,
            };
        }
        for _ in 0..opened {
            self.env.locals.close();
        }
    }

    fn condition(&mut self, cond: ExprId) {
        let x = self.expr(cond);
        if x.is_valid() && !self.all_basic(x.ty, Basic::is_boolean) {
            let pos = x.pos(self);
            self.fault(pos, "non-boolean condition");
        }
    }

    fn for_stmt(
        &mut self,
        init: Option<StmtId>,
        cond: Option<ExprId>,
        post: Option<StmtId>,
        body: &Block,
    ) {
        let ast = Rc::clone(&self.env.ast);
        if let Some(init) = init
            && let StmtKind::Range(clause) = &ast[init].kind
        {
            self.range(clause, ast[init].pos, body);
            return;
        }
        self.env.locals.open();
        if let Some(init) = init {
            self.stmt(init);
        }
        if let Some(cond) = cond {
            self.condition(cond);
        }
        if let Some(post) = post {
            self.stmt(post);
        }
        self.block(body);
        self.env.locals.close();
    }
}
