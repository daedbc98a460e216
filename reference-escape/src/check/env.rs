//! Where the checker is.

use super::Program;
use super::operand::Operand;
use super::scope::Locals;
use crate::ast::{Ast, ExprId, Ident};
use crate::hash::Map;
use crate::names::Name;
use crate::source::Pos;
use crate::types::{ObjectId, PackageId, TypeId};
use std::rc::Rc;

/// Which names are bound, and what an expression may refer to.
#[derive(Debug)]
pub(super) struct Env {
    pub ast: Rc<Ast>,
    pub package: PackageId,
    pub file: u32,
    /// Names that are declared in functions, and type parameters.
    pub locals: Locals,
    /// The function whose body it is.
    pub function: Option<Function>,
    /// The type parameters of the declared function that it is in, its receiver's first.
    pub type_params: Rc<[TypeId]>,
    /// The value of `iota`, in a constant's declaration.
    pub iota: Option<i64>,
    /// Where a repeated constant stands: mistakes are there, not where the repeated text is.
    pub repeated_at: Option<Pos>,
    /// The declaration that what is used belongs to.
    pub declaration: Option<usize>,
    /// Whether a call or a receive has been met, so that `len` of an array is not constant.
    pub calls: bool,
    /// An expression that has been looked at ahead of its turn.
    pub ready: Option<(ExprId, Operand)>,
    /// How deep expressions and statements nest.
    pub depth: u32,
}

/// A function whose body is looked at.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub results: Rc<[ObjectId]>,
    pub named_results: bool,
    /// Its labels, and the labels that its jumps name.
    pub labels: Map<Name, ObjectId>,
    pub jumps: Vec<Ident>,
}

impl Default for Env {
    fn default() -> Env {
        Env {
            ast: Rc::default(),
            package: PackageId::NONE,
            file: 0,
            locals: Locals::default(),
            function: None,
            type_params: Rc::from([]),
            iota: None,
            repeated_at: None,
            declaration: None,
            calls: false,
            ready: None,
            depth: 0,
        }
    }
}

/// Deeper texts are refused: they were made to overflow a stack.
pub(super) const MAX_DEPTH: u32 = 1000;

impl Program {
    /// Does something at the package level of a file, wherever the checker is now.
    pub(super) fn apart<R>(
        &mut self,
        package: PackageId,
        file: u32,
        declaration: usize,
        work: impl FnOnce(&mut Program) -> R,
    ) -> R {
        let depth = self.env.depth;
        let fresh = Env {
            ast: self.ast(package),
            package,
            file,
            declaration: Some(declaration),
            depth,
            ..Env::default()
        };
        let aside = std::mem::replace(&mut self.env, fresh);
        let result = work(self);
        self.env = aside;
        result
    }

    /// Does something one level deeper; nothing if that is too deep.
    pub(super) fn deeper<R>(
        &mut self,
        pos: Pos,
        otherwise: R,
        work: impl FnOnce(&mut Program) -> R,
    ) -> R {
        if self.env.depth >= MAX_DEPTH {
            self.fault(pos, "nested too deeply");
            return otherwise;
        }
        self.env.depth += 1;
        let result = work(self);
        self.env.depth -= 1;
        result
    }
}
