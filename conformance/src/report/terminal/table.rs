//! The form for a terminal: a heading for each target, a row for each suite, and a row for each
//! invariant that is news.

use super::{Screen, ending, paint};
use crate::report::tally::{Standing, Tally};
use crate::report::text::{fit, line};
use crate::report::{InvariantReport, Report, TargetReport, failure};
use std::fmt::{self, Write as _};

/// Widest column of phrases; longer ones push their message to the right.
const PHRASE: usize = 40;

/// The glyph of an entry of the baseline that is no longer so.
const STALE: char = '≠';

/// Least width that is laid out for; a narrower terminal wraps.
const LEAST_WIDTH: usize = 40;

/// The report as a table.
///
/// # Panics
///
/// Never: the text is written into memory.
pub fn table(report: &Report, screen: &Screen) -> String {
    let screen = &Screen { width: screen.width.max(LEAST_WIDTH), ..*screen };
    let mut out = String::new();
    for target in &report.targets {
        section(&mut out, target, screen).expect("a String takes it all");
        out.push('\n');
    }
    // A table ends with an empty line, and so does not need the one before the blocks.
    out.pop();
    ending(&mut out, report, screen).expect("a String takes it all");
    out
}

fn section(out: &mut String, target: &TargetReport, screen: &Screen) -> fmt::Result {
    let title = failure::heading(target);
    writeln!(out, "{}", paint(screen.style.strong, fit(&title, screen.width)))?;
    for (name, words) in details(target) {
        let style = match name {
            "unjudged" => screen.style.bad,
            _ => screen.style.dim,
        };
        let words = fit(&words, screen.width - 12);
        writeln!(out, "  {} {words}", paint(style, format_args!("{name:<9}")))?;
    }
    if target.invariants.is_empty() {
        return Ok(());
    }
    out.push('\n');
    let suites = suites(&target.invariants);
    let columns = Columns::of(target, &suites, screen);
    columns.head(out, screen)?;
    for (name, invariants) in &suites {
        columns.suite(out, name, invariants, screen)?;
        for one in invariants.iter().filter(|one| screen.verbose || is_news(one)) {
            columns.invariant(out, one, screen)?;
        }
    }
    Ok(())
}

/// What the heading of a target says, by name.
fn details(target: &TargetReport) -> Vec<(&'static str, String)> {
    let mut details: Vec<_> =
        failure::unjudgeable(target).into_iter().map(|why| ("unjudged", why)).collect();
    let identity = &target.identity;
    let mut code: Vec<String> = identity.path.iter().map(|path| line(path)).collect();
    code.extend(identity.build_id.iter().map(|id| format!("build id {}", line(id))));
    code.push(format!("{} by {}", identity.kind, identity.loaded));
    details.push(("code", code.join(", ")));
    let mut files: Vec<&String> = identity.symbols.values().collect();
    files.sort();
    files.dedup();
    if !files.is_empty() {
        let names: Vec<String> = files.into_iter().map(|file| line(file)).collect();
        details.push(("symbols", format!("from {}", names.join(", "))));
    }
    let choices = target.choices.iter();
    let choices: Vec<String> = choices
        .map(|(name, choice)| format!("{}={} ({})", line(name), line(&choice.word), choice.by))
        .collect();
    if !choices.is_empty() {
        details.push(("choices", choices.join(", ")));
    }
    for run in &target.runs {
        let shard = run.shard.map_or(String::new(), |shard| format!(", shard {shard}"));
        details.push(("run", format!("seed {}, {}{shard}", run.seed, run.budget)));
    }
    let state = |ok| if ok { "ok" } else { "FAILED" };
    let controls = target.controls.each().map(|(name, one)| format!("{name} {}", state(one.ok)));
    details.push(("controls", controls.join(", ")));
    if let Some(baseline) = &target.baseline {
        let plural = if baseline.listed == 1 { "" } else { "s" };
        let words = format!("{} known deviation{plural}", baseline.listed);
        details.push(("baseline", format!("{}, {words}", line(&baseline.file))));
    }
    details.extend(target.notes.iter().map(|note| ("note", line(note))));
    details
}

/// What a person wants to see without asking: everything but a plain answer.
fn is_news(one: &InvariantReport) -> bool {
    let plain =
        matches!(one.standing(), Standing::Holds | Standing::NotApplicable | Standing::Skipped);
    one.outcome.is_stale() || !plain
}

