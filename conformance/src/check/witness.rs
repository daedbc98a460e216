//! Witnesses: the smallest script, what it showed, and the command that shows it again.

use super::examined::Broken;
use crate::report::{Report, graph};
use crate::spec::Invariant;
use crate::trace::form::Written;
use crate::trace::{Metadata, Trace};
use crate::verdict::Witness;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

/// Metadata keys of a witness's trace.
pub mod key {
    /// The invariant that it breaks.
    pub const INVARIANT: &str = "invariant";
    /// The target that broke it.
    pub const TARGET: &str = "target";
    /// The scenario whose invariants are judged, too.
    pub const SCENARIO: &str = "scenario";
    /// A matter of luck: how often it is tried before it counts as not breaking.
    pub const TRIES: &str = "tries";
    /// What the target had chosen, as `name=word` with blanks between.
    pub const CHOICES: &str = "choices";
}

/// The witness of `invariant`, broken by the target named `target`.
pub(super) fn of<O: Written>(
    invariant: &Invariant,
    broken: &Broken<O>,
    choices: &str,
    target: &str,
) -> Witness {
    let mut metadata = Metadata::default();
    metadata.push(key::INVARIANT, invariant.id.as_str());
    metadata.push(key::TARGET, target);
    if let Some(scenario) = broken.scenario {
        metadata.push(key::SCENARIO, scenario);
    }
    if let Some(tries) = tries(broken.replays, broken.trace.script().is_together()) {
        metadata.push(key::TRIES, &tries.to_string());
    }
    if !choices.is_empty() {
        metadata.push(key::CHOICES, choices);
    }
    let trace = Trace { metadata, steps: broken.trace.steps.clone() };
    let step = trace.steps.get(broken.at).map_or_else(String::new, |t| t.step.to_string());
    Witness {
        steps: trace.steps.len(),
        trace: trace.to_string(),
        at: broken.at,
        step,
        message: broken.message.clone(),
        facts: broken.facts.clone(),
        picture: graph::text_of(&broken.picture),
        graph: broken.picture.graph().cloned(),
        stderr: broken.death.as_ref().map_or_else(String::new, |death| death.stderr.clone()),
        resembles: invariant.broken_by.first().cloned(),
        replays: broken.replays,
    }
}

/// How often a witness that broke in `(broke, tried)` replays should be tried, if more than once:
/// so often that missing it is one chance in some hundreds. What was seen once only is worth many. Where threads run
/// `together`, a few replays that all broke are no promise that a busy machine breaks it at once.
fn tries((broke, tried): (u32, u32), together: bool) -> Option<u32> {
    const SURE: u32 = 6;
    const LUCKY: u32 = 20;
    const RARE: u32 = 200;
    match broke {
        0 => Some(RARE),
        _ if broke < tried => Some((SURE * tried).div_ceil(broke).min(500)),
        _ => together.then_some(LUCKY),
    }
}

/// A witness that could not be saved.
#[derive(Debug)]
pub struct SaveError {
    /// Where it was to go.
    pub file: PathBuf,
    /// What the system said.
    pub cause: io::Error,
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot save {}: {}", self.file.display(), self.cause)
    }
}

impl std::error::Error for SaveError {}

/// Saves every witness of `report` as `dir/<target>/<invariant>.trace`, a program as `.go`, and its object graph, if it has
/// one, as a drawing beside it; notes where.
///
/// # Errors
/// The first file that cannot be written.
pub fn save(report: &mut Report, dir: &Path) -> Result<(), SaveError> {
    for target in &mut report.targets {
        let folder = dir.join(file_name(&target.spec));
        for invariant in &mut target.invariants {
            let Some(witness) = &invariant.witness else { continue };
            // A witness against an analyser is a program.
            let is_program = invariant.id.subject() == super::escape::SUBJECT;
            let ending = if is_program { "go" } else { "trace" };
            let file = folder.join(format!("{}.{ending}", file_name(invariant.id.as_str())));
            write(&file, &witness.trace)?;
            invariant.trace_file = Some(file.display().to_string());
            let Some(graph) = &witness.graph else { continue };
            let title = format!("{} on {}", invariant.id, target.spec);
            let title = format!("{title}, step {}: {}", witness.at + 1, witness.step.trim());
            let file = folder.join(format!("{}.svg", file_name(invariant.id.as_str())));
            write(&file, &graph::svg::print(graph, &title))?;
            invariant.picture_file = Some(file.display().to_string());
        }
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<(), SaveError> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let saved = fs::create_dir_all(folder).and_then(|()| fs::write(file, text));
    saved.map_err(|cause| SaveError { file: file.to_owned(), cause })
}

/// A target's or an invariant's word as the name of a file.
fn file_name(word: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = word.chars().map(safe).collect();
    name.trim_matches(['-', '.']).chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_luck_is_tried_more_than_once() {
        assert_eq!(tries((3, 3), false), None);
        assert_eq!(tries((3, 3), true), Some(20));
        assert_eq!(tries((4, 8), true), Some(12));
        assert_eq!(tries((0, 20), false), Some(200));
    }

    #[test]
    fn file_names_leave_no_folder() {
        assert_eq!(file_name("so:../../etc/passwd"), "so-..-..-etc-passwd");
        assert_eq!(file_name("alloc/block/contents-stable"), "alloc-block-contents-stable");
        assert_eq!(file_name(".."), "");
    }
}
