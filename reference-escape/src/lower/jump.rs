//! `break`, `continue`, `goto`, `fallthrough`.

use super::Lowering;
use crate::ast::{Branch, Ident};
use crate::ir::{NodeId, Op};
use crate::source::Pos;

impl Lowering<'_> {
    pub(super) fn branch(
        &mut self,
        pos: Pos,
        kind: Branch,
        label: Option<Ident>,
        out: &mut Vec<NodeId>,
    ) {
        if self.jump_from_range_func(pos, kind, label, out) {
            return;
        }
        let label = label.map(|ident| ident.name);
        let op = match (kind, label) {
            (Branch::Break, label) => Op::Break(label),
            (Branch::Continue, label) => Op::Continue(label),
            (Branch::Goto, Some(label)) => Op::Goto(label),
            (Branch::Goto | Branch::Fallthrough, _) => Op::Fallthrough,
        };
        out.push(self.body.add_stmt(pos, op));
    }
}
