//! Which object a name denotes.
//!
//! Names of functions' insides come first, then those of the package, of the file's imports, and at last the
//! predeclared ones. An import without a name of its own has the one that the imported package gives itself;
//! but to read that means to read the package. So it is read when its path's last element looks like the name
//! that is sought, and else only when nothing else has that name.

use super::Program;
use crate::hash::Map;
use crate::names::Name;
use crate::source::Pos;
use crate::types::{Object, ObjectId, ObjectKind, PackageId, Symbol, TypeId};

/// Names that are bound in functions, the latest binding of each at hand.
#[derive(Debug, Default)]
pub(super) struct Locals {
    latest: Map<Name, u32>,
    stack: Vec<Local>,
    blocks: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Local {
    name: Name,
    object: ObjectId,
    /// One more than the place of the binding that this one hides; 0 if it hides none.
    hidden: u32,
}

impl Locals {
    /// Begins a block.
    pub(super) fn open(&mut self) {
        self.blocks.push(self.stack.len() as u32);
    }

    /// Ends the latest block.
    pub(super) fn close(&mut self) {
        let start = self.blocks.pop().unwrap_or(0) as usize;
        while self.stack.len() > start {
            let Some(local) = self.stack.pop() else { return };
            if local.hidden == 0 {
                self.latest.remove(&local.name);
            } else {
                self.latest.insert(local.name, local.hidden - 1);
            }
        }
    }

    /// Binds a name in the latest block. The blank one is never bound.
    pub(super) fn bind(&mut self, name: Name, object: ObjectId) {
        if name.is_blank() {
            return;
        }
        let at = self.stack.len() as u32;
        let hidden = self.latest.insert(name, at).map_or(0, |hidden| hidden + 1);
        self.stack.push(Local { name, object, hidden });
    }

    /// What a name is bound to.
    pub(super) fn find(&self, name: Name) -> Option<ObjectId> {
        let at = self.latest.get(&name)?;
        Some(self.stack[*at as usize].object)
    }

    /// What a name is bound to in the latest block itself.
    pub(super) fn find_here(&self, name: Name) -> Option<ObjectId> {
        let at = *self.latest.get(&name)?;
        let start = self.blocks.last().copied().unwrap_or(0);
        (at >= start).then(|| self.stack[at as usize].object)
    }
}

/// What a file imports.
#[derive(Debug, Default)]
pub(super) struct FileScope {
    pub imports: Vec<Import>,
    /// Where packages are imported for their effects alone, and their paths.
    pub blank: Vec<(Pos, Name)>,
    /// The language version that the file asks for.
    pub version: Option<u32>,
}

/// An import of a file.
#[derive(Clone, Debug)]
pub(super) struct Import {
    pub pos: Pos,
    /// The path, quotes removed.
    pub path: Name,
    /// The name that it is given; [`Import::guess`] has the path's.
    pub name: Option<Name>,
    /// The path's last element, if it looks like a name.
    pub guess: Option<Name>,
    pub dot: bool,
    /// Once the package has been loaded: its object, or that it cannot be.
    pub object: Option<Result<ObjectId, ()>>,
}

impl Program {
    /// What `name` denotes here.
    pub(super) fn find_name(&mut self, name: Name) -> Option<ObjectId> {
        if let Some(local) = self.env.locals.find(name) {
            return Some(local);
        }
        let unit = self.unit(self.env.package);
        if let Some(object) = unit.scope.get(&name) {
            return Some(*object);
        }
        self.find_import(name)
    }

    fn find_import(&mut self, name: Name) -> Option<ObjectId> {
        let file = self.env.file as usize;
        let predeclared = self.types.universe().find(name);
        let count = self.unit(self.env.package).files[file].imports.len();
        // First those that are called so, or whose path is; then, if it is nothing else, all others.
        for sure in [true, false] {
            for at in 0..count {
                let import = &self.unit(self.env.package).files[file].imports[at];
                if import.dot {
                    if let Some(found) = self.find_dot_import(at, name) {
                        return Some(found);
                    }
                    continue;
                }
                let wanted = match (import.name, &import.object) {
                    (Some(given), _) => given == name,
                    (None, Some(Ok(object))) => self.types[*object].name == name,
                    (None, Some(Err(()))) => false,
                    (None, None) => sure == (import.guess == Some(name)),
                };
                if !wanted {
                    continue;
                }
                if let Some(object) = self.load_import(at)
                    && self.types[object].name == name
                {
                    return Some(object);
                }
            }
            if predeclared.is_some() {
                break;
            }
        }
        predeclared
    }

    fn find_dot_import(&mut self, at: usize, name: Name) -> Option<ObjectId> {
        let object = self.load_import(at)?;
        let ObjectKind::Import(package) = self.types[object].kind else { return None };
        let exported = crate::names::is_exported(self.text(name));
        self.member(package, name).filter(|_| exported)
    }

