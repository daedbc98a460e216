//! Conversions: those of the text, and those that assignments make.

use super::Lowering;
use crate::ast::ExprId;
use crate::check::Mode;
use crate::ir::{Conv, NodeId, Op};
use crate::names::Name;
use crate::source::Pos;
use crate::types::{Basic, Declare, Relations, Type, TypeId};

impl Lowering<'_> {
    /// `id` as it is assigned to something of type `dst`.
    pub(super) fn converted(&mut self, id: ExprId, dst: Option<TypeId>) -> NodeId {
        self.convert_expr(id, dst, true)
    }

    /// `id` converted to `dst`, because the text says so or because an assignment does.
    pub(super) fn convert_expr(
        &mut self,
        id: ExprId,
        dst: Option<TypeId>,
        implicit: bool,
    ) -> NodeId {
        let pos = self.pos(id);
        let bare = self.ast.unparen(id);
        if self.mode(bare) == Mode::Nil {
            let ty = dst.unwrap_or_else(|| self.raw_ty(bare));
            let nil = self.body.add(pos, ty, Op::Nil);
            return if implicit {
                nil
            } else {
                self.body.add(pos, ty, Op::Convert(Conv::Nop, nil))
            };
        }
        let src = self.ty(bare);
        let x = self.expr(bare);
        let Some(dst) = dst else { return x };
        if implicit && (src == dst || self.program.identical(src, dst)) {
            return x;
        }
        self.convert(pos, x, dst, implicit)
    }

    /// A value of type `dst` made of `x`, where types differ.
    pub(super) fn convert(&mut self, pos: Pos, x: NodeId, dst: TypeId, implicit: bool) -> NodeId {
        let src = self.body[x].ty;
        let literal = matches!(self.body[x].op, Op::Literal(_));
        let conv = self.conv(src, dst);
        if conv == Conv::StringToRunes && literal {
            return self.rune_literal(pos, x, dst);
        }
        let id = self.body.add(pos, dst, Op::Convert(conv, x));
        self.body[id].implicit = implicit;
        id
    }

    /// In which way a value of `src` becomes one of `dst`.
    fn conv(&mut self, src: TypeId, dst: TypeId) -> Conv {
        if self.program.identical(src, dst) {
            return self.kept_rounding(src, dst);
        }
        let (from, to) = (self.program.under(src), self.program.under(dst));
        let (from_type, to_type) =
            (self.program.types()[from].clone(), self.program.types()[to].clone());
        let from_interface = matches!(from_type, Type::Interface(_));
        if matches!(to_type, Type::Interface(_)) {
            let empty = |ty: &Type| matches!(ty, Type::Interface(i) if i.methods.is_empty() && i.embedded.is_empty());
            let shape = self.world.shapes.is_shape(self.program, src)
                || self.world.shapes.is_shape(self.program, dst);
            let nop = self.program.identical(from, to)
                && (empty(&from_type) || from_interface && shape && empty(&to_type));
            return if nop { Conv::Nop } else { Conv::Iface };
        }
        if self.program.identical(from, to) || self.identical_without_tags(from, to) {
            return self.kept_rounding(src, dst);
        }
        self.conv_by_kind(&from_type, &to_type)
    }

    /// Conversions between floating-point types of one size round, and so are more than nothing.
    fn kept_rounding(&mut self, src: TypeId, dst: TypeId) -> Conv {
        let float =
            |ty: Type| matches!(ty, Type::Basic(basic) if basic.is_float() || basic.is_complex());
        if float(self.under(src)) && float(self.under(dst)) { Conv::Number } else { Conv::Nop }
    }

    fn conv_by_kind(&mut self, from: &Type, to: &Type) -> Conv {
        match (from, to) {
            (Type::Basic(from), Type::Basic(to)) => {
                basic_conv(from.proper(), to.proper(), self.word())
            }
            (Type::Slice(elem), Type::Basic(to)) if to.is_string() => {
                if self.is_byte(*elem) {
                    Conv::BytesToString
                } else {
                    Conv::RunesToString
                }
            }
            (Type::Basic(from), Type::Slice(elem)) if from.is_string() => {
                if self.is_byte(*elem) {
                    Conv::StringToBytes
                } else {
                    Conv::StringToRunes
                }
            }
            (Type::Slice(_), Type::Array { .. }) => Conv::SliceToArray,
            (Type::Slice(_), Type::Pointer(_)) => Conv::SliceToArrayPointer,
            _ => Conv::Nop,
        }
    }

    fn word(&self) -> u64 {
        self.program.types().sizes().word
    }

    fn is_byte(&mut self, ty: TypeId) -> bool {
        matches!(self.under(ty), Type::Basic(basic) if basic.proper() == Basic::Uint8)
    }

    /// Whether two structs differ in nothing but tags.
    fn identical_without_tags(&mut self, a: TypeId, b: TypeId) -> bool {
        let (Type::Struct(x), Type::Struct(y)) =
            (self.program.types()[a].clone(), self.program.types()[b].clone())
        else {
            return false;
        };
        x.len() == y.len()
            && x.iter().zip(y.iter()).all(|(x, y)| {
                let same = x.symbol.name == y.symbol.name || x.symbol.name == Name::BLANK;
                same && self.program.identical(x.ty, y.ty)
            })
    }
}

/// How one basic type becomes another.
fn basic_conv(from: Basic, to: Basic, word: u64) -> Conv {
    if from == Basic::UnsafePointer || to == Basic::UnsafePointer {
        return Conv::Nop;
    }
    if to.is_string() && from.is_integer() {
        return Conv::RuneToString;
    }
    if same_machine_type(from, word) == same_machine_type(to, word) && !from.is_float() {
        return Conv::Nop;
    }
    Conv::Number
}

/// The type of fixed size that a word-sized one is on this machine.
fn same_machine_type(basic: Basic, word: u64) -> Basic {
    match (basic, word) {
        (Basic::Int, 8) => Basic::Int64,
        (Basic::Int, _) => Basic::Int32,
        (Basic::Uint | Basic::Uintptr, 8) => Basic::Uint64,
        (Basic::Uint | Basic::Uintptr, _) => Basic::Uint32,
        (other, _) => other,
    }
}
