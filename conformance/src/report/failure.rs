//! The account of one broken invariant: what a person needs to see first, in the order of need.

use super::graph::{self, text::Tone};
use super::text::{first_lines, last_lines, line, shell_word};
use super::{InvariantReport, Outcome, Report, TargetReport};
use crate::verdict::Witness;

/// Most lines of the script that are shown.
const TRACE_LINES: usize = 60;
/// Most lines of a map of the heap that are shown.
const PICTURE_LINES: usize = 40;
/// Most lines of the target's standard error that are shown.
const STDERR_LINES: usize = 10;
/// Most sub-expressions that are shown.
const FACTS: usize = 30;

/// One part of an account: a word for it, and its lines. All lines are harmless.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// What the lines are: `says`, `message`, `script`, ...
    pub name: &'static str,
    /// The lines, at least one.
    pub lines: Vec<String>,
    /// Which of the lines is the bad step.
    pub bad: Option<usize>,
    /// What each line of a picture is about; empty for other parts.
    pub tones: Vec<Tone>,
}

impl Part {
    fn new(name: &'static str, lines: Vec<String>) -> Part {
        Part { name, lines, bad: None, tones: Vec::new() }
    }
}

/// The account of `one`, broken by `target`. Parts without content are left out.
pub fn account(target: &TargetReport, one: &InvariantReport) -> Vec<Part> {
    let mut parts = vec![Part::new("says", vec![line(&one.says)])];
    if let Some(expected) = &one.expectation {
        parts.push(Part::new("expected", vec![line(&expected.message)]));
        parts.push(Part::new("reason", vec![line(&expected.reason)]));
    }
    if let Some(witness) = &one.witness {
        parts.extend(seen(witness));
        parts.push(Part::new("drawing", one.picture_file.iter().map(|file| line(file)).collect()));
        let mutant = witness.resembles.iter().map(|id| format!("mutant {}", line(id)));
        parts.push(Part::new("resembles", mutant.collect()));
        let (broke, tried) = witness.replays;
        parts.push(Part::new("replays", vec![format!("{broke} of {tried} broke it again")]));
    }
    parts.push(Part::new("replay", vec![replay_command(target, one)]));
    parts.push(Part::new("stated", vec![format!("{}:{}", line(&one.file), one.line)]));
    parts.retain(|part| !part.lines.is_empty());
    parts
}

/// What a witness showed. Parts without content are left out.
pub fn seen(witness: &Witness) -> Vec<Part> {
    let facts = witness.facts.iter().take(FACTS);
    let facts = facts.map(|(name, value)| format!("{} = {}", line(name), line(value)));
    let mut parts = vec![
        Part::new("message", vec![line(&witness.message)]),
        script(witness),
        Part::new("facts", facts.collect()),
        picture(witness),
        Part::new("stderr", last_lines(&witness.stderr, STDERR_LINES)),
    ];
    parts.retain(|part| !part.lines.is_empty());
    parts
}

/// An account as text without colours, each line indented behind the name of its part.
pub fn plain(parts: &[Part]) -> String {
    let mut out = String::new();
    for part in parts {
        for (at, shown) in part.lines.iter().enumerate() {
            let name = if at == 0 { part.name } else { "" };
            let mark = gutter(part, at);
            out.push_str(format!("  {name:<9} {mark} {shown}").trim_end());
            out.push('\n');
        }
    }
    out
}

/// What stands between the name and the line: the bad step has a mark of its own. It is never
/// empty, so that no foreign text begins a line.
pub fn gutter(part: &Part, at: usize) -> char {
    if part.bad == Some(at) { '>' } else { '|' }
}

/// The steps around the bad one.
fn script(witness: &Witness) -> Part {
    let all: Vec<&str> = witness.trace.lines().collect();
    let bad = bad_line(&all, witness);
    let start = bad.map_or(0, |bad| bad.saturating_sub(TRACE_LINES * 3 / 4));
    let start = if all.len() <= TRACE_LINES { 0 } else { start };
    let end = all.len().min(start + TRACE_LINES);
    let mut lines = Vec::new();
    if start > 0 {
        lines.push(format!("({start} lines before)"));
    }
    let first = lines.len();
    // Programs are indented by tabs, which other texts would show as escapes.
    lines.extend(all[start..end].iter().map(|step| line(&step.replace('\t', "    "))));
    if end < all.len() {
        lines.push(format!("({} lines more)", all.len() - end));
    }
    Part { bad: bad.map(|bad| bad - start + first), ..Part::new("script", lines) }
}

