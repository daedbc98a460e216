//! The target whose bytes are scripts of collectors can fail, and judges what it says it judges.

use conformance::op::gc::Op;
use conformance::trace::Trace;
use heaplaw_fuzz::{gc_judge, gc_trace};
use std::panic::catch_unwind;
use std::path::Path;

/// The seeds of the target.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/gc_ops");
    let seeds = std::fs::read_dir(folder).expect("seeds").map(|seed| seed.expect("a seed").path());
    seeds.map(|path| std::fs::read(path).expect("a readable seed")).collect()
}

/// What the target says about `data` on the mutant with this id, if it says anything.
fn said(data: &[u8], mutant: &str) -> Option<String> {
    let trace = gc_trace(data, &format!("mutant:{mutant}"));
    let payload = catch_unwind(|| gc_judge(&trace)).err()?;
    Some(payload.downcast_ref::<String>().expect("a message").clone())
}

#[test]
fn the_seeds_find_a_wrong_part_of_every_sort() {
    let wrong = [
        "gc/forgets-dirty-slots",
        "gc/scans-the-first-stack",
        "gc/clears-marks-of-pointers-only",
        "gc/scans-dead-locals",
    ];
    for id in wrong {
        // A fault may show in another law before it does in its own.
        let messages: Vec<String> = seeds().iter().filter_map(|seed| said(seed, id)).collect();
        assert!(!messages.is_empty(), "{id} passes all seeds");
        assert!(messages.iter().all(|said| said.contains(" is broken at step ")), "{messages:#?}");
    }
}

#[test]
fn a_breach_ends_with_a_trace_that_breaks_again() {
    let messages: Vec<String> =
        seeds().iter().filter_map(|seed| said(seed, "gc/keeps-what-was-received")).collect();
    let message = messages.first().expect("a breach");
    let at = message.find("heaplaw-trace ").expect("a trace");
    let trace = Trace::<Op>::parse(&message.as_bytes()[at..], 10_000).expect("it parses");
    assert_eq!(trace.metadata.get("target"), Some("mutant:gc/keeps-what-was-received"));
    let again = catch_unwind(|| gc_judge(&trace)).expect_err("the trace breaks it, too");
    assert_eq!(again.downcast_ref::<String>(), Some(message));
}

#[test]
fn every_seed_passes_on_the_collectors_that_are_right_and_puts_laws_to_the_test() {
    let mut fired = 0;
    for seed in seeds() {
        for collector in ["small-gc", "small-paced"] {
            fired +=
                gc_judge(&gc_trace(&seed, collector)).iter().map(|(_, t)| t.fired).sum::<u64>();
        }
    }
    assert!(fired > 1000, "{fired}");
}

#[test]
fn whatever_the_bytes_say_the_trace_can_be_read_again() {
    for operand in [0, 1, 3, 4, 7, 64, 239, 240, 255] {
        let data: Vec<u8> =
            (0..=255).flat_map(|op| [op, operand].into_iter().cycle().take(8)).collect();
        for collector in ["small-gc", "small-paced"] {
            let trace = gc_trace(&data, collector);
            let again = Trace::<Op>::parse(trace.to_string().as_bytes(), 10_000).expect("a trace");
            assert_eq!(again.script(), trace.script(), "{operand} on {collector}");
        }
    }
}
