//! Rules from any bytes.

use conformance::laws::SUBJECTS;
use conformance::rule::{EventId, Frame, FunctionId, Rule, RuleFault, RuleFaultKind, Vocabulary};
use conformance::spec::Specs;
use conformance::spec::glossary::{FieldType, Terms};
use std::sync::OnceLock;

/// Numbers at which arithmetic may go wrong.
const NUMBERS: [u64; 6] = [0, 1, 1 << 31, i64::MAX as u64, 1 << 63, u64::MAX];

/// Lengths of lists: none, one too few for `plateau`, enough.
const LENGTHS: [usize; 3] = [0, 7, 8];

/// The words of the real rules, and frames to evaluate on. Made once: neither depends on the input.
struct Words {
    vocabulary: Vocabulary,
    frames: Vec<Frame>,
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let specs = Specs::embedded().expect("the real specs load");
        let terms = &specs.glossary.subjects[SUBJECTS[0]];
        let vocabulary = Vocabulary::new(terms).expect("the real glossary is sound");
        let frames = (0..NUMBERS.len()).map(|shift| frame(terms, &vocabulary, shift)).collect();
        Words { vocabulary, frames }
    })
}

/// A frame of legal values, of which each fact gets another one: the number `shift` further on.
fn frame(terms: &Terms, vocabulary: &Vocabulary, shift: usize) -> Frame {
    let mut frame = Frame::new(vocabulary);
    let fields = terms.records.iter().flat_map(|(record, words)| {
        words.fields.iter().map(move |(field, about)| (format!("{record}.{field}"), &about.kind))
    });
    for (at, (name, kind)) in fields.enumerate() {
        let number = |i: usize| NUMBERS[(shift + i) % NUMBERS.len()];
        let value = match kind {
            FieldType::Ints { max } => {
                let list = vocabulary.list(&name).expect("a list of the glossary");
                let length = LENGTHS[(shift + at) % LENGTHS.len()].min(*max as usize);
                frame.list_mut(list).extend((0..length).map(number));
                continue;
            }
            FieldType::Int => number(at),
            FieldType::Bool => ((shift + at) % 2) as u64,
            FieldType::Word(words) => ((shift + at) % words.len()) as u64,
        };
        frame.set(vocabulary.fact(&name).expect("a fact of the glossary"), value);
    }
    frame
}

/// Loads `data` as a rule and as a guard at every event of the real glossary. What loads is
/// evaluated on frames of boundary values and explained.
///
/// # Panics
/// If a fault lies outside of the text, a rule reads what its event does not bind, or evaluation
/// and explanation disagree.
pub fn rule_text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Words { vocabulary, frames } = words();
    for (event, _) in vocabulary.events() {
        let guard = Rule::load_guard(text, &[event], vocabulary);
        let rule = Rule::load(text, &[event], vocabulary);
        match (&rule, &guard) {
            (Err(fault), Ok(_)) if fault.kind == RuleFaultKind::Guard => {}
            (Ok(_), Ok(_)) => {}
            (Err(rule), Err(guard)) => assert_eq!(rule, guard, "one text, two faults"),
            _ => panic!("{rule:?} as a rule, but {guard:?} as a guard"),
        }
        if let Err(fault) = &rule {
            printed(fault, text);
        }
        for loaded in [&rule, &guard].into_iter().flatten() {
            evaluated(loaded, event, frames);
        }
        // No event makes an expression of what is none.
        if guard.is_err_and(|fault| is_of_the_text(fault.kind)) {
            return;
        }
    }
}

fn printed(fault: &RuleFault, text: &str) {
    assert!(text.get(fault.range.clone()).is_some(), "{fault:?} is no part of {text:?}");
    assert!(!fault.message.is_empty(), "{fault:?}");
    assert!(fault.to_string().starts_with("byte "), "{fault}");
}

/// Whether a fault of this kind is the same at all events.
fn is_of_the_text(kind: RuleFaultKind) -> bool {
    matches!(
        kind,
        RuleFaultKind::Size
            | RuleFaultKind::Character
            | RuleFaultKind::Syntax
            | RuleFaultKind::Depth
            | RuleFaultKind::Unsupported
            | RuleFaultKind::Number
    )
}

fn evaluated(rule: &Rule, event: EventId, frames: &[Frame]) {
    let vocabulary = &words().vocabulary;
    assert!(rule.facts().iter().all(|&fact| vocabulary.binds(event, fact)), "{rule:?}");
    let native = |_: FunctionId, arguments: &[u64]| arguments.iter().fold(0, |a, b| a ^ b);
    for frame in frames {
        let shown = rule.explain(frame, &native);
        let whole = shown.first().expect("the rule itself is shown");
        match rule.holds(frame, &native) {
            Ok(holds) => assert_eq!(whole.value, holds.to_string(), "{rule:?}: {shown:?}"),
            Err(fault) => assert!(rule.text().get(fault.range.clone()).is_some(), "{fault:?}"),
        }
    }
}
