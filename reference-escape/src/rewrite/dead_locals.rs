//! Variables that are given values which nobody reads: the assignments are dropped, and what they would have made with them.

use crate::ir::{Body, Class, FuncIndex, NodeId, Op, Pairing, VarId};
use crate::types::TypeId;

/// What a walk has found out about a variable.
enum Use {
    /// It is read.
    Read,
    /// It is only assigned to so far: the statements, and which pair of theirs.
    Assigned(Vec<(NodeId, usize)>),
}

struct Visitor<'a> {
    body: &'a Body,
    /// By the numbers of variables.
    uses: Vec<Option<Use>>,
    /// Pairs whose left side is `_`, beside others that are not.
    blanks: Vec<(NodeId, usize)>,
}

/// Drops what is never read in the functions of a body that stand on their own.
pub(super) fn run(body: &mut Body) {
    let alone: Vec<FuncIndex> =
        (0..body.funcs.len()).map(FuncIndex::new).filter(|func| !body.is_closure(*func)).collect();
    for func in alone {
        let (uses, blanks) = (body.vars.iter().map(|_| None).collect(), Vec::new());
        let mut visitor = Visitor { body, uses, blanks };
        for stmt in &body[func].body {
            visitor.node(*stmt);
        }
        let Visitor { uses, blanks, .. } = visitor;
        let mut dropped = blanks;
        let mut undefined = Vec::new();
        for (at, used) in uses.into_iter().enumerate() {
            if let Some(Use::Assigned(pairs)) = used {
                undefined.push(VarId::new(at));
                dropped.extend(pairs);
            }
        }
        for var in undefined {
            body[var].defn = None;
        }
        dropped.sort_unstable();
        for (stmt, at) in dropped {
            drop_pair(body, stmt, at);
        }
    }
}

/// `_ = 0` in the place of an assignment.
fn drop_pair(body: &mut Body, stmt: NodeId, at: usize) {
    let pos = body[stmt].pos;
    let blank = body.add_stmt(pos, Op::Blank);
    let zero = body.add(pos, TypeId::INVALID, Op::Nil);
    match &mut body[stmt].op {
        Op::Assign { x, y, .. } => {
            *x = blank;
            *y = Some(zero);
        }
        Op::AssignList { lhs, rhs, .. } => {
            lhs[at] = blank;
            rhs[at] = zero;
        }
        _ => {}
    }
}

impl Visitor<'_> {
    fn node(&mut self, id: NodeId) {
        match &self.body[id].op {
            Op::Dcl(_) => {}
            Op::Name(var) => self.read(*var),
            Op::Closure(func) => {
                self.inits(id);
                for var in self.body[*func].captures.clone() {
                    self.read(var);
                }
                for stmt in self.body[*func].body.clone() {
                    self.node(stmt);
                }
            }
            Op::Assign { x, y, .. } => {
                self.inits(id);
                self.assign(id, 0, *x, *y, false);
            }
            Op::AssignList { pairing: Pairing::Each, lhs, rhs, .. } => {
                self.inits(id);
                let some_read = lhs.iter().any(|left| !matches!(self.body[*left].op, Op::Blank));
                for (at, (left, right)) in lhs.iter().zip(rhs).enumerate() {
                    self.assign(id, at, *left, Some(*right), some_read);
                }
            }
            _ => {
                let mut parts = Vec::new();
                self.body.each_part(id, &mut |part| parts.push(part));
                for part in parts {
                    self.node(part);
                }
            }
        }
    }

    fn opt_node(&mut self, id: Option<NodeId>) {
        if let Some(id) = id {
            self.node(id);
        }
    }

    fn inits(&mut self, id: NodeId) {
        for stmt in &self.body[id].init {
            self.node(*stmt);
        }
    }

    fn is_local(&self, var: VarId) -> bool {
        self.body[var].class != Class::Result
    }

    fn read(&mut self, var: VarId) {
        if !self.is_local(var) {
            return;
        }
        if let Some(Use::Assigned(pairs)) = self.uses[var.index()].replace(Use::Read) {
            // What had been put aside is needed after all.
            for (stmt, at) in pairs {
                let value = match &self.body[stmt].op {
                    Op::Assign { y, .. } => *y,
                    Op::AssignList { rhs, .. } => rhs.get(at).copied(),
                    _ => None,
                };
                self.opt_node(value);
            }
        }
    }

    fn assign(&mut self, stmt: NodeId, at: usize, x: NodeId, y: Option<NodeId>, drops_blank: bool) {
        match self.body[x].op {
            Op::Blank if drops_blank && !self.has_effects(y) => {
                self.blanks.push((stmt, at));
                return;
            }
            Op::Name(var) if self.is_local(var) && !self.has_effects(y) => {
                match self.uses[var.index()].get_or_insert_with(|| Use::Assigned(Vec::new())) {
                    Use::Assigned(pairs) => {
                        pairs.push((stmt, at));
                        return;
                    }
                    Use::Read => {}
                }
            }
            Op::Name(_) | Op::Blank => {}
            _ => self.node(x),
        }
        self.opt_node(y);
    }

    fn has_effects(&self, y: Option<NodeId>) -> bool {
        let Some(y) = y else { return false };
        let node = &self.body[y];
        !node.init.is_empty()
            || !matches!(
                node.op,
                Op::Name(_)
                    | Op::Global(_)
                    | Op::Func(_)
                    | Op::Literal(_)
                    | Op::Nil
                    | Op::Closure(_)
            )
    }
}
