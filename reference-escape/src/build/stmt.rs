//! Statements.

use super::Builder;
use crate::graph::{Hole, Loc};
use crate::ir::{Case, NodeId, Op, Pairing, VarId};
use crate::note::{Note, Where, Why};
use crate::rules::{Flow, Question};

impl Builder<'_> {
    /// Statements, after which the loop depth is what it was.
    pub(super) fn block(&mut self, stmts: &[NodeId]) {
        let depth = self.depth;
        self.stmts(stmts);
        self.depth = depth;
    }

    pub(super) fn stmts(&mut self, stmts: &[NodeId]) {
        for stmt in stmts {
            self.stmt(*stmt);
        }
    }

    pub(super) fn stmt(&mut self, id: NodeId) {
        let init = self.body()[id].init.clone();
        self.stmts(&init);
        match self.op(id) {
            Op::Dcl(var) => {
                self.dcl(var);
            }
            Op::Block(list) => self.stmts(&list),
            Op::Label(name) => {
                let question = match self.labels.remove(&name) {
                    Some(true) => Question::LabelLoops,
                    _ => Question::LabelLoopsForward,
                };
                if self.rules.answer(question, question == Question::LabelLoops) {
                    self.depth += 1;
                }
            }
            Op::If { cond, then, els } => {
                self.discard(cond);
                self.block(&then);
                self.block(&els);
            }
            Op::CheckNil(x) => self.discard(x),
            Op::For { cond, post, body, .. } => {
                let deeper = u32::from(self.rules.answer(Question::ForLoops, true));
                self.depth += deeper;
                self.opt_discard(cond);
                if let Some(post) = post {
                    self.stmt(post);
                }
                self.block(&body);
                self.depth -= deeper;
            }
            Op::Range { key, value, x, body, .. } => self.range(id, [key, value], x, &body),
            Op::Switch { tag, cases } => {
                self.opt_discard(tag);
                self.cases(&cases);
            }
            Op::TypeSwitch { x, named, cases } => self.type_switch(id, x, named, &cases),
            Op::Select(cases) => {
                for case in &cases {
                    case.comm.into_iter().for_each(|comm| self.stmt(comm));
                    self.block(&case.body);
                }
            }
            Op::Send(chan, value) => {
                self.discard(chan);
                self.part(self.rules.hole(Flow::Sent, Hole::HEAP), id, Why::Send, value);
            }
            Op::Assign { x, y, .. } => self.assign_list(id, Why::Assign, &[x], &[y]),
            Op::AssignOp { x, y, .. } => self.assign_list(id, Why::Assign, &[x], &[Some(y)]),
            Op::AssignList { pairing: Pairing::Call, lhs, rhs, .. } => {
                let init = self.body()[rhs[0]].init.clone();
                self.stmts(&init);
                let holes = self.addrs(&lhs);
                self.call(Some(&holes), rhs[0]);
                self.reassigned(&holes, id);
            }
            Op::AssignList { pairing, lhs, rhs, .. } => {
                let why = match pairing {
                    Pairing::Each | Pairing::Call => Why::AssignPair,
                    Pairing::MapOk => Why::AssignMap,
                    Pairing::RecvOk => Why::AssignReceive,
                    Pairing::AssertOk => Why::AssignAssert,
                };
                let rhs: Vec<Option<NodeId>> = rhs.iter().copied().map(Some).collect();
                self.assign_list(id, why, &lhs, &rhs);
            }
            Op::Return(results) => self.return_stmt(id, &results),
            Op::Go(call) => self.spawn(call, false, false),
            Op::Defer(call, nested) => self.spawn(call, true, self.depth == 1 && !nested),
            Op::Call { .. } | Op::One(..) | Op::Two(..) | Op::Many(..) | Op::Append { .. } => {
                self.call(None, id);
            }
            Op::Goto(_) | Op::Break(_) | Op::Continue(_) | Op::Fallthrough => {}
            _ => self.bare_expr(Hole::DISCARD, id),
        }
    }

    /// A variable is declared here: its loop depth is the statement's.
    pub(super) fn dcl(&mut self, var: VarId) -> Hole {
        let loc = self.loc(var);
        if loc != Loc::HEAP {
            self.graph[loc].depth = self.depth;
        }
        Hole::to(loc)
    }

    fn range(&mut self, id: NodeId, targets: [Option<NodeId>; 2], x: NodeId, body: &[NodeId]) {
        // What is ranged over is evaluated outside of the loop, and lives as long as that.
        let whole = self.temp(true);
        self.expr(Hole::to(whole), x);
        self.depth += 1;
        let holes = targets.map(|target| self.opt_addr(target));
        let hole = if self.is_array(x) {
            self.because(holes[1], id, Why::Range)
        } else {
            self.because(holes[1].deref(), id, Why::RangeDeref)
        };
        self.graph.flow(hole, whole);
        self.reassigned(&holes, id);
        self.block(body);
        self.depth -= 1;
    }

    fn cases(&mut self, cases: &[Case]) {
        for case in cases {
            case.list.iter().for_each(|value| self.discard(*value));
            self.block(&case.body);
        }
    }

    fn type_switch(&mut self, id: NodeId, x: NodeId, named: bool, cases: &[Case]) {
        let mut holes = Vec::new();
        for (at, case) in (0..).zip(cases) {
            let Some(var) = case.var.filter(|_| named) else { continue };
            let hole = self.dcl(var);
            let ty = self.body()[var].ty;
            if self.has_pointers(ty) {
                let hole = self.dot_type(hole, ty);
                let (at, why) = (Where::Clause(id, at), Why::SwitchCase);
                holes.push(self.because_of(hole, Note { body: self.place.body, at, why }));
            }
        }
        let hole = self.tee(&holes);
        self.expr(hole, x);
        self.cases(cases);
    }

    fn return_stmt(&mut self, id: NodeId, results: &[NodeId]) {
        let vars = self.body()[self.place.func].result_vars().to_vec();
        let holes: Vec<Hole> = vars.iter().map(|var| Hole::to(self.loc(*var))).collect();
        for (hole, value) in holes.iter().zip(results) {
            self.part(*hole, id, Why::Return, *value);
        }
        self.reassigned(&holes, id);
    }
}
