//! Indices that cannot be out of bounds, so that the compiler checks nothing when they are used.
//!
//! This is no matter of escape. But the compiler tells of it among the same lines, as soon as the type of an index, or the
//! arithmetic that it comes from, is too narrow to reach beyond an array or a constant text.

use crate::ast::BinaryOp;
use crate::check::Program;
use crate::ir::{Body, FuncIndex, NodeId, Op};
use crate::source::Pos;
use crate::types::{Basic, Declare, Layouts, Type, TypeId};

/// What is told of them.
pub const ELIDED: &str = "index bounds check elided";

/// Where such indices are in a body.
pub fn elided(program: &mut Program, body: &Body) -> Vec<Pos> {
    let (mut indexed, mut appended) = (Vec::new(), Vec::new());
    for func in 0..body.funcs.len() {
        body.each_node(FuncIndex::new(func), &mut |id| match &body[id].op {
            Op::Index(x, index) if !matches!(body[*index].op, Op::Literal(_)) => {
                indexed.push((id, *x, *index));
            }
            Op::Append { args, dots: false } => {
                appended.extend(args[1..].iter().map(|arg| without_fields(body, *arg)));
            }
            _ => {}
        });
    }
    let mut places = Vec::new();
    for (id, x, index) in indexed {
        // What is appended is evaluated into temporaries first, and arithmetic is forgotten there.
        let forgotten = appended.contains(&id);
        if length(program, body, x)
            .is_some_and(|len| is_below(program, body, index, forgotten, len))
        {
            places.push(body[id].pos);
        }
    }
    places
}

/// What `id` is a field of.
fn without_fields(body: &Body, mut id: NodeId) -> NodeId {
    while let Op::Dot(x, _) | Op::DotPtr(x, _) = body[id].op {
        id = x;
    }
    id
}

/// How long an array or a constant text is.
fn length(program: &mut Program, body: &Body, x: NodeId) -> Option<u64> {
    if let Op::Literal(value) = &body[x].op {
        return value.as_text().map(crate::constant::Text::len);
    }
    match program.under_type(body[x].ty) {
        Type::Array { len, .. } => Some(len),
        _ => None,
    }
}

/// The value of a constant that fits a machine's `int32`.
fn small(body: &Body, id: NodeId) -> Option<i64> {
    match &body[id].op {
        Op::Literal(value) => value.as_i64().filter(|value| i32::try_from(*value).is_ok()),
        _ => None,
    }
}

/// Whether the integer `id` is from 0 up to but not including `limit`, whatever its parts are; if those are
/// `forgotten`, because of its type alone.
fn is_below(program: &mut Program, body: &Body, id: NodeId, forgotten: bool, limit: u64) -> bool {
    let Some((signed, mut bits)) = integer(program, body[id].ty) else { return false };
    let within = |value: i64, limit: u64| u64::try_from(value).is_ok_and(|value| value < limit);
    if let Op::Binary(op, x, y) = body[id].op
        && !forgotten
    {
        let (left, right) = (small(body, x), small(body, y));
        match (op, right) {
            (BinaryOp::And, _) if left.or(right).is_some_and(|mask| within(mask, limit)) => {
                return true;
            }
            (BinaryOp::AndNot, _) => {
                let mask = left.or(right.map(|cleared| rest(cleared, signed, bits)));
                if mask.is_some_and(|mask| within(mask, limit)) {
                    return true;
                }
            }
            (BinaryOp::Rem, Some(by)) if !signed && within(by, limit.saturating_add(1)) => {
                return true;
            }
            (BinaryOp::Div, Some(mut by)) if !signed => {
                while bits > 0 && by >= 2 {
                    bits -= 1;
                    by >>= 1;
                }
            }
            (BinaryOp::Shr, Some(by)) if !signed => match u32::try_from(by) {
                Ok(by) if by <= bits => bits -= by,
                _ => return true,
            },
            _ => {}
        }
    }
    !signed && bits <= 62 && 1_u64 << bits <= limit
}

/// The bits that are left where `cleared` are taken away.
fn rest(cleared: i64, signed: bool, bits: u32) -> i64 {
    match (!cleared, signed || bits >= 64) {
        (rest, true) => rest,
        (rest, false) => rest & ((1_i64 << bits) - 1),
    }
}

/// Whether an integer type is signed, and how many bits it has.
fn integer(program: &mut Program, ty: TypeId) -> Option<(bool, u32)> {
    let Type::Basic(basic) = program.under_type(ty) else { return None };
    let bits = 8 * program.size_of(ty) as u32;
    basic.is_integer().then(|| (!Basic::is_unsigned(basic), bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_mask_has_the_width_of_its_type() {
        assert_eq!(rest(0xf0, false, 8), 0x0f);
        assert_eq!(rest(!7, true, 64), 7);
        assert_eq!(rest(!7, false, 64), 7);
    }
}
