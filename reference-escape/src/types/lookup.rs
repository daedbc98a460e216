//! Fields and methods, through embedding.

use super::typeset::TypeSets;
use super::{Declare, ObjectId, Relations, Symbol, Type, TypeId};
use std::rc::Rc;

/// What a selector selects.
#[derive(Clone, Debug)]
pub struct Found {
    /// The fields that lead there, each as its place in its struct, and at last the place of the field or
    /// method itself among those of what holds it.
    pub path: Vec<u32>,
    /// Whether there is a pointer on the way, the operand included.
    pub indirect: bool,
    /// What is there.
    pub member: Member,
}

/// A field or a method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Member {
    /// A field.
    Field {
        /// Its type.
        ty: TypeId,
    },
    /// A method that is declared for a named type.
    Method {
        /// The method; of an instance's origin.
        object: ObjectId,
        /// The named type that has it.
        of: TypeId,
    },
    /// A method of an interface.
    InterfaceMethod {
        /// Its signature.
        ty: TypeId,
        /// The interface's type, as the path leads to it.
        of: TypeId,
    },
}

/// Why a selector selects nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotFound {
    /// There is no such field or method.
    Missing,
    /// There are several at the same depth.
    Ambiguous,
    /// The method has a pointer receiver, and nothing here can be pointed to.
    NeedsPointer,
}

/// Searching types for fields and methods.
pub trait Lookup: Declare {
    /// What `symbol` selects in a value of `ty`; `addressable` if it is a variable.
    ///
    /// # Errors
    /// Why it selects nothing.
    fn lookup(&mut self, ty: TypeId, addressable: bool, symbol: Symbol) -> Result<Found, NotFound> {
        if symbol.name.is_blank() {
            return Err(NotFound::Missing);
        }
        // A named pointer has the fields of what it points to, but no methods.
        if let Type::Named(_) = self.types()[ty] {
            let under = self.under(ty);
            if let Type::Pointer(_) = self.types()[under] {
                return match search(self, under, false, symbol)? {
                    found if matches!(found.member, Member::Field { .. }) => Ok(found),
                    _ => Err(NotFound::Missing),
                };
            }
        }
        search(self, ty, addressable, symbol)
    }

    /// The method that `symbol` selects, with its signature; `None` for fields.
    ///
    /// # Errors
    /// Why it selects nothing.
    fn lookup_method(
        &mut self,
        ty: TypeId,
        addressable: bool,
        symbol: Symbol,
    ) -> Result<Option<TypeId>, NotFound> {
        let found = self.lookup(ty, addressable, symbol)?;
        Ok(match found.member {
            Member::Field { .. } => None,
            Member::Method { object, of } => Some(self.method_type(object, of)),
            Member::InterfaceMethod { ty, .. } => Some(ty),
        })
    }

    /// Whether the declared method `object` has a pointer receiver.
    fn has_pointer_receiver(&mut self, object: ObjectId) -> bool {
        self.declare(object);
        match &self.types()[object].kind {
            super::ObjectKind::Func(func) => func.receiver.is_some_and(|receiver| receiver.pointer),
            _ => false,
        }
    }

    /// The method `symbol` among those declared for the named type `ty`, with its place.
    fn declared_method(&self, ty: TypeId, symbol: Symbol) -> Option<(usize, ObjectId)> {
        let types = self.types();
        let at = self.methods(ty).iter().position(|method| {
            let method = &types[*method];
            method.name == symbol.name
                && (symbol.package == super::PackageId::NONE || symbol.package == method.package)
        })?;
        Some((at, self.methods(ty)[at]))
    }
}

impl<D: Declare + ?Sized> Lookup for D {}

/// A type to be searched, and how it was reached.
struct Step {
    ty: TypeId,
    path: Vec<u32>,
    indirect: bool,
    /// Whether the type is embedded several times at this depth: what it has is ambiguous.
    several: bool,
}

/// What was found at one depth.
#[derive(Default)]
struct Level {
    found: Option<Found>,
    ambiguous: bool,
    next: Vec<Step>,
}

impl Level {
    fn add(&mut self, step: &Step, at: usize, member: Member) {
        if self.found.is_some() || step.several {
            self.ambiguous = true;
        }
        let mut path = step.path.clone();
        path.push(at as u32);
        self.found = Some(Found { path, indirect: step.indirect, member });
    }
}

fn search<D: Declare + ?Sized>(
    d: &mut D,
    ty: TypeId,
    addressable: bool,
    symbol: Symbol,
) -> Result<Found, NotFound> {
    let (base, pointer) = d.types().deref(ty);
    if pointer {
        let under = d.under(base);
        if matches!(d.types()[under], Type::Interface(_)) {
            return Err(NotFound::Missing);
        }
    }
    let mut current = vec![Step { ty: base, path: Vec::new(), indirect: pointer, several: false }];
    let mut seen = Vec::new();
    while !current.is_empty() {
        let mut level = Level::default();
        for step in &current {
            visit(d, step, symbol, &mut seen, &mut level);
            if level.ambiguous {
                return Err(NotFound::Ambiguous);
            }
        }
        if let Some(found) = level.found {
            if let Member::Method { object, .. } = found.member
                && !found.indirect
                && !addressable
                && d.has_pointer_receiver(object)
            {
                return Err(NotFound::NeedsPointer);
            }
            return Ok(found);
        }
        current = merge(d, level.next);
    }
    Err(NotFound::Missing)
}

fn visit<D: Declare + ?Sized>(
    d: &mut D,
    step: &Step,
    symbol: Symbol,
    seen: &mut Vec<TypeId>,
    level: &mut Level,
) {
    if matches!(d.types()[step.ty], Type::Named(_)) {
        // A type that was seen at a lesser depth hides itself.
        if seen.iter().any(|other| d.identical(*other, step.ty)) {
            return;
        }
        seen.push(step.ty);
        if let Some((at, object)) = d.declared_method(step.ty, symbol) {
            level.add(step, at, Member::Method { object, of: step.ty });
            return;
        }
    }
    let under = d.under(step.ty);
    match &d.types()[under] {
        Type::Struct(fields) => {
            let fields = Rc::clone(fields);
            visit_fields(d, step, symbol, &fields, level);
        }
        Type::Interface(_) => {
            if let Some((at, method)) = d.type_set(under).method(symbol) {
                level.add(step, at, Member::InterfaceMethod { ty: method.ty, of: step.ty });
            }
        }
        _ => {}
    }
}

fn visit_fields<D: Declare + ?Sized>(
    d: &mut D,
    step: &Step,
    symbol: Symbol,
    fields: &[super::Field],
    level: &mut Level,
) {
    for (at, field) in fields.iter().enumerate() {
        if field.symbol == symbol {
            level.add(step, at, Member::Field { ty: field.ty });
        } else if level.found.is_none() && field.embedded {
            let (ty, pointer) = d.types().deref(field.ty);
            let mut path = step.path.clone();
            path.push(at as u32);
            let indirect = step.indirect || pointer;
            level.next.push(Step { ty, path, indirect, several: step.several });
        }
    }
}

/// Types that are embedded several times at one depth become one step.
fn merge<D: Declare + ?Sized>(d: &mut D, steps: Vec<Step>) -> Vec<Step> {
    let mut merged: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        match merged.iter_mut().find(|other| d.identical(other.ty, step.ty)) {
            Some(other) => other.several = true,
            None => merged.push(step),
        }
    }
    merged
}
