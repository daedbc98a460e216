//! A small glossary to write rules with.

use conformance::rule::{EventId, Vocabulary};
use conformance::spec::glossary::{Event, Field, FieldType, Function, Parameter, Record, Terms};

/// Words about an imaginary allocator. `old` has the fields of `block`; `span` has others.
pub(crate) fn terms() -> Terms {
    let block = || {
        record(&[
            ("address", int(Some("address"))),
            ("size", int(Some("bytes"))),
            ("serial", int(None)),
        ])
    };
    let words = ["malloc", "calloc", "realloc", "free"].map(str::to_owned).to_vec();
    let word = || Field { kind: FieldType::Word(words.clone()), ..int(None) };
    let bool = || Field { kind: FieldType::Bool, ..int(None) };
    let ints = |max, unit| Field { kind: FieldType::Ints { max }, ..int(unit) };
    let records = [
        ("op", record(&[("kind", word()), ("ok", bool()), ("errno", int(None))])),
        ("last", record(&[("kind", word()), ("ok", bool())])),
        (
            "request",
            record(&[
                ("size", int(Some("bytes"))),
                ("align", int(Some("bytes"))),
                ("zeroed", bool()),
            ]),
        ),
        ("block", block()),
        ("old", block()),
        ("span", record(&[("base", int(Some("address"))), ("slots", int(None))])),
        ("run", record(&[("serials", ints(4096, None)), ("footprints", ints(64, Some("bytes")))])),
        ("live", record(&[])),
    ];
    let events = [
        ("allocated", vec!["op", "last", "request", "block", "span", "run"]),
        ("resized", vec!["op", "request", "block", "old"]),
        ("freed", vec!["op", "old"]),
    ];
    let functions = [
        (
            "live.overlapping",
            vec![Parameter::Record("block".to_owned())],
            FieldType::Int,
            "O(log n)",
        ),
        ("live.holds", vec![Parameter::Value(FieldType::Int)], FieldType::Bool, "O(1)"),
        ("is_sound", vec![], FieldType::Bool, "whole heap"),
        (
            "mix",
            vec![
                Parameter::Value(FieldType::Bool),
                Parameter::Record("block".to_owned()),
                Parameter::Value(FieldType::Word(words.clone())),
            ],
            FieldType::Int,
            "O(n)",
        ),
    ];
    Terms {
        events: events.into_iter().map(|(name, binds)| (name.to_owned(), event(&binds))).collect(),
        records: records.into_iter().map(|(name, record)| (name.to_owned(), record)).collect(),
        functions: functions
            .into_iter()
            .map(|(name, takes, gives, cost)| (name.to_owned(), function(takes, gives, cost)))
            .collect(),
    }
}

/// The words above, numbered, and the event that binds all records but `old`.
pub(crate) fn vocabulary() -> (Vocabulary, EventId) {
    let vocabulary = Vocabulary::new(&terms()).expect("the glossary of these tests is sound");
    let event = vocabulary.event("allocated").expect("it is declared");
    (vocabulary, event)
}

fn int(unit: Option<&str>) -> Field {
    Field { says: String::new(), kind: FieldType::Int, unit: unit.map(str::to_owned) }
}

fn record(fields: &[(&str, Field)]) -> Record {
    let fields = fields.iter().map(|(name, field)| ((*name).to_owned(), field.clone()));
    Record { says: String::new(), fields: fields.collect() }
}

fn event(binds: &[&str]) -> Event {
    Event { says: String::new(), binds: binds.iter().map(|&name| name.to_owned()).collect() }
}

fn function(takes: Vec<Parameter>, gives: FieldType, cost: &str) -> Function {
    Function { says: String::new(), takes, gives, cost: cost.to_owned() }
}
