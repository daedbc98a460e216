//! How algorithms on types reach what has not been looked at yet.
//!
//! To read one package means to read the declarations of hundreds of others; but only few of these are ever
//! asked about. So a named type has no underlying type until somebody wants it, a method no signature, and what
//! is asked then goes to whoever knows the texts. All that algorithms in [`super`] know of that is this trait.

use super::{Binding, Interface, Named, ObjectId, Substitute, Term, Type, TypeId, Types};
use std::rc::Rc;

/// Whoever holds the types, and can find out what a declaration says.
pub trait Declare {
    /// The types.
    fn types(&self) -> &Types;

    /// The types, to add to.
    fn types_mut(&mut self) -> &mut Types;

    /// Sees to it that the type of `object` is known, of a generic type also its parameters.
    fn declare(&mut self, object: ObjectId);

    /// Sees to it that what underlies the type that is called `object` is known.
    fn define(&mut self, object: ObjectId);

    /// What underlies `ty`: never a named type, and an interface for type parameters.
    fn under(&mut self, ty: TypeId) -> TypeId {
        match self.types()[ty] {
            Type::Named(id) => match self.types().named[id.0 as usize].underlying {
                Some(underlying) => underlying,
                None => find_underlying(self, ty),
            },
            Type::Param(_) => self.constraint_interface(ty),
            _ => ty,
        }
    }

    /// The type that underlies `ty`, as data.
    fn under_type(&mut self, ty: TypeId) -> Type {
        let under = self.under(ty);
        self.types()[under].clone()
    }

    /// The interface that the type parameter `param` is constrained by.
    fn constraint_interface(&mut self, param: TypeId) -> TypeId {
        let Some(constraint) = self.types().as_param(param).map(|param| param.constraint) else {
            return TypeId::INVALID;
        };
        // `[P Q]` with another parameter as the constraint is an error, and could go in circles.
        if self.types().is_param(constraint) {
            return TypeId::EMPTY_INTERFACE;
        }
        let under = self.under(constraint);
        match self.types()[under] {
            Type::Interface(_) => under,
            Type::Basic(super::Basic::Invalid) => TypeId::EMPTY_INTERFACE,
            _ => {
                let embedded = [constraint].into();
                let interface = Interface { embedded, implicit: true, ..Interface::default() };
                self.types_mut().intern(Type::Interface(Rc::new(interface)))
            }
        }
    }

    /// The methods of the named type `ty`: of an instance those of its origin.
    fn methods(&self, ty: TypeId) -> &[ObjectId] {
        let types = self.types();
        let origin = types.as_named(ty).map(|named| named.origin);
        origin.and_then(|origin| types.as_named(origin)).map_or(&[], |named| &named.methods)
    }

    /// The signature of `method`, found in the named type `ty`: an instance's arguments stand for parameters.
    fn method_type(&mut self, method: ObjectId, ty: TypeId) -> TypeId {
        self.declare(method);
        let generic = self.types()[method].ty;
        let Some(named) = self.types().as_named(ty).cloned() else { return generic };
        if named.targs.is_empty() {
            return generic;
        }
        if let Some(known) = self.types().signatures.get(&(method, ty)) {
            return *known;
        }
        let found = substitute_method(self, generic, &named);
        self.types_mut().signatures.insert((method, ty), found);
        found
    }
}

impl Declare for Types {
    fn types(&self) -> &Types {
        self
    }

    fn types_mut(&mut self) -> &mut Types {
        self
    }

    /// Nothing: an arena alone has no texts.
    fn declare(&mut self, _: ObjectId) {}

    /// Nothing, likewise.
    fn define(&mut self, _: ObjectId) {}
}

/// What underlies a named type that has not been asked before.
fn find_underlying<D: Declare + ?Sized>(d: &mut D, ty: TypeId) -> TypeId {
    let Some(named) = d.types().as_named(ty).cloned() else { return ty };
    if named.origin == ty {
        d.define(named.object);
        let found = d.types().as_named(ty).and_then(|named| named.underlying);
        return found.unwrap_or(TypeId::INVALID);
    }
    let generic = d.under(named.origin);
    let Some(tparams) = d.types().as_named(named.origin).map(|named| Rc::clone(&named.tparams))
    else {
        return TypeId::INVALID;
    };
    if tparams.len() != named.targs.len() {
        return TypeId::INVALID;
    }
    // The origin may be in the middle of its own declaration; then the question comes too early.
    let settled = d.types().as_named(named.origin).is_some_and(|named| named.underlying.is_some());
    if !settled {
        return TypeId::INVALID;
    }
    let underlying = d.substitute(generic, &Binding::new(&tparams, &named.targs));
    d.types_mut().set_underlying(ty, underlying);
    underlying
}

fn substitute_method<D: Declare + ?Sized>(d: &mut D, generic: TypeId, named: &Named) -> TypeId {
    // The origin's parameters are there once its name has been declared.
    let object = named.object;
    d.declare(object);
    let Some(tparams) = d.types().as_named(named.origin).map(|named| Rc::clone(&named.tparams))
    else {
        return generic;
    };
    if tparams.len() != named.targs.len() {
        return TypeId::INVALID;
    }
    d.substitute(generic, &Binding::new(&tparams, &named.targs))
}

impl Term {
    /// The type alone.
    pub fn exactly(ty: TypeId) -> Term {
        Term { tilde: false, ty }
    }
}
