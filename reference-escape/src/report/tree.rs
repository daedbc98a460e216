//! Answers as text: for each a small tree, with the code under each step.

use super::Report;
use super::excerpt::Excerpts;
use super::why::{Answer, noun, sentence};
use crate::explain::{Explanation, Flow};
use crate::source::Pos;
use crate::trace::Finding;
use std::fmt::Write;

/// Draws answers.
pub fn tree(report: &Report<'_>, excerpts: &Excerpts<'_>, answers: &[Answer]) -> String {
    let mut text = String::new();
    for (at, answer) in answers.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        let mut tree = Tree { report, excerpts, text: &mut text, home: answer.pos };
        tree.answer(answer);
    }
    text
}

struct Tree<'a> {
    report: &'a Report<'a>,
    excerpts: &'a Excerpts<'a>,
    text: &'a mut String,
    /// What the answer is about.
    home: Pos,
}

impl Tree<'_> {
    fn line(&mut self, stem: &str, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{}", format!("{stem}{line}").trim_end());
    }

    fn answer(&mut self, answer: &Answer) {
        let place = self.report.shown(answer.pos);
        for says in &answer.says {
            self.line("", &format!("{place}: {says}"));
        }
        self.line("  ", &format!("in {}", answer.func));
        self.code("  ", answer.pos);
        let leaves = answer.because.len() + answer.ways.len();
        for (at, because) in answer.because.iter().enumerate() {
            let (branch, _) = branches(at + 1 == leaves);
            self.line("  ", &format!("{branch}{because}"));
        }
        for (at, way) in answer.ways.iter().enumerate() {
            self.way(answer.because.len() + at + 1 == leaves, way);
        }
    }

    fn way(&mut self, last: bool, way: &Explanation) {
        let (branch, stem) = branches(last);
        self.line("  ", &format!("{branch}{}", outcome(way)));
        let stem = format!("  {stem}");
        for (at, flow) in way.flows.iter().enumerate() {
            self.flow(&stem, at + 1 == way.flows.len() && !way.is_cut, flow);
        }
        if way.is_cut {
            self.line(&stem, "└─ and so on: the assignments run in a circle");
        }
    }

    fn flow(&mut self, stem: &str, last: bool, flow: &Flow) {
        let (branch, below) = branches(last);
        self.line(stem, &format!("{branch}{}", sentence(flow)));
        let stem = format!("{stem}{below}");
        for (at, reason) in flow.reasons.iter().enumerate() {
            let (branch, below) = branches(at + 1 == flow.reasons.len());
            let place = self.report.near(self.home, reason.pos);
            self.line(&stem, &format!("{branch}by {} ({}) at {place}", reason.text, reason.why));
            self.code(&format!("{stem}{below}"), reason.pos);
        }
    }

    /// The line of code at `pos`, and under it a sign at the place.
    fn code(&mut self, stem: &str, pos: Pos) {
        let Some(excerpt) = self.excerpts.at(self.report, pos) else { return };
        let number = excerpt.line.to_string();
        self.line(stem, &format!("{number} | {}", excerpt.text));
        // Tabs stay tabs, so that the sign stands under its character whatever a tab is worth.
        let pad: String = excerpt
            .text
            .chars()
            .take(excerpt.before)
            .map(|c| if c == '\t' { c } else { ' ' })
            .collect();
        self.line(stem, &format!("{} | {pad}^", " ".repeat(number.len())));
    }
}

/// What stands before a branch, and before what hangs below it.
fn branches(last: bool) -> (&'static str, &'static str) {
    if last { ("└─ ", "   ") } else { ("├─ ", "│  ") }
}

/// What a way comes to.
pub(super) fn outcome(way: &Explanation) -> String {
    let goal = noun(&way.goal);
    match way.finding {
        Finding::Escapes if way.goal == "{heap}" => "its address gets to the heap:".to_owned(),
        Finding::Escapes => format!("its address gets to {goal}, which outlives it:"),
        Finding::Leaks { loads: 0 } => format!("it leaks to {goal}:"),
        Finding::Leaks { loads: 1 } => format!("what a load through it gives leaks to {goal}:"),
        Finding::Leaks { loads } => format!("what {loads} loads through it give leaks to {goal}:"),
    }
}
