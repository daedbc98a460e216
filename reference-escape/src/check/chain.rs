//! Selectors and indices in a row.
//!
//! `a.b().c().d()` nests to the left as deep as it is long. Where it is long, its links are looked at from the left,
//! each while the one before it is at hand, so that no link is deeper than the first.

use super::Program;
use super::expr::Context;
use super::operand::Operand;
use crate::ast::{ExprId, ExprKind};
use std::rc::Rc;

/// Shorter chains are nested like everything else.
const LONG: usize = 100;

impl Program {
    /// What has been found of `id` ahead of its turn.
    pub(super) fn take_ready(&mut self, id: ExprId) -> Option<Operand> {
        self.env.ready.take_if(|(ready, _)| *ready == id).map(|(_, x)| x)
    }

    /// Looks at the links of a long chain that ends with `id`, but for the last.
    pub(super) fn prepare_chain(&mut self, id: ExprId) {
        let ast = Rc::clone(&self.env.ast);
        let left = |id: ExprId| match &ast[id].kind {
            ExprKind::Selector { of, .. }
            | ExprKind::Index { of, .. }
            | ExprKind::Slice { of, .. }
            | ExprKind::Assert { of, .. } => Some(*of),
            ExprKind::Call { fun, .. } => Some(*fun),
            _ => None,
        };
        let ready = self.env.ready.as_ref().map(|(ready, _)| *ready);
        let links =
            || std::iter::successors(left(id), |id| left(*id)).take_while(|id| Some(*id) != ready);
        if links().take(LONG).count() < LONG {
            return;
        }
        // What stands before a dot or a bracket is looked at for itself; a function only as part of its call.
        let mut waiting = Vec::new();
        for parent in std::iter::once(id).chain(links()) {
            match ast[parent].kind {
                ExprKind::Selector { of, .. } => waiting.push((of, false)),
                ExprKind::Index { of, .. } => waiting.push((of, true)),
                _ => {}
            }
        }
        let chained =
            |(id, _): &(ExprId, bool)| left(*id).is_some_and(|left| ast.as_name(left).is_none());
        for (id, generic) in waiting.into_iter().rev().filter(chained) {
            let x = self.raw_expr(id, &Context { generic, ..Context::default() });
            self.env.ready = Some((id, x));
        }
    }
}
