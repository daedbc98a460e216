//! What each printer makes of hand-made reports: golden files, and hostile targets.

mod report_samples;

use conformance::report::terminal::{Screen, Style};
use conformance::report::{Report, github, json, junit, sarif, terminal};
use report_samples::{broken, every_verdict, holds, hostile_report, report, target};
use std::path::Path;

const SCREEN: Screen = Screen { style: Style::PLAIN, width: 100, verbose: false };

/// Compares `text` to a committed file; `HEAPLAW_BLESS=1` writes the file instead.
fn golden(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("HEAPLAW_BLESS").is_some() {
        std::fs::write(&path, text).expect("the golden file can be written");
    }
    let wanted = std::fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("{}: {e}; HEAPLAW_BLESS=1 writes it", path.display()));
    assert!(wanted == text, "{file} differs; HEAPLAW_BLESS=1 rewrites it. Now:\n{text}");
}

/// Every text output, by name.
fn outputs(report: &Report) -> Vec<(&'static str, String)> {
    let github = github::print(report);
    let verbose = Screen { verbose: true, ..SCREEN };
    vec![
        ("report.json", report.to_json()),
        ("junit.xml", junit::print(report)),
        ("github.commands", github.commands),
        ("github.md", github.summary),
        ("sarif.json", sarif::print(report)),
        ("terminal.txt", terminal::table(report, &SCREEN)),
        ("terminal-verbose.txt", terminal::table(report, &verbose)),
        ("plain.txt", terminal::lines(report, &SCREEN)),
    ]
}

#[test]
fn every_printer_prints_every_verdict_as_committed() {
    for (name, text) in outputs(&every_verdict()) {
        golden(&format!("testdata/reports/{name}"), &text);
    }
    let coloured = Screen { style: Style::COLOURED, ..SCREEN };
    let text = terminal::table(&every_verdict(), &coloured).replace('\x1b', "ESC");
    golden("testdata/reports/terminal-coloured.txt", &text);
}

#[test]
fn the_committed_schema_is_the_one_of_the_types() {
    golden("../specs/results.schema.json", &json::schema());
}

#[test]
fn colours_change_nothing_but_the_escapes() {
    let coloured = Screen { style: Style::COLOURED, ..SCREEN };
    let text = terminal::table(&every_verdict(), &coloured);
    let bare = anstream::adapter::strip_str(&text).to_string();
    assert_eq!(bare, terminal::table(&every_verdict(), &SCREEN));
}

#[test]
fn a_table_keeps_to_the_width_of_its_screen() {
    for width in [60, 80, 200] {
        let text = terminal::table(&every_verdict(), &Screen { width, ..SCREEN });
        let (rows, _) = text.split_once("\nbroken: ").expect("there is a failure block");
        let widest = rows.lines().map(|row| row.chars().count()).max();
        assert!(widest <= Some(width), "{widest:?} columns in {width}:\n{rows}");
    }
}

#[test]
fn no_output_lets_a_target_act_on_its_reader() {
    for (name, text) in outputs(&hostile_report()) {
        for line in text.lines() {
            let act = line.find(|c: char| c.is_control() || "\u{202e}\u{2028}\u{fffe}".contains(c));
            assert_eq!(act, None, "{name}: {line:?}");
            let command = line.trim_start().starts_with("::");
            assert!(name == "github.commands" || !command, "{name}: {line:?}");
            assert!(!line.contains("##["), "{name}: {line:?}");
        }
    }
}

#[test]
fn a_hostile_target_adds_no_workflow_command() {
    let commands = github::print(&hostile_report()).commands;
    assert!(commands.lines().count() <= github::ANNOTATIONS);
    for line in commands.lines() {
        let (command, message) = line[2..].split_once("::").expect("a command and its message");
        let name = command.split(' ').next();
        assert!(matches!(name, Some("error" | "warning" | "notice")), "{line:?}");
        let escape = |at: usize| ["%25", "%3A", "%2C"].contains(&&line[at..at + 3]);
        assert!(line.match_indices('%').all(|(at, _)| escape(at)), "{line:?}");
        assert!(!message.is_empty());
    }
}

#[test]
fn the_loudest_annotations_come_first_and_are_at_most_ten() {
    let mut many: Vec<_> = (0..30).map(|n| broken(&format!("alloc/block/n{n}"))).collect();
    for one in &mut many[..25] {
        one.level = conformance::spec::Level::May;
    }
    let commands = github::print(&report(vec![target(many)])).commands;
    let names: Vec<_> = commands.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(names[..5], ["::error"; 5]);
    assert_eq!(names[5..], ["::notice"; 5]);
}

#[test]
fn hostile_xml_reads_back_as_one_suite_for_each_target() {
    let hostile = hostile_report();
    let xml = junit::print(&hostile);
    let read = quick_junit::Report::deserialize_from_str(&xml).expect("it is JUnit XML");
    assert_eq!(read.test_suites.len(), hostile.targets.len());
    assert!(!xml.contains("<script>"), "markup came through");
    let one = &read.test_suites[0].test_cases;
    // One case for each invariant, and one for the failed control.
    assert_eq!(one.len(), hostile.targets[0].invariants.len() + 1);
}

