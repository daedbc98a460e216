//! `schedule_tests!` as the author of a part meets it: the example of `docs/judge-your-protocol.md`, and parts
//! that must fail.

use conformance::schedule::loom::sync::atomic::{AtomicUsize, Ordering};
use conformance::schedule::watermark::Watermark;

/// How much of an arena was ever handed out.
struct Mark(AtomicUsize);

impl Watermark for Mark {
    fn new() -> Mark {
        Mark(AtomicUsize::new(0))
    }

    fn raise(&self, start: usize, end: usize) -> bool {
        start < self.0.fetch_max(end, Ordering::AcqRel)
    }
}

conformance::schedule_tests! {
    mark: watermark of Mark;
}

/// Looks and raises in two steps.
struct Falls(Mark);

impl Watermark for Falls {
    fn new() -> Falls {
        Falls(Mark::new())
    }

    fn raise(&self, start: usize, end: usize) -> bool {
        let Falls(Mark(mark)) = self;
        let seen = mark.load(Ordering::Acquire);
        mark.store(seen.max(end), Ordering::Release);
        start < seen
    }
}

/// Waits for what never comes.
struct Waits(Mark);

impl Watermark for Waits {
    fn new() -> Waits {
        Waits(Mark::new())
    }

    fn raise(&self, _start: usize, end: usize) -> bool {
        while self.0.0.load(Ordering::Acquire) < end {
            conformance::schedule::loom::thread::yield_now();
        }
        true
    }
}

conformance::schedule_tests! {
    #[should_panic(expected = "watermark: three threads hand out three ranges: what was handed out passes \
                               for untouched memory")]
    a_part_that_looks_and_raises_in_two_steps_fails_and_is_told_what_broke: watermark of Falls;
    #[should_panic(expected = "a thread waits for what never comes")]
    a_part_that_waits_for_ever_fails_and_does_not_hang: watermark of Waits;
}

#[test]
fn the_example_of_the_document_is_the_part_above() {
    let document = include_str!("../../docs/judge-your-protocol.md");
    let (_, rest) = document.split_once("```rust\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    assert!(include_str!("schedule_part.rs").contains(example), "the document has:\n{example}");
}
