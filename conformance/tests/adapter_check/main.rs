//! The rehearsal, judged: a right adapter passes every case, and for every case there is an adapter that
//! fails it, and is told so in the right words.
//!
//! This executable plays both parts. Started with `adapter NAME` it is the adapter of this name; without,
//! it rehearses itself as all of them.

mod faults;
mod program;

use conformance::rehearsal::{Adapter, Case, Outcome, cases};
use conformance::spec::Pattern;
use conformance::target::patience::Patience;
use faults::Wrong;
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeSet;
use std::process::{Command, ExitCode};

/// The first argument of an adapter.
const PART: &str = "adapter";

const RIGHT: &str = "right";
const NOISY: &str = "noisy";

/// Some silences are waited for.
const HASTY: Patience = Patience { still_ms: 700, busy_ms: 20_000, memory: 4 << 30 };

/// Ops that are done in the scenes of others, too: these fail with them.
const EVERYWHERE: [&str; 20] = [
    "new",
    "load",
    "store",
    "move",
    "drop",
    "check",
    "chain",
    "set",
    "get",
    "push",
    "pop",
    "start",
    "collect",
    "begin",
    "end",
    "strong",
    "cleanup",
    "finish",
    "weak",
    "finalizer",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match &arguments[1..] {
        [part, name, ..] if part == PART => program::run(&named(name)),
        _ => libtest_mimic::run(&Arguments::from_args(), trials()).exit_code(),
    }
}

/// The adapter of this name, with a space for each `-`: a right one if there is no wrong one.
fn named(name: &str) -> Wrong {
    let words = name.replace('-', " ");
    if let Some(word) = words.strip_prefix(faults::OF_OP) {
        return faults::of_op(&word.replace(' ', "-"));
    }
    let wrong = faults::all().into_iter().find(|wrong| wrong.name == words);
    let mut wrong = wrong.unwrap_or_else(|| Wrong::nothing(name));
    if name == NOISY {
        wrong.speaks = |_, line| {
            eprintln!("{}", "noise ".repeat(100_000));
            line
        };
    }
    wrong
}

fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("a_right_adapter_passes_every_case", || passes(RIGHT)),
        Trial::test("what_an_adapter_writes_to_its_standard_error_disturbs_nobody", || {
            passes(NOISY)
        }),
        Trial::test("every_case_is_failed_by_an_adapter", every_case_is_failed),
        Trial::test("the_command_says_what_holds_and_ends_with_0", the_command_passes),
        Trial::test("the_command_says_what_failed_and_ends_with_1", the_command_fails),
        Trial::test("the_command_ends_with_2_where_there_is_nothing_to_try", the_command_cannot),
        Trial::test("an_adapter_without_a_hello_is_told_what_a_hello_is", no_hello),
        Trial::test("what_was_said_is_recorded", recorded),
    ];
    for wrong in faults::all() {
        let name = format!("an_adapter_that_{}_is_found_out", wrong.name.replace(' ', "_"));
        trials.push(Trial::test(name, move || is_found_out(&wrong)));
    }
    for word in op_words() {
        trials.push(Trial::test(format!("a_wrong_answer_to_{word}_is_found_out"), move || {
            an_op_is_found_out(&word)
        }));
    }
    trials
}

fn op_words() -> Vec<String> {
    let others = ["addresses", "not-offered", "unknown"];
    let words =
        cases().into_iter().filter_map(|case| case.name.strip_prefix("op/").map(str::to_owned));
    words.filter(|word| !others.contains(&word.as_str())).collect()
}

fn command(name: &str) -> String {
    let me = std::env::current_exe().expect("a test has an executable");
    format!("'{}' {PART} {}", me.display(), name.replace(' ', "-"))
}

/// What came of the cases that `glob` matches.
fn rehearsed(name: &str, glob: &str) -> Result<Vec<(Case, Outcome)>, Failed> {
    let adapter = Adapter::meet(&command(name), HASTY, false).map_err(|e| e.to_string())?;
    let pattern = Pattern::new(glob);
    let chosen = cases().into_iter().filter(|case| pattern.matches_text(&case.name));
    Ok(chosen
        .map(|case| (case.try_on(&adapter), case))
        .map(|(outcome, case)| (case, outcome))
        .collect())
}

/// The names of those that failed.
fn failed(outcomes: &[(Case, Outcome)]) -> Vec<&str> {
    let is_failed = |(_, outcome): &&(Case, Outcome)| matches!(outcome, Outcome::Failed(_));
    outcomes.iter().filter(is_failed).map(|(case, _)| case.name.as_str()).collect()
}

fn fail<T>(says: String) -> Result<T, Failed> {
    Err(Failed::from(says))
}

fn passes(name: &str) -> Result<(), Failed> {
    let outcomes = rehearsed(name, "**")?;
    for (case, outcome) in &outcomes {
        if *outcome != Outcome::Ok {
            return fail(format!("{}: {outcome:?}", case.name));
        }
    }
    if outcomes.len() < 100 { fail(format!("only {} cases", outcomes.len())) } else { Ok(()) }
}

