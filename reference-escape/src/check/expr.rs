//! Expressions.

use super::operand::Operand;
use super::{Mode, Program};
use crate::ast::{Block, ExprId, ExprKind, LitKind, UnaryOp};
use crate::constant::Value;
use crate::names::Name;
use crate::types::{
    Basic, Implements, ObjectId, ObjectKind, Predicates, Relations, Signature, Type, TypeId,
    TypeSets,
};
use std::rc::Rc;

/// What surrounds an expression, as far as that matters for what it is.
#[derive(Clone, Default)]
pub(super) struct Context {
    /// The signature of what a function is assigned to: it tells a generic one's arguments.
    pub target: Option<TypeId>,
    /// The type of the elements of the literal around it.
    pub hint: Option<TypeId>,
    /// Whether a generic function may stand there without arguments.
    pub generic: bool,
}

impl Program {
    /// A single value.
    pub(super) fn expr(&mut self, id: ExprId) -> Operand {
        self.value_in(id, &Context::default())
    }

    /// A single value that may be a generic function, or an element of a literal of elements of type `hint`.
    pub(super) fn generic_expr(&mut self, id: ExprId, hint: Option<TypeId>) -> Operand {
        self.value_in(id, &Context { hint, generic: true, target: None })
    }

    /// A single value that is assigned to something of the signature `target`.
    pub(super) fn expr_target(&mut self, id: ExprId, target: Option<TypeId>) -> Operand {
        self.value_in(id, &Context { target, ..Context::default() })
    }

    fn value_in(&mut self, id: ExprId, context: &Context) -> Operand {
        let x = self.raw_expr(id, context);
        let x = self.exclude(x, true);
        self.single_value(x)
    }

    /// A single value, or a type, or a predeclared function.
    pub(super) fn expr_or_type(&mut self, id: ExprId, generic: bool) -> Operand {
        let x = self.raw_expr(id, &Context { generic, ..Context::default() });
        let x = self.exclude(x, false);
        self.single_value(x)
    }

    /// One value or several; with its `ok` if that is allowed and there is one.
    pub(super) fn multi_expr(&mut self, id: ExprId, comma_ok: bool) -> (Vec<Operand>, bool) {
        let x = self.raw_expr(id, &Context::default());
        let x = self.exclude(x, true);
        if x.is_valid()
            && let Type::Tuple(all) = &self.types[x.ty]
        {
            let all = Rc::clone(all);
            return (all.iter().map(|ty| Operand::loose(*ty)).collect(), false);
        }
        if comma_ok && matches!(x.mode, Mode::MapIndex | Mode::CommaOk) {
            return (vec![x, Operand::loose(TypeId::UNTYPED_BOOL)], true);
        }
        (vec![x], false)
    }

    /// Refuses calls without results, and if `values` also types and predeclared functions.
    fn exclude(&mut self, x: Operand, values: bool) -> Operand {
        let message = match x.mode {
            Mode::NoValue => "call has no value",
            Mode::Builtin if values => "predeclared function must be called",
            Mode::Type if values => "type is not an expression",
            _ => return x,
        };
        self.refuse(x, message)
    }

    /// Whatever the expression is; notes what is found.
    pub(super) fn raw_expr(&mut self, id: ExprId, context: &Context) -> Operand {
        if let Some(x) = self.take_ready(id) {
            return x;
        }
        self.prepare_chain(id);
        let pos = self.env.ast[id].pos;
        let x = self.deeper(pos, Operand::INVALID, |program| program.any_expr(id, context));
        let mut x = Operand { id: Some(id), ..x };
        if !context.generic {
            x = self.not_generic(x, context.target);
        }
        self.record(&x);
        x
    }

    /// Notes what is known of an operand's expression.
    pub(super) fn record(&mut self, x: &Operand) {
        let Some(id) = x.id else { return };
        let value = (x.mode == Mode::Constant).then_some(&x.value);
        self.info_mut().set(id, x.mode, x.ty, value);
    }

    /// A generic function without arguments takes them from its target; a generic type must not stand there.
    fn not_generic(&mut self, x: Operand, target: Option<TypeId>) -> Operand {
        if !x.is_valid() || x.mode == Mode::NoValue {
            return x;
        }
        let generic_function =
            self.types.as_signature(x.ty).is_some_and(|sig| !sig.tparams.is_empty());
        if generic_function && x.mode != Mode::Type {
            if target.is_some() {
                return self.instantiate_for(x, &[], target);
            }
            return self.refuse(x, "cannot use generic function without instantiation");
        }
        if x.mode == Mode::Type && self.types.is_generic(x.ty) {
            let shown = self.show(x.ty);
            return self
                .refuse(x, format!("cannot use generic type {shown} without instantiation"));
        }
        x
    }

