//! Calls of the predeclared functions, and of those of `unsafe`.

use super::operand::Operand;
use super::{Mode, Program};
use crate::ast::{BinaryOp, ExprId};
use crate::constant::Value;
use crate::types::{
    Basic, Builtin, Declare, Layouts, Predicates, Relations, Signature, Type, TypeId, TypeSets,
};
use std::rc::Rc;

impl Program {
    /// A call of a predeclared function.
    pub(super) fn builtin_call(
        &mut self,
        id: ExprId,
        callee: &Operand,
        args: &[ExprId],
        has_dots: bool,
    ) -> Operand {
        let Some(builtin) = callee.builtin else { return Operand::INVALID };
        let pos = self.env.ast[id].pos;
        if has_dots && builtin != Builtin::Append {
            self.fault(pos, "invalid operation: invalid use of ... with predeclared function");
        }
        // Whether `len` is constant depends on the calls in its own argument only.
        let calls = self.env.calls;
        if matches!(builtin, Builtin::Len | Builtin::Cap) {
            self.env.calls = false;
        }
        let x = self.builtin_with(id, builtin, args, has_dots);
        if matches!(builtin, Builtin::Len | Builtin::Cap) {
            self.env.calls = calls;
        }
        x.map_or(Operand::INVALID, |x| Operand { id: Some(id), ..x })
    }

    fn builtin_with(
        &mut self,
        id: ExprId,
        builtin: Builtin,
        args: &[ExprId],
        has_dots: bool,
    ) -> Option<Operand> {
        let texts = matches!(builtin, Builtin::Make | Builtin::New | Builtin::UnsafeOffsetof);
        let mut operands = Vec::new();
        if !texts {
            operands = self.builtin_args(args);
            if operands.iter().any(|x| !x.is_valid()) {
                return None;
            }
        }
        let count = if texts { args.len() } else { operands.len() };
        let (least, most) = builtin.arity();
        if count < least || most.is_some_and(|most| count > most) {
            let pos = self.env.ast[id].pos;
            self.fault(pos, "invalid operation: wrong number of arguments");
            return None;
        }
        let found = match builtin {
            Builtin::Make => self.make(args),
            Builtin::New => self.new_value(args[0]),
            Builtin::UnsafeOffsetof => self.offset_of(args[0]),
            Builtin::Append => self.append(id, operands, has_dots),
            Builtin::Min | Builtin::Max => self.extreme(operands, builtin == Builtin::Max),
            Builtin::Print | Builtin::Println => {
                for x in operands {
                    self.assignment(x, None, "argument of print");
                }
                Some(self.nothing())
            }
            Builtin::Recover => Some(Operand::loose(TypeId::ANY)),
            _ => {
                let mut operands = operands.into_iter();
                let first = operands.next()?;
                match operands.next() {
                    None => self.builtin_of_one(builtin, first),
                    Some(second) => self.builtin_of_two(builtin, first, second),
                }
            }
        };
        if found.is_none() {
            let pos = self.env.ast[id].pos;
            self.fault(pos, "invalid argument of predeclared function");
        }
        found
    }

    fn builtin_args(&mut self, args: &[ExprId]) -> Vec<Operand> {
        match args {
            [single] => self.multi_expr(*single, false).0,
            several => several.iter().map(|id| self.expr(*id)).collect(),
        }
    }

    /// What a call without results comes to.
    fn nothing(&mut self) -> Operand {
        let ty = self.types.tuple(&[]);
        Operand { mode: Mode::NoValue, ty, ..Operand::INVALID }
    }

    fn builtin_of_one(&mut self, builtin: Builtin, x: Operand) -> Option<Operand> {
        match builtin {
            Builtin::Len | Builtin::Cap => self.length(&x, builtin == Builtin::Len),
            Builtin::Clear => {
                let types = self.specific_types(x.ty)?;
                let all = types.iter().all(|(_, under)| {
                    matches!(self.types[*under], Type::Map { .. } | Type::Slice(_))
                });
                all.then(|| self.nothing())
            }
            Builtin::Close => {
                let chan = matches!(self.core(x.ty)?, Type::Chan { .. });
                chan.then(|| self.nothing())
            }
            Builtin::Imag | Builtin::Real => self.part(x, builtin == Builtin::Real),
            Builtin::Panic => {
                let x = self.assignment(x, Some(TypeId::EMPTY_INTERFACE), "argument to panic");
                x.is_valid().then(|| self.nothing())
            }
            Builtin::UnsafeAlignof | Builtin::UnsafeSizeof => {
                let x = self.assignment(x, None, "argument of unsafe function");
                if !x.is_valid() {
                    return None;
                }
                let layout = self.layout(x.ty);
                let size =
                    if builtin == Builtin::UnsafeSizeof { layout.size } else { layout.align };
                Some(self.uintptr(x.ty, size))
            }
            Builtin::UnsafeSliceData => match self.core(x.ty)? {
                Type::Slice(elem) => Some(Operand::loose(self.types.pointer(elem))),
                _ => None,
            },
            Builtin::UnsafeStringData => {
                let x = self.assignment(x, Some(TypeId::STRING), "argument to unsafe.StringData");
                let ty = self.types.pointer(TypeId::BYTE);
                x.is_valid().then(|| Operand::loose(ty))
            }
            _ => None,
        }
    }

