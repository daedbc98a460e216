//! Which generic types a package makes instances of.
//!
//! The compiler makes all methods of an instance as soon as it meets the type: in an expression, in a variable, or in
//! a field or a method of a type that it met. This is the walk over types that tells which those are.

use crate::check::Program;
use crate::types::{Declare, ObjectId, Type, TypeId};

/// Types that have been met.
#[derive(Debug, Default)]
pub struct Reached {
    seen: Vec<bool>,
    left: Vec<TypeId>,
    /// Instances whose methods are to be made.
    instances: Vec<TypeId>,
}

impl Reached {
    /// Meets `ty`.
    pub fn meet(&mut self, ty: TypeId) {
        if self.seen.len() <= ty.index() {
            self.seen.resize(ty.index() + 1, false);
        }
        if !std::mem::replace(&mut self.seen[ty.index()], true) {
            self.left.push(ty);
        }
    }

    /// The methods of all instances that were met since the last time.
    pub fn methods(&mut self, program: &mut Program) -> Vec<(ObjectId, TypeId)> {
        while let Some(ty) = self.left.pop() {
            self.visit(program, ty);
        }
        let mut methods = Vec::new();
        for ty in std::mem::take(&mut self.instances) {
            methods.extend(program.methods(ty).iter().map(|method| (*method, ty)));
        }
        methods
    }

    fn visit(&mut self, program: &mut Program, ty: TypeId) {
        let mut parts = Vec::new();
        let data = program.types()[ty].clone();
        program.types().each_part(&data, &mut |part| parts.push(part));
        if let Type::Named(_) = data {
            let Some(named) = program.types().as_named(ty).cloned() else { return };
            // A generic type without arguments is met by those that stand in its own text, and means nothing.
            if named.origin == ty && !named.tparams.is_empty() {
                return;
            }
            if !program.types().is_parameterized(ty) && named.origin != ty {
                self.instances.push(ty);
            }
            parts.push(program.under(ty));
            for method in program.methods(ty).to_vec() {
                parts.push(program.method_type(method, ty));
            }
        }
        if program.types().is_param(ty) {
            return;
        }
        for part in parts {
            self.meet(part);
        }
    }
}
