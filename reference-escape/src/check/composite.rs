//! Composite literals.

use super::operand::Operand;
use super::{Mode, Program, SelectionKind};
use crate::ast::{Ast, ExprId, ExprKind};
use crate::types::{Field, Lookup, Member, Type, TypeId, TypeSets};
use std::rc::Rc;

impl Program {
    /// `T{...}`, or `{...}` in a literal of elements of type `hint`.
    pub(super) fn composite_lit(&mut self, id: ExprId, hint: Option<TypeId>) -> Operand {
        let ast = Rc::clone(&self.env.ast);
        let ExprKind::CompositeLit { ty, elems, .. } = &ast[id].kind else {
            return Operand::INVALID;
        };
        // The length of `[...]T{}` is known only behind its elements.
        if let Some(written) = *ty
            && let ExprKind::ArrayType { len: None, elem } = ast[written].kind
        {
            let elem = self.type_expr(elem);
            let len = self.elements(&ast, elems, elem, None);
            let ty = self.types.intern(Type::Array { elem, len });
            self.info_mut().set(written, Mode::Type, ty, None);
            return Operand::new(Mode::Value, ty, id);
        }
        let (ty, base) = match (*ty, hint) {
            (Some(written), _) => {
                let ty = self.type_expr(written);
                (ty, ty)
            }
            (None, Some(hint)) => (hint, self.elided_base(hint)),
            (None, None) => {
                self.fault(ast[id].pos, "invalid composite literal type: missing type");
                (TypeId::INVALID, TypeId::INVALID)
            }
        };
        match self.core(base) {
            Some(Type::Struct(fields)) => self.struct_elements(&ast, elems, base, &fields),
            Some(Type::Array { elem, len }) => {
                self.elements(&ast, elems, elem, Some(len));
            }
            Some(Type::Slice(elem)) => {
                self.elements(&ast, elems, elem, None);
            }
            Some(Type::Map { key, value }) => self.map_elements(&ast, elems, key, value),
            _ => {
                self.elements_of_nothing(&ast, elems);
                if ty != TypeId::INVALID {
                    let shown = self.show(ty);
                    self.fault(ast[id].pos, format!("invalid composite literal type {shown}"));
                }
                return Operand::INVALID;
            }
        }
        Operand::new(Mode::Value, ty, id)
    }

    /// What an element without a type of its own is a literal of: `{}` may stand for `&T{}`.
    fn elided_base(&mut self, hint: TypeId) -> TypeId {
        match self.common_under(hint) {
            Some(core) => match self.types[core] {
                Type::Pointer(base) => base,
                _ => hint,
            },
            None => hint,
        }
    }

    fn elements_of_nothing(&mut self, ast: &Ast, elems: &[ExprId]) {
        for elem in elems {
            let value = match ast[*elem].kind {
                ExprKind::KeyValue { value, .. } => value,
                _ => *elem,
            };
            self.use_all(&[value]);
        }
    }

    fn struct_elements(&mut self, ast: &Ast, elems: &[ExprId], base: TypeId, fields: &[Field]) {
        let keyed = elems
            .first()
            .is_some_and(|first| matches!(ast[*first].kind, ExprKind::KeyValue { .. }));
        for (at, elem) in elems.iter().enumerate() {
            match (&ast[*elem].kind, keyed) {
                (ExprKind::KeyValue { key, value }, true) => {
                    self.keyed_field(ast, base, *key, *value);
                }
                (ExprKind::KeyValue { .. }, false) | (_, true) => {
                    let message = "mixture of field:value and value elements in struct literal";
                    self.fault(ast[*elem].pos, message);
                }
                (_, false) => self.field_at(*elem, fields.get(at)),
            }
        }
        if !keyed && !elems.is_empty() && elems.len() < fields.len() {
            let pos = self.start(elems[elems.len() - 1]);
            self.fault(pos, "too few values in struct literal");
        }
    }

    fn field_at(&mut self, elem: ExprId, field: Option<&Field>) {
        let x = self.generic_expr(elem, None);
        if let Some(field) = field {
            self.assignment(x, Some(field.ty), "struct literal");
        } else {
            self.refuse(x, "too many values in struct literal");
        }
    }

    /// `key: value`, where the key may be a promoted field. It is noted as a selection from the struct.
    fn keyed_field(&mut self, ast: &Ast, base: TypeId, key: ExprId, value: ExprId) {
        let x = self.generic_expr(value, None);
        let pos = ast[key].pos;
        let Some(name) = ast.as_name(key) else {
            self.fault(pos, "invalid field name in struct literal");
            return;
        };
        let core = self.common_under(base).unwrap_or(TypeId::INVALID);
        let symbol = self.symbol(name);
        match self.lookup(core, false, symbol) {
            Ok(found) if matches!(found.member, Member::Field { .. }) => {
                let Member::Field { ty } = found.member else { return };
                self.info_mut().select(key, SelectionKind::Field, base, &found);
                self.assignment(x, Some(ty), "struct literal");
            }
            _ => {
                let (name, shown) = (self.text(name).to_owned(), self.show(base));
                self.fault(pos, format!("unknown field {name} in struct literal of type {shown}"));
            }
        }
    }

    /// Elements of an array or slice. Returns how many there are: one more than the greatest index.
    fn elements(&mut self, ast: &Ast, elems: &[ExprId], ty: TypeId, len: Option<u64>) -> u64 {
        let (mut index, mut max) = (0_u64, 0_u64);
        for elem in elems {
            let value = match ast[*elem].kind {
                ExprKind::KeyValue { key, value } => {
                    match self.index_value(key, len) {
                        (_, Some(at)) => index = at,
                        (ty, None) if ty != TypeId::INVALID => {
                            let pos = self.start(key);
                            self.fault(pos, "index must be integer constant");
                        }
                        _ => {}
                    }
                    value
                }
                _ => *elem,
            };
            if len.is_some_and(|len| index >= len) {
                let pos = self.start(value);
                self.fault(pos, format!("index {index} is out of bounds"));
            }
            index = index.saturating_add(1);
            max = max.max(index);
            let x = self.generic_expr(value, Some(ty));
            self.assignment(x, Some(ty), "array or slice literal");
        }
        max
    }

    fn map_elements(&mut self, ast: &Ast, elems: &[ExprId], key_type: TypeId, value_type: TypeId) {
        for elem in elems {
            let ExprKind::KeyValue { key, value } = ast[*elem].kind else {
                self.fault(ast[*elem].pos, "missing key in map literal");
                continue;
            };
            let x = self.generic_expr(key, Some(key_type));
            self.assignment(x, Some(key_type), "map literal");
            let x = self.generic_expr(value, Some(value_type));
            self.assignment(x, Some(value_type), "map literal");
        }
    }
}
