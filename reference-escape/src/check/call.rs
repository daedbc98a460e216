//! Calls, and conversions that look like them.

use super::operand::Operand;
use super::{Mode, Program};
use crate::ast::{ExprId, ExprKind};
use crate::types::{
    Argument, Binding, Failure, Inference, Instantiate, Signature, Substitute, Type, TypeId,
};
use std::rc::Rc;

impl Program {
    /// A call.
    pub(super) fn call(&mut self, id: ExprId) -> Operand {
        let ast = Rc::clone(&self.env.ast);
        let ExprKind::Call { fun, args, has_dots } = &ast[id].kind else { return Operand::INVALID };
        let (callee, targs) = self.callee(*fun);
        match callee.mode {
            Mode::Invalid => {
                self.use_all(args);
                callee
            }
            Mode::Type => self.conversion_call(id, &callee, args, *has_dots),
            Mode::Builtin => {
                let x = self.builtin_call(id, &callee, args, *has_dots);
                if x.is_valid() && x.mode != Mode::Constant {
                    self.env.calls = true;
                }
                x
            }
            _ => self.function_call(id, &callee, &targs, args, *has_dots),
        }
    }

    /// What is called. A generic function may come with some of its type arguments.
    fn callee(&mut self, fun: ExprId) -> (Operand, Vec<TypeId>) {
        let ast = Rc::clone(&self.env.ast);
        if let ExprKind::Index { of, index } = ast[fun].kind
            && !self.denotes_type(of)
        {
            let x = self.expr_or_type(of, true);
            if self.is_generic_function(&x) {
                let targs = self.type_list(index);
                return (Operand { id: Some(fun), ..x }, targs);
            }
            let x = self.element(fun, x, index);
            self.record(&x);
            return (x, Vec::new());
        }
        (self.expr_or_type(fun, true), Vec::new())
    }

    /// Looks at expressions whose values do not matter any more.
    pub(super) fn use_all(&mut self, list: &[ExprId]) {
        for id in list {
            if self.env.ast.as_name(*id).is_none_or(|name| !name.is_blank()) {
                self.raw_expr(*id, &super::expr::Context { generic: true, ..Default::default() });
            }
        }
    }

    fn conversion_call(
        &mut self,
        id: ExprId,
        callee: &Operand,
        args: &[ExprId],
        has_dots: bool,
    ) -> Operand {
        let ty = callee.ty;
        if crate::types::Predicates::is_generic(&self.types, ty) {
            let shown = self.show(ty);
            let pos = callee.pos(self);
            self.fault(pos, format!("cannot use generic type {shown} without instantiation"));
            self.use_all(args);
            return Operand::INVALID;
        }
        let pos = self.env.ast[id].pos;
        let [arg] = args else {
            self.use_all(args);
            self.fault(pos, "a conversion has one argument");
            return Operand::INVALID;
        };
        if has_dots {
            self.fault(pos, "invalid use of ... in conversion");
        }
        let x = self.expr_for(*arg, Some(ty));
        if !x.is_valid() {
            return Operand::INVALID;
        }
        Operand { id: Some(id), ..self.conversion(x, ty) }
    }

    fn function_call(
        &mut self,
        id: ExprId,
        callee: &Operand,
        targs: &[TypeId],
        args: &[ExprId],
        has_dots: bool,
    ) -> Operand {
        let pos = self.env.ast[id].pos;
        let Some(sig) = self.core_signature(callee.ty) else {
            let shown = self.show(callee.ty);
            self.fault(pos, format!("invalid operation: cannot call value of type {shown}"));
            self.use_all(args);
            return Operand::INVALID;
        };
        let arguments = self.arguments(args);
        self.env.calls = true;
        let Some(sig) = self.pass(id, callee, &sig, targs, arguments, has_dots) else {
            return Operand::INVALID;
        };
        match &*sig.results {
            [] => {
                let none = self.types.tuple(&[]);
                Operand::new(Mode::NoValue, none, id)
            }
            [single] => Operand::new(Mode::Value, *single, id),
            several => {
                let tuple = self.types.tuple(several);
                Operand::new(Mode::Value, tuple, id)
            }
        }
    }

    /// Arguments; those that are generic functions stay so.
    fn arguments(&mut self, args: &[ExprId]) -> Vec<Operand> {
        if let [single] = args {
            let context = super::expr::Context { generic: true, ..Default::default() };
            let x = self.raw_expr(*single, &context);
            let x = self.value_only(x);
            if x.is_valid()
                && let Type::Tuple(all) = &self.types[x.ty]
            {
                return all.iter().map(|ty| Operand::loose(*ty)).collect();
            }
            return vec![x];
        }
        args.iter().map(|id| self.generic_expr(*id, None)).collect()
    }

    fn value_only(&mut self, x: Operand) -> Operand {
        if matches!(x.mode, Mode::NoValue | Mode::Builtin | Mode::Type) {
            return self.refuse(x, "expression is not a value");
        }
        x
    }

