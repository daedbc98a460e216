//! Predeclared functions.

use super::Lowering;
use crate::ast::ExprId;
use crate::check::Mode;
use crate::constant::Value;
use crate::ir::{Many, NodeId, One, Op, Two};
use crate::source::Pos;
use crate::types::{Builtin, Layouts, ObjectKind, Type, TypeId};

impl Lowering<'_> {
    /// A call of a predeclared function.
    pub(super) fn builtin(
        &mut self,
        id: ExprId,
        fun: ExprId,
        args: &[ExprId],
        dots: bool,
    ) -> NodeId {
        let pos = self.pos(id);
        let Some(builtin) = self.which_builtin(fun) else {
            return self.body.add(pos, TypeId::INVALID, Op::Nil);
        };
        let one = |one: One| move |x: NodeId| Op::One(one, x);
        match builtin {
            Builtin::Append => self.append(id, args, dots),
            Builtin::Make => self.make(id, args),
            Builtin::New => self.new_value(id, args[0]),
            Builtin::Len => self.unary_builtin(id, args, one(One::Len)),
            Builtin::Cap => self.unary_builtin(id, args, one(One::Cap)),
            Builtin::Real => self.unary_builtin(id, args, one(One::Real)),
            Builtin::Imag => self.unary_builtin(id, args, one(One::Imag)),
            Builtin::Close => self.unary_builtin(id, args, one(One::Close)),
            Builtin::Clear => self.unary_builtin(id, args, one(One::Clear)),
            Builtin::UnsafeStringData => self.unary_builtin(id, args, one(One::StringData)),
            Builtin::UnsafeSliceData => self.unary_builtin(id, args, one(One::SliceData)),
            Builtin::Panic => {
                let values = self.multi(pos, args, &mut |_, _| Some(TypeId::EMPTY_INTERFACE));
                self.body.add_stmt(pos, Op::One(One::Panic, values[0]))
            }
            Builtin::Copy => self.binary_builtin(id, args, Two::Copy),
            Builtin::Complex => self.binary_builtin(id, args, Two::Complex),
            Builtin::UnsafeAdd => self.binary_builtin(id, args, Two::UnsafeAdd),
            Builtin::UnsafeSlice => self.binary_builtin(id, args, Two::UnsafeSlice),
            Builtin::UnsafeString => self.binary_builtin(id, args, Two::UnsafeString),
            Builtin::Delete => self.delete(pos, args),
            Builtin::Print => self.list_builtin(id, args, Many::Print),
            Builtin::Println => self.list_builtin(id, args, Many::Println),
            Builtin::Recover => self.list_builtin(id, args, Many::Recover),
            Builtin::Min => self.extreme(id, args, Many::Min),
            Builtin::Max => self.extreme(id, args, Many::Max),
            Builtin::UnsafeSizeof | Builtin::UnsafeAlignof | Builtin::UnsafeOffsetof => {
                let ty = self.ty(args[0]);
                let size = self.program.size_of(ty).min(i64::MAX as u64) as i64;
                self.literal(pos, Self::UINTPTR, &Value::Small(size))
            }
        }
    }

    fn which_builtin(&self, fun: ExprId) -> Option<Builtin> {
        match self.program.types()[self.info().used(fun)?].kind {
            ObjectKind::Builtin(builtin) => Some(builtin),
            _ => None,
        }
    }

    /// The type of a call; invalid where it has no value.
    fn call_type(&mut self, id: ExprId) -> TypeId {
        match self.mode(id) {
            Mode::NoValue => TypeId::INVALID,
            _ => self.ty(id),
        }
    }

    fn unary_builtin(
        &mut self,
        id: ExprId,
        args: &[ExprId],
        op: impl FnOnce(NodeId) -> Op,
    ) -> NodeId {
        let pos = self.pos(id);
        let values = self.multi(pos, args, &mut |_, _| None);
        let ty = self.call_type(id);
        self.body.add(pos, ty, op(values[0]))
    }

    fn binary_builtin(&mut self, id: ExprId, args: &[ExprId], two: Two) -> NodeId {
        let pos = self.pos(id);
        let values = self.multi(pos, args, &mut |_, _| None);
        let ty = self.call_type(id);
        let [x, y] = values[..] else { return self.body.add(pos, ty, Op::Nil) };
        self.body.add(pos, ty, Op::Two(two, x, y))
    }

    fn list_builtin(&mut self, id: ExprId, args: &[ExprId], many: Many) -> NodeId {
        let pos = self.pos(id);
        let values = self.multi(pos, args, &mut |_, _| None);
        let ty = self.call_type(id);
        self.body.add(pos, ty, Op::Many(many, values.into()))
    }

    fn extreme(&mut self, id: ExprId, args: &[ExprId], many: Many) -> NodeId {
        let pos = self.pos(id);
        let ty = self.ty(id);
        let values = self.multi(pos, args, &mut |_, _| Some(ty));
        self.body.add(pos, ty, Op::Many(many, values.into()))
    }

    fn delete(&mut self, pos: Pos, args: &[ExprId]) -> NodeId {
        let map = self.ty(args[0]);
        let key = match self.under(map) {
            Type::Map { key, .. } => Some(key),
            _ => None,
        };
        let values = self.multi(pos, args, &mut |_, at| key.filter(|_| at == 1));
        self.body.add_stmt(pos, Op::Many(Many::Delete, values.into()))
    }

    fn append(&mut self, id: ExprId, args: &[ExprId], dots: bool) -> NodeId {
        let pos = self.pos(id);
        let ty = self.ty(id);
        let elem = match self.under(ty) {
            Type::Slice(elem) => Some(elem),
            _ => None,
        };
        let values = self.multi(pos, args, &mut |_, at| match (at, dots) {
            (0, _) => Some(ty),
            (_, true) => None,
            (_, false) => elem,
        });
        self.body.add(pos, ty, Op::Append { args: values.into(), dots })
    }

    fn make(&mut self, id: ExprId, args: &[ExprId]) -> NodeId {
        let pos = self.pos(id);
        let ty = self.ty(id);
        let mut sizes = args[1..].iter().map(|arg| self.converted(*arg, None)).collect::<Vec<_>>();
        let op = match self.under(ty) {
            Type::Map { .. } => Op::MakeMap(sizes.pop()),
            Type::Chan { .. } => Op::MakeChan(sizes.pop()),
            _ => match sizes[..] {
                [len, cap] => Op::MakeSlice(len, Some(cap)),
                [len] => Op::MakeSlice(len, None),
                _ => Op::Nil,
            },
        };
        self.body.add(pos, ty, op)
    }

    /// `new(T)`, or `new(x)`, which is the address of a copy.
    fn new_value(&mut self, id: ExprId, arg: ExprId) -> NodeId {
        let pos = self.pos(id);
        let ty = self.ty(id);
        if self.mode(self.ast.unparen(arg)) == Mode::Type {
            let dynamic = self.program.types().is_parameterized(self.raw_ty(id));
            return self.body.add(pos, ty, Op::New { dynamic });
        }
        let x = self.expr(arg);
        let mut init = Vec::new();
        let temp = self.temp_copy(pos, x, &mut init);
        let name = self.body.name(temp);
        let address = self.address(pos, name, false);
        self.body[address].ty = ty;
        self.body[address].init = init;
        address
    }
}
