//! The JSON Schema of the protocol is the one that the tables give, and says what the readers say.
//!
//! That whole conversations of real adapters are valid is tested with an independent validator, by
//! `ci/collectors.sh`. Here the committed file is compared, and what the schema refuses is refused by
//! the judge and by the served side, too.

use conformance::mutant::correct_collector;
use conformance::op::gc::{Op, Step};
use conformance::op::{Action as _, Section};
use conformance::target::stdio::{line, serve};
use conformance::trace::form::gc::FORMS;
use serde_json::Value;
use std::path::Path;

/// Lines that no side may say: who says it, a tab, and the line.
const BROKEN: &str = include_str!("../testdata/protocol/broken.txt");

#[test]
fn the_committed_schema_is_the_one_that_the_tables_give() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/protocol.schema.json");
    let schema = line::schema();
    if std::env::var_os("HEAPLAW_BLESS").is_some() {
        std::fs::write(&path, &schema).expect("the schema can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == schema,
        "specs/protocol.schema.json is out of date; HEAPLAW_BLESS=1 cargo test rewrites it"
    );
}

#[test]
fn every_op_that_is_spoken_has_a_definition_and_so_has_its_answer() {
    let schema: Value = serde_json::from_str(&line::schema()).expect("a schema is JSON");
    let definitions = schema["definitions"].as_object().expect("it has definitions");
    for form in FORMS {
        let op: Op = (form.build)(&[Some(1); _]);
        let spoken = op.section() == Section::Inner;
        for kind in ["op", "answer"] {
            let name = format!("{kind}_{}", form.word);
            assert_eq!(definitions.contains_key(&name), spoken, "{name}");
        }
    }
    let op = &definitions["op_new"];
    assert_eq!(op["title"], "new L WORDS MAP");
    assert_eq!(op["items"][3]["minimum"], 1, "an object has a word");
    assert_eq!(definitions["op_start"]["items"][2]["minimum"], 1, "mutator 0 never starts");
    assert_eq!(definitions["op_walk"]["items"][3]["maximum"], line::NUMBER_MAX);
}

#[test]
fn every_reference_leads_to_a_definition() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(keys) => {
                found.extend(keys.get("$ref").and_then(Value::as_str).map(str::to_owned));
                keys.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let schema: Value = serde_json::from_str(&line::schema()).expect("a schema is JSON");
    let mut found = Vec::new();
    references(&schema, &mut found);
    assert!(found.len() > 100, "{found:?}");
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("within the schema");
        assert!(schema.pointer(pointer).is_some(), "{reference}");
    }
}

/// What the served side says to a batch, as JSON.
fn served(batch: &str) -> Value {
    let asked = format!("{}{batch}\n", line::greeting(0));
    let mut heard = Vec::new();
    let _ = serve(&mut *correct_collector(), asked.as_bytes(), &mut heard);
    let text = String::from_utf8(heard).expect("text");
    serde_json::from_str(text.lines().nth(1).expect("a reply")).expect("JSON")
}

#[test]
fn what_the_schema_refuses_the_readers_refuse() {
    let mut count = 0;
    for entry in BROKEN.lines().filter(|entry| !entry.starts_with('#')) {
        let (who, text) = entry.split_once('\t').unwrap_or_else(|| panic!("{entry}: no tab"));
        count += 1;
        match who {
            "hello" => assert!(line::Hello::read(text.as_bytes()).is_err(), "{text}"),
            "greeting" => {
                let mut heard = Vec::new();
                let said =
                    serve(&mut *correct_collector(), format!("{text}\n").as_bytes(), &mut heard);
                assert!(said.is_err(), "{text}");
            }
            "batch" => {
                let reply = served(text);
                let failed = |answer: &Value| !answer["error"].is_null() || answer == "unsupported";
                let answers = reply["answers"].as_array();
                let bad = answers.is_some_and(|answers| answers.iter().any(failed));
                assert!(bad || reply["error"].is_string(), "{text}: {reply}");
            }
            "reply" => {
                let step = [Step::main(Op::Collect)];
                let read = line::reply(text.as_bytes(), 1, &step);
                let failed = read.as_ref().is_ok_and(|(_, readings)| !readings.is_empty());
                assert!(read.is_err() || failed, "{text}: {read:?}");
            }
            _ => panic!("nobody is called `{who}`"),
        }
    }
    assert!(count > 40, "{count} lines");
}
