//! Loops over functions: the body becomes a literal that the function calls.
//!
//! A `return`, or a jump out of the body, becomes a `return` of the literal; variables tell the code behind the call what was
//! meant: `#state1` of each loop how far it is, `#next` of all loops in each other where to go on. As the literal changes
//! them, they are in the heap where the literal is. Results that a `return` in the body gives values are called `#rv1`.

use super::Lowering;
use crate::ast::{Block, Branch, ExprId, Ident, RangeClause};
use crate::check::FuncVars;
use crate::ir::{Class, FuncIndex, NodeId, Op, Origin, VarId, VarName};
use crate::names::Name;
use crate::source::Pos;
use crate::types::{Type, TypeId};

/// Loops over functions of the function that is lowered.
#[derive(Clone, Debug, Default)]
pub(super) struct RangeFuncs {
    /// Those that the statement is in, from the outside in.
    frames: Vec<Frame>,
    /// How many there have been.
    count: u32,
    /// How many bodies have become literals.
    literals: u32,
    /// `#next`, once something needs it.
    next: Option<VarId>,
}

/// A loop over a function that is being lowered.
#[derive(Clone, Debug)]
struct Frame {
    /// The literal that its body became.
    body: FuncIndex,
    /// Its label.
    label: Option<Name>,
    /// How far it is.
    state: VarId,
    /// Labels in its body.
    labels: Vec<Name>,
    /// How many loops and clauses of its body the statement is in: what a `break` leaves.
    breakable: u32,
    /// How many loops of its body: what is continued.
    loops: u32,
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
        if let Some(frame) = self.range_funcs.frames.last_mut() {
            frame.breakable += 1;
            frame.loops += loops;
        }
        let result = work(self);
        if let Some(frame) = self.range_funcs.frames.last_mut() {
            frame.breakable -= 1;
            frame.loops -= loops;
        }
        result
    }

    /// Whether a statement stands in the body of a loop over a function.
    pub(super) fn in_range_func(&self) -> bool {
        !self.range_funcs.frames.is_empty()
    }

    /// Notes a label.
    pub(super) fn note_label(&mut self, label: Name) {
        if let Some(frame) = self.range_funcs.frames.last_mut() {
            frame.labels.push(label);
        }
    }

    /// The function whose results a `return` gives values: not the body of a loop.
    pub(super) fn results_of(&self) -> FuncIndex {
        let outermost = self.range_funcs.frames.first().map(|frame| frame.body);
        outermost.and_then(|body| self.body[body].parent).unwrap_or(self.func)
    }

    /// The number of the next loop.
    pub(super) fn count_loop(&mut self) -> u32 {
        self.range_funcs.count += 1;
        self.range_funcs.count
    }

    /// The number of the next body that becomes a literal.
    pub(super) fn count_literal(&mut self) -> u32 {
        self.range_funcs.literals += 1;
        self.range_funcs.literals
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
        let x = self.ast.unparen(clause.x);
        let fun_ty = self.ty(x);
        let yield_ty = match self.under(fun_ty) {
            Type::Signature(sig) => sig.params.first().copied().unwrap_or(TypeId::INVALID),
            _ => TypeId::INVALID,
        };
        let outermost = !self.in_range_func();
        if outermost {
            self.range_funcs.next = None;
        }
        let name = format!("#state{}", self.count_loop());
        let state = self.made_up(self.func, &name, pos, TypeId::INT);
        let zero = self.int(pos, 0);
        let mut block_stmts = vec![self.define(pos, state, zero)];
        let body = self.loop_literal(pos, yield_ty, (label, state), clause, block);
        let literal = self.body.add(pos, yield_ty, Op::Closure(body));
        // Loops inside of this one have been counted by now.
        let name = format!("#yield{}", self.count_literal());
        let holder = self.made_up(self.func, &name, Pos::NONE, yield_ty);
        block_stmts.push(self.define(pos, holder, literal));
        let fun = self.expr(clause.x);
        let argument = self.body.name(holder);
        let op = Op::Call { fun, args: [argument].into(), dictionary: None, dots: false };
        let call = self.body.add(pos, TypeId::INVALID, op);
        self.settle_callee(pos, call, fun);
        block_stmts.push(call);
        if !outermost {
            // Behind an inner loop it is always asked whether an outer one is meant.
            let next = self.next();
            self.capture(next, pos);
        }
        if outermost && let Some(next) = self.range_funcs.next {
            let x = self.body.name(next);
            let declared = self.body.add_stmt(pos, Op::Assign { x, y: None, def: false });
            let dcl = self.body.add_stmt(pos, Op::Dcl(next));
            self.body[declared].init.push(dcl);
            out.push(declared);
        }
        out.extend(block_stmts);
    }

    fn made_up(&mut self, func: FuncIndex, name: &str, pos: Pos, ty: TypeId) -> VarId {
        let name = self.program.names.intern(name);
        self.body.add_var(func, VarName::Named(name), pos, ty, Class::Auto)
    }

    /// `var := value`
    fn define(&mut self, pos: Pos, var: VarId, value: NodeId) -> NodeId {
        let x = self.body.name(var);
        let assign = self.body.add_stmt(pos, Op::Assign { x, y: Some(value), def: true });
        self.declare_by(assign, [var]);
        assign
    }

    /// `#next`, which stands nowhere in the text.
    fn next(&mut self) -> VarId {
        if let Some(next) = self.range_funcs.next {
            return next;
        }
        let owner = self.results_of();
        let next = self.made_up(owner, "#next", Pos::NONE, TypeId::INT);
        self.range_funcs.next = Some(next);
        next
    }

    fn loop_literal(
        &mut self,
        pos: Pos,
        ty: TypeId,
        (label, state): (Option<Name>, VarId),
        clause: &RangeClause,
        block: &Block,
    ) -> FuncIndex {
        let outer = self.func;
        let func = self.open_func(pos, ty, Origin::RangeBody, Some(outer), &FuncVars::default());
        let types: Vec<TypeId> = match self.under(ty) {
            Type::Signature(sig) => sig.params.to_vec(),
            _ => Vec::new(),
        };
        self.func = func;
        let targets = self.opt_list(clause.lhs);
        let mut assigned = Vec::new();
        for (at, ty) in types.iter().enumerate() {
            let target = targets.get(at).map(|id| self.ast.unparen(*id));
            let var = self.loop_param(func, (pos, at), clause.def, target, *ty);
            assigned.extend(target.filter(|_| !clause.def).map(|target| (target, var)));
        }
        self.body[func].params = types.len();
        let name = self.program.names.intern("#r");
        self.body.add_var(func, VarName::Named(name), pos, TypeId::BOOL, Class::Result);
        self.body[func].results = 1;
        let mut body = Vec::new();
        for (target, var) in assigned {
            self.assign_target(target, var, &mut body);
        }
        let before = self.made_up(func, "#tmpState", Pos::NONE, TypeId::INT);
        // The compiler's own first use of it has no place.
        self.capture(state, Pos::NONE);
        let value = self.use_var(state, pos);
        body.push(self.define(pos, before, value));
        self.set(pos, state, 1, &mut body);
        let labels = Vec::new();
        self.range_funcs.frames.push(Frame {
            body: func,
            label,
            state,
            labels,
            breakable: 0,
            loops: 0,
        });
        body.extend(self.block(block));
        self.range_funcs.frames.pop();
        self.body[func].body = body;
        self.func = outer;
        func
    }

    /// A parameter of the literal: a variable of the loop, or one that is assigned to the loop's.
    fn loop_param(
        &mut self,
        func: FuncIndex,
        (pos, at): (Pos, usize),
        def: bool,
        target: Option<ExprId>,
        ty: TypeId,
    ) -> VarId {
        if let (true, Some(target)) = (def, target) {
            if let Some(object) = self.info().used(target) {
                return self.declare(func, object, Class::Param);
            }
            let pos = self.pos(target);
            return self.body.add_var(func, VarName::Named(Name::BLANK), pos, ty, Class::Param);
        }
        let name = self.program.names.intern(&format!("#p{}", at + 1));
        self.body.add_var(func, VarName::Named(name), pos, ty, Class::Param)
    }

    fn assign_target(&mut self, target: ExprId, var: VarId, body: &mut Vec<NodeId>) {
        let pos = self.pos(target);
        if self.ast.as_name(target).is_some_and(Name::is_blank) {
            return;
        }
        let x = self.expr(target);
        let mut y = self.body.name(var);
        let (x_ty, y_ty) = (self.body[x].ty, self.body[y].ty);
        if x_ty != y_ty {
            y = self.convert(pos, y, x_ty, true);
        }
        body.push(self.body.add_stmt(pos, Op::Assign { x, y: Some(y), def: false }));
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
        if results.is_some() {
            let vars = self.name_results();
            let lhs: Vec<NodeId> = vars.iter().map(|var| self.use_var(*var, pos)).collect();
            let values = self.returned(pos, results);
            let op = match (&lhs[..], &values[..]) {
                ([x], [y]) => Op::Assign { x: *x, y: Some(*y), def: false },
                _ => Op::AssignList {
                    pairing: crate::ir::Pairing::Each,
                    lhs: lhs.into(),
                    rhs: values.into(),
                    def: false,
                },
            };
            out.push(self.body.add_stmt(pos, op));
        }
        let next = self.next();
        self.set(pos, next, -1, out);
        self.leave(pos, out);
        true
    }

    /// The results that a `return` in the body of a loop gives values; those without a name get one.
    pub(super) fn name_results(&mut self) -> Vec<VarId> {
        let owner = self.results_of();
        let vars = self.body[owner].result_vars().to_vec();
        for (at, var) in vars.iter().enumerate() {
            if matches!(self.body[*var].name, VarName::Result(_) | VarName::Blank(_)) {
                let name = self.program.names.intern(&format!("#rv{}", at + 1));
                self.body[*var].name = VarName::Named(name);
            }
        }
        vars
    }

    /// A jump out of the body of a loop over a function.
    pub(super) fn jump_from_range_func(
        &mut self,
        pos: Pos,
        kind: Branch,
        label: Option<Ident>,
        out: &mut Vec<NodeId>,
    ) -> bool {
        let Some(frame) = self.range_funcs.frames.last() else { return false };
        let own = match (kind, label) {
            (Branch::Fallthrough, _) | (Branch::Goto, None) => return false,
            (Branch::Break, None) if frame.breakable > 0 => return false,
            (Branch::Continue, None) if frame.loops > 0 => return false,
            (_, None) => true,
            (_, Some(label)) if frame.labels.contains(&label.name) => return false,
            (Branch::Goto, Some(_)) => false,
            (_, Some(label)) => frame.label == Some(label.name),
        };
        if !own {
            let next = self.next();
            self.set(pos, next, 1, out);
        }
        self.leave(pos, out);
        true
    }

    /// `var = value`, where the function may not be the one that has the variable.
    fn set(&mut self, pos: Pos, var: VarId, value: i64, out: &mut Vec<NodeId>) {
        let x = self.use_var(var, pos);
        let y = self.int(pos, value);
        out.push(self.body.add_stmt(pos, Op::Assign { x, y: Some(y), def: false }));
    }

    /// The literal ends.
    fn leave(&mut self, pos: Pos, out: &mut Vec<NodeId>) {
        if let Some(state) = self.range_funcs.frames.last().map(|frame| frame.state) {
            self.set(pos, state, 0, out);
        }
        let more = self.literal(pos, TypeId::BOOL, &crate::constant::Value::Bool(false));
        out.push(self.body.add_stmt(pos, Op::Return([more].into())));
    }
}
