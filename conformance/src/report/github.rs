//! The report for a GitHub job: annotations on the invariants, and the job's summary page.

use super::tally::{Severity, Standing};
use super::{InvariantReport, Report, TargetReport, failure, text};
use std::fmt::Write as _;

/// Most annotations that one step can show.
pub const ANNOTATIONS: usize = 10;

/// Most rows of the summary's table. A summary may have 1 MiB; a row has well below 4 KiB.
const ROWS: usize = 200;

/// What a GitHub job needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Github {
    /// Workflow commands, one a line, for standard output: at most [`ANNOTATIONS`], the loudest
    /// first.
    pub commands: String,
    /// Markdown, to append to the file that `GITHUB_STEP_SUMMARY` names.
    pub summary: String,
}

/// The report for a GitHub job.
pub fn print(report: &Report) -> Github {
    Github { commands: commands(report), summary: summary(report) }
}

fn commands(report: &Report) -> String {
    let obstacles = report.targets.iter().flat_map(|target| {
        let lines = failure::unjudgeable(target).into_iter();
        lines.map(move |why| format!("::error title={}::{}", property(&target.spec), data(&why)))
    });
    let alarms = report.alarms().into_iter().map(|(severity, target, one)| {
        let command = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let title = format!("{} {} on {}", one.id, state(one), target.spec);
        format!(
            "::{command} file={},line={},title={}::{}",
            property(&one.file),
            one.line,
            property(&title),
            data(&format!("{} {}", one.says, failure::headline(one)))
        )
    });
    let mut out = String::new();
    for command in obstacles.chain(alarms).take(ANNOTATIONS) {
        out.push_str(&command);
        out.push('\n');
    }
    out
}

fn state(one: &InvariantReport) -> String {
    if one.outcome.is_stale() { one.outcome.to_string() } else { one.standing().words().to_owned() }
}

/// The message of a workflow command.
fn data(message: &str) -> String {
    text::line(message).replace('%', "%25")
}

/// A property of a workflow command.
fn property(value: &str) -> String {
    data(value).replace(':', "%3A").replace(',', "%2C")
}

fn summary(report: &Report) -> String {
    let mut out = format!("## heaplaw\n\n{}\n", markdown(&failure::summary(report)));
    for target in &report.targets {
        section(&mut out, target).expect("a String takes it all");
    }
    out
}

fn section(out: &mut String, target: &TargetReport) -> std::fmt::Result {
    writeln!(out, "\n### {}\n", markdown(&failure::heading(target)))?;
    for obstacle in failure::unjudgeable(target) {
        writeln!(out, "**Could not be judged**: {}\n", markdown(&obstacle))?;
    }
    writeln!(out, "{}", markdown(&target.tally().sentence()))?;
    let telling = |one: &&InvariantReport| {
        one.severity().is_some() || matches!(one.standing(), Standing::Known | Standing::Disputed)
    };
    let rows: Vec<_> = target.invariants.iter().filter(telling).collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| | level | invariant | found |\n|---|---|---|---|")?;
    for one in rows.iter().take(ROWS) {
        let id = markdown(one.id.as_str());
        let drawing = one.picture_file.as_ref();
        let drawing = drawing.map_or(String::new(), |file| format!("; drawn in {file}"));
        let found = markdown(&(failure::headline(one) + &drawing));
        writeln!(out, "| {} | {} | {id} | {found} |", state(one), one.level)?;
    }
    if rows.len() > ROWS {
        writeln!(out, "\n{} more are in the full report.", rows.len() - ROWS)?;
    }
    Ok(())
}

/// `text` on one line, as Markdown that shows it letter by letter: no markup, HTML or table border
/// can come of it.
fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in text::line(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '!' | '|' | '~' | '$' | ':' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
