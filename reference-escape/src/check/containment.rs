//! No type contains itself: a struct with a field of its own type would have no end.
//!
//! Instances are followed as they are. Those that contain ever larger instances of themselves come up against a
//! limit, and count as containing themselves.

use super::Program;
use crate::types::{Declare, ObjectId, ObjectKind, Type, TypeId};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Deeper than this no program's types contain each other.
const MAX_DEPTH: usize = 200;

impl Program {
    /// Complains of the types among `objects` that contain themselves.
    pub(super) fn check_containment(&mut self, objects: &[ObjectId]) {
        let mut sound = BTreeSet::new();
        for object in objects {
            if !matches!(self.types[*object].kind, ObjectKind::Type { alias: false, .. }) {
                continue;
            }
            let ty = self.types[*object].ty;
            if self.contains_itself(ty, &mut Vec::new(), &mut sound) {
                let (pos, name) = (self.types[*object].pos, self.types[*object].name);
                let name = self.text(name).to_owned();
                self.fault(pos, format!("invalid recursive type {name}"));
                return;
            }
        }
    }

    /// Whether one of the types on the way to `ty` is met again inside it. Types that have proved sound are not
    /// looked at again.
    fn contains_itself(
        &mut self,
        ty: TypeId,
        way: &mut Vec<TypeId>,
        sound: &mut BTreeSet<TypeId>,
    ) -> bool {
        if sound.contains(&ty) {
            return false;
        }
        if way.len() >= MAX_DEPTH || way.contains(&ty) {
            return true;
        }
        let under = self.under(ty);
        way.push(ty);
        let contains = match &self.types[under] {
            Type::Struct(fields) => {
                let fields = Rc::clone(fields);
                fields.iter().any(|field| self.contains_itself(field.ty, way, sound))
            }
            Type::Array { elem, .. } => {
                let elem = *elem;
                self.contains_itself(elem, way, sound)
            }
            _ => false,
        };
        way.pop();
        if !contains {
            sound.insert(ty);
        }
        contains
    }
}
