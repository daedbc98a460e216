//! Loops over functions: the body becomes a literal that the function calls.

use super::Lowering;
use crate::ast::{Block, Branch, ExprId, Ident, RangeClause};
use crate::check::FuncVars;
use crate::ir::{Class, FuncIndex, NodeId, Op, Origin, VarName};
use crate::names::Name;
use crate::source::Pos;
use crate::types::{Type, TypeId};

/// A loop over a function that is being lowered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// The literal that its body became.
    pub body: FuncIndex,
    /// Its label.
    pub label: Option<Name>,
    /// How many loops and switches of its body the statement is in: what breaks leave.
    pub breakable: u32,
    /// How many loops of its body: what is continued.
    pub loops: u32,
}

impl Lowering<'_> {
    /// Lowers the body of a loop.
    pub(super) fn in_loop<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.nested(1, work)
    }

    /// Lowers a clause.
    pub(super) fn in_switch<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.nested(0, work)
    }

    fn nested<R>(&mut self, loops: u32, work: impl FnOnce(&mut Self) -> R) -> R {
        if let Some(frame) = self.range_funcs.last_mut() {
            frame.breakable += 1;
            frame.loops += loops;
        }
        let result = work(self);
        if let Some(frame) = self.range_funcs.last_mut() {
            frame.breakable -= 1;
            frame.loops -= loops;
        }
        result
    }

    /// Whether a statement stands in the body of a loop over a function.
    pub(super) fn in_range_func(&self) -> bool {
        !self.range_funcs.is_empty()
    }

    /// The function whose results a `return` gives values.
    pub(super) fn results_of(&self) -> FuncIndex {
        let mut func = self.func;
        for frame in self.range_funcs.iter().rev() {
            if frame.body == func
                && let Some(parent) = self.body[func].parent
            {
                func = parent;
            }
        }
        func
    }

    /// `for k, v := range f {...}`
    pub(super) fn range_func(
        &mut self,
        pos: Pos,
        label: Option<Name>,
        clause: &RangeClause,
        block: &Block,
        out: &mut Vec<NodeId>,
    ) {
        let fun = self.expr(clause.x);
        let fun_ty = self.body[fun].ty;
        let yield_ty = match self.under(fun_ty) {
            Type::Signature(sig) => sig.params.first().copied().unwrap_or(TypeId::INVALID),
            _ => TypeId::INVALID,
        };
        let next = self.state(pos, "#next", TypeId::INT, out);
        let state = self.state(pos, "#state1", TypeId::INT, out);
        let body = self.loop_literal(pos, yield_ty, label, clause, block, &[next, state]);
        let literal = self.body.add(pos, yield_ty, Op::Closure(body));
        let op = Op::Call { fun, args: [literal].into(), dictionary: None, dots: false };
        let call = self.body.add(pos, TypeId::INVALID, op);
        out.push(call);
    }

    /// A variable that the literal and what stands behind the loop share.
    fn state(&mut self, pos: Pos, name: &str, ty: TypeId, out: &mut Vec<NodeId>) -> crate::ir::VarId {
        let name = self.program.names.intern(name);
        let var = self.body.add_var(self.func, VarName::Named(name), pos, ty, Class::Auto);
        out.push(self.body.add_stmt(pos, Op::Dcl(var)));
        var
    }

    fn loop_literal(
        &mut self,
        pos: Pos,
        ty: TypeId,
        label: Option<Name>,
        clause: &RangeClause,
        block: &Block,
        states: &[crate::ir::VarId],
    ) -> FuncIndex {
        let outer = self.func;
        let func = self.open_func(pos, ty, Origin::RangeBody, Some(outer), &FuncVars::default());
        let types: Vec<TypeId> = match self.under(ty) {
            Type::Signature(sig) => sig.params.to_vec(),
            _ => Vec::new(),
        };
        self.func = func;
        let targets = self.opt_list(clause.lhs);
        let mut body = Vec::new();
        for (at, ty) in types.iter().enumerate() {
            self.loop_param(func, pos, clause.def, targets.get(at).copied(), *ty, &mut body);
        }
        self.body[func].params = types.len();
        let result = self.body.add_var(func, VarName::Result(0), pos, TypeId::BOOL, Class::Result);
        // Results stand behind parameters, before what the parameters were assigned to.
        let vars = &mut self.body[func].vars;
        vars.retain(|var| *var != result);
        vars.insert(types.len(), result);
        self.body[func].results = 1;
        for state in states {
            let x = self.use_var(*state, pos);
            let y = self.int(pos, 0);
            body.push(self.body.add_stmt(pos, Op::Assign { x, y: Some(y), def: false }));
        }
        self.range_funcs.push(Frame { body: func, label, breakable: 0, loops: 0 });
        body.extend(self.block(block));
        self.range_funcs.pop();
        self.body[func].body = body;
        self.func = outer;
        func
    }

    /// A parameter of the literal: a variable of the loop, or one that is assigned to the loop's.
    fn loop_param(
        &mut self,
        func: FuncIndex,
        pos: Pos,
        def: bool,
        target: Option<ExprId>,
        ty: TypeId,
        body: &mut Vec<NodeId>,
    ) {
        let blank = self.program.names.intern("_");
        let Some(target) = target.map(|id| self.ast.unparen(id)) else {
            self.body.add_var(func, VarName::Named(blank), pos, ty, Class::Param);
            return;
        };
        if let (true, Some(object)) = (def, self.info().used(target))
            && !self.is_blank(self.name_of(target))
        {
            self.declare(func, object, Class::Param);
            return;
        }
        let target_pos = self.pos(target);
        let var = self.body.add_var(func, VarName::Named(blank), target_pos, ty, Class::Param);
        if !self.is_blank(self.name_of(target)) {
            let x = self.expr(target);
            let mut y = self.body.name(var);
            let x_ty = self.body[x].ty;
            if x_ty != ty {
                y = self.convert(target_pos, y, x_ty, true);
            }
            body.push(self.body.add_stmt(target_pos, Op::Assign { x, y: Some(y), def: false }));
        }
    }

    /// A `return` in the body of a loop over a function: its values go to the results of the function around it.
    pub(super) fn return_from_range_func(
        &mut self,
        pos: Pos,
        results: Option<ExprId>,
        out: &mut Vec<NodeId>,
    ) -> bool {
        if !self.in_range_func() {
            return false;
        }
        let values = self.returned(pos, results);
        let owner = self.results_of();
        let results = self.body[owner].result_vars().to_vec();
        for (var, value) in results.into_iter().zip(values) {
            let x = self.use_var(var, pos);
            out.push(self.body.add_stmt(pos, Op::Assign { x, y: Some(value), def: false }));
        }
        self.leave(pos, out);
        true
    }

    /// A jump out of the body of a loop over a function.
    pub(super) fn jump_from_range_func(
        &mut self,
        pos: Pos,
        kind: Branch,
        label: Option<Ident>,
        out: &mut Vec<NodeId>,
    ) -> bool {
        let Some(frame) = self.range_funcs.last() else { return false };
        let leaves = match (kind, label) {
            (Branch::Fallthrough, _) => false,
            (Branch::Break, None) => frame.breakable == 0,
            (Branch::Continue, None) => frame.loops == 0,
            // Whether the label is inside of the body does not change what is found out here: nothing flows by jumps.
            (_, Some(label)) => frame.label == Some(label.name),
            (Branch::Goto, None) => false,
        };
        if leaves {
            self.leave(pos, out);
        }
        leaves
    }

    fn leave(&mut self, pos: Pos, out: &mut Vec<NodeId>) {
        let more = self.literal(pos, TypeId::BOOL, &crate::constant::Value::Bool(false));
        out.push(self.body.add_stmt(pos, Op::Return([more].into())));
    }
}
