//! `x[i]`, `x[i:j]`, and generic functions with arguments in brackets.

use super::expr::Context;
use super::operand::Operand;
use super::{Mode, Program};
use crate::ast::{ExprId, ExprKind};
use crate::types::{
    Argument, Basic, Declare, Failure, Inference, Instantiate, ObjectKind, Predicates, Relations,
    Substitute, Type, TypeId, TypeSets,
};
use std::rc::Rc;

/// An element of what is indexed.
struct Element {
    ty: TypeId,
    mode: Mode,
    /// The keys' type, of maps.
    key: Option<TypeId>,
    len: Option<u64>,
}

impl Program {
    /// `of[index]`, whatever that is.
    pub(super) fn index(
        &mut self,
        id: ExprId,
        of: ExprId,
        index: ExprId,
        context: &Context,
    ) -> Operand {
        if self.denotes_type(of) {
            let ty = self.type_expr(id);
            let mode = if ty == TypeId::INVALID { Mode::Invalid } else { Mode::Type };
            return Operand::new(mode, ty, id);
        }
        let x = self.expr_or_type(of, true);
        if self.is_generic_function(&x) {
            let targs = self.type_list(index);
            let target = context.target;
            let x = Operand { id: Some(id), ..x };
            // What is missing as an argument is found by the call.
            let wanted = self.types.as_signature(x.ty).map_or(0, |sig| sig.tparams.len());
            if context.generic && targs.len() < wanted {
                return x;
            }
            return self.instantiate_for(x, &targs, target);
        }
        self.element(id, x, index)
    }

    /// Whether `id` is the name of a type, so that what follows in brackets are type arguments.
    pub(super) fn denotes_type(&mut self, id: ExprId) -> bool {
        let ast = Rc::clone(&self.env.ast);
        let object = match &ast[id].kind {
            ExprKind::Name(name) => self.find_name(*name),
            ExprKind::Selector { of, sel } => {
                self.as_package(*of).and_then(|package| self.member(package, sel.name))
            }
            ExprKind::Paren(inner) => return self.denotes_type(*inner),
            _ => None,
        };
        object.is_some_and(|object| matches!(self.types[object].kind, ObjectKind::Type { .. }))
    }

    pub(super) fn is_generic_function(&self, x: &Operand) -> bool {
        x.mode == Mode::Value
            && self.types.as_signature(x.ty).is_some_and(|sig| !sig.tparams.is_empty())
    }

    /// The generic function `x` with all its type arguments, those that are missing taken from the signature
    /// `target`.
    pub(super) fn instantiate_for(
        &mut self,
        x: Operand,
        targs: &[TypeId],
        target: Option<TypeId>,
    ) -> Operand {
        let Some(sig) = self.types.as_signature(x.ty).cloned() else { return x };
        let pos = x.pos(self);
        if targs.len() > sig.tparams.len() {
            self.fault(pos, "too many type arguments");
            return x.invalid();
        }
        let mut all = targs.to_vec();
        if targs.len() < sig.tparams.len() {
            let fresh = self.fresh_params(&sig.tparams);
            let generic = self.instantiate_signature(x.ty, &fresh);
            let known: Vec<Option<TypeId>> =
                (0..fresh.len()).map(|at| targs.get(at).copied()).collect();
            let arguments: Vec<Argument> =
                target.iter().map(|target| Argument { param: generic, ty: *target }).collect();
            match self.infer(&fresh, &known, &arguments) {
                Ok(found) => all = found,
                Err(failure) => {
                    self.cannot_infer(pos, &fresh, failure);
                    return x.invalid();
                }
            }
        }
        self.instantiated(x, &all)
    }

