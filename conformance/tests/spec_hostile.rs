//! Files that are made to hurt their reader: each ends in an error, fast and in little memory.
//!
//! One test, because the memory that it measures is the whole process's.

use conformance::spec::{SpecFaults, Specs};
use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Counts the bytes in use, and the most that ever were.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let in_use = IN_USE.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(in_use, Relaxed);
        // SAFETY: the caller keeps `alloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps `dealloc`'s contract.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The most bytes that one load may take beyond what was in use before.
const MEMORY: usize = 256 << 20;

/// A bound for hangs only: the machine may be slow and busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `load`, which must fail within bounds with `words` in what it says.
fn refused(what: &str, words: &str, load: impl FnOnce() -> Result<Specs, SpecFaults>) {
    let before = IN_USE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let start = Instant::now();
    let faults = load().expect_err(what).to_string();
    let (time, bytes) = (start.elapsed(), PEAK.load(Relaxed) - before);
    println!("{what}: {} ms, {} KiB", time.as_millis(), bytes >> 10);
    assert!(faults.contains(words), "{what}: {}", &faults[..faults.len().min(2000)]);
    assert!(faults.len() < 100_000, "{what}: a message of {} bytes", faults.len());
    assert!(bytes < MEMORY, "{what}: {bytes} bytes");
    assert!(time < PATIENCE, "{what}: {time:?}");
}

fn text_refused(what: &str, words: &str, text: &str) {
    let glossary = ("glossary.yaml", "subjects: {alloc: {events: {}, records: {}}}");
    refused(what, words, || Specs::from_texts("specs", &[glossary, ("alloc/bad.yaml", text)]));
}

#[test]
fn hostile_files_cost_little_and_are_refused() {
    for (what, words, text) in hostile_texts() {
        text_refused(what, words, &text);
    }
    let dir = fresh_folder();
    for (what, words, make) in hostile_files() {
        let path = dir.join("alloc/bad.yaml");
        make(&path);
        refused(what, words, || Specs::load(&dir));
        if path.is_dir() { fs::remove_dir(&path).unwrap() } else { fs::remove_file(&path).unwrap() }
    }
    fs::write(dir.join("alloc/fine.yml"), "").unwrap();
    refused("another ending", "ends in `.yaml`", || Specs::load(&dir));
    refused("no folder", "No such file", || Specs::load(&dir.join("nowhere")));
    fs::remove_dir_all(dir).unwrap();
}

fn fresh_folder() -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("spec_hostile");
    if dir.exists() {
        fs::remove_dir_all(&dir).unwrap();
    }
    fs::create_dir_all(dir.join("alloc")).unwrap();
    fs::write(dir.join("glossary.yaml"), "subjects: {alloc: {events: {}, records: {}}}").unwrap();
    dir
}

fn hostile_texts() -> Vec<(&'static str, &'static str, String)> {
    let bomb =
        (1..9).map(|i| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(",")));
    let bomb = format!("a0: &a0 [x,x,x]\n{}", bomb.collect::<String>());
    let many = |line: fn(usize) -> String, n: usize| (0..n).map(line).collect::<String>();
    let wide_keys = many(|i| format!("k{i}: 1\n"), 20_000);
    let one_line = format!("[{}]", vec!["{rule: a}"; 15_000].join(","));
    let same = "{id: a, says: b, why: c, level: must, kind: safety, profile: any, model: d, \
                judges: [fuzz], source: [{text: e}], broken-by: [f/g]}";
    let same = format!("suite: alloc/bad\nabout: x\ninvariants: [{}]", vec![same; 1_800].join(","));
    let entries = many(|_| "- {rule: a}\n".into(), 15_000);
    vec![
        ("alias bomb", "anchors and aliases", bomb),
        ("flow nesting", "limit", "{a: ".repeat(10_000)),
        ("flow lists", "limit", "[".repeat(10_000)),
        ("closed flow lists", "limit", format!("{}{}", "[".repeat(10_000), "]".repeat(10_000))),
        ("block nesting", "nest", "- ".repeat(10_000)),
        ("indented nesting", "nest", many(|i| format!("{}a:\n", " ".repeat(i)), 1000)),
        ("100 MB scalar", "bytes", format!("suite: {}", "x".repeat(100_000_000))),
        ("1e6 keys", "bytes", many(|i| format!("k{i}: 1\n"), 1_000_000)),
        ("largest scalar", "not a suite's name", format!("suite: {}", "x".repeat(1_000_000))),
        ("largest key", "has no key", format!("{}: 1", "x".repeat(1000))),
        ("too long a key", "specs/alloc/bad.yaml:1", format!("{}: 1", "x".repeat(1_000_000))),
        ("20 000 unknown keys", "more", wide_keys),
        ("15 000 faults on one line", "expected a suite", one_line.clone()),
        ("15 000 faulty invariants on one line", "more", format!("invariants: {one_line}")),
        ("15 000 faulty invariants", "more", format!("invariants:\n{entries}")),
        ("1 800 equal ids on one line", "already the id", same),
        ("60 000 values", "at most", format!("[{}]", "1,".repeat(60_000))),
        ("1 MB of comments", "at most", "#\n".repeat(500_000)),
        ("1 MB of brackets", "limit", "[".repeat(1_000_000)),
        ("1 MB of quotes", "specs/alloc/bad.yaml", "'".repeat(1_000_000)),
        ("1 MB of colons", "specs/alloc/bad.yaml", ": ".repeat(500_000)),
        ("1 MB of question marks", "specs/alloc/bad.yaml", "? ".repeat(500_000)),
        ("1 MB of exclamation marks", "specs/alloc/bad.yaml", "!".repeat(1_000_000)),
        ("150 000 documents", "one YAML document", "---\na\n".repeat(150_000)),
        ("duplicate keys", "twice", "suite: a\nsuite: b\n".into()),
        ("tab", "tab", "suite:\n\tx: y\n".into()),
        ("NUL", "unexpected character", "suite: a\0b\n".into()),
        ("huge number", "non-finite", format!("suite: {}\n", "9".repeat(100_000))),
        ("tiny number", "found a number", "suite: 1e-99999999999999\n".into()),
        ("merge key", "merge keys", "<<: {suite: a}\n".into()),
        ("own tag", "tag", "suite: !own a\n".into()),
        ("binary tag", "specs/alloc/bad.yaml", "suite: !!binary AAAA\n".into()),
        ("directive", "found a number", "%YAML 1.1\n---\nsuite: 1\n".into()),
        ("empty", "found nothing", String::new()),
        ("byte order mark only", "found nothing", "\u{feff}".into()),
        ("list for a key", "specs/alloc/bad.yaml:1", "? [a]\n: b\n".into()),
    ]
}

type Make = fn(&Path);

fn hostile_files() -> Vec<(&'static str, &'static str, Make)> {
    let invalid: Make = |path| fs::write(path, b"suite: \xff\xfe").unwrap();
    let long: Make = |path| File::create(path).unwrap().set_len(100 << 20).unwrap();
    let folder: Make = |path| fs::create_dir(path).unwrap();
    let fifo: Make = |path| {
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    };
    let dangling: Make = |path| std::os::unix::fs::symlink("nowhere", path).unwrap();
    let device: Make = |path| std::os::unix::fs::symlink("/dev/zero", path).unwrap();
    vec![
        ("invalid UTF-8", "not UTF-8 from byte 7 on", invalid),
        ("100 MB file", "at most 1048576", long),
        ("folder for a file", "not a regular file", folder),
        ("FIFO", "not a regular file", fifo),
        ("dangling link", "No such file", dangling),
        ("link to an endless device", "not a regular file", device),
    ]
}
