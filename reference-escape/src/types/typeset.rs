//! The types that an interface stands for.
//!
//! A type set is what has certain methods, is one of certain terms, and can be compared if that is asked. Terms
//! are kept so that no two of them share a type. Where there are terms nobody asks any more for comparability:
//! those that cannot be compared have been taken out.

use super::{Declare, Interface, Method, Predeclared, Predicates, Relations, Term, Type, TypeId};
use std::collections::BTreeSet;
use std::rc::Rc;

/// What an interface stands for.
#[derive(Clone, Debug)]
pub struct TypeSet {
    /// All methods, by their symbols.
    pub methods: Rc<[Method]>,
    /// The types.
    pub terms: Terms,
    /// Whether only types that can be compared strictly are in it; only where terms are all types.
    pub comparable: bool,
}

/// The types of a type set, whatever their methods.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Terms {
    /// All types.
    All,
    /// Those of the terms; none if there are none.
    Only(Rc<[Term]>),
}

impl Terms {
    fn only(terms: Vec<Term>) -> Terms {
        Terms::Only(terms.into())
    }

    /// Whether no type is in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Terms::Only(terms) if terms.is_empty())
    }
}

impl TypeSet {
    fn all() -> TypeSet {
        TypeSet { methods: Rc::from([]), terms: Terms::All, comparable: false }
    }

    /// Whether it holds all types.
    pub fn is_all(&self) -> bool {
        self.is_method_set() && self.methods.is_empty()
    }

    /// Whether only its methods restrict it.
    pub fn is_method_set(&self) -> bool {
        !self.comparable && self.terms == Terms::All
    }

    /// The terms, if there are any that restrict it.
    pub fn specific(&self) -> Option<&Rc<[Term]>> {
        match &self.terms {
            Terms::Only(terms) if !terms.is_empty() => Some(terms),
            _ => None,
        }
    }

    /// The method that `symbol` selects.
    pub fn method(&self, symbol: super::Symbol) -> Option<(usize, Method)> {
        let at = self.methods.binary_search_by_key(&symbol, |method| method.symbol).ok()?;
        Some((at, self.methods[at]))
    }
}

/// More terms than this no union has: the compiler refuses it.
const MAX_TERMS: usize = 100;

/// What interfaces and constraints come to.
pub trait TypeSets: Declare {
    /// The type set of an interface (not of what an interface underlies).
    fn type_set(&mut self, interface: TypeId) -> Rc<TypeSet> {
        if let Some(known) = self.types().type_sets.get(&interface) {
            return Rc::clone(known);
        }
        let Type::Interface(parts) = self.types()[interface].clone() else {
            return Rc::new(TypeSet::all());
        };
        // Whoever asks again while it is being found is in a cycle, which is an error elsewhere.
        let rough = Rc::new(TypeSet::all());
        self.types_mut().type_sets.insert(interface, rough);
        let set = Rc::new(compute(self, &parts));
        self.types_mut().type_sets.insert(interface, Rc::clone(&set));
        set
    }

    /// The type set of a type that an interface underlies; of type parameters that of their constraint.
    fn type_set_of(&mut self, ty: TypeId) -> Rc<TypeSet> {
        let under = self.under(ty);
        self.type_set(under)
    }

    /// The types that a value of `ty` may have, with what underlies each: `ty` itself unless it is a type
    /// parameter. `None` if that could be any type.
    fn specific_types(&mut self, ty: TypeId) -> Option<Vec<(TypeId, TypeId)>> {
        if !self.types().is_param(ty) {
            let under = self.under(ty);
            return Some(vec![(ty, under)]);
        }
        let set = self.type_set_of(ty);
        let terms = set.specific()?;
        Some(terms.iter().map(|term| (term.ty, self.under(term.ty))).collect())
    }

    /// The type that underlies all types that a value of `ty` may have. Of channels of several directions it is
    /// the one that can do least.
    fn common_under(&mut self, ty: TypeId) -> Option<TypeId> {
        if !self.types().is_param(ty) {
            return Some(self.under(ty));
        }
        let types = self.specific_types(ty)?;
        let (first, rest) = types.split_first()?;
        let mut common = first.1;
        for (_, under) in rest {
            common = narrower(self, common, *under)?;
        }
        Some(common)
    }

    /// Finds the type sets of all interfaces in `ty`: they are printed by the methods that they come to.
    fn prepare_to_print(&mut self, ty: TypeId) {
        let mut left = vec![ty];
        let mut seen = BTreeSet::new();
        while let Some(ty) = left.pop() {
            if !seen.insert(ty) {
                continue;
            }
            let kind = self.types()[ty].clone();
            self.types().each_part(&kind, &mut |part| left.push(part));
            if let Type::Interface(parts) = kind {
                for embedded in &parts.embedded {
                    let under = self.under(*embedded);
                    self.type_set(under);
                }
            }
        }
    }

    /// Whether two lists of terms hold the same types.
    fn equal_terms(&mut self, a: &Terms, b: &Terms) -> bool {
        self.subset_terms(a, b) && self.subset_terms(b, a)
    }

