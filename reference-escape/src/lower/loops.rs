//! `for`.

use super::Lowering;
use crate::ast::{Block, ExprId, RangeClause, StmtId, StmtKind};
use crate::ir::{NodeId, Op};
use crate::names::Name;
use crate::source::Pos;
use std::rc::Rc;

/// The first version in which each round has variables of its own: 1.22.
const DISTINCT_SINCE: u32 = 22;

impl Lowering<'_> {
    pub(super) fn for_stmt(
        &mut self,
        pos: Pos,
        label: Option<Name>,
        (init, cond, post): (Option<StmtId>, Option<ExprId>, Option<StmtId>),
        body: &Block,
        out: &mut Vec<NodeId>,
    ) {
        let ast = Rc::clone(&self.ast);
        if let Some(id) = init
            && let StmtKind::Range(clause) = &ast[id].kind
        {
            return self.range(pos, ast[id].pos, label, clause, body, out);
        }
        let (value, cond) = match cond {
            Some(cond) => {
                let (value, cond) = self.static_bool(cond);
                (value, Some(cond))
            }
            None => (None, None),
        };
        let dead = value == Some(false);
        let before = self.opt_stmt(init);
        let cond = self.opt_expr(cond);
        let post = if dead { Vec::new() } else { self.opt_stmt(post) };
        let body = if dead {
            self.skip(&body.stmts);
            Vec::new()
        } else {
            self.in_loop(|lowering| lowering.block(body))
        };
        if dead && cond.is_some_and(|cond| matches!(self.body[cond].op, Op::Literal(_))) {
            out.extend(before);
            return;
        }
        let distinct = self.version >= DISTINCT_SINCE;
        let post = self.as_block(pos, post);
        let node =
            self.body.add_stmt(pos, Op::For { cond, post, body: body.into(), label, distinct });
        self.body[node].init = before;
        out.push(node);
    }

    /// Several statements as one.
    pub(super) fn as_block(&mut self, pos: Pos, stmts: Vec<NodeId>) -> Option<NodeId> {
        match stmts[..] {
            [] => None,
            [single] => Some(single),
            _ => Some(self.body.add_stmt(pos, Op::Block(stmts.into()))),
        }
    }

    fn range(
        &mut self,
        for_pos: Pos,
        pos: Pos,
        label: Option<Name>,
        clause: &RangeClause,
        block: &Block,
        out: &mut Vec<NodeId>,
    ) {
        if self.is_range_func(clause) {
            return self.range_func(for_pos, label, clause, block, out);
        }
        let targets = self.opt_list(clause.lhs);
        let (lhs, declared) = self.range_targets(&targets, clause.def);
        let x = self.expr(clause.x);
        let body = self.in_loop(|lowering| lowering.block(block));
        let distinct = self.version >= DISTINCT_SINCE;
        let def = !declared.is_empty();
        let (key, value) = (lhs.first().copied(), lhs.get(1).copied());
        let node = self
            .body
            .add_stmt(pos, Op::Range { key, value, x, body: body.into(), label, def, distinct });
        self.declare_by(node, declared);
        out.push(node);
    }
}
