//! Expressions that are types.

use super::signature::list;
use super::{Mode, Program};
use crate::ast::{self, ExprId, ExprKind, UnaryOp};
use crate::constant::Value;
use crate::names::Name;
use crate::types::{
    Binding, Declare, Field, Interface, Method, ObjectId, ObjectKind, Predicates, Substitute, Term,
    Type, TypeId,
};
use std::rc::Rc;

impl Program {
    /// The type that `id` is. What is none is an error, and invalid; so is a generic type without arguments.
    pub(super) fn type_expr(&mut self, id: ExprId) -> TypeId {
        let ty = self.any_type(id);
        if self.types.is_generic(ty) {
            let shown = self.show(ty);
            let pos = self.start(id);
            self.fault(pos, format!("cannot use generic type {shown} without instantiation"));
            return TypeId::INVALID;
        }
        ty
    }

    /// A generic type, without its arguments.
    pub(super) fn generic_type(&mut self, id: ExprId) -> TypeId {
        let ty = self.any_type(id);
        if self.types.is_generic(ty) { ty } else { TypeId::INVALID }
    }

    /// Where the text of `id` begins.
    pub(super) fn start(&self, id: ExprId) -> crate::source::Pos {
        self.env.repeated_at.unwrap_or_else(|| self.env.ast.start(id))
    }

    fn any_type(&mut self, id: ExprId) -> TypeId {
        let pos = self.env.ast[id].pos;
        let ty = self.deeper(pos, TypeId::INVALID, |program| program.find_type(id));
        self.info_mut().set(id, Mode::Type, ty, None);
        ty
    }

    fn find_type(&mut self, id: ExprId) -> TypeId {
        let ast = Rc::clone(&self.env.ast);
        match &ast[id].kind {
            ExprKind::Bad => TypeId::INVALID,
            ExprKind::Name(_) | ExprKind::Selector { .. } => self.named_type(id),
            ExprKind::Paren(inner) => self.any_type(*inner),
            ExprKind::Index { of, index } => self.instance_expr(id, *of, *index),
            ExprKind::Unary { op: UnaryOp::Star, x } => {
                let elem = self.type_expr(*x);
                self.types.pointer(elem)
            }
            ExprKind::ArrayType { len: Some(len), elem } => {
                let len = self.array_len(*len);
                let elem = self.type_expr(*elem);
                let array = |len| Type::Array { elem, len };
                len.map_or(TypeId::INVALID, |len| self.types.intern(array(len)))
            }
            ExprKind::ArrayType { len: None, .. } => {
                self.fault(ast[id].pos, "invalid use of [...] array (outside a composite literal)");
                TypeId::INVALID
            }
            ExprKind::SliceType(elem) => {
                let elem = self.type_expr(*elem);
                self.types.slice(elem)
            }
            ExprKind::DotsType(elem) => {
                self.fault(ast[id].pos, "invalid use of ...");
                self.type_expr(*elem);
                TypeId::INVALID
            }
            ExprKind::MapType { key, value } => {
                let (key, value) = (self.type_expr(*key), self.type_expr(*value));
                self.types.intern(Type::Map { key, value })
            }
            ExprKind::ChanType { dir, elem } => {
                let elem = self.type_expr(*elem);
                self.types.intern(Type::Chan { dir: *dir, elem })
            }
            ExprKind::FuncType { .. } => self.func_type(id),
            ExprKind::StructType(fields) => self.struct_type(fields),
            ExprKind::InterfaceType(methods) => self.interface_type(methods),
            _ => self.no_type(id),
        }
    }

    fn no_type(&mut self, id: ExprId) -> TypeId {
        let pos = self.start(id);
        self.fault(pos, "expression is not a type");
        TypeId::INVALID
    }

