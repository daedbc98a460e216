//! A trace in place of the tests: `HEAPLAW_REPLAY=file.trace cargo test --test heaplaw`.

use super::FAILED;
use super::session::Session;
use crate::check::again::{self, Tries};
use crate::check::target_spec::TargetSpec;
use crate::check::witness::key;
use crate::report::terminal::Style;
use std::path::Path;
use std::process::ExitCode;

/// Performs the trace in the file `path` on the target that it names.
///
/// # Errors
/// A sentence, where there is nothing to perform, or nothing to perform it on.
pub(super) fn run(session: &Session, path: &Path) -> Result<ExitCode, String> {
    let trace = again::read(path).map_err(|e| e.to_string())?;
    let word = trace.metadata().get(key::TARGET).ok_or("the trace names no target")?;
    let Some(name) = session.target(word) else {
        let known = session.target_names();
        return Err(format!("the trace is about `{word}`; the targets here are {known}"));
    };
    let spec = TargetSpec::Named(name.to_owned());
    let options = again::options(&trace);
    let tries = session.settings.tries.map_or(Tries::UntilBroken, Tries::All);
    let replayed = session.on_bench(&options, |bench| again::replay(&spec, bench, &trace, tries));
    let replayed = replayed.map_err(|e| e.to_string())?;
    print!("{}", replayed.account(&spec, &Style::PLAIN));
    Ok(if replayed.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}
