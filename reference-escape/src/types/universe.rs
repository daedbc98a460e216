//! What is declared before any text is read.

use super::{
    Basic, Builtin, Interface, Method, Object, ObjectId, ObjectKind, PackageId, Predeclared,
    Symbol, Type, TypeId, Types,
};
use crate::constant::Value;
use crate::hash::Map;
use crate::names::{Name, Names};
use crate::source::Pos;
use std::rc::Rc;

/// The predeclared names, and those of package `unsafe`.
#[derive(Debug, Default)]
pub struct Universe {
    names: Map<Name, ObjectId>,
    unsafe_names: Map<Name, ObjectId>,
    /// The object of `iota`.
    pub iota: Option<ObjectId>,
}

impl Universe {
    /// What `name` denotes where nothing else declares it.
    pub fn find(&self, name: Name) -> Option<ObjectId> {
        self.names.get(&name).copied()
    }

    /// What `unsafe.name` denotes.
    pub fn find_unsafe(&self, name: Name) -> Option<ObjectId> {
        self.unsafe_names.get(&name).copied()
    }
}

impl Types {
    pub(super) fn declare_universe(&mut self, names: &mut Names) {
        self.add_package(Name::EMPTY, Name::EMPTY);
        let path = names.intern("unsafe");
        self.add_package(path, path);
        for basic in Basic::ALL {
            let id = self.intern(Type::Basic(basic));
            debug_assert_eq!(id, basic.id());
        }
        let any = Interface { predeclared: Some(Predeclared::Any), ..Interface::default() };
        self.intern(Type::Interface(Rc::new(any)));
        self.intern(Type::Interface(Rc::default()));
        self.declare_interfaces(names);
        self.declare_types(names);
        self.declare_values(names);
    }

    fn predeclare(
        &mut self,
        names: &mut Names,
        name: &str,
        ty: TypeId,
        kind: ObjectKind,
    ) -> ObjectId {
        let name = names.intern(name);
        let object = Object { name, package: PackageId::NONE, pos: Pos::NONE, ty, kind };
        let id = self.add_object(object);
        self.universe.names.insert(name, id);
        id
    }

    fn predeclare_type(
        &mut self,
        names: &mut Names,
        name: &str,
        ty: TypeId,
        alias: bool,
    ) -> ObjectId {
        let kind = ObjectKind::Type { alias, tparams: Box::default() };
        self.predeclare(names, name, ty, kind)
    }

    /// `error` and `comparable`: first both names, whose handles are fixed, and then what underlies them.
    fn declare_interfaces(&mut self, names: &mut Names) {
        for (name, ty) in [("error", TypeId::ERROR), ("comparable", TypeId::COMPARABLE)] {
            let object = self.predeclare_type(names, name, ty, false);
            let made = self.new_named(object);
            debug_assert_eq!(made, ty);
        }
        let symbol = Symbol { name: names.intern("Error"), package: PackageId::NONE };
        let ty = self.signature(&[], &[TypeId::STRING], false);
        let methods = [Method { symbol, ty }].into();
        let error = Interface { methods, ..Interface::default() };
        let comparable =
            Interface { predeclared: Some(Predeclared::Comparable), ..Interface::default() };
        for (name, interface) in [(TypeId::ERROR, error), (TypeId::COMPARABLE, comparable)] {
            let underlying = self.intern(Type::Interface(Rc::new(interface)));
            self.set_underlying(name, underlying);
        }
    }

    fn declare_types(&mut self, names: &mut Names) {
        for basic in Basic::ALL {
            if basic != Basic::Invalid && basic != Basic::UnsafePointer && !basic.is_untyped() {
                let alias = basic != basic.proper();
                self.predeclare_type(names, basic.name(), basic.id(), alias);
            }
        }
        self.predeclare_type(names, "any", TypeId::ANY, true);
    }

    fn declare_values(&mut self, names: &mut Names) {
        for (name, value) in [("true", true), ("false", false)] {
            let kind = ObjectKind::Const(Value::Bool(value));
            self.predeclare(names, name, TypeId::UNTYPED_BOOL, kind);
        }
        let iota = ObjectKind::Const(Value::Small(0));
        self.universe.iota = Some(self.predeclare(names, "iota", TypeId::UNTYPED_INT, iota));
        self.predeclare(names, "nil", TypeId::UNTYPED_NIL, ObjectKind::Nil);
        for (name, builtin) in Builtin::PREDECLARED {
            self.predeclare(names, name, TypeId::INVALID, ObjectKind::Builtin(builtin));
        }
        for (name, builtin) in Builtin::UNSAFE {
            self.declare_unsafe(names, name, TypeId::INVALID, ObjectKind::Builtin(builtin));
        }
        let pointer = ObjectKind::Type { alias: false, tparams: Box::default() };
        self.declare_unsafe(names, "Pointer", TypeId::UNSAFE_POINTER, pointer);
    }

    fn declare_unsafe(&mut self, names: &mut Names, name: &str, ty: TypeId, kind: ObjectKind) {
        let name = names.intern(name);
        let object = Object { name, package: PackageId::UNSAFE, pos: Pos::NONE, ty, kind };
        let id = self.add_object(object);
        self.universe.unsafe_names.insert(name, id);
    }
}
