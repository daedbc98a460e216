//! Packages from folders to trees, for the checker.

use crate::ast::Ast;
use crate::check::{Importer, Parsed};
use crate::hash::Map;
use crate::names::{Name, Names};
use crate::package::{Found, Home, Loader, Package};
use crate::parse::parse;
use crate::source::Sources;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

/// Finds imports as the go command does, and parses them.
#[derive(Debug)]
pub struct SourceImporter {
    loader: Loader,
    sources: Rc<RefCell<Sources>>,
    homes: Map<String, Home>,
    found: Map<String, Found>,
}

impl SourceImporter {
    /// An importer whose files are noted in `sources`.
    pub fn new(loader: Loader, sources: Rc<RefCell<Sources>>) -> SourceImporter {
        SourceImporter { loader, sources, homes: Map::default(), found: Map::default() }
    }

    /// Parses a package that a person named. `shown` tells how its files are called in messages.
    ///
    /// # Errors
    /// The mistakes of its text, one a line.
    pub fn parse(
        &mut self,
        names: &mut Names,
        package: &Package,
        shown: &dyn Fn(&Path) -> String,
    ) -> Result<Parsed, String> {
        self.homes.insert(package.path.clone(), package.home);
        let mut ast = Ast::default();
        let mut sources = self.sources.borrow_mut();
        let mut told = Vec::new();
        for file in &package.files {
            let shown = shown(&file.path);
            let id = sources.add(&shown, file.text.len()).map_err(|error| error.to_string())?;
            let faults = parse(&file.text, id, &mut sources, names, &mut ast);
            told.extend(faults.list().iter().map(|fault| fault.told(&sources)));
        }
        if !told.is_empty() {
            return Err(told.join("\n"));
        }
        let name = ast.files.first().map_or(Name::EMPTY, |file| file.package.name);
        Ok(Parsed { name, ast, version: package.minor })
    }
}

impl Importer for SourceImporter {
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
            None => self.loader.find(Home::Nowhere, path).map_err(|error| error.to_string())?,
        };
        let package = self.loader.load(&found).map_err(|error| error.to_string())?;
        self.parse(names, &package, &|path| path.display().to_string())
    }
}
