//! Texts made to hurt: none panics, hangs or eats memory.
//!
//! The bound on time is there for hangs, and generous; memory is measured by an allocator that
//! counts.

mod rule_words;

use conformance::rule::{EventId, Frame, FunctionId, Rule, RuleFault, RuleFaultKind, Vocabulary};
use proptest::prelude::*;
use rule_words::vocabulary;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The system's allocator, keeping the bytes in use and the most there ever were.
struct Counting {
    now: AtomicUsize,
    peak: AtomicUsize,
}

// SAFETY: every call is handed on unchanged to the system's allocator; the counters do not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = self.now.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        self.peak.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's duty is the same as ours.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.now.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's duty is the same as ours.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting { now: AtomicUsize::new(0), peak: AtomicUsize::new(0) };

fn load(text: &str) -> Result<Rule, RuleFault> {
    let (vocabulary, event) = vocabulary();
    let start = Instant::now();
    let rule = Rule::load(text, &[event], &vocabulary);
    let spent = start.elapsed();
    assert!(spent < Duration::from_secs(10), "{spent:?} for {text:.60}");
    if let Err(fault) = &rule {
        let range = fault.range.clone();
        assert!(text.get(range).is_some(), "{fault:?} is no part of {text:?}");
        assert!(!fault.message.is_empty());
    }
    rule
}

/// The last border between characters that is not past byte `at`.
fn border(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// `piece` as often as fits into `len` bytes, `head` before it and `tail` after it.
fn repeated(head: &str, piece: &str, tail: &str, len: usize) -> String {
    let room = len - head.len() - tail.len();
    format!("{head}{}{tail}", piece.repeat(room / piece.len()))
}

/// Texts of up to 4 KiB of one hostile idea each.
fn hostile() -> Vec<String> {
    let pieces = [
        ("", "(", ""),
        ("", "[", ""),
        ("", "{", ""),
        ("", "([{", ""),
        ("", ")", ""),
        ("", "!", "op.ok"),
        ("", "! ", "op.ok"),
        ("", "-", "1 == op.errno"),
        ("", "- !", "1"),
        ("", "-(", "1"),
        ("", "op.ok ? ", "op.ok"),
        ("", "op.ok ? op.ok : ", "op.ok"),
        ("op.ok", " && op.ok", ""),
        ("op.ok", " || op.ok", ""),
        ("op.errno", " + 1", " == 1"),
        ("op.errno", "-1", " == 1"),
        ("op.errno", " < 1", ""),
        ("op", ".ok", ""),
        ("op", ".ok()", ""),
        ("op.ok", "()", ""),
        ("op.ok", "[0]", ""),
        ("", "f(", ""),
        ("", "x.all(x, ", ""),
        ("run.serials", ".all(x, run.serials", ""),
        ("op.errno in [", "1, ", "1]"),
        ("op.errno in [", ",", "]"),
        ("op.kind in [", "'free',", "'free']"),
        ("op.kind == '", "a", "'"),
        ("op.kind == '", "a", ""),
        ("", "'", ""),
        ("", "\"", ""),
        ("", "r'", ""),
        ("", "\\", ""),
        ("", "9", " == op.errno"),
        ("0x", "f", " == op.errno"),
        ("", "1 ", ""),
        ("", "a ", ""),
        ("", "a.", ""),
        ("", ".", ""),
        ("", ",", ""),
        ("", "?", ""),
        ("", ":", ""),
        ("", "in ", ""),
        ("", "== ", ""),
        ("", "true ", ""),
        ("", "\n", "op.ok"),
        ("", "\0", ""),
        ("", "\u{feff}", ""),
        ("", "\u{1f980}", ""),
        ("", "\u{202e}", "op.ok"),
        ("", "// ", ""),
        ("op.ok //", "x", ""),
        ("a", "a", ""),
        ("a", "a", ".b == 1"),
    ];
    pieces.iter().map(|(head, piece, tail)| repeated(head, piece, tail, 4096)).collect()
}

#[test]
fn hostile_texts_end_soon_and_use_little_memory() {
    let before = COUNTING.now.load(Ordering::Relaxed);
    COUNTING.peak.store(before, Ordering::Relaxed);
    for text in hostile() {
        // Whether it loads is not the point; some do.
        let _ = load(&text);
        // Short of the limits, too, where the parser gets to see it.
        for len in [40, 130, 400, 1200] {
            let start = border(&text, text.len() - len.min(text.len()));
            let _ = load(&text[start..]);
            let _ = load(&text[..border(&text, len)]);
        }
    }
    let used = COUNTING.peak.load(Ordering::Relaxed) - before;
    assert!(used < 64 << 20, "{used} bytes");
}

#[test]
fn a_huge_text_is_refused_without_being_read() {
    let text = "(".repeat(8 << 20);
    let fault = load(&text).expect_err("8 MiB");
    assert_eq!(fault.kind, RuleFaultKind::Size);
}

/// The rule with the most operators in a row that still loads.
fn deepest(vocabulary: &Vocabulary, event: EventId) -> Rule {
    let longer = (1..100).map(|n| format!("op.errno{} == 0", " % 3".repeat(n)));
    let load = |text: String| Rule::load(&text, &[event], vocabulary).ok();
    let rule = longer.map_while(load).last().expect("one loads");
    assert!(rule.text().len() > 4 * 50, "deep enough to mean something");
    rule
}

fn on_stack_of<T: Send>(bytes: usize, work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(bytes).spawn_scoped(scope, work);
        thread.expect("a thread").join().expect("no panic")
    })
}