    fn builtin_of_two(&mut self, builtin: Builtin, x: Operand, y: Operand) -> Option<Operand> {
        match builtin {
            Builtin::Complex => self.complex(x, y),
            Builtin::Copy => {
                let Type::Slice(_) = self.core(x.ty)? else { return None };
                let bytes = matches!(self.core(y.ty), Some(Type::Slice(_))) || self.is_text(y.ty);
                bytes.then(|| Operand::loose(TypeId::INT))
            }
            Builtin::Delete => {
                let key = self.specific_types(x.ty)?.first().and_then(|(_, under)| {
                    match self.types[*under] {
                        Type::Map { key, .. } => Some(key),
                        _ => None,
                    }
                })?;
                let y = self.assignment(y, Some(key), "argument to delete");
                y.is_valid().then(|| self.nothing())
            }
            Builtin::UnsafeAdd => {
                let pointer = Some(TypeId::UNSAFE_POINTER);
                let x = self.assignment(x, pointer, "argument to unsafe.Add");
                let y = self.valid_index(y, true);
                (x.is_valid() && y.is_valid()).then(|| Operand::loose(TypeId::UNSAFE_POINTER))
            }
            Builtin::UnsafeSlice => {
                let Type::Pointer(elem) = self.core(x.ty)? else { return None };
                let y = self.valid_index(y, false);
                let ty = self.types.slice(elem);
                y.is_valid().then(|| Operand::loose(ty))
            }
            Builtin::UnsafeString => {
                let pointer = self.types.pointer(TypeId::BYTE);
                let x = self.assignment(x, Some(pointer), "argument to unsafe.String");
                let y = self.valid_index(y, false);
                (x.is_valid() && y.is_valid()).then(|| Operand::loose(TypeId::STRING))
            }
            _ => None,
        }
    }

    /// `append(s, ...)`; bytes may be appended from a string.
    fn append(&mut self, id: ExprId, args: Vec<Operand>, has_dots: bool) -> Option<Operand> {
        let slice = args.first()?.ty;
        let Type::Slice(elem) = self.core(slice)? else { return None };
        if has_dots && args.len() == 2 && self.is_text(args[1].ty) {
            let bytes = self.under(elem);
            if self.types.as_basic(bytes).is_some_and(|basic| basic.proper() == Basic::Uint8) {
                return Some(Operand::loose(slice));
            }
        }
        let rest = self.types.slice(elem);
        let sig = Rc::new(Signature {
            tparams: Box::default(),
            params: [slice, rest].into(),
            results: [slice].into(),
            variadic: true,
        });
        self.pass(id, &Operand::INVALID, &sig, &[], args, has_dots);
        Some(Operand::loose(slice))
    }

    /// Whether `ty` is a string, or a type parameter that may be one.
    fn is_text(&mut self, ty: TypeId) -> bool {
        let types = self.specific_types(ty).unwrap_or_default();
        types.iter().any(|(_, under)| self.types.as_basic(*under).is_some_and(Basic::is_string))
    }

    fn length(&mut self, x: &Operand, is_len: bool) -> Option<Operand> {
        let value = Operand::loose(TypeId::INT);
        let constant = |n: u64| Operand {
            mode: Mode::Constant,
            value: Value::int(n.into()),
            ..Operand::loose(TypeId::INT)
        };
        if self.types.is_param(x.ty) {
            let types = self.specific_types(x.ty)?;
            let all = types.iter().all(|(_, under)| self.has_length(*under, is_len));
            return all.then_some(value);
        }
        let under = self.under(x.ty);
        if is_len
            && x.mode == Mode::Constant
            && let Some(text) = x.value.as_text()
        {
            return Some(constant(text.len()));
        }
        if let Some(len) = self.array_behind(under) {
            return Some(if self.env.calls { value } else { constant(len) });
        }
        self.has_length(under, is_len).then_some(value)
    }

    /// The length of an array, or of what a pointer to one points to.
    pub(super) fn array_behind(&mut self, under: TypeId) -> Option<u64> {
        match self.types[under] {
            Type::Array { len, .. } => Some(len),
            Type::Pointer(base) => match self.under_type(base) {
                Type::Array { len, .. } => Some(len),
                _ => None,
            },
            _ => None,
        }
    }

    fn has_length(&mut self, under: TypeId, is_len: bool) -> bool {
        match self.types[under] {
            Type::Basic(basic) => is_len && basic.is_string(),
            Type::Slice(_) | Type::Chan { .. } => true,
            Type::Map { .. } => is_len,
            _ => self.array_behind(under).is_some(),
        }
    }

