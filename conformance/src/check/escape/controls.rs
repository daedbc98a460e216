//! The three controls: a run that could not have seen a wrong line has judged nothing.
//!
//! One small program is asked about, twice. Held against its first answer, the analyser breaks nothing with its second:
//! one that says something else each time cannot be held to anything. With one line more, which nobody tells, it breaks that.

use crate::golden::Golden;
use crate::observe::escape::Answer;
use crate::report::target::{Control, Controls};
use crate::target::analyser::Analyser;
use std::fmt::Write as _;

/// The program.
const PROGRAM: &str =
    "package p\n\nfunc planted() *int {\n\tx := 1\n\treturn &x\n}\n\nfunc empty() {}\n";

/// The line that more is asked of.
const PLANTED: usize = 4;

/// What is asked of it.
const UNTOLD: &str = "a line that no analyser tells";

/// Runs the controls on `analyser`.
///
/// # Errors
/// Why it cannot be asked.
pub(super) fn run(analyser: &dyn Analyser) -> Result<Controls, String> {
    let answer = ask(analyser)?;
    let again = ask(analyser)?;
    let own = mismatch(&golden(&answer, None), &again)?;
    let more = mismatch(&golden(&answer, Some(UNTOLD)), &answer)?;
    let identity = match analyser.identity().path.as_str() {
        "" => "built into this executable".into(),
        path => format!("a program started as {path}"),
    };
    let planted = if more.is_some() { "reported" } else { "not reported" };
    let noop = own.as_ref().map_or("breaks nothing", String::as_str);
    Ok(Controls {
        identity: Control { ok: true, says: identity },
        planted: Control { ok: more.is_some(), says: format!("{UNTOLD}: {planted}") },
        noop: Control { ok: own.is_none(), says: format!("its own answer, asked again: {noop}") },
    })
}

/// What `analyser` tells of the program.
fn ask(analyser: &dyn Analyser) -> Result<Answer, String> {
    let answer = analyser.analyse("control.go", PROGRAM)?;
    match answer.refusal() {
        Some(says) => Err(format!("control.go: {says}")),
        None => Ok(answer),
    }
}

/// The program with what `answer` tells of each line, and `more`.
fn golden(answer: &Answer, more: Option<&str>) -> String {
    let mut text = String::new();
    for (line, shown) in (1..).zip(PROGRAM.lines()) {
        let told = answer.told.iter().filter(|told| told.line as usize == line);
        let told = told.map(|told| told.text.as_str());
        let wants: Vec<&str> = told.chain(more.filter(|_| line == PLANTED)).collect();
        text.push_str(shown);
        text.push_str(if wants.is_empty() { " // want-none" } else { " // want:" });
        for want in wants {
            // Writing to a string cannot fail.
            let _ = write!(text, " \"{}\"", want.replace('\\', r"\\").replace('"', "\\\""));
        }
        text.push('\n');
    }
    text
}

fn mismatch(golden: &str, answer: &Answer) -> Result<Option<String>, String> {
    let golden = Golden::parse(golden).map_err(|fault| fault.says)?;
    Ok(golden.mismatch(answer).map(|mismatch| mismatch.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::escape::Told;

    #[test]
    fn any_answer_agrees_with_itself_and_not_with_one_line_more() {
        let odd = Told { line: 4, column: 2, text: "a \"quoted\" \\ text // want: 3".into() };
        let told = vec![odd, Told { line: 5, column: 9, text: "&x escapes to heap".into() }];
        for told in [told, Vec::new()] {
            let answer = Answer { told, ..Answer::default() };
            assert_eq!(mismatch(&golden(&answer, None), &answer), Ok(None));
            assert!(mismatch(&golden(&answer, Some(UNTOLD)), &answer).is_ok_and(|m| m.is_some()));
        }
    }
}