    /// The generic function `x` for `targs`; notes them.
    pub(super) fn instantiated(&mut self, x: Operand, targs: &[TypeId]) -> Operand {
        let Some(sig) = self.types.as_signature(x.ty).cloned() else { return x };
        let ty = self.instantiate_signature(x.ty, targs);
        if let Some(id) = x.id {
            self.note_instance(id, targs);
        }
        self.note_flows(x.pos(self), &sig.tparams, targs);
        if let Err((at, _)) = self.verify_arguments(&sig.tparams, targs) {
            let shown = self.show(targs[at]);
            let pos = x.pos(self);
            self.fault(
                pos,
                format!("{shown} does not satisfy the constraint of its type parameter"),
            );
        }
        Operand { mode: Mode::Value, ty, ..x }
    }

    /// Notes the arguments of a generic function at the name or selector that denotes it.
    fn note_instance(&mut self, mut id: ExprId, targs: &[TypeId]) {
        while let ExprKind::Index { of: inner, .. } | ExprKind::Paren(inner) = self.env.ast[id].kind
        {
            id = inner;
        }
        self.info_mut().set_type_arguments(id, targs);
    }

    pub(super) fn cannot_infer(
        &mut self,
        pos: crate::source::Pos,
        tparams: &[TypeId],
        failure: Failure,
    ) {
        let message = match failure {
            Failure::Argument(_) => "type of argument does not match its parameter".to_owned(),
            Failure::Constraint(at, _) => {
                format!("{} does not satisfy its constraint", self.show(tparams[at]))
            }
            Failure::Open(at) => format!("cannot infer {}", self.show(tparams[at])),
        };
        self.fault(pos, message);
    }

    /// `x[index]` for what is no generic function.
    pub(super) fn element(&mut self, id: ExprId, x: Operand, index: ExprId) -> Operand {
        if !x.is_valid() || matches!(x.mode, Mode::Type | Mode::Builtin) {
            return Operand::INVALID;
        }
        let Some(element) = self.common_element(&x) else {
            let shown = self.show(x.ty);
            let pos = x.pos(self);
            self.fault(pos, format!("invalid operation: cannot index value of type {shown}"));
            self.expr(index);
            return x.invalid();
        };
        if let Some(key) = element.key {
            let index = self.generic_expr(index, None);
            self.assignment(index, Some(key), "map index");
        } else {
            let len = match (&x.mode, x.value.as_text()) {
                (Mode::Constant, Some(text)) => Some(text.len()),
                _ => element.len,
            };
            self.index_value(index, len);
        }
        Operand::new(element.mode, element.ty, id)
    }

    /// The element of all types that the type of `x` stands for.
    fn common_element(&mut self, x: &Operand) -> Option<Element> {
        let mut common: Option<Element> = None;
        for (_, under) in self.specific_types(x.ty)? {
            let element = self.element_of(under, x.mode)?;
            common = Some(match common {
                None => element,
                Some(before) => {
                    let keys = match (before.key, element.key) {
                        (None, None) => true,
                        (Some(a), Some(b)) => self.identical(a, b),
                        _ => false,
                    };
                    if !keys || !self.identical(before.ty, element.ty) {
                        return None;
                    }
                    let value = [before.mode, element.mode].contains(&Mode::Value);
                    let mode = if value { Mode::Value } else { before.mode };
                    let len = match (before.len, element.len) {
                        (Some(a), Some(b)) => Some(a.min(b)),
                        (a, b) => a.or(b),
                    };
                    Element { mode, len, ..before }
                }
            });
        }
        common
    }

    fn element_of(&mut self, under: TypeId, mode: Mode) -> Option<Element> {
        let element = |ty, mode, len| Some(Element { ty, mode, key: None, len });
        match self.types[under] {
            Type::Basic(basic) if basic.is_string() => element(TypeId::BYTE, Mode::Value, None),
            Type::Array { elem, len } => {
                let mode = if mode == Mode::Variable { mode } else { Mode::Value };
                element(elem, mode, Some(len))
            }
            Type::Pointer(base) => match self.under_type(base) {
                Type::Array { elem, len } => element(elem, Mode::Variable, Some(len)),
                _ => None,
            },
            Type::Slice(elem) => element(elem, Mode::Variable, None),
            Type::Map { key, value } => {
                Some(Element { ty: value, mode: Mode::MapIndex, key: Some(key), len: None })
            }
            _ => None,
        }
    }

