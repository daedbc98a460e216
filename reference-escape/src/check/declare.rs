//! What declarations say: of the package level when they are asked about, of functions when they are met.

use super::collect::repeated;
use super::env::MAX_DEPTH;
use super::operand::Operand;
use super::{Mode, Program, Repeated, State};
use crate::ast::{Ast, ConstDecl, DeclId, DeclKind, ExprId, Group, Ident, TypeDecl, VarDecl};
use crate::constant::Value;
use crate::names::Name;
use crate::source::Pos;
use crate::types::{Declare, ObjectId, ObjectKind, TypeId, VarKind};
use std::rc::Rc;

/// From this depth on declarations are taken to depend on each other in a row.
pub(super) const LONG_ROW: u32 = MAX_DEPTH / 2;

impl Program {
    /// Finds the type of a package-level object or method.
    pub(super) fn declare_now(&mut self, at: usize) {
        let declaration = &mut self.declarations[at];
        declaration.state = State::Current;
        let (package, file, object) = (declaration.package, declaration.file, declaration.object);
        let node = declaration.node;
        let pos = self.types[object].pos;
        let state = self.deeper(pos, State::Done, |program| {
            program
                .apart(package, file, at, |program| program.declaration_of_kind(object, node, at))
        });
        // An alias may have been settled in the middle of itself.
        self.declarations[at].state = state;
    }

    /// Declares the constants and variables of a package in the order of the text, or against it.
    ///
    /// Where each of a thousand constants is one more than its neighbour, and the last one is asked first, all of them
    /// would be in the middle of their declarations at once. From the other end each finds its neighbour declared.
    pub(super) fn declare_row(&mut self, at: usize) {
        let package = self.declarations[at].package;
        let Some(from) = self.env.declaration else { return };
        let Some(unit) = &mut self.units[package.index()] else { return };
        if std::mem::replace(&mut unit.row_declared, true) {
            return;
        }
        let mut row = unit.objects.clone();
        if at > from {
            row.reverse();
        }
        for object in row {
            if matches!(self.types[object].kind, ObjectKind::Const(_) | ObjectKind::Var(_)) {
                self.declare(object);
            }
        }
    }

    fn declaration_of_kind(&mut self, object: ObjectId, node: DeclId, at: usize) -> State {
        let ast = Rc::clone(&self.env.ast);
        match &ast[node].kind {
            DeclKind::Const(decl) => {
                let which = self.declarations[at].at as usize;
                let repeated = self.declarations[at].repeated;
                self.constant(object, decl, which, repeated);
            }
            DeclKind::Var(decl) => {
                let which = self.declarations[at].at as usize;
                self.package_var(object, decl, which);
            }
            DeclKind::Type(decl) if decl.alias => self.alias(object, decl),
            DeclKind::Type(decl) => {
                self.named_shell(object, decl);
                return State::Declared;
            }
            DeclKind::Func(decl) => {
                let ty = self.func_decl(object, decl);
                self.types[object].ty = ty;
            }
            DeclKind::Import(_) => {}
        }
        State::Done
    }

    /// Finds what underlies a package-level type.
    pub(super) fn define_now(&mut self, at: usize) {
        let declaration = &mut self.declarations[at];
        declaration.state = State::Defining;
        let (package, file, object) = (declaration.package, declaration.file, declaration.object);
        let node = declaration.node;
        let pos = self.types[object].pos;
        self.deeper(pos, (), |program| {
            program.apart(package, file, at, |program| {
                let ast = Rc::clone(&program.env.ast);
                if let DeclKind::Type(decl) = &ast[node].kind {
                    let named = program.types[object].ty;
                    program.define_type(named, decl);
                }
            });
        });
        self.declarations[at].state = State::Done;
    }

    /// Makes the type of a type's declaration; what underlies it is yet to be found.
    fn named_shell(&mut self, object: ObjectId, decl: &TypeDecl) {
        let named = self.types.new_named(object);
        self.types[object].ty = named;
        let name = self.types[object].name;
        let at_package_level = self.declaration(object).is_some();
        if at_package_level
            && let Some(methods) = self.unit_methods(name)
            && let Some(named) = self.types.as_named_mut(named)
        {
            named.methods = methods;
        }
        if !decl.tparams.is_empty() {
            self.env.locals.open();
            self.type_params(&decl.tparams, |program, params| {
                if let Some(named) = program.types.as_named_mut(named) {
                    named.tparams = params.into();
                }
            });
            self.env.locals.close();
        }
    }

    /// The methods that are declared for the type `name`, or for an alias of it.
    fn unit_methods(&mut self, name: Name) -> Option<Vec<ObjectId>> {
        let unit = self.units[self.env.package.index()].as_mut()?;
        let mut methods = unit.methods.remove(&name).unwrap_or_default();
        for (alias, base) in &unit.receiver_aliases {
            if *base == name {
                methods.append(&mut unit.methods.remove(alias).unwrap_or_default());
            }
        }
        Some(methods)
    }

