//! Walking over trees, in the order in which things are done.

use super::{Body, Case, Comm, FuncIndex, NodeId, Op};

impl Body {
    /// Calls `visit` with each part of `id`: what is done before it first. Bodies of literals are no parts.
    pub fn each_part(&self, id: NodeId, visit: &mut dyn FnMut(NodeId)) {
        let node = &self[id];
        node.init.iter().copied().for_each(&mut *visit);
        match &node.op {
            Op::Name(_)
            | Op::Global(_)
            | Op::Func(_)
            | Op::MethodExpr { .. }
            | Op::Literal(_)
            | Op::Nil
            | Op::Type
            | Op::Blank
            | Op::Dictionary(..)
            | Op::ParamMethod(_)
            | Op::New { .. }
            | Op::Closure(_)
            | Op::Dcl(_)
            | Op::Label(_)
            | Op::Goto(_)
            | Op::Break(_)
            | Op::Continue(_)
            | Op::Fallthrough => {}
            Op::Unary(_, x)
            | Op::Addr(x)
            | Op::Deref(x)
            | Op::Dot(x, _)
            | Op::DotPtr(x, _)
            | Op::DotInter(x, _)
            | Op::MethodValue { x, .. }
            | Op::DotType(x)
            | Op::Convert(_, x)
            | Op::One(_, x)
            | Op::PtrLit(x)
            | Op::Go(x)
            | Op::Defer(x, _)
            | Op::CheckNil(x) => visit(*x),
            Op::Binary(_, x, y)
            | Op::Logical(_, x, y)
            | Op::Index(x, y)
            | Op::IndexMap(x, y)
            | Op::Two(_, x, y)
            | Op::Key(x, y)
            | Op::Send(x, y)
            | Op::AssignOp { x, y, .. } => {
                visit(*x);
                visit(*y);
            }
            Op::AddString(list)
            | Op::Append { args: list, .. }
            | Op::Many(_, list)
            | Op::ArrayLit(list)
            | Op::SliceLit(list, _)
            | Op::Block(list)
            | Op::Return(list) => list.iter().copied().for_each(visit),
            Op::Slice { x, bounds } => {
                visit(*x);
                bounds.iter().flatten().copied().for_each(visit);
            }
            Op::Call { fun, args, .. } => {
                visit(*fun);
                args.iter().copied().for_each(visit);
            }
            Op::MakeSlice(len, cap) => {
                visit(*len);
                cap.iter().copied().for_each(visit);
            }
            Op::MakeChan(len) | Op::MakeMap(len) => len.iter().copied().for_each(visit),
            Op::StructLit(fields) => fields.iter().for_each(|(_, value)| visit(*value)),
            Op::MapLit(pairs) => pairs.iter().for_each(|(key, value)| {
                visit(*key);
                visit(*value);
            }),
            _ => self.each_part_of_statement(id, visit),
        }
    }

    fn each_part_of_statement(&self, id: NodeId, visit: &mut dyn FnMut(NodeId)) {
        match &self[id].op {
            Op::Assign { x, y, .. } => {
                visit(*x);
                y.iter().copied().for_each(visit);
            }
            Op::AssignList { lhs, rhs, .. } => {
                lhs.iter().copied().for_each(&mut *visit);
                rhs.iter().copied().for_each(visit);
            }
            Op::If { cond, then, els } => {
                visit(*cond);
                then.iter().copied().for_each(&mut *visit);
                els.iter().copied().for_each(visit);
            }
            Op::For { cond, post, body, .. } => {
                cond.iter().copied().for_each(&mut *visit);
                post.iter().copied().for_each(&mut *visit);
                body.iter().copied().for_each(visit);
            }
            Op::Range { key, value, x, body, .. } => {
                visit(*x);
                key.iter().copied().for_each(&mut *visit);
                value.iter().copied().for_each(&mut *visit);
                body.iter().copied().for_each(visit);
            }
            Op::Switch { tag, cases } => {
                tag.iter().copied().for_each(&mut *visit);
                each_case(cases, visit);
            }
            Op::TypeSwitch { x, cases, .. } => {
                visit(*x);
                each_case(cases, visit);
            }
            Op::Select(cases) => {
                for Comm { comm, body } in cases {
                    comm.iter().copied().for_each(&mut *visit);
                    body.iter().copied().for_each(&mut *visit);
                }
            }
            _ => {}
        }
    }

    /// Calls `visit` with each node of `func` from the outside in, in the order of the text.
    pub fn each_node(&self, func: FuncIndex, visit: &mut dyn FnMut(NodeId)) {
        self.each_below(&self[func].body, visit);
    }

    /// Calls `visit` with each node of some trees.
    pub fn each_below(&self, roots: &[NodeId], visit: &mut dyn FnMut(NodeId)) {
        // An explicit stack: sums of strings and the like may be deep.
        let mut left: Vec<NodeId> = roots.iter().rev().copied().collect();
        let mut parts = Vec::new();
        while let Some(id) = left.pop() {
            visit(id);
            self.each_part(id, &mut |part| parts.push(part));
            left.extend(parts.drain(..).rev());
        }
    }

    /// Whether `test` holds for `root` or something below it.
    pub fn any_below(&self, root: NodeId, test: &mut dyn FnMut(NodeId) -> bool) -> bool {
        let mut any = false;
        self.each_below(&[root], &mut |id| any = any || test(id));
        any
    }
}

fn each_case(cases: &[Case], visit: &mut dyn FnMut(NodeId)) {
    for Case { list, body, .. } in cases {
        list.iter().copied().for_each(&mut *visit);
        body.iter().copied().for_each(&mut *visit);
    }
}
