//! The harness, judged: what it says of wrong heaps, and what it ends with.
//!
//! This executable plays two parts. With `PART` in its environment it is an implementer's test
//! target; without, it starts itself as one and reads what that says.

use conformance::proof::Proof;
use conformance::spec::Specs;
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

mod harness_heaps;

/// Set for the implementer's part.
const PART: &str = "HARNESS_WORDS_PART";

fn main() -> ExitCode {
    if std::env::var_os(PART).is_some() { implementer::run() } else { judge_the_harness() }
}

/// What an implementer's `tests/heaplaw.rs` holds.
mod implementer {
    use super::harness_heaps::{Bump, Flaw};
    use conformance::target::heap::Global;

    conformance::allocator_tests! {
        overlapping: Bump::new(Flaw::HandsOutTwice),
        crashing: Bump::new(Flaw::Aborts),
        system: Global(std::alloc::System),
    }

    pub(super) fn run() -> std::process::ExitCode {
        main()
    }
}

/// What a run of the implementer's part came to.
struct Ran {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs the implementer's part with `arguments`, few cases and a folder of its own for witnesses.
fn cargo_test(arguments: &[&str], variables: &[(&str, &str)], folder: &str) -> Result<Ran, Failed> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(PART, "1").env("HEAPLAW_CASES", "30").env("HEAPLAW_WITNESSES", witnesses(folder));
    let ran = command.args(arguments).envs(variables.iter().copied()).output()?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    Ok(Ran { status: ran.status.code(), stdout: text(&ran.stdout), stderr: text(&ran.stderr) })
}

fn witnesses(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("harness_words").join(folder)
}

impl Ran {
    fn ends_with(&self, status: i32) -> Result<&Ran, Failed> {
        if self.status == Some(status) { Ok(self) } else { Err(self.but(&format!("not {status}"))) }
    }

    fn says(&self, words: &str) -> Result<&Ran, Failed> {
        let said = self.stdout.contains(words) || self.stderr.contains(words);
        if said { Ok(self) } else { Err(self.but(&format!("without `{words}`"))) }
    }

    fn never_says(&self, words: &str) -> Result<&Ran, Failed> {
        let said = self.stdout.contains(words) || self.stderr.contains(words);
        if said { Err(self.but(&format!("with `{words}`"))) } else { Ok(self) }
    }

    fn but(&self, what: &str) -> Failed {
        format!("{what}: status {:?}\n{}\n{}", self.status, self.stdout, self.stderr).into()
    }
}

const DISJOINT: &str = "overlapping::alloc::block::block-disjoint-from-live";

fn a_broken_invariant_fails_its_test_with_the_account_of_the_command_line() -> Result<(), Failed> {
    let folder = witnesses("account");
    let _ = std::fs::remove_dir_all(&folder);
    let ran = cargo_test(&["--exact", DISJOINT], &[], "account")?;
    ran.ends_with(101)?
        .says("broken: overlapping: alloc/block/block-disjoint-from-live: `live.overlapping(block) == 0`")?
        .says("  says      | ")?
        .says("  script    | ")?
        .says("malloc")?
        .says("  stated    | specs/alloc/block.yaml:")?
        .says("1 failed")?
        .never_says("heaplaw replay")?;
    let saved = std::fs::read_dir(folder.join("overlapping"))?.count();
    if saved == 1 { Ok(()) } else { Err(ran.but(&format!("{saved} witnesses of one invariant"))) }
}

fn the_replay_line_of_a_failure_shows_the_failure_again() -> Result<(), Failed> {
    let ran = cargo_test(&["--exact", DISJOINT], &[], "replay")?;
    let line = ran.stdout.lines().find(|line| line.contains("  replay "));
    let Some(line) = line else { return Err(ran.but("without a replay line")) };
    let variable = line.split_whitespace().find_map(|word| word.strip_prefix("HEAPLAW_REPLAY="));
    let Some(trace) = variable else { return Err(ran.but("without HEAPLAW_REPLAY")) };
    ran.says("cargo test -p conformance --test harness_words")?;
    let again = cargo_test(&[], &[("HEAPLAW_REPLAY", trace.trim_matches('\''))], "replay")?;
    again
        .ends_with(101)?
        .says("broken  alloc/block/block-disjoint-from-live  `live.overlapping(block) == 0`")?
        .says("overlapping: broken in 1 of 1 tries")?;
    Ok(())
}

fn a_trace_of_a_target_that_is_not_here_is_no_pass() -> Result<(), Failed> {
    let file = witnesses("stranger.trace");
    std::fs::create_dir_all(witnesses(""))?;
    std::fs::write(&file, "# heaplaw-trace 1\n# target: stranger\n")?;
    let ran = cargo_test(&[], &[("HEAPLAW_REPLAY", &file.to_string_lossy())], "stranger")?;
    ran.ends_with(2)?.never_says("nothing is broken")?;
    let missing = cargo_test(&[], &[("HEAPLAW_REPLAY", "no-such.trace")], "stranger")?;
    missing.ends_with(2)?.says("cannot read no-such.trace")?;
    Ok(())
}

