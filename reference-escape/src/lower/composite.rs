//! Composite literals.

use super::Lowering;
use crate::ast::{ExprId, ExprKind};
use crate::constant::Value;
use crate::ir::{NodeId, Op};
use crate::names::Name;
use crate::source::Pos;
use crate::types::{Field, Type, TypeId};
use std::rc::Rc;

impl Lowering<'_> {
    /// `T{...}`, or `{...}` for a `&T{...}`.
    pub(super) fn composite(&mut self, id: ExprId, elems: &[ExprId]) -> NodeId {
        let pos = self.pos(id);
        let ty = self.ty(id);
        if let Type::Pointer(elem) = self.under(ty) {
            let x = self.composite_of(pos, elem, elems);
            return self.body.add(pos, ty, Op::PtrLit(x));
        }
        self.composite_of(pos, ty, elems)
    }

    fn composite_of(&mut self, pos: Pos, ty: TypeId, elems: &[ExprId]) -> NodeId {
        let op = match self.under(ty) {
            Type::Struct(fields) => self.struct_fields(&fields, elems),
            Type::Map { key, value } => self.map_pairs(key, value, elems),
            Type::Array { elem, .. } => Op::ArrayLit(self.elements(elem, elems).0),
            Type::Slice(elem) => {
                let (elems, len) = self.elements(elem, elems);
                Op::SliceLit(elems, len)
            }
            _ => Op::Nil,
        };
        self.body.add(pos, ty, op)
    }

    /// Elements of an array or slice, and one more than the greatest index.
    fn elements(&mut self, elem: TypeId, elems: &[ExprId]) -> (Box<[NodeId]>, u64) {
        let ast = Rc::clone(&self.ast);
        let (mut index, mut len) = (0_u64, 0);
        let list = elems
            .iter()
            .map(|id| {
                let node = if let ExprKind::KeyValue { key, value } = ast[*id].kind {
                    index = self.info().value(key).and_then(Value::as_u64).unwrap_or(index);
                    let key_node = self.converted(key, None);
                    let value = self.converted(value, Some(elem));
                    let pos = self.pos(key);
                    self.body.add(pos, TypeId::INVALID, Op::Key(key_node, value))
                } else {
                    self.converted(*id, Some(elem))
                };
                index = index.saturating_add(1);
                len = index.max(len);
                node
            })
            .collect();
        (list, len)
    }

    fn map_pairs(&mut self, key_ty: TypeId, value_ty: TypeId, elems: &[ExprId]) -> Op {
        let ast = Rc::clone(&self.ast);
        let mut pairs = Vec::with_capacity(elems.len());
        for id in elems {
            if let ExprKind::KeyValue { key, value } = ast[*id].kind {
                let key = self.converted(key, Some(key_ty));
                pairs.push((key, self.converted(value, Some(value_ty))));
            }
        }
        Op::MapLit(pairs.into())
    }

    fn struct_fields(&mut self, fields: &[Field], elems: &[ExprId]) -> Op {
        let ast = Rc::clone(&self.ast);
        let list = elems
            .iter()
            .enumerate()
            .map(|(at, id)| {
                if let ExprKind::KeyValue { key, value } = ast[*id].kind {
                    let name = ast.as_name(key).unwrap_or(Name::EMPTY);
                    let ty = self.field_type(fields, key, name);
                    return (name, self.converted(value, ty));
                }
                let field = fields.get(at);
                let name = field.map_or(Name::EMPTY, |field| field.symbol.name);
                (name, self.converted(*id, field.map(|field| field.ty)))
            })
            .collect();
        Op::StructLit(list)
    }

    /// The type of the field that `key` names, which may be one of an embedded struct.
    fn field_type(&mut self, fields: &[Field], key: ExprId, name: Name) -> Option<TypeId> {
        if let Some(selection) = self.info().selection(key) {
            let path = self.info().path(selection).to_vec();
            let mut fields: Rc<[Field]> = fields.into();
            let mut ty = None;
            for at in path {
                let field = *fields.get(at as usize)?;
                ty = Some(field.ty);
                if let Type::Struct(inner) = self.under(field.ty) {
                    fields = inner;
                }
            }
            return ty;
        }
        fields.iter().find(|field| field.symbol.name == name).map(|field| field.ty)
    }
}
