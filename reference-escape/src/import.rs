//! Packages from folders to trees: what the checker asks for when it meets an import.

use crate::ast::Ast;
use crate::check::{Importer, Parsed};
use crate::fault::{FaultKind, Faults};
use crate::names::{Name, Names};
use crate::package::{Found, Home, Loader, Package};
use crate::parse::parse;
use crate::source::{Pos, Sources};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

/// Imported packages of a [`Loader`].
#[derive(Debug)]
pub struct Imports {
    loader: Loader,
    /// The files of all packages that have been loaded: whoever prints a position shares them.
    sources: Rc<RefCell<Sources>>,
    /// Where the packages are that somebody has asked for, by their paths.
    found: HashMap<String, Found>,
    /// What the packages are part of that have been parsed.
    homes: HashMap<String, Home>,
}

impl Imports {
    /// Packages that `loader` finds; their files are added to `sources`.
    pub fn new(loader: Loader, sources: Rc<RefCell<Sources>>) -> Imports {
        Imports { loader, sources, found: HashMap::new(), homes: HashMap::new() }
    }

    /// Parses all files of a package. Its faults are those of all its files.
    pub fn parse(&mut self, names: &mut Names, package: &Package) -> (Parsed, Faults) {
        self.homes.insert(package.path.clone(), package.home);
        let mut ast = Ast::default();
        let mut faults = Faults::default();
        let mut sources = self.sources.borrow_mut();
        for file in &package.files {
            match sources.add(&shown(&file.path), file.text.len()) {
                Ok(id) => faults.absorb(parse(&file.text, id, &mut sources, names, &mut ast)),
                Err(error) => faults.push(Pos::NONE, FaultKind::Limit, error.to_string()),
            }
        }
        let name = ast.files.first().map_or(Name::EMPTY, |file| file.package.name);
        (Parsed { name, ast, version: package.minor }, faults)
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

impl Importer for Imports {
    fn resolve(&mut self, from: &str, path: &str) -> Result<String, String> {
        let home = self.homes.get(from).copied().unwrap_or(Home::Nowhere);
        let found = self.loader.find(home, path).map_err(|error| error.to_string())?;
        let full = found.path.clone();
        self.found.insert(full.clone(), found);
        Ok(full)
    }

    fn load(&mut self, names: &mut Names, path: &str) -> Result<Parsed, String> {
        let found = match self.found.get(path) {
            Some(found) => found.clone(),
            None => self.loader.find(Home::Std, path).map_err(|error| error.to_string())?,
        };
        let package = self.loader.load(&found).map_err(|error| error.to_string())?;
        let (parsed, faults) = self.parse(names, &package);
        match faults.list().first() {
            Some(first) => Err(first.told(&self.sources.borrow())),
            None => Ok(parsed),
        }
    }
}