#[test]
fn huge_texts_are_cut_in_every_output() {
    let invariants = hostile_report().targets[0].invariants.len();
    for (name, text) in outputs(&hostile_report()) {
        let limit = invariants * 40 * json::TEXT_LIMIT;
        assert!(text.len() < limit, "{name} has {} bytes", text.len());
        let longest = text.lines().map(str::len).max().unwrap_or(0);
        assert!(name == "report.json" || longest < 8_000, "{name}: a line of {longest} bytes");
    }
}

#[test]
fn the_summary_page_shows_hostile_text_as_text() {
    let page = github::print(&hostile_report()).summary;
    assert!(!page.contains("<script"), "HTML came through");
    let link = page.match_indices("](").find(|(at, _)| &page[at - 1..*at] != "\\");
    assert_eq!(link, None, "a link came through");
    for row in page.lines().filter(|line| line.starts_with("| broken |")) {
        let borders =
            row.match_indices('|').filter(|(at, _)| *at == 0 || &row[at - 1..*at] != "\\");
        assert_eq!(borders.count(), 5, "{row}");
    }
}

#[test]
fn sarif_points_at_the_line_that_states_the_invariant() {
    let log: serde_json::Value =
        serde_json::from_str(&sarif::print(&report(vec![target(vec![broken("alloc/block/x")])])))
            .expect("it is JSON");
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "specs/alloc/block.yaml");
    assert_eq!(place["region"]["startLine"], 12);
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][0]["id"], "alloc/block/x");
}

#[test]
fn sarif_keeps_to_the_number_of_results_that_hosts_keep() {
    let many = (0..sarif::RESULTS + 5).map(|n| broken(&format!("alloc/block/n{n}"))).collect();
    let log: serde_json::Value =
        serde_json::from_str(&sarif::print(&report(vec![target(many)]))).expect("it is JSON");
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(sarif::RESULTS));
}

#[test]
fn a_plain_line_names_verdict_level_id_target_and_effort() {
    let text = terminal::lines(&report(vec![target(vec![holds("alloc/block/x")])]), &SCREEN);
    let line = "holds  must  alloc/block/x  system  property 256 cases 51200 ops fired 40011\n";
    assert!(text.starts_with(line), "{text}");
    assert!(text.ends_with("\nheaplaw 0.1.0: 1 target: 1 holds\n"), "{text}");
}

#[test]
fn a_failure_shows_the_bad_step_and_the_command_that_replays_it() {
    let text = terminal::lines(&report(vec![target(vec![broken("alloc/block/x")])]), &SCREEN);
    assert!(text.contains("\n            > malloc 2 16\n"), "{text}");
    let command = "heaplaw replay witnesses/disjoint.trace --target system";
    assert!(text.contains(&format!("  replay    | {command}\n")), "{text}");
}

#[test]
fn a_witness_that_was_not_saved_is_found_again_by_its_seed() {
    let mut one = broken("alloc/block/x");
    one.trace_file = None;
    let text = terminal::lines(&report(vec![target(vec![one])]), &SCREEN);
    assert!(text.contains("heaplaw check system --invariant alloc/block/x --seed 7"), "{text}");
}

#[test]
fn of_a_long_script_the_steps_around_the_bad_one_are_shown() {
    let mut one = broken("alloc/block/x");
    let witness = one.witness.as_mut().expect("a broken invariant has a witness");
    witness.trace = (0..500).map(|n| format!("free {n}")).collect::<Vec<_>>().join("\n");
    (witness.steps, witness.at, witness.step) = (500, 400, "free 400".into());
    let text = terminal::lines(&report(vec![target(vec![one])]), &SCREEN);
    assert!(text.contains("script    | (355 lines before)\n"), "{text}");
    assert!(text.contains("            > free 400\n"), "{text}");
    assert!(text.contains("            | (85 lines more)\n"), "{text}");
}

/// A report of one broken invariant with a graph that was drawn.
fn with_graph() -> Report {
    let mut one = broken("gc/barrier/insertion-shade");
    let witness = one.witness.as_mut().expect("what is broken has a witness");
    witness.graph = Some(report_samples::hostile_graph("x"));
    one.picture_file = Some("witnesses/insertion-shade.svg".into());
    report(vec![target(vec![one])])
}

#[test]
fn a_graph_is_printed_from_its_value_with_a_colour_for_what_a_line_is_about() {
    let coloured = Screen { style: Style::COLOURED, ..SCREEN };
    let text = terminal::lines(&with_graph(), &coloured);
    let guilty = text.lines().find(|line| line.contains("! x, x"));
    let bad = Style::COLOURED.bad.to_string();
    assert!(guilty.is_some_and(|line| line.contains(&bad)), "{text}");
    let bare = anstream::adapter::strip_str(&text).to_string();
    assert_eq!(bare, terminal::lines(&with_graph(), &SCREEN));
}

#[test]
fn a_drawing_is_named_in_every_report_that_a_person_reads() {
    for (name, text) in outputs(&with_graph()) {
        let named = text.contains("insertion-shade.svg");
        // Annotations stand beside the sentence that broke; there is no room for files.
        assert_eq!(named, name != "github.commands", "{name}:\n{text}");
    }
}
