//! The functions of a run: those that are declared, instances of generic ones, and the initialisation of each package.

use crate::ast::{DeclKind, FuncDecl, Pragmas};
use crate::check::Program;
use crate::hash::Map;
use crate::types::{ObjectId, ObjectKind, PackageId, TypeId};
use std::rc::Rc;

/// A function that a run knows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FuncId(u32);

impl FuncId {
    /// Its index in lists that have one entry for each.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The function with this index.
    #[cfg(test)]
    pub(crate) fn from_index(index: usize) -> FuncId {
        FuncId(index as u32)
    }
}

/// What tells functions apart.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum FuncKey {
    /// A declared function or method; of a generic one for these shapes, those of the receiver's type first.
    Declared(ObjectId, Rc<[TypeId]>),
    /// The values of a package's variables.
    Init(PackageId),
}

/// The table of functions.
#[derive(Debug, Default)]
pub struct Functions {
    keys: Vec<FuncKey>,
    numbers: Map<FuncKey, FuncId>,
}

impl std::ops::Index<FuncId> for Functions {
    type Output = FuncKey;

    fn index(&self, id: FuncId) -> &FuncKey {
        &self.keys[id.index()]
    }
}

impl Functions {
    /// The function that `key` tells of.
    pub fn intern(&mut self, key: FuncKey) -> FuncId {
        if let Some(id) = self.numbers.get(&key) {
            return *id;
        }
        let id = FuncId(self.keys.len() as u32);
        self.keys.push(key.clone());
        self.numbers.insert(key, id);
        id
    }

    /// A function that is not generic.
    pub fn plain(&mut self, object: ObjectId) -> FuncId {
        self.intern(FuncKey::Declared(object, Rc::from([])))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// What declares `id`.
    pub fn object(&self, id: FuncId) -> Option<ObjectId> {
        match self[id] {
            FuncKey::Declared(object, _) => Some(object),
            FuncKey::Init(_) => None,
        }
    }

    /// The shapes that `id` is an instance for.
    pub fn shapes(&self, id: FuncId) -> &[TypeId] {
        match &self[id] {
            FuncKey::Declared(_, shapes) => shapes,
            FuncKey::Init(_) => &[],
        }
    }

    /// Whether `id` is an instance of a generic function: each package that uses it has one of its own.
    pub fn is_instance(&self, id: FuncId) -> bool {
        !self.shapes(id).is_empty()
    }

    /// The package whose text `id` is of.
    pub fn package(&self, program: &Program, id: FuncId) -> PackageId {
        match self[id] {
            FuncKey::Declared(object, _) => program.types()[object].package,
            FuncKey::Init(package) => package,
        }
    }

    /// Whether `id` is a method.
    pub fn is_method(&self, program: &Program, id: FuncId) -> bool {
        self.object(id).is_some_and(|object| {
            matches!(&program.types()[object].kind, ObjectKind::Func(func) if func.receiver.is_some())
        })
    }

    /// The directives before the declaration of `id`, and whether it has a body.
    pub fn directives(&self, program: &Program, id: FuncId) -> (Pragmas, bool) {
        let Some(object) = self.object(id) else { return (Pragmas::default(), true) };
        with_declaration(program, object, |decl| (decl.pragmas.clone(), decl.body.is_some()))
            .unwrap_or((Pragmas::default(), false))
    }
}

/// Does something with the declaration of the function `object`.
pub fn with_declaration<R>(
    program: &Program,
    object: ObjectId,
    work: impl FnOnce(&FuncDecl) -> R,
) -> Option<R> {
    let (package, node) = program.declaration_node(object)?;
    let ast = program.ast(package);
    match &ast[node].kind {
        DeclKind::Func(decl) => Some(work(decl)),
        _ => None,
    }
}
