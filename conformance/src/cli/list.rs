//! `heaplaw list`: the invariants, by suite.

use super::{Ended, Failure, load, screen};
use crate::spec::{Invariant, Pattern, Specs};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// Arguments of `list`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only invariants whose id matches; `*` stands for a part, `**` for several.
    #[arg(long, value_name = "GLOB")]
    invariant: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// Specs that do not load; a pattern that matches nothing.
pub fn run(args: &Args, specs_dir: Option<&Path>) -> Ended {
    let (specs, _) = load::specs(specs_dir)?;
    let pattern = args.invariant.as_deref().map_or_else(Pattern::all, Pattern::new);
    if specs.matching(&pattern).next().is_none() {
        let glob = args.invariant.as_deref().unwrap_or_default();
        return Err(Failure(specs.no_match(glob)));
    }
    if args.json {
        screen::print(&list_json(&specs, &pattern))?;
    } else {
        screen::print(&list(&specs, &pattern, screen::width()))?;
    }
    Ok(0)
}

/// The narrowest a sentence gets, in characters, however narrow the terminal is.
const NARROWEST: usize = 20;

/// The invariants whose ids match `pattern`, for a terminal of `width` columns: a heading for each
/// suite, a line for each invariant. Ends with a line break; empty where nothing matches.
pub fn list(specs: &Specs, pattern: &Pattern, width: usize) -> String {
    let mut text = String::new();
    for suite in &specs.suites {
        let chosen = suite.invariants.iter().filter(|invariant| pattern.matches(&invariant.id));
        let chosen: Vec<&Invariant> = chosen.collect();
        if chosen.is_empty() {
            continue;
        }
        let gap = if text.is_empty() { "" } else { "\n" };
        let head = first_words(&suite.about, width.saturating_sub(suite.name.len() + 2));
        push_line(&mut text, &format!("{gap}{}  {head}", suite.name));
        let longest = chosen.iter().map(|invariant| phrase(invariant).len()).max().unwrap_or(0);
        for invariant in chosen {
            push_line(&mut text, &row(invariant, longest, width));
        }
    }
    text
}

fn row(invariant: &Invariant, longest: usize, width: usize) -> String {
    // Level and profile are padded to their longest words.
    let head = format!(
        "  {:longest$}  {:6}  {:3}  ",
        phrase(invariant),
        invariant.level.word(),
        invariant.profile.word()
    );
    let says = first_words(&invariant.says, width.saturating_sub(head.len()));
    head + &says
}

fn push_line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes every line");
}

/// The id without the suite's name, which stands in the heading.
fn phrase(invariant: &Invariant) -> &str {
    let id = invariant.id.as_str();
    id.rsplit_once('/').map_or(id, |(_, phrase)| phrase)
}

/// As many whole words of `text` as fit into `width` characters, with `…` for the rest.
fn first_words(text: &str, width: usize) -> String {
    let width = width.max(NARROWEST);
    let mut words = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count() + usize::from(used > 0);
        // One character is kept for the `…`, unless the whole text fits.
        if used + length > width - 1 && text.chars().count() > width {
            return words + "…";
        }
        if used > 0 {
            words.push(' ');
        }
        words.push_str(word);
        used += length;
    }
    words
}

/// One invariant as `heaplaw list --json` prints it. The names of the fields are a contract.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    says: &'a str,
    level: &'a str,
    kind: &'a str,
    profile: &'a str,
    needs: Vec<&'a str>,
    judges: Vec<&'a str>,
    broken_by: &'a [String],
    file: &'a str,
    line: u32,
}

/// The invariants whose ids match `pattern`, as a JSON array with one object each. Ends with a line
/// break.
///
/// # Panics
/// Never: texts and numbers are always JSON.
pub fn list_json(specs: &Specs, pattern: &Pattern) -> String {
    let rows: Vec<Row<'_>> = specs.matching(pattern).map(json_row).collect();
    serde_json::to_string_pretty(&rows).expect("texts and numbers are JSON") + "\n"
}

fn json_row(invariant: &Invariant) -> Row<'_> {
    Row {
        id: invariant.id.as_str(),
        says: &invariant.says,
        level: invariant.level.word(),
        kind: invariant.kind.word(),
        profile: invariant.profile.word(),
        needs: invariant.needs.iter().map(|need| need.word()).collect(),
        judges: invariant.judges.iter().map(|judge| judge.word()).collect(),
        broken_by: &invariant.broken_by,
        file: &invariant.file,
        line: invariant.line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_fits_is_kept_whole() {
        assert_eq!(first_words("No two live blocks.", 20), "No two live blocks.");
        assert_eq!(first_words("Twenty characters ok", 20), "Twenty characters ok");
    }

    #[test]
    fn a_longer_sentence_loses_whole_words() {
        assert_eq!(first_words("No two live blocks share a byte.", 24), "No two live blocks…");
        assert_eq!(first_words("Ein Überschuss äußerster Größe.", 26), "Ein Überschuss äußerster…");
    }

    #[test]
    fn a_narrow_terminal_still_shows_something() {
        assert_eq!(first_words("No two live blocks share a byte.", 0), "No two live blocks…");
    }
}
