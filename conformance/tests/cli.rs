//! The binary, as a person uses it: exit statuses, and the words for what went wrong.
//!
//! The libraries are compiled from `testdata/libraries`, each a malloc that goes wrong in one way.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// How a run ended: exit status, standard output, standard error.
struct Ended {
    status: i32,
    out: String,
    err: String,
}

fn heaplaw(args: &[&str]) -> Ended {
    let folder = scratch("runs");
    let ran = Command::new(env!("CARGO_BIN_EXE_heaplaw"))
        .args(args)
        .current_dir(&folder)
        .output()
        .expect("the binary starts");
    Ended {
        status: ran.status.code().expect("the judge itself is never killed"),
        out: String::from_utf8(ran.stdout).expect("output is UTF-8"),
        err: String::from_utf8(ran.stderr).expect("errors are UTF-8"),
    }
}

impl Ended {
    /// Checks the exit status, and that all of `words` were said.
    #[track_caller]
    fn says(&self, status: i32, words: &[&str]) -> &Ended {
        let said = format!("{}{}", self.out, self.err);
        assert_eq!(self.status, status, "{said}");
        for word in words {
            assert!(said.contains(word), "`{word}` is not in:\n{said}");
        }
        self
    }
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("the scratch folder can be made");
    folder
}

/// Counts compiled libraries: tests run side by side, and some want the same one.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The library compiled from `testdata/libraries/<name>.c`, as a target.
fn library(name: &str) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/libraries/{name}.c"));
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let made = scratch(&format!("libraries/{number}")).join(format!("lib{name}.so"));
    let compiled = Command::new("cc")
        .args(["-O1", "-w", "-fno-builtin", "-shared", "-fPIC", "-o"])
        .args([&made, &source])
        .output()
        .expect("a C compiler, as the README asks for");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    format!("so:{}", made.display())
}

/// Judges a library in a short run.
fn check(name: &str) -> Ended {
    let target = library(name);
    heaplaw(&["check", &target, "--judge", "property", "--cases", "40", "--level", "must"])
}

#[test]
fn a_malloc_without_a_fault_in_what_was_asked_ends_with_0() {
    let target = library("whole");
    let blocks =
        ["--judge", "property", "--cases", "40", "--invariant", "alloc/block/call-returns"];
    heaplaw(&[&["check", &target], &blocks[..]].concat()).says(0, &["holds", "call-returns"]);
}

#[test]
fn overlapping_blocks_end_with_1_and_a_witness_that_breaks_again_alone() {
    let ended = check("overlaps");
    ended
        .says(1, &["broken: alloc/block/block-disjoint-from-live", "live.overlapping(block) == 0"]);
    let replay = ended.out.lines().find_map(|line| line.split_once("heaplaw replay "));
    let words: Vec<&str> = replay.expect("a command to replay").1.split(' ').collect();
    let again = heaplaw(&[&["replay"], &words[..]].concat());
    again.says(1, &["block-disjoint-from-live", "broken in 1 of 1 tries"]);
    let whole = library("whole");
    heaplaw(&["replay", words[0], "--target", &whole]).says(0, &["nothing is broken"]);
}

#[test]
fn a_trace_is_held_to_the_invariant_that_it_names_also_where_another_breaks_first() {
    let file = scratch("traces").join("later.trace");
    let text = "heaplaw-trace 1 alloc\n# invariant: alloc/block/block-disjoint-from-live\n\
                s0 = malloc 257\nusable s0\ns1 = malloc 226\n";
    std::fs::write(&file, text).expect("writes");
    let path = file.to_str().expect("a UTF-8 path");
    let again = heaplaw(&["replay", path, "--target", "mutant:alloc/rounds-one-size-down"]);
    again.says(1, &["broken  alloc/block/usable-ge-request", "broken in 1 of 1 tries"]);
    let first = again.out.lines().next().unwrap_or_default();
    assert!(first.contains("alloc/block/block-disjoint-from-live"), "{}", again.out);
    heaplaw(&["shrink", path, "--target", "mutant:alloc/rounds-one-size-down"])
        .says(0, &["# invariant: alloc/block/block-disjoint-from-live", "s1 = malloc"]);
}

#[test]
fn whatever_a_library_does_to_its_process_the_judge_names_it() {
    check("exits_later").says(1, &["call-returns", "exited with status 0"]);
    check("hangs_later").says(1, &["call-returns", "ran without end"]);
    check("overflows_stack").says(1, &["call-returns", "overflowed its stack"]);
    check("closes_descriptors").says(1, &["leaves-process-alone", "process.fd_lost"]);
    check("takes_signals").says(1, &["leaves-process-alone", "process.signals_changed"]);
}

#[test]
fn a_library_that_cannot_be_loaded_ends_with_2_and_the_reason_once() {
    for (name, words) in [
        ("exits_in_constructor", "exited with status 0"),
        ("crashes_in_constructor", "SIG"),
        ("hangs_in_constructor", "blocked"),
        ("no_malloc", "malloc"),
    ] {
        let ended = check(name);
        ended.says(2, &["could not judge", words]);
        let reasons = ended.out.lines().filter(|line| line.starts_with("could not judge")).count();
        assert_eq!(reasons, 1, "{name}: {}", ended.out);
    }
    let missing = heaplaw(&["check", "so:/no/such/library.so"]);
    missing.says(2, &["could not judge", "/no/such/library.so"]);
}

