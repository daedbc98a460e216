//! Calls of functions and methods, and conversions that look like them.

use super::Lowering;
use crate::ast::{ExprId, ExprKind};
use crate::check::{Mode, SelectionKind};
use crate::ir::{NodeId, Op, Unary};
use crate::source::Pos;
use crate::types::{Declare, Signature, Type, TypeId};
use std::rc::Rc;

impl Lowering<'_> {
    /// `fun(args)`
    pub(super) fn call(
        &mut self,
        id: ExprId,
        fun: ExprId,
        args: &[ExprId],
        has_dots: bool,
    ) -> NodeId {
        let bare = self.ast.unparen(fun);
        match self.mode(bare) {
            Mode::Type => {
                let ty = self.ty(bare);
                self.convert_expr(args[0], Some(ty), false)
            }
            Mode::Builtin => self.builtin(id, bare, args, has_dots),
            _ => self.function_call(id, bare, args, has_dots),
        }
    }

    fn function_call(
        &mut self,
        id: ExprId,
        fun: ExprId,
        args: &[ExprId],
        has_dots: bool,
    ) -> NodeId {
        let pos = self.pos(id);
        let (callee, receiver) = self.callee(fun);
        let Some(sig) = self.callee_signature(fun) else {
            return self.body.add(pos, TypeId::INVALID, Op::Nil);
        };
        let count = sig.params.len();
        let (params, variadic) = (Rc::clone(&sig), sig.variadic);
        let mut values = self.multi(pos, args, &mut |lowering, at| {
            let spread = variadic && !has_dots && at + 1 >= count;
            let param = params.params.get(at.min(count.saturating_sub(1))).copied()?;
            match (spread, lowering.under(param)) {
                (true, Type::Slice(elem)) => Some(elem),
                _ => Some(param),
            }
        });
        let mut dots = has_dots;
        if variadic && !has_dots {
            let extra = values.split_off((count - 1).min(values.len()));
            let packed = self.packed(pos, sig.params[count - 1], &extra);
            values.push(packed);
            dots = true;
        }
        let ty = self.result_type(&sig);
        let all: Box<[NodeId]> = receiver.into_iter().chain(values).collect();
        let dictionary = self.dictionary(pos, fun, callee);
        let call = self.body.add(pos, ty, Op::Call { fun: callee, args: all, dictionary, dots });
        self.settle_callee(pos, call, callee);
        call
    }

    /// What is called: and the receiver of a method, if it is an argument.
    fn callee(&mut self, fun: ExprId) -> (NodeId, Option<NodeId>) {
        let ast = Rc::clone(&self.ast);
        let inner = self.without_arguments(fun);
        if let ExprKind::Selector { of, .. } = ast[inner].kind
            && self.info().used(inner).is_none()
            && let Some(selection) = self.info().selection(inner)
            && selection.kind == SelectionKind::Method
        {
            return self.method_callee(inner, of, selection);
        }
        (self.expr(fun), None)
    }

    /// The signature of what is called, without its receiver.
    fn callee_signature(&mut self, fun: ExprId) -> Option<Rc<Signature>> {
        let ty = self.ty(fun);
        let under = self.program.under(ty);
        self.program.types().as_signature(under).cloned()
    }

    fn result_type(&mut self, sig: &Signature) -> TypeId {
        match &*sig.results {
            [] => TypeId::INVALID,
            [single] => *single,
            several => self.program.types_mut().tuple(several),
        }
    }

    /// The slice of what is passed for `...T`.
    pub(super) fn packed(&mut self, pos: Pos, ty: TypeId, extra: &[NodeId]) -> NodeId {
        if extra.is_empty() {
            return self.body.add(pos, ty, Op::Nil);
        }
        let len = extra.len() as u64;
        self.body.add_implicit(pos, ty, Op::SliceLit(extra.into(), len))
    }

    /// A callee that has effects of its own is evaluated into a temporary first.
    pub(super) fn settle_callee(&mut self, pos: Pos, call: NodeId, callee: NodeId) {
        let place = match self.body[callee].op {
            Op::DotInter(x, _) => x,
            _ => callee,
        };
        if !self.has_call(place) {
            return;
        }
        let ty = self.body[place].ty;
        let temp = self.body.temp(self.func, pos, ty);
        let name = self.body.name(temp);
        let assign = self.body.add_stmt(pos, Op::Assign { x: name, y: Some(place), def: false });
        let dcl = self.body.add_stmt(pos, Op::Dcl(temp));
        self.body[assign].init.push(dcl);
        let value = self.body.name(temp);
        match &mut self.body[callee].op {
            Op::DotInter(x, _) => *x = value,
            _ => {
                if let Op::Call { fun, .. } = &mut self.body[call].op {
                    *fun = value;
                }
            }
        }
        self.body[call].init.push(assign);
    }

    /// Whether `x` calls something or uses a channel.
    fn has_call(&self, x: NodeId) -> bool {
        self.body.any_below(x, &mut |id| {
            matches!(
                self.body[id].op,
                Op::Call { .. }
                    | Op::Append { .. }
                    | Op::One(..)
                    | Op::Two(..)
                    | Op::Many(..)
                    | Op::Unary(Unary::Recv, _)
            )
        })
    }
}
