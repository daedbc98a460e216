//! What can be done with values of a type.

use super::arena::MAX_DEPTH;
use super::typeset::TypeSets;
use super::{Basic, Declare, Term, Type, TypeId};
use std::collections::BTreeSet;

/// Questions about single types. Those that begin with `all_` hold for a type parameter if they do for each
/// type that it may stand for.
pub trait Predicates: Declare {
    /// Whether `test` holds for the basic type that underlies `ty`; of a type parameter, for none.
    fn is_basic(&mut self, ty: TypeId, test: fn(Basic) -> bool) -> bool {
        if self.types().is_param(ty) {
            return false;
        }
        let under = self.under(ty);
        self.types().as_basic(under).is_some_and(test)
    }

    /// Whether `test` holds for the basic type that underlies each type that `ty` stands for.
    fn all_basic(&mut self, ty: TypeId, test: fn(Basic) -> bool) -> bool {
        if !self.types().is_param(ty) {
            return self.is_basic(ty, test);
        }
        let types = self.specific_types(ty);
        types.is_some_and(|types| {
            types.iter().all(|(_, under)| self.types().as_basic(*under).is_some_and(test))
        })
    }

    /// Whether an interface underlies `ty`, which is no type parameter.
    fn is_interface(&mut self, ty: TypeId) -> bool {
        if self.types().is_param(ty) {
            return false;
        }
        let under = self.under(ty);
        matches!(self.types()[under], Type::Interface(_))
    }

    /// Whether `ty` is a pointer to an interface or to a type parameter.
    fn is_interface_pointer(&mut self, ty: TypeId) -> bool {
        match self.under_type(ty) {
            Type::Pointer(elem) => {
                let elem = self.under(elem);
                matches!(self.types()[elem], Type::Interface(_))
            }
            _ => false,
        }
    }

    /// Whether `ty` has a name: it is predeclared, declared or a type parameter.
    fn has_name(&self, ty: TypeId) -> bool {
        matches!(self.types()[ty], Type::Basic(_) | Type::Named(_) | Type::Param(_))
    }

    /// Whether `ty` is generic and lacks its arguments.
    fn is_generic(&self, ty: TypeId) -> bool {
        let types = self.types();
        types.as_named(ty).is_some_and(|named| named.origin == ty && !named.tparams.is_empty())
    }

    /// Whether `nil` is a value of `ty`.
    fn has_nil(&mut self, ty: TypeId) -> bool {
        if self.types().is_param(ty) {
            let types = self.specific_types(ty);
            return types.is_some_and(|types| types.iter().all(|(_, under)| self.has_nil(*under)));
        }
        let under = self.under(ty);
        match self.types()[under] {
            Type::Basic(basic) => matches!(basic, Basic::UnsafePointer | Basic::UntypedNil),
            Type::Pointer(_)
            | Type::Slice(_)
            | Type::Map { .. }
            | Type::Chan { .. }
            | Type::Signature(_)
            | Type::Interface(_) => true,
            _ => false,
        }
    }

    /// Whether values of `ty` can be compared with `==`; if `dynamic`, interfaces can, though that may panic.
    fn comparable(&mut self, ty: TypeId, dynamic: bool) -> bool {
        Comparability { dynamic, asked: BTreeSet::new(), depth: 0 }.of(self, ty)
    }

    /// The type that a value of the untyped type `ty` takes where none is asked for; `ty` if it is typed.
    fn default_type(&self, ty: TypeId) -> TypeId {
        match self.types().as_basic(ty) {
            Some(basic) if basic.is_untyped() => basic.default_type().id(),
            _ => ty,
        }
    }
}

impl<D: Declare + ?Sized> Predicates for D {}

/// A walk over a type that asks whether its values can be compared.
struct Comparability {
    dynamic: bool,
    /// Types that have been asked, and did not say no: each is asked once.
    asked: BTreeSet<TypeId>,
    depth: u16,
}

impl Comparability {
    fn of<D: Declare + ?Sized>(&mut self, d: &mut D, ty: TypeId) -> bool {
        let under = d.under(ty);
        match d.types()[under].clone() {
            Type::Basic(basic) => basic != Basic::UntypedNil,
            Type::Pointer(_) | Type::Chan { .. } => true,
            Type::Interface(_) => {
                if self.dynamic && !d.types().is_param(ty) {
                    return true;
                }
                let set = d.type_set(under);
                let Some(terms) = set.specific() else {
                    return set.comparable || set.terms.is_empty();
                };
                let dynamic = std::mem::replace(&mut self.dynamic, false);
                let all = self.parts(d, ty, terms.iter().map(|Term { ty, .. }| *ty));
                self.dynamic = dynamic;
                all
            }
            Type::Struct(fields) => self.parts(d, ty, fields.iter().map(|field| field.ty)),
            Type::Array { elem, .. } => self.parts(d, ty, std::iter::once(elem)),
            _ => false,
        }
    }

    fn parts<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        ty: TypeId,
        mut parts: impl Iterator<Item = TypeId>,
    ) -> bool {
        // Declared types that contain each other deeper than any program's do are not followed.
        if self.depth >= MAX_DEPTH || !self.asked.insert(ty) {
            return true;
        }
        self.depth += 1;
        let all = parts.all(|part| self.of(d, part));
        self.depth -= 1;
        all
    }
}
