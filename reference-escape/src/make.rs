//! Makes summaries of packages from their source.

use crate::analyze::Analysis;
use crate::ast::DeclId;
use crate::check::Program;
use crate::hash::Map;
use crate::import::Imports;
use crate::names::Names;
use crate::package::{Found, Goroot, Home, Loader, Options, Package, PackageErrorKind, Platform};
use crate::source::Sources;
use crate::stub::{Stub, Text, stub};
use crate::summary::{Archive, Edition, PackageSummary};
use crate::types::{ObjectId, PackageId, Sizes};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Makes the summaries of packages of a run.
pub(crate) struct Maker<'r> {
    pub program: &'r mut Program,
    pub analysis: &'r mut Analysis,
    pub sources: &'r RefCell<Sources>,
}

impl Maker<'_> {
    /// The summary of a package, and what its stub imports. It is imported, if it has not been.
    pub(crate) fn summary(
        &mut self,
        package: &Package,
    ) -> Result<(PackageSummary, Vec<String>), String> {
        let faults = self.program.faults().list().len();
        let id = self.program.import(&package.path)?;
        let Stub { files, functions, imports } = self.stub(id, package)?;
        let objects = self.objects(id, &functions);
        let tags = self.analysis.tags(self.program, &objects);
        if let Some(fault) = self.program.faults().list().get(faults) {
            return Err(fault.told(&self.sources.borrow()));
        }
        let tags = tags.into_iter().map(|tags| tags.map(|tags| tags.params.clone())).collect();
        Ok((PackageSummary { minor: package.minor, files, tags }, imports))
    }

    fn stub(&self, id: PackageId, package: &Package) -> Result<Stub, String> {
        let texts = package.files.iter().map(|file| Text { name: &file.name, text: &file.text });
        let texts: Vec<Text<'_>> = texts.collect();
        let ast = self.program.ast(id);
        stub(&texts, &ast, &self.program.names, &self.sources.borrow())
            .map_err(|error| format!("{}: {error}", package.path))
    }

    /// The objects that `decls` of a package declare.
    fn objects(&self, id: PackageId, decls: &[DeclId]) -> Vec<ObjectId> {
        let mut declared: Map<DeclId, ObjectId> = Map::default();
        for object in self.program.members(id) {
            if let Some((_, decl)) = self.program.declaration_node(*object) {
                declared.insert(decl, *object);
            }
        }
        decls.iter().filter_map(|decl| declared.get(decl).copied()).collect()
    }
}

/// The bytes of an archive of the standard library in `goroot`: of all packages that anybody may import, and of those that
/// their stubs import.
///
/// # Errors
/// What a person is told: a package cannot be loaded, or does not compile.
pub fn summarise(goroot: Goroot, platform: &Platform) -> Result<Vec<u8>, String> {
    let (src, release) = (goroot.src(), goroot.release);
    let Platform { goos, goarch, experiments, .. } = platform.clone();
    let sizes = Sizes::of(&goarch).ok_or_else(|| format!("{goarch}: no machine that is known"))?;
    let options =
        Options { goroot: Some(goroot.folder), platform: platform.clone(), ..Options::default() };
    let loader = Loader::new(&src, &options).map_err(|error| error.to_string())?;
    let sources = Rc::new(RefCell::new(Sources::default()));
    let imports = Imports::new(loader.clone(), Rc::clone(&sources));
    let mut program = Program::new(Names::default(), sizes, Box::new(imports));
    let mut analysis = Analysis::default();
    let maker = Maker { program: &mut program, analysis: &mut analysis, sources: &sources };
    let packages = closure(&loader, maker)?;
    Ok(Archive::encode(&Edition { release, goos, goarch, experiments }, &packages))
}

/// The summaries of all public packages, and of those that are needed to read them.
fn closure(
    loader: &Loader,
    mut maker: Maker<'_>,
) -> Result<BTreeMap<String, PackageSummary>, String> {
    let mut waiting: Vec<Found> = loader.matching("std").map_err(|error| error.to_string())?;
    waiting.retain(|found| is_public(&found.path));
    let mut met: BTreeSet<String> = waiting.iter().map(|found| found.path.clone()).collect();
    let mut packages = BTreeMap::new();
    while let Some(found) = waiting.pop() {
        let package = match loader.load(&found) {
            Ok(package) => package,
            Err(error) if error.kind == PackageErrorKind::NoGoFiles => continue,
            Err(error) => return Err(error.to_string()),
        };
        let (summary, imports) = maker.summary(&package)?;
        for import in imports.iter().filter(|import| *import != "unsafe") {
            let next = loader.find(Home::Std, import).map_err(|error| error.to_string())?;
            if met.insert(next.path.clone()) {
                waiting.push(next);
            }
        }
        packages.insert(found.path, summary);
    }
    Ok(packages)
}

/// Whether packages outside of the standard library may import `path`. `builtin` and `unsafe` are only documentation.
fn is_public(path: &str) -> bool {
    let mut steps = path.split('/');
    !matches!(path, "builtin" | "unsafe")
        && steps.clone().next() != Some("cmd")
        && !steps.any(|step| step == "internal")
}