    /// Passes arguments to a function; finds the type arguments that are missing. Returns the signature as it
    /// is called.
    pub(super) fn pass(
        &mut self,
        call: ExprId,
        callee: &Operand,
        sig: &Rc<Signature>,
        targs: &[TypeId],
        mut args: Vec<Operand>,
        has_dots: bool,
    ) -> Option<Rc<Signature>> {
        let pos = self.env.ast[call].pos;
        let params = match expand(&self.types, sig, args.len(), has_dots) {
            Ok(params) => params,
            Err(message) => {
                self.fault(pos, format!("{message} in call"));
                return None;
            }
        };
        if targs.len() > sig.tparams.len() {
            self.fault(
                pos,
                format!("got {} type arguments but want {}", targs.len(), sig.tparams.len()),
            );
            return None;
        }
        if args.iter().any(|arg| !arg.is_valid()) && !sig.tparams.is_empty() {
            return None;
        }
        let generic_args: Vec<usize> = args
            .iter()
            .enumerate()
            .filter(|(_, arg)| self.is_generic_function(arg))
            .map(|(at, _)| at)
            .collect();
        let (sig, params) = if sig.tparams.is_empty() && generic_args.is_empty() {
            (Rc::clone(sig), params)
        } else {
            self.instantiate_call(pos, callee, sig, &params, targs, (&mut args, &generic_args))?
        };
        for (arg, param) in args.into_iter().zip(params) {
            self.assignment(arg, Some(param), "argument");
        }
        Some(sig)
    }

    /// Finds the type arguments of a call, and those of generic functions among its arguments.
    fn instantiate_call(
        &mut self,
        pos: crate::source::Pos,
        callee: &Operand,
        sig: &Rc<Signature>,
        params: &[TypeId],
        targs: &[TypeId],
        (args, generic_args): (&mut Vec<Operand>, &[usize]),
    ) -> Option<(Rc<Signature>, Vec<TypeId>)> {
        // In its own body a function's parameters are types like others, and must not be mixed up with what
        // they are here.
        let inside = args.iter().any(|arg| self.types.is_parameterized(arg.ty))
            || targs.iter().any(|targ| self.types.is_parameterized(*targ));
        let mut tparams = sig.tparams.to_vec();
        let mut wanted = params.to_vec();
        if inside {
            tparams = self.fresh_params(&sig.tparams);
            wanted = self.substitute_all(params, &Binding::new(&sig.tparams, &tparams));
        }
        let mut known: Vec<Option<TypeId>> =
            (0..tparams.len()).map(|at| targs.get(at).copied()).collect();
        let mut owners: Vec<(usize, usize)> = Vec::new();
        let mut types: Vec<TypeId> = args.iter().map(|arg| arg.ty).collect();
        for at in generic_args {
            let Some(own) = self.types.as_signature(args[*at].ty).cloned() else { continue };
            let fresh = self.fresh_params(&own.tparams);
            types[*at] = self.instantiate_signature(args[*at].ty, &fresh);
            owners.push((*at, fresh.len()));
            let given = self.partial_arguments(&args[*at]);
            known.extend((0..fresh.len()).map(|at| given.get(at).copied()));
            tparams.extend(fresh);
        }
        let passed: Vec<Argument> = wanted
            .iter()
            .zip(&types)
            .map(|(param, ty)| Argument { param: *param, ty: *ty })
            .collect();
        let found = match self.infer(&tparams, &known, &passed) {
            Ok(found) => found,
            Err(failure) => {
                let pos = match failure {
                    Failure::Argument(at) => args[at].pos(self),
                    _ => pos,
                };
                self.cannot_infer(pos, &tparams, failure);
                return None;
            }
        };
        let mut next = sig.tparams.len();
        for (at, count) in owners {
            let arg = std::mem::replace(&mut args[at], Operand::INVALID);
            let arg = self.instantiated(arg, &found[next..next + count]);
            self.record(&arg);
            args[at] = arg;
            next += count;
        }
        if sig.tparams.is_empty() {
            return Some((Rc::clone(sig), params.to_vec()));
        }
        let own = &found[..sig.tparams.len()];
        let generic =
            Operand { ty: self.types.intern(Type::Signature(Rc::clone(sig))), ..callee.clone() };
        let plain = self.instantiated(generic, own);
        self.record(&plain);
        let params = self.substitute_all(params, &Binding::new(&sig.tparams, own));
        let plain = self.types.as_signature(plain.ty).cloned()?;
        Some((plain, params))
    }

    /// Type arguments that a generic function among the arguments comes with.
    fn partial_arguments(&mut self, arg: &Operand) -> Vec<TypeId> {
        let Some(id) = arg.id else { return Vec::new() };
        match self.env.ast[id].kind {
            ExprKind::Index { index, .. } => self.type_list(index),
            _ => Vec::new(),
        }
    }
}

/// The types of as many parameters as there are arguments.
fn expand(
    types: &crate::types::Types,
    sig: &Signature,
    count: usize,
    has_dots: bool,
) -> Result<Vec<TypeId>, &'static str> {
    let mut params = sig.params.to_vec();
    if sig.variadic && !has_dots {
        let Some(last) = params.pop() else { return Ok(params) };
        let elem = match types[last] {
            Type::Slice(elem) => elem,
            _ => last,
        };
        if count < params.len() {
            return Err("not enough arguments");
        }
        params.resize(count, elem);
        return Ok(params);
    }
    if has_dots && !sig.variadic {
        return Err("cannot use ... with a function that is not variadic");
    }
    match count.cmp(&params.len()) {
        std::cmp::Ordering::Less => Err("not enough arguments"),
        std::cmp::Ordering::Greater => Err("too many arguments"),
        std::cmp::Ordering::Equal => Ok(params),
    }
}
