//! All specs at once: from a folder or from the texts compiled in.

use crate::hint::nearest_ids;
use crate::spec::fault::{Fault, FaultKind, SpecFaults};
use crate::spec::glossary::Glossary;
use crate::spec::reader::Reader;
use crate::spec::shape::is_path;
use crate::spec::table_file::{self, Table};
use crate::spec::word::shown;
use crate::spec::yaml::{self, Node, Source};
use crate::spec::{Invariant, Pattern, Suite, embedded, files, glossary_file, suite_file};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Every invariant there is, and the glossary that their rules are written in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Specs {
    /// The words of rules.
    pub glossary: Glossary,
    /// The suites, in the order of their names.
    pub suites: Vec<Suite>,
    /// Golden traces and Go files, by their paths below the root.
    pub golden: BTreeMap<String, String>,
    /// Golden numbers, by their paths below the root.
    pub tables: BTreeMap<String, Table>,
    /// SHA-256 over the paths and texts of all files, as 64 hexadecimal digits: two runs with the
    /// same hash judged by the same invariants.
    pub hash: String,
}

/// The file that is no suite but the words of all suites.
const GLOSSARY: &str = "glossary.yaml";

impl Specs {
    /// Reads the glossary and every suite below `dir`.
    ///
    /// Suites are the `*.yaml` files, without `glossary.yaml`, `claims.yaml`, hidden files and what
    /// lies in `expected/` or in a folder `table`; golden files
    /// are the `*.trace` and `*.go` files. Symbolic links to files are followed, links to folders are not.
    ///
    /// # Errors
    /// The faults of all files together: what cannot be read, what is no YAML, what is no suite.
    pub fn load(dir: &Path) -> Result<Specs, SpecFaults> {
        let (texts, faults) = files::read_all(dir);
        let root = dir.display().to_string();
        let texts: Vec<_> =
            texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        read_texts(&root, &texts, faults)
    }

    /// The specs that this build was made with.
    ///
    /// # Errors
    /// None in a build whose tests pass.
    pub fn embedded() -> Result<Specs, SpecFaults> {
        Specs::from_texts("specs", embedded::TEXTS)
    }

    /// Reads specs from `(path below the root, text)` pairs. Messages name files `root/path`.
    ///
    /// # Errors
    /// As [`Specs::load`].
    pub fn from_texts(root: &str, texts: &[(&str, &str)]) -> Result<Specs, SpecFaults> {
        read_texts(root, texts, Vec::new())
    }

    /// All invariants, suite by suite.
    pub fn invariants(&self) -> impl Iterator<Item = &Invariant> {
        self.suites.iter().flat_map(|suite| &suite.invariants)
    }

    /// The invariants whose id matches `pattern`; there may be none.
    pub fn matching(&self, pattern: &Pattern) -> impl Iterator<Item = &Invariant> {
        self.invariants().filter(move |invariant| pattern.matches(&invariant.id))
    }

    /// The suite called `name`.
    pub fn suite(&self, name: &str) -> Option<&Suite> {
        let at = self.suites.binary_search_by(|suite| suite.name.as_str().cmp(name)).ok()?;
        self.suites.get(at)
    }

    /// The invariant with the full id `id`.
    pub fn invariant(&self, id: &str) -> Option<&Invariant> {
        let (suite, _) = id.rsplit_once('/')?;
        self.suite(suite)?.invariants.iter().find(|invariant| invariant.id.as_str() == id)
    }

    /// Up to three ids that `id` may be meant to say, the nearest first.
    pub fn nearest_ids(&self, id: &str) -> Vec<&str> {
        nearest_ids(id, self.invariants().map(|invariant| invariant.id.as_str()))
    }

    /// The sentence for a pattern that matches no invariant.
    pub fn no_match(&self, glob: &str) -> String {
        let near = self.nearest_ids(glob).first().map(|id| format!("; did you mean {id}?"));
        format!("no invariant matches `{glob}`{}", near.unwrap_or_default())
    }
}

