//! The worst that can be told of a package: what is said where too little is known to say anything else.
//!
//! Without the packages that it imports, a text has no types, and a value of an unknown type may hold a pointer to anything. So
//! every variable is on the heap, and every parameter leaks. Of what expressions make nothing is told: that, too, claims
//! nothing.

use crate::analyze::{Detail, Parameter, Told, Verdicts};
use crate::ast::{
    Ast, Block, DeclKind, ExprId, ExprKind, FuncDecl, Ident, Param, StmtId, StmtKind,
};
use crate::kind::Kind;
use crate::leaks::Leaks;
use crate::names::{Name, Names};
use crate::source::Pos;
use std::collections::BTreeSet;

/// The worst of a package, in the order of the text.
pub fn worst(ast: &Ast, names: &Names) -> Verdicts {
    let (scopes, verdicts) = (Vec::new(), Verdicts::default());
    let mut walk = Walk { ast, names, scopes, func: String::new(), verdicts };
    for file in &ast.files {
        for decl in &file.decls {
            match &ast[*decl].kind {
                DeclKind::Func(func) => {
                    walk.func = walk.name(func);
                    walk.function(func.recv.as_slice(), func.ty, func.body.as_ref());
                }
                DeclKind::Var(var) => {
                    "init".clone_into(&mut walk.func);
                    walk.exprs(var.values.as_slice());
                }
                _ => {}
            }
        }
    }
    walk.verdicts.lines.sort_by_key(|line| line.pos);
    walk.verdicts.parameters.sort_by_key(|parameter| parameter.pos);
    walk.verdicts
}

struct Walk<'a> {
    ast: &'a Ast,
    names: &'a Names,
    /// What each block around has declared so far: `:=` declares only what its own block has not.
    scopes: Vec<BTreeSet<Name>>,
    /// The declared function that is looked at: what its literals have is told as its own.
    func: String,
    verdicts: Verdicts,
}

