//! `for b.Loop() {...}`: what such a loop computes is kept, so that a benchmark measures it.
//!
//! After each statement of the body the compiler looks at the variables that it assigns to, at the results that nobody
//! takes, or at the arguments of a call that has none. It takes their addresses for that; what a literal there uses is then no
//! copy any more. Here the address is assigned to `_` in place of the compiler's call.

use crate::check::Program;
use crate::functions::Functions;
use crate::ir::{Body, FuncIndex, NodeId, Op, Pairing, VarId};
use crate::types::{Declare, ObjectKind, Type, TypeId};

struct Keeper<'a> {
    program: &'a mut Program,
    functions: &'a Functions,
    body: &'a mut Body,
    func: FuncIndex,
}

/// Rewrites the loops of a body.
pub(super) fn run(program: &mut Program, functions: &Functions, body: &mut Body) {
    let mut keeper = Keeper { program, functions, body, func: FuncIndex::ROOT };
    if !(0..keeper.body.nodes.len()).any(|at| keeper.is_bench_loop(NodeId::new(at))) {
        return;
    }
    for at in 0..keeper.body.funcs.len() {
        keeper.func = FuncIndex::new(at);
        for stmt in keeper.body[keeper.func].body.clone() {
            keeper.edit(stmt, false);
        }
    }
}

/// The blocks that stand in a statement.
fn blocks(op: &mut Op) -> Vec<&mut Box<[NodeId]>> {
    match op {
        Op::For { body, .. } | Op::Range { body, .. } => vec![body],
        Op::Block(list) => vec![list],
        Op::If { then, els, .. } => vec![then, els],
        Op::Switch { cases, .. } | Op::TypeSwitch { cases, .. } => {
            cases.iter_mut().map(|case| &mut case.body).collect()
        }
        Op::Select(comms) => comms.iter_mut().map(|comm| &mut comm.body).collect(),
        _ => Vec::new(),
    }
}

