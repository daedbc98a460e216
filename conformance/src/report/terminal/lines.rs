//! The form for a pipe: one line for each target and invariant, made for `grep` and `awk`.
//!
//! Fields are separated by two spaces: verdict, level, id, target, efforts, and behind `--` what
//! there is to say. A broken invariant that the baseline knows has the verdict `known`.

use super::{Screen, ending};
use crate::report::tally::Standing;
use crate::report::text::line;
use crate::report::{InvariantReport, Report, TargetReport, failure};
use std::fmt::Write as _;

/// The report as lines.
///
/// # Panics
///
/// Never: the text is written into memory.
pub fn lines(report: &Report, screen: &Screen) -> String {
    let mut out = String::new();
    for target in &report.targets {
        for obstacle in failure::unjudgeable(target) {
            writeln!(out, "unjudged  {}  -- {obstacle}", field(&target.spec))
                .expect("a String takes it all");
        }
        // One reason for all of them was said above; what nobody asked for needs none.
        let said = |one: &&InvariantReport| target.fault.is_none() && one.was_selected();
        for one in target.invariants.iter().filter(said) {
            out.push_str(&row(target, one));
            out.push('\n');
        }
    }
    ending(&mut out, report, screen).expect("a String takes it all");
    out
}

fn row(target: &TargetReport, one: &InvariantReport) -> String {
    let verdict = match one.standing() {
        Standing::Known => "known".to_owned(),
        _ => one.verdict.to_string(),
    };
    let level = one.level.to_string();
    let mut fields = vec![verdict, level, field(one.id.as_str()), field(&target.spec)];
    fields.extend(one.efforts.iter().map(|(judge, effort)| {
        format!("{judge} {} cases {} ops fired {}", effort.cases, effort.ops, effort.fired)
    }));
    let note = failure::headline(one);
    if !note.is_empty() {
        fields.push(format!("-- {note}"));
    }
    fields.join("  ")
}

/// `text` without anything that separates fields.
fn field(text: &str) -> String {
    let mut text = line(text);
    while text.contains("  ") {
        text = text.replace("  ", " ");
    }
    text.trim().to_owned()
}