fn a_heap_that_crashes_fails_a_test_and_not_the_run() -> Result<(), Failed> {
    let ran = cargo_test(&["crashing::alloc::block::call-returns"], &[], "crash")?;
    ran.ends_with(101)?
        .says("alloc/block/call-returns")?
        .says("the process was ended by SIGABRT")?
        .says("test result: FAILED. 0 passed; 1 failed")?;
    Ok(())
}

fn an_invariant_that_holds_passes_once_it_is_proven_to_be_able_to_fail() -> Result<(), Failed> {
    let specs = Specs::embedded().map_err(|e| e.to_string())?;
    let invariant = specs.invariant("alloc/block/contents-stable").ok_or("it is gone")?;
    let ran = cargo_test(&["--exact", "system::alloc::block::contents-stable"], &[], "holds")?;
    if Proof::embedded().covers(invariant) {
        ran.ends_with(0)?.says("1 passed")?;
    } else {
        ran.ends_with(101)?
            .says("inconclusive: system: alloc/block/contents-stable: its mutants were not all")?;
    }
    Ok(())
}

fn what_does_not_apply_is_ignored_with_the_reason() -> Result<(), Failed> {
    let ran = cargo_test(&["overlapping::alloc::stats::stats-monotone"], &[], "ignored")?;
    ran.ends_with(0)?
        .says("the target does not offer stats")?
        .says("0 passed; 0 failed; 1 ignored")?;
    let listed = cargo_test(&["--list", "--ignored", "overlapping::alloc"], &[], "ignored")?;
    listed
        .ends_with(0)?
        .says("overlapping::alloc::stats::stats-monotone: test")?
        .never_says("block-disjoint-from-live")?;
    Ok(())
}

fn the_list_has_every_invariant_of_every_target_and_runs_none() -> Result<(), Failed> {
    let ran = cargo_test(&["--list", "--format", "terse"], &[], "list")?;
    let specs = Specs::embedded().map_err(|e| e.to_string())?;
    let mut wanted = Vec::new();
    for target in ["overlapping", "crashing", "system"] {
        let own = specs.invariants().filter(|i| i.id.subject() == "alloc");
        let names = own.map(|i| i.id.as_str().replace('/', "::"));
        wanted.extend(names.map(|name| format!("{target}::{name}: test")));
    }
    let listed: Vec<&str> = ran.ends_with(0)?.stdout.lines().collect();
    if listed == wanted { Ok(()) } else { Err(ran.but("another list")) }
}

fn a_filter_that_selects_nothing_of_a_target_is_told() -> Result<(), Failed> {
    let filter = ["overlapping::alloc::stats"];
    let ran = cargo_test(&filter, &[], "nothing")?;
    ran.ends_with(0)?
        .says("the filter selects no invariant of crashing")?
        .never_says("no invariant of overlapping")?;
    let strict = cargo_test(&["bmup::"], &[("HEAPLAW_EVERY_TARGET", "1")], "nothing")?;
    strict
        .ends_with(2)?
        .says("no selected invariant was judged on overlapping, crashing, system")?;
    let idle = cargo_test(&filter, &[("HEAPLAW_EVERY_TARGET", "1")], "nothing")?;
    idle.ends_with(2)?.says("overlapping, crashing, system")?;
    Ok(())
}

fn a_setting_that_is_not_understood_judges_nothing() -> Result<(), Failed> {
    let ran = cargo_test(&[], &[("HEAPLAW_CASES", "many")], "setting")?;
    ran.ends_with(2)?.says("heaplaw: HEAPLAW_CASES=`many` is no whole number from 1 on")?;
    Ok(())
}

fn judge_the_harness() -> ExitCode {
    macro_rules! tests {
        ($($test:ident),+ $(,)?) => { vec![$(Trial::test(stringify!($test), $test)),+] };
    }
    let tests = tests![
        a_broken_invariant_fails_its_test_with_the_account_of_the_command_line,
        the_replay_line_of_a_failure_shows_the_failure_again,
        a_trace_of_a_target_that_is_not_here_is_no_pass,
        a_heap_that_crashes_fails_a_test_and_not_the_run,
        an_invariant_that_holds_passes_once_it_is_proven_to_be_able_to_fail,
        what_does_not_apply_is_ignored_with_the_reason,
        the_list_has_every_invariant_of_every_target_and_runs_none,
        a_filter_that_selects_nothing_of_a_target_is_told,
        a_setting_that_is_not_understood_judges_nothing,
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit_code()
}