    fn any_expr(&mut self, id: ExprId, context: &Context) -> Operand {
        let ast = Rc::clone(&self.env.ast);
        match &ast[id].kind {
            ExprKind::Bad | ExprKind::DotsType(_) | ExprKind::KeyValue { .. } => Operand::INVALID,
            ExprKind::Name(name) => self.name(id, *name),
            ExprKind::BasicLit { kind, text } => self.basic_lit(id, *kind, *text),
            ExprKind::CompositeLit { .. } => self.composite_lit(id, context.hint),
            ExprKind::FuncLit { ty, body } => self.func_lit(id, *ty, body),
            ExprKind::Paren(inner) => {
                let x =
                    self.raw_expr(*inner, &Context { target: None, hint: None, ..context.clone() });
                Operand { id: Some(id), ..x }
            }
            ExprKind::Selector { of, sel } => self.selector(id, *of, *sel),
            ExprKind::Index { of, index } => self.index(id, *of, *index, context),
            ExprKind::Slice { of, index, full } => self.slice(id, *of, *index, *full),
            ExprKind::Assert { of, ty } => self.assertion(id, *of, *ty),
            ExprKind::TypeSwitchGuard { of, .. } => {
                self.fault(ast[id].pos, "use of .(type) outside type switch");
                self.expr(*of).invalid()
            }
            ExprKind::Unary { op: UnaryOp::Star, x } => self.star(id, *x),
            ExprKind::Unary { op, x } => self.unary(id, *op, *x),
            ExprKind::Binary { .. } => self.binary_chain(id),
            ExprKind::Call { .. } => self.call(id),
            ExprKind::List(all) => {
                self.fault(ast[id].pos, "unexpected list of expressions");
                for part in all {
                    self.expr(*part);
                }
                Operand::INVALID
            }
            ExprKind::ArrayType { .. }
            | ExprKind::SliceType(_)
            | ExprKind::StructType(_)
            | ExprKind::InterfaceType(_)
            | ExprKind::FuncType { .. }
            | ExprKind::MapType { .. }
            | ExprKind::ChanType { .. } => {
                let ty = self.type_expr(id);
                Operand::new(if ty == TypeId::INVALID { Mode::Invalid } else { Mode::Type }, ty, id)
            }
        }
    }

    fn name(&mut self, id: ExprId, name: Name) -> Operand {
        if name.is_blank() {
            let pos = self.start(id);
            self.fault(pos, "cannot use _ as value");
            return Operand::INVALID;
        }
        let Some(object) = self.denoted(id) else { return Operand::INVALID };
        if matches!(self.types[object].kind, ObjectKind::Import(_)) {
            let name = self.text(name).to_owned();
            let pos = self.start(id);
            self.fault(pos, format!("use of package {name} without selector"));
            return Operand::INVALID;
        }
        self.object(id, object)
    }

    /// What a declared object is as an expression.
    pub(super) fn object(&mut self, id: ExprId, object: ObjectId) -> Operand {
        self.note_use(object);
        let ty = self.types[object].ty;
        let mode = match self.types[object].kind {
            ObjectKind::Const(_) => return self.constant_use(id, object),
            ObjectKind::Builtin(builtin) => {
                let builtin = Some(builtin);
                return Operand { builtin, ..Operand::new(Mode::Builtin, ty, id) };
            }
            ObjectKind::Nil => return Operand::new(Mode::Nil, ty, id),
            ObjectKind::Type { .. } => Mode::Type,
            ObjectKind::Var(_) => Mode::Variable,
            ObjectKind::Func(_) => Mode::Value,
            ObjectKind::Import(_) | ObjectKind::Label => Mode::Invalid,
        };
        if ty == TypeId::INVALID {
            return Operand::INVALID;
        }
        Operand::new(mode, ty, id)
    }

    fn constant_use(&mut self, id: ExprId, object: ObjectId) -> Operand {
        let ty = self.types[object].ty;
        if Some(object) == self.types.universe().iota {
            let Some(iota) = self.env.iota else {
                let pos = self.start(id);
                self.fault(pos, "cannot use iota outside constant declaration");
                return Operand::INVALID;
            };
            return Operand::constant(ty, Value::Small(iota), id);
        }
        if ty == TypeId::INVALID {
            return Operand::INVALID;
        }
        Operand::constant(ty, self.const_value(object), id)
    }

    fn basic_lit(&mut self, id: ExprId, kind: LitKind, text: Name) -> Operand {
        /// Longer numbers are refused.
        const MAX_NUMBER: usize = 10_000;
        let text = self.names.text(text);
        if matches!(kind, LitKind::Int | LitKind::Float | LitKind::Imag) && text.len() > MAX_NUMBER
        {
            let message =
                format!("excessively long constant: {}... ({} chars)", &text[..10], text.len());
            let pos = self.start(id);
            self.fault(pos, message);
            return Operand::INVALID;
        }
        let (ty, value) = match kind {
            LitKind::Int => (TypeId::UNTYPED_INT, Value::int_literal(text)),
            LitKind::Float => (TypeId::UNTYPED_FLOAT, Value::float_literal(text)),
            LitKind::Imag => (TypeId::UNTYPED_COMPLEX, Value::imag_literal(text)),
            LitKind::Rune => (TypeId::UNTYPED_RUNE, Value::rune_literal(text)),
            LitKind::String => (TypeId::UNTYPED_STRING, Value::string_literal(text)),
        };
        if value.is_unknown() {
            let message = format!("malformed constant: {text}");
            let pos = self.start(id);
            self.fault(pos, message);
            return Operand::INVALID;
        }
        self.overflow(Operand::constant(ty, value, id), id)
    }

