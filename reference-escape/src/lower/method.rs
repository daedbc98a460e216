//! Selectors: fields through embedding, methods as values and as functions.

use super::Lowering;
use crate::ast::{ExprId, ExprKind};
use crate::check::{Selection, SelectionKind};
use crate::functions::FuncId;
use crate::ir::{NodeId, Op};
use crate::names::Name;
use crate::source::Pos;
use crate::types::{Declare, Member, ObjectKind, Type, TypeId};
use std::rc::Rc;

impl Lowering<'_> {
    /// `of.sel`
    pub(super) fn selector(&mut self, id: ExprId, of: ExprId) -> NodeId {
        if let Some(object) = self.info().used(id) {
            return self.object(id, object);
        }
        let Some(selection) = self.info().selection(id) else {
            let pos = self.pos(id);
            return self.body.add(pos, TypeId::INVALID, Op::Nil);
        };
        match selection.kind {
            SelectionKind::Field => {
                let x = self.expr(of);
                let path = self.info().path(selection).to_vec();
                self.fields(self.pos(id), x, &path)
            }
            SelectionKind::Method => self.method_value(id, of, selection),
            SelectionKind::MethodExpr => self.method_expr(id, of, selection),
        }
    }

    /// Fields of fields of `x`.
    pub(super) fn fields(&mut self, pos: Pos, mut x: NodeId, path: &[u32]) -> NodeId {
        for at in path {
            x = self.field(pos, x, *at as usize);
        }
        x
    }

    fn field(&mut self, pos: Pos, x: NodeId, at: usize) -> NodeId {
        let ty = self.body[x].ty;
        let (base, pointer) = match self.under(ty) {
            Type::Pointer(elem) => (elem, true),
            _ => (ty, false),
        };
        let Type::Struct(fields) = self.under(base) else { return x };
        let Some(field) = fields.get(at) else { return x };
        let (name, ty) = (field.symbol.name, field.ty);
        self.body.add(pos, ty, if pointer { Op::DotPtr(x, name) } else { Op::Dot(x, name) })
    }

    /// The name behind the dot.
    fn sel(&self, id: ExprId) -> Name {
        match self.ast[id].kind {
            ExprKind::Selector { sel, .. } => sel.name,
            _ => Name::EMPTY,
        }
    }

    /// What is left of the dot, as the receiver of the method that is selected.
    pub(super) fn receiver(&mut self, id: ExprId, of: ExprId, selection: Selection) -> NodeId {
        let pos = self.pos(id);
        let x = self.expr(of);
        let path = self.info().path(selection).to_vec();
        let x = self.fields(pos, x, &path[..path.len().saturating_sub(1)]);
        let Member::Method { object, .. } = selection.member else { return x };
        self.adjusted(pos, x, self.wants_pointer(object))
    }

    pub(super) fn wants_pointer(&self, object: crate::types::ObjectId) -> bool {
        match &self.program.types()[object].kind {
            ObjectKind::Func(func) => func.receiver.is_some_and(|receiver| receiver.pointer),
            _ => false,
        }
    }

    /// `x`, `&x` or `*x`, whichever the method takes.
    fn adjusted(&mut self, pos: Pos, x: NodeId, pointer: bool) -> NodeId {
        let ty = self.body[x].ty;
        match (&self.program.types()[ty], pointer) {
            (Type::Pointer(elem), false) => {
                let elem = *elem;
                self.body.add_implicit(pos, elem, Op::Deref(x))
            }
            (Type::Pointer(_), true) | (_, false) => x,
            (_, true) => self.address(pos, x, true),
        }
    }

    /// The function that a method is, for the shapes of its receiver; and the receiver's type.
    pub(super) fn method_func(
        &mut self,
        id: ExprId,
        selection: Selection,
    ) -> Option<(FuncId, TypeId)> {
        let Member::Method { object, of } = selection.member else { return None };
        let own = self.info().type_arguments(id).cloned();
        let of = self.bind(of);
        let (origin, mut targs) = match self.program.types().as_named(of) {
            Some(named) => (named.origin, named.targs.to_vec()),
            None => (of, Vec::new()),
        };
        targs.extend(own.iter().flat_map(|own| own.iter().copied()));
        self.program.declare(object);
        let func = self.function(object, &targs);
        let mut recv = of;
        if !targs.is_empty() {
            let count = self.program.types().as_named(of).map_or(0, |named| named.targs.len());
            let shapes = self.world.functions.shapes(func)[..count].to_vec();
            if count > 0 {
                recv = self.program.types_mut().instance(origin, &shapes);
            }
        }
        if self.wants_pointer(object) {
            recv = self.program.types_mut().pointer(recv);
        }
        Some((func, recv))
    }

    /// Whether the method is one of a type parameter, which only a dictionary knows.
    pub(super) fn is_param_method(&self, of: ExprId, selection: Selection) -> bool {
        let path = self.info().path(selection);
        path.len() <= 1 && {
            let ty = self.raw_ty(self.ast.unparen(of));
            let (base, _) = self.program.types().deref(ty);
            self.program.types().is_param(ty) || self.program.types().is_param(base)
        }
    }

    fn method_value(&mut self, id: ExprId, of: ExprId, selection: Selection) -> NodeId {
        let (pos, name) = (self.pos(id), self.sel(id));
        let x = self.receiver(id, of, selection);
        let ty = self.ty(id);
        let method = self.method_func(id, selection).map(|(func, _)| func);
        let value = self.body.add(pos, ty, Op::MethodValue { x, name, method });
        // Where the receiver's type is only known by a dictionary, the compiler makes a literal of its own.
        let raw = self.raw_ty(self.ast.unparen(of));
        self.body[value].implicit = self.program.types().is_parameterized(raw);
        value
    }

    fn method_expr(&mut self, id: ExprId, of: ExprId, selection: Selection) -> NodeId {
        let (pos, name) = (self.pos(id), self.sel(id));
        let recv = self.ty(of);
        let ty = self.ty(id);
        let method = self.method_func(id, selection).map(|(func, _)| func);
        self.body.add(pos, ty, Op::MethodExpr { recv, name, method })
    }

    /// What a call of the method calls, and the receiver where it is an argument.
    pub(super) fn method_callee(
        &mut self,
        id: ExprId,
        of: ExprId,
        selection: Selection,
    ) -> (NodeId, Option<NodeId>) {
        let (pos, name) = (self.pos(id), self.sel(id));
        let x = self.receiver(id, of, selection);
        let ty = self.ty(id);
        if self.is_param_method(of, selection) {
            if self.is_interface(self.body[x].ty) {
                self.body.notes.push((pos, "imprecise interface call".to_owned()));
            }
            let ty = self.with_receiver(ty, self.body[x].ty);
            let at = self.param_method(of, name);
            let method = self.body.add(pos, ty, Op::ParamMethod(at));
            return (method, Some(x));
        }
        match self.method_func(id, selection) {
            Some((func, recv)) => {
                let ty = self.with_receiver(ty, recv);
                let op = Op::MethodExpr { recv, name, method: Some(func) };
                (self.body.add(pos, ty, op), Some(x))
            }
            None => (self.body.add(pos, ty, Op::DotInter(x, name)), None),
        }
    }

    /// The place in the dictionary of the method `name` of the type parameter that `of` has.
    fn param_method(&mut self, of: ExprId, name: Name) -> u32 {
        let key = (self.raw_ty(self.ast.unparen(of)), name);
        let at = self.param_methods.iter().position(|known| *known == key);
        at.unwrap_or_else(|| {
            self.param_methods.push(key);
            self.param_methods.len() - 1
        }) as u32
    }

    /// A method's signature with its receiver as the first parameter.
    fn with_receiver(&mut self, ty: TypeId, recv: TypeId) -> TypeId {
        let under = self.program.under(ty);
        let Some(sig) = self.program.types().as_signature(under).cloned() else { return ty };
        let params: Vec<TypeId> = std::iter::once(recv).chain(sig.params.iter().copied()).collect();
        let results = Rc::clone(&sig);
        self.program.types_mut().signature(&params, &results.results, sig.variadic)
    }
}