#[test]
fn bad_usage_ends_with_2_and_says_what_would_have_been_right() {
    heaplaw(&["check", "sytem"]).says(2, &["`sytem` is no target", "`so:PATH`"]);
    heaplaw(&["check", "mutant:alloc/wraps-produkt"]).says(2, &["mutant:alloc/wraps-product"]);
    heaplaw(&["check", "--invariant", "alloc/blok/**"]).says(2, &["no invariant matches"]);
    heaplaw(&["check", "--report", "xml=a.xml"]).says(2, &["none of json, junit, sarif, github"]);
    heaplaw(&["check", "--shard", "3/2"]).says(2, &["expected K/N"]);
    heaplaw(&["check", "--baseline", "/no/such/file.yaml"]).says(2, &["/no/such/file.yaml"]);
    heaplaw(&["check", "--specs", "/no/such/folder"]).says(2, &["/no/such/folder"]);
    heaplaw(&["explain", "alloc/block/call-return"]).says(2, &["alloc/block/call-returns"]);
    heaplaw(&["list", "--invariant", "nothing/**"]).says(2, &["no invariant matches `nothing/**`"]);
    heaplaw(&["mutants", "--invariant", "nothing/**"]).says(2, &["no mutant is selected"]);
    heaplaw(&["replay", "/no/such.trace"]).says(2, &["/no/such.trace"]);
    heaplaw(&["merge", "/no/such.json"]).says(2, &["/no/such.json"]);
    heaplaw(&["chekc"]).says(2, &["check"]);
}

#[test]
fn a_verdict_that_cannot_be_written_is_none_and_takes_no_report_with_it() {
    let json = scratch("reports").join("kept.json");
    let _ = std::fs::remove_file(&json);
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has one");
    let ran = Command::new(env!("CARGO_BIN_EXE_heaplaw"))
        .args(["check", "small", "--judge", "golden", "--report", "json=/no/such/folder/lost.json"])
        .arg("--report")
        .arg(format!("json={}", json.display()))
        .stdout(full)
        .output()
        .expect("the binary starts");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(said.contains("cannot write standard output: No space left"), "{said}");
    assert!(json.exists(), "the report that could be written is not there");
}

#[test]
fn a_faulty_trace_is_named_with_its_line() {
    let file = scratch("traces").join("faulty.trace");
    std::fs::write(&file, "heaplaw-trace 1 alloc\ns0 = malloc 24\ns1 = maloc 24\n")
        .expect("writes");
    let path = file.to_str().expect("a UTF-8 path");
    heaplaw(&["replay", path, "--target", "small"])
        .says(2, &["faulty.trace", "line 3, column 6", "malloc"]);
}

#[test]
fn a_trace_that_repeats_for_ever_is_refused() {
    let file = scratch("traces").join("endless.trace");
    let text = "heaplaw-trace 1 alloc\nrepeat 1000000000000000000\ns0 = malloc 24\nfree s0\nend\n";
    std::fs::write(&file, text).expect("writes");
    let path = file.to_str().expect("a UTF-8 path");
    heaplaw(&["replay", path, "--target", "small"]).says(2, &["endless.trace", "at most 50000000"]);
}

#[test]
fn a_narrowed_run_writes_no_baseline_and_loses_none() {
    let file = scratch("baselines").join("overlaps.yaml");
    std::fs::write(&file, "kept: as it was\n").expect("writes");
    let baseline = file.to_str().expect("a UTF-8 path");
    let target = library("overlaps");
    let narrow = ["--cases", "20", "--judge", "property", "--write-baseline", baseline];
    assert_eq!(heaplaw(&[&["check", &target], &narrow[..]].concat()).status, 2);
    assert_eq!(std::fs::read_to_string(&file).expect("it is still there"), "kept: as it was\n");
}

#[test]
fn every_report_is_written_and_parses() {
    let folder = scratch("reports");
    let file = |name: &str| folder.join(name).to_str().expect("a UTF-8 path").to_owned();
    let (json, junit) = (file("out.json"), file("out.xml"));
    let (sarif, github) = (file("out.sarif"), file("out.md"));
    let target = library("overlaps");
    let reports = [
        format!("json={json}"),
        format!("junit={junit}"),
        format!("sarif={sarif}"),
        format!("github={github}"),
    ];
    let mut args = vec!["check", &*target, "--judge", "property", "--cases", "20"];
    args.extend(reports.iter().flat_map(|report| ["--report", report]));
    heaplaw(&args).says(1, &["::error"]);
    for path in [&json, &sarif] {
        let text = std::fs::read_to_string(path).expect("the report is there");
        serde_json::from_str::<serde_json::Value>(&text).expect("it is JSON");
    }
    assert!(std::fs::read_to_string(&junit).expect("there").contains("<testsuites"));
    assert!(std::fs::read_to_string(&github).expect("there").contains("block-disjoint"));
    heaplaw(&["merge", &json]).says(1, &["block-disjoint-from-live"]);
}

#[test]
fn shards_make_one_report_when_all_of_them_are_there() {
    let folder = scratch("shards");
    let file = |k: u32| folder.join(format!("{k}.json")).to_str().expect("UTF-8").to_owned();
    for k in [1, 2, 3] {
        let (shard, report) = (format!("{k}/3"), format!("json={}", file(k)));
        let judged = ["--judge", "property", "--cases", "60", "--shard", &shard];
        let ended = heaplaw(&[&["check", "small", "--report", &report], &judged[..]].concat());
        assert!(matches!(ended.status, 0 | 3), "{}", ended.out);
    }
    let merged = heaplaw(&["merge", &file(1), &file(2), &file(3)]);
    assert!(!merged.out.contains("shards are here"), "{}", merged.out);
    heaplaw(&["merge", &file(1), &file(2)]).says(3, &["only 2 of 3 shards are here"]);
    // The same shard twice would pretend to twice the effort.
    heaplaw(&["merge", &file(1), &file(1)]).says(2, &[]);
}
