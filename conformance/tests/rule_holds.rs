//! What rules come to: exact numbers, faults that are never absorbed, natives, and lists.

mod rule_words;

use conformance::rule::{
    Cost, EvalFault, EvalFaultKind, Frame, FunctionId, NativeCost, Rule, Vocabulary,
};
use rule_words::vocabulary;
use std::cell::RefCell;

const MAX: u64 = u64::MAX;

/// A frame with these facts set by name, all others 0, and these lists.
fn frame(vocabulary: &Vocabulary, facts: &[(&str, u64)], lists: &[(&str, &[u64])]) -> Frame {
    let mut frame = Frame::new(vocabulary);
    for (name, value) in facts {
        frame.set(vocabulary.fact(name).expect("a fact of the test glossary"), *value);
    }
    for (name, values) in lists {
        let list = vocabulary.list(name).expect("a list of the test glossary");
        frame.list_mut(list).extend_from_slice(values);
    }
    frame
}

/// For rules that call no native.
fn no_natives(function: FunctionId, _: &[u64]) -> u64 {
    panic!("the rule called {function:?}");
}

#[track_caller]
fn judge(rule: &str, facts: &[(&str, u64)], lists: &[(&str, &[u64])]) -> Result<bool, EvalFault> {
    let (vocabulary, event) = vocabulary();
    // As a guard: what is tested here is the value of expressions, `||` included.
    let rule = Rule::load_guard(rule, &[event], &vocabulary).unwrap_or_else(|fault| {
        panic!("{rule}: {fault}");
    });
    rule.holds(&frame(&vocabulary, facts, lists), &no_natives)
}

#[track_caller]
fn holds(rule: &str, facts: &[(&str, u64)]) {
    assert_eq!(judge(rule, facts, &[]), Ok(true), "{rule}");
}

#[track_caller]
fn breaks(rule: &str, facts: &[(&str, u64)]) {
    assert_eq!(judge(rule, facts, &[]), Ok(false), "{rule}");
}

#[track_caller]
fn faults(rule: &str, facts: &[(&str, u64)], kind: EvalFaultKind, part: &str) {
    let fault = judge(rule, facts, &[]).expect_err("a fault");
    assert_eq!((fault.kind, &rule[fault.range.clone()]), (kind, part), "{rule}");
}

#[test]
fn numbers_are_exact_beyond_64_bits() {
    let facts = [("block.address", MAX), ("block.size", MAX), ("block.serial", 1)];
    holds("block.address + block.size == 2 * block.address", &facts);
    holds("block.address + 1 > block.size", &facts);
    holds("block.serial - block.size < 0", &facts);
    holds("block.serial - block.size == -18446744073709551614u", &facts);
    holds("block.serial - 2 == -1", &facts);
    holds("-block.serial * 9223372036854775807 == -9223372036854775807", &facts);
    holds("math.least(block.serial - 2, block.size) == -1", &facts);
    holds("math.greatest(block.address, block.serial) == 18446744073709551615u", &facts);
    breaks("block.address * block.serial != block.size", &facts);
}

#[test]
fn division_rounds_toward_zero_and_the_remainder_has_the_sign_of_the_dividend() {
    let facts = [("block.size", 7), ("block.serial", 0), ("op.errno", 2)];
    holds("block.size / op.errno == 3 && block.size % op.errno == 1", &facts);
    holds("-block.size / op.errno == -3 && -block.size % op.errno == -1", &facts);
    holds("block.size / -op.errno == -3 && block.size % -op.errno == 1", &facts);
    holds("(block.size + 0) / (op.errno + 0) == 3", &facts);
    for (size, shifted, masked) in [(MAX, MAX >> 13, 8191), (8192, 1, 0), (0, 0, 0)] {
        holds(&format!("block.size / 8192 == {shifted}"), &[("block.size", size)]);
        holds(&format!("block.size % 8192 == {masked}"), &[("block.size", size)]);
    }
    holds("block.size % 9223372036854775808u == block.size", &facts);
    holds("block.size / 1 == block.size + 0 && block.size % 1 == 0", &facts);
}

