//! The three controls: a run that could not have seen a wrong line has judged nothing.

use crate::golden::Golden;
use crate::report::target::{Control, Controls};
use crate::target::analyser::Analyser;

/// A program of which nothing may be told.
const EMPTY: &str = "// exact\npackage p\n\nfunc empty() {}\n";

/// A program that asks for a line which no analyser tells, and says nothing of the one that all do.
const PLANTED: &str =
    "package p\n\nfunc planted() *int {\n\tx := 1 // want: \"planted\"\n\treturn &x\n}\n";

/// Runs the controls on `analyser`.
///
/// # Errors
/// Why it cannot be asked.
pub(super) fn run(analyser: &dyn Analyser) -> Result<Controls, String> {
    let (planted, noop) = (mismatch(analyser, PLANTED)?, mismatch(analyser, EMPTY)?);
    let path = analyser.identity().path;
    let identity = match path.as_str() {
        "" => "built into this executable".into(),
        path => format!("a program started as {path}"),
    };
    Ok(Controls {
        identity: Control { ok: true, says: identity },
        planted: match planted {
            Some(_) => Control { ok: true, says: "a line that nobody tells: reported".into() },
            None => Control { ok: false, says: "a line that nobody tells: not reported".into() },
        },
        noop: match noop {
            None => Control { ok: true, says: "an empty function breaks nothing".into() },
            Some(says) => {
                // A target that chatters is wrong, not unjudgeable: the laws about that say so.
                Control { ok: true, says: format!("of an empty function it said: {says}") }
            }
        },
    })
}

fn mismatch(analyser: &dyn Analyser, text: &str) -> Result<Option<String>, String> {
    let golden = Golden::parse(text).map_err(|fault| fault.says)?;
    let answer = analyser.analyse("control.go", text)?;
    Ok(golden.mismatch(&answer).map(|mismatch| mismatch.to_string()))
}
