//! Conversions: `T(x)`.

use super::operand::Operand;
use super::{Mode, Program};
use crate::constant::{Target, Value};
use crate::types::{Basic, Declare, Field, Predicates, Relations, Type, TypeId, TypeSets};

impl Program {
    /// `x` converted to `ty`.
    pub(super) fn conversion(&mut self, mut x: Operand, ty: TypeId) -> Operand {
        let constant = x.mode == Mode::Constant;
        let to_constant = self.is_basic(ty, Basic::is_constant);
        let converted = if constant && to_constant {
            match self.convert_constant(&x, ty) {
                Some(value) => {
                    x.value = value;
                    true
                }
                None => false,
            }
        } else if constant && self.types.is_param(ty) {
            let types = self.specific_types(ty);
            let all = types.is_some_and(|types| {
                types.iter().all(|(_, under)| {
                    self.convert_constant(&x, *under).is_some()
                        || self.all_basic(x.ty, Basic::is_string) && self.is_bytes_or_runes(*under)
                })
            });
            x.mode = Mode::Value;
            all
        } else {
            let convertible = self.convertible(&x, ty);
            if convertible {
                x.mode = Mode::Value;
            }
            convertible
        };
        if !converted {
            self.cannot_convert(&x, ty);
            return x.invalid();
        }
        if self.types.is_untyped(x.ty)
            && let Some(id) = x.id
        {
            let last = if x.ty == TypeId::UNTYPED_NIL {
                ty
            } else if self.is_interface(ty) || constant && !to_constant {
                self.default_type(x.ty)
            } else if x.mode == Mode::Constant
                && self.all_basic(x.ty, Basic::is_integer)
                && self.all_basic(ty, Basic::is_string)
            {
                x.ty
            } else {
                ty
            };
            self.update_type(id, last, true);
        }
        let value = if x.mode == Mode::Constant { x.value } else { Value::Unknown };
        Operand { ty, value, ..x }
    }

    fn convert_constant(&mut self, x: &Operand, ty: TypeId) -> Option<Value> {
        let under = self.under(ty);
        let basic = self.types.as_basic(under)?;
        let target = basic.target(self.types.sizes().word_bits())?;
        if let Some(value) = x.value.represented(target) {
            return Some(value);
        }
        if target == Target::String && self.all_basic(x.ty, Basic::is_integer) {
            let code = x.value.as_u64().and_then(|n| u32::try_from(n).ok());
            let c = code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
            return Some(Value::string(c.encode_utf8(&mut [0; 4]).as_bytes()));
        }
        None
    }

    fn convertible(&mut self, x: &Operand, ty: TypeId) -> bool {
        if self.assignable(x, ty) {
            return true;
        }
        let (from_param, to_param) = (self.types.is_param(x.ty), self.types.is_param(ty));
        if from_param || to_param {
            let from = self.specific_types(x.ty).unwrap_or_default();
            let to = self.specific_types(ty).unwrap_or_default();
            return !from.is_empty()
                && !to.is_empty()
                && from.iter().all(|(from, _)| {
                    let x = Operand { ty: *from, ..x.clone() };
                    to.iter().all(|(to, _)| self.convertible(&x, *to))
                });
        }
        let (from, to) = (self.under(x.ty), self.under(ty));
        if self.identical_but_for_tags(from, to) {
            return true;
        }
        if let (Type::Pointer(from), Type::Pointer(to)) = (&self.types[x.ty], &self.types[ty]) {
            let (from, to) = (*from, *to);
            if !self.types.is_param(from) && !self.types.is_param(to) {
                let (from, to) = (self.under(from), self.under(to));
                if self.identical_but_for_tags(from, to) {
                    return true;
                }
            }
        }
        self.converts_by_kind(from, to)
    }

    /// Whether values convert because of what sorts of types underlie theirs.
    fn converts_by_kind(&mut self, from: TypeId, to: TypeId) -> bool {
        match (self.types[from].clone(), self.types[to].clone()) {
            (Type::Basic(from), Type::Basic(to)) => {
                let number = |basic: Basic| basic.is_integer() || basic.is_float();
                number(from) && number(to)
                    || from.is_complex() && to.is_complex()
                    || from.is_integer() && to.is_string()
                    || from.proper() == Basic::UnsafePointer && to == Basic::Uintptr
                    || from == Basic::Uintptr && to == Basic::UnsafePointer
            }
            (Type::Slice(_), Type::Basic(to)) => to.is_string() && self.is_bytes_or_runes(from),
            (Type::Basic(from), Type::Slice(_)) => from.is_string() && self.is_bytes_or_runes(to),
            (Type::Pointer(_), Type::Basic(to)) => to == Basic::UnsafePointer,
            (Type::Basic(from), Type::Pointer(_)) => from == Basic::UnsafePointer,
            (Type::Slice(a), Type::Array { elem: b, .. }) => self.identical(a, b),
            (Type::Slice(a), Type::Pointer(array)) => match self.under_type(array) {
                Type::Array { elem: b, .. } => self.identical(a, b),
                _ => false,
            },
            _ => false,
        }
    }

    pub(super) fn is_bytes_or_runes(&mut self, ty: TypeId) -> bool {
        match self.under_type(ty) {
            Type::Slice(elem) => match self.under_type(elem) {
                Type::Basic(basic) => matches!(basic.proper(), Basic::Uint8 | Basic::Int32),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether two types are the same once all tags are taken from them.
    fn identical_but_for_tags(&mut self, a: TypeId, b: TypeId) -> bool {
        if self.identical(a, b) {
            return true;
        }
        let (a, b) = (self.without_tags(a), self.without_tags(b));
        self.identical(a, b)
    }

    fn without_tags(&mut self, ty: TypeId) -> TypeId {
        use crate::names::Name;
        let bare = match self.types[ty].clone() {
            Type::Struct(fields) => Type::Struct(
                fields
                    .iter()
                    .map(|field| Field {
                        ty: self.without_tags(field.ty),
                        tag: Name::EMPTY,
                        ..*field
                    })
                    .collect(),
            ),
            Type::Pointer(elem) => Type::Pointer(self.without_tags(elem)),
            Type::Slice(elem) => Type::Slice(self.without_tags(elem)),
            Type::Array { elem, len } => Type::Array { elem: self.without_tags(elem), len },
            Type::Chan { dir, elem } => Type::Chan { dir, elem: self.without_tags(elem) },
            Type::Map { key, value } => {
                Type::Map { key: self.without_tags(key), value: self.without_tags(value) }
            }
            _ => return ty,
        };
        self.types.intern(bare)
    }
}