    /// The type that a name, or a package's name, denotes.
    fn named_type(&mut self, id: ExprId) -> TypeId {
        let Some(object) = self.denoted(id) else { return TypeId::INVALID };
        let ObjectKind::Type { alias, tparams } = &self.types[object].kind else {
            let name = self.text(self.types[object].name).to_owned();
            let pos = self.start(id);
            self.fault(pos, format!("{name} is not a type"));
            return TypeId::INVALID;
        };
        if *alias && !tparams.is_empty() {
            let pos = self.start(id);
            self.fault(pos, "cannot use generic type without instantiation");
            return TypeId::INVALID;
        }
        self.types[object].ty
    }

    /// The object that a name or a package's name denotes, declared and noted as used.
    pub(super) fn denoted(&mut self, id: ExprId) -> Option<ObjectId> {
        let ast = Rc::clone(&self.env.ast);
        let (name, object) = match &ast[id].kind {
            ExprKind::Name(name) => (*name, self.find_name(*name)),
            ExprKind::Selector { of, sel } => {
                let package = self.as_package(*of)?;
                (sel.name, self.member(package, sel.name))
            }
            ExprKind::Paren(inner) => return self.denoted(*inner),
            _ => {
                self.no_type(id);
                return None;
            }
        };
        let Some(object) = object else {
            let pos = self.start(id);
            let name = self.text(name).to_owned();
            self.fault(pos, format!("undefined: {name}"));
            return None;
        };
        self.declare(object);
        self.info_mut().set_use(id, object);
        Some(object)
    }

    /// The package whose name `id` is, if it is one's.
    pub(super) fn as_package(&mut self, id: ExprId) -> Option<crate::types::PackageId> {
        let name = self.env.ast.as_name(id)?;
        let object = self.find_name(name)?;
        match self.types[object].kind {
            ObjectKind::Import(package) => {
                self.info_mut().set_use(id, object);
                Some(package)
            }
            _ => None,
        }
    }

    /// `of[index]` as a type: an instance of a generic type or alias.
    fn instance_expr(&mut self, id: ExprId, of: ExprId, index: ExprId) -> TypeId {
        let ast = Rc::clone(&self.env.ast);
        let Some(object) = self.denoted(of) else {
            self.type_list(index);
            return TypeId::INVALID;
        };
        let targs = self.type_list(index);
        self.info_mut().set_type_arguments(of, &targs);
        let ty = self.types[object].ty;
        self.info_mut().set(of, Mode::Type, ty, None);
        let wanted = match &self.types[object].kind {
            ObjectKind::Type { alias: true, tparams } if !tparams.is_empty() => tparams.clone(),
            _ => self
                .types
                .as_named(ty)
                .map(|named| named.tparams.as_ref().into())
                .unwrap_or_default(),
        };
        if wanted.is_empty() || wanted.len() != targs.len() {
            if ty != TypeId::INVALID {
                let name = self.text(self.types[object].name).to_owned();
                let (have, want) = (targs.len(), wanted.len());
                self.fault(
                    ast[id].pos,
                    format!("type arguments for type {name}: have {have}, want {want}"),
                );
            }
            return TypeId::INVALID;
        }
        self.note_flows(ast[of].pos, &wanted, &targs);
        match self.types[object].kind {
            ObjectKind::Type { alias: true, .. } => {
                self.substitute(ty, &Binding::new(&wanted, &targs))
            }
            _ => self.types.instance(ty, &targs),
        }
    }

    /// The types of a list of type arguments.
    pub(super) fn type_list(&mut self, id: ExprId) -> Vec<TypeId> {
        let ast = Rc::clone(&self.env.ast);
        list(&ast, &id).iter().map(|id| self.type_expr(*id)).collect()
    }

