//! Calls: which functions may be called, and what becomes of arguments there.

use super::Builder;
use crate::functions::FuncId;
use crate::graph::{Hole, Loc};
use crate::ir::{Conv, FuncIndex, Many, NodeId, One, Op, Two};
use crate::leaks::MAX_RESULTS;
use crate::note::Why;
use crate::rules::{Flow, Question};
use crate::tags::Unit;
use crate::types::{Declare, Type, TypeId};

impl Builder<'_> {
    /// A call, of a predeclared function too. `holes` are those of its results, if these are wanted.
    pub(super) fn call(&mut self, holes: Option<&[Hole]>, id: NodeId) {
        let first = holes.and_then(|holes| holes.first()).copied().unwrap_or(Hole::DISCARD);
        match self.op(id) {
            Op::Call { fun, args, .. } => self.function_call(holes, id, fun, &args),
            Op::Append { args, dots } => self.append(first, id, &args, dots),
            Op::One(One::Panic, x) => {
                self.argument(self.rules.hole(Flow::Panicked, Hole::HEAP), id, x);
            }
            Op::One(One::Clear, x) => self.argument(Hole::MUTATOR, id, x),
            Op::One(One::StringData | One::SliceData, x) => self.argument(first, id, x),
            Op::One(_, x) => self.discard(x),
            Op::Two(Two::Copy, x, y) => {
                self.argument(Hole::MUTATOR, id, x);
                let copied = self.elements_to_heap(y, id, Why::Copied);
                self.argument(copied, id, y);
            }
            Op::Two(Two::Complex, x, y) => {
                self.discard(x);
                self.discard(y);
            }
            Op::Two(_, x, y) => {
                self.argument(first, id, x);
                self.discard(y);
            }
            Op::Many(Many::Min | Many::Max, args) => {
                args.iter().for_each(|arg| self.argument(first, id, *arg));
            }
            Op::Many(_, args) => args.iter().for_each(|arg| self.discard(*arg)),
            _ => self.bare_expr(first, id),
        }
    }

    fn append(&mut self, hole: Hole, id: NodeId, args: &[NodeId], dots: bool) {
        let mut appendee = self.tee(&[hole, Hole::MUTATOR]);
        if self.has_pointer_elements(args[0]) {
            let regrown = self.rules.hole(Flow::Regrown, Hole::HEAP.deref());
            let moved = self.because(regrown, id, Why::Appendee);
            appendee = self.tee(&[appendee, moved]);
        }
        self.argument(appendee, id, args[0]);
        for arg in &args[1..] {
            let hole = if dots {
                self.elements_to_heap(*arg, id, Why::Appended)
            } else {
                self.rules.hole(Flow::Appended, Hole::HEAP)
            };
            self.argument(hole, id, *arg);
        }
        // What is made is used once in a frame, and so is outside of all loops.
        let backing = self.spill(hole, id);
        self.graph[backing.dst].depth = 0;
    }

    /// The hole of a slice whose elements get to the heap.
    fn elements_to_heap(&mut self, slice: NodeId, id: NodeId, why: Why) -> Hole {
        if self.has_pointer_elements(slice) {
            self.because(Hole::HEAP.deref(), id, why)
        } else {
            Hole::DISCARD
        }
    }

    /// Whether `id` is a slice with pointers in its elements.
    fn has_pointer_elements(&mut self, id: NodeId) -> bool {
        let ty = self.ty(id);
        match self.program.under_type(ty) {
            Type::Slice(elem) => self.has_pointers(elem),
            _ => false,
        }
    }

    fn function_call(&mut self, holes: Option<&[Hole]>, id: NodeId, fun: NodeId, args: &[NodeId]) {
        if let Op::DotInter(x, _) = self.op(fun) {
            let init = self.body()[fun].init.clone();
            self.stmts(&init);
            self.argument(Hole::HEAP, id, x);
            self.heap_args(id, args);
            return;
        }
        let callees = self.callees(fun);
        if let Some(holes) = holes {
            for callee in &callees {
                self.flow_results(*callee, holes);
            }
        }
        let lost = callees.is_empty()
            && holes.is_some_and(|holes| holes.iter().any(|hole| hole.dst != Loc::BLANK));
        if lost {
            self.part(Hole::CALLEE, id, Why::CalleeOperand, fun);
        } else {
            self.discard(fun);
        }
        let special = self.keeps_non_strings(&callees);
        for (at, arg) in args.iter().enumerate() {
            self.pin(&callees, *arg);
            let hole = match special {
                true if self.has_non_string_pointers(*arg) => Hole::HEAP,
                true => Hole::DISCARD,
                false => self.argument_hole(holes, &callees, at),
            };
            self.argument(hole, id, *arg);
        }
    }

    /// Arguments of nobody knows what.
    fn heap_args(&mut self, call: NodeId, args: &[NodeId]) {
        for arg in args {
            self.argument(self.rules.hole(Flow::Unknown, Hole::HEAP), call, *arg);
        }
    }

    /// The functions that may be called; none where that cannot be told.
    fn callees(&mut self, fun: NodeId) -> Vec<Unit> {
        let value = self.static_value(fun);
        if let Some(callee) = self.named_function(value) {
            return vec![callee];
        }
        let Op::Name(var) = self.op(value) else { return Vec::new() };
        let values = self.assignments().functions(var).to_vec();
        let units: Option<Vec<Unit>> = values
            .into_iter()
            .map(|value| self.named_function(value).filter(|unit| !self.pins(*unit)))
            .collect();
        units.unwrap_or_default()
    }

    /// The function that `id` names or is.
    fn named_function(&self, id: NodeId) -> Option<Unit> {
        match self.body()[id].op {
            Op::Func(id) | Op::MethodExpr { method: Some(id), .. } => Some(Unit::declared(id)),
            Op::Closure(func) => Some(Unit { id: self.body().id, func }),
            _ => None,
        }
    }

    /// Results of a function of the batch flow to the holes.
    fn flow_results(&mut self, callee: Unit, holes: &[Hole]) {
        let Some(place) = self.units.get(&callee).copied() else { return };
        let results = self.bodies[place.body][place.func].result_vars().to_vec();
        for (var, hole) in results.iter().zip(holes) {
            let ty = self.bodies[place.body][*var].ty;
            if self.has_pointers(ty)
                && let Some(loc) = self.vars[place.body][var.index()]
            {
                self.graph.flow(*hole, loc);
            }
        }
    }

    fn argument_hole(&mut self, holes: Option<&[Hole]>, callees: &[Unit], at: usize) -> Hole {
        if callees.is_empty() {
            return self.rules.hole(Flow::Unknown, Hole::HEAP);
        }
        let last = callees.len() - 1;
        let every = self.rules.answer(Question::EveryCallee, true);
        let callees = if every { callees } else { &callees[last..] };
        let each: Vec<Hole> =
            callees.iter().map(|callee| self.parameter_hole(holes, *callee, at)).collect();
        self.tee(&each)
    }

    /// What becomes of argument `at` of `callee`.
    pub(super) fn parameter_hole(
        &mut self,
        holes: Option<&[Hole]>,
        callee: Unit,
        at: usize,
    ) -> Hole {
        if let Some(place) = self.units.get(&callee) {
            let var = self.bodies[place.body][place.func].param_vars().get(at);
            let loc = var.and_then(|var| self.vars[place.body][var.index()]);
            return loc.map_or(Hole::HEAP, Hole::to);
        }
        let leaks = self.tags.param(callee, at);
        let mut each = Vec::new();
        let mut add = |hole: Hole, loads: Option<u32>| {
            each.extend(loads.map(|loads| hole.shift(loads as i32)));
        };
        add(Hole::HEAP, leaks.heap());
        add(Hole::MUTATOR, leaks.mutator());
        add(Hole::CALLEE, leaks.callee());
        for (at, hole) in holes.unwrap_or_default().iter().enumerate().take(MAX_RESULTS) {
            add(*hole, leaks.result(at));
        }
        self.tee(&each)
    }

    /// `x.m` as a value: the receiver is in its record, and may go wherever the method sends it. Results may go
    /// anywhere, as nobody knows who calls it.
    pub(super) fn method_value(
        &mut self,
        hole: Hole,
        id: NodeId,
        x: NodeId,
        method: Option<FuncId>,
    ) {
        let record = self.spill(hole, id);
        let ty = self.ty(id);
        let results = match self.program.under_type(ty) {
            Type::Signature(sig) => sig.results.len(),
            _ => 0,
        };
        let holes = vec![Hole::HEAP; results];
        let receiver = match method {
            Some(method) => self.parameter_hole(Some(&holes), Unit::declared(method), 0),
            None => Hole::HEAP,
        };
        let both = self.tee(&[receiver, self.rules.hole(Flow::Receiver, record)]);
        self.expr(both, x);
    }

    /// The call of a `go` statement, or of a `deferred` one, which may stay in the frame.
    pub(super) fn spawn(&mut self, call: NodeId, deferred: bool, stays: bool) {
        let hole = if stays { Hole::to(self.temp(true)) } else { Hole::HEAP };
        let hole = self.rules.hole(if deferred { Flow::Deferred } else { Flow::Spawned }, hole);
        match self.op(call) {
            Op::Call { fun, .. } => self.expr(hole, fun),
            _ => self.expr(hole, call),
        }
    }

    /// Whether arguments of `unit` that were pointers are kept where they are.
    fn pins(&self, unit: Unit) -> bool {
        if unit.func != FuncIndex::ROOT {
            return false;
        }
        let (directives, has_body) = self.functions.directives(self.program, unit.id);
        directives.uintptrescapes || directives.uintptrkeepalive || !has_body
    }

    /// Pointers that are passed as a `uintptr` escape if the function says so, else live until it returns.
    fn pin(&mut self, callees: &[Unit], arg: NodeId) {
        let pinning: Vec<Unit> =
            callees.iter().copied().filter(|callee| self.pins(*callee)).collect();
        if pinning.is_empty() {
            return;
        }
        let escapes = pinning
            .iter()
            .any(|callee| self.functions.directives(self.program, callee.id).0.uintptrescapes);
        let list = match self.op(arg) {
            Op::SliceLit(elems, _) if self.rules.answer(Question::EachNumber, true) => {
                elems.to_vec()
            }
            _ => vec![arg],
        };
        for elem in list {
            let Op::Convert(Conv::Nop, x) = self.op(elem) else { continue };
            if self.is_unsafe_pointer(x) && self.is_uintptr(elem) {
                let copy = self.temp(true);
                self.expr(Hole::to(copy), x);
                let hole = if escapes {
                    self.because(Hole::HEAP, elem, Why::UintptrEscapes)
                } else {
                    Hole::MUTATOR
                };
                self.graph.flow(hole, copy);
            }
        }
    }

    /// Whether the function is `internal/abi.EscapeNonString`.
    fn keeps_non_strings(&self, callees: &[Unit]) -> bool {
        let [callee] = callees else { return false };
        let Some(object) = self.functions.object(callee.id) else { return false };
        let types = self.program.types();
        let (name, package) = (types[object].name, types[object].package);
        let text = |name| self.program.names.text(name);
        callee.func == FuncIndex::ROOT
            && text(name) == "EscapeNonString"
            && text(types[package].path) == "internal/abi"
    }

    fn has_non_string_pointers(&mut self, arg: NodeId) -> bool {
        let ty = self.ty(arg);
        self.non_string_pointers(ty)
    }

    fn non_string_pointers(&mut self, ty: TypeId) -> bool {
        if !self.has_pointers(ty) {
            return false;
        }
        match self.program.under_type(ty) {
            Type::Basic(basic) => !basic.is_string(),
            Type::Struct(fields) => fields.iter().any(|field| self.non_string_pointers(field.ty)),
            Type::Array { elem, .. } => self.non_string_pointers(elem),
            _ => true,
        }
    }
}
