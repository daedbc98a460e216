//! Bodies of functions and function literals.
//!
//! A literal in a function is looked at where it stands: the names around it are bound. One outside of
//! functions waits for its declaration to be done, because its body may use what is being declared.

use super::env::Function;
use super::{FuncVars, Program};
use crate::ast::{Block, DeclKind, ExprId, ExprKind};
use crate::hash::Map;
use crate::types::{Declare, ObjectId, ObjectKind, TypeId};
use std::rc::Rc;

/// A function literal outside of functions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Postponed {
    literal: ExprId,
    iota: Option<i64>,
}

impl Program {
    /// Looks at the body of a declared function, or at the initial value of a package variable; once.
    pub fn check_body(&mut self, object: ObjectId) {
        self.declare(object);
        let Some(at) = self.declaration(object) else { return };
        let declaration = &mut self.declarations[at];
        if std::mem::replace(&mut declaration.body_done, true) {
            return;
        }
        let (package, file, node) = (declaration.package, declaration.file, declaration.node);
        let which = declaration.at as usize;
        self.apart(package, file, at, |program| {
            let ast = Rc::clone(&program.env.ast);
            match &ast[node].kind {
                DeclKind::Func(decl) => {
                    if let Some(body) = &decl.body {
                        program.env.locals.open();
                        let vars = program.bind_signature(decl);
                        program.env.type_params = program.params_of(object);
                        program.func_body(&vars, body);
                        program.env.locals.close();
                    }
                }
                DeclKind::Var(decl) if decl.ty.is_some() => {
                    program.package_value(object, decl, which);
                }
                _ => {}
            }
            program.check_postponed(at);
        });
    }

    /// The type parameters of a declared function, its receiver's first.
    fn params_of(&self, object: ObjectId) -> Rc<[TypeId]> {
        let receiver = match &self.types[object].kind {
            ObjectKind::Func(func) => func.receiver,
            _ => None,
        };
        let base = receiver.and_then(|receiver| self.types.as_named(receiver.base));
        let base = base.and_then(|base| self.types.as_named(base.origin));
        let own = self.types.as_signature(self.types[object].ty);
        let mut all = base.map_or(Vec::new(), |base| base.tparams.to_vec());
        all.extend(own.iter().flat_map(|sig| sig.tparams.iter()));
        all.into()
    }

    /// Looks at the function literals that wait for a declaration.
    fn check_postponed(&mut self, at: usize) {
        while let Some(list) = self.postponed.remove(&at) {
            for Postponed { literal, iota } in list {
                let ast = Rc::clone(&self.env.ast);
                if let ExprKind::FuncLit { ty, body } = &ast[literal].kind {
                    self.env.iota = iota;
                    self.nested_body(*ty, body);
                    self.env.iota = None;
                }
            }
        }
    }

    /// The body of the literal `id`, now or later.
    pub(super) fn literal_body(&mut self, id: ExprId, ty: ExprId, body: &Block) {
        match self.env.declaration {
            Some(at) if self.env.function.is_none() => {
                let iota = self.env.iota;
                self.postponed.entry(at).or_default().push(Postponed { literal: id, iota });
            }
            _ => self.nested_body(ty, body),
        }
    }

    fn nested_body(&mut self, ty: ExprId, body: &Block) {
        let calls = self.env.calls;
        self.env.locals.open();
        let vars = self.bind_func_vars(ty);
        self.func_body(&vars, body);
        self.env.locals.close();
        self.env.calls = calls;
    }

    fn func_body(&mut self, vars: &FuncVars, body: &Block) {
        let named = vars
            .results
            .first()
            .is_some_and(|var| self.types[*var].name != crate::names::Name::EMPTY);
        let function = Function {
            results: Rc::clone(&vars.results),
            named_results: named,
            labels: Map::default(),
            jumps: Vec::new(),
        };
        let outer = self.env.function.replace(function);
        self.stmts(&body.stmts);
        self.resolve_jumps();
        if !vars.results.is_empty() && !self.terminates_list(&body.stmts) {
            self.fault(body.rbrace, "missing return");
        }
        self.env.function = outer;
    }
}