    /// `make(T, ...)`
    fn make(&mut self, args: &[ExprId]) -> Option<Operand> {
        let ty = self.type_expr(args[0]);
        for arg in &args[1..] {
            self.index_value(*arg, None);
        }
        let least = match self.core(ty)? {
            Type::Slice(_) => 2,
            Type::Map { .. } | Type::Chan { .. } => 1,
            _ => return None,
        };
        (least..=least + 1).contains(&args.len()).then(|| Operand::loose(ty))
    }

    /// `new(T)`, `new(x)`
    fn new_value(&mut self, arg: ExprId) -> Option<Operand> {
        let mut x = self.expr_or_type(arg, false);
        if x.mode != Mode::Type && self.types.is_untyped(x.ty) {
            x = self.assignment(x, None, "argument to new");
        }
        if !x.is_valid() {
            return None;
        }
        Some(Operand::loose(self.types.pointer(x.ty)))
    }

    fn extreme(&mut self, operands: Vec<Operand>, max: bool) -> Option<Operand> {
        let op = if max { BinaryOp::Gtr } else { BinaryOp::Lss };
        let texts: Vec<Option<ExprId>> = operands.iter().map(|x| x.id).collect();
        let mut best: Option<Operand> = None;
        for x in operands {
            if !self.all_basic(x.ty, Basic::is_ordered) {
                return None;
            }
            best = Some(match best {
                None => x,
                Some(before) => {
                    let (before, x) = self.match_types(before, x)?;
                    if !self.identical(before.ty, x.ty) {
                        return None;
                    }
                    if before.mode == Mode::Constant && x.mode == Mode::Constant {
                        if x.value.compare(op, &before.value) == Some(true) { x } else { before }
                    } else {
                        Operand { mode: Mode::Value, value: Value::Unknown, ..before }
                    }
                }
            });
        }
        let mut best = best?;
        if best.mode != Mode::Constant {
            best.mode = Mode::Value;
            best = self.assignment(best, Some(TypeId::EMPTY_INTERFACE), "argument of min or max");
        }
        for id in texts.into_iter().flatten() {
            self.update_type(id, best.ty, true);
        }
        best.is_valid().then_some(best)
    }

    /// The complex type of a float type, and back.
    fn complex_of(&mut self, ty: TypeId, back: bool) -> Option<TypeId> {
        const PAIRS: [(TypeId, TypeId); 3] = [
            (TypeId::FLOAT32, TypeId::COMPLEX64),
            (TypeId::FLOAT64, TypeId::COMPLEX128),
            (TypeId::UNTYPED_FLOAT, TypeId::UNTYPED_COMPLEX),
        ];
        let under = self.under(ty);
        PAIRS.iter().find_map(|(float, complex)| match back {
            false if *float == under => Some(*complex),
            true if *complex == under => Some(*float),
            _ => None,
        })
    }

    fn complex(&mut self, mut x: Operand, mut y: Operand) -> Option<Operand> {
        let both_constant = x.mode == Mode::Constant && y.mode == Mode::Constant;
        match (self.types.is_untyped(x.ty), self.types.is_untyped(y.ty)) {
            (false, false) => {}
            (true, false) => x = self.convert_untyped(x, y.ty),
            (false, true) => y = self.convert_untyped(y, x.ty),
            (true, true) if both_constant => {
                for part in [&mut x, &mut y] {
                    if !part.value.to_float().is_unknown() {
                        part.ty = TypeId::UNTYPED_FLOAT;
                    }
                }
            }
            (true, true) => {
                x = self.convert_untyped(x, TypeId::FLOAT64);
                y = self.convert_untyped(y, TypeId::FLOAT64);
            }
        }
        if !x.is_valid() || !y.is_valid() || !self.identical(x.ty, y.ty) {
            return None;
        }
        let ty = self.complex_of(x.ty, false)?;
        if !both_constant {
            return Some(Operand { mode: Mode::Value, ty, value: Value::Unknown, ..x });
        }
        let i = Value::imag_literal("1i");
        let imaginary = y.value.to_float().binary(BinaryOp::Mul, &i, false);
        let value = x.value.to_float().binary(BinaryOp::Add, &imaginary, false);
        Some(Operand { ty, value, ..x })
    }

    fn part(&mut self, mut x: Operand, real: bool) -> Option<Operand> {
        if self.types.is_untyped(x.ty) {
            if x.mode == Mode::Constant {
                if self.all_basic(x.ty, Basic::is_numeric) {
                    x.ty = TypeId::UNTYPED_COMPLEX;
                }
            } else {
                x = self.convert_untyped(x, TypeId::COMPLEX128);
            }
        }
        let ty = self.complex_of(x.ty, true)?;
        if x.mode == Mode::Constant {
            let value = if real { x.value.real() } else { x.value.imag() };
            return Some(Operand { ty, value, ..x });
        }
        Some(Operand { mode: Mode::Value, ty, ..x })
    }
}