#[test]
fn a_part_without_a_value_leaves_the_rule_without_one() {
    use EvalFaultKind::{DivisionByZero, Overflow};
    let zero = [("block.address", 16)];
    faults(
        "block.address % request.align == 0",
        &zero,
        DivisionByZero,
        "block.address % request.align",
    );
    faults("block.address / 0 == 0", &zero, DivisionByZero, "block.address / 0");
    let wide = "(block.size - 1) % (block.size - block.serial) == 0";
    faults(wide, &zero, DivisionByZero, "(block.size - 1) % (block.size - block.serial)");
    let max = [("block.size", MAX)];
    faults("block.size * block.size > 0", &max, Overflow, "block.size * block.size");
    let least = "-block.size * 9223372036854775808u - 9223372036854775808u";
    assert_eq!(judge(&format!("{least} < 0"), &max, &[]), Ok(true), "-2^127 fits");
    for part in [format!("{least} - 1"), format!("({least}) / -1"), format!("-({least})")] {
        faults(&format!("{part} < 0"), &max, Overflow, &part);
    }
}

#[test]
fn operands_are_evaluated_from_left_to_right_and_only_as_far_as_they_matter() {
    let facts = [("op.ok", 1)];
    let bad = "1 / op.errno == 1";
    holds(&format!("op.ok || {bad}"), &facts);
    breaks(&format!("!op.ok && {bad}"), &facts);
    holds(&format!("op.ok ? op.ok : {bad}"), &facts);
    for absorbed_by_cel in [format!("{bad} || op.ok"), format!("{bad} && !op.ok")] {
        faults(&absorbed_by_cel, &facts, EvalFaultKind::DivisionByZero, "1 / op.errno");
    }
    let first = "2 / op.errno == 1 && 1 / op.errno == 1";
    faults(first, &facts, EvalFaultKind::DivisionByZero, "2 / op.errno");
}

#[test]
fn words_compare_by_meaning() {
    let facts = [("op.kind", 3), ("last.kind", 3)];
    holds("op.kind == 'free' && 'free' == op.kind && op.kind == last.kind", &facts);
    holds("op.kind in ['malloc', 'free'] && op.kind != \"calloc\"", &facts);
    breaks("op.kind in ['malloc', 'calloc']", &facts);
}

#[test]
fn membership_takes_any_number_and_any_list() {
    let facts = [("block.size", 24), ("op.errno", MAX)];
    holds("block.size in [8, 16, 24]", &facts);
    breaks("block.size in [8, -24]", &facts);
    holds("-block.size in [-24]", &facts);
    holds("op.errno in [18446744073709551615u]", &facts);
    let lists: [(&str, &[u64]); 1] = [("run.serials", &[7, 24])];
    assert_eq!(judge("block.size in run.serials", &facts, &lists), Ok(true));
    assert_eq!(judge("block.size - 25 in run.serials", &facts, &lists), Ok(false));
}

#[test]
fn a_comprehension_ends_at_the_element_that_decides() {
    let decided: [(&str, &[u64]); 1] = [("run.serials", &[5, 1, 0])];
    let faulty: [(&str, &[u64]); 1] = [("run.serials", &[5, 0, 1])];
    let rule = "run.serials.all(x, 10 / x < 10)";
    assert_eq!(judge(rule, &[], &decided), Ok(false));
    let fault = judge(rule, &[], &faulty).expect_err("a zero before any decision");
    assert_eq!((fault.range, fault.kind), (19..25, EvalFaultKind::DivisionByZero));
    assert_eq!(judge("run.serials.exists(x, x == 1)", &[], &decided), Ok(true));
    assert_eq!(judge("run.serials.exists(x, x == 9)", &[], &decided), Ok(false));
    assert_eq!(judge("run.serials.all(x, x == 9)", &[], &[]), Ok(true));
    assert_eq!(judge("run.serials.exists(x, op.ok)", &[("op.ok", 1)], &[]), Ok(false));
    assert_eq!(judge("[3, 4].all(x, x in run.serials || op.ok)", &[], &decided), Ok(false));
    let sizes = "size(run.serials) == 3 && run.serials.size() == size(run.footprints) + 3";
    assert_eq!(judge(sizes, &[], &decided), Ok(true));
}

