//! `heaplaw explain ID`: one invariant in full.

use super::{Ended, Failure, load, screen};
use crate::check::again::{self, Tries};
use crate::check::target_spec::TargetSpec;
use crate::check::{Bench, Options, kills};
use crate::expect::Expectations;
use crate::laws::Books;
use crate::mutant::{self, Mutant};
use crate::report::{failure, terminal};
use crate::spec::glossary::{FieldType, Function, Parameter, Terms};
use crate::spec::{Body, Invariant, Pattern, Profile, RuleText, Source, Specs};
use crate::verdict::Witness;
use conformance_schedule::{self as schedule, record::Record};
use std::fmt;
use std::path::Path;

/// Arguments of `explain`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Full id of the invariant.
    id: String,
}

/// Runs the command: the words first, then how its first mutant breaks it, performed on the spot.
///
/// # Errors
/// Specs that do not load, an id that there is not, or a mutant that cannot be judged.
pub fn run(args: &Args, specs_dir: Option<&Path>) -> Ended {
    let (specs, books) = load::specs(specs_dir)?;
    screen::print(&explain(&specs, &args.id)?)?;
    let mutant = specs.invariant(&args.id).and_then(|one| mutant::find(one.broken_by.first()?));
    let Some(mutant) = mutant else { return Ok(0) };
    let seen = if mutant.analyser().is_some() {
        asked(mutant, &args.id, (&specs, &books))?
    } else {
        replayed(mutant, &args.id, (&specs, &books))?
    };
    if let Some(witness) = seen {
        let seen = terminal::account(&failure::seen(&witness), &screen::style());
        screen::print(&format!("\n{}: {}\n{seen}", mutant.id, mutant.says))?;
    }
    Ok(0)
}

/// What `mutant` does in the trace that the kill matrix kept; nothing where that wants luck, and has none.
fn replayed(
    mutant: &Mutant,
    id: &str,
    (specs, books): (&Specs, &Books),
) -> Result<Option<Witness>, Failure> {
    let Some(text) = mutant::witness(mutant.id) else { return Ok(None) };
    let trace = again::parse(text, mutant.id)?;
    let (expectations, options) = (Expectations::default(), again::options(&trace));
    let bench = bench((specs, books), &expectations, &options)?;
    let target = TargetSpec::Mutant(mutant.id.to_owned());
    let replayed = again::replay(&target, &bench, &trace, Tries::UntilBroken)?;
    let broken = replayed.broken.iter().find(|one| one.id.as_str() == id);
    Ok(broken.map(|one| one.witness(&trace)))
}

/// What the analyser `mutant` says of the golden files of `id`.
fn asked(
    mutant: &Mutant,
    id: &str,
    (specs, books): (&Specs, &Books),
) -> Result<Option<Witness>, Failure> {
    let options = Options {
        profile: Profile::Go,
        invariants: vec![Pattern::new(id)],
        patterns: vec![id.to_owned()],
        ..Options::default()
    };
    let expectations = Expectations::default();
    let bench = bench((specs, books), &expectations, &options)?;
    let target = TargetSpec::Mutant(mutant.id.to_owned());
    let killed = kills(&target, &bench).map_err(|e| Failure(e.to_string()))?;
    let broken = killed.into_iter().find(|(broken, _)| broken.as_str() == id);
    Ok(broken.map(|(_, (_, witness))| witness))
}

fn bench<'b>(
    (specs, books): (&'b Specs, &'b Books),
    expectations: &'b Expectations,
    options: &'b Options,
) -> Result<Bench<'b>, Failure> {
    Ok(Bench { specs, books, expectations, options, worker: load::worker()?, proven: None })
}

/// There is no invariant with this id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownId {
    /// What was asked for.
    pub id: String,
    /// Ids that may be meant, the likeliest first.
    pub nearest: Vec<String>,
}

impl fmt::Display for UnknownId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no invariant has the id `{}`", self.id.escape_debug())?;
        if self.nearest.is_empty() {
            return f.write_str("; `heaplaw list` shows all of them");
        }
        write!(f, "; did you mean {}?", self.nearest.join(", or "))
    }
}

