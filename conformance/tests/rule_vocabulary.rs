//! Numbering a glossary, and what a glossary may not say.

mod rule_words;

use conformance::rule::{Vocabulary, VocabularyFaultKind as Kind};
use conformance::spec::glossary::{Event, Field, FieldType, Function, Parameter, Terms};
use rule_words::{terms, vocabulary};

#[track_caller]
fn refuse(change: impl FnOnce(&mut Terms), kind: Kind, said: &str) {
    let mut terms = terms();
    change(&mut terms);
    let fault = Vocabulary::new(&terms).expect_err("a glossary with a fault");
    assert_eq!((fault.kind, fault.to_string().as_str()), (kind, said));
}

fn field(terms: &mut Terms, record: &str, name: &str, kind: FieldType) {
    let fields = &mut terms.records.get_mut(record).expect("a record").fields;
    fields.push((name.to_owned(), Field { says: String::new(), kind, unit: None }));
}

fn function(terms: &mut Terms, name: &str, takes: &[Parameter], gives: FieldType, cost: &str) {
    let (says, takes, cost) = (String::new(), takes.to_vec(), cost.to_owned());
    terms.functions.insert(name.to_owned(), Function { says, takes, gives, cost });
}

#[test]
fn names_lead_to_ids_and_back() {
    let (vocabulary, event) = vocabulary();
    for (id, name) in vocabulary.facts() {
        assert_eq!(vocabulary.fact(name), Some(id));
        assert_eq!(vocabulary.list(name), None);
    }
    for (id, name) in vocabulary.lists() {
        assert_eq!((vocabulary.list(name), vocabulary.fact(name)), (Some(id), None));
    }
    assert!(vocabulary.events().any(|(id, name)| id == event && name == "allocated"));
    assert!(vocabulary.functions().all(|(id, name)| vocabulary.function(name) == Some(id)));
    assert_eq!(vocabulary.facts().count(), 16);
    assert_eq!(vocabulary.lists().count(), 2);
    assert_eq!(vocabulary.fact("block"), None);
    assert_eq!(vocabulary.event("started"), None);
}

#[test]
fn a_word_is_its_place_among_the_words_of_its_fact() {
    let (vocabulary, event) = vocabulary();
    let fact = |name| vocabulary.fact(name).expect("a fact of the test glossary");
    let kind = fact("op.kind");
    assert_eq!(vocabulary.word(kind, "free"), Some(3));
    assert_eq!(vocabulary.word_text(kind, 3), Some("free"));
    assert_eq!(vocabulary.word(kind, "munmap"), None);
    assert_eq!(vocabulary.word_text(kind, 4), None);
    assert_eq!(vocabulary.word(fact("op.errno"), "free"), None);
    assert!(vocabulary.binds(event, kind));
    assert!(!vocabulary.binds(event, fact("old.size")));
}

#[test]
fn undeclared_records_are_refused_with_the_nearest_declared_one() {
    refuse(
        |terms| {
            let event = Event { says: String::new(), binds: vec!["blok".to_owned()] };
            terms.events.insert("started".to_owned(), event);
        },
        Kind::UnknownRecord,
        "event `started` binds record `blok`, which is not declared; did you mean `block`?",
    );
    refuse(
        |t| function(t, "heap.count", &[], FieldType::Int, "O(1)"),
        Kind::UnknownRecord,
        "function `heap.count` is a method of record `heap`, which is not declared",
    );
    refuse(
        |t| {
            let takes = [Parameter::Record("spam".to_owned())];
            function(t, "f", &takes, FieldType::Int, "O(1)");
        },
        Kind::UnknownRecord,
        "function `f` takes record `spam`, which is not declared; did you mean `span`?",
    );
}

#[test]
fn names_that_no_rule_could_write_are_refused() {
    let unwritable = "`op.in` is no name that a rule can write";
    refuse(|t| field(t, "op", "in", FieldType::Int), Kind::Name, unwritable);
    let unwritable = "`op.a-b` is no name that a rule can write";
    refuse(|t| field(t, "op", "a-b", FieldType::Int), Kind::Name, unwritable);
    let record = |name: &'static str| {
        move |terms: &mut Terms| {
            let block = terms.records["block"].clone();
            terms.records.insert(name.to_owned(), block);
        }
    };
    refuse(record("package"), Kind::Name, "`package` is a reserved word of CEL");
    refuse(record("math"), Kind::Name, "`math` has a meaning in every rule");
    refuse(record("9lives"), Kind::Name, "`9lives` is no name that a rule can write");
    refuse(
        |t| function(t, "plateau", &[], FieldType::Bool, "O(1)"),
        Kind::Name,
        "`plateau` has a meaning in every rule",
    );
    let words = || FieldType::Word(vec!["it's".to_owned()]);
    refuse(
        |t| field(t, "op", "state", words()),
        Kind::Name,
        "`op.state` has the word \"it's\", which no rule can write",
    );
}

#[test]
fn nothing_is_declared_twice() {
    let twice = "`op.ok` is declared twice";
    refuse(|t| field(t, "op", "ok", FieldType::Int), Kind::Duplicate, twice);
    let words = || FieldType::Word(vec!["on".to_owned(), "on".to_owned()]);
    let twice = "`op.state` has the word `on` twice";
    refuse(|t| field(t, "op", "state", words()), Kind::Duplicate, twice);
}

#[test]
fn functions_take_and_give_plain_numbers() {
    let list = Parameter::Value(FieldType::Ints { max: 4 });
    refuse(
        |t| function(t, "f", &[list], FieldType::Int, "O(1)"),
        Kind::Signature,
        "`f` takes a list; lists are not handed over",
    );
    let run = Parameter::Record("run".to_owned());
    refuse(
        |t| function(t, "f", &[run], FieldType::Int, "O(1)"),
        Kind::Signature,
        "`f` takes a list in record `run`; lists are not handed over",
    );
    refuse(
        |t| function(t, "f", &[], FieldType::Ints { max: 4 }, "O(1)"),
        Kind::Signature,
        "function `f` must give an int or a bool",
    );
    let blocks = vec![Parameter::Record("block".to_owned()); 6];
    refuse(
        |t| function(t, "f", &blocks, FieldType::Int, "O(1)"),
        Kind::Signature,
        "function `f` takes more than 16 values",
    );
    refuse(
        |t| function(t, "f", &[], FieldType::Int, "cheap"),
        Kind::Cost,
        "function `f` has the unknown cost `cheap`; \
         known: `O(1)`, `O(log n)`, `O(n)`, `whole heap`",
    );
}

#[test]
fn more_words_than_ids_are_refused() {
    refuse(
        |terms| {
            for i in 0..300 {
                terms.events.insert(format!("e{i}"), terms.events["freed"].clone());
            }
        },
        Kind::TooMany,
        "more than 256 events",
    );
    refuse(
        |terms| (0..70_000).for_each(|i| field(terms, "op", &format!("f{i}"), FieldType::Int)),
        Kind::TooMany,
        "more than 65536 facts",
    );
}
