//! Types in the place of type parameters.

use super::{Declare, Field, Interface, Method, Signature, Term, Type, TypeId};
use crate::hash::Map;
use std::rc::Rc;

/// Which type stands for which type parameter.
#[derive(Clone, Debug)]
pub struct Binding {
    from: Box<[TypeId]>,
    to: Box<[TypeId]>,
}

impl Binding {
    /// Each of `to` stands for its neighbour in `from`; what `to` is too short for stays.
    pub fn new(from: &[TypeId], to: &[TypeId]) -> Binding {
        Binding { from: from.into(), to: to.into() }
    }

    fn of(&self, param: TypeId) -> TypeId {
        let at = self.from.iter().position(|from| *from == param);
        at.and_then(|at| self.to.get(at)).copied().unwrap_or(param)
    }
}

/// Putting types in the place of parameters.
pub trait Substitute: Declare {
    /// `ty` with types for its parameters.
    fn substitute(&mut self, ty: TypeId, binding: &Binding) -> TypeId {
        if !self.types().is_parameterized(ty) {
            return ty;
        }
        Substitution { binding, done: Map::default() }.apply(self, ty)
    }

    /// A list of types with types for their parameters.
    fn substitute_all(&mut self, all: &[TypeId], binding: &Binding) -> Vec<TypeId> {
        all.iter().map(|ty| self.substitute(*ty, binding)).collect()
    }

    /// New parameters like `tparams`, for a call that may be inside the very function that declares them.
    fn fresh_params(&mut self, tparams: &[TypeId]) -> Vec<TypeId> {
        let fresh: Vec<TypeId> = tparams
            .iter()
            .map(|old| {
                let param = self.types().as_param(*old).copied();
                param.map_or(*old, |param| self.types_mut().new_param(param.object, param.index))
            })
            .collect();
        let rename = Binding::new(tparams, &fresh);
        for (old, new) in tparams.iter().zip(&fresh) {
            if let Some(constraint) = self.types().as_param(*old).map(|param| param.constraint) {
                let constraint = self.substitute(constraint, &rename);
                self.types_mut().set_constraint(*new, constraint);
            }
        }
        fresh
    }
}

impl<D: Declare + ?Sized> Substitute for D {}

struct Substitution<'a> {
    binding: &'a Binding,
    /// Types share parts, and each part is to be done once.
    done: Map<TypeId, TypeId>,
}

impl Substitution<'_> {
    fn apply<D: Declare + ?Sized>(&mut self, d: &mut D, ty: TypeId) -> TypeId {
        if !d.types().is_parameterized(ty) {
            return ty;
        }
        if let Type::Param(_) = d.types()[ty] {
            return self.binding.of(ty);
        }
        if let Some(done) = self.done.get(&ty) {
            return *done;
        }
        let kind = d.types()[ty].clone();
        let result = self.parts(d, ty, &kind);
        self.done.insert(ty, result);
        result
    }

    fn parts<D: Declare + ?Sized>(&mut self, d: &mut D, ty: TypeId, kind: &Type) -> TypeId {
        let changed = match kind {
            Type::Basic(_) | Type::Param(_) => return ty,
            Type::Pointer(elem) => Type::Pointer(self.apply(d, *elem)),
            Type::Slice(elem) => Type::Slice(self.apply(d, *elem)),
            Type::Array { elem, len } => Type::Array { elem: self.apply(d, *elem), len: *len },
            Type::Chan { dir, elem } => Type::Chan { dir: *dir, elem: self.apply(d, *elem) },
            Type::Map { key, value } => {
                Type::Map { key: self.apply(d, *key), value: self.apply(d, *value) }
            }
            Type::Tuple(all) => Type::Tuple(self.list(d, all).into()),
            Type::Union(terms) => Type::Union(
                terms.iter().map(|term| Term { ty: self.apply(d, term.ty), ..*term }).collect(),
            ),
            Type::Struct(fields) => Type::Struct(
                fields
                    .iter()
                    .map(|field| Field { ty: self.apply(d, field.ty), ..*field })
                    .collect(),
            ),
            Type::Signature(sig) => return self.signature(d, sig),
            Type::Interface(interface) => Type::Interface(Rc::new(Interface {
                methods: interface
                    .methods
                    .iter()
                    .map(|method| Method { ty: self.apply(d, method.ty), ..*method })
                    .collect(),
                embedded: self.list(d, &interface.embedded).into(),
                implicit: interface.implicit,
                predeclared: interface.predeclared,
            })),
            Type::Named(_) => {
                let Some(named) = d.types().as_named(ty) else { return ty };
                let (origin, targs) = (named.origin, Rc::clone(&named.targs));
                let targs = self.list(d, &targs);
                return d.types_mut().instance(origin, &targs);
            }
        };
        d.types_mut().intern(changed)
    }

    fn list<D: Declare + ?Sized>(&mut self, d: &mut D, all: &[TypeId]) -> Vec<TypeId> {
        all.iter().map(|ty| self.apply(d, *ty)).collect()
    }

    /// A generic method keeps its own parameters, unless a constraint of theirs changes: then it gets new ones.
    fn signature<D: Declare + ?Sized>(&mut self, d: &mut D, sig: &Rc<Signature>) -> TypeId {
        let mut tparams = sig.tparams.clone();
        let mut own = Rc::clone(sig);
        let constraint = |d: &D, param: TypeId| d.types().as_param(param).map(|p| p.constraint);
        let must_renew = tparams.iter().any(|param| {
            constraint(d, *param).is_some_and(|bound| {
                d.types().is_parameterized(bound) && self.apply(d, bound) != bound
            })
        });
        if must_renew {
            let fresh = d.fresh_params(&sig.tparams);
            for param in &fresh {
                if let Some(bound) = constraint(d, *param) {
                    let bound = d.substitute(bound, self.binding);
                    d.types_mut().set_constraint(*param, bound);
                }
            }
            let rename = Binding::new(&sig.tparams, &fresh);
            own = Rc::new(Signature {
                tparams: fresh.clone().into(),
                params: d.substitute_all(&sig.params, &rename).into(),
                results: d.substitute_all(&sig.results, &rename).into(),
                variadic: sig.variadic,
            });
            tparams = fresh.into();
        }
        let params = self.list(d, &own.params).into();
        let results = self.list(d, &own.results).into();
        let changed = Signature { tparams, params, results, variadic: sig.variadic };
        d.types_mut().intern(Type::Signature(Rc::new(changed)))
    }
}
