//! A package's text without what importers do not ask for.
//!
//! A stub is Go: whoever reads packages reads stubs, and there is one path through the front end. Left out are
//! comments, the insides of bodies, initial values that no type depends on, and declarations that nothing visible leads
//! to. Generic functions keep their bodies, because each package that uses one analyses it anew; and what is
//! kept stands in its old line and column, because lines are told of those.
//!
//! What leads to a declaration is told by names alone: a name that stands in what is kept, and is not behind a dot,
//! keeps whatever the package declares by it. That errs on the side of keeping.

mod cut;
mod entry;
mod keep;
mod write;

use crate::ast::{Ast, DeclId, DeclKind};
use crate::names::Names;
use crate::source::{Pos, Sources};
use entry::{FileEntries, Source, split};
use std::fmt;

/// A file to be made a stub of, in the order in which it was parsed.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t> {
    /// Its name in its folder.
    pub name: &'t str,
    /// All of it.
    pub text: &'t [u8],
}

/// The stub of a package.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Stub {
    /// Names and texts of its files; those of which nothing is left are missing.
    pub files: Vec<(String, Vec<u8>)>,
    /// The functions in it, in the order of the text.
    pub functions: Vec<DeclId>,
    /// The paths that its files import, as written between the quotes; sorted, each once.
    pub imports: Vec<String>,
}

/// The text and the tree do not fit each other. A text with mistakes may or may not fit: its stub means nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unfit;

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tree is not that of the text")
    }
}

impl std::error::Error for Unfit {}

/// The stub of the package that `files` are and `ast` is the tree of.
///
/// # Errors
/// [`Unfit`] where `ast` is of another text.
pub fn stub(
    files: &[Text<'_>],
    ast: &Ast,
    names: &Names,
    sources: &Sources,
) -> Result<Stub, Unfit> {
    if files.len() != ast.files.len() {
        return Err(Unfit);
    }
    let mut split_files = Vec::with_capacity(files.len());
    for (file, parsed) in files.iter().zip(&ast.files) {
        let base = sources.pos(parsed.id, 0);
        let source = Source { text: file.text, base, ast, names };
        split_files.push(split(&source, parsed).ok_or(Unfit)?);
    }
    let kept = keep::keep(&split_files, names);
    let mut stub = Stub::default();
    for ((file, entries), kept) in files.iter().zip(&split_files).zip(&kept) {
        if !entries.entries.iter().zip(kept).any(|(entry, kept)| *kept && !entry.is_import) {
            continue;
        }
        stub.files.push((file.name.to_owned(), write::write(file.text, entries, kept)));
        stub.note(entries, kept, ast, names);
    }
    stub.imports.sort();
    stub.imports.dedup();
    Ok(stub)
}

impl Stub {
    fn note(&mut self, file: &FileEntries, kept: &[bool], ast: &Ast, names: &Names) {
        let entries = file.entries.iter().zip(kept).filter(|(_, kept)| **kept);
        for (entry, _) in entries {
            match &ast[entry.decl].kind {
                DeclKind::Func(_) => self.functions.push(entry.decl),
                DeclKind::Import(import) => {
                    let quoted = names.text(import.path);
                    self.imports.push(quoted.trim_matches(['"', '`']).to_owned());
                }
                _ => {}
            }
        }
    }
}

/// The offset of `pos` in the file that begins at `base`.
fn offset(pos: Pos, base: Pos) -> u32 {
    pos.offset_from(base)
}
