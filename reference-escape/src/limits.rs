//! What cannot be on a stack, whatever becomes of it: it is too large, or its alignment is more than a stack gives.

use crate::check::Program;
use crate::constant::Value;
use crate::graph::Site;
use crate::ir::{Body, Class, FuncIndex, NodeId, Op, VarId};
use crate::rules::{Limit, Rules};
use crate::types::{Declare, Layouts, Type, TypeId};

/// The most bytes that a declared variable may have.
pub const MAX_DECLARED: u64 = 128 << 10;
/// The most bytes that what an expression makes may have.
pub const MAX_IMPLICIT: u64 = 64 << 10;
/// The most bytes of a variable that a literal holds by its value.
pub const MAX_BY_VALUE: u64 = 128;

/// Whether what `site` stands for must be in the heap. `by_value` tells which captures are copies.
pub fn needs_heap(
    program: &mut Program,
    body: &Body,
    site: Site,
    by_value: &dyn Fn(VarId) -> bool,
    rules: &dyn Rules,
) -> bool {
    match site {
        Site::None => false,
        Site::Var(var) => {
            let var = &body[var];
            var.class == Class::Auto
                && exceeds(program, var.ty, rules.limit(Limit::Declared, MAX_DECLARED))
        }
        Site::Node(id) => node_needs_heap(program, body, id, by_value, rules),
    }
}

fn exceeds(program: &mut Program, ty: TypeId, limit: u64) -> bool {
    if ty == TypeId::INVALID {
        return false;
    }
    let layout = program.layout(ty);
    layout.size > limit || layout.align > program.types().sizes().word
}

fn node_needs_heap(
    program: &mut Program,
    body: &Body,
    id: NodeId,
    by_value: &dyn Fn(VarId) -> bool,
    rules: &dyn Rules,
) -> bool {
    let max_implicit = rules.limit(Limit::Implicit, MAX_IMPLICIT);
    let node = &body[id];
    if exceeds(program, node.ty, rules.limit(Limit::Declared, MAX_DECLARED)) {
        return true;
    }
    match &node.op {
        Op::New { .. } | Op::PtrLit(_) => match program.under_type(node.ty) {
            Type::Pointer(elem) => exceeds(program, elem, max_implicit),
            _ => false,
        },
        Op::Closure(func) => closure_size(program, body, *func, by_value) > max_implicit,
        Op::MethodValue { x, .. } => {
            let ty = body[*x].ty;
            let word = program.types().sizes().word;
            program.size_of(ty).saturating_add(word) > max_implicit
        }
        Op::MakeSlice(len, cap) => {
            let Type::Slice(elem) = program.under_type(node.ty) else { return false };
            let size = program.size_of(elem);
            if size == 0 {
                return true;
            }
            match &body[cap.unwrap_or(*len)].op {
                Op::Literal(value) => !fits(value, max_implicit / size),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether an integer is at most `limit`.
fn fits(value: &Value, limit: u64) -> bool {
    match value.to_int().as_i64() {
        Some(value) => value <= limit as i64,
        None => false,
    }
}

/// How many bytes the record of a function literal takes.
fn closure_size(
    program: &mut Program,
    body: &Body,
    func: FuncIndex,
    by_value: &dyn Fn(VarId) -> bool,
) -> u64 {
    let word = program.types().sizes().word;
    body[func].captures.iter().fold(word, |sum, var| {
        let size = if by_value(*var) { program.size_of(body[*var].ty) } else { word };
        sum.saturating_add(size)
    })
}
