//! Signatures: parameters, receivers, type parameters.

use super::{FuncVars, Mode, Program};
use crate::ast::{self, Ast, ExprId, ExprKind, FuncDecl, Ident, UnaryOp};
use crate::names::Name;
use crate::source::Pos;
use crate::types::{
    FuncObject, Interface, Object, ObjectId, ObjectKind, Receiver, Signature, Type, TypeId, VarKind,
};
use std::rc::Rc;

impl Program {
    /// A new variable of the package that is looked at.
    pub(super) fn new_var(&mut self, name: Name, pos: Pos, ty: TypeId, kind: VarKind) -> ObjectId {
        let package = self.env.package;
        self.types.add_object(Object { name, package, pos, ty, kind: ObjectKind::Var(kind) })
    }

    /// The type of the function literal or function type `id`, and its variables.
    pub(super) fn func_type(&mut self, id: ExprId) -> TypeId {
        self.signature(id, &[], FuncVars::default())
    }

    /// The type of a signature whose type parameters and receiver have been dealt with.
    fn signature(&mut self, id: ExprId, tparams: &[TypeId], mut vars: FuncVars) -> TypeId {
        let ast = Rc::clone(&self.env.ast);
        let ExprKind::FuncType { params, results } = &ast[id].kind else { return TypeId::INVALID };
        let (param_types, variadic) = self.parameters(&ast, params, VarKind::Param, &mut vars);
        let (result_types, _) = self.parameters(&ast, results, VarKind::Result, &mut vars);
        let ty = self.types.intern(Type::Signature(Rc::new(Signature {
            tparams: tparams.into(),
            params: param_types.into(),
            results: result_types.into(),
            variadic,
        })));
        self.info_mut().set_func_vars(id, vars);
        self.info_mut().set(id, Mode::Type, ty, None);
        ty
    }

    /// Types of parameters or results; makes their variables.
    fn parameters(
        &mut self,
        ast: &Ast,
        list: &[ast::Param],
        kind: VarKind,
        vars: &mut FuncVars,
    ) -> (Vec<TypeId>, bool) {
        let mut types = Vec::with_capacity(list.len());
        let mut objects = Vec::with_capacity(list.len());
        let mut variadic = false;
        let mut previous: Option<(ExprId, TypeId)> = None;
        for (at, param) in list.iter().enumerate() {
            let ty = match previous {
                Some((id, ty)) if id == param.ty => ty,
                _ => match ast[param.ty].kind {
                    ExprKind::DotsType(elem) => {
                        variadic = kind == VarKind::Param && at + 1 == list.len();
                        let elem = self.type_expr(elem);
                        let ty = self.types.slice(elem);
                        self.info_mut().set(param.ty, Mode::Type, ty, None);
                        ty
                    }
                    _ => self.type_expr(param.ty),
                },
            };
            previous = Some((param.ty, ty));
            let name = param.name.map_or(Name::EMPTY, |ident| ident.name);
            let object = self.new_var(name, param.pos, ty, kind);
            if let Some(ident) = param.name {
                self.info_mut().define(ident.pos, object);
            }
            types.push(ty);
            objects.push(object);
        }
        match kind {
            VarKind::Result => vars.results = objects.into(),
            _ => vars.params = objects.into(),
        }
        (types, variadic)
    }

    /// New type parameters, bound here, their constraints looked at.
    pub(super) fn type_params(
        &mut self,
        list: &[ast::Param],
        announce: impl FnOnce(&mut Program, &[TypeId]),
    ) -> Vec<TypeId> {
        let params: Vec<TypeId> = list
            .iter()
            .enumerate()
            .map(|(at, param)| {
                let ident = param.name.unwrap_or(Ident { pos: param.pos, name: Name::BLANK });
                self.type_param(ident, at)
            })
            .collect();
        announce(self, &params);
        let mut previous: Option<(ExprId, TypeId)> = None;
        for (param, declared) in params.iter().zip(list) {
            let constraint = match previous {
                Some((id, ty)) if id == declared.ty => ty,
                _ => self.constraint(declared.ty),
            };
            previous = Some((declared.ty, constraint));
            self.types.set_constraint(*param, constraint);
        }
        params
    }

    fn type_param(&mut self, ident: Ident, at: usize) -> TypeId {
        let package = self.env.package;
        let kind = ObjectKind::Type { alias: false, tparams: Box::default() };
        let object = self.types.declare_object(ident.name, package, ident.pos, kind);
        let param = self.types.new_param(object, at as u32);
        self.types[object].ty = param;
        self.info_mut().define(ident.pos, object);
        self.env.locals.bind(ident.name, object);
        param
    }

    /// The type that stands as a constraint: `~int` and `A | B` become interfaces.
    fn constraint(&mut self, id: ExprId) -> TypeId {
        let ty = self.type_element(id);
        if matches!(self.types[ty], Type::Union(_)) {
            let embedded = [ty].into();
            let interface = Interface { embedded, implicit: true, ..Interface::default() };
            return self.types.intern(Type::Interface(Rc::new(interface)));
        }
        ty
    }

