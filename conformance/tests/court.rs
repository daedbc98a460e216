//! What a court keeps of the breaches of a case: the first of each law at the first bad step, and no more,
//! however often a law is false there.

mod rule_words;

use conformance::court::{Code, Court, Law, Standing};
use conformance::facts::Hears;
use conformance::rule::{EventId, Frame, FunctionId, Predicate, Rule, Vocabulary};
use conformance::spec::InvariantId;
use rule_words::vocabulary;

/// For rules that call no native.
fn no_natives(function: FunctionId, _: &[u64]) -> u64 {
    panic!("the rule called {function:?}");
}

fn law(name: &str, rule: &str, event: EventId, vocabulary: &Vocabulary) -> Law {
    let id: InvariantId = serde_json::from_str(&format!("\"alloc/test/{name}\"")).expect("an id");
    let rule = Rule::load(rule, &[event], vocabulary).expect("a rule of the test glossary");
    let (rule, on, scenario) = (Predicate::Rule(rule), vec![event], Vec::new());
    Law { id, on, when: None, rule, taints: false, is_firm: true, scenario }
}

/// Two laws about a block: its size is small, and its serial is.
fn code() -> (Vocabulary, EventId, Code) {
    let (vocabulary, event) = vocabulary();
    let laws = vec![
        law("small-size", "block.size < 100", event, &vocabulary),
        law("small-serial", "block.serial < 100", event, &vocabulary),
    ];
    let code = Code::new(laws, &vocabulary);
    (vocabulary, event, code)
}

/// A block of this size, with this serial.
fn block(vocabulary: &Vocabulary, size: u64, serial: u64) -> Frame {
    let mut frame = Frame::new(vocabulary);
    for (name, value) in [("block.size", size), ("block.serial", serial)] {
        frame.set(vocabulary.fact(name).expect("a fact of the test glossary"), value);
    }
    frame
}

#[test]
fn a_law_that_is_false_a_million_times_at_one_step_is_one_breach() {
    let (vocabulary, event, code) = code();
    let mut court = Court::new(&code, vec![Standing::In; 2]);
    court.step(3);
    let first = court.hear(event, &block(&vocabulary, 100, 1), &no_natives);
    let wrong = block(&vocabulary, 200, 1);
    let later: usize = (0..1_000_000).map(|_| court.hear(event, &wrong, &no_natives)).sum();
    assert_eq!((first, later), (1, 0), "what broke for the first time");
    assert_eq!(court.tallies()[0].broken, 1_000_001);

    let breaches = court.close_case().expect("rules that can be evaluated");
    let [breach] = &breaches[..] else { panic!("{} breaches", breaches.len()) };
    assert_eq!((breach.law, breach.at), (0, 3));
    let size = breach.shown.iter().find(|shown| shown.text == "block.size").expect("the size");
    assert_eq!(size.value, "100", "it is the first that is shown");
}

#[test]
fn another_law_that_breaks_later_in_the_step_is_a_breach_of_its_own() {
    let (vocabulary, event, code) = code();
    let mut court = Court::new(&code, vec![Standing::In; 2]);
    court.step(3);
    court.hear(event, &block(&vocabulary, 200, 1), &no_natives);
    court.hear(event, &block(&vocabulary, 200, 200), &no_natives);
    court.step(4);
    court.hear(event, &block(&vocabulary, 1, 200), &no_natives);

    let breaches = court.close_case().expect("rules that can be evaluated");
    let seen: Vec<_> = breaches.iter().map(|breach| (breach.law, breach.at)).collect();
    assert_eq!(seen, [(0, 3), (1, 3)], "and a later step is not judged at all");
}

#[test]
fn each_case_has_its_own_breaches() {
    let (vocabulary, event, code) = code();
    let mut court = Court::new(&code, vec![Standing::In, Standing::Known]);
    for case in 0..2 {
        court.step(case);
        court.hear(event, &block(&vocabulary, 200, 200), &no_natives);
        let breaches = court.close_case().expect("rules that can be evaluated");
        let seen: Vec<_> = breaches.iter().map(|breach| (breach.law, breach.at)).collect();
        assert_eq!(seen, [(0, case)], "what is known to be broken is counted alone");
    }
    assert!(court.broke_known());
    assert_eq!(court.tallies()[1].broken, 2);
}