#[test]
fn loading_needs_a_quarter_of_the_stack_that_a_test_has() {
    let (vocabulary, event) = vocabulary();
    let brackets = format!("{}op.ok{}", "(".repeat(16), ")".repeat(16));
    on_stack_of(512 << 10, || {
        deepest(&vocabulary, event);
        load(&brackets).expect("sound, if odd");
    });
}

#[test]
fn the_deepest_rule_is_judged_and_explained_on_a_small_stack() {
    let (vocabulary, event) = vocabulary();
    let rule = deepest(&vocabulary, event);
    let (frame, natives) = (Frame::new(&vocabulary), |_: FunctionId, _: &[u64]| 0);
    assert_eq!(on_stack_of(32 << 10, || rule.holds(&frame, &natives)), Ok(true));
    assert!(on_stack_of(512 << 10, || rule.explain(&frame, &natives)).len() > 50);
}

/// Rules to start mutations from.
const SOUND: [&str; 6] = [
    "block.address % request.align == 0",
    "op.kind in ['malloc', 'free'] && block.size >= math.least(request.size, 100u)",
    "run.serials.all(x, x > 0 && x != block.serial) && live.overlapping(block) == 0",
    "op.ok ? block.size == request.size : op.errno - 20 == -12",
    "plateau(run.footprints, 4096) && size(run.serials) <= 10",
    "!(block.address / 8192 < span.base) && (block.size + 1) * 2 > 0x10",
];

/// Pieces that a mutation puts in.
const PIECES: [&str; 24] = [
    "(",
    ")",
    "[",
    "]",
    "'",
    "\"",
    ".",
    ",",
    "!",
    "-",
    "?",
    ":",
    " in ",
    "&&",
    "||",
    "==",
    "1u",
    "9999999999999999999",
    "é",
    "\0",
    "x",
    "op.ok",
    "run.serials",
    ".all(x, ",
];

/// A cut of a few bytes and a piece put in its place, both at any place.
fn mutation() -> impl Strategy<Value = (usize, usize, &'static str)> {
    (0_usize..120, 0_usize..8, prop::sample::select(&PIECES[..]))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn random_text_never_panics(text in "\\PC{0,80}") {
        let _ = load(&text);
    }

    #[test]
    fn random_tokens_never_panic(tokens in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        let _ = load(&tokens.concat());
        let _ = load(&tokens.join(" "));
    }

    #[test]
    fn mutations_of_sound_rules_never_panic(
        rule in prop::sample::select(&SOUND[..]),
        mutations in prop::collection::vec(mutation(), 1..5),
    ) {
        let mut text = rule.to_owned();
        for (at, len, piece) in mutations {
            let start = border(&text, at);
            let end = border(&text, start + len);
            text.replace_range(start..end, piece);
        }
        if let Ok(rule) = load(&text) {
            // What loads can be judged and explained, whatever it says.
            let (vocabulary, event) = vocabulary();
            let again = Rule::load(rule.text(), &[event], &vocabulary).expect("it loaded before");
            let (frame, natives) = (Frame::new(&vocabulary), |_: FunctionId, _: &[u64]| 0);
            let holds = again.holds(&frame, &natives);
            let shown = again.explain(&frame, &natives);
            let root = holds.map_or_else(|fault| fault.kind.to_string(), |holds| holds.to_string());
            prop_assert_eq!(&shown[0].value, &root);
        }
    }
}

#[test]
fn the_rules_to_mutate_are_sound() {
    for rule in SOUND {
        assert!(load(rule).is_ok(), "{rule}");
    }
}
