//! Reading and matching lists of known deviations.

mod expect_samples;
mod report_samples;

use conformance::expect::pattern::Pattern;
use conformance::expect::{Expectations, LoadFaultKind};
use conformance::report::target::{Identity, TargetKind};
use expect_samples::{Folder, GLIBC, parse};
use proptest::prelude::*;
use report_samples::{broken, glibc, report, target};
use std::fs;

/// Checks that the sample with `from` replaced by `to` is refused with these words.
fn refused(from: &str, to: &str, kind: LoadFaultKind, words: &str) {
    assert!(GLIBC.contains(from), "the sample has no {from}");
    let fault = parse(&GLIBC.replacen(from, to, 1)).expect_err("it is refused");
    let said = fault.to_string();
    assert_eq!(fault.kind, kind, "{said}");
    assert!(said.contains(words), "{said}");
}

#[test]
fn a_file_reads_as_it_is_written() {
    let file = parse(GLIBC).expect("it loads");
    assert_eq!((&*file.target, &*file.claims["harden"]), ("glibc", "detect"));
    assert!(file.pattern.covers(&glibc()));
    let [entry] = &*file.deviations else { panic!("{:?}", file.deviations) };
    assert_eq!(entry.id.as_str(), "alloc/align/bad-align-refused");
    assert_eq!((&*entry.message, &*entry.since), ("golden: expected refused", "2.26"));
    assert_eq!(entry.line, 6);
}

#[test]
fn a_fault_says_file_line_and_column_and_shows_the_line() {
    let fault = parse(&GLIBC.replace("bad-align-refused", "BAD")).expect_err("it is refused");
    let said = fault.to_string();
    let words = "glibc.yaml:6:16: expected a full id, such as `alloc/block/contents-stable`\n";
    assert!(said.starts_with(words), "{said}");
    assert!(said.contains("6 |   - invariant: alloc/align/BAD\n"), "{said}");
    assert!(said.contains("  |                ^^^^^^^^^^^^^^^"), "{said}");
}

#[test]
fn faults_of_form_are_refused() {
    refused("reason:", "raeson:", LoadFaultKind::Syntax, "`raeson` is not known (is it `reason`?)");
    refused("    since: '2.26'\n", "", LoadFaultKind::Syntax, "missing field `since`");
    refused(
        "target: glibc\n",
        "target: a\ntarget: b\n",
        LoadFaultKind::Syntax,
        "glibc.yaml:3:1: this key is given twice",
    );
    refused(
        "soname: libc.so.6",
        "soname: &x libc.so.6",
        LoadFaultKind::Syntax,
        "anchors and aliases are not",
    );
    refused("claims: {harden: detect}", "claims: [", LoadFaultKind::Syntax, "glibc.yaml:");
    refused("soname: libc.so.6", "kind: sistem", LoadFaultKind::Syntax, "(is it `system`?)");
}

#[test]
fn values_that_mean_nothing_are_refused() {
    let value = LoadFaultKind::Value;
    refused("'golden: expected refused'", "''", value, "7:14: `message` is empty");
    refused("The alignment is rounded up.", "' '", value, "`reason` is empty");
    refused("'2.26', below", "'x', below", value, "expected a version");
    refused("'2.38'", "'2.26'", value, "no version is from 2.26 and below 2.26");
    refused(
        "{from: '2.26', below: '2.38'}",
        "{}",
        value,
        "`version` needs `from`, `below` or both",
    );
    let marks = "{soname: libc.so.6, version: {from: '2.26', below: '2.38'}}";
    refused(marks, "{}", value, "without a mark it would match every target");
    let long = "x".repeat(1001);
    refused("golden: expected refused", &long, value, "at most 1000 bytes");
}

#[test]
fn an_invariant_or_a_target_listed_twice_is_refused() {
    let (_, entry) = GLIBC.split_once("deviations:\n").expect("it has a list");
    let fault = parse(&format!("{GLIBC}{entry}")).expect_err("it is refused");
    assert_eq!(fault.kind, LoadFaultKind::Duplicate);
    assert_eq!(fault.place, Some((10, 16)));
    let fault = Expectations::parse([("a.yaml", GLIBC), ("b.yaml", GLIBC)]).expect_err("twice");
    assert_eq!(fault.to_string(), "b.yaml: target `glibc` has a file already: a.yaml");
}

#[test]
fn hostile_yaml_is_refused_within_its_budget() {
    let bomb = "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\n";
    let deep = format!("target: {}", "[".repeat(100_000));
    let wide = format!("target: [{}]", "x,".repeat(200_000));
    let dashes = "- ".repeat(50_000);
    for text in [bomb, &deep, &wide, &dashes, "", "---\n---\n", "\u{0}", "a: \x1b[2J"] {
        let fault = parse(text).expect_err("it is refused");
        let said = fault.to_string();
        assert!(said.len() < 4_000 && !said.contains('\x1b'), "{said}");
    }
    assert_eq!(
        parse(&"#\n".repeat(1 << 20)).map_err(|fault| fault.kind),
        Err(LoadFaultKind::TooLarge)
    );
}