    /// An index, or a length: an integer, from zero on and below `len` if it is constant. Returns its type and
    /// value.
    pub(super) fn index_value(&mut self, id: ExprId, len: Option<u64>) -> (TypeId, Option<u64>) {
        let x = self.expr(id);
        let x = self.valid_index(x, false);
        if x.mode != Mode::Constant {
            return (x.ty, None);
        }
        let value = x.value.as_u64();
        if let (Some(value), Some(len)) = (value, len)
            && value >= len
        {
            let pos = x.pos(self);
            self.fault(pos, format!("invalid argument: index {value} out of bounds [0:{len}]"));
        }
        (x.ty, value)
    }

    /// An operand that is an integer, an `int` if it has no type.
    pub(super) fn valid_index(&mut self, x: Operand, negative: bool) -> Operand {
        if !x.is_valid() {
            return x;
        }
        let x = self.convert_untyped(x, TypeId::INT);
        if !x.is_valid() {
            return x;
        }
        let pos = x.pos(self);
        if !self.all_basic(x.ty, Basic::is_integer) {
            let shown = self.show(x.ty);
            self.fault(pos, format!("invalid argument: index of type {shown} must be integer"));
            return x.invalid();
        }
        if x.mode == Mode::Constant && !negative && x.value.sign() < 0 {
            self.fault(pos, format!("invalid argument: index {} must not be negative", x.value));
            return x.invalid();
        }
        x
    }

    /// `of[i:j:k]`
    pub(super) fn slice(
        &mut self,
        id: ExprId,
        of: ExprId,
        index: [Option<ExprId>; 3],
        full: bool,
    ) -> Operand {
        let x = self.expr(of);
        let sliced = self.sliced(&x);
        let length = match (x.mode, x.value.as_text()) {
            (Mode::Constant, Some(text)) => Some(text.len()),
            _ => sliced.and_then(|(_, len)| len),
        };
        let bound = length.map(|len| len.saturating_add(1));
        let mut before = 0;
        for part in index.into_iter().flatten() {
            let (_, value) = self.index_value(part, bound);
            if let Some(value) = value {
                if value < before {
                    let pos = self.start(part);
                    self.fault(pos, format!("invalid slice indices: {value} < {before}"));
                }
                before = value;
            }
        }
        let pos = self.env.ast[id].pos;
        match sliced {
            Some((TypeId::STRING, _)) if full => {
                self.fault(pos, "invalid operation: 3-index slice of string");
                x.invalid()
            }
            Some((ty, _)) => Operand::new(Mode::Value, ty, id),
            None if x.is_valid() => {
                let shown = self.show(x.ty);
                self.fault(pos, format!("cannot slice value of type {shown}"));
                x.invalid()
            }
            None => x,
        }
    }

    /// The type of slices of `x`, and how long it is if that is known.
    fn sliced(&mut self, x: &Operand) -> Option<(TypeId, Option<u64>)> {
        if !x.is_valid() {
            return None;
        }
        let mut texts = false;
        let mut common: Option<TypeId> = None;
        for (_, under) in self.specific_types(x.ty)? {
            let text = self.types.as_basic(under).is_some_and(Basic::is_string);
            texts |= text;
            let under = if text { self.types.slice(TypeId::BYTE) } else { under };
            match common {
                Some(before) if !self.identical(before, under) => return None,
                Some(_) => {}
                None => common = Some(under),
            }
        }
        let common = common?;
        if texts {
            let ty = if self.types.is_untyped(x.ty) { TypeId::STRING } else { x.ty };
            return Some((ty, None));
        }
        match self.types[common] {
            Type::Slice(_) => Some((x.ty, None)),
            Type::Array { elem, len } if x.mode == Mode::Variable => {
                Some((self.types.slice(elem), Some(len)))
            }
            Type::Pointer(base) => match self.under_type(base) {
                Type::Array { elem, len } => Some((self.types.slice(elem), Some(len))),
                _ => None,
            },
            _ => None,
        }
    }
}