impl Walk<'_> {
    /// The name of a function; methods have that of the receiver's type before it.
    fn name(&self, func: &FuncDecl) -> String {
        let name = self.names.text(func.name.name);
        let Some(recv) = &func.recv else { return name.to_owned() };
        let (mut ty, mut is_pointer) = (recv.ty, false);
        loop {
            match &self.ast[ty].kind {
                ExprKind::Unary { x, .. } => {
                    is_pointer = true;
                    ty = *x;
                }
                ExprKind::Paren(x) | ExprKind::Index { of: x, .. } => ty = *x,
                _ => break,
            }
        }
        let base = self.ast.as_name(ty).map(|name| self.names.text(name)).unwrap_or_default();
        if is_pointer { format!("(*{base}).{name}") } else { format!("{base}.{name}") }
    }

    fn tell(&mut self, pos: Pos, kind: Kind, text: String) {
        let detail = Some(Detail { func: self.func.clone(), reasons: Vec::new() });
        self.verdicts.lines.push(Told { pos, text, kind, detail });
    }

    fn function(&mut self, recv: &[Param], ty: ExprId, body: Option<&Block>) {
        let ExprKind::FuncType { params, results } = &self.ast[ty].kind else { return };
        self.scopes.push(BTreeSet::new());
        for param in recv.iter().chain(params) {
            param.name.into_iter().for_each(|name| self.declare(name, Kind::Leak));
        }
        if let Some(body) = body {
            for name in results.iter().filter_map(|result| result.name) {
                self.declare(name, Kind::Moved);
            }
            self.each(&body.stmts);
        }
        self.scopes.pop();
    }

    /// Tells of a variable, if its block has not declared one of that name.
    fn declare(&mut self, ident: Ident, kind: Kind) {
        let is_new = self.scopes.last_mut().is_some_and(|scope| scope.insert(ident.name));
        if is_new && !ident.name.is_blank() {
            let (pos, name) = (ident.pos, self.names.text(ident.name).to_owned());
            if kind == Kind::Leak {
                self.tell(pos, kind, format!("leaking param: {name}"));
                let (func, leaks) = (self.func.clone(), Leaks::worst());
                self.verdicts.parameters.push(Parameter { pos, name, func, leaks });
            } else {
                self.tell(pos, kind, format!("moved to heap: {name}"));
            }
        }
    }

    /// The variables on the left of a `:=`.
    fn define(&mut self, lhs: ExprId) {
        for id in self.list(lhs) {
            if let Some(name) = self.ast.as_name(id) {
                self.declare(Ident { pos: self.ast[id].pos, name }, Kind::Moved);
            }
        }
    }

    fn list(&self, id: ExprId) -> Vec<ExprId> {
        match &self.ast[id].kind {
            ExprKind::List(all) => all.to_vec(),
            _ => vec![id],
        }
    }

    /// What has a block of its own.
    fn block(&mut self, work: impl FnOnce(&mut Self)) {
        self.scopes.push(BTreeSet::new());
        work(self);
        self.scopes.pop();
    }

    fn each(&mut self, stmts: &[StmtId]) {
        for stmt in stmts {
            self.stmt(*stmt);
        }
    }

    fn exprs(&mut self, exprs: &[ExprId]) {
        for expr in exprs {
            self.expr(*expr);
        }
    }

    fn stmts(&mut self, stmts: &[StmtId]) {
        self.block(|walk| walk.each(stmts));
    }

    fn stmt(&mut self, id: StmtId) {
        match &self.ast[id].kind {
            StmtKind::Empty | StmtKind::Branch { .. } => {}
            StmtKind::Labeled { stmt, .. } => self.stmt(*stmt),
            StmtKind::Block(block) => self.stmts(&block.stmts),
            StmtKind::Expr(x) | StmtKind::IncDec { x, .. } => self.expr(*x),
            StmtKind::Spawn { call, .. } => self.expr(*call),
            StmtKind::Return(values) => self.exprs(values.as_slice()),
            StmtKind::Send { chan: x, value: y }
            | StmtKind::Assign { lhs: x, rhs: y }
            | StmtKind::OpAssign { lhs: x, rhs: y, .. } => {
                self.expr(*x);
                self.expr(*y);
            }
            StmtKind::Define { lhs, rhs } => {
                self.expr(*rhs);
                self.define(*lhs);
            }
            StmtKind::Range(range) => {
                self.expr(range.x);
                range.lhs.iter().filter(|_| range.def).for_each(|lhs| self.define(*lhs));
            }
            StmtKind::Decl(decls) => self.decls(decls),
            StmtKind::If { init, cond, then, els } => self.block(|walk| {
                walk.each(init.as_slice());
                walk.expr(*cond);
                walk.stmts(&then.stmts);
                walk.each(els.as_slice());
            }),
            StmtKind::For { init, cond, post, body } => self.block(|walk| {
                walk.each(init.as_slice());
                walk.exprs(cond.as_slice());
                walk.each(post.as_slice());
                walk.stmts(&body.stmts);
            }),
            StmtKind::Switch { init, tag, body, .. } => self.block(|walk| {
                walk.each(init.as_slice());
                walk.exprs(tag.as_slice());
                for clause in body {
                    walk.exprs(clause.cases.as_slice());
                    walk.stmts(&clause.body);
                }
            }),
            StmtKind::Select { body, .. } => {
                for clause in body {
                    self.block(|walk| {
                        walk.each(clause.comm.as_slice());
                        walk.each(&clause.body);
                    });
                }
            }
        }
    }

    fn decls(&mut self, decls: &[crate::ast::DeclId]) {
        for decl in decls {
            if let DeclKind::Var(var) = &self.ast[*decl].kind {
                self.exprs(var.values.as_slice());
                var.names.iter().for_each(|name| self.declare(*name, Kind::Moved));
            }
        }
    }

    /// Looks for function literals; and for the variable of a type switch.
    fn expr(&mut self, id: ExprId) {
        match &self.ast[id].kind {
            ExprKind::FuncLit { ty, body } => {
                let text = "func literal escapes to heap".to_owned();
                self.tell(self.ast[id].pos, Kind::Heap, text);
                self.function(&[], *ty, Some(body));
            }
            ExprKind::TypeSwitchGuard { lhs, of } => {
                self.expr(*of);
                if let Some(lhs) = lhs {
                    self.declare(*lhs, Kind::Moved);
                }
            }
            ExprKind::CompositeLit { elems: all, .. } | ExprKind::List(all) => {
                self.exprs(all);
            }
            ExprKind::Call { fun, args, .. } => {
                self.expr(*fun);
                self.exprs(args);
            }
            ExprKind::KeyValue { key: x, value: y }
            | ExprKind::Binary { x, y, .. }
            | ExprKind::Index { of: x, index: y } => {
                self.expr(*x);
                self.expr(*y);
            }
            ExprKind::Slice { of, index, .. } => {
                self.expr(*of);
                index.iter().flatten().for_each(|x| self.expr(*x));
            }
            ExprKind::Paren(x)
            | ExprKind::Unary { x, .. }
            | ExprKind::Selector { of: x, .. }
            | ExprKind::Assert { of: x, .. } => self.expr(*x),
            _ => {}
        }
    }
}
