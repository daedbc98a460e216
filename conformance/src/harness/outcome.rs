//! What one test says of one invariant: the gate's decision in libtest's words.

use super::Origin;
use crate::gate::{self, Status};
use crate::report::tally::Standing;
use crate::report::text::{line, shell_word};
use crate::report::{InvariantReport, TargetReport, failure};
use libtest_mimic::{Completion, Failed};

/// The end of the test of `one`.
///
/// | where it stands | the test |
/// |---|---|
/// | holds, or broken as the known deviations list it | passes |
/// | a `may` is broken | passes, with a note: the gate lets it pass, too |
/// | a `must` is broken or inconclusive, a known deviation is stale | fails |
/// | not applicable, disputed, a `should` or `may` inconclusive | is ignored, with the reason |
///
/// # Errors
/// The account of the failure.
pub(super) fn of(
    target: &TargetReport,
    one: &InvariantReport,
    origin: &Origin,
) -> Result<Completion, Failed> {
    let obstacles = failure::unjudgeable(target);
    if !obstacles.is_empty() {
        let why = obstacles.join("; ");
        return Err(format!("could not judge: {}: {why}", failure::heading(target)).into());
    }
    match gate::finding(target, one) {
        Some((Status::Conforms, note)) => {
            eprintln!("heaplaw: {note}\n{}", account(target, one, origin));
            Ok(Completion::Completed)
        }
        Some((_, says)) => Err(format!("{says}\n{}", account(target, one, origin)).into()),
        None => Ok(quiet(one)),
    }
}

/// The end of a test about which the gate has nothing to say.
fn quiet(one: &InvariantReport) -> Completion {
    let standing = one.standing();
    match standing {
        Standing::Holds | Standing::Known | Standing::Broken => Completion::Completed,
        Standing::NotApplicable | Standing::Skipped => {
            Completion::ignored_with(failure::headline(one))
        }
        Standing::Inconclusive | Standing::Disputed => {
            Completion::ignored_with(format!("{}: {}", standing.words(), failure::headline(one)))
        }
    }
}

/// The account that the command line prints, with the way to see it again from here.
fn account(target: &TargetReport, one: &InvariantReport, origin: &Origin) -> String {
    let mut parts = failure::account(target, one);
    for part in parts.iter_mut().filter(|part| part.name == "replay") {
        part.lines = vec![replay_command(target, one, origin)];
    }
    failure::plain(&parts)
}

/// The command that shows the failure again.
fn replay_command(target: &TargetReport, one: &InvariantReport, origin: &Origin) -> String {
    let (package, test) = (shell_word(origin.package), shell_word(origin.test));
    let cargo = format!("cargo test -p {package} --test {test}");
    if let Some(trace) = &one.trace_file {
        return format!("HEAPLAW_REPLAY={} {cargo}", shell_word(trace));
    }
    let seed = target.runs.first().map_or(String::new(), |r| format!("HEAPLAW_SEED={} ", r.seed));
    let name = format!("{}::{}", target.spec, one.id.as_str().replace('/', "::"));
    format!("{seed}{cargo} -- --exact {}", shell_word(&line(&name)))
}
