//! Reading, matching and writing lists of known deviations.

mod report_samples;

use conformance::expect::pattern::Pattern;
use conformance::expect::write::{WriteFaultKind, save, write};
use conformance::expect::{Expectations, Expected, LoadFault, LoadFaultKind};
use conformance::report::target::{Identity, TargetKind};
use conformance::report::{Cause, InvariantReport, Report, TargetReport};
use conformance::spec::Level;
use conformance::verdict::Verdict;
use proptest::prelude::*;
use report_samples::{at, broken, glibc, holds, id, ids, open, report, shard, target};
use std::fs;
use std::path::PathBuf;

const GLIBC: &str = "\
# Deviations of the GNU C library.
target: glibc
match: {soname: libc.so.6, version: {from: '2.26', below: '2.38'}}
claims: {harden: detect}
deviations:
  - invariant: alloc/align/bad-align-refused
    message: 'golden: expected refused'
    reason: The alignment is rounded up.
    since: '2.26'
";

fn parse(text: &str) -> Result<Expected, LoadFault> {
    Expectations::parse([("glibc.yaml", text)]).map(|all| all.files()[0].clone())
}

/// Checks that the sample with `from` replaced by `to` is refused with these words.
fn refused(from: &str, to: &str, kind: LoadFaultKind, words: &str) {
    assert!(GLIBC.contains(from), "the sample has no {from}");
    let fault = parse(&GLIBC.replacen(from, to, 1)).expect_err("it is refused");
    let said = fault.to_string();
    assert_eq!(fault.kind, kind, "{said}");
    assert!(said.contains(words), "{said}");
}

/// A folder of this test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder can be made");
        Folder(path)
    }

    fn with(self, file: &str, text: &str) -> Folder {
        fs::write(self.0.join(file), text).expect("a file can be written");
        self
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("it is readable").file_name().display().to_string())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("the folder can be removed");
    }
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

/// The whole run that found out `invariants`.
fn ran(invariants: Vec<InvariantReport>) -> Report {
    report(vec![target(invariants)])
}

