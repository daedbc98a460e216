//! Generic functions and aliases with their arguments; types are [`super::Types::instance`]s.

use super::{Binding, Declare, Implements, Missing, Signature, Substitute, Type, TypeId};
use std::rc::Rc;

/// Instantiation.
pub trait Instantiate: Declare {
    /// The type of a generic function for `targs`, no longer generic.
    fn instantiate_signature(&mut self, generic: TypeId, targs: &[TypeId]) -> TypeId {
        let Some(sig) = self.types().as_signature(generic).cloned() else { return generic };
        if sig.tparams.is_empty() {
            return generic;
        }
        let binding = Binding::new(&sig.tparams, targs);
        let params = self.substitute_all(&sig.params, &binding).into();
        let results = self.substitute_all(&sig.results, &binding).into();
        let (tparams, variadic) = (Box::default(), sig.variadic);
        let plain = Signature { tparams, params, results, variadic };
        self.types_mut().intern(Type::Signature(Rc::new(plain)))
    }

    /// Whether `targs` satisfy the constraints of `tparams`.
    ///
    /// # Errors
    /// The first one that does not, and why.
    fn verify_arguments(
        &mut self,
        tparams: &[TypeId],
        targs: &[TypeId],
    ) -> Result<(), (usize, Missing)> {
        let binding = Binding::new(tparams, targs);
        for (at, (param, arg)) in tparams.iter().zip(targs).enumerate() {
            let constraint = self.constraint_interface(*param);
            let constraint = self.substitute(constraint, &binding);
            self.implements(*arg, constraint, true).map_err(|missing| (at, missing))?;
        }
        Ok(())
    }
}

impl<D: Declare + ?Sized> Instantiate for D {}