/// A graph of objects with its tones, or a map of a heap.
fn picture(witness: &Witness) -> Part {
    let Some(graph) = &witness.graph else {
        return Part::new("picture", first_lines(&witness.picture, PICTURE_LINES));
    };
    let (lines, tones) =
        graph::text::lines(graph).into_iter().map(|line| (line.text, line.tone)).unzip();
    Part { tones, ..Part::new("picture", lines) }
}

/// The line of the bad step. A trace has lines that are no steps, so the step's own text decides,
/// and its index among the equal ones only where every line is a step.
fn bad_line(lines: &[&str], witness: &Witness) -> Option<usize> {
    let step = witness.step.trim();
    let is_step = |at: &usize| lines.get(*at).is_some_and(|line| line.trim() == step);
    let by_index = lines.len().checked_sub(witness.steps).map(|header| header + witness.at);
    by_index.filter(is_step).or_else(|| (0..lines.len()).find(is_step))
}

/// The command that shows the failure again.
pub fn replay_command(target: &TargetReport, one: &InvariantReport) -> String {
    let spec = shell_word(&target.spec);
    if let Some(trace) = &one.trace_file {
        return format!("heaplaw replay {} --target {spec}", shell_word(trace));
    }
    let seed = target.runs.first().map_or(String::new(), |run| format!(" --seed {}", run.seed));
    format!("heaplaw check {spec} --invariant {}{seed}", shell_word(one.id.as_str()))
}

/// One line about `one` for places that have no more room: what was seen, or why nothing was.
pub fn headline(one: &InvariantReport) -> String {
    let reason = one.reason.iter().map(|reason| line(&reason.text));
    let message = one.witness.iter().map(|witness| line(&witness.message));
    let seen = reason.chain(message).collect::<Vec<_>>().join("; ");
    let Some(listed) = &one.expectation else { return seen };
    let (file, pinned) = (line(&listed.file), line(&listed.message));
    match one.outcome {
        Outcome::UnexpectedPass => format!("holds, but {file} lists it"),
        Outcome::Inapplicable => format!("does not apply ({seen}), but {file} lists it"),
        Outcome::MessageChanged => format!("{seen}, but {file} pins: {pinned}"),
        _ => format!("{seen} (known: {})", line(&listed.reason)),
    }
}

/// Why `target` could not be judged, if so: its fault or its failed controls, each on one line.
pub fn unjudgeable(target: &TargetReport) -> Vec<String> {
    let fault = target.fault.iter().map(|fault| line(fault));
    let failed = target.controls.each().into_iter().filter(|(_, control)| !control.ok);
    let controls =
        failed.map(|(name, control)| format!("{name} control failed: {}", line(&control.says)));
    if target.fault.is_some() { fault.collect() } else { controls.collect() }
}

/// The target as a heading: its spec word, and its name and version where they are known.
pub fn heading(target: &TargetReport) -> String {
    let identity = &target.identity;
    let known = [identity.name.as_deref(), identity.version.as_deref()];
    let known = known.into_iter().flatten().filter(|word| *word != target.spec);
    let known: Vec<String> = known.map(line).collect();
    let spec = line(&target.spec);
    if known.is_empty() { spec } else { format!("{spec} ({})", known.join(" ")) }
}

/// The last line of every text output: what was judged, counted.
pub fn summary(report: &Report) -> String {
    let targets = report.targets.len();
    let plural = if targets == 1 { "" } else { "s" };
    let stale = report.alarms().iter().filter(|(_, _, one)| one.outcome.is_stale()).count();
    let stale = if stale == 0 { String::new() } else { format!("; {stale} stale in the baseline") };
    let broken = report.targets.iter().filter(|target| !unjudgeable(target).is_empty()).count();
    let broken =
        if broken == 0 { String::new() } else { format!("; {broken} could not be judged") };
    format!(
        "heaplaw {}: {targets} target{plural}: {}{stale}{broken}",
        line(&report.heaplaw),
        report.tally().sentence()
    )
}