impl std::error::Error for UnknownId {}

/// Everything the specs say about the invariant `id`: wording, reason, body, the meaning of every
/// word that its rule uses, sources, mutants. Ends with a line break.
///
/// # Errors
/// [`UnknownId`], with the ids that may be meant.
pub fn explain(specs: &Specs, id: &str) -> Result<String, UnknownId> {
    let Some(invariant) = specs.invariant(id) else {
        let nearest = specs.nearest_ids(id).into_iter().map(str::to_owned).collect();
        return Err(UnknownId { id: id.to_owned(), nearest });
    };
    let terms = specs.glossary.subjects.get(invariant.id.subject());
    let mut page = Page(format!("{}\n\n  {}\n\n", invariant.id, invariant.says));
    page.row("why", &invariant.why);
    page.row("level", &format!("{}: {}", invariant.level, invariant.level.says()));
    page.row("kind", &format!("{}: {}", invariant.kind, invariant.kind.says()));
    page.row("profile", &format!("{}: {}", invariant.profile, invariant.profile.says()));
    scope(&mut page, invariant);
    body(&mut page, &invariant.body, terms);
    page.rows("judges", invariant.judges.iter().map(|j| format!("{j}: {}", j.says())));
    page.row("fires", &format!("at least {} in a run before it holds", times(invariant.fires)));
    if invariant.taints {
        page.row("taints", "a breach ends the case: what follows proves nothing");
    }
    page.rows("source", invariant.source.iter().map(origin));
    page.rows("broken by", invariant.broken_by.iter().cloned());
    page.row("file", &format!("{}:{}", invariant.file, invariant.line));
    Ok(page.0)
}

/// The output, in two columns: what, and the text about it.
struct Page(String);

impl Page {
    const LABEL: usize = 10; // columns; the longest is `broken by`

    fn row(&mut self, label: &str, text: &str) {
        for (i, line) in text.lines().enumerate() {
            let label = if i == 0 { label } else { "" };
            let row = format!("{label:width$}{line}", width = Page::LABEL);
            self.0.push_str(row.trim_end());
            self.0.push('\n');
        }
    }

    /// One row for each text; the label stands before the first.
    fn rows(&mut self, label: &str, texts: impl Iterator<Item = String>) {
        for (i, text) in texts.enumerate() {
            self.row(if i == 0 { label } else { "" }, &text);
        }
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".into() } else { format!("{count} times") }
}

fn origin(source: &Source) -> String {
    match source {
        Source::Text(text) => text.clone(),
        Source::Go(place) => format!("Go {place}"),
        Source::Issue(issue) => format!("issue {issue}"),
    }
}

/// Where the invariant applies at all.
fn scope(page: &mut Page, invariant: &Invariant) {
    let given = invariant.given.iter();
    page.rows("given", given.map(|(choice, words)| format!("{choice} is {}", words.join(" or "))));
    page.rows("needs", invariant.needs.iter().map(|need| format!("{need}: {}", need.says())));
    if !invariant.scenario.is_empty() {
        page.row("scenario", &invariant.scenario.join(", "));
    }
}

fn body(page: &mut Page, body: &Body, terms: Option<&Terms>) {
    match body {
        Body::Rule { on, when, rule } => {
            let event = |name: &String| match terms.and_then(|terms| terms.events.get(name)) {
                Some(event) => format!("{name}: {}", event.says),
                None => name.clone(),
            };
            page.rows("on", on.iter().map(event));
            if let Some(when) = when {
                page.row("when", &when.text);
            }
            page.row("rule", &rule.text);
            let texts = when.iter().chain([rule]);
            page.rows("where", meanings(texts, terms).into_iter());
        }
        Body::Table { on, file, key, equal, at_most, .. } => {
            page.rows("on", on.iter().cloned());
            page.row("table", &format!("{file}, by {}", key.join(" and ")));
            page.rows("equal", equal.iter().cloned());
            page.rows("at most", at_most.iter().cloned());
        }
        Body::Golden { files } => page.rows("golden", files.iter().cloned()),
        Body::Compare { swap, with, blames } => {
            page.row("compare", &format!("{} replaced by {with}", swap.join(", ")));
            page.row("blames", &format!("breaches of {}", blames.join(", ")));
        }
        Body::Model { name } => page.rows("model", model(name).into_iter()),
    }
}

/// What a schedule model asks, and what its last run found; of one that this build does not know, its
/// name.
fn model(name: &str) -> Vec<String> {
    let Some(model) = schedule::find(name) else { return vec![name.to_owned()] };
    let found = match Record::embedded().of_reference(name) {
        Some((executions, bound)) => {
            let bound =
                bound.map_or(String::new(), |n| format!(", some with {n} preemptions at most"));
            format!("held by the reference's part in {executions} orders of its threads{bound}")
        }
        None => "held by a small part; the reference has none that was put to it".to_owned(),
    };
    let whence = "run by ci/loom.sh; see specs/schedule.json".to_owned();
    vec![format!("{name}: {}", model.asks), found, whence]
}

/// What the glossary says about each fact and function that `rules` name, in order of appearance.
fn meanings<'r>(rules: impl Iterator<Item = &'r RuleText>, terms: Option<&Terms>) -> Vec<String> {
    let Some(terms) = terms else { return Vec::new() };
    let mut meanings = Vec::new();
    for name in rules.flat_map(|rule| names(&rule.text)) {
        if let Some(meaning) = meaning(name, terms)
            && !meanings.contains(&meaning)
        {
            meanings.push(meaning);
        }
    }
    meanings
}

