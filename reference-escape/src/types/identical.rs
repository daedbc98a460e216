//! When two types are the same.

use super::typeset::TypeSets;
use super::{Binding, Declare, Interface, Predeclared, Signature, Substitute, Type, TypeId};
use std::rc::Rc;

/// How types lie to each other.
pub trait Relations: Declare {
    /// Whether `a` and `b` are the same type.
    fn identical(&mut self, a: TypeId, b: TypeId) -> bool {
        a == b || Comparison { pairs: Vec::new(), steps: 0 }.same(self, a, b)
    }

    /// Whether two lists hold the same types.
    fn all_identical(&mut self, a: &[TypeId], b: &[TypeId]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.identical(*a, *b))
    }
}

impl<D: Declare + ?Sized> Relations for D {}

/// After this many steps two types count as different: they were made to take forever.
const MAX_STEPS: u32 = 1 << 20;

struct Comparison {
    /// Interfaces that are being compared: if they come up again inside themselves, that decides nothing.
    pairs: Vec<(TypeId, TypeId)>,
    steps: u32,
}

impl Comparison {
    fn same<D: Declare + ?Sized>(&mut self, d: &mut D, a: TypeId, b: TypeId) -> bool {
        if a == b {
            return true;
        }
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return false;
        }
        // Kinds that own nothing are told apart without a look at reference counts.
        let types = d.types();
        match (&types[a], &types[b]) {
            (Type::Basic(x), Type::Basic(y)) => x.proper() == y.proper(),
            (Type::Pointer(x), Type::Pointer(y)) | (Type::Slice(x), Type::Slice(y)) => {
                let (x, y) = (*x, *y);
                self.same(d, x, y)
            }
            (Type::Array { elem: x, len: m }, Type::Array { elem: y, len: n }) => {
                let (x, y, equal) = (*x, *y, m == n);
                equal && self.same(d, x, y)
            }
            (Type::Chan { elem: x, dir: m }, Type::Chan { elem: y, dir: n }) => {
                let (x, y, equal) = (*x, *y, m == n);
                equal && self.same(d, x, y)
            }
            (Type::Map { key: k, value: v }, Type::Map { key: l, value: w }) => {
                let (k, v, l, w) = (*k, *v, *l, *w);
                self.same(d, k, l) && self.same(d, v, w)
            }
            (Type::Named(_), Type::Named(_)) => self.same_instance(d, a, b),
            (Type::Struct(x), Type::Struct(y)) => {
                let (x, y) = (Rc::clone(x), Rc::clone(y));
                x.len() == y.len()
                    && x.iter().zip(&*y).all(|(f, g)| {
                        f.symbol == g.symbol
                            && f.embedded == g.embedded
                            && f.tag == g.tag
                            && self.same(d, f.ty, g.ty)
                    })
            }
            (Type::Signature(x), Type::Signature(y)) => {
                let (x, y) = (Rc::clone(x), Rc::clone(y));
                self.same_signature(d, &x, &y)
            }
            (Type::Tuple(x), Type::Tuple(y)) => {
                let (x, y) = (Rc::clone(x), Rc::clone(y));
                self.same_list(d, &x, &y)
            }
            (Type::Interface(x), Type::Interface(y)) => {
                let (x, y) = (Rc::clone(x), Rc::clone(y));
                self.same_interface(d, (a, &x), (b, &y))
            }
            (Type::Union(x), Type::Union(y)) => {
                let (x, y) = (Rc::clone(x), Rc::clone(y));
                x.len() == y.len()
                    && x.iter()
                        .zip(&*y)
                        .all(|(s, t)| s.tilde == t.tilde && self.same(d, s.ty, t.ty))
            }
            _ => false,
        }
    }

    fn same_list<D: Declare + ?Sized>(&mut self, d: &mut D, a: &[TypeId], b: &[TypeId]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.same(d, *a, *b))
    }

    fn same_instance<D: Declare + ?Sized>(&mut self, d: &mut D, a: TypeId, b: TypeId) -> bool {
        let (Some(x), Some(y)) = (d.types().as_named(a), d.types().as_named(b)) else {
            return false;
        };
        if x.origin != y.origin || x.targs.is_empty() || x.targs.len() != y.targs.len() {
            return false;
        }
        let (x, y) = (Rc::clone(&x.targs), Rc::clone(&y.targs));
        self.same_list(d, &x, &y)
    }

    fn same_signature<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        a: &Signature,
        b: &Signature,
    ) -> bool {
        if a.tparams.len() != b.tparams.len()
            || a.variadic != b.variadic
            || a.params.len() != b.params.len()
            || a.results.len() != b.results.len()
        {
            return false;
        }
        if a.tparams.is_empty() || a.tparams == b.tparams {
            return self.same_list(d, &a.params, &b.params)
                && self.same_list(d, &a.results, &b.results);
        }
        let rename = Binding::new(&b.tparams, &a.tparams);
        let mut equal = |a: TypeId, b: TypeId| {
            let b = d.substitute(b, &rename);
            self.same(d, a, b)
        };
        let lists = [(&a.params, &b.params), (&a.results, &b.results)];
        lists.iter().all(|(a, b)| a.iter().zip(b.iter()).all(|(a, b)| equal(*a, *b)))
            && a.tparams.iter().zip(&b.tparams).all(|(p, q)| {
                let p = d.constraint_interface(*p);
                let q = d.constraint_interface(*q);
                let q = d.substitute(q, &rename);
                self.same(d, p, q)
            })
    }

    fn same_interface<D: Declare + ?Sized>(
        &mut self,
        d: &mut D,
        (a, x): (TypeId, &Interface),
        (b, y): (TypeId, &Interface),
    ) -> bool {
        let compares = |i: &Interface| i.predeclared == Some(Predeclared::Comparable);
        if x.embedded.is_empty() && y.embedded.is_empty() {
            // What needs no type set is decided without one.
            if x.methods.len() != y.methods.len() || compares(x) != compares(y) {
                return false;
            }
            if x.methods.is_empty() {
                return true;
            }
        }
        if self.pairs.contains(&(a, b)) || self.pairs.contains(&(b, a)) {
            return true;
        }
        let (x, y) = (d.type_set(a), d.type_set(b));
        if x.comparable != y.comparable || x.methods.len() != y.methods.len() {
            return false;
        }
        if !d.equal_terms(&x.terms, &y.terms) {
            return false;
        }
        self.pairs.push((a, b));
        let same = x
            .methods
            .iter()
            .zip(&*y.methods)
            .all(|(m, n)| m.symbol == n.symbol && self.same(d, m.ty, n.ty));
        self.pairs.pop();
        same
    }
}
