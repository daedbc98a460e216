//! Hostile texts end in errors, not in overflowing stacks or long waits.

use super::{Parsed, told};
use reference_escape::parse::MAX_DEPTH;

/// Parses `begin`, then `again` over and over, on a stack of one megabyte.
fn repeated(begin: &str, again: &str) -> Vec<String> {
    let text = begin.to_owned() + &again.repeat(200_000 / again.len());
    let run = move || told(&text);
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(run).expect("a thread");
    thread.join().expect("no panic")
}

#[test]
fn what_nests_without_end_is_too_deep() {
    let limit = format!("nested more than {MAX_DEPTH} levels deep");
    let nests = [
        ("package p; var x = ", "("),
        ("package p; var x = ", "!"),
        ("package p; var x = ", "<-"),
        ("package p; var x = T", "{"),
        ("package p; var x = ", "a["),
        ("package p; var x = ", "a("),
        ("package p; var x = ", "[]T{{a: {"),
        ("package p; type T ", "[]"),
        ("package p; type T ", "*"),
        ("package p; type T ", "chan "),
        ("package p; type T ", "func("),
        ("package p; type T ", "map[a]"),
        ("package p; type T ", "struct { a "),
        ("package p; type T ", "interface { m("),
        ("package p; var x T", "[T"),
        ("package p; func f() {", "{"),
        ("package p; func f() {", "if x {"),
        ("package p; func f() {", "if x {} else "),
        ("package p; func f() {", "a: "),
        ("package p; func f() {", "func() {"),
        ("package p; func f() {", "switch { case x: "),
    ];
    for (begin, again) in nests {
        let told = repeated(begin, again);
        assert!(told.last().is_some_and(|last| last.ends_with(&limit)), "{again}: {told:?}");
    }
}

#[test]
fn what_only_grows_is_not_too_deep() {
    for (first, again) in [("1", "+1"), ("a", ".b"), ("a", "()"), ("a", "[0]"), ("a", "||b")] {
        let text = format!("package p\nvar x = {first}{}\n", again.repeat(50_000));
        assert_eq!(told(&text), [""; 0], "{again}");
    }
    let union = format!("package p\ntype T[P *A{},] int\n", "|B".repeat(50_000));
    assert_eq!(told(&union), [""; 0]);
}

#[test]
fn a_hundred_faults_are_kept_and_the_rest_is_counted() {
    let parsed = Parsed::of(("package p\n".to_owned() + &"var 1\n".repeat(500)).as_bytes());
    assert_eq!((parsed.faults.list().len(), parsed.faults.omitted()), (100, 400));
}

#[test]
fn bytes_that_are_no_text_are_told_where_they_are() {
    let parsed = Parsed::of(b"package p\nvar a\0b, c\xff = \"\xc3\"\n// \xef\xbb\xbf\n");
    let told = [
        "2:6: invalid NUL character",
        "2:11: invalid UTF-8 encoding",
        "2:11: syntax error: unexpected =, expected type",
        "3:4: invalid BOM in the middle of the file",
    ];
    assert_eq!(parsed.told()[..1], told[..1]);
    assert_eq!(parsed.told().last().map(String::as_str), Some(told[3]));
}