fn meaning(name: &str, terms: &Terms) -> Option<String> {
    if let Some(function) = terms.functions.get(name) {
        return Some(format!("{}: {}", signature(name, function), function.says));
    }
    let (record, field) = name.split_once('.')?;
    let fields = &terms.records.get(record)?.fields;
    let (_, field) = fields.iter().find(|(name, _)| name == field)?;
    let unit = field.unit.as_ref().map(|unit| format!(", {unit}")).unwrap_or_default();
    Some(format!("{name} ({}{unit}): {}", type_name(&field.kind), field.says))
}

fn signature(name: &str, function: &Function) -> String {
    let takes = function.takes.iter().map(|parameter| match parameter {
        Parameter::Value(kind) => type_name(kind),
        Parameter::Record(record) => record.clone(),
    });
    let takes = takes.collect::<Vec<_>>().join(", ");
    format!("{name}({takes}) -> {}, {}", type_name(&function.gives), function.cost)
}

fn type_name(kind: &FieldType) -> String {
    match kind {
        FieldType::Int => "int".into(),
        FieldType::Bool => "bool".into(),
        FieldType::Word(words) => format!("one of {}", words.join(", ")),
        FieldType::Ints { max } => format!("at most {max} ints"),
    }
}

/// The names in a rule, each cut after its second part, without those in strings and comments.
fn names(rule: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = rule;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => string_length(rest, first),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            c if c.is_ascii_alphabetic() || c == '_' => {
                let name = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.');
                let length = rest.find(name).unwrap_or(rest.len());
                let second_dot = rest[..length].match_indices('.').nth(1);
                names.push(&rest[..second_dot.map_or(length, |(at, _)| at)]);
                length
            }
            c if c.is_ascii_digit() => {
                rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        rest = &rest[length..];
    }
    names
}

/// The bytes of the string literal at the start of `text`, quotes included.
fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_outside_strings_comments_and_numbers() {
        let rule = "live.overlapping(block) == 0x1f // block.gone\n && op.kind != 'op.late' && é";
        assert_eq!(names(rule), ["live.overlapping", "block", "op.kind"]);
    }

    #[test]
    fn a_name_of_three_parts_counts_as_its_first_two() {
        assert_eq!(names("block.pages.all(p, p > 0)"), ["block.pages", "p", "p"]);
    }

    #[test]
    fn a_string_may_hold_its_own_quote_or_never_end() {
        assert_eq!(names(r"'it\'s x.y' == a.b"), ["a.b"]);
        assert_eq!(names("a.b == 'x.y"), ["a.b"]);
    }
}