    fn define_type(&mut self, named: TypeId, decl: &TypeDecl) {
        self.env.locals.open();
        for param in &decl.tparams {
            if let Some(ident) = param.name
                && let Some(object) = self.info_mut().defined(ident.pos)
            {
                self.env.locals.bind(ident.name, object);
            }
        }
        let right = self.type_expr(decl.ty);
        self.env.locals.close();
        let underlying =
            if self.types.is_param(right) { TypeId::INVALID } else { self.under(right) };
        if underlying == TypeId::INVALID && right != TypeId::INVALID {
            let name = self.text(decl.name.name).to_owned();
            self.fault(decl.name.pos, format!("invalid recursive type {name}"));
        }
        self.types.set_underlying(named, underlying);
    }

    fn alias(&mut self, object: ObjectId, decl: &TypeDecl) {
        self.env.locals.open();
        let params = self.type_params(&decl.tparams, |_, _| {});
        let ty = self.type_expr(decl.ty);
        self.env.locals.close();
        self.types[object].ty = ty;
        self.types[object].kind = ObjectKind::Type { alias: true, tparams: params.into() };
    }

    /// Finds type and value of a constant.
    fn constant(
        &mut self,
        object: ObjectId,
        decl: &ConstDecl,
        which: usize,
        repeated: Option<Repeated>,
    ) {
        let pos = self.types[object].pos;
        let ast = Rc::clone(&self.env.ast);
        let Some(Repeated { ty, values, inherited }) = repeated else {
            self.fault(pos, "missing init expr for const declaration");
            return;
        };
        self.env.iota = Some(i64::from(decl.iota));
        self.env.repeated_at = inherited.then_some(pos);
        let ty = ty.map(|ty| self.type_expr(ty));
        let value =
            values.and_then(|values| super::signature::list(&ast, &values).get(which).copied());
        let x = if let Some(value) = value {
            self.expr(value)
        } else {
            self.fault(pos, "missing init expr for const declaration");
            Operand::INVALID
        };
        self.init_constant(object, ty, x);
        self.env.iota = None;
        self.env.repeated_at = None;
    }

    fn init_constant(&mut self, object: ObjectId, ty: Option<TypeId>, x: Operand) {
        if x.mode == Mode::Invalid {
            self.types[object].ty = ty.unwrap_or(TypeId::INVALID);
            return;
        }
        if x.mode != Mode::Constant {
            let name = self.text(self.types[object].name).to_owned();
            self.fault(x.pos(self), format!("value of {name} is not constant"));
            self.types[object].ty = ty.unwrap_or(TypeId::INVALID);
            return;
        }
        let ty = ty.unwrap_or(x.ty);
        let x = self.assignment(x, Some(ty), "constant declaration");
        self.types[object].ty = ty;
        if x.mode == Mode::Constant {
            self.types[object].kind = ObjectKind::Const(x.value);
        }
    }

    /// Finds the type of a package variable: from its initial value only if none is declared.
    fn package_var(&mut self, object: ObjectId, decl: &VarDecl, which: usize) {
        if let Some(ty) = decl.ty {
            let ty = self.type_expr(ty);
            self.types[object].ty = ty;
        } else {
            self.package_value(object, decl, which);
        }
    }

    /// Looks at the initial value of a package variable.
    pub(super) fn package_value(&mut self, object: ObjectId, decl: &VarDecl, which: usize) {
        let ast = Rc::clone(&self.env.ast);
        let Some(values) = decl.values else { return };
        let values = super::signature::list(&ast, &values);
        if values.len() == decl.names.len() {
            let declared = decl.ty.map(|_| self.types[object].ty);
            let x = self.expr_for(values[which], declared);
            self.init_var(object, x, "variable declaration");
            return;
        }
        // One call for several variables is looked at once, for all of them.
        let objects = self.siblings(object, decl.names.len());
        if decl.ty.is_some() && which > 0 {
            return;
        }
        if decl.ty.is_some() {
            let ty = self.types[object].ty;
            for other in &objects {
                self.types[*other].ty = ty;
            }
        }
        self.init_vars(&objects, values, decl.names[0].pos);
        for other in objects {
            if let Some(at) = self.declaration(other) {
                self.declarations[at].state = State::Done;
            }
        }
    }

    /// The objects of one declaration, of which `object` is one: they were made one after the other.
    pub(super) fn siblings(&self, object: ObjectId, count: usize) -> Vec<ObjectId> {
        let Some(at) = self.declaration(object) else { return vec![object] };
        let first = at - self.declarations[at].at as usize;
        self.declarations[first..first + count].iter().map(|other| other.object).collect()
    }

