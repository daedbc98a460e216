//! Reports from any bytes.

use conformance::report::json::TEXT_LIMIT;
use conformance::report::merge::merge;
use conformance::report::terminal::{Screen, Style, lines, table};
use conformance::report::{Report, github, junit, sarif};

/// Reads `data` as a report. What reads is printed in every way and read back.
///
/// # Panics
/// If a report does not read back equal, or a printer lets a control character through.
pub fn results_json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Report::from_json(text) {
        Ok(report) => {
            read_back(&report, text.len());
            on_terminals(&report);
            for_services(&report);
            if let Err(fault) = merge(vec![report.clone(), report]) {
                assert!(!fault.to_string().is_empty());
            }
        }
        Err(fault) => assert!(!fault.to_string().contains(char::is_control), "{fault:?}"),
    }
}

/// A report of a text of `len` bytes: nothing in a short one is long enough to be cut.
fn read_back(report: &Report, len: usize) {
    let printed = report.to_json();
    if len <= TEXT_LIMIT {
        assert_eq!(Report::from_json(&printed).as_ref(), Ok(report), "of the text\n{printed}");
    }
}

fn on_terminals(report: &Report) {
    for (width, verbose) in [(0, true), (80, false), (usize::MAX, true)] {
        let screen = Screen { style: Style::PLAIN, width, verbose };
        plain_text(&table(report, &screen));
        plain_text(&lines(report, &screen));
        let coloured = table(report, &Screen { style: Style::COLOURED, ..screen });
        assert!(!coloured.is_empty());
    }
}

fn for_services(report: &Report) {
    plain_text(&junit::print(report));
    plain_text(&sarif::print(report));
    let github = github::print(report);
    plain_text(&github.summary);
    plain_text(&github.commands);
    assert!(github.commands.lines().count() <= github::ANNOTATIONS, "{}", github.commands);
    assert!(github.commands.lines().all(|line| line.starts_with("::")), "{}", github.commands);
}

/// A reader of `text` can be led astray by nothing but its words.
fn plain_text(text: &str) {
    let strange = text.chars().find(|&c| c.is_control() && c != '\n');
    assert_eq!(strange, None, "in the text\n{text:?}");
}
