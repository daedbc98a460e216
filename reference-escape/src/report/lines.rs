//! The compiler's lines: of `-m`, and of `-m=2` with the explanations.

use super::Report;
use crate::analyze::Told;
use crate::explain::{Explanation, Flow};
use crate::kind::Kind;
use crate::trace::Finding;
use std::fmt::Write;

/// The lines of `-m -l`, in the order of the compiler.
pub fn lines(report: &Report<'_>) -> String {
    let mut text = String::new();
    for told in report.verdicts.lines.iter().filter(|told| told.kind != Kind::Capture) {
        line(&mut text, report, told);
    }
    text
}

/// The lines of `-m=2 -l`: what a batch of functions is told of begins with the explanations.
pub fn explained(report: &Report<'_>) -> String {
    let mut text = String::new();
    let mut explanations = report.verdicts.explanations.iter().peekable();
    for (at, told) in report.verdicts.lines.iter().enumerate() {
        while let Some((_, told)) = explanations.next_if(|(before, _)| *before <= at) {
            explanation(&mut text, report, told);
        }
        line(&mut text, report, told);
    }
    explanations.for_each(|(_, told)| explanation(&mut text, report, told));
    text
}

/// What the compiler made up has no place, and none is told.
fn line(text: &mut String, report: &Report<'_>, told: &Told) {
    if told.pos.is_known() {
        put(text, &report.shown(told.pos), &told.text);
    } else {
        let _ = writeln!(text, "{}", told.text);
    }
}

fn put(text: &mut String, place: &str, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{place}: {line}");
}

fn explanation(text: &mut String, report: &Report<'_>, told: &Explanation) {
    let place = report.shown(told.pos);
    put(text, &place, &format!("{}:", headline(told)));
    for flow in &told.flows {
        put(text, &place, &format!("  flow: {}:", arrow(flow)));
        for reason in &flow.reasons {
            let at = report.shown(reason.pos);
            put(text, &place, &format!("    from {} ({}) at {at}", reason.text, reason.why));
        }
    }
    if told.is_cut {
        put(
            text,
            &place,
            "  warning: truncated explanation due to assignment cycle; see golang.org/issue/35518",
        );
    }
}

/// What is explained.
pub(super) fn headline(told: &Explanation) -> String {
    let Explanation { subject, func, goal, .. } = told;
    match told.finding {
        Finding::Escapes => format!("{subject} escapes to heap in {func}"),
        Finding::Leaks { loads } => {
            format!("parameter {subject} leaks to {goal} for {func} with derefs={loads}")
        }
    }
}

/// `dst ← **src`
pub(super) fn arrow(flow: &Flow) -> String {
    let loads = match usize::try_from(flow.derefs) {
        Ok(loads) => "*".repeat(loads),
        Err(_) => "&".to_owned(),
    };
    format!("{} ← {loads}{}", flow.dst, flow.src)
}
