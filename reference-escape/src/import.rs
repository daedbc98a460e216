//! Packages from folders, or from summaries, to trees: what the checker asks for when it meets an import.

use crate::ast::{Ast, DeclId, DeclKind};
use crate::check::{Importer, Parsed};
use crate::fault::{FaultKind, Faults};
use crate::known::Known;
use crate::names::{Name, Names};
use crate::package::{Found, Home, Loader, Package};
use crate::parse::parse;
use crate::source::{Pos, Sources};
use crate::summary::PackageSummary;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

/// Whoever may have the summary of a package that was found.
pub trait Summaries {
    /// The summary of the package at `found`, if there is one.
    ///
    /// # Errors
    /// What a person is told: there is one, and it cannot be used.
    fn summary(&mut self, loader: &Loader, found: &Found)
    -> Result<Option<PackageSummary>, String>;
}

/// Imported packages of a [`Loader`].
pub struct Imports {
    loader: Loader,
    /// The files of all packages that have been loaded: whoever prints a position shares them.
    sources: Rc<RefCell<Sources>>,
    /// Where the packages are that somebody has asked for, by their paths.
    found: HashMap<String, Found>,
    /// What the packages are part of that have been parsed.
    homes: HashMap<String, Home>,
    /// Who is asked before a package is read.
    summaries: Option<Box<dyn Summaries>>,
    /// What summaries say of functions.
    known: Rc<RefCell<Known>>,
}

impl Imports {
    /// Packages that `loader` finds; their files are added to `sources`.
    pub fn new(loader: Loader, sources: Rc<RefCell<Sources>>) -> Imports {
        let (found, homes, known) = (HashMap::new(), HashMap::new(), Rc::default());
        Imports { loader, sources, found, homes, summaries: None, known }
    }

    /// The same, but `summaries` are asked before a package is read. What they say of functions is noted in `known`.
    #[must_use]
    pub fn with(self, summaries: Box<dyn Summaries>, known: Rc<RefCell<Known>>) -> Imports {
        Imports { summaries: Some(summaries), known, ..self }
    }

    /// Parses all files of a package. Its faults are those of all its files.
    pub fn parse(&mut self, names: &mut Names, package: &Package) -> (Parsed, Faults) {
        self.homes.insert(package.path.clone(), package.home);
        let files = package.files.iter().map(|file| (shown(&file.path), file.text.as_slice()));
        self.parse_files(names, files, package.minor)
    }

    fn parse_files<'t>(
        &mut self,
        names: &mut Names,
        files: impl Iterator<Item = (String, &'t [u8])>,
        version: u32,
    ) -> (Parsed, Faults) {
        let mut ast = Ast::default();
        let mut faults = Faults::default();
        let mut sources = self.sources.borrow_mut();
        for (shown, text) in files {
            match sources.add(&shown, text.len()) {
                Ok(id) => faults.absorb(parse(text, id, &mut sources, names, &mut ast)),
                Err(error) => faults.push(Pos::NONE, FaultKind::Limit, error.to_string()),
            }
        }
        let name = ast.files.first().map_or(Name::EMPTY, |file| file.package.name);
        (Parsed { name, ast, version }, faults)
    }

    /// Parses a stub, and notes what is known of its functions.
    fn parse_stub(
        &mut self,
        names: &mut Names,
        found: &Found,
        summary: PackageSummary,
    ) -> Result<(Parsed, Faults), String> {
        self.homes.insert(found.path.clone(), found.home);
        let files = summary.files.iter();
        let files = files.map(|(name, text)| (shown(&found.folder.join(name)), text.as_slice()));
        let (parsed, faults) = self.parse_files(names, files, summary.minor);
        let functions = functions(&parsed.ast);
        if functions.len() != summary.tags.len() {
            return Err(format!("the summary of {} tells of other functions", found.path));
        }
        let tags = functions.into_iter().zip(summary.tags);
        let tags = tags.filter_map(|(decl, params)| Some((decl, params?)));
        self.known.borrow_mut().add(names.intern(&found.path), tags);
        Ok((parsed, faults))
    }
}

/// The functions of a tree, in the order of the text.
fn functions(ast: &Ast) -> Vec<DeclId> {
    let decls = ast.files.iter().flat_map(|file| file.decls.iter().copied());
    decls.filter(|decl| matches!(ast[*decl].kind, DeclKind::Func(_))).collect()
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
        let summary = match &mut self.summaries {
            Some(summaries) => summaries.summary(&self.loader, &found)?,
            None => None,
        };
        let (parsed, faults) = if let Some(summary) = summary {
            self.parse_stub(names, &found, summary)?
        } else {
            let package = self.loader.load(&found).map_err(|error| error.to_string())?;
            self.parse(names, &package)
        };
        match faults.list().first() {
            Some(first) => Err(first.told(&self.sources.borrow())),
            None => Ok(parsed),
        }
    }
}

impl std::fmt::Debug for Imports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Imports").field("loader", &self.loader).finish_non_exhaustive()
    }
}
