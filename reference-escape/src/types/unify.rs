//! Making two types the same by choosing type arguments.
//!
//! Parameters that were found to be equal share a slot. Unification is inexact where the spec lets values be
//! assigned: a defined type matches a type literal that underlies it, and channel directions may differ; inside
//! composite types it is exact again.

use super::typeset::TypeSets;
use super::{Declare, Lookup, Predicates, Relations, Signature, Type, TypeId};
use std::rc::Rc;

/// How strictly types are to match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mode {
    /// Whether the match is between a parameter and an argument: its parts must match exactly.
    pub assign: bool,
    /// Whether types must be identical.
    pub exact: bool,
}

impl Mode {
    pub(super) const INEXACT: Mode = Mode { assign: false, exact: false };
    pub(super) const ASSIGN: Mode = Mode { assign: true, exact: false };
    pub(super) const EXACT: Mode = Mode { assign: false, exact: true };
}

/// As deep as unification goes; real programs stay far below.
const MAX_DEPTH: u32 = 50;

/// Type arguments in the making.
pub(super) struct Unifier<'a> {
    tparams: &'a [TypeId],
    /// For each parameter its slot.
    slots: Vec<usize>,
    /// What is known in each slot.
    known: Vec<Option<TypeId>>,
    depth: u32,
    /// Pairs of interfaces under comparison.
    pairs: Vec<(TypeId, TypeId)>,
}

impl<'a> Unifier<'a> {
    pub(super) fn new(tparams: &'a [TypeId], targs: &[Option<TypeId>]) -> Unifier<'a> {
        let mut known = targs.to_vec();
        known.resize(tparams.len(), None);
        let slots = (0..tparams.len()).collect();
        Unifier { tparams, slots, known, depth: 0, pairs: Vec::new() }
    }

    fn bound(&self, ty: TypeId) -> Option<usize> {
        self.tparams.iter().position(|param| *param == ty)
    }

    /// What parameter number `at` has been found to be.
    pub(super) fn at(&self, at: usize) -> Option<TypeId> {
        self.known[self.slots[at]]
    }

    /// Decides parameter number `at`.
    pub(super) fn set(&mut self, at: usize, ty: TypeId) {
        let slot = self.slots[at];
        self.known[slot] = Some(ty);
    }

    /// How many parameters are still open.
    pub(super) fn unknowns(&self) -> usize {
        (0..self.tparams.len()).filter(|at| self.at(*at).is_none()).count()
    }

    /// Lets two parameters be one; `false` if both are decided.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (x, y) = (self.slots[a], self.slots[b]);
        if x == y {
            return true;
        }
        let (keep, drop) = match (self.known[x], self.known[y]) {
            (Some(_), Some(_)) => return false,
            (Some(_), None) => (x, y),
            _ => (y, x),
        };
        self.slots.iter_mut().filter(|slot| **slot == drop).for_each(|slot| *slot = keep);
        true
    }

