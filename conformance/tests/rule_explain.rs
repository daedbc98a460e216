//! What a broken rule tells about itself.

mod rule_words;

use conformance::rule::{Frame, FunctionId, Rule};
use rule_words::vocabulary;

/// Explains `rule` on these facts and serials, one line each: `text = value`, volatile ones with `~`.
fn explain(rule: &str, facts: &[(&str, u64)], serials: &[u64]) -> Vec<String> {
    let (vocabulary, event) = vocabulary();
    let rule = Rule::load_guard(rule, &[event], &vocabulary).expect("a sound rule");
    let mut frame = Frame::new(&vocabulary);
    for (name, value) in facts {
        frame.set(vocabulary.fact(name).expect("a fact of the test glossary"), *value);
    }
    for name in ["run.serials", "run.footprints"] {
        let list = vocabulary.list(name).expect("a list of the test glossary");
        frame.list_mut(list).extend_from_slice(serials);
    }
    let natives = |_: FunctionId, arguments: &[u64]| arguments.iter().sum();
    let line = |shown: conformance::rule::Shown| {
        let sign = if shown.volatile { '~' } else { '=' };
        format!("{} {sign} {}", shown.text, shown.value)
    };
    rule.explain(&frame, &natives).into_iter().map(line).collect()
}

#[test]
fn the_outermost_comes_first_and_literals_are_left_out() {
    let facts = [("block.address", 0x1008), ("request.align", 16)];
    assert_eq!(
        explain("block.address % request.align == 0", &facts, &[]),
        [
            "block.address % request.align == 0 = false",
            "block.address % request.align ~ 8",
            "block.address ~ 0x1008",
            "request.align ~ 16",
        ]
    );
}

#[test]
fn each_text_is_shown_once_and_on_one_line() {
    let facts = [("op.errno", 3), ("op.kind", 3)];
    assert_eq!(
        explain("op.errno\n  > 5 ||\top.errno < 2 || op.kind == 'free'", &facts, &[]),
        [
            "op.errno > 5 || op.errno < 2 || op.kind == 'free' = true",
            "op.errno > 5 || op.errno < 2 = false",
            "op.errno > 5 = false",
            "op.errno = 3",
            "op.errno < 2 = false",
            "op.kind == 'free' = true",
            "op.kind = free",
        ]
    );
}

#[test]
fn parentheses_belong_to_what_is_around_them() {
    assert_eq!(
        explain("((op.errno + 1)) * 2 == (4)", &[("op.errno", 1)], &[]),
        [
            "((op.errno + 1)) * 2 == (4) = true",
            "((op.errno + 1)) * 2 = 4",
            "op.errno + 1 = 2",
            "op.errno = 1",
        ]
    );
    assert_eq!(
        explain("!(-op.errno == -1)", &[("op.errno", 1)], &[]),
        ["!(-op.errno == -1) = false", "-op.errno == -1 = true", "-op.errno = -1", "op.errno = 1"]
    );
}

#[test]
fn what_was_not_evaluated_is_not_shown() {
    let rule = "op.ok && 1 / op.errno == 1";
    assert_eq!(explain(rule, &[], &[]), [format!("{rule} = false"), "op.ok = false".to_owned()]);
    assert_eq!(
        explain("op.ok ? op.errno == 0 : request.zeroed", &[("op.ok", 1)], &[]),
        [
            "op.ok ? op.errno == 0 : request.zeroed = true",
            "op.ok = true",
            "op.errno == 0 = true",
            "op.errno = 0",
        ]
    );
}

#[test]
fn what_has_no_value_says_why() {
    assert_eq!(
        explain("8 % op.errno == 0 && op.ok", &[], &[]),
        [
            "8 % op.errno == 0 && op.ok = division by zero",
            "8 % op.errno == 0 = division by zero",
            "8 % op.errno = division by zero",
            "op.errno = 0",
        ]
    );
    let facts = [("op.kind", 9)];
    let shown = explain("op.kind == 'free'", &facts, &[]);
    assert_eq!(shown[1], "op.kind = no word (9)");
}

#[test]
fn a_comprehension_shows_the_element_that_decided() {
    assert_eq!(
        explain("run.serials.all(x, x % 4 == op.errno)", &[], &[4, 8, 9, 12]),
        [
            "run.serials.all(x, x % 4 == op.errno) = false",
            "run.serials = [4, 8, 9, 12]",
            "x % 4 == op.errno = false",
            "x % 4 = 1",
            "x = 9",
            "op.errno = 0",
        ]
    );
    assert_eq!(
        explain("run.serials.exists(x, x > 4)", &[], &[4, 8]),
        ["run.serials.exists(x, x > 4) = true", "run.serials = [4, 8]", "x > 4 = true", "x = 8",]
    );
    assert_eq!(
        explain("run.serials.all(x, x > 4)", &[], &[5]),
        ["run.serials.all(x, x > 4) = true", "run.serials = [5]"],
        "no element decided"
    );
    let two = "!run.serials.all(x, x > 4) && ![1, 7].all(x, x > 4 && op.errno == 0)";
    let shown = explain(two, &[], &[2]);
    assert!(
        shown.contains(&"x = 2".to_owned()) && shown.contains(&"x = 1".to_owned()),
        "{shown:?}"
    );
}

#[test]
fn addresses_and_bytes_are_volatile_and_what_counts_is_not() {
    let facts = [("block.address", 4096), ("block.serial", 2)];
    assert_eq!(
        explain("live.overlapping(block) == size(run.footprints)", &facts, &[7; 9]),
        [
            "live.overlapping(block) == size(run.footprints) = false",
            "live.overlapping(block) = 4098",
            "size(run.footprints) = 9",
            "run.footprints ~ [7, 7, 7, 7, 7, 7, 7, 7, ...] of 9",
        ]
    );
    let shown = explain("run.footprints.all(f, f < block.serial)", &facts, &[5]);
    assert_eq!(shown[2..], ["f < block.serial = false", "f ~ 5", "block.serial = 2"]);
}
