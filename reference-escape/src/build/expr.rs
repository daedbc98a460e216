//! Expressions.

use super::Builder;
use crate::graph::{Hole, Place};
use crate::ir::{Conv, NodeId, Op, Unary};
use crate::note::Why;
use crate::rules::Flow;
use crate::types::{Basic, Declare, Layouts, Type, TypeId};

impl Builder<'_> {
    /// The value of `id` flows to `hole`.
    pub(super) fn expr(&mut self, hole: Hole, id: NodeId) {
        let init = self.body()[id].init.clone();
        self.stmts(&init);
        self.bare_expr(hole, id);
    }

    /// The same, what is done before it left out.
    pub(super) fn bare_expr(&mut self, mut hole: Hole, id: NodeId) {
        let ty = self.ty(id);
        if hole.derefs >= 0 && ty != TypeId::INVALID && !self.is_tuple(ty) && !self.has_pointers(ty)
        {
            hole = Hole { dst: crate::graph::Loc::BLANK, ..hole };
        }
        match self.op(id) {
            Op::Name(var) => {
                let loc = self.loc(var);
                self.graph.flow(hole, loc);
            }
            Op::Unary(_, x) => self.discard(x),
            Op::Binary(_, x, y) | Op::Logical(_, x, y) => {
                self.discard(x);
                self.discard(y);
            }
            Op::Addr(x) => self.part(hole.addr(), id, Why::AddressOf, x),
            Op::Deref(x) => self.part(hole.deref(), id, Why::Indirection, x),
            Op::DotPtr(x, _) => {
                let hole = self.rules.hole(Flow::Field, hole.deref());
                self.part(hole, id, Why::DotOfPointer, x);
            }
            Op::Dot(x, _) | Op::DotInter(x, _) => self.part(hole, id, Why::Dot, x),
            Op::DotType(x) => {
                let hole = self.dot_type(hole, ty);
                self.part(hole, id, Why::Dot, x);
            }
            Op::Index(x, index) => {
                if self.is_array(x) {
                    self.part(hole, id, Why::ArrayIndex, x);
                } else {
                    self.part(hole.deref(), id, Why::DotOfPointer, x);
                }
                self.discard(index);
            }
            Op::IndexMap(x, index) => {
                self.discard(x);
                self.discard(index);
            }
            Op::Slice { x, bounds } => {
                let array = matches!(self.body()[x].op, Op::Addr(_));
                let hole = if array { self.rules.hole(Flow::Sliced, hole) } else { hole };
                self.part(hole, id, Why::Slice, x);
                bounds.into_iter().flatten().for_each(|bound| self.discard(bound));
            }
            Op::Convert(conv, x) => self.conversion(hole, id, conv, x),
            op => self.making_expr(hole, id, op),
        }
    }

    /// Expressions that make something new, and calls.
    fn making_expr(&mut self, hole: Hole, id: NodeId, op: Op) {
        match op {
            Op::Call { .. } | Op::Append { .. } | Op::One(..) | Op::Two(..) | Op::Many(..) => {
                self.call(Some(&[hole]), id);
            }
            Op::New { .. } => {
                self.spill(hole, id);
            }
            Op::MakeSlice(len, cap) => {
                self.spill(hole, id);
                self.discard(len);
                self.opt_discard(cap);
            }
            Op::MakeMap(len) => {
                self.spill(hole, id);
                self.opt_discard(len);
            }
            Op::MakeChan(len) => self.opt_discard(len),
            Op::MethodValue { x, method, .. } => self.method_value(hole, id, x, method),
            Op::PtrLit(x) => {
                let hole = self.spill(hole, id);
                self.expr(hole, x);
            }
            Op::ArrayLit(elems) => self.elements(hole, id, Why::ArrayElement, &elems),
            Op::SliceLit(elems, _) => {
                let hole = self.spill(hole, id);
                self.elements(hole, id, Why::SliceElement, &elems);
            }
            Op::StructLit(fields) => {
                for (_, value) in &fields {
                    self.part(hole, id, Why::StructElement, *value);
                }
            }
            Op::MapLit(pairs) => {
                self.spill(hole, id);
                for (key, value) in &pairs {
                    let held = self.rules.hole(Flow::MapLiteral, Hole::HEAP);
                    self.part(held, id, Why::MapKey, *key);
                    self.part(held, id, Why::MapValue, *value);
                }
            }
            Op::Closure(func) => self.closure(hole, id, Place { func, ..self.place }),
            Op::AddString(list) => {
                self.spill(hole, id);
                list.iter().for_each(|part| self.discard(*part));
            }
            _ => {}
        }
    }

    /// The value of `id` goes nowhere.
    pub(super) fn discard(&mut self, id: NodeId) {
        self.expr(Hole::DISCARD, id);
    }

    pub(super) fn opt_discard(&mut self, id: Option<NodeId>) {
        if let Some(id) = id {
            self.discard(id);
        }
    }

    fn elements(&mut self, hole: Hole, id: NodeId, why: Why, elems: &[NodeId]) {
        for elem in elems {
            let value = match self.body()[*elem].op {
                Op::Key(_, value) => value,
                _ => *elem,
            };
            self.part(hole, id, why, value);
        }
    }

    fn conversion(&mut self, hole: Hole, id: NodeId, conv: Conv, x: NodeId) {
        match conv {
            Conv::Nop | Conv::Number => {
                if self.is_unsafe_pointer(id) && self.is_uintptr(x) {
                    self.unsafe_value(hole, x);
                } else {
                    self.expr(hole, x);
                }
            }
            Conv::Iface => {
                let ty = self.ty(x);
                let boxed = !self.is_interface(ty) && !self.program.is_pointer_shaped(ty);
                let hole = if boxed { self.spill(hole, id) } else { hole };
                let hole = if boxed { self.rules.hole(Flow::Boxed, hole) } else { hole };
                self.part(hole, id, Why::Interface, x);
            }
            Conv::SliceToArray => self.part(hole.deref(), id, Why::SliceToArray, x),
            Conv::SliceToArrayPointer => self.expr(hole, x),
            Conv::BytesToString
            | Conv::RunesToString
            | Conv::StringToBytes
            | Conv::StringToRunes
            | Conv::RuneToString => {
                self.spill(hole, id);
                self.discard(x);
            }
        }
    }

    fn closure(&mut self, hole: Hole, id: NodeId, place: Place) {
        let hole = self.spill(hole, id);
        self.closures.push((hole, place));
        if !self.body().is_closure(place.func) {
            return;
        }
        for var in self.body()[place.func].captures.clone() {
            let loc = self.loc(var);
            let depth = self.depth;
            let location = &mut self.graph[loc];
            if !location.captured {
                location.captured = true;
                // Assignments before the first literal that uses it, on a straight way there, do not matter.
                if location.depth == depth {
                    location.reassigned = false;
                }
            }
        }
        self.walk_func(place);
    }

    /// Arithmetic on a `uintptr` that becomes a pointer: what was a pointer in it flows on.
    pub(super) fn unsafe_value(&mut self, hole: Hole, id: NodeId) {
        let init = self.body()[id].init.clone();
        self.stmts(&init);
        match self.op(id) {
            Op::Convert(Conv::Nop | Conv::Number, x) => {
                if self.is_unsafe_pointer(x) {
                    self.expr(self.rules.hole(Flow::Computed, hole), x);
                } else {
                    self.discard(x);
                }
            }
            Op::DotPtr(x, _) if self.is_header_data(id) => {
                self.part(hole.deref(), id, Why::HeaderData, x);
            }
            Op::DotPtr(x, _) => self.discard(x),
            Op::Unary(Unary::Plus | Unary::Neg | Unary::BitNot, x) => self.unsafe_value(hole, x),
            Op::Binary(op, x, y) => {
                use crate::ast::BinaryOp::{Shl, Shr};
                self.unsafe_value(hole, x);
                if matches!(op, Shl | Shr) { self.discard(y) } else { self.unsafe_value(hole, y) }
            }
            _ => self.bare_expr(Hole::DISCARD, id),
        }
    }

    /// A hole for what is asserted to be of `ty`: what does not fit an interface's word is loaded.
    pub(super) fn dot_type(&mut self, hole: Hole, ty: TypeId) -> Hole {
        if self.is_interface(ty) || self.program.is_pointer_shaped(ty) {
            hole
        } else {
            hole.shift(1)
        }
    }

    pub(super) fn is_interface(&mut self, ty: TypeId) -> bool {
        matches!(self.program.under_type(ty), Type::Interface(_))
    }

    pub(super) fn is_array(&mut self, id: NodeId) -> bool {
        let ty = self.ty(id);
        matches!(self.program.under_type(ty), Type::Array { .. })
    }

    fn is_tuple(&self, ty: TypeId) -> bool {
        matches!(self.program.types()[ty], Type::Tuple(_))
    }

    fn is_basic(&mut self, id: NodeId, basic: Basic) -> bool {
        let ty = self.ty(id);
        matches!(self.program.under_type(ty), Type::Basic(found) if found == basic)
    }

    pub(super) fn is_uintptr(&mut self, id: NodeId) -> bool {
        self.is_basic(id, Basic::Uintptr)
    }

    pub(super) fn is_unsafe_pointer(&mut self, id: NodeId) -> bool {
        self.is_basic(id, Basic::UnsafePointer)
    }
}
