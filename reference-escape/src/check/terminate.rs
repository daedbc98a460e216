//! Whether a function can run off its end.

use super::Program;
use crate::ast::{Block, Branch, ExprKind, Stmt, StmtId, StmtKind};
use crate::names::Name;
use crate::types::{Builtin, ObjectKind};

impl Program {
    /// Whether nothing comes after these statements.
    pub(super) fn terminates_list(&self, list: &[StmtId]) -> bool {
        let ast = &self.env.ast;
        let end = list.iter().rev().find(|stmt| !matches!(ast[**stmt].kind, StmtKind::Empty));
        end.is_some_and(|end| self.terminates(*end, None))
    }

    fn terminates_block(&self, block: &Block) -> bool {
        self.terminates_list(&block.stmts)
    }

    /// Whether nothing comes after the statement, which has `label`.
    fn terminates(&self, mut id: StmtId, mut label: Option<Name>) -> bool {
        loop {
            match &self.env.ast[id].kind {
                StmtKind::Labeled { label: ident, stmt } => {
                    label = Some(ident.name);
                    id = *stmt;
                }
                // A chain of `else if` is followed in a loop.
                StmtKind::If { then, els: Some(els), .. } => {
                    if !self.terminates_block(then) {
                        return false;
                    }
                    label = None;
                    id = *els;
                }
                _ => return self.ends(&self.env.ast[id], label),
            }
        }
    }

    fn ends(&self, stmt: &Stmt, label: Option<Name>) -> bool {
        match &stmt.kind {
            StmtKind::Return(_) => true,
            StmtKind::Branch { kind, .. } => matches!(kind, Branch::Goto | Branch::Fallthrough),
            StmtKind::Expr(x) => self.is_panic(*x),
            StmtKind::Block(block) => self.terminates_block(block),
            StmtKind::For { init, cond, body, .. } => {
                let ranges =
                    init.is_some_and(|init| matches!(self.env.ast[init].kind, StmtKind::Range(_)));
                !ranges && cond.is_none() && !self.breaks(&body.stmts, label, true)
            }
            StmtKind::Switch { body, .. } => {
                body.iter().any(|clause| clause.cases.is_none())
                    && body.iter().all(|clause| {
                        self.terminates_list(&clause.body)
                            && !self.breaks(&clause.body, label, true)
                    })
            }
            StmtKind::Select { body, .. } => body.iter().all(|clause| {
                self.terminates_list(&clause.body) && !self.breaks(&clause.body, label, true)
            }),
            _ => false,
        }
    }

    fn is_panic(&self, id: crate::ast::ExprId) -> bool {
        let ast = &self.env.ast;
        let ExprKind::Call { fun, .. } = &ast[ast.unparen(id)].kind else { return false };
        let used = self.unit(self.env.package).info.used(ast.unparen(*fun));
        used.is_some_and(|object| {
            matches!(self.types[object].kind, ObjectKind::Builtin(Builtin::Panic))
        })
    }

    /// Whether a `break` in these statements leaves the statement around them: one that names its `label`, or
    /// if they are directly inside it (`here`) one that names none.
    fn breaks(&self, list: &[StmtId], label: Option<Name>, here: bool) -> bool {
        list.iter().any(|stmt| self.breaks_in(*stmt, label, here))
    }

    fn breaks_in(&self, mut id: StmtId, label: Option<Name>, here: bool) -> bool {
        loop {
            match &self.env.ast[id].kind {
                StmtKind::Branch { kind: Branch::Break, label: named } => {
                    return match named {
                        Some(named) => Some(named.name) == label,
                        None => here,
                    };
                }
                StmtKind::Labeled { stmt, .. } => id = *stmt,
                StmtKind::Block(block) => return self.breaks(&block.stmts, label, here),
                StmtKind::If { then, els, .. } => {
                    if self.breaks(&then.stmts, label, here) {
                        return true;
                    }
                    match els {
                        Some(els) => id = *els,
                        None => return false,
                    }
                }
                // Inside other loops only a label leads out here.
                StmtKind::For { body, .. } => {
                    return label.is_some() && self.breaks(&body.stmts, label, false);
                }
                StmtKind::Switch { body, .. } => {
                    return label.is_some()
                        && body.iter().any(|clause| self.breaks(&clause.body, label, false));
                }
                StmtKind::Select { body, .. } => {
                    return label.is_some()
                        && body.iter().any(|clause| self.breaks(&clause.body, label, false));
                }
                _ => return false,
            }
        }
    }
}
