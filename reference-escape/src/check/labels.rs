//! Labels and the jumps that name them.

use super::Program;
use crate::ast::Ident;
use crate::types::ObjectKind;

impl Program {
    /// A label before a statement.
    pub(super) fn label(&mut self, ident: Ident) {
        let package = self.env.package;
        let object = self.types.declare_object(ident.name, package, ident.pos, ObjectKind::Label);
        self.info_mut().define(ident.pos, object);
        if let Some(function) = &mut self.env.function {
            function.labels.insert(ident.name, object);
        }
    }

    /// A jump to a label that may stand further down.
    pub(super) fn jump(&mut self, ident: Ident) {
        if let Some(function) = &mut self.env.function {
            function.jumps.push(ident);
        }
    }

    /// Notes where the jumps of a function lead; the parser has complained of those that lead nowhere.
    pub(super) fn resolve_jumps(&mut self) {
        let Some(function) = &mut self.env.function else { return };
        let jumps = std::mem::take(&mut function.jumps);
        let labels = std::mem::take(&mut function.labels);
        for ident in jumps {
            if let Some(label) = labels.get(&ident.name) {
                self.info_mut().set_label(ident.pos, *label);
            }
        }
    }
}
