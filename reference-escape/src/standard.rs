//! Summaries of packages: how they are made from source, and the one of the standard library that is always at hand.

use crate::analyze::Analysis;
use crate::ast::DeclId;
use crate::check::Program;
use crate::hash::Map;
use crate::import::{Imports, Summaries};
use crate::names::Names;
use crate::package::{Found, Goroot, Home, Loader, Options, Package, PackageErrorKind, Platform};
use crate::source::Sources;
use crate::stub::{Stub, Text, stub};
use crate::summary::{Archive, Corrupt, Edition, PackageSummary, STANDARD};
use crate::types::{ObjectId, PackageId, Sizes};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The bytes of an archive of the standard library in `goroot`: of all packages that anybody may import, and of those that
/// their stubs import.
///
/// # Errors
/// What a person is told: a package cannot be loaded, or does not compile.
pub fn summarise(goroot: Goroot, platform: &Platform) -> Result<Vec<u8>, String> {
    let release = goroot.release.clone();
    let src = goroot.src();
    let options = Options { goroot: Some(goroot.folder), mod_cache: None, platform: platform.clone(), fallback: None };
    let loader = Loader::new(&src, &options).map_err(|error| error.to_string())?;
    let sizes = Sizes::of(&platform.goarch).ok_or_else(|| format!("{}: no machine that is known", platform.goarch))?;
    let mut maker = Maker::new(loader, sizes);
    let mut waiting: Vec<Found> = maker.loader.matching("std").map_err(|error| error.to_string())?;
    waiting.retain(|found| is_public(&found.path));
    let mut met: BTreeSet<String> = waiting.iter().map(|found| found.path.clone()).collect();
    let mut packages = BTreeMap::new();
    while let Some(found) = waiting.pop() {
        let Some((summary, imports)) = maker.summary(&found)? else { continue };
        for import in imports.iter().filter(|import| *import != "unsafe") {
            let next = maker.loader.find(Home::Std, import).map_err(|error| error.to_string())?;
            if met.insert(next.path.clone()) {
                waiting.push(next);
            }
        }
        packages.insert(found.path, summary);
    }
    let Platform { goos, goarch, experiments, .. } = platform.clone();
    Ok(Archive::encode(&Edition { release, goos, goarch, experiments }, &packages))
}

/// Whether packages outside of the standard library may import `path`. `builtin` and `unsafe` are only documentation.
fn is_public(path: &str) -> bool {
    let mut steps = path.split('/');
    !matches!(path, "builtin" | "unsafe") && steps.clone().next() != Some("cmd") && !steps.any(|step| step == "internal")
}

/// Makes summaries from source.
struct Maker {
    loader: Loader,
    sources: Rc<RefCell<Sources>>,
    program: Program,
    analysis: Analysis,
}

impl Maker {
    fn new(loader: Loader, sizes: Sizes) -> Maker {
        let sources = Rc::new(RefCell::new(Sources::default()));
        let importer = Imports::new(loader.clone(), Rc::clone(&sources));
        let program = Program::new(Names::default(), sizes, Box::new(importer));
        Maker { loader, sources, program, analysis: Analysis::default() }
    }

    /// The summary of a package and the imports of its stub; none if there is nothing for this platform.
    fn summary(&mut self, found: &Found) -> Result<Option<(PackageSummary, Vec<String>)>, String> {
        let package = match self.loader.load(found) {
            Ok(package) => package,
            Err(error) if error.kind == PackageErrorKind::NoGoFiles => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let id = self.program.import(&found.path)?;
        let made = stub_of(&self.program, id, &package, &self.sources.borrow())?;
        let objects = objects_of(&self.program, id, &made.functions);
        let tags = self.analysis.tags(&mut self.program, &objects);
        if !self.program.faults().is_empty() {
            let sources = self.sources.borrow();
            let faults = self.program.faults().list().iter().take(10);
            let told: Vec<String> = faults.map(|fault| fault.told(&sources)).collect();
            return Err(told.join("\n"));
        }
        let tags = tags.into_iter().map(|tags| tags.map(|tags| tags.params.clone())).collect();
        Ok(Some((PackageSummary { minor: package.minor, files: made.files, tags }, made.imports)))
    }
}

/// The stub of a package that was read from source.
pub(crate) fn stub_of(
    program: &Program,
    id: PackageId,
    package: &Package,
    sources: &Sources,
) -> Result<Stub, String> {
    let texts = package.files.iter().map(|file| Text { name: &file.name, text: &file.text });
    let texts: Vec<Text<'_>> = texts.collect();
    stub(&texts, &program.ast(id), &program.names, sources).map_err(|error| format!("{}: {error}", package.path))
}

/// The objects that `decls` of a package declare.
pub(crate) fn objects_of(program: &Program, id: PackageId, decls: &[DeclId]) -> Vec<ObjectId> {
    let mut declared: Map<DeclId, ObjectId> = Map::default();
    for object in program.members(id) {
        if let Some((_, decl)) = program.declaration_node(*object) {
            declared.insert(decl, *object);
        }
    }
    decls.iter().filter_map(|decl| declared.get(decl).copied()).collect()
}

/// The summary of the standard library that is part of this program, for runs that find no Go installation.
#[derive(Debug)]
pub struct Embedded {
    archive: Archive<'static>,
}

impl Embedded {
    /// What is part of this program, if it fits `platform`.
    pub fn for_platform(platform: &Platform) -> Result<Option<Embedded>, Corrupt> {
        let archive = Archive::decode(STANDARD)?;
        let Edition { goos, goarch, experiments, .. } = &archive.edition;
        let fits = *goos == platform.goos && *goarch == platform.goarch && *experiments == platform.experiments;
        Ok(fits.then_some(Embedded { archive }))
    }

    /// The installation that it stands for.
    pub fn goroot(&self) -> Goroot {
        Goroot::listed(&self.archive.edition.release, self.archive.paths().map(str::to_owned).collect())
    }
}

impl Summaries for Embedded {
    fn summary(&mut self, loader: &Loader, found: &Found) -> Result<Option<PackageSummary>, String> {
        if found.home != Home::Std || !loader.goroot.is_listed() {
            return Ok(None);
        }
        self.archive.package(&found.path).map_err(|error| format!("{}: {error}", found.path))
    }
}
