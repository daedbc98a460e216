//! `reflect.SliceHeader` and `reflect.StringHeader`, whose field `Data` is a pointer that does not look like one.

use super::Builder;
use crate::ir::{NodeId, Op};

impl Builder<'_> {
    /// Whether `id` is the field `Data` of one of them.
    pub(super) fn is_header_data(&mut self, id: NodeId) -> bool {
        let (Op::Dot(x, name) | Op::DotPtr(x, name)) = self.op(id) else { return false };
        let ty = self.ty(x);
        let types = self.program.types();
        let (base, _) = types.deref(ty);
        let Some(named) = types.as_named(base) else { return false };
        let object = &types[named.object];
        let text = |name| self.program.names.text(name);
        text(name) == "Data"
            && text(types[object.package].path) == "reflect"
            && matches!(text(object.name), "SliceHeader" | "StringHeader")
            && self.is_uintptr(id)
    }
}
