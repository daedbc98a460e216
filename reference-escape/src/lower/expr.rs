//! Expressions.

use super::Lowering;
use crate::ast::{BinaryOp, ExprId, ExprKind, UnaryOp};
use crate::check::Mode;
use crate::functions::FuncKey;
use crate::ir::{NodeId, Op, Pairing, Unary};
use crate::source::Pos;
use crate::types::{
    Basic, Declare, Implements, ObjectId, ObjectKind, Relations, Type, TypeId, VarKind,
};
use std::rc::Rc;

impl Lowering<'_> {
    /// The value of `id`.
    pub(super) fn expr(&mut self, id: ExprId) -> NodeId {
        let id = self.ast.unparen(id);
        let pos = self.pos(id);
        match self.mode(id) {
            Mode::Constant => {
                let ty = self.ty(id);
                if let Some(value) = self.info().value(id).cloned() {
                    return self.literal(pos, ty, &value);
                }
            }
            Mode::Nil => {
                let ty = self.ty(id);
                return self.body.add(pos, ty, Op::Nil);
            }
            _ => {}
        }
        let ast = Rc::clone(&self.ast);
        match &ast[id].kind {
            ExprKind::Name(_) => match self.info().used(id) {
                Some(object) => self.object(id, object),
                None => self.body.add(pos, TypeId::INVALID, Op::Nil),
            },
            ExprKind::CompositeLit { elems, .. } => self.composite(id, elems),
            ExprKind::FuncLit { ty, body } => self.func_literal(id, *ty, body),
            ExprKind::Selector { of, .. } => self.selector(id, *of),
            ExprKind::Index { of, index } => self.index(id, *of, *index),
            ExprKind::Slice { of, index, .. } => self.slice(id, *of, *index),
            ExprKind::Assert { of, .. } => {
                let x = self.expr(*of);
                let ty = self.single_ty(id);
                self.body.add(pos, ty, Op::DotType(x))
            }
            ExprKind::Unary { op, x } => self.unary(id, *op, *x),
            ExprKind::Binary { op, x, y } => self.binary(id, *op, *x, *y),
            ExprKind::Call { fun, args, has_dots } => self.call(id, *fun, args, *has_dots),
            _ => {
                let ty = self.ty(id);
                self.body.add(pos, ty, Op::Type)
            }
        }
    }

    pub(super) fn opt_expr(&mut self, id: Option<ExprId>) -> Option<NodeId> {
        id.map(|id| self.expr(id))
    }

    /// The type of an expression where it is one value, though it may be used with its `ok`.
    pub(super) fn single_ty(&mut self, id: ExprId) -> TypeId {
        let ty = self.ty(id);
        match &self.program.types()[ty] {
            Type::Tuple(all) => all.first().copied().unwrap_or(TypeId::INVALID),
            _ => ty,
        }
    }

    /// What a name denotes, as a value.
    pub(super) fn object(&mut self, id: ExprId, object: ObjectId) -> NodeId {
        let pos = self.pos(id);
        match self.program.types()[object].kind {
            ObjectKind::Var(VarKind::Package) => {
                self.program.declare(object);
                let ty = self.program.types()[object].ty;
                self.body.add(pos, ty, Op::Global(object))
            }
            ObjectKind::Var(_) => match self.vars.get(&object) {
                Some(var) => self.use_var(*var, pos),
                None => self.body.add(pos, TypeId::INVALID, Op::Nil),
            },
            ObjectKind::Func(_) => {
                let ty = self.ty(id);
                let targs = self.info().type_arguments(id).cloned();
                let func = self.function(object, &targs.unwrap_or_else(|| Rc::from([])));
                self.body.add(pos, ty, Op::Func(func))
            }
            _ => {
                let ty = self.ty(id);
                self.body.add(pos, ty, Op::Nil)
            }
        }
    }

    /// The function `object`, for these type arguments.
    pub(super) fn function(
        &mut self,
        object: ObjectId,
        targs: &[TypeId],
    ) -> crate::functions::FuncId {
        self.program.declare(object);
        let params = super::all_type_params(self.program, object);
        let shapes: Vec<TypeId> = targs
            .iter()
            .zip(&params)
            .map(|(arg, param)| {
                let arg = self.bind(*arg);
                self.world.shapes.shape(self.program, arg, *param)
            })
            .collect();
        self.world.functions.intern(FuncKey::Declared(object, shapes.into()))
    }

    fn index(&mut self, id: ExprId, of: ExprId, index: ExprId) -> NodeId {
        let of = self.ast.unparen(of);
        if self.info().type_arguments(of).is_some() {
            return self.instance(id, of);
        }
        let pos = self.pos(id);
        let x = self.expr(of);
        let x_ty = self.body[x].ty;
        if let Type::Map { key, .. } = self.under(x_ty) {
            let index = self.converted(index, Some(key));
            let ty = self.single_ty(id);
            return self.body.add(pos, ty, Op::IndexMap(x, index));
        }
        let index = self.converted(index, None);
        let x = self.implicit_star(pos, x);
        let ty = self.ty(id);
        self.body.add(pos, ty, Op::Index(x, index))
    }

    /// `F[T]` as a value.
    fn instance(&mut self, id: ExprId, of: ExprId) -> NodeId {
        let node = match self.info().used(of) {
            Some(object) => self.object(of, object),
            None => self.expr(of),
        };
        let ty = self.ty(id);
        self.body[node].ty = ty;
        node
    }

    /// `*x` if `x` is a pointer to an array.
    fn implicit_star(&mut self, pos: Pos, x: NodeId) -> NodeId {
        let ty = self.body[x].ty;
        let Type::Pointer(elem) = self.under(ty) else { return x };
        match self.under(elem) {
            Type::Array { .. } => self.body.add_implicit(pos, elem, Op::Deref(x)),
            _ => x,
        }
    }

    fn slice(&mut self, id: ExprId, of: ExprId, index: [Option<ExprId>; 3]) -> NodeId {
        let pos = self.pos(id);
        let mut x = self.expr(of);
        let bounds = index.map(|bound| bound.map(|bound| self.converted(bound, None)));
        let x_ty = self.body[x].ty;
        if let Type::Array { .. } = self.under(x_ty) {
            x = self.address(pos, x, true);
        }
        let ty = self.ty(id);
        self.body.add(pos, ty, Op::Slice { x, bounds })
    }

    /// `&x`, noting that a variable's address is taken.
    pub(super) fn address(&mut self, pos: Pos, x: NodeId, implicit: bool) -> NodeId {
        let x_ty = self.body[x].ty;
        let ty = self.program.types_mut().pointer(x_ty);
        if !implicit
            && matches!(
                self.body[x].op,
                Op::StructLit(_) | Op::ArrayLit(_) | Op::SliceLit(..) | Op::MapLit(_)
            )
        {
            return self.body.add(pos, ty, Op::PtrLit(x));
        }
        if let Some(var) = self.body.outer_var(self.program, x) {
            self.body[var].addrtaken = true;
        }
        let id = self.body.add(pos, ty, Op::Addr(x));
        self.body[id].implicit = implicit;
        id
    }

    fn unary(&mut self, id: ExprId, op: UnaryOp, x: ExprId) -> NodeId {
        let pos = self.pos(id);
        let node = self.expr(x);
        let unary = match op {
            UnaryOp::Addr => {
                let address = self.address(pos, node, false);
                let ty = self.ty(id);
                self.body[address].ty = ty;
                return address;
            }
            UnaryOp::Star => {
                let ty = self.ty(id);
                return self.body.add(pos, ty, Op::Deref(node));
            }
            UnaryOp::Recv => Unary::Recv,
            UnaryOp::Minus => Unary::Neg,
            UnaryOp::Not => Unary::Not,
            UnaryOp::Xor => Unary::BitNot,
            UnaryOp::Plus | UnaryOp::Tilde => Unary::Plus,
        };
        let ty = self.single_ty(id);
        self.body.add(pos, ty, Op::Unary(unary, node))
    }

    fn binary(&mut self, id: ExprId, op: BinaryOp, x: ExprId, y: ExprId) -> NodeId {
        let pos = self.pos(id);
        let ty = self.ty(id);
        let common = match op {
            BinaryOp::Shl | BinaryOp::Shr => None,
            _ => self.common_type(x, y),
        };
        if op == BinaryOp::Add && matches!(self.under(ty), Type::Basic(basic) if basic.is_string())
        {
            return self.concatenation(id, x, y);
        }
        let (a, b) = (self.converted(x, common), self.converted(y, common));
        match op {
            BinaryOp::AndAnd | BinaryOp::OrOr => self.body.add(pos, ty, Op::Logical(op, a, b)),
            _ => self.body.add(pos, ty, Op::Binary(op, a, b)),
        }
    }

    /// `a + b + c`, one node for all. It leans to the left and may be long.
    fn concatenation(&mut self, id: ExprId, x: ExprId, y: ExprId) -> NodeId {
        let (pos, ty) = (self.pos(id), self.ty(id));
        let mut right = vec![y];
        let mut left = self.ast.unparen(x);
        while self.mode(left) != Mode::Constant
            && let ExprKind::Binary { op: BinaryOp::Add, x, y } = self.ast[left].kind
        {
            right.push(y);
            left = self.ast.unparen(x);
        }
        let mut parts = Vec::new();
        for part in std::iter::once(left).chain(right.into_iter().rev()) {
            let node = self.converted(part, Some(ty));
            match &self.body[node].op {
                Op::AddString(inner) => parts.extend(inner.iter().copied()),
                _ => parts.push(node),
            }
        }
        self.body.add(pos, ty, Op::AddString(parts.into()))
    }

    /// The type that both sides of an operator come to.
    fn common_type(&mut self, x: ExprId, y: ExprId) -> Option<TypeId> {
        let (x, y) = (self.ast.unparen(x), self.ast.unparen(y));
        let (a, b) = (self.ty(x), self.ty(y));
        if self.mode(x) == Mode::Nil {
            return Some(b);
        }
        if self.mode(y) == Mode::Nil {
            return Some(a);
        }
        if self.program.identical(a, b) {
            return None;
        }
        match (self.is_interface(a), self.is_interface(b)) {
            (false, true) => Some(b),
            (true, true) if self.program.implements(a, b, false).is_ok() => Some(b),
            (true, _) => Some(a),
            (false, false) => {
                let named = |types: &crate::types::Types| {
                    matches!(types[b], Type::Named(_) | Type::Basic(_))
                };
                if named(self.program.types()) { Some(b) } else { Some(a) }
            }
        }
    }

    /// Values that are assigned, returned or passed: each on its own, or all of them those of one call.
    pub(super) fn multi(
        &mut self,
        pos: Pos,
        exprs: &[ExprId],
        dst: &mut dyn FnMut(&mut Self, usize) -> Option<TypeId>,
    ) -> Vec<NodeId> {
        if let [single] = exprs {
            let single = self.ast.unparen(*single);
            let ty = self.ty(single);
            if let Type::Tuple(all) = self.program.types()[ty].clone()
                && all.len() > 1
            {
                return self.spread(pos, single, &all, dst);
            }
        }
        exprs
            .iter()
            .enumerate()
            .map(|(at, expr)| {
                let dst = dst(self, at);
                self.converted(*expr, dst)
            })
            .collect()
    }

    /// Temporaries for the values of `id`, assigned before the first is read.
    fn spread(
        &mut self,
        pos: Pos,
        id: ExprId,
        types: &[TypeId],
        dst: &mut dyn FnMut(&mut Self, usize) -> Option<TypeId>,
    ) -> Vec<NodeId> {
        let x = self.expr(id);
        let pairing = self.pairing(x);
        let temps: Vec<_> = types.iter().map(|ty| self.body.temp(self.func, pos, *ty)).collect();
        let lhs: Box<[NodeId]> = temps.iter().map(|temp| self.body.name(*temp)).collect();
        let assign =
            self.body.add_stmt(pos, Op::AssignList { pairing, lhs, rhs: [x].into(), def: true });
        for temp in &temps {
            self.body[*temp].defn = Some(assign);
            let dcl = self.body.add_stmt(pos, Op::Dcl(*temp));
            self.body[assign].init.push(dcl);
        }
        let mut values = Vec::with_capacity(temps.len());
        for (at, (temp, src)) in temps.iter().zip(types).enumerate() {
            let mut value = self.body.name(*temp);
            if let Some(dst) = dst(self, at)
                && !self.program.identical(*src, dst)
            {
                value = self.convert(pos, value, dst, true);
            }
            values.push(value);
        }
        values[0] = self.with_init(vec![assign], values[0]);
        values
    }

    /// `x`, with something done before it.
    pub(super) fn with_init(&mut self, init: Vec<NodeId>, x: NodeId) -> NodeId {
        let node = &self.body[x];
        let holder = match node.op {
            Op::Name(_) | Op::Literal(_) | Op::Nil | Op::Global(_) | Op::Func(_) => {
                let (pos, ty) = (node.pos, node.ty);
                self.body.add(pos, ty, Op::Convert(crate::ir::Conv::Nop, x))
            }
            _ => x,
        };
        self.body[holder].init.splice(0..0, init);
        holder
    }

    /// Where the values of `x` come from.
    pub(super) fn pairing(&self, x: NodeId) -> Pairing {
        match &self.body[x].op {
            Op::IndexMap(..) => Pairing::MapOk,
            Op::Unary(Unary::Recv, _) => Pairing::RecvOk,
            Op::DotType(_) => Pairing::AssertOk,
            _ => Pairing::Call,
        }
    }

    /// The unsigned integer type of the size of a pointer.
    pub(super) const UINTPTR: TypeId = Basic::Uintptr.id();
}