    /// Declarations in a function.
    pub(super) fn local_decls(&mut self, list: &[DeclId]) {
        let ast = Rc::clone(&self.env.ast);
        let mut latest: (Option<Group>, Option<Repeated>) = (None, None);
        for decl in list {
            match &ast[*decl].kind {
                DeclKind::Const(decl) => {
                    let repeated = repeated(decl, &mut latest);
                    self.local_constants(decl, repeated);
                }
                DeclKind::Var(decl) => self.local_vars(&ast, decl),
                DeclKind::Type(inner) => self.local_type(*decl, inner),
                DeclKind::Import(_) | DeclKind::Func(_) => {}
            }
        }
    }

    fn local_constants(&mut self, decl: &ConstDecl, repeated: Option<Repeated>) {
        let objects: Vec<ObjectId> = decl
            .names
            .iter()
            .enumerate()
            .map(|(which, ident)| {
                let kind = ObjectKind::Const(Value::Unknown);
                let package = self.env.package;
                let object = self.types.declare_object(ident.name, package, ident.pos, kind);
                let outer = self.env.iota;
                self.constant(object, decl, which, repeated);
                self.env.iota = outer;
                object
            })
            .collect();
        for (object, ident) in objects.into_iter().zip(&decl.names) {
            self.bind_new(*ident, object);
        }
    }

    /// Notes and binds a newly declared object.
    pub(super) fn bind_new(&mut self, ident: Ident, object: ObjectId) {
        if self.env.locals.find_here(ident.name).is_some() {
            let name = self.text(ident.name).to_owned();
            self.fault(ident.pos, format!("{name} redeclared in this block"));
        }
        self.info_mut().define(ident.pos, object);
        self.env.locals.bind(ident.name, object);
    }

    fn local_vars(&mut self, ast: &Ast, decl: &VarDecl) {
        let declared = decl.ty.map(|ty| self.type_expr(ty));
        let ty = declared.unwrap_or(TypeId::INVALID);
        let objects: Vec<ObjectId> = decl
            .names
            .iter()
            .map(|ident| self.new_var(ident.name, ident.pos, ty, VarKind::Local))
            .collect();
        if let Some(values) = decl.values {
            let pos = decl.names.first().map_or(Pos::NONE, |ident| ident.pos);
            self.init_vars(&objects, super::signature::list(ast, &values), pos);
        }
        for (object, ident) in objects.into_iter().zip(&decl.names) {
            self.bind_new(*ident, object);
        }
    }

    fn local_type(&mut self, id: DeclId, decl: &TypeDecl) {
        let kind = ObjectKind::Type { alias: decl.alias, tparams: Box::default() };
        let ident = decl.name;
        let package = self.env.package;
        let object = self.types.declare_object(ident.name, package, ident.pos, kind);
        self.bind_new(ident, object);
        if decl.alias {
            self.alias(object, decl);
            return;
        }
        self.named_shell(object, decl);
        let named = self.types[object].ty;
        // As many as there are before it in the package, whichever is looked at first.
        let locals = &self.unit(self.env.package).local_types;
        let number = locals.binary_search(&id).map_or(0, |at| at as u32 + 1);
        if let Some(named) = self.types.as_named_mut(named) {
            named.local = number;
        }
        // In a generic function it is another type for each of the function's instances: what its name stands
        // for is the instance for the function's own parameters.
        // One with parameters of its own keeps to these.
        let implicit = Rc::clone(&self.env.type_params);
        if decl.tparams.is_empty()
            && !implicit.is_empty()
            && let Some(inner) = self.types.as_named_mut(named)
        {
            inner.tparams = Rc::clone(&implicit);
            self.types[object].ty = self.types.instance(named, &implicit);
        }
        self.define_type(named, decl);
    }

    /// Notes that the declaration that is looked at refers to `object`.
    pub(super) fn note_use(&mut self, object: ObjectId) {
        if let Some(at) = self.env.declaration
            && self.declaration(object).is_some()
            && self.types[object].package == self.env.package
        {
            self.declarations[at].uses.push(object);
        }
    }

    /// The value of a constant that is used, in whichever package.
    pub(super) fn const_value(&self, object: ObjectId) -> Value {
        match &self.types[object].kind {
            ObjectKind::Const(value) => value.clone(),
            _ => Value::Unknown,
        }
    }

    /// Looks at an initial value where the type of the variable may tell a generic function's arguments.
    pub(super) fn expr_for(&mut self, id: ExprId, ty: Option<TypeId>) -> Operand {
        let target = ty.and_then(|ty| self.signature_target(ty));
        self.expr_target(id, target)
    }
}
