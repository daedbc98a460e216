//! Shapes: the types for which a generic function has a body of its own.
//!
//! Arguments with the same underlying type share one body, and so do all pointers where the constraint only asks for
//! methods. What stands for them in that body is a type of the package `go.shape`.

use crate::check::Program;
use crate::hash::Map;
use crate::names::Name;
use crate::sha256::{hex, sum};
use crate::source::Pos;
use crate::types::{Declare, Form, ObjectKind, PackageId, Printer, Type, TypeId, TypeSets};

/// The longest name of a shape.
const LONGEST_NAME: usize = 500;

/// The shapes of a run.
#[derive(Debug, Default)]
pub struct Shapes {
    package: Option<PackageId>,
    of: Map<String, TypeId>,
    shaped: Map<TypeId, bool>,
}

impl Shapes {
    /// Whether `ty` is a shape.
    pub fn is_shape(&self, program: &Program, ty: TypeId) -> bool {
        let Some(package) = self.package else { return false };
        let types = program.types();
        types.as_named(ty).is_some_and(|named| types[named.object].package == package)
    }

    /// Whether a shape is in `ty`.
    pub fn has_shape(&mut self, program: &Program, ty: TypeId) -> bool {
        if self.package.is_none() {
            return false;
        }
        if let Some(known) = self.shaped.get(&ty) {
            return *known;
        }
        let mut parts = Vec::new();
        program.types().each_part(&program.types()[ty], &mut |part| parts.push(part));
        let any = self.is_shape(program, ty)
            || parts.into_iter().any(|part| self.has_shape(program, part));
        self.shaped.insert(ty, any);
        any
    }

    /// The shape of `ty` as an argument for `param`.
    pub fn shape(&mut self, program: &mut Program, ty: TypeId, param: TypeId) -> TypeId {
        let mut under = program.under(ty);
        // A shape is no exception: that of a pointer for one parameter may be that of any pointer for another.
        if matches!(program.types()[under], Type::Pointer(_)) && only_methods(program, param) {
            under = program.types_mut().pointer(TypeId::UINT8);
        }
        let printer = Printer::new(program.types(), &program.names, PackageId::NONE);
        let name = name_of(printer.print(under, Form::Link));
        if let Some(known) = self.of.get(&name) {
            return *known;
        }
        let package = self.package(program);
        let text = program.names.intern(&name);
        let kind = ObjectKind::Type { alias: false, tparams: Box::default() };
        let types = program.types_mut();
        let object = types.declare_object(text, package, Pos::NONE, kind);
        let shape = types.new_named(object);
        types[object].ty = shape;
        types.set_underlying(shape, under);
        self.of.insert(name, shape);
        self.shaped.clear();
        shape
    }

    fn package(&mut self, program: &mut Program) -> PackageId {
        if let Some(package) = self.package {
            return package;
        }
        let name: Name = program.names.intern("go.shape");
        let package = program.types_mut().add_package(name, name);
        self.package = Some(package);
        package
    }
}

/// The name of the shape that is written like this: itself, or a sum of it where it is too long for a name.
fn name_of(text: String) -> String {
    if text.len() <= LONGEST_NAME {
        return text;
    }
    let mut sum = sum(text.as_bytes());
    // The compiler does not want its sums to be taken for those of others.
    sum[0] ^= 0xff;
    hex(&sum)
}

/// Whether the constraint of `param` asks for methods and nothing else.
fn only_methods(program: &mut Program, param: TypeId) -> bool {
    let constraint = program.constraint_interface(param);
    program.type_set(constraint).is_method_set()
}
