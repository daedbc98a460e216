//! `go` and `defer`: a call with arguments or results becomes a call of a literal that has neither.
//!
//! What the call needs is evaluated into temporaries where the statement stands, and the literal uses these.

use super::Lowering;
use crate::ast::{ExprId, Spawn};
use crate::ir::{Conv, FuncIndex, NodeId, Op, Origin, Pairing};
use crate::source::Pos;
use crate::types::{Declare, TypeId};

impl Lowering<'_> {
    pub(super) fn spawn(&mut self, pos: Pos, kind: Spawn, call: ExprId, out: &mut Vec<NodeId>) {
        let call = self.expr(call);
        let mut init = std::mem::take(&mut self.body[call].init);
        let call =
            if self.is_plain(call) { call } else { self.wrapped(pos, kind, call, &mut init) };
        let op = match kind {
            Spawn::Go => Op::Go(call),
            Spawn::Defer => Op::Defer(call, self.in_range_func()),
        };
        let node = self.body.add_stmt(pos, op);
        self.body[node].init = init;
        out.push(node);
    }

    /// Whether the call has neither arguments nor results, and calls no method.
    fn is_plain(&self, call: NodeId) -> bool {
        match &self.body[call].op {
            Op::Call { fun, args, dictionary, .. } => {
                args.is_empty()
                    && dictionary.is_none()
                    && self.body[call].ty == TypeId::INVALID
                    && !matches!(self.body[*fun].op, Op::DotInter(..))
            }
            _ => false,
        }
    }

    fn wrapped(&mut self, pos: Pos, kind: Spawn, call: NodeId, init: &mut Vec<NodeId>) -> NodeId {
        let origin = if kind == Spawn::Go { Origin::Go } else { Origin::Defer };
        let ty = self.program.types_mut().signature(&[], &[], false);
        let wrapper = self.new_func(pos, ty, origin, Some(self.func));
        let mut places = Vec::new();
        self.operands(call, &mut places);
        let interface = matches!(&self.body[call].op, Op::Call { fun, .. } if matches!(self.body[*fun].op, Op::DotInter(..)));
        if !places.is_empty() {
            self.evaluate_early(pos, &places, interface, init);
        }
        self.body[wrapper].body = vec![call];
        self.recapture(wrapper, call);
        let literal = self.body.add(pos, ty, Op::Closure(wrapper));
        let call_pos = self.body[call].pos;
        let op = Op::Call { fun: literal, args: Box::default(), dictionary: None, dots: false };
        self.body.add(call_pos, TypeId::INVALID, op)
    }

    /// Operands that must be evaluated where the statement stands.
    fn operands(&self, call: NodeId, places: &mut Vec<NodeId>) {
        match &self.body[call].op {
            Op::Call { fun, args, .. } => {
                match self.body[*fun].op {
                    Op::DotInter(x, _) => places.push(x),
                    _ => self.operand(*fun, places),
                }
                args.iter().for_each(|arg| self.operand(*arg, places));
            }
            Op::Append { args, .. } | Op::Many(_, args) => {
                args.iter().for_each(|arg| self.operand(*arg, places));
            }
            Op::One(_, x) => self.operand(*x, places),
            Op::Two(_, x, y) => {
                self.operand(*x, places);
                self.operand(*y, places);
            }
            _ => {}
        }
    }

    fn operand(&self, x: NodeId, places: &mut Vec<NodeId>) {
        match &self.body[x].op {
            Op::Literal(_)
            | Op::Nil
            | Op::MethodExpr { .. }
            | Op::Func(_)
            | Op::New { .. }
            | Op::Dictionary(..) => {}
            Op::Convert(Conv::Nop, inner)
                if self.body[x].ty == Self::UINTPTR
                    && self.body[*inner].ty == TypeId::UNSAFE_POINTER =>
            {
                self.operand(*inner, places);
            }
            Op::ArrayLit(list) | Op::SliceLit(list, _) => {
                for elem in list {
                    match self.body[*elem].op {
                        Op::Key(_, value) => self.operand(value, places),
                        _ => self.operand(*elem, places),
                    }
                }
            }
            Op::StructLit(fields) => {
                fields.iter().for_each(|(_, value)| self.operand(*value, places));
            }
            _ => places.push(x),
        }
    }

    /// Moves `places` into temporaries, which stand in their stead.
    fn evaluate_early(
        &mut self,
        pos: Pos,
        places: &[NodeId],
        interface: bool,
        init: &mut Vec<NodeId>,
    ) {
        let (mut lhs, mut rhs) = (Vec::new(), Vec::new());
        for place in places {
            let node = self.body[*place].clone();
            let (arg_pos, ty) = (node.pos, node.ty);
            // What stood there goes to a new number, and the temporary takes its old one.
            let moved = self.body.add(arg_pos, ty, Op::Nil);
            self.body[moved] = node;
            let shared = matches!(
                self.body[moved].op,
                Op::Name(_) | Op::Global(_) | Op::Literal(_) | Op::Nil
            );
            let temp = self.body.temp(self.func, if shared { pos } else { arg_pos }, ty);
            init.push(self.body.add_stmt(arg_pos, Op::Dcl(temp)));
            lhs.push(self.body.name(temp));
            rhs.push(moved);
            let stands = self.body.name(temp);
            self.body[*place] = self.body[stands].clone();
        }
        let assign = self.body.add_stmt(
            pos,
            Op::AssignList {
                pairing: Pairing::Each,
                lhs: lhs.iter().copied().collect(),
                rhs: rhs.into(),
                def: false,
            },
        );
        for name in &lhs {
            if let Some(var) = self.body.as_var(*name) {
                self.body[var].defn = Some(assign);
            }
        }
        init.push(assign);
        if interface {
            let name = lhs[0];
            init.push(self.body.add_stmt(pos, Op::CheckNil(name)));
        }
    }

    /// Notes which variables the call uses now that it stands in `wrapper`.
    fn recapture(&mut self, wrapper: FuncIndex, call: NodeId) {
        let mut used = Vec::new();
        self.body.each_below(&[call], &mut |id| {
            if let Op::Name(var) = self.body[id].op {
                used.push(var);
            }
        });
        let outer = std::mem::replace(&mut self.func, wrapper);
        let pos = self.body[wrapper].pos;
        for var in used {
            self.capture(var, pos);
        }
        self.func = outer;
    }
}