    fn array_len(&mut self, id: ExprId) -> Option<u64> {
        let x = self.expr(id);
        if x.mode == Mode::Invalid {
            return None;
        }
        let pos = self.start(id);
        if x.mode != Mode::Constant {
            self.fault(pos, "invalid array length: not a constant");
            return None;
        }
        let integral =
            self.types.is_untyped(x.ty) || self.is_basic(x.ty, crate::types::Basic::is_integer);
        let value = x.value.to_int();
        let len = value.as_i64().filter(|len| integral && *len >= 0);
        if len.is_none() && !x.value.is_unknown() {
            self.fault(pos, format!("invalid array length {}", x.value));
        }
        len.map(|len| len as u64)
    }

    fn struct_type(&mut self, list: &[ast::Field]) -> TypeId {
        let ast = Rc::clone(&self.env.ast);
        let mut fields = Vec::with_capacity(list.len());
        let mut previous: Option<(ExprId, TypeId)> = None;
        for field in list {
            let ty = match previous {
                Some((id, ty)) if id == field.ty => ty,
                _ => self.type_expr(field.ty),
            };
            previous = Some((field.ty, ty));
            let embedded = field.name.is_none();
            let name = match field.name {
                Some(ident) => ident.name,
                None => embedded_name(&ast, field.ty),
            };
            let tag = field.tag.map_or(Name::EMPTY, |tag| self.unquote(tag));
            fields.push(Field { symbol: self.symbol(name), ty, embedded, tag });
        }
        self.types.intern(Type::Struct(fields.into()))
    }

    fn unquote(&mut self, literal: Name) -> Name {
        let value = Value::string_literal(self.text(literal));
        let bytes = value.as_text().map(crate::constant::Text::bytes).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.names.intern(&text)
    }

    fn interface_type(&mut self, list: &[ast::Method]) -> TypeId {
        let mut methods = Vec::new();
        let mut embedded = Vec::new();
        for element in list {
            match element.name {
                Some(ident) => {
                    let ty = self.type_expr(element.ty);
                    methods.push(Method { symbol: self.symbol(ident.name), ty });
                }
                None => embedded.push(self.type_element(element.ty)),
            }
        }
        let (methods, embedded) = (methods.into(), embedded.into());
        let interface = Interface { methods, embedded, ..Interface::default() };
        self.types.intern(Type::Interface(Rc::new(interface)))
    }

    /// What an interface embeds, or a constraint: a type, `~T`, `A | B`.
    pub(super) fn type_element(&mut self, id: ExprId) -> TypeId {
        let ast = Rc::clone(&self.env.ast);
        let mut terms = Vec::new();
        let mut left = id;
        // A union leans to the left, and may be long.
        let mut rights = Vec::new();
        while let ExprKind::Binary { op: ast::BinaryOp::Or, x, y } = ast[left].kind {
            rights.push(y);
            left = x;
        }
        let single = rights.is_empty();
        for part in std::iter::once(left).chain(rights.into_iter().rev()) {
            let (tilde, ty) = match ast[part].kind {
                ExprKind::Unary { op: UnaryOp::Tilde, x } => (true, x),
                _ => (false, part),
            };
            let ty = self.type_expr(ty);
            let term = Term { tilde, ty };
            if tilde {
                let union = self.types.intern(Type::Union([term].into()));
                self.info_mut().set(part, Mode::Type, union, None);
            }
            terms.push(term);
        }
        if single && let [Term { tilde: false, ty }] = *terms {
            return ty;
        }
        let ty = self.types.intern(Type::Union(terms.into()));
        self.info_mut().set(id, Mode::Type, ty, None);
        ty
    }
}

/// The name of an embedded field, which is its type's.
fn embedded_name(ast: &ast::Ast, mut ty: ExprId) -> Name {
    loop {
        ty = match &ast[ty].kind {
            ExprKind::Name(name) => return *name,
            ExprKind::Selector { sel, .. } => return sel.name,
            ExprKind::Paren(inner) | ExprKind::Unary { op: UnaryOp::Star, x: inner } => *inner,
            ExprKind::Index { of, .. } => *of,
            _ => return Name::BLANK,
        };
    }
}
