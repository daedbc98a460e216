//! The arena: where types, objects and packages are kept, and made.

use super::layout::Special;
use super::universe::Universe;
use super::{
    Basic, Layout, Named, NamedId, Object, ObjectId, ObjectKind, Package, PackageId, Param,
    ParamId, Signature, Sizes, Type, TypeId, TypeSet,
};
use crate::hash::Map;
use crate::names::{Name, Names};
use crate::source::Pos;
use std::rc::Rc;

/// All types, objects and packages of a run.
#[derive(Debug)]
pub struct Types {
    kinds: Vec<Type>,
    numbers: Map<Type, TypeId>,
    notes: Vec<Note>,
    pub(super) named: Vec<Named>,
    params: Vec<Param>,
    instances: Map<(TypeId, Rc<[TypeId]>), TypeId>,
    objects: Vec<Object>,
    packages: Vec<Package>,
    pub(super) universe: Universe,
    pub(super) type_sets: Map<TypeId, Rc<TypeSet>>,
    pub(super) layouts: Map<TypeId, Layout>,
    pub(super) pointer_bytes: Map<TypeId, u64>,
    /// How many layouts are being found, each for the one before it.
    pub(super) layout_depth: u16,
    /// Signatures of methods as instances have them.
    pub(super) signatures: Map<(ObjectId, TypeId), TypeId>,
    sizes: Sizes,
    marked: Marked,
}

/// Names that mean something to the compiler. Sizes depend on a few types of the runtime.
#[derive(Clone, Copy, Debug)]
struct Marked {
    /// `align64`, and the packages that declare it.
    align64: (Name, [Name; 2]),
    /// `nih`, and the package that declares it.
    nih: (Name, Name),
    /// `runtime`, whose types embed it.
    runtime: Name,
}

/// What is known of a type from the beginning.
#[derive(Clone, Copy, Debug)]
struct Note {
    /// Whether a type parameter is in it.
    parameterized: bool,
    /// How deep it nests.
    depth: u16,
}

/// How deep types nest. Deeper ones are invalid, so that no walk of a type needs a guard of its own.
pub(super) const MAX_DEPTH: u16 = 500;

impl std::ops::Index<TypeId> for Types {
    type Output = Type;

    fn index(&self, id: TypeId) -> &Type {
        &self.kinds[id.index()]
    }
}

impl std::ops::Index<ObjectId> for Types {
    type Output = Object;

    fn index(&self, id: ObjectId) -> &Object {
        &self.objects[id.index()]
    }
}

impl std::ops::IndexMut<ObjectId> for Types {
    fn index_mut(&mut self, id: ObjectId) -> &mut Object {
        &mut self.objects[id.index()]
    }
}

impl std::ops::Index<PackageId> for Types {
    type Output = Package;

    fn index(&self, id: PackageId) -> &Package {
        &self.packages[id.index()]
    }
}

impl Types {
    /// An arena with the predeclared types and objects, for machines of `sizes`.
    pub fn new(names: &mut Names, sizes: Sizes) -> Types {
        let mut types = Types {
            kinds: Vec::new(),
            numbers: Map::default(),
            notes: Vec::new(),
            named: Vec::new(),
            params: Vec::new(),
            instances: Map::default(),
            objects: Vec::new(),
            packages: Vec::new(),
            universe: Universe::default(),
            type_sets: Map::default(),
            layouts: Map::default(),
            pointer_bytes: Map::default(),
            layout_depth: 0,
            signatures: Map::default(),
            sizes,
            marked: Marked {
                align64: (
                    names.intern("align64"),
                    [names.intern("sync/atomic"), names.intern("internal/runtime/atomic")],
                ),
                nih: (names.intern("nih"), names.intern("internal/runtime/sys")),
                runtime: names.intern("runtime"),
            },
        };
        types.declare_universe(names);
        types
    }

    /// How many types there are.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Never: the predeclared types are always there.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The machine that sizes are for.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// The predeclared names.
    pub fn universe(&self) -> &Universe {
        &self.universe
    }

    /// The type that is `ty`. A type that nests too deep is [`TypeId::INVALID`].
    pub fn intern(&mut self, ty: Type) -> TypeId {
        if let Some(id) = self.numbers.get(&ty) {
            return *id;
        }
        let note = self.note(&ty);
        if note.depth > MAX_DEPTH {
            return TypeId::INVALID;
        }
        let id = self.push(ty.clone(), note);
        self.numbers.insert(ty, id);
        id
    }