    /// Makes `a` and `b` match, if that is possible.
    pub(super) fn unify<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        a: TypeId,
        b: TypeId,
        mode: Mode,
    ) -> bool {
        if a == b {
            return true;
        }
        if self.depth > MAX_DEPTH {
            return false;
        }
        self.depth += 1;
        let unified = self.unify_different(d, a, b, mode);
        self.depth -= 1;
        unified
    }

    fn unify_different<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        mut a: TypeId,
        mut b: TypeId,
        mode: Mode,
    ) -> bool {
        // A bound parameter comes first, a defined type last.
        if matches!(d.types()[a], Type::Named(_)) || self.bound(b).is_some() {
            std::mem::swap(&mut a, &mut b);
        }
        if !mode.exact
            && matches!(d.types()[b], Type::Named(_))
            && is_literal(d, a)
            && !d.is_interface(a)
        {
            b = d.under(b);
            if a == b {
                return true;
            }
        }
        match (self.bound(a), self.bound(b)) {
            (Some(x), Some(y)) => {
                if self.join(x, y) {
                    return true;
                }
                match (self.at(x), self.at(y)) {
                    (Some(x), Some(y)) => self.unify(d, x, y, mode),
                    _ => false,
                }
            }
            (Some(x), None) => {
                if let Some(known) = self.at(x) {
                    return self.unify_known(d, x, known, b, mode);
                }
                self.set(x, b);
                true
            }
            _ => self.unify_unbound(d, a, b, mode),
        }
    }

    /// A parameter that is decided already meets another type: the better of both decisions is kept.
    fn unify_known<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        param: usize,
        known: TypeId,
        other: TypeId,
        mode: Mode,
    ) -> bool {
        if !self.unify(d, known, other, mode) {
            return false;
        }
        let named = |d: &D, ty: TypeId| matches!(d.types()[ty], Type::Named(_));
        let (known_named, other_named) = (named(d, known), named(d, other));
        match (d.is_interface(known), d.is_interface(other)) {
            (true, true) => {
                if known_named && other_named {
                    return d.identical(known, other);
                }
                let count = |d: &mut D, ty| d.type_set_of(ty).methods.len();
                if count(d, known) != count(d, other) {
                    return false;
                }
            }
            (false, false) => {}
            _ => return false,
        }
        if !mode.exact && !known_named {
            let restricted = matches!(
                d.under_type(other),
                Type::Chan { dir: crate::ast::ChanDir::Send | crate::ast::ChanDir::Recv, .. }
            );
            if other_named || restricted {
                self.set(param, other);
            }
        }
        true
    }

    fn unify_unbound<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        mut a: TypeId,
        mut b: TypeId,
        mode: Mode,
    ) -> bool {
        if !mode.exact {
            match (d.is_interface(a), d.is_interface(b)) {
                (true, true) => return self.unify_interfaces(d, a, b, false),
                (true, false) => return self.unify_methods(d, a, b),
                (false, true) => return self.unify_methods(d, b, a),
                (false, false) => {}
            }
        }
        if d.types().is_param(b) {
            std::mem::swap(&mut a, &mut b);
        }
        let parts = if mode.assign { Mode { assign: true, exact: true } } else { mode };
        match (d.types()[a].clone(), d.types()[b].clone()) {
            (Type::Basic(x), Type::Basic(y)) => x.proper() == y.proper(),
            (Type::Array { elem: x, len: m }, Type::Array { elem: y, len: n }) => {
                m == n && self.unify(d, x, y, parts)
            }
            (Type::Slice(x), Type::Slice(y)) | (Type::Pointer(x), Type::Pointer(y)) => {
                self.unify(d, x, y, parts)
            }
            (Type::Map { key: k, value: v }, Type::Map { key: l, value: w }) => {
                self.unify(d, k, l, parts) && self.unify(d, v, w, parts)
            }
            (Type::Chan { elem: x, dir: m }, Type::Chan { elem: y, dir: n }) => {
                (!mode.exact || m == n) && self.unify(d, x, y, parts)
            }
            (Type::Struct(x), Type::Struct(y)) => {
                x.len() == y.len()
                    && x.iter().zip(&*y).all(|(f, g)| {
                        f.embedded == g.embedded
                            && f.tag == g.tag
                            && f.symbol == g.symbol
                            && self.unify(d, f.ty, g.ty, parts)
                    })
            }
            (Type::Tuple(x), Type::Tuple(y)) => self.unify_lists(d, &x, &y, mode),
            (Type::Signature(x), Type::Signature(y)) => self.unify_signatures(d, &x, &y, parts),
            (Type::Interface(_), Type::Interface(_)) => self.unify_interfaces(d, a, b, true),
            (Type::Named(_), Type::Named(_)) => self.unify_named(d, a, b, mode),
            (Type::Param(_), _) => match d.common_under(a) {
                Some(core) => self.unify(d, core, b, Mode::ASSIGN),
                None => false,
            },
            _ => false,
        }
    }

    fn unify_lists<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        a: &[TypeId],
        b: &[TypeId],
        mode: Mode,
    ) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.unify(d, *a, *b, mode))
    }

    fn unify_signatures<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        a: &Signature,
        b: &Signature,
        mode: Mode,
    ) -> bool {
        a.variadic == b.variadic
            && self.unify_lists(d, &a.params, &b.params, mode)
            && self.unify_lists(d, &a.results, &b.results, mode)
    }

    fn unify_named<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        a: TypeId,
        b: TypeId,
        mode: Mode,
    ) -> bool {
        let (Some(x), Some(y)) = (d.types().as_named(a), d.types().as_named(b)) else {
            return false;
        };
        let (x_args, y_args) = (Rc::clone(&x.targs), Rc::clone(&y.targs));
        x.origin == y.origin && !x_args.is_empty() && self.unify_lists(d, &x_args, &y_args, mode)
    }

    /// Two interfaces: the methods of the smaller one must be in the other, and of as many if `equal`.
    fn unify_interfaces<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        a: TypeId,
        b: TypeId,
        equal: bool,
    ) -> bool {
        let (mut x, mut y) = (d.type_set_of(a), d.type_set_of(b));
        if x.comparable != y.comparable || !d.equal_terms(&x.terms, &y.terms) {
            return false;
        }
        if equal && x.methods.len() != y.methods.len() {
            return false;
        }
        if self.pairs.contains(&(a, b)) || self.pairs.contains(&(b, a)) {
            return true;
        }
        if x.methods.len() > y.methods.len() {
            std::mem::swap(&mut x, &mut y);
        }
        self.pairs.push((a, b));
        let unified = x.methods.iter().all(|method| {
            y.method(method.symbol)
                .is_some_and(|(_, other)| self.unify(d, method.ty, other.ty, Mode::EXACT))
        });
        self.pairs.pop();
        unified
    }

    /// An interface and another type, which must have the interface's methods.
    fn unify_methods<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        interface: TypeId,
        ty: TypeId,
    ) -> bool {
        let set = d.type_set_of(interface);
        set.methods.iter().all(|method| {
            let Ok(Some(mine)) = d.lookup_method(ty, false, method.symbol) else { return false };
            let generic = d.types().as_signature(mine).is_some_and(|sig| !sig.tparams.is_empty());
            !generic && self.unify(d, method.ty, mine, Mode::EXACT)
        })
    }
}

/// Whether `ty` is neither named nor a type parameter.
fn is_literal<D: Declare + ?Sized>(d: &D, ty: TypeId) -> bool {
    !matches!(d.types()[ty], Type::Named(_) | Type::Param(_))
}
