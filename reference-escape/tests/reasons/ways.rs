//! What is said of single programs.

use crate::program::{analysed, programs};
use reference_escape::report::{explained, lines, svg};

/// The explanations of a program, without those of other things.
fn explanations(text: &str) -> String {
    let analysed = analysed("x.go", &format!("package p\n{text}"));
    let told = explained(&analysed.report());
    let kept: Vec<&str> = told.lines().filter(|line| !line.contains("capturing by")).collect();
    kept.join("\n") + "\n"
}

#[test]
fn the_way_of_a_variable_is_told_step_by_step() {
    assert_eq!(
        explanations("func f() *int {\n\tx := 1\n\tp := &x\n\treturn p\n}"),
        "x.go:3:2: x escapes to heap in f:\n\
         x.go:3:2:   flow: p ← &x:\n\
         x.go:3:2:     from &x (address-of) at x.go:4:7\n\
         x.go:3:2:     from p := &x (assign) at x.go:4:4\n\
         x.go:3:2:   flow: ~r0 ← p:\n\
         x.go:3:2:     from return p (return) at x.go:5:2\n\
         x.go:3:2: moved to heap: x\n"
    );
}

#[test]
fn a_parameter_leaks_with_the_loads_on_its_way() {
    assert_eq!(
        explanations("type t struct{ next *t }\nfunc f(a *t) *t { return a.next.next }"),
        "x.go:3:8: parameter a leaks to ~r0 for f with derefs=2:\n\
         x.go:3:8:   flow: ~r0 ← **a:\n\
         x.go:3:8:     from a.next (dot of pointer) at x.go:3:27\n\
         x.go:3:8:     from a.next.next (dot of pointer) at x.go:3:32\n\
         x.go:3:8:     from return a.next.next (return) at x.go:3:19\n\
         x.go:3:8: leaking param: a to result ~r0 level=2\n"
    );
}

#[test]
fn an_explanation_shows_what_was_written_and_the_verdict_the_constant() {
    let told = explanations("var sink any\nfunc f() {\n\tv := 20\n\tsink = v\n}");
    assert!(told.starts_with("x.go:5:9: v escapes to heap in f:\n"), "{told}");
    assert!(told.ends_with("x.go:5:9: 20 escapes to heap\n"), "{told}");
}

#[test]
fn what_cannot_be_on_a_stack_says_so() {
    let told = explanations("func f() int {\n\tvar a [200000]byte\n\treturn len(a)\n}");
    assert!(told.contains("from a (too large for stack) at x.go:3:6"), "{told}");
}

#[test]
fn lines_without_reasons_are_those_with_reasons_less_the_reasons() {
    for (name, text) in programs() {
        let analysed = analysed(&name, &text);
        let plain = lines(&analysed.report());
        let all = explained(&analysed.report());
        let mut all = all.lines();
        for line in plain.lines() {
            assert!(all.any(|other| other == line), "{name}: {line}");
        }
    }
}

#[test]
fn each_way_leads_from_its_subject_to_its_goal() {
    for (name, text) in programs() {
        let analysed = analysed(&name, &text);
        for (_, told) in &analysed.report().verdicts.explanations {
            let ends = told.flows.first().zip(told.flows.last()).expect("a way has steps");
            let subjects = [told.subject.clone(), format!("{{storage for {}}}", told.subject)];
            assert!(subjects.contains(&ends.0.src), "{name}: {told:?}");
            assert!(told.is_cut || ends.1.dst == told.goal, "{name}: {told:?}");
            let linked = told.flows.windows(2).all(|two| two[0].dst == two[1].src);
            assert!(linked, "{name}: {told:?}");
        }
    }
}

#[test]
fn a_tree_has_the_code_under_each_step() {
    let analysed = analysed("x.go", "package p\n\nfunc f() *int {\n\tx := 1\n\treturn &x\n}\n");
    let tree = [
        "x.go:4:2: moved to heap: x",
        "  in f",
        "  4 | \tx := 1",
        "    | \t^",
        "  └─ its address gets to the result ~r0, which outlives it:",
        "     └─ the address of x flows to the result ~r0",
        "        ├─ by &x (address-of) at 5:9",
        "        │  5 | \treturn &x",
        "        │    | \t       ^",
        "        └─ by return &x (return) at 5:2",
        "           5 | \treturn &x",
        "             | \t^",
        "",
    ];
    assert_eq!(analysed.tree(4), tree.join("\n"));
}

#[test]
fn what_stays_is_said_to_stay() {
    let text = "package p\n\nfunc f(p **int) int {\n\tx := 1\n\t*p = nil\n\treturn x\n}\n";
    let analysed = analysed("x.go", text);
    assert_eq!(
        analysed.tree(4),
        "x.go:4:2: x stays on the stack\n  in f\n  4 | \tx := 1\n    | \t^\n  \
         └─ no way is known by which its address gets to something that outlives it\n"
    );
    let param = analysed.tree(3);
    assert!(
        param.contains("├─ no way is known by which it gets to the heap or to a result"),
        "{param}"
    );
    assert!(param.contains("└─ something may be stored through it"), "{param}");
    assert_eq!(analysed.tree(6), "");
}

/// A slice that becomes an interface is made twice at one place: its elements, and the slice itself.
#[test]
fn everything_on_a_line_is_answered_from_left_to_right() {
    let text = "package p\n\nfunc f(a, b *int) (*int, any) { return a, []int{*b} }\n";
    let tree = analysed("x.go", text).tree(3);
    let places: Vec<&str> = tree.lines().filter(|line| line.starts_with("x.go")).collect();
    assert_eq!(
        places,
        [
            "x.go:3:8: leaking param: a to result ~r0 level=0",
            "x.go:3:11: b does not escape",
            "x.go:3:48: []int{...} escapes to heap",
            "x.go:3:48: []int{...} escapes to heap",
        ]
    );
}

#[test]
fn each_line_of_each_program_can_be_asked_about() {
    for (name, text) in programs() {
        let analysed = analysed(&name, &text);
        for line in 0..=text.lines().count() as u32 + 1 {
            let (tree, picture) = (analysed.tree(line), analysed.asked(line, svg));
            assert_eq!(tree, analysed.tree(line));
            assert_eq!(picture, analysed.asked(line, svg));
        }
    }
}
