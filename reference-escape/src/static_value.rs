//! Variables that are given a value once: what it is, wherever they are used.

use crate::hash::Map;
use crate::ir::{Body, Class, Conv, FuncIndex, NodeId, Op, Pairing, VarId};
use crate::types::{Declare, Type};

/// What assignments of one function and its literals tell.
#[derive(Debug, Default)]
pub struct Assignments {
    /// Variables that nothing but their declaration assigns to.
    single: Map<VarId, NodeId>,
    /// Variables that hold functions: the values of all assignments, `nil` left out. Missing where these cannot be told.
    functions: Map<VarId, Vec<NodeId>>,
}

impl Assignments {
    /// Looks at a body.
    pub fn of(types: &mut impl Declare, body: &Body) -> Assignments {
        let mut found = Assignments::default();
        found.candidates(types, body);
        for func in 0..body.funcs.len() {
            body.each_node(FuncIndex::new(func), &mut |id| found.assigned(types, body, id));
        }
        found
    }

    fn candidates(&mut self, types: &mut impl Declare, body: &Body) {
        for (at, var) in body.vars.iter().enumerate() {
            if var.class != Class::Auto || var.addrtaken {
                continue;
            }
            let id = VarId::new(at);
            let by_assignment = match var.defn {
                None => true,
                Some(defn) => {
                    self.single.insert(id, defn);
                    matches!(body[defn].op, Op::Assign { .. })
                }
            };
            if by_assignment && matches!(types.under_type(var.ty), Type::Signature(_)) {
                self.functions.insert(id, Vec::new());
            }
        }
    }

    fn assigned(&mut self, types: &mut impl Declare, body: &Body, id: NodeId) {
        match &body[id].op {
            Op::Assign { x, y, .. } => {
                let Some(var) = self.reassign(types, body, *x, id) else { return };
                let value = y.filter(|y| !matches!(body[body.without_nops(*y)].op, Op::Nil));
                if let (Some(list), Some(value)) = (self.functions.get_mut(&var), value) {
                    list.push(value);
                }
            }
            Op::AssignList { lhs, .. } => {
                lhs.iter().for_each(|left| self.unclear(types, body, *left, id));
            }
            Op::AssignOp { x, .. } => self.unclear(types, body, *x, id),
            Op::Range { key, value, .. } => {
                key.iter().chain(value).for_each(|left| self.unclear(types, body, *left, id));
            }
            _ => {}
        }
    }

    /// An assignment whose value is not simply the right side.
    fn unclear(&mut self, types: &mut impl Declare, body: &Body, left: NodeId, stmt: NodeId) {
        if let Some(var) = self.reassign(types, body, left, stmt) {
            self.functions.remove(&var);
        }
    }

    /// Notes that `stmt` assigns to (a part of) `left`. Returns the variable.
    fn reassign(
        &mut self,
        types: &mut impl Declare,
        body: &Body,
        left: NodeId,
        stmt: NodeId,
    ) -> Option<VarId> {
        let var = body.outer_var(types, left)?;
        if self.single.get(&var).is_some_and(|defn| *defn != stmt) {
            self.single.remove(&var);
        }
        Some(var)
    }

    /// What `id` always is, followed through variables that are given a value once.
    pub fn value(&self, body: &Body, mut id: NodeId) -> NodeId {
        loop {
            id = match body[id].op {
                Op::Convert(Conv::Nop, x) => x,
                Op::Name(var) => match self.given(body, var) {
                    Some(value) => value,
                    None => return id,
                },
                _ => return id,
            };
        }
    }

    fn given(&self, body: &Body, var: VarId) -> Option<NodeId> {
        let defn = *self.single.get(&var)?;
        match &body[defn].op {
            Op::Assign { y, .. } => *y,
            Op::AssignList { pairing: Pairing::Each, lhs, rhs, .. } => {
                let at = lhs.iter().position(|left| body.as_var(*left) == Some(var))?;
                rhs.get(at).copied()
            }
            _ => None,
        }
    }

    /// The functions that `var` may hold, if all of them can be told.
    pub fn functions(&self, var: VarId) -> &[NodeId] {
        self.functions.get(&var).map_or(&[], Vec::as_slice)
    }
}
