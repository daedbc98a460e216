//! What cannot be on a stack, whatever becomes of it: it is too large, or its alignment is more than a stack gives.

use crate::check::Program;
use crate::constant::Value;
use crate::graph::Site;
use crate::ir::{Body, Class, FuncIndex, NodeId, Op, VarId};
use crate::note::Why;
use crate::rules::{Limit, Rules};
use crate::types::{Declare, Layouts, Type, TypeId};

/// The most bytes that a declared variable may have.
pub const MAX_DECLARED: u64 = 128 << 10;
/// The most bytes that what an expression makes may have.
pub const MAX_IMPLICIT: u64 = 64 << 10;
/// The most bytes of a variable that a literal holds by its value.
pub const MAX_BY_VALUE: u64 = 128;

/// Why what `site` stands for must be in the heap, if it must. `by_value` tells which captures are copies.
pub fn needs_heap(
    program: &mut Program,
    body: &Body,
    site: Site,
    by_value: &dyn Fn(VarId) -> bool,
    rules: &dyn Rules,
) -> Option<Why> {
    match site {
        Site::None => None,
        Site::Var(var) => {
            let var = &body[var];
            let limit = rules.limit(Limit::Declared, MAX_DECLARED);
            if var.class == Class::Auto { excess(program, var.ty, limit) } else { None }
        }
        Site::Node(id) => node_needs_heap(program, body, id, by_value, rules),
    }
}

/// What a stack cannot give a value of `ty`.
fn excess(program: &mut Program, ty: TypeId, limit: u64) -> Option<Why> {
    if ty == TypeId::INVALID {
        return None;
    }
    let layout = program.layout(ty);
    if layout.size > limit {
        return Some(Why::TooLarge);
    }
    (layout.align > program.types().sizes().word).then_some(Why::TooAligned)
}

fn node_needs_heap(
    program: &mut Program,
    body: &Body,
    id: NodeId,
    by_value: &dyn Fn(VarId) -> bool,
    rules: &dyn Rules,
) -> Option<Why> {
    let node = &body[id];
    let excess_of_itself = excess(program, node.ty, rules.limit(Limit::Declared, MAX_DECLARED));
    if excess_of_itself.is_some() {
        return excess_of_itself;
    }
    let limit = rules.limit(Limit::Implicit, MAX_IMPLICIT);
    let over = |bytes| (bytes > limit).then_some(Why::TooLarge);
    match &node.op {
        Op::New { .. } | Op::PtrLit(_) => match program.under_type(node.ty) {
            Type::Pointer(elem) => excess(program, elem, limit),
            _ => None,
        },
        Op::Closure(func) => over(closure_size(program, body, *func, by_value)),
        Op::MethodValue { x, .. } => {
            let ty = body[*x].ty;
            let word = program.types().sizes().word;
            over(program.size_of(ty).saturating_add(word))
        }
        Op::MakeSlice(len, cap) => {
            let Type::Slice(elem) = program.under_type(node.ty) else { return None };
            let size = program.size_of(elem);
            if size == 0 {
                return Some(Why::ZeroSized);
            }
            match &body[cap.unwrap_or(*len)].op {
                Op::Literal(value) if !fits(value, limit / size) => Some(Why::TooLarge),
                _ => None,
            }
        }
        _ => None,
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
