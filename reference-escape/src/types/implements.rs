//! Which types satisfy which interfaces.

use super::typeset::{Terms, TypeSets};
use super::{
    Declare, Lookup, Member, Method, NotFound, Predicates, Relations, Symbol, Type, TypeId,
};

/// Why a type does not satisfy an interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// What is to be satisfied is no interface.
    NoInterface,
    /// No type satisfies it.
    EmptySet,
    /// There is no such method.
    Method(Symbol),
    /// There is one of another type.
    WrongType(Symbol),
    /// There is one, but with a pointer receiver.
    PointerReceiver(Symbol),
    /// Several are at the same depth.
    Ambiguous(Symbol),
    /// It is a field.
    Field(Symbol),
    /// Its values cannot be compared.
    NotComparable,
    /// It is none of the interface's types.
    NotAmong,
}

/// Satisfying interfaces.
pub trait Implements: Declare {
    /// Whether `ty` implements the interface `interface`; as a constraint if `constraint`, where
    /// interfaces count as comparable.
    ///
    /// # Errors
    /// What is missing.
    fn implements(
        &mut self,
        ty: TypeId,
        interface: TypeId,
        constraint: bool,
    ) -> Result<(), Missing> {
        let (mine, wanted) = (self.under(ty), self.under(interface));
        if mine == TypeId::INVALID || wanted == TypeId::INVALID {
            return Ok(());
        }
        if !matches!(self.types()[wanted], Type::Interface(_)) {
            return Err(Missing::NoInterface);
        }
        let want = self.type_set(wanted);
        if want.is_all() {
            return Ok(());
        }
        let have = matches!(self.types()[mine], Type::Interface(_)).then(|| self.type_set(mine));
        if have.as_ref().is_some_and(|have| have.terms.is_empty()) {
            return Ok(());
        }
        if want.terms.is_empty() {
            return Err(Missing::EmptySet);
        }
        self.has_methods(ty, &want.methods, true, &mut |d, a, b| d.identical(a, b))?;
        if let Terms::Only(terms) = &want.terms {
            let among = match &have {
                Some(have) => self.subset_terms(&have.terms, &want.terms),
                None => terms.iter().any(|term| self.term_includes(*term, ty)),
            };
            if !among {
                return Err(Missing::NotAmong);
            }
        }
        let compares = !self.must_compare(wanted)
            || self.comparable(ty, false)
            || constraint && self.comparable(ty, true);
        if compares { Ok(()) } else { Err(Missing::NotComparable) }
    }

    /// Whether all types of an interface's set can be compared, because it asks for that or by its terms.
    fn must_compare(&mut self, interface: TypeId) -> bool {
        let set = self.type_set(interface);
        match &set.terms {
            Terms::All => set.comparable,
            Terms::Only(terms) => terms.iter().all(|term| self.comparable(term.ty, false)),
        }
    }

    /// Whether `ty` has all `methods`, their types equal as `equal` says. What an interface lacks is no fault
    /// unless `fixed`: its values may have it.
    ///
    /// # Errors
    /// The first one that it lacks, and how.
    fn has_methods(
        &mut self,
        ty: TypeId,
        methods: &[Method],
        fixed: bool,
        equal: &mut dyn FnMut(&mut Self, TypeId, TypeId) -> bool,
    ) -> Result<(), Missing> {
        if methods.is_empty() {
            return Ok(());
        }
        let under = self.under(ty);
        if matches!(self.types()[under], Type::Interface(_)) {
            let have = self.type_set(under);
            for method in methods {
                match have.method(method.symbol) {
                    Some((_, mine)) if equal(self, mine.ty, method.ty) => {}
                    Some(_) => return Err(Missing::WrongType(method.symbol)),
                    None if fixed => return Err(Missing::Method(method.symbol)),
                    None => {}
                }
            }
            return Ok(());
        }
        for method in methods {
            let symbol = method.symbol;
            let found = self.lookup(ty, false, symbol).map_err(|why| match why {
                NotFound::Missing => Missing::Method(symbol),
                NotFound::Ambiguous => Missing::Ambiguous(symbol),
                NotFound::NeedsPointer => Missing::PointerReceiver(symbol),
            })?;
            let mine = match found.member {
                Member::Field { .. } => return Err(Missing::Field(symbol)),
                Member::Method { object, of } => self.method_type(object, of),
                Member::InterfaceMethod { ty, .. } => ty,
            };
            if !equal(self, mine, method.ty) {
                return Err(Missing::WrongType(symbol));
            }
        }
        Ok(())
    }

    /// Whether a value of the interface `interface` may hold a `ty`.
    ///
    /// # Errors
    /// The method for which it may not.
    fn assertable(&mut self, interface: TypeId, ty: TypeId) -> Result<(), Missing> {
        if self.is_interface(ty) {
            return Ok(());
        }
        let methods = self.type_set_of(interface).methods.clone();
        self.has_methods(ty, &methods, false, &mut |d, a, b| d.identical(a, b))
    }
}

impl<D: Declare + ?Sized> Implements for D {}