    fn func_lit(&mut self, id: ExprId, ty: ExprId, body: &Block) -> Operand {
        let sig = self.func_type(ty);
        self.literal_body(id, ty, body);
        Operand::new(Mode::Value, sig, id)
    }

    fn assertion(&mut self, id: ExprId, of: ExprId, ty: ExprId) -> Operand {
        let x = self.expr(of);
        if !x.is_valid() {
            return x;
        }
        if !self.is_interface(x.ty) {
            let shown = self.show(x.ty);
            return self.refuse(
                x,
                format!("invalid operation: value of type {shown} is not an interface"),
            );
        }
        let ty = self.type_expr(ty);
        if ty == TypeId::INVALID {
            return Operand::INVALID;
        }
        if self.assertable(x.ty, ty).is_err() {
            let (shown, from) = (self.show(ty), self.show(x.ty));
            let pos = self.env.ast[id].pos;
            self.fault(
                pos,
                format!("impossible type assertion: {shown} does not implement {from}"),
            );
        }
        Operand::new(Mode::CommaOk, ty, id)
    }

    /// `*x`: a pointer type, or what a pointer points to.
    fn star(&mut self, id: ExprId, of: ExprId) -> Operand {
        let x = self.expr_or_type(of, false);
        match x.mode {
            Mode::Invalid => return x,
            Mode::Type => {
                let ty = self.types.pointer(x.ty);
                return Operand::new(Mode::Type, ty, id);
            }
            _ => {}
        }
        let mut base = None;
        for (_, under) in self.specific_types(x.ty).unwrap_or_default() {
            base = match (&self.types[under], base) {
                (Type::Pointer(elem), None) => Some(*elem),
                (Type::Pointer(elem), Some(before)) => {
                    let elem = *elem;
                    if !self.identical(before, elem) {
                        base = None;
                        break;
                    }
                    Some(before)
                }
                _ => None,
            };
            if base.is_none() {
                break;
            }
        }
        if let Some(base) = base {
            return Operand::new(Mode::Variable, base, id);
        }
        let shown = self.show(x.ty);
        self.refuse(x, format!("invalid operation: cannot indirect value of type {shown}"))
    }

    fn unary(&mut self, id: ExprId, op: UnaryOp, of: ExprId) -> Operand {
        let x = self.expr(of);
        if !x.is_valid() {
            return x;
        }
        let allowed: fn(Basic) -> bool = match op {
            UnaryOp::Addr => return self.address(id, of, x),
            UnaryOp::Recv => return self.receive(id, x),
            UnaryOp::Plus | UnaryOp::Minus => Basic::is_numeric,
            UnaryOp::Not => Basic::is_boolean,
            _ => Basic::is_integer,
        };
        if op == UnaryOp::Tilde || !self.all_basic(x.ty, allowed) {
            let shown = self.show(x.ty);
            return self.refuse(
                x,
                format!("invalid operation: operator not defined on value of type {shown}"),
            );
        }
        if x.mode != Mode::Constant {
            return Operand { mode: Mode::Value, id: Some(id), ..x };
        }
        let unsigned = self.is_basic(x.ty, Basic::is_unsigned);
        let bits = unsigned.then(|| crate::types::Layouts::size_of(self, x.ty) as u32 * 8);
        let value = x.value.unary(op, bits);
        self.overflow(Operand { value, id: Some(id), ..x }, id)
    }

    fn address(&mut self, id: ExprId, of: ExprId, x: Operand) -> Operand {
        let of = self.env.ast.unparen(of);
        let literal = matches!(self.env.ast[of].kind, ExprKind::CompositeLit { .. });
        if x.mode != Mode::Variable && !literal {
            return self.refuse(x, "invalid operation: cannot take address");
        }
        let ty = self.types.pointer(x.ty);
        Operand::new(Mode::Value, ty, id)
    }

    fn receive(&mut self, id: ExprId, x: Operand) -> Operand {
        let Some(Type::Chan { elem, .. }) = self.core(x.ty) else {
            let shown = self.show(x.ty);
            return self.refuse(
                x,
                format!("invalid operation: cannot receive from value of type {shown}"),
            );
        };
        self.env.calls = true;
        Operand::new(Mode::CommaOk, elem, id)
    }

    /// The signature that underlies `ty`, if one does: what generic functions that are assigned to it take
    /// their arguments from.
    pub(super) fn signature_target(&mut self, ty: TypeId) -> Option<TypeId> {
        let core = self.common_under(ty)?;
        matches!(self.types[core], Type::Signature(_)).then_some(core)
    }

    /// The signature that underlies `ty`.
    pub(super) fn core_signature(&mut self, ty: TypeId) -> Option<Rc<Signature>> {
        let core = self.common_under(ty)?;
        self.types.as_signature(core).cloned()
    }
}