    fn push(&mut self, ty: Type, note: Note) -> TypeId {
        let id = TypeId(u32::try_from(self.kinds.len()).expect("fewer than 2^32 types"));
        self.kinds.push(ty);
        self.notes.push(note);
        id
    }

    fn note(&self, ty: &Type) -> Note {
        let mut note = Note { parameterized: false, depth: 0 };
        self.each_part(ty, &mut |part| {
            let inner = self.notes[part.index()];
            note.parameterized |= inner.parameterized;
            note.depth = note.depth.max(inner.depth + 1);
        });
        note
    }

    /// Calls `visit` with each type that `ty` is made of; of a named type these are its arguments.
    pub fn each_part(&self, ty: &Type, visit: &mut dyn FnMut(TypeId)) {
        match ty {
            Type::Basic(_) | Type::Param(_) => {}
            Type::Pointer(elem)
            | Type::Slice(elem)
            | Type::Array { elem, .. }
            | Type::Chan { elem, .. } => visit(*elem),
            Type::Map { key, value } => {
                visit(*key);
                visit(*value);
            }
            Type::Struct(fields) => fields.iter().for_each(|field| visit(field.ty)),
            Type::Signature(sig) => sig.params.iter().chain(&sig.results).copied().for_each(visit),
            Type::Interface(interface) => {
                interface.methods.iter().for_each(|method| visit(method.ty));
                interface.embedded.iter().copied().for_each(visit);
            }
            Type::Tuple(all) => all.iter().copied().for_each(visit),
            Type::Union(terms) => terms.iter().for_each(|term| visit(term.ty)),
            Type::Named(id) => self.named[id.0 as usize].targs.iter().copied().for_each(visit),
        }
    }

    /// Whether some type parameter is in `ty`. One that a local type got from the function around it is not
    /// seen.
    pub fn is_parameterized(&self, ty: TypeId) -> bool {
        self.notes[ty.index()].parameterized
    }

    /// `*elem`
    pub fn pointer(&mut self, elem: TypeId) -> TypeId {
        self.intern(Type::Pointer(elem))
    }

    /// `[]elem`
    pub fn slice(&mut self, elem: TypeId) -> TypeId {
        self.intern(Type::Slice(elem))
    }

    /// Several values.
    pub fn tuple(&mut self, all: &[TypeId]) -> TypeId {
        self.intern(Type::Tuple(all.into()))
    }

    /// `func(params) results`
    pub fn signature(&mut self, params: &[TypeId], results: &[TypeId], variadic: bool) -> TypeId {
        let (params, results) = (params.into(), results.into());
        self.intern(Type::Signature(Rc::new(Signature {
            tparams: Box::default(),
            params,
            results,
            variadic,
        })))
    }

    /// A new type parameter, its constraint yet to be set.
    pub fn new_param(&mut self, object: ObjectId, index: u32) -> TypeId {
        let id = ParamId(self.params.len() as u32);
        self.params.push(Param { object, index, constraint: TypeId::ANY });
        self.push(Type::Param(id), Note { parameterized: true, depth: 0 })
    }

    /// What is known of `ty`, if it is a type parameter.
    pub fn as_param(&self, ty: TypeId) -> Option<&Param> {
        match self[ty] {
            Type::Param(id) => Some(&self.params[id.0 as usize]),
            _ => None,
        }
    }

    /// Whether `ty` is a type parameter.
    pub fn is_param(&self, ty: TypeId) -> bool {
        matches!(self[ty], Type::Param(_))
    }

    /// Sets the constraint of a type parameter.
    pub fn set_constraint(&mut self, param: TypeId, constraint: TypeId) {
        if let Type::Param(id) = self[param] {
            self.params[id.0 as usize].constraint = constraint;
        }
    }

    /// A new declared type, its right side yet to be looked at.
    pub fn new_named(&mut self, object: ObjectId) -> TypeId {
        let id = NamedId(self.named.len() as u32);
        let origin = TypeId(self.kinds.len() as u32);
        let (targs, tparams) = (Rc::from([]), Rc::from([]));
        let (underlying, methods) = (None, Vec::new());
        self.named.push(Named { object, origin, targs, tparams, underlying, methods, local: 0 });
        self.push(Type::Named(id), Note { parameterized: false, depth: 0 })
    }

