//! Variables of loops that each round has for itself.
//!
//! Only those need a change whose address is taken in the loop, or that a literal there uses; a `return` does not count, as it
//! ends the loop. They are then declared in the body, from a temporary that the loop has.

use crate::check::Program;
use crate::hash::Map;
use crate::ir::{Body, FuncIndex, NodeId, Op, VarId};
use crate::names::Name;
use crate::types::TypeId;

struct Loops<'a> {
    program: &'a mut Program,
    body: &'a mut Body,
    func: FuncIndex,
    /// Variables of the loops that are being looked at, and whether somebody may hold their address.
    leaked: Map<VarId, bool>,
    depth: u32,
    /// The depth of the `return` that is being looked at.
    returning: u32,
    labels: u32,
}

/// Rewrites all loops of a body.
pub(super) fn run(program: &mut Program, body: &mut Body) {
    for at in 0..body.funcs.len() {
        let func = FuncIndex::new(at);
        let leaked = Map::default();
        let mut loops = Loops { program, body, func, leaked, depth: 0, returning: 0, labels: 0 };
        for stmt in loops.body[func].body.clone() {
            loops.node(stmt);
        }
    }
}

impl Loops<'_> {
    fn node(&mut self, id: NodeId) {
        match self.body[id].op.clone() {
            Op::Closure(func) if self.returning < self.depth => {
                for var in self.body[func].captures.clone() {
                    self.leak(var);
                }
                self.parts(id);
            }
            Op::Addr(x) if self.returning < self.depth => {
                if let Some(var) = self.body.outer_var(self.program, x) {
                    self.leak(var);
                }
                self.parts(id);
            }
            Op::Return(_) => {
                let outer = std::mem::replace(&mut self.returning, self.depth);
                self.parts(id);
                self.returning = outer;
            }
            Op::Range { key, value, def: true, distinct: true, .. } => self.range(id, key, value),
            Op::For { distinct: true, .. } => self.for_loop(id),
            _ => self.parts(id),
        }
    }

    fn leak(&mut self, var: VarId) {
        if let Some(leaked) = self.leaked.get_mut(&var) {
            *leaked = true;
        }
    }

    fn parts(&mut self, id: NodeId) {
        let mut parts = Vec::new();
        self.body.each_part(id, &mut |part| parts.push(part));
        for part in parts {
            self.node(part);
        }
    }

    /// Looks at a loop whose variables are `vars`; returns those that leak.
    fn within(&mut self, id: NodeId, vars: &[VarId]) -> Vec<VarId> {
        for var in vars {
            self.leaked.insert(*var, false);
        }
        self.depth += 1;
        self.parts(id);
        self.depth -= 1;
        vars.iter().copied().filter(|var| self.leaked.get(var) == Some(&true)).collect()
    }

    fn range(&mut self, id: NodeId, key: Option<NodeId>, value: Option<NodeId>) {
        let vars: Vec<VarId> =
            [key, value].into_iter().flatten().filter_map(|node| self.body.as_var(node)).collect();
        let leaked = self.within(id, &vars);
        for var in leaked {
            let temp = self.temp_for(var);
            let declares = self.declare_from(id, var, temp);
            let name = self.body.name(temp);
            self.undeclare(id, var);
            let is_key = key.is_some_and(|key| self.body.as_var(key) == Some(var));
            if let Op::Range { key, value, body, .. } = &mut self.body[id].op {
                *(if is_key { key } else { value }) = Some(name);
                *body = std::iter::once(declares).chain(body.iter().copied()).collect();
            }
        }
    }

    fn for_loop(&mut self, id: NodeId) {
        let mut vars = Vec::new();
        for init in self.body[id].init.clone() {
            match &self.body[init].op {
                Op::Assign { x, def: true, .. } => vars.extend(self.body.as_var(*x)),
                Op::AssignList { lhs, def: true, .. } => {
                    let declared = lhs.iter().filter_map(|left| self.body.as_var(*left));
                    vars.extend(declared.filter(|var| self.body[*var].defn == Some(init)));
                }
                _ => {}
            }
        }
        let leaked = self.within(id, &vars);
        if !leaked.is_empty() {
            self.unshare(id, &leaked);
        }
    }

    /// Gives each round of the loop `id` its own `vars`.
    fn unshare(&mut self, id: NodeId, vars: &[VarId]) {
        let Op::For { cond, post, body, label, .. } = self.body[id].op.clone() else { return };
        let pos = self.body[id].pos;
        let temps: Vec<VarId> = vars.iter().map(|var| self.temp_for(*var)).collect();
        let mut before = Vec::new();
        let mut after = Vec::new();
        for (var, temp) in vars.iter().zip(&temps) {
            self.replace_in_init(id, *var, *temp);
            let declares = self.declare_from(id, *var, *temp);
            self.body[*var].defn = Some(declares);
            before.push(declares);
            let (x, y) = (self.body.name(*temp), self.body.name(*var));
            after.push(self.body.add_stmt(pos, Op::Assign { x, y: Some(y), def: false }));
        }
        if let Some(post) = post {
            let first = self.body.temp(self.func, pos, TypeId::BOOL);
            let dcl = self.body.add_stmt(pos, Op::Dcl(first));
            let cond = self.body.name(first);
            let branch = Op::If { cond, then: Box::default(), els: [post].into() };
            let branch = self.body.add_stmt(pos, branch);
            self.body[branch].init.push(dcl);
            before.push(branch);
        }
        if let Some(cond) = cond {
            let stop = self.body.add_stmt(pos, Op::Break(None));
            let branch = Op::If { cond, then: [stop].into(), els: Box::default() };
            before.push(self.body.add_stmt(pos, branch));
        }
        self.labels += 1;
        let next = self.program.names.intern(&format!(".3clNext_{}", self.labels));
        for stmt in &body {
            self.edit_continues(*stmt, label, next, 0);
        }
        let next = self.body.add_stmt(pos, Op::Label(next));
        let body: Box<[NodeId]> =
            before.into_iter().chain(body).chain([next]).chain(after).collect();
        self.body[id].op = Op::For { cond: None, post: None, body, label, distinct: false };
    }

    /// A temporary for the values of `var` between rounds.
    fn temp_for(&mut self, var: VarId) -> VarId {
        let (pos, ty) = (self.body[var].pos, self.body[var].ty);
        self.body.temp(self.func, pos, ty)
    }

    /// `var := temp`, in the body of the loop `id`.
    fn declare_from(&mut self, id: NodeId, var: VarId, temp: VarId) -> NodeId {
        let pos = self.body[id].pos;
        let (x, y) = (self.body.name(var), self.body.name(temp));
        let assign = self.body.add_stmt(pos, Op::Assign { x, y: Some(y), def: true });
        let dcl = self.body.add_stmt(pos, Op::Dcl(var));
        self.body[assign].init.push(dcl);
        assign
    }

    /// Takes the declaration of `var` from what is done before `id`.
    fn undeclare(&mut self, id: NodeId, var: VarId) {
        let init = std::mem::take(&mut self.body[id].init);
        let kept = init
            .into_iter()
            .filter(|stmt| !matches!(self.body[*stmt].op, Op::Dcl(declared) if declared == var))
            .collect();
        self.body[id].init = kept;
    }

    /// The loop's first statement gives its value to the temporary.
    fn replace_in_init(&mut self, id: NodeId, var: VarId, temp: VarId) {
        for init in self.body[id].init.clone() {
            self.undeclare(init, var);
            let name = self.body.name(temp);
            let is_var = |body: &Body, left: NodeId| body.as_var(left) == Some(var);
            match self.body[init].op.clone() {
                Op::Assign { x, y, .. } if is_var(self.body, x) => {
                    self.body[init].op = Op::Assign { x: name, y, def: true };
                }
                Op::AssignList { pairing, mut lhs, rhs, def } => {
                    for left in &mut lhs {
                        if is_var(self.body, *left) {
                            *left = name;
                        }
                    }
                    self.body[init].op = Op::AssignList { pairing, lhs, rhs, def };
                }
                _ => {}
            }
        }
    }

    /// A `continue` of the loop goes to its end, where the values are carried on.
    fn edit_continues(&mut self, id: NodeId, label: Option<Name>, next: Name, depth: u32) {
        let inner = matches!(self.body[id].op, Op::For { .. } | Op::Range { .. });
        if let Op::Continue(to) = self.body[id].op
            && (to.is_none() && depth == 0 || to.is_some() && to == label)
        {
            self.body[id].op = Op::Goto(next);
            return;
        }
        let mut parts = Vec::new();
        self.body.each_part(id, &mut |part| parts.push(part));
        for part in parts {
            self.edit_continues(part, label, next, depth + u32::from(inner));
        }
    }
}
