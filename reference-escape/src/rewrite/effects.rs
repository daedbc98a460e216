//! What evaluating an expression may do beside giving a value.

use crate::ast::BinaryOp;
use crate::check::Program;
use crate::ir::{Body, Conv, NodeId, One, Op, Two, Unary};
use crate::types::PackageId;

/// Whether evaluating `id` may do more than give a value.
pub(super) fn has_side_effects(body: &Body, id: NodeId) -> bool {
    body.any_below(id, &mut |id| {
        let zero = |id: NodeId| match &body[id].op {
            Op::Literal(value) => value.sign() == 0,
            _ => false,
        };
        match &body[id].op {
            Op::Binary(BinaryOp::Div | BinaryOp::Rem, _, y) => {
                !matches!(body[*y].op, Op::Literal(_)) || zero(*y)
            }
            Op::MakeChan(len) | Op::MakeMap(len) => len.is_some_and(|len| !zero(len)),
            Op::Unary(op, _) => *op == Unary::Recv,
            Op::Convert(conv, _) => matches!(conv, Conv::SliceToArray | Conv::SliceToArrayPointer),
            Op::One(one, _) => !matches!(one, One::Len | One::Cap | One::Real | One::Imag),
            Op::Two(two, ..) => *two != Two::Complex,
            Op::Name(_)
            | Op::Global(_)
            | Op::Func(_)
            | Op::Type
            | Op::Literal(_)
            | Op::Nil
            | Op::Dictionary(..)
            | Op::Binary(..)
            | Op::Logical(..)
            | Op::AddString(_)
            | Op::Addr(_)
            | Op::Dot(..)
            | Op::PtrLit(_)
            | Op::ArrayLit(_)
            | Op::SliceLit(..)
            | Op::StructLit(_)
            | Op::MapLit(_)
            | Op::Key(..)
            | Op::New { .. } => false,
            _ => true,
        }
    })
}

/// Whether evaluating `id` may change variables of `package`.
pub(super) fn may_change_package(
    program: &mut Program,
    body: &Body,
    package: PackageId,
    id: NodeId,
) -> bool {
    let mut suspects = Vec::new();
    let calls = body.any_below(id, &mut |id| match &body[id].op {
        Op::Call { .. } | Op::Append { .. } | Op::One(One::Clear, _) | Op::Two(Two::Copy, ..) => {
            true
        }
        Op::AssignOp { x, .. } | Op::Assign { x, .. } => {
            suspects.push(*x);
            false
        }
        Op::AssignList { lhs, .. } => {
            suspects.extend(lhs.iter().copied());
            false
        }
        _ => false,
    });
    calls || suspects.into_iter().any(|place| !is_elsewhere(program, body, package, place))
}

/// Whether `place` is a local variable, or one of another package.
fn is_elsewhere(program: &mut Program, body: &Body, package: PackageId, place: NodeId) -> bool {
    let mut outer = body.outer(program, place);
    while let Op::Deref(x) = body[outer].op {
        outer = x;
    }
    match body[outer].op {
        Op::Name(_) | Op::Blank => true,
        Op::Global(object) => program.types()[object].package != package,
        _ => false,
    }
}