/// It fails the cases that it is to fail and no others, in the words that are stated.
fn is_found_out(wrong: &Wrong) -> Result<(), Failed> {
    let outcomes = rehearsed(&wrong.name, "**")?;
    if failed(&outcomes).iter().collect::<BTreeSet<_>>() != wrong.fails.iter().collect() {
        let of = outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_)));
        let said: Vec<String> = of.map(|(case, o)| format!("{}: {o:?}", case.name)).collect();
        return fail(format!("it is to fail {:?}, and failed\n{}", wrong.fails, said.join("\n")));
    }
    let [expected, seen] = wrong.says;
    let first = outcomes.iter().find(|(case, _)| case.name == wrong.fails[0]);
    match first {
        Some((_, Outcome::Failed(fault)))
            if fault.expected.contains(expected) && fault.seen.contains(seen) =>
        {
            Ok(())
        }
        other => fail(format!("not in these words: {:?}", other.map(|(_, outcome)| outcome))),
    }
}

fn an_op_is_found_out(word: &str) -> Result<(), Failed> {
    let outcomes = rehearsed(&format!("{}{word}", faults::OF_OP), "op/*")?;
    let own = format!("op/{word}");
    let Some((_, Outcome::Failed(fault))) = outcomes.iter().find(|(case, _)| case.name == own)
    else {
        return fail(format!("{own} did not fail"));
    };
    let said = format!("`{word}` was answered with 4 values");
    if !fault.expected.contains("an answer of its shape") || !fault.seen.contains(&said) {
        return fail(format!("not in these words: {fault:?}"));
    }
    // `inside` is read for its address, too; what is stashed is taken out again.
    let more = ["op/addresses", "op/stash", "op/unstash"];
    let others = failed(&outcomes).into_iter().filter(|name| *name != own && !more.contains(name));
    let others: Vec<&str> = others.collect();
    if others.is_empty() || EVERYWHERE.contains(&word) {
        return Ok(());
    }
    fail(format!("{others:?} failed, too"))
}

fn every_case_is_failed() -> Result<(), Failed> {
    let failed: BTreeSet<&str> =
        faults::all().iter().flat_map(|wrong| wrong.fails.clone()).collect();
    let ops: BTreeSet<String> = op_words().into_iter().map(|word| format!("op/{word}")).collect();
    let missing: Vec<String> = cases()
        .into_iter()
        .map(|case| case.name)
        .filter(|name| !failed.contains(name.as_str()) && !ops.contains(name))
        .collect();
    if missing.is_empty() { Ok(()) } else { fail(format!("no adapter fails {missing:?}")) }
}

/// Runs `heaplaw adapter check`: exit status, standard output and error.
fn heaplaw(arguments: &[&str]) -> Result<(Option<i32>, String), Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heaplaw"));
    let ran = command.args(["adapter", "check"]).args(arguments).output()?;
    let text = [ran.stdout, ran.stderr].concat();
    Ok((ran.status.code(), String::from_utf8_lossy(&text).into_owned()))
}

fn says(arguments: &[&str], status: i32, words: &[&str]) -> Result<(), Failed> {
    let (ended, text) = heaplaw(arguments)?;
    for word in words {
        if !text.contains(word) {
            return fail(format!("`{word}` is not in:\n{text}"));
        }
    }
    if ended == Some(status) { Ok(()) } else { fail(format!("{ended:?}, not {status}:\n{text}")) }
}

fn the_command_passes() -> Result<(), Failed> {
    let own = format!("stdio:'{}' adapter serve", env!("CARGO_BIN_EXE_heaplaw"));
    says(
        &[&own],
        0,
        &[
            "adapter small, version 1, offers stats exact",
            "ok      batch/empty               A batch of no ops is answered with no answers.\n",
            "ops a second",
            "cases: ",
            " ok, 0 failed, 2 not applicable\n",
        ],
    )?;
    says(&[&own, "--case", "line/*", "--case", "end/at-once"], 0, &["11 cases: 11 ok, 0 failed"])?;
    says(&["--list"], 0, &["hello/name ", "op/storm ", "The last frame stays."])
}

fn the_command_fails() -> Result<(), Failed> {
    let broken = command("counts cleanups from two");
    let words = [
        "FAILED  identity/cleanups",
        "          expected  `collect`: `cleaned` with numbers from 1 to 3\n",
        "          seen      `collect` was answered {\"dead\":[2],\"cleaned\":[4]}\n",
        "1 failed, 0 not applicable\n",
    ];
    says(&[&broken], 1, &words)?;
    let few = command("offers too little");
    says(&[&few, "--case", "op/s*"], 0, &["n/a     op/storm", "It does not offer `storm`."])
}

fn the_command_cannot() -> Result<(), Failed> {
    says(&["/no/such/program"], 2, &["heaplaw: `/no/such/program` does not start: ", "not found"])?;
    says(&[], 2, &["CMD"])?;
    says(&["true", "--case", "bathc/empty"], 2, &["no case matches `bathc/empty`", "`batch/empty`"])
}

fn no_hello() -> Result<(), Failed> {
    let words = [
        "FAILED  hello/version",
        "expected  a hello",
        "seen      it exited with status 3, and wrote: oops",
    ];
    says(&["sh -c 'echo oops >&2; exit 3'"], 1, &words)?;
    says(&["cat"], 1, &["expected  a hello with a version that was listed", "{\"heaplaw\":[1]"])
}

fn recorded() -> Result<(), Failed> {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("adapter_check.txt");
    let path = file.to_str().expect("a UTF-8 path");
    says(&[&command(RIGHT), "--case", "line/no-json", "--record", path], 0, &["1 case"])?;
    let text = std::fs::read_to_string(&file)?;
    for line in [
        "judge   {\"heaplaw\":[1],",
        "target  {\"choices\":",
        "wrong   nonsense\n",
        "target  {\"error\":",
    ] {
        if !text.contains(line) {
            return fail(format!("`{line}` is not in:\n{text}"));
        }
    }
    Ok(())
}
