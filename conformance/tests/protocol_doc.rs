//! `docs/protocol.md` says what the tables of the code say.

use conformance::capability::Capability;
use conformance::facts::gc::statistics_of;
use conformance::op::gc::{Kind, Map, Op};
use conformance::op::{Action as _, Section};
use conformance::target::collector::needs;
use conformance::target::stdio::line;
use conformance::trace::form::gc::FORMS;

const DOCUMENT: &str = include_str!("../../docs/protocol.md");

/// The row of the document that is about the op `word`: rows of ops have four cells.
fn row(word: &str) -> &'static str {
    let begin = format!("| `{word}`");
    let is_op = |line: &&str| line.starts_with(&begin) && line.matches('|').count() == 5;
    let rows: Vec<&str> = DOCUMENT.lines().filter(is_op).collect();
    let [row] = rows[..] else { panic!("{} rows are about `{word}`", rows.len()) };
    row
}

#[test]
fn every_op_has_a_row_with_as_many_operands_as_it_has() {
    for form in FORMS {
        let op: Op = (form.build)(&[Some(1); _]);
        if op.section() != Section::Inner {
            continue; // the judge unrolls sections; no target hears of them
        }
        let cells: Vec<&str> = row(form.word).split(" | ").collect();
        let operands = cells[0].matches('`').count() / 2 - 1;
        assert_eq!(operands, form.operands.len(), "{}: {}", form.word, cells[0]);
    }
}

#[test]
fn every_op_needs_what_its_row_says() {
    for form in FORMS {
        let op: Op = (form.build)(&[Some(1); _]);
        if op.section() != Section::Inner {
            continue;
        }
        let cell = row(form.word).split('|').nth(2).unwrap_or_default();
        let said = cell.trim().trim_end_matches(" or `step`").trim_matches('`');
        let due = needs(&op).map_or("", Capability::word);
        assert_eq!(said, due, "{}", form.word);
    }
}

#[test]
fn every_name_of_the_statistics_that_are_asked_for_is_there() {
    for capability in [Capability::MemStats, Capability::Goal] {
        let names: Vec<&str> = statistics_of(capability).collect();
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            assert!(DOCUMENT.contains(&format!("`{name}`")), "nothing is said of `{name}`");
        }
    }
}

#[test]
fn limits_are_those_of_the_code() {
    let said = |text: &str| assert!(DOCUMENT.contains(text), "the document does not say: {text}");
    said(&format!("at most {} ops", line::BATCH_MAX));
    assert_eq!((line::LINE_MAX, line::NUMBER_MAX), (1 << 20, 1 << 53));
    said("A line of the judge is at most 1 MiB");
    said("at most 2^53");
}

#[test]
fn every_word_that_a_line_may_have_is_explained() {
    let offered = Capability::ALL.iter().filter(|c| c.is_of_collectors()).map(|c| c.word());
    let words = offered.chain(Map::ALL.map(Map::word)).chain(Kind::ALL.map(Kind::word));
    for word in words {
        assert!(DOCUMENT.contains(&format!("`{word}`")), "nothing is said of `{word}`");
    }
    for key in
        ["dead", "finalized", "cleaned", "strong", "broken", "skip", "refused", "unsupported"]
    {
        assert!(DOCUMENT.contains(key), "nothing is said of `{key}`");
    }
}