    /// Says what underlies a named type.
    pub fn set_underlying(&mut self, named: TypeId, underlying: TypeId) {
        if let Some(named) = self.as_named_mut(named) {
            named.underlying = Some(underlying);
        }
    }

    /// What is known of `ty`, if it is a named type.
    pub fn as_named(&self, ty: TypeId) -> Option<&Named> {
        match self[ty] {
            Type::Named(id) => Some(&self.named[id.0 as usize]),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn as_named_mut(&mut self, ty: TypeId) -> Option<&mut Named> {
        match self[ty] {
            Type::Named(id) => Some(&mut self.named[id.0 as usize]),
            _ => None,
        }
    }

    /// The instance of the generic type `origin` for `targs`; what underlies it is found when asked for.
    pub fn instance(&mut self, origin: TypeId, targs: &[TypeId]) -> TypeId {
        let key = (origin, Rc::from(targs));
        if let Some(id) = self.instances.get(&key) {
            return *id;
        }
        let Some(generic) = self.as_named(origin) else { return TypeId::INVALID };
        let (object, local) = (generic.object, generic.local);
        let note = self.note(&Type::Tuple(Rc::clone(&key.1)));
        if note.depth > MAX_DEPTH {
            return TypeId::INVALID;
        }
        let named = NamedId(self.named.len() as u32);
        let (targs, tparams) = (Rc::clone(&key.1), Rc::from([]));
        let (underlying, methods) = (None, Vec::new());
        self.named.push(Named { object, origin, targs, tparams, underlying, methods, local });
        let id = self.push(Type::Named(named), note);
        self.instances.insert(key, id);
        id
    }

    /// `ty`, or what it points to, and whether it is a pointer (not merely one by its underlying type).
    pub fn deref(&self, ty: TypeId) -> (TypeId, bool) {
        match self[ty] {
            Type::Pointer(elem) => (elem, true),
            _ => (ty, false),
        }
    }

    /// The signature that `ty` is, if it is one.
    pub fn as_signature(&self, ty: TypeId) -> Option<&Rc<Signature>> {
        match &self[ty] {
            Type::Signature(sig) => Some(sig),
            _ => None,
        }
    }

    /// The basic type that `ty` is, not merely by its underlying type.
    pub fn as_basic(&self, ty: TypeId) -> Option<Basic> {
        match self[ty] {
            Type::Basic(basic) => Some(basic),
            _ => None,
        }
    }

    /// Whether `ty` is the type of untyped constants, comparisons or `nil`.
    pub fn is_untyped(&self, ty: TypeId) -> bool {
        self.as_basic(ty).is_some_and(Basic::is_untyped)
    }

    /// A new object.
    pub fn add_object(&mut self, object: Object) -> ObjectId {
        let id = ObjectId::new(self.objects.len());
        self.objects.push(object);
        id
    }

    /// A new object of `kind` whose type is yet to be found.
    pub fn declare_object(
        &mut self,
        name: Name,
        package: PackageId,
        pos: Pos,
        kind: ObjectKind,
    ) -> ObjectId {
        self.add_object(Object { name, package, pos, ty: TypeId::INVALID, kind })
    }

    /// A new package.
    pub fn add_package(&mut self, path: Name, name: Name) -> PackageId {
        let id = PackageId::new(self.packages.len());
        self.packages.push(Package { path, name });
        id
    }

    /// Sets the name that a package's clauses give it, once they have been read.
    pub fn name_package(&mut self, package: PackageId, name: Name) {
        self.packages[package.index()].name = name;
    }

    /// What the name of a struct means to the compiler, if anything.
    pub(super) fn special_struct(&self, ty: TypeId) -> Option<Special> {
        let object = &self[self.as_named(ty)?.object];
        let path = self[object.package].path;
        let Marked { align64, nih, .. } = self.marked;
        if object.name == align64.0 && align64.1.contains(&path) {
            return Some(Special::Align64);
        }
        (object.name == nih.0 && path == nih.1).then_some(Special::NotInHeap)
    }

    /// Whether types of `package` may be kept out of the heap: those of the runtime's packages may.
    pub(super) fn may_be_not_in_heap(&self, package: PackageId) -> bool {
        let path = self[package].path;
        path == self.marked.runtime || path == self.marked.nih.1
    }
}
