//! What every command reads before it works: specs, rules, baselines.

use super::Failure;
use crate::expect::Expectations;
use crate::laws::Books;
use crate::proof::Proof;
use crate::spec::{SpecFaults, Specs};
use std::path::{Path, PathBuf};

/// The invariants, from `dir` or as built in, with their rules compiled.
pub(super) fn specs(dir: Option<&Path>) -> Result<(Specs, Books), Failure> {
    let faulty = |faults: SpecFaults| Failure(format!("the specs do not load\n{faults}"));
    let specs = dir.map_or_else(Specs::embedded, Specs::load).map_err(faulty)?;
    let books = Books::compile(&specs).map_err(faulty)?;
    Ok((specs, books))
}

/// The proof that goes with the specs: that of `dir`, or the one built in.
pub(super) fn proof(dir: Option<&Path>) -> Result<Proof, Failure> {
    dir.map_or_else(|| Ok(Proof::embedded()), |dir| proof_file(&dir.join("proof.json")))
}

/// The proof in the file `path`; an empty one where there is none.
pub(super) fn proof_file(path: &Path) -> Result<Proof, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            serde_json::from_str(&text).map_err(|e| Failure(format!("{}: {e}", path.display())))
        }
        // Specs without a proof are unproven, which the report says of each invariant.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Proof::default()),
        Err(e) => Err(Failure(format!("{}: {e}", path.display()))),
    }
}

/// Known deviations: none, those of `path`, or those built in.
pub(super) fn expectations(path: Option<&Path>, none: bool) -> Result<Expectations, Failure> {
    match path {
        _ if none => Ok(Expectations::default()),
        Some(path) => Ok(Expectations::load(path)?),
        None => Ok(Expectations::parse(crate::expect::EMBEDDED.iter().copied())?),
    }
}

/// This executable, which serves as its own worker.
pub(super) fn worker() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|e| Failure(format!("cannot find this executable: {e}")))
}