/// Reads the glossary, then the suites in its light. `unread` are faults of files without a text.
fn read_texts(root: &str, texts: &[(&str, &str)], unread: Vec<Fault>) -> Result<Specs, SpecFaults> {
    let mut texts = texts.to_vec();
    texts.sort_unstable();
    let mut faults = SpecFaults { faults: unread, omitted: 0 };
    let glossary = read_glossary(root, &texts, &mut faults);
    let is_golden =
        |path: &str| Path::new(path).extension().is_some_and(|e| e == "trace" || e == "go");
    let is_table = |path: &str| path.contains("/table/");
    let mut tables = BTreeMap::new();
    for (path, text) in texts.iter().filter(|(path, _)| is_table(path)) {
        let table = read_file(&name_below(root, path), text, &mut faults, table_file::read);
        tables.extend(table.map(|table| ((*path).to_owned(), table)));
    }
    let is_suite = |path: &str| path != GLOSSARY && !is_golden(path) && !is_table(path);
    let suites = texts.iter().filter(|(path, _)| is_suite(path));
    let suites = suites.filter_map(|(path, text)| {
        read_suite(&name_below(root, path), path, text, glossary.as_ref(), &mut faults)
    });
    let mut suites: Vec<Suite> = suites.collect();
    suites.sort_by(|a, b| a.name.cmp(&b.name));
    match glossary {
        Some(glossary) if faults.faults.is_empty() => {
            let files = texts.iter().filter(|(path, _)| is_golden(path));
            let own = |&(path, text): &(&str, &str)| (path.to_owned(), text.to_owned());
            let golden = files.map(own).collect();
            Ok(Specs { glossary, suites, golden, tables, hash: hash(&texts) })
        }
        _ => {
            let place = |fault: &Fault| (fault.file.clone(), fault.line, fault.column);
            faults.faults.sort_by_cached_key(place);
            Err(faults)
        }
    }
}

fn read_glossary(root: &str, texts: &[(&str, &str)], faults: &mut SpecFaults) -> Option<Glossary> {
    let file = name_below(root, GLOSSARY);
    let Some((_, text)) = texts.iter().find(|(path, _)| *path == GLOSSARY) else {
        let message = "there is no glossary, so no rule has a meaning";
        faults.faults.push(Fault::in_file(FaultKind::Unreadable, &file, message));
        return None;
    };
    read_file(&file, text, faults, glossary_file::read)
}

fn read_suite(
    file: &str,
    path: &str,
    text: &str,
    glossary: Option<&Glossary>,
    faults: &mut SpecFaults,
) -> Option<Suite> {
    let Some(name) = path.strip_suffix(".yaml").filter(|name| is_path(name)) else {
        faults.faults.push(misnamed(file, path));
        return None;
    };
    read_file(file, text, faults, |node, reader| suite_file::read(node, name, glossary, reader))
}

/// Reads one file with `read`; its faults go to `faults`, and with any there is no value.
fn read_file<T>(
    file: &str,
    text: &str,
    faults: &mut SpecFaults,
    read: impl FnOnce(&Node, &mut Reader<'_>) -> Option<T>,
) -> Option<T> {
    let parsed = Source::new(file, text).and_then(|source| {
        let node = yaml::read(&source)?;
        Ok((source, node))
    });
    let (source, node) = parsed.map_err(|fault| faults.faults.push(fault)).ok()?;
    let mut reader = Reader::new(&source);
    let value = read(&node, &mut reader);
    let sound = reader.faults.is_empty();
    faults.faults.append(&mut reader.faults);
    faults.omitted += reader.omitted;
    value.filter(|_| sound)
}

fn misnamed(file: &str, path: &str) -> Fault {
    let message = format!("`{}` cannot be a suite's name", shown(path));
    let help = "a suite lies in its subject's folder, as `alloc/block.yaml`, in lower case";
    Fault::in_file(FaultKind::WrongPath, file, message).with_help(help)
}

fn name_below(root: &str, path: &str) -> String {
    format!("{}/{path}", root.trim_end_matches('/'))
}

/// The hash of [`Specs::hash`]. Lengths are hashed too, so that no text can pass for two.
fn hash(texts: &[(&str, &str)]) -> String {
    let mut hasher = Sha256::new();
    for part in texts.iter().flat_map(|(path, text)| [path, text]) {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    format!("{:x}", hasher.finalize())
}