    /// Whether all types of `a` are in `b`.
    fn subset_terms(&mut self, a: &Terms, b: &Terms) -> bool {
        match (a, b) {
            (_, Terms::All) => true,
            (Terms::All, Terms::Only(_)) => false,
            (Terms::Only(a), Terms::Only(b)) => {
                a.iter().all(|x| b.iter().any(|y| subset(self, *x, *y)))
            }
        }
    }

    /// Whether `ty` is one of the types of `term`.
    fn term_includes(&mut self, term: Term, ty: TypeId) -> bool {
        let ty = if term.tilde { self.under(ty) } else { ty };
        self.identical(term.ty, ty)
    }
}

impl<D: Declare + ?Sized> TypeSets for D {}

/// The one of two underlying types that a value of either has, if there is one.
fn narrower<D: Declare + ?Sized>(d: &mut D, a: TypeId, b: TypeId) -> Option<TypeId> {
    use crate::ast::ChanDir;
    if let (Type::Chan { dir: m, elem: x }, Type::Chan { dir: n, elem: y }) =
        (d.types()[a].clone(), d.types()[b].clone())
    {
        return match (m, n) {
            _ if !d.identical(x, y) => None,
            (m, n) if m == n => Some(a),
            (ChanDir::Both, _) => Some(b),
            (_, ChanDir::Both) => Some(a),
            _ => None,
        };
    }
    d.identical(a, b).then_some(a)
}

fn compute<D: Declare + ?Sized>(d: &mut D, parts: &Interface) -> TypeSet {
    let mut methods: Vec<Method> = parts.methods.to_vec();
    let mut terms = Terms::All;
    let mut comparable = parts.predeclared == Some(Predeclared::Comparable);
    for embedded in &parts.embedded {
        let under = d.under(*embedded);
        let (more, compares) = match d.types()[under].clone() {
            Type::Interface(_) => {
                let set = d.type_set(under);
                methods.extend_from_slice(&set.methods);
                (set.terms.clone(), set.comparable)
            }
            Type::Union(terms) => (union_terms(d, &terms), false),
            Type::Basic(super::Basic::Invalid) => continue,
            _ => (Terms::only(vec![Term::exactly(*embedded)]), false),
        };
        terms = intersect(d, &terms, &more);
        comparable |= compares;
    }
    if comparable && let Terms::Only(only) = &terms {
        let kept = only.iter().copied().filter(|term| d.comparable(term.ty, false)).collect();
        terms = Terms::only(kept);
        comparable = false;
    }
    methods.sort_by_key(|method| method.symbol);
    methods.dedup_by_key(|method| method.symbol);
    TypeSet { methods: methods.into(), terms, comparable }
}

/// The types of a union.
fn union_terms<D: Declare + ?Sized>(d: &mut D, union: &[Term]) -> Terms {
    let mut all: Vec<Term> = Vec::new();
    for term in union.iter().take(MAX_TERMS) {
        let under = d.under(term.ty);
        let more = match d.types()[under].clone() {
            Type::Interface(_) => d.type_set(under).terms.clone(),
            Type::Basic(super::Basic::Invalid) => continue,
            // `~T` stands for nothing unless T underlies itself.
            _ if term.tilde && !d.identical(term.ty, under) => continue,
            _ => Terms::only(vec![*term]),
        };
        match more {
            Terms::All => return Terms::All,
            Terms::Only(more) => more.iter().for_each(|term| add_term(d, &mut all, *term)),
        }
        if all.len() > MAX_TERMS {
            break;
        }
    }
    Terms::only(all)
}

/// Adds `term` to terms that share no type with each other.
fn add_term<D: Declare + ?Sized>(d: &mut D, all: &mut Vec<Term>, term: Term) {
    if all.iter().any(|other| subset(d, term, *other)) {
        return;
    }
    all.retain(|other| !subset(d, *other, term));
    all.push(term);
}

fn intersect<D: Declare + ?Sized>(d: &mut D, a: &Terms, b: &Terms) -> Terms {
    let (Terms::Only(a), Terms::Only(b)) = (a, b) else {
        return if *a == Terms::All { b.clone() } else { a.clone() };
    };
    let mut both = Vec::new();
    for x in &**a {
        for y in &**b {
            if !disjoint(d, *x, *y) {
                let term = if x.tilde && !y.tilde { *y } else { *x };
                add_term(d, &mut both, term);
            }
        }
    }
    Terms::only(both)
}

fn disjoint<D: Declare + ?Sized>(d: &mut D, a: Term, b: Term) -> bool {
    let x = if b.tilde { d.under(a.ty) } else { a.ty };
    let y = if a.tilde { d.under(b.ty) } else { b.ty };
    !d.identical(x, y)
}

fn subset<D: Declare + ?Sized>(d: &mut D, a: Term, b: Term) -> bool {
    (!a.tilde || b.tilde) && !disjoint(d, a, b)
}
