//! Names of functions and literals.

use super::Texts;
use crate::functions::FuncId;
use crate::ir::{FuncIndex, Origin};
use crate::types::{Form, ObjectKind, TypeId};

impl Texts<'_> {
    /// A function, as it is printed where it is called.
    pub(super) fn function(&self, id: FuncId) -> String {
        let Some(object) = self.functions.object(id) else { return "init".to_owned() };
        let object = &self.program.types()[object];
        let qualifier = self.printer().qualifier(object.package, Form::Message);
        format!("{qualifier}{}", self.bare_function(id))
    }

    /// A function without its package: `F`, `T.M`, `(*T).M`, and the shapes that it is an instance for.
    fn bare_function(&self, id: FuncId) -> String {
        let Some(object) = self.functions.object(id) else { return "init".to_owned() };
        let object = &self.program.types()[object];
        let name = self.program.names.text(object.name);
        let shapes = self.functions.shapes(id);
        let ObjectKind::Func(func) = &object.kind else { return name.to_owned() };
        let Some(receiver) = func.receiver else {
            return format!("{name}{}", self.arguments(shapes));
        };
        let types = self.program.types();
        let base = types.as_named(receiver.base);
        let count = base.map_or(0, |named| named.tparams.len()).min(shapes.len());
        let base = base.map_or("", |named| self.program.names.text(types[named.object].name));
        let base = format!("{base}{}", self.arguments(&shapes[..count]));
        let own = self.arguments(&shapes[count..]);
        if receiver.pointer {
            format!("(*{base}).{name}{own}")
        } else {
            format!("{base}.{name}{own}")
        }
    }

    fn arguments(&self, list: &[TypeId]) -> String {
        if list.is_empty() {
            return String::new();
        }
        let list: Vec<String> =
            list.iter().map(|ty| self.printer().print(*ty, Form::Link)).collect();
        format!("[{}]", list.join(","))
    }

    /// A function of the body, as lines tell of it: `f`, `f.func1`, `f.func1.2`.
    pub fn func_name(&self, func: FuncIndex) -> String {
        let literal = &self.body[func];
        let Some(parent) = literal.parent else {
            return format!("{}{}", self.home(), self.bare_function(self.body.id));
        };
        let outer = self.func_name(parent);
        let nested = self.body[parent].parent.is_some();
        let suffix = match literal.origin {
            Origin::RangeBody => "-range",
            Origin::Go => ".gowrap",
            Origin::Defer => ".deferwrap",
            _ if nested => ".",
            _ => ".func",
        };
        format!("{outer}{suffix}{}", literal.ordinal)
    }
}
