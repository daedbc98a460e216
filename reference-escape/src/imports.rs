//! Packages from folders or summaries to trees, for the checker.

use crate::ast::{Ast, DeclId, DeclKind};
use crate::check::{Importer, Parsed};
use crate::hash::Map;
use crate::known::Known;
use crate::names::{Name, Names};
use crate::package::{Found, Home, Loader, Package};
use crate::parse::parse;
use crate::source::Sources;
use crate::summary::PackageSummary;
use crate::tags::Tags;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

/// Whoever may have the summary of a package that was found.
pub trait Summaries {
    /// The summary of the package at `found`, if there is one.
    ///
    /// # Errors
    /// What a person is told: there is one, and it cannot be used.
    fn summary(&mut self, loader: &Loader, found: &Found) -> Result<Option<PackageSummary>, String>;
}

/// Nobody has any.
#[derive(Clone, Copy, Debug)]
pub struct NoSummaries;

impl Summaries for NoSummaries {
    fn summary(&mut self, _: &Loader, _: &Found) -> Result<Option<PackageSummary>, String> {
        Ok(None)
    }
}

/// Finds imports as the go command does, and parses them or their stubs.
pub struct SourceImporter {
    loader: Loader,
    sources: Rc<RefCell<Sources>>,
    known: Rc<RefCell<Known>>,
    summaries: Box<dyn Summaries>,
    homes: Map<String, Home>,
    found: Map<String, Found>,
}

impl std::fmt::Debug for SourceImporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceImporter").field("loader", &self.loader).finish_non_exhaustive()
    }
}

impl SourceImporter {
    /// An importer whose files are noted in `sources`.
    pub fn new(loader: Loader, sources: Rc<RefCell<Sources>>) -> SourceImporter {
        SourceImporter::with(loader, sources, Rc::default(), Box::new(NoSummaries))
    }

    /// An importer that asks for `summaries` before it reads a package. The tags of functions of stubs are noted in
    /// `known`.
    pub fn with(
        loader: Loader,
        sources: Rc<RefCell<Sources>>,
        known: Rc<RefCell<Known>>,
        summaries: Box<dyn Summaries>,
    ) -> SourceImporter {
        let (homes, found) = (Map::default(), Map::default());
        SourceImporter { loader, sources, known, summaries, homes, found }
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
        let files = package.files.iter().map(|file| (shown(&file.path), file.text.as_slice()));
        let ast = self.parse_files(names, files)?;
        let name = ast.files.first().map_or(Name::EMPTY, |file| file.package.name);
        Ok(Parsed { name, ast, version: package.minor })
    }

    fn parse_files<'t>(
        &mut self,
        names: &mut Names,
        files: impl Iterator<Item = (String, &'t [u8])>,
    ) -> Result<Ast, String> {
        let mut ast = Ast::default();
        let mut sources = self.sources.borrow_mut();
        let mut told = Vec::new();
        for (shown, text) in files {
            let id = sources.add(&shown, text.len()).map_err(|error| error.to_string())?;
            let faults = parse(text, id, &mut sources, names, &mut ast);
            told.extend(faults.list().iter().map(|fault| fault.told(&sources)));
        }
        if told.is_empty() { Ok(ast) } else { Err(told.join("\n")) }
    }

    /// Parses a stub, and notes what is known of its functions.
    fn parse_stub(
        &mut self,
        names: &mut Names,
        found: &Found,
        summary: PackageSummary,
    ) -> Result<Parsed, String> {
        self.homes.insert(found.path.clone(), found.home);
        let shown = |name: &str| found.folder.join(name).display().to_string();
        let files = summary.files.iter().map(|(name, text)| (shown(name), text.as_slice()));
        let ast = self.parse_files(names, files)?;
        let functions = functions(&ast);
        if functions.len() != summary.tags.len() {
            return Err(format!("the summary of {} has tags of other functions", found.path));
        }
        let tags = functions.into_iter().zip(summary.tags);
        let tags = tags.filter_map(|(decl, params)| Some((decl, Rc::new(Tags { params: params? }))));
        self.known.borrow_mut().add(names.intern(&found.path), tags);
        let name = ast.files.first().map_or(Name::EMPTY, |file| file.package.name);
        Ok(Parsed { name, ast, version: summary.minor })
    }
}

/// The functions of a tree, in the order of the text.
pub fn functions(ast: &Ast) -> Vec<DeclId> {
    let decls = ast.files.iter().flat_map(|file| file.decls.iter().copied());
    decls.filter(|decl| matches!(ast[*decl].kind, DeclKind::Func(_))).collect()
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
        if let Some(summary) = self.summaries.summary(&self.loader, &found)? {
            return self.parse_stub(names, &found, summary);
        }
        let package = self.loader.load(&found).map_err(|error| error.to_string())?;
        self.parse(names, &package, &|path| path.display().to_string())
    }
}
