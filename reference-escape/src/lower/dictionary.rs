//! The dictionaries that generic functions are passed.
//!
//! One is called like its function, or like the type whose method is called, with the arguments as they were: this is where
//! the call says more than the shapes do. In a generic body that hands on parameters of its own the compiler takes a
//! dictionary out of its own one; where that lies there is not known here, and the name stands without arguments.

use super::Lowering;
use crate::ast::{ExprId, ExprKind};
use crate::functions::FuncId;
use crate::ir::{NodeId, Op};
use crate::names::Name;
use crate::source::Pos;
use crate::types::{Form, Member, PackageId, Printer, TypeId};

impl Lowering<'_> {
    /// The dictionary that a generic function is passed, which `fun` denotes.
    pub(super) fn dictionary(&mut self, pos: Pos, fun: ExprId, callee: NodeId) -> Option<NodeId> {
        let (Op::Func(func) | Op::MethodExpr { method: Some(func), .. }) = self.body[callee].op
        else {
            return None;
        };
        if !self.world.functions.is_instance(func) {
            return None;
        }
        let (package, name) = self.dictionary_name(fun, func)?;
        Some(self.body.add(pos, Self::UINTPTR, Op::Dictionary(package, name)))
    }

    fn dictionary_name(&mut self, fun: ExprId, func: FuncId) -> Option<(PackageId, Name)> {
        let fun = self.without_arguments(fun);
        let own = self.info().type_arguments(fun).map_or(Vec::new(), |own| own.to_vec());
        let types = self.program.types();
        let function = &types[self.world.functions.object(func)?];
        let name = self.program.names.text(function.name);
        let method = self.info().selection(fun).map(|selection| selection.member);
        let text = match method {
            Some(Member::Method { object, of }) if types.as_named(of).is_some() => {
                let named = types.as_named(of)?;
                let base = self.program.names.text(types[named.object].name);
                let base = format!("{base}{}", self.arguments(&named.targs));
                match (&own[..], self.wants_pointer(object)) {
                    ([], _) => base,
                    (_, true) => format!("(*{base}).{name}{}", self.arguments(&own)),
                    (_, false) => format!("{base}.{name}{}", self.arguments(&own)),
                }
            }
            _ => format!("{name}{}", self.arguments(&own)),
        };
        let package = function.package;
        Some((package, self.program.names.intern(&format!(".dict.{text}"))))
    }

    /// What a call denotes, before type arguments that are written there.
    pub(super) fn without_arguments(&self, fun: ExprId) -> ExprId {
        if let ExprKind::Index { of, .. } = self.ast[fun].kind {
            let of = self.ast.unparen(of);
            if self.info().type_arguments(of).is_some() {
                return of;
            }
        }
        fun
    }

    /// `[A,B]`
    fn arguments(&self, list: &[TypeId]) -> String {
        let types = self.program.types();
        if list.is_empty() || list.iter().any(|ty| types.is_parameterized(*ty)) {
            return String::new();
        }
        let printer = Printer::new(types, &self.program.names, PackageId::NONE);
        let list: Vec<String> = list.iter().map(|ty| printer.print(*ty, Form::Link)).collect();
        format!("[{}]", list.join(","))
    }
}