    /// Loads the package of import number `at` of this file.
    fn load_import(&mut self, at: usize) -> Option<ObjectId> {
        let (here, file) = (self.env.package, self.env.file as usize);
        let import = self.unit(here).files[file].imports[at].clone();
        if let Some(known) = import.object {
            return known.ok();
        }
        let from = self.text(self.types[here].path).to_owned();
        let path = self.text(import.path).to_owned();
        let loaded = if path == "unsafe" {
            Ok(PackageId::UNSAFE)
        } else {
            let full = self.importer.resolve(&from, &path);
            full.and_then(|full| self.import(&full))
        };
        let object = match loaded {
            Ok(package) => {
                let name = import.name.unwrap_or(self.types[package].name);
                let kind = ObjectKind::Import(package);
                let (pos, ty) = (import.pos, TypeId::INVALID);
                Ok(self.types.add_object(Object { name, package: here, pos, ty, kind }))
            }
            Err(why) => {
                self.fault(import.pos, format!("could not import {path} ({why})"));
                Err(())
            }
        };
        if let Some(Some(unit)) = self.units.get_mut(here.index()) {
            unit.files[file].imports[at].object = Some(object);
        }
        object.ok()
    }

    /// The packages that a package imports, as far as they have been loaded, without repetition.
    pub fn loaded_imports(&self, package: PackageId) -> Vec<PackageId> {
        let mut found = Vec::new();
        for import in self.unit(package).files.iter().flat_map(|file| &file.imports) {
            if let Some(Ok(object)) = import.object
                && let ObjectKind::Import(imported) = self.types[object].kind
                && !found.contains(&imported)
            {
                found.push(imported);
            }
        }
        found
    }

    /// Loads all that a package imports.
    pub fn load_imports(&mut self, package: PackageId) {
        let files = self.unit(package).files.len();
        for file in 0..files {
            let count = self.unit(package).files[file].imports.len();
            let aside = (self.env.package, self.env.file);
            (self.env.package, self.env.file) = (package, file as u32);
            for at in 0..count {
                self.load_import(at);
            }
            (self.env.package, self.env.file) = aside;
        }
    }

    /// Whether what no name led to is there at all: imports for their effects, and those that nothing uses.
    pub(super) fn find_imports(&mut self, package: PackageId) {
        let mut unasked: Vec<(Pos, Name)> = Vec::new();
        for file in &self.unit(package).files {
            let unused = file.imports.iter().filter(|import| import.object.is_none());
            unasked.extend(unused.map(|import| (import.pos, import.path)));
            unasked.extend(&file.blank);
        }
        let from = self.text(self.types[package].path).to_owned();
        for (pos, path) in unasked {
            let path = self.text(path).to_owned();
            if path == "unsafe" {
                continue;
            }
            if let Err(why) = self.importer.resolve(&from, &path) {
                self.fault(pos, format!("could not import {path} ({why})"));
            }
        }
    }

    /// What selects `name` in this package.
    pub(super) fn symbol(&self, name: Name) -> Symbol {
        let exported = crate::names::is_exported(self.text(name));
        let package = if exported { PackageId::NONE } else { self.env.package };
        Symbol { name, package }
    }

    /// The language version of a file, by its place in its package's tree: `1.21`'s minor number, 21. Whether
    /// the variables of a loop are new in each round depends on it.
    ///
    /// # Panics
    /// If the package has no such file.
    pub fn language_version(&self, package: PackageId, file: usize) -> u32 {
        let unit = self.unit(package);
        unit.files[file].version.unwrap_or(unit.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Names;
    use crate::types::{Sizes, Types};

    #[test]
    fn an_inner_binding_hides_an_outer_one_until_its_block_ends() {
        let mut names = Names::default();
        let sizes = Sizes::of("amd64").expect("known");
        let mut types = Types::new(&mut names, sizes);
        let (x, y) = (names.intern("x"), names.intern("y"));
        let mut object = || types.declare_object(x, PackageId::NONE, Pos::NONE, ObjectKind::Label);
        let (outer, inner) = (object(), object());
        let mut locals = Locals::default();
        locals.open();
        locals.bind(x, outer);
        locals.open();
        assert_eq!((locals.find(x), locals.find_here(x)), (Some(outer), None));
        locals.bind(x, inner);
        locals.bind(Name::BLANK, inner);
        assert_eq!((locals.find(x), locals.find_here(x)), (Some(inner), Some(inner)));
        assert_eq!((locals.find(y), locals.find(Name::BLANK)), (None, None));
        locals.close();
        assert_eq!(locals.find(x), Some(outer));
        locals.close();
        assert_eq!(locals.find(x), None);
    }
}
