//! Statements that are never reached.
//!
//! They become nothing. But the compiler rewrites loops over functions before it finds out what is reached, and so these leave
//! traces: they are counted, and a `return` in the body of one gives the results of its function names.

use super::Lowering;
use crate::ast::{RangeClause, StmtId, StmtKind};
use crate::types::{Type, TypeSets};
use std::rc::Rc;

impl Lowering<'_> {
    /// Passes over statements.
    pub(super) fn skip(&mut self, stmts: &[StmtId]) {
        self.skip_all(stmts, self.in_range_func());
    }

    /// Passes over a statement, which may be `inside` of a loop over a function.
    fn skip_stmt(&mut self, id: StmtId, inside: bool) {
        let ast = Rc::clone(&self.ast);
        match &ast[id].kind {
            StmtKind::Return(Some(_)) if inside => {
                self.name_results();
            }
            StmtKind::Labeled { stmt, .. } => self.skip_stmt(*stmt, inside),
            StmtKind::Block(block) => self.skip_all(&block.stmts, inside),
            StmtKind::If { then, els, .. } => {
                self.skip_all(&then.stmts, inside);
                self.skip_all(els.as_slice(), inside);
            }
            StmtKind::For { init, body, .. } => match init.map(|init| &ast[init].kind) {
                Some(StmtKind::Range(clause)) if self.is_range_func(clause) => {
                    self.count_loop();
                    self.skip_all(&body.stmts, true);
                    self.count_literal();
                }
                _ => self.skip_all(&body.stmts, inside),
            },
            StmtKind::Switch { body, .. } => {
                body.iter().for_each(|clause| self.skip_all(&clause.body, inside));
            }
            StmtKind::Select { body, .. } => {
                body.iter().for_each(|clause| self.skip_all(&clause.body, inside));
            }
            _ => {}
        }
    }

    fn skip_all(&mut self, stmts: &[StmtId], inside: bool) {
        for id in stmts {
            self.skip_stmt(*id, inside);
        }
    }

    /// Whether a loop is over a function.
    pub(super) fn is_range_func(&mut self, clause: &RangeClause) -> bool {
        let raw = self.raw_ty(self.ast.unparen(clause.x));
        let core = self.program.common_under(raw);
        core.is_some_and(|core| matches!(self.program.types()[core], Type::Signature(_)))
    }
}