/// What [`write`] makes of `report` and the sample.
fn rewritten(report: &Report, known: &[&str]) -> Expected {
    let old = parse(GLIBC).expect("it loads");
    let text = write(report, Some(&old), &ids(known), "2026-11-21").expect("it is written");
    parse(&text).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

const LISTED: &str = "alloc/align/bad-align-refused";

#[test]
fn a_deviation_that_remains_keeps_its_reason_and_since() {
    let file = rewritten(&ran(vec![broken(LISTED)]), &[LISTED]);
    let [entry] = &*file.deviations else { panic!("{:?}", file.deviations) };
    assert_eq!((&*entry.reason, &*entry.since), ("The alignment is rounded up.", "2.26"));
    assert_eq!(entry.message, "rule: live.overlapping(block) == 0", "the new message is pinned");
}

#[test]
fn a_pin_that_still_fits_is_kept_as_it_is() {
    let mut one = broken(LISTED);
    one.witness.as_mut().expect("it is broken").message = "golden: expected refused, got 0".into();
    let file = rewritten(&ran(vec![one]), &[LISTED]);
    assert_eq!(file.deviations[0].message, "golden: expected refused");
}

#[test]
fn a_new_deviation_says_that_nobody_has_explained_it() {
    let file = rewritten(&ran(vec![broken("alloc/block/x")]), &["alloc/block/x"]);
    let [entry] = &*file.deviations else { panic!("{:?}", file.deviations) };
    assert_eq!(entry.reason, "unexplained; written by --write-baseline on 2026-11-21");
    assert_eq!((&entry.id, &*entry.since), (&id("alloc/block/x"), "2.36"));
}

#[test]
fn a_broken_should_gets_no_new_entry() {
    let file =
        rewritten(&ran(vec![at(Level::Should, broken("alloc/block/x"))]), &["alloc/block/x"]);
    assert_eq!(file.deviations, []);
}

#[test]
fn what_holds_no_longer_applies_or_is_no_invariant_goes() {
    assert_eq!(rewritten(&ran(vec![holds(LISTED)]), &[LISTED]).deviations, []);
    let gone = open(LISTED, Verdict::NotApplicable, Cause::Choice, "chose otherwise");
    assert_eq!(rewritten(&ran(vec![gone]), &[LISTED]).deviations, []);
    assert_eq!(rewritten(&ran(vec![broken("alloc/b/x")]), &["alloc/b/x"]).deviations.len(), 1);
}

#[test]
fn what_was_not_judged_stays() {
    let missing = open(LISTED, Verdict::Skipped, Cause::Machine, "no second processor");
    let unsure = open(LISTED, Verdict::Inconclusive, Cause::Coverage, "too few");
    for one in [missing, at(Level::Should, unsure), holds("alloc/b/x")] {
        let file = rewritten(&ran(vec![one.clone()]), &[LISTED]);
        let [entry] = &*file.deviations else { panic!("{one:?}: {:?}", file.deviations) };
        assert_eq!(entry.message, "golden: expected refused");
        assert_eq!((&*entry.reason, &*entry.since), ("The alignment is rounded up.", "2.26"));
    }
}

#[test]
fn marks_claims_and_the_comment_at_the_head_stay() {
    let old = parse(GLIBC).expect("it loads");
    let text = write(&ran(vec![broken(LISTED)]), Some(&old), &ids(&[LISTED]), "").expect("written");
    assert!(text.starts_with("# Deviations of the GNU C library.\n"), "{text}");
    let new = parse(&text).expect("it loads");
    assert_eq!((new.pattern, new.claims, new.target), (old.pattern, old.claims, old.target));
}

#[test]
fn a_first_baseline_matches_the_target_that_was_run() {
    let text =
        write(&ran(vec![broken(LISTED)]), None, &ids(&[LISTED]), "2026-11-21").expect("written");
    let file = parse(&text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    assert_eq!((&*file.target, file.deviations.len()), ("glibc", 1));
    assert!(file.pattern.covers(&glibc()), "{text}");
    let newer = Identity { version: Some("2.41".into()), ..glibc() };
    let older = Identity { version: Some("2.4".into()), ..glibc() };
    assert!(file.pattern.covers(&newer) && !file.pattern.covers(&older), "{text}");
}

/// Checks that no baseline is written for `report`.
fn not_written(report: &Report, kind: WriteFaultKind, words: &str) {
    let old = parse(GLIBC).expect("it loads");
    let fault = write(report, Some(&old), &ids(&[LISTED]), "").expect_err("it is refused");
    assert_eq!(fault.kind, kind, "{fault}");
    assert!(fault.to_string().starts_with("no baseline was written: "), "{fault}");
    assert!(fault.message.contains(words), "{fault}");
}

#[test]
fn a_run_that_did_not_judge_everything_is_refused() {
    let edited = |edit: fn(&mut TargetReport)| {
        let mut one = ran(vec![broken(LISTED)]);
        edit(&mut one.targets[0]);
        one
    };
    let shard = edited(|target| target.runs = vec![shard(1, 2)]);
    not_written(&shard, WriteFaultKind::Partial, "only some of 2 shards were run");
    let narrowed = edited(|target| target.runs[0].selection.invariants = vec!["alloc/*".into()]);
    not_written(&narrowed, WriteFaultKind::Partial, "narrowed by --invariant");
    let control = edited(|target| target.controls.noop.ok = false);
    not_written(&control, WriteFaultKind::Unjudged, "no-op control failed");
    let unsure = ran(vec![open("alloc/b/x", Verdict::Inconclusive, Cause::Coverage, "fired 0")]);
    not_written(&unsure, WriteFaultKind::Inconclusive, "alloc/b/x is inconclusive: fired 0");
    let other = edited(|target| target.identity.version = Some("2.41".into()));
    not_written(&other, WriteFaultKind::OtherTarget, "is about `glibc`, not about system");
    not_written(&report(vec![]), WriteFaultKind::Targets, "0 were run");
}

#[test]
fn a_message_that_no_file_could_hold_is_refused() {
    let mut one = broken("alloc/b/x");
    one.witness.as_mut().expect("it is broken").message = String::new();
    let fault = write(&ran(vec![one]), None, &ids(&["alloc/b/x"]), "").expect_err("it is refused");
    assert_eq!(fault.kind, WriteFaultKind::Text);
    assert!(fault.message.contains("`message` is empty"), "{fault}");
}

#[test]
fn saving_replaces_the_file_and_leaves_nothing_beside_it() {
    let folder = Folder::new("expect-save").with("glibc.yaml", "old");
    save(&folder.0.join("glibc.yaml"), GLIBC).expect("it is saved");
    assert_eq!(fs::read_to_string(folder.0.join("glibc.yaml")).expect("it is there"), GLIBC);
    assert_eq!(folder.names(), ["glibc.yaml"]);
}

#[test]
fn saving_that_fails_leaves_everything_as_it_was() {
    let folder = Folder::new("expect-save-fails");
    fs::create_dir(folder.0.join("glibc.yaml")).expect("a folder can be made");
    let fault = save(&folder.0.join("glibc.yaml"), GLIBC).expect_err("a folder is in the way");
    assert_eq!(fault.kind, WriteFaultKind::Unwritable);
    assert_eq!(folder.names(), ["glibc.yaml"]);
    assert!(save(&folder.0.join("no/such/folder.yaml"), GLIBC).is_err());
}

#[test]
fn saving_through_a_link_keeps_the_link() {
    let folder = Folder::new("expect-save-link").with("real.yaml", "old");
    let link = folder.0.join("link.yaml");
    std::os::unix::fs::symlink("real.yaml", &link).expect("a link can be made");
    save(&link, GLIBC).expect("it is saved");
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(folder.0.join("real.yaml")).expect("it is there"), GLIBC);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(any::<char>(), 1..30).prop_map(String::from_iter),
        "[-:#'\"{}\\[\\] \n\t|>&*!%@`0-9a-z.]{1,60}",
        prop::sample::select(vec![
            "yes", "null", "~", "2.40", "0x1f", "- a", "a: b", "'", "\u{85}"
        ])
        .prop_map(str::to_owned),
    ]
    .prop_filter("an empty text is refused, which another test shows", |text| {
        !text.trim().is_empty()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_message_holds_the_written_file_pins_it(message in text(), name in text()) {
        let mut one = broken("alloc/b/x");
        one.witness.as_mut().expect("it is broken").message.clone_from(&message);
        let mut report = ran(vec![one]);
        report.targets[0].identity.name = Some(name.clone());
        let text = write(&report, None, &ids(&["alloc/b/x"]), "2026-11-21").expect("it is written");
        let file = parse(&text).expect("what is written reads back");
        prop_assert_eq!(&file.deviations[0].message, &message);
        prop_assert_eq!(&file.target, &name);
    }

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