    /// The type of a declared function or method.
    pub(super) fn func_decl(&mut self, object: ObjectId, decl: &FuncDecl) -> TypeId {
        let mut vars = FuncVars::default();
        self.env.locals.open();
        if let Some(recv) = &decl.recv {
            let (ty, receiver) = self.receiver(recv);
            self.types[object].kind = ObjectKind::Func(FuncObject { receiver });
            let name = recv.name.map_or(Name::EMPTY, |ident| ident.name);
            let var = self.new_var(name, recv.pos, ty, VarKind::Receiver);
            if let Some(ident) = recv.name {
                self.info_mut().define(ident.pos, var);
            }
            vars.receiver = Some(var);
        }
        let tparams = self.type_params(&decl.tparams, |_, _| {});
        let ty = self.signature(decl.ty, &tparams, vars);
        self.env.locals.close();
        ty
    }

    /// The type of a receiver. Names in brackets are other names for the type's parameters.
    fn receiver(&mut self, recv: &ast::Param) -> (TypeId, Option<Receiver>) {
        let ast = Rc::clone(&self.env.ast);
        let (mut id, mut pointer) = (recv.ty, false);
        loop {
            match ast[id].kind {
                ExprKind::Paren(inner) => id = inner,
                ExprKind::Unary { op: UnaryOp::Star, x } => (id, pointer) = (x, true),
                _ => break,
            }
        }
        let ExprKind::Index { of, index } = ast[id].kind else {
            let ty = self.type_expr(recv.ty);
            let (base, through) = self.types.deref(ty);
            let receiver = Receiver { base, pointer: through };
            return (ty, self.types.as_named(base).map(|_| receiver));
        };
        let base = self.generic_type(of);
        let Some(tparams) = self.types.as_named(base).map(|named| Rc::clone(&named.tparams)) else {
            return (TypeId::INVALID, None);
        };
        let names = list(&ast, &index);
        if names.len() != tparams.len() {
            self.fault(ast[id].pos, "receiver declares another number of type parameters");
        }
        for (name, param) in names.iter().zip(&*tparams) {
            self.bind_receiver_param(&ast, *name, *param);
        }
        let instance = self.types.instance(base, &tparams);
        self.info_mut().set_type_arguments(of, &tparams);
        self.info_mut().set(id, Mode::Type, instance, None);
        let ty = if pointer { self.types.pointer(instance) } else { instance };
        self.info_mut().set(recv.ty, Mode::Type, ty, None);
        (ty, Some(Receiver { base, pointer }))
    }

    fn bind_receiver_param(&mut self, ast: &Ast, id: ExprId, param: TypeId) {
        let Some(name) = ast.as_name(ast.unparen(id)) else { return };
        let Some(original) = self.types.as_param(param).map(|param| param.object) else { return };
        let (package, pos) = (self.env.package, ast[id].pos);
        let kind = self.types[original].kind.clone();
        let object = self.types.add_object(Object { name, package, pos, ty: param, kind });
        self.info_mut().define(pos, object);
        self.info_mut().set(id, Mode::Type, param, None);
        self.env.locals.bind(name, object);
    }

    /// Binds the type parameters and variables of a declared function, for its body.
    pub(super) fn bind_signature(&mut self, decl: &FuncDecl) -> FuncVars {
        let ast = Rc::clone(&self.env.ast);
        if let Some(recv) = &decl.recv {
            let mut id = recv.ty;
            while let ExprKind::Paren(x) | ExprKind::Unary { op: UnaryOp::Star, x } = ast[id].kind {
                id = x;
            }
            if let ExprKind::Index { index, .. } = ast[id].kind {
                for name in list(&ast, &index) {
                    self.bind_defined(&ast, *name);
                }
            }
        }
        for param in &decl.tparams {
            if let Some(ident) = param.name {
                self.bind_at(ident);
            }
        }
        self.bind_func_vars(decl.ty)
    }

    fn bind_defined(&mut self, ast: &Ast, id: ExprId) {
        if let Some(name) = ast.as_name(ast.unparen(id)) {
            self.bind_at(Ident { pos: ast[id].pos, name });
        }
    }

    fn bind_at(&mut self, ident: Ident) {
        if let Some(object) = self.info_mut().defined(ident.pos) {
            self.env.locals.bind(ident.name, object);
        }
    }

    /// Binds receiver, parameters and results of a signature.
    pub(super) fn bind_func_vars(&mut self, id: ExprId) -> FuncVars {
        let vars = self.info_mut().func_vars(id).cloned().unwrap_or_default();
        let all = vars.receiver.iter().chain(&*vars.params).chain(&*vars.results);
        for object in all {
            let name = self.types[*object].name;
            if name != Name::EMPTY {
                self.env.locals.bind(name, *object);
            }
        }
        vars
    }
}

/// The elements of a list, or the one expression that is none.
pub(super) fn list<'a>(ast: &'a Ast, id: &'a ExprId) -> &'a [ExprId] {
    match &ast[*id].kind {
        ExprKind::List(all) => all,
        _ => std::slice::from_ref(id),
    }
}
