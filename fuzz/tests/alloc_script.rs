//! The target `alloc_script` can fail, and judges what it says it judges.

use conformance::driver::draft::{Draft, Kind};
use conformance::laws::{Book, SUBJECT};
use conformance::mutant;
use conformance::op::alloc::Op;
use conformance::spec::{Judge, Specs};
use conformance::trace::Trace;
use heaplaw_fuzz::judge_script;
use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::path::Path;

/// Drafts of so many small allocations and nothing else: no wrong heap ends the process over one.
fn mallocs(count: usize) -> Vec<u8> {
    let draft = Draft { kind: Kind::Malloc as u8, size: 24, ..Draft::default() };
    Draft::encode(&vec![draft; count])
}

#[test]
fn a_heap_that_hands_out_a_live_block_fails_with_a_trace_that_parses() {
    let wrong = mutant::find("alloc/hands-out-live-block").expect("a mutant");
    let failure = catch_unwind(|| judge_script(&mallocs(8), &*(wrong.make)()));
    let payload = failure.expect_err("the heap is wrong");
    let message = payload.downcast_ref::<String>().expect("a message");
    let said = format!("{} is broken at step ", wrong.breaks);
    assert!(message.starts_with(&said), "{message}");
    assert!(message.contains("\n  live.overlapping(block) = 1\n"), "{message}");
    let at = message.find("heaplaw-trace ").expect("a trace");
    let trace = Trace::parse(&message.as_bytes()[at..], 100).expect("a trace that parses");
    assert_eq!(trace.metadata.get("invariant"), Some(wrong.breaks));
    let mallocs = trace.steps.iter().filter(|t| matches!(t.step.op, Op::Malloc { .. }));
    assert_eq!(mallocs.count(), 8);
}

#[test]
fn the_same_script_passes_on_the_heap_that_is_right() {
    let tallies = judge_script(&mallocs(8), &*mutant::correct());
    let disjoint = tallies.iter().find(|(id, _)| *id == "alloc/block/block-disjoint-from-live");
    let (_, tally) = disjoint.expect("a law");
    assert_eq!((tally.fired, tally.broken), (8, 0));
}

#[test]
fn the_seeds_together_bring_up_every_law_that_fuzzers_judge() {
    let mut fired: BTreeMap<&str, u64> = BTreeMap::new();
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/alloc_script");
    for seed in std::fs::read_dir(seeds).expect("seeds") {
        let bytes = std::fs::read(seed.expect("a seed").path()).expect("a readable seed");
        for (id, tally) in judge_script(&bytes, &*mutant::correct()) {
            *fired.entry(id).or_default() += tally.fired;
        }
    }
    let specs = Specs::embedded().expect("the real specs load");
    let book = Book::compile(&specs, SUBJECT).expect("the real rules compile");
    let fuzzed = book.code.laws.iter().filter(|law| {
        let invariant = specs.invariant(law.id.as_str()).expect("the invariant of a law");
        let offered = mutant::correct().offers().covers(invariant.needs.iter().copied().collect());
        offered && invariant.judges.contains(&Judge::Fuzz)
    });
    let silent: Vec<_> =
        fuzzed.filter(|law| fired[law.id.as_str()] == 0).map(|law| &law.id).collect();
    assert!(silent.is_empty(), "no seed brings up {silent:?}");
}