/// The invariants by suite, in the order in which suites first come up.
fn suites(invariants: &[InvariantReport]) -> Vec<(String, Vec<&InvariantReport>)> {
    let mut places = std::collections::BTreeMap::new();
    let mut suites: Vec<(String, Vec<&InvariantReport>)> = Vec::new();
    for one in invariants {
        let place = *places.entry(one.id.suite()).or_insert_with(|| {
            suites.push((line(one.id.suite()), Vec::new()));
            suites.len() - 1
        });
        suites[place].1.push(one);
    }
    suites
}

/// The layout of one target's table.
struct Columns {
    /// Width of the names of suites.
    name: usize,
    /// Width of the phrases of invariants.
    phrase: usize,
    /// The counts that are shown: those that are not zero everywhere.
    counts: Vec<Standing>,
}

impl Columns {
    fn of(
        target: &TargetReport,
        suites: &[(String, Vec<&InvariantReport>)],
        screen: &Screen,
    ) -> Columns {
        let tally = target.tally();
        let always = |s: Standing| matches!(s, Standing::Holds | Standing::Broken);
        let counts = Standing::ALL.into_iter().filter(|&s| always(s) || tally.count(s) > 0);
        let counts: Vec<Standing> = counts.collect();
        let taken: usize = counts.iter().map(|&standing| 2 + width(standing)).sum();
        let widest = suites.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let shown = target.invariants.iter().filter(|one| screen.verbose || is_news(one));
        let phrase = shown.map(|one| phrase(one).chars().count()).max().unwrap_or(0);
        Columns {
            name: widest.min(screen.width.saturating_sub(taken + 2)).max(8),
            phrase: phrase.min(PHRASE),
            counts,
        }
    }

    fn head(&self, out: &mut String, screen: &Screen) -> fmt::Result {
        let mut row = " ".repeat(2 + self.name);
        for &standing in &self.counts {
            write!(row, "  {:>1$}", short(standing), width(standing))?;
        }
        writeln!(out, "{}", paint(screen.style.dim, row))
    }

    fn suite(
        &self,
        out: &mut String,
        name: &str,
        invariants: &[&InvariantReport],
        screen: &Screen,
    ) -> fmt::Result {
        let tally = Tally::of(invariants.iter().copied());
        let worst = worst(&tally);
        let glyph = if worst != Standing::Broken && invariants.iter().any(|i| i.outcome.is_stale())
        {
            paint(screen.style.bad, STALE)
        } else {
            paint(screen.style.of(worst), worst.glyph())
        };
        write!(out, "{glyph} {:<1$}", fit(name, self.name), self.name)?;
        for &standing in &self.counts {
            let count = tally.count(standing);
            let cell = if count == 0 { "·".to_owned() } else { count.to_string() };
            let style = if count == 0 { screen.style.dim } else { screen.style.of(standing) };
            let cell = format!("{cell:>0$}", width(standing));
            write!(out, "  {}", paint(style, cell))?;
        }
        out.push('\n');
        Ok(())
    }

    fn invariant(&self, out: &mut String, one: &InvariantReport, screen: &Screen) -> fmt::Result {
        let standing = one.standing();
        let style =
            if one.outcome.is_stale() { screen.style.bad } else { screen.style.of(standing) };
        let said = match failure::headline(one) {
            empty if empty.is_empty() => efforts(one),
            headline => headline,
        };
        let level = one.level.to_string();
        let row = format!("{level:<6}  {:<1$}  {said}", phrase(one), self.phrase);
        let glyph = paint(style, if one.outcome.is_stale() { STALE } else { standing.glyph() });
        writeln!(out, "    {glyph} {}", fit(&row, screen.width - 6).trim_end())
    }
}

/// The id without its suite.
fn phrase(one: &InvariantReport) -> String {
    let id = one.id.as_str();
    line(id.rsplit_once('/').map_or(id, |(_, phrase)| phrase))
}

fn efforts(one: &InvariantReport) -> String {
    let words = one.efforts.iter().map(|(judge, effort)| {
        format!("{judge} {} cases, {} ops, fired {}", effort.cases, effort.ops, effort.fired)
    });
    words.collect::<Vec<_>>().join("; ")
}

/// The word of a column's head.
fn short(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "hold",
        Standing::Inconclusive => "incon.",
        Standing::NotApplicable => "n/a",
        Standing::Skipped => "skip",
        Standing::Disputed => "disp.",
        other => other.words(),
    }
}

/// Columns that the counts of `standing` take.
fn width(standing: Standing) -> usize {
    short(standing).len().max(4)
}

/// What a suite as a whole looks like: the worst of its invariants, or a hold.
fn worst(tally: &Tally) -> Standing {
    [Standing::Broken, Standing::Inconclusive, Standing::Disputed, Standing::Known, Standing::Holds]
        .into_iter()
        .find(|&standing| tally.count(standing) > 0)
        .unwrap_or(Standing::NotApplicable)
}