#[test]
fn a_plateau_compares_the_last_quarter_with_the_second() {
    let judge = |series: &[u64], rule: &str| judge(rule, &[], &[("run.footprints", series)]);
    let rule = "plateau(run.footprints, 5)";
    assert_eq!(judge(&[0, 90, 10, 3, 0, 99, 15, 2], rule), Ok(true), "grown by 5 and no more");
    assert_eq!(judge(&[0, 90, 10, 3, 0, 99, 16, 2], rule), Ok(false), "grown by 6");
    assert_eq!(judge(&[9, 9, 9, 9, 9, 9, 1, 1], rule), Ok(true), "shrunk");
    // Of nine values the quarters begin at 2, 4 and 6.
    assert_eq!(judge(&[0, 0, 1, 1, 99, 99, 6, 6, 6], rule), Ok(true));
    assert_eq!(judge(&[0, 0, 1, 1, 99, 99, 6, 6, 7], rule), Ok(false));
    assert_eq!(
        judge(&[0, 0, 0, 0, 0, 0, MAX, 0], "plateau(run.footprints, 18446744073709551615u)"),
        Ok(true)
    );
    assert_eq!(judge(&[0, 0, 1, 1, 0, 0, 0, 0], "plateau(run.footprints, -1)"), Ok(true));
    let fault = judge(&[0; 7], rule).expect_err("too short");
    assert_eq!((fault.range, fault.kind), (0..26, EvalFaultKind::ShortSeries));
}

#[test]
fn a_native_is_handed_the_fields_of_a_record_in_declared_order() {
    let (vocabulary, event) = vocabulary();
    let facts = [("block.address", 64), ("block.size", 8), ("block.serial", 3), ("last.kind", 2)];
    let frame = frame(&vocabulary, &facts, &[]);
    let calls = RefCell::new(Vec::new());
    let natives = |function, arguments: &[u64]| {
        calls.borrow_mut().push((function, arguments.to_vec()));
        1
    };
    let judge = |rule: &str| {
        Rule::load(rule, &[event], &vocabulary).expect("a sound rule").holds(&frame, &natives)
    };
    assert_eq!(judge("live.overlapping(block) == 1"), Ok(true));
    assert_eq!(judge("live.holds(block.address + block.size) && is_sound()"), Ok(true));
    assert_eq!(judge("mix(!op.ok, block, last.kind) == 0"), Ok(false));
    let function = |name| vocabulary.function(name).expect("a function of the test glossary");
    let expected = [
        (function("live.overlapping"), vec![64, 8, 3]),
        (function("live.holds"), vec![72]),
        (function("is_sound"), vec![]),
        (function("mix"), vec![1, 64, 8, 3, 2]),
    ];
    assert_eq!(calls.borrow().as_slice(), expected);
}

#[test]
fn a_native_is_never_asked_about_what_has_no_value() {
    let message = "the native was called";
    let kind = |rule: &str| judge(rule, &[], &[]).expect_err(message).kind;
    assert_eq!(kind("live.holds(block.size - 1)"), EvalFaultKind::ArgumentRange);
    assert_eq!(kind("live.holds(1 / block.size)"), EvalFaultKind::DivisionByZero);
}

#[test]
#[should_panic(expected = "the frame belongs to another vocabulary")]
fn a_frame_of_another_vocabulary_is_a_bug_of_the_caller() {
    let (ours, event) = vocabulary();
    let (others, _) = vocabulary();
    let rule = Rule::load("op.ok", &[event], &ours).expect("a sound rule");
    let _ = rule.holds(&Frame::new(&others), &no_natives);
}

#[test]
fn a_rule_says_what_it_reads_and_what_it_costs() {
    let (vocabulary, event) = vocabulary();
    let load = |rule: &str| Rule::load(rule, &[event], &vocabulary).expect("a sound rule");
    let facts = |rule: &str| {
        let ids = load(rule).facts().to_vec();
        let all = vocabulary.facts().filter(|(id, _)| ids.contains(id));
        all.map(|(_, name)| name.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(facts("op.ok && block.size % 8 == 0"), ["block.size", "op.ok"]);
    let fields = ["block.address", "block.serial", "block.size"];
    let mut read = facts("live.overlapping(block) == 0");
    read.sort();
    assert_eq!(read, fields);
    let cost = |rule: &str| load(rule).cost();
    assert_eq!(cost("op.ok && op.errno == 0"), Cost { steps: 5, native: None });
    // 4096 elements, each three nodes, the list and the comprehension itself.
    let all = cost("run.serials.all(x, x > 0 && is_sound())");
    assert_eq!(all.native, Some(NativeCost::WholeHeap));
    assert_eq!(all.steps, 4096 * 7);
    let dearest = cost("live.holds(op.errno) && live.overlapping(block) == 0");
    assert_eq!(dearest.native, Some(NativeCost::Logarithmic));
}

#[test]
fn rules_are_judged_by_any_thread() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Rule>();
    is_shared::<Vocabulary>();
}
