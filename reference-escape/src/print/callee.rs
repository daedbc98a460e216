//! Names of functions and literals.

use super::Texts;
use crate::functions::FuncId;
use crate::ir::{FuncIndex, Origin};
use crate::types::{Form, ObjectId, ObjectKind, TypeId};

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
        let Some(object_id) = self.functions.object(id) else { return "init".to_owned() };
        let object = &self.program.types()[object_id];
        let name = self.program.names.text(object.name);
        let shapes = self.functions.shapes(id);
        let ObjectKind::Func(func) = &object.kind else { return name.to_owned() };
        let Some(receiver) = func.receiver else {
            if name == "init" {
                return format!("init.{}", self.init_number(object_id));
            }
            return format!("{name}{}", self.arguments(shapes));
        };
        let types = self.program.types();
        let base = types.as_named(receiver.base);
        let count = base.map_or(0, |named| named.tparams.len()).min(shapes.len());
        let base = base.map_or("", |named| self.program.names.text(types[named.object].name));
        let base = format!("{base}{}", self.arguments(&shapes[..count]));
        let own = self.own_arguments(id);
        if receiver.pointer {
            format!("(*{base}).{name}{own}")
        } else {
            format!("{base}.{name}{own}")
        }
    }

    /// The shapes that a method has for parameters of its own, beside those of its receiver's type.
    pub(super) fn own_arguments(&self, id: FuncId) -> String {
        let types = self.program.types();
        let receiver = self.functions.object(id).and_then(|object| match &types[object].kind {
            ObjectKind::Func(func) => func.receiver,
            _ => None,
        });
        let base = receiver.and_then(|receiver| types.as_named(receiver.base));
        let shapes = self.functions.shapes(id);
        self.arguments(&shapes[base.map_or(0, |named| named.tparams.len()).min(shapes.len())..])
    }

    /// How many functions of the package that are called `init` stand before `object`, which is one of them.
    fn init_number(&self, object: ObjectId) -> usize {
        let types = self.program.types();
        let (name, package) = (types[object].name, types[object].package);
        let is_init = |member: &&ObjectId| {
            let other = &types[**member];
            let is_function =
                matches!(&other.kind, ObjectKind::Func(func) if func.receiver.is_none());
            other.name == name && is_function
        };
        let members = self.program.members(package).iter();
        members.take_while(|member| **member != object).filter(is_init).count()
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
        format!("{}{}", self.home(), self.bare_func_name(func))
    }

    /// The same, of whatever package it is.
    pub fn bare_func_name(&self, func: FuncIndex) -> String {
        let literal = &self.body[func];
        let Some(parent) = literal.parent else {
            return self.bare_function(self.body.id);
        };
        let outer = self.bare_func_name(parent);
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