impl Keeper<'_> {
    /// Edits what is below `id`, which may be `inside` of such a loop. Literals are functions of their own.
    fn edit(&mut self, id: NodeId, inside: bool) {
        let inside = inside || self.is_bench_loop(id);
        let mut parts = Vec::new();
        self.body.each_part(id, &mut |part| parts.push(part));
        for part in parts {
            self.edit(part, inside);
        }
        if inside {
            let mut op = self.body[id].op.clone();
            for stmt in blocks(&mut op).into_iter().flat_map(|block| block.iter_mut()) {
                *stmt = self.keep(*stmt);
            }
            self.body[id].op = op;
        }
    }

    /// Whether `id` is a loop on a call of `testing.(*B).Loop`.
    fn is_bench_loop(&self, id: NodeId) -> bool {
        let Op::For { cond: Some(cond), .. } = self.body[id].op else { return false };
        let Op::Call { fun, .. } = self.body[cond].op else { return false };
        let Op::MethodExpr { method: Some(method), .. } = self.body[fun].op else { return false };
        let Some(object) = self.functions.object(method) else { return false };
        let (types, names) = (self.program.types(), &self.program.names);
        let ObjectKind::Func(func) = &types[object].kind else { return false };
        let base = func.receiver.and_then(|receiver| types.as_named(receiver.base));
        names.text(types[object].name) == "Loop"
            && base.is_some_and(|base| names.text(types[base.object].name) == "B")
            && names.text(types[types[object].package].path) == "testing"
    }

    /// A statement, with what keeps its results behind it.
    fn keep(&mut self, stmt: NodeId) -> NodeId {
        match self.body[stmt].op.clone() {
            Op::Assign { x, y, .. } => {
                let kept = match (&self.body[x].op, y) {
                    (Op::Blank, Some(y)) => {
                        let ty = self.body[y].ty;
                        let (var, x) = self.temp(stmt, ty);
                        self.body[stmt].op = Op::Assign { x, y: Some(y), def: true };
                        Some(var)
                    }
                    _ => self.variable(x),
                };
                self.followed(stmt, kept)
            }
            Op::AssignList { pairing, lhs, rhs, .. } => self.keep_list(stmt, pairing, lhs, &rhs),
            Op::AssignOp { x, .. } => {
                let kept = self.variable(x);
                self.followed(stmt, kept)
            }
            Op::Call { args, .. } => match self.results(self.body[stmt].ty) {
                results if results.is_empty() => self.keep_arguments(stmt, args.to_vec()),
                results => self.keep_results(stmt, &results),
            },
            _ => stmt,
        }
    }

    fn keep_list(
        &mut self,
        stmt: NodeId,
        pairing: Pairing,
        mut lhs: Box<[NodeId]>,
        rhs: &[NodeId],
    ) -> NodeId {
        let tuple = self.results(self.body[rhs[0]].ty);
        let mut kept = Vec::new();
        for at in 0..lhs.len() {
            let is_blank = matches!(self.body[lhs[at]].op, Op::Blank);
            let ty = match (tuple.len() == lhs.len(), rhs.len() == lhs.len()) {
                (true, _) if rhs.len() == 1 => Some(tuple[at]),
                (_, true) => Some(self.body[rhs[at]].ty),
                _ => None,
            };
            match ty.filter(|_| is_blank) {
                Some(ty) => {
                    let (var, name) = self.temp(stmt, ty);
                    lhs[at] = name;
                    kept.push(var);
                    self.body[stmt].op =
                        Op::AssignList { pairing, lhs: lhs.clone(), rhs: rhs.into(), def: true };
                }
                None => kept.extend(self.variable(lhs[at])),
            }
        }
        self.followed(stmt, kept)
    }

    /// The results of a call that nobody takes go to temporaries.
    fn keep_results(&mut self, call: NodeId, results: &[TypeId]) -> NodeId {
        let pos = self.body[call].pos;
        let assign = self.body.add_stmt(pos, Op::Nil);
        let (vars, names): (Vec<VarId>, Vec<NodeId>) =
            results.iter().map(|ty| self.temp(assign, *ty)).unzip();
        self.body[assign].op = if let [x] = names[..] {
            Op::Assign { x, y: Some(call), def: true }
        } else {
            let (lhs, rhs) = (names.into(), [call].into());
            Op::AssignList { pairing: Pairing::Call, lhs, rhs, def: true }
        };
        self.followed(assign, vars)
    }

    /// Variables among the arguments are looked at, all else goes to temporaries first.
    fn keep_arguments(&mut self, call: NodeId, mut list: Vec<NodeId>) -> NodeId {
        let (mut kept, mut before) = (Vec::new(), Vec::new());
        for arg in &mut list {
            if let Op::SliceLit(mut elements, len) = self.body[*arg].op.clone() {
                for element in &mut elements {
                    *element = self.keep_argument(*element, &mut kept, &mut before);
                }
                self.body[*arg].op = Op::SliceLit(elements, len);
            } else {
                *arg = self.keep_argument(*arg, &mut kept, &mut before);
            }
        }
        if let Op::Call { args, .. } = &mut self.body[call].op {
            *args = list.into();
        }
        if before.is_empty() {
            return self.followed(call, kept);
        }
        before.push(call);
        let pos = self.body[call].pos;
        let block = self.body.add_stmt(pos, Op::Block(before.into()));
        self.followed(block, kept)
    }

    fn keep_argument(
        &mut self,
        arg: NodeId,
        kept: &mut Vec<VarId>,
        before: &mut Vec<NodeId>,
    ) -> NodeId {
        if let Some(var) = self.variable(arg) {
            kept.push(var);
            return arg;
        }
        let (pos, ty) = (self.body[arg].pos, self.body[arg].ty);
        let assign = self.body.add_stmt(pos, Op::Nil);
        let (var, x) = self.temp(assign, ty);
        self.body[assign].op = Op::Assign { x, y: Some(arg), def: true };
        before.push(assign);
        kept.push(var);
        self.body.name(var)
    }

    /// A temporary that `stmt` declares, and its name there.
    fn temp(&mut self, stmt: NodeId, ty: TypeId) -> (VarId, NodeId) {
        let pos = self.body[stmt].pos;
        let var = self.body.temp(self.func, pos, ty);
        let declared = self.body.add_stmt(pos, Op::Dcl(var));
        self.body[stmt].init.push(declared);
        self.body[var].defn = Some(stmt);
        (var, self.body.name(var))
    }

    /// The variable that `id` is, or is a part of.
    fn variable(&self, mut id: NodeId) -> Option<VarId> {
        loop {
            id = match self.body[id].op {
                Op::Name(var) => return Some(var),
                Op::Slice { x, .. }
                | Op::Dot(x, _)
                | Op::DotPtr(x, _)
                | Op::Convert(_, x)
                | Op::Addr(x)
                | Op::Index(x, _)
                | Op::IndexMap(x, _) => x,
                _ => return None,
            };
        }
    }

    fn results(&self, ty: TypeId) -> Vec<TypeId> {
        match &self.program.types()[ty] {
            Type::Tuple(all) => all.to_vec(),
            _ if ty == TypeId::INVALID => Vec::new(),
            _ => vec![ty],
        }
    }

    /// `stmt`, and behind it `_ = &v` for each variable.
    fn followed(&mut self, stmt: NodeId, kept: impl IntoIterator<Item = VarId>) -> NodeId {
        let pos = self.body[stmt].pos;
        let mut list = vec![stmt];
        for var in kept {
            let ty = self.program.types_mut().pointer(self.body[var].ty);
            self.body[var].addrtaken = true;
            let name = self.body.name(var);
            let address = self.body.add_implicit(pos, ty, Op::Addr(name));
            let x = self.body.add_stmt(pos, Op::Blank);
            list.push(self.body.add_stmt(pos, Op::Assign { x, y: Some(address), def: false }));
        }
        match list[..] {
            [single] => single,
            _ => self.body.add_stmt(pos, Op::Block(list.into())),
        }
    }
}
