//! The report for people: a table for a terminal, plain lines for a pipe.
//!
//! Both end alike: a block for each invariant that is broken and not known to be, then one summary
//! line. No foreign text stands at the start of a line or carries a control character, so the
//! output is safe on a terminal and in the log of a build service.

mod lines;
mod table;

use super::graph::text::{self, Line, Tone};
use super::tally::Standing;
use super::{Report, failure};
use crate::picture::graph::Graph;
use anstyle::{AnsiColor, Effects};
pub use lines::lines;
use std::fmt::Display;
use std::fmt::Write as _;
pub use table::table;

/// Most failure blocks that are shown without `verbose`.
const BLOCKS: usize = 20;

/// How things look. The caller decides whether there are colours: it knows whether standard output
/// is a terminal and what `NO_COLOR` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    /// What holds.
    pub good: anstyle::Style,
    /// What fails the gate.
    pub bad: anstyle::Style,
    /// What needs a look.
    pub warn: anstyle::Style,
    /// What matters less.
    pub dim: anstyle::Style,
    /// Headings.
    pub strong: anstyle::Style,
}

impl Style {
    /// No colours and no effects.
    pub const PLAIN: Style = Style {
        good: anstyle::Style::new(),
        bad: anstyle::Style::new(),
        warn: anstyle::Style::new(),
        dim: anstyle::Style::new(),
        strong: anstyle::Style::new(),
    };

    /// The terminal's own sixteen colours, which its user has chosen to be readable.
    pub const COLOURED: Style = Style {
        good: AnsiColor::Green.on_default(),
        bad: AnsiColor::Red.on_default().effects(Effects::BOLD),
        warn: AnsiColor::Yellow.on_default(),
        dim: anstyle::Style::new().effects(Effects::DIMMED),
        strong: anstyle::Style::new().effects(Effects::BOLD),
    };

    /// How `standing` looks.
    fn of(&self, standing: Standing) -> anstyle::Style {
        match standing {
            Standing::Holds => self.good,
            Standing::Broken => self.bad,
            Standing::Known | Standing::Inconclusive | Standing::Disputed => self.warn,
            Standing::NotApplicable | Standing::Skipped => self.dim,
        }
    }

    /// How a line of a picture looks.
    fn of_tone(&self, tone: Tone) -> anstyle::Style {
        match tone {
            Tone::Plain => anstyle::Style::new(),
            Tone::Guilty => self.bad,
            Tone::Path => self.warn,
            Tone::Faint => self.dim,
        }
    }

    /// A graph of objects in lines, each behind `margin`.
    pub fn graph(&self, graph: &Graph, margin: &str) -> String {
        let line = |line: Line| format!("{margin}{}\n", paint(self.of_tone(line.tone), line.text));
        text::lines(graph).into_iter().map(line).collect()
    }
}

/// What a report is printed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Screen {
    /// How things look.
    pub style: Style,
    /// Columns; one character is one column.
    pub width: usize,
    /// Whether to show every invariant and every block, not only what is news.
    pub verbose: bool,
}

/// `text` in `style`. The text must be harmless already.
fn paint(style: anstyle::Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The failure blocks and the summary line.
fn ending(out: &mut String, report: &Report, screen: &Screen) -> std::fmt::Result {
    let alarms = report.alarms();
    let broken: Vec<_> =
        alarms.iter().filter(|(_, _, one)| one.standing() == Standing::Broken).collect();
    let shown = if screen.verbose { broken.len() } else { broken.len().min(BLOCKS) };
    for (_, target, one) in &broken[..shown] {
        let title = paint(screen.style.bad, format_args!("broken: {}", one.id));
        writeln!(out, "\n{title} ({}) on {}", one.level, failure::heading(target))?;
        out.push_str(&account(&failure::account(target, one), &screen.style));
    }
    if shown < broken.len() {
        writeln!(out, "\n{} more broken; --verbose shows them", broken.len() - shown)?;
    }
    writeln!(out, "\n{}", failure::summary(report))
}

/// An account as text, each line behind the name of its part.
pub fn account(parts: &[failure::Part], style: &Style) -> String {
    let mut out = String::new();
    for part in parts {
        for (at, text) in part.lines.iter().enumerate() {
            let name = if at == 0 { part.name } else { "" };
            let name = paint(style.dim, format_args!("{name:<9}"));
            let line = format!("{} {text}", failure::gutter(part, at));
            let tone = part.tones.get(at).map(|&tone| style.of_tone(tone));
            let look = if part.bad == Some(at) { Some(style.bad) } else { tone };
            let line = paint(look.unwrap_or_default(), line.trim_end());
            out.push_str(format!("  {name} {line}").trim_end());
            out.push('\n');
        }
    }
    out
}
