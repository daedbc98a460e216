//! Signs and names of operators, and how tightly they bind where they are printed.

use crate::ast::BinaryOp;
use crate::ir::{Many, One, Op, Two, Unary};

/// How tightly what is no operator binds.
pub(super) const TIGHTEST: u32 = 8;
/// How tightly operators with one operand bind.
pub(super) const UNARY: u32 = 7;

/// How tightly the operator binds that a node is.
pub(super) fn strength(op: &Op) -> u32 {
    match op {
        Op::Unary(..) | Op::Addr(_) | Op::Deref(_) => UNARY,
        Op::Binary(op, ..) | Op::Logical(op, ..) => binary_strength(*op),
        // The compiler forgot these in its table, so that they always get parentheses inside of operators.
        Op::AddString(_)
        | Op::PtrLit(_)
        | Op::Closure(_)
        | Op::MakeMap(_)
        | Op::MakeChan(_)
        | Op::Dictionary(_) => 0,
        _ => TIGHTEST,
    }
}

pub(super) fn binary_strength(op: BinaryOp) -> u32 {
    match op {
        BinaryOp::OrOr => 1,
        BinaryOp::AndAnd => 2,
        BinaryOp::Eql
        | BinaryOp::Neq
        | BinaryOp::Lss
        | BinaryOp::Leq
        | BinaryOp::Gtr
        | BinaryOp::Geq => 4,
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Or | BinaryOp::Xor => 5,
        BinaryOp::Mul
        | BinaryOp::Div
        | BinaryOp::Rem
        | BinaryOp::And
        | BinaryOp::AndNot
        | BinaryOp::Shl
        | BinaryOp::Shr => 6,
    }
}

pub(super) fn binary_sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::OrOr => "||",
        BinaryOp::AndAnd => "&&",
        BinaryOp::Eql => "==",
        BinaryOp::Neq => "!=",
        BinaryOp::Lss => "<",
        BinaryOp::Leq => "<=",
        BinaryOp::Gtr => ">",
        BinaryOp::Geq => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Or => "|",
        BinaryOp::Xor => "^",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::And => "&",
        BinaryOp::AndNot => "&^",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
    }
}

pub(super) fn unary_sign(op: Unary) -> &'static str {
    match op {
        Unary::Plus => "+",
        Unary::Neg => "-",
        Unary::BitNot => "^",
        Unary::Not => "!",
        Unary::Recv => "<-",
    }
}

pub(super) fn one_name(one: One) -> &'static str {
    match one {
        One::Len => "len",
        One::Cap => "cap",
        One::Real => "real",
        One::Imag => "imag",
        One::Close => "close",
        One::Clear => "clear",
        One::Panic => "panic",
        One::StringData => "unsafe.StringData",
        One::SliceData => "unsafe.SliceData",
    }
}

pub(super) fn two_name(two: Two) -> &'static str {
    match two {
        Two::Copy => "copy",
        Two::Complex => "complex",
        Two::UnsafeAdd => "unsafe.Add",
        Two::UnsafeSlice => "unsafe.Slice",
        Two::UnsafeString => "unsafe.String",
    }
}

pub(super) fn many_name(many: Many) -> &'static str {
    match many {
        Many::Delete => "delete",
        Many::Print => "print",
        Many::Println => "println",
        Many::Recover => "recover",
        Many::Min => "min",
        Many::Max => "max",
    }
}
