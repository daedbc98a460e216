//! Finding the type arguments that a text leaves out.
//!
//! Typed arguments are unified with their parameters first. Then, as long as that tells something new, each
//! type parameter is unified with the core type of its constraint, and its methods with those of the
//! constraint. Parameters that are still open take the default type of the untyped constants that were passed
//! for them. At last arguments that were found in terms of other parameters are put together.

use super::typeset::TypeSets;
use super::unify::{Mode, Unifier};
use super::{Basic, Binding, Declare, Implements, Missing, Substitute, Term, Type, TypeId};

/// What is passed for a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Argument {
    /// The parameter's type.
    pub param: TypeId,
    /// The argument's type.
    pub ty: TypeId,
}

/// Why type arguments could not be found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The argument of this number does not match its parameter.
    Argument(usize),
    /// This type parameter's argument, as found, does not satisfy its constraint.
    Constraint(usize, Option<Missing>),
    /// Nothing tells what this type parameter is.
    Open(usize),
}

/// Inference.
pub trait Inference: Declare {
    /// Type arguments for `tparams`, some of which `known` gives, from what is passed to a function.
    ///
    /// # Errors
    /// The first argument or parameter that fails.
    fn infer(
        &mut self,
        tparams: &[TypeId],
        known: &[Option<TypeId>],
        arguments: &[Argument],
    ) -> Result<Vec<TypeId>, Failure> {
        if known.len() == tparams.len()
            && let Some(all) = known.iter().copied().collect()
        {
            return Ok(all);
        }
        let mut unifier = Unifier::new(tparams, known);
        let (from, to): (Vec<_>, Vec<_>) =
            tparams.iter().zip(known).filter_map(|(p, known)| Some((*p, (*known)?))).unzip();
        let given = Binding::new(&from, &to);
        let mut untyped = Vec::new();
        for (at, argument) in arguments.iter().enumerate() {
            let param = self.substitute(argument.param, &given);
            if !mentions(self, param, tparams) && !mentions(self, argument.ty, tparams) {
                continue;
            }
            if !self.types().is_untyped(argument.ty) {
                if !unifier.unify(self, param, argument.ty, Mode::ASSIGN) {
                    return Err(Failure::Argument(at));
                }
            } else if let Some(open) = tparams.iter().position(|tparam| *tparam == param)
                && argument.ty != TypeId::UNTYPED_NIL
            {
                untyped.push((open, argument.ty, at));
            }
        }
        use_constraints(self, &mut unifier, tparams)?;
        use_defaults(self, &mut unifier, &untyped)?;
        let found = (0..tparams.len()).map(|at| unifier.at(at)).collect();
        simplify(self, tparams, found)
    }
}

impl<D: Declare + ?Sized> Inference for D {}

/// Unifies parameters with the core types and methods of their constraints until nothing new is learnt.
fn use_constraints<D: Declare + ?Sized>(
    d: &mut D,
    unifier: &mut Unifier<'_>,
    tparams: &[TypeId],
) -> Result<(), Failure> {
    loop {
        let before = unifier.unknowns();
        for (at, param) in tparams.iter().enumerate() {
            let known = unifier.at(at);
            if let Some((core, single)) = core_term(d, *param) {
                match known {
                    Some(known) if !unifier.unify(d, known, core.ty, Mode::INEXACT) => {
                        return Err(Failure::Constraint(at, None));
                    }
                    None if single && !core.tilde => unifier.set(at, core.ty),
                    _ => {}
                }
            }
            if let Some(known) = known
                && !mentions(d, known, tparams)
            {
                let methods = d.type_set_of(*param).methods.clone();
                d.has_methods(known, &methods, true, &mut |d, a, b| {
                    unifier.unify(d, a, b, Mode::EXACT)
                })
                .map_err(|missing| Failure::Constraint(at, Some(missing)))?;
            }
        }
        if unifier.unknowns() == before {
            return Ok(());
        }
    }
}

/// The type that a parameter's constraint comes to, if it is one, and whether it is the constraint's only term.
fn core_term<D: Declare + ?Sized>(d: &mut D, param: TypeId) -> Option<(Term, bool)> {
    let set = d.type_set_of(param);
    let terms = set.specific()?;
    if let [single] = &**terms {
        return Some((*single, true));
    }
    let ty = d.common_under(param)?;
    Some((Term { tilde: terms.iter().any(|term| term.tilde), ty }, false))
}

/// Gives open parameters the default type of the untyped constants that were passed for them.
fn use_defaults<D: Declare + ?Sized>(
    d: &mut D,
    unifier: &mut Unifier<'_>,
    untyped: &[(usize, TypeId, usize)],
) -> Result<(), Failure> {
    let mut widest: Vec<(usize, Basic)> = Vec::new();
    for (param, ty, at) in untyped {
        let Some(basic) = d.types().as_basic(*ty) else { continue };
        if unifier.at(*param).is_some() {
            continue;
        }
        match widest.iter_mut().find(|(other, _)| other == param) {
            None => widest.push((*param, basic)),
            Some((_, so_far)) if *so_far == basic => {}
            Some((_, so_far)) if so_far.is_numeric() && basic.is_numeric() => {
                *so_far = (*so_far).max(basic);
            }
            Some(_) => return Err(Failure::Argument(*at)),
        }
    }
    for (param, basic) in widest {
        if unifier.at(param).is_none() {
            unifier.set(param, basic.default_type().id());
        }
    }
    Ok(())
}

/// Puts together arguments that were found in terms of other parameters. One that was found in terms of itself
/// is open.
fn simplify<D: Declare + ?Sized>(
    d: &mut D,
    tparams: &[TypeId],
    mut found: Vec<Option<TypeId>>,
) -> Result<Vec<TypeId>, Failure> {
    // After as many rounds as there are parameters what still changes goes in circles.
    for _ in 0..tparams.len() {
        let (from, to): (Vec<_>, Vec<_>) =
            tparams.iter().zip(&found).filter_map(|(p, found)| Some((*p, (*found)?))).unzip();
        let binding = Binding::new(&from, &to);
        let next: Vec<_> = found.iter().map(|ty| ty.map(|ty| d.substitute(ty, &binding))).collect();
        if next == found {
            break;
        }
        found = next;
    }
    found
        .into_iter()
        .enumerate()
        .map(|(at, ty)| ty.filter(|ty| !mentions(d, *ty, tparams)).ok_or(Failure::Open(at)))
        .collect()
}

/// Whether one of `tparams` is in `ty`.
fn mentions<D: Declare + ?Sized>(d: &D, ty: TypeId, tparams: &[TypeId]) -> bool {
    fn walk<D: Declare + ?Sized>(
        d: &D,
        ty: TypeId,
        tparams: &[TypeId],
        seen: &mut Vec<TypeId>,
    ) -> bool {
        let types = d.types();
        if !types.is_parameterized(ty) || seen.contains(&ty) {
            return false;
        }
        if matches!(types[ty], Type::Param(_)) {
            return tparams.contains(&ty);
        }
        seen.push(ty);
        let mut found = false;
        types.each_part(&types[ty], &mut |part| {
            found = found || walk(d, part, tparams, seen);
        });
        found
    }
    walk(d, ty, tparams, &mut Vec::new())
}