#[test]
fn a_folder_gives_all_its_yaml_files_and_nothing_else() {
    let folder = Folder::new("expect-folder")
        .with("glibc.yaml", GLIBC)
        .with("other.yaml", "target: other\nmatch: {name: other}\ndeviations: []\n")
        .with("README.md", "not YAML: [");
    let all = Expectations::load(&folder.0).expect("it loads");
    let names: Vec<&str> = all.files().iter().map(|file| &*file.target).collect();
    assert_eq!(names, ["glibc", "other"]);
    let one = Expectations::load(&folder.0.join("other.yaml")).expect("it loads");
    assert_eq!(one.files().len(), 1);
}

#[test]
fn what_cannot_be_read_is_an_error_that_names_it() {
    let folder = Folder::new("expect-unreadable");
    let fault = Expectations::load(&folder.0.join("gone.yaml")).expect_err("it is not there");
    assert_eq!(fault.kind, LoadFaultKind::Unreadable);
    assert!(fault.to_string().contains("gone.yaml: not readable: "), "{fault}");
    fs::write(folder.0.join("bytes.yaml"), b"target: \xff").expect("a file can be written");
    let fault = Expectations::load(&folder.0).expect_err("it is not UTF-8");
    assert!(fault.to_string().ends_with("bytes.yaml: not UTF-8"), "{fault}");
    let fault = Expectations::load("/dev/zero".as_ref()).expect_err("it has no end");
    assert_eq!(fault.to_string(), "/dev/zero: neither a file nor a folder");
}

#[test]
fn all_marks_must_be_there() {
    let file = parse(GLIBC).expect("it loads");
    let newer = Identity { version: Some("2.41".into()), ..glibc() };
    let musl = Identity { soname: Some("libc.musl-x86_64.so.1".into()), ..glibc() };
    let unknown = Identity { version: None, ..glibc() };
    for other in [newer, musl, unknown] {
        assert!(!file.pattern.covers(&other), "{other:?}");
    }
    let pattern = Pattern {
        kind: Some(TargetKind::System),
        file: Some("/lib/*/libc.so.?".into()),
        build_id: glibc().build_id,
        ..Pattern::default()
    };
    assert!(pattern.covers(&glibc()));
    assert!(!pattern.covers(&Identity { kind: TargetKind::SharedObject, ..glibc() }));
    assert!(!pattern.covers(&Identity { build_id: None, ..glibc() }));
    assert!(!pattern.covers(&Identity { path: None, ..glibc() }));
}

#[test]
fn two_files_for_one_target_are_an_error_and_change_nothing() {
    let other = GLIBC.replace("target: glibc", "target: gnu");
    let all = Expectations::parse([("a.yaml", GLIBC), ("b.yaml", &other)]).expect("both load");
    let fault = all.matching(&glibc()).expect_err("both match");
    assert_eq!(fault.to_string(), "both a.yaml and b.yaml match the same target");
    let before = report(vec![target(vec![broken("alloc/align/bad-align-refused")])]);
    let mut after = before.clone();
    assert!(all.apply(&mut after).is_err());
    assert_eq!(after, before);
}

#[test]
fn a_report_is_compared_to_the_file_that_matches() {
    let text = GLIBC.replace("golden: expected refused", "rule: live");
    let all = Expectations::parse([("glibc.yaml", &*text)]).expect("it loads");
    let mut one = report(vec![target(vec![
        broken("alloc/align/bad-align-refused"),
        broken("alloc/block/x"),
    ])]);
    all.apply(&mut one).expect("one file matches");
    let found = &one.targets[0];
    assert_eq!(found.baseline.as_ref().map(|baseline| baseline.listed), Some(1));
    let outcomes: Vec<String> =
        found.invariants.iter().map(|one| one.outcome.to_string()).collect();
    assert_eq!(outcomes, ["as-expected", "unexpected-failure"]);
    Expectations::default().apply(&mut one).expect("no file matches");
    assert_eq!(one.targets[0].invariants[0].outcome.to_string(), "unexpected-failure");
    assert_eq!(one.targets[0].baseline, None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_to_a_file_makes_reading_panic(
        at in any::<prop::sample::Index>(),
        length in 0..20_usize,
        new in "[-:#'\"{}\\[\\]\n &*a-z0-9é\u{1f600}]{0,6}",
    ) {
        let mut bytes = GLIBC.as_bytes().to_vec();
        let at = at.index(bytes.len());
        let end = bytes.len().min(at + length);
        bytes.splice(at..end, new.bytes());
        let text = String::from_utf8(bytes).expect("the sample is ASCII");
        if let Err(fault) = Expectations::parse([("x.yaml", &*text)]) {
            prop_assert!(fault.to_string().starts_with("x.yaml"), "{fault}");
        }
    }
}
