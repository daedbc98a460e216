//! `select`.

use super::Lowering;
use crate::ast::CommClause;
use crate::ir::{Comm, Conv, NodeId, Op, Pairing};
use crate::source::Pos;

impl Lowering<'_> {
    pub(super) fn select(&mut self, pos: Pos, clauses: &[CommClause], out: &mut Vec<NodeId>) {
        let cases = clauses
            .iter()
            .map(|clause| {
                let mut comm = self.opt_stmt(clause.comm).pop();
                let mut body = Vec::new();
                if let Some(stmt) = comm {
                    comm = Some(self.received(clause.pos, stmt, &mut body));
                }
                body.extend(self.in_switch(|lowering| lowering.stmts(&clause.body)));
                Comm { comm, body: body.into() }
            })
            .collect();
        out.push(self.body.add_stmt(pos, Op::Select(cases)));
    }

    /// The receiving statement of a clause. What is to be done with what was received moves into the clause's body.
    fn received(&mut self, pos: Pos, stmt: NodeId, body: &mut Vec<NodeId>) -> NodeId {
        match self.body[stmt].op.clone() {
            Op::Assign { y: Some(conv), def: false, .. } => {
                let Op::Convert(Conv::Iface, recv) = self.body[conv].op else { return stmt };
                let ty = self.body[recv].ty;
                let temp = self.body.temp(self.func, pos, ty);
                let (x, value) = (self.body.name(temp), self.body.name(temp));
                let first = self.body.add_stmt(pos, Op::Assign { x, y: Some(recv), def: true });
                let dcl = self.body.add_stmt(pos, Op::Dcl(temp));
                self.body[first].init.push(dcl);
                self.body[conv].op = Op::Convert(Conv::Iface, value);
                body.push(stmt);
                first
            }
            Op::AssignList { pairing: Pairing::Each, rhs, .. } => {
                let init = std::mem::take(&mut self.body[rhs[0]].init);
                match init[..] {
                    [first] => {
                        body.push(stmt);
                        first
                    }
                    _ => stmt,
                }
            }
            _ => stmt,
        }
    }
}
