//! The targets whose bytes are scripts can fail, and judge what they say they judge.

use conformance::driver::draft::{Draft, Kind};
use conformance::laws::{Book, SUBJECTS};
use conformance::mutant;
use conformance::op::alloc::Op;
use conformance::spec::{Judge, Specs};
use conformance::trace::Trace;
use heaplaw_fuzz::{ALLOC_OPS, ALLOC_THREADS, Scripts};
use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::path::Path;

/// Drafts of so many small allocations and nothing else: no wrong heap ends the process over one.
fn mallocs(count: usize) -> Vec<u8> {
    let draft = Draft { kind: Kind::Malloc as u8, size: 24, ..Draft::default() };
    Draft::encode(&vec![draft; count])
}

/// What the target says about `data` on the mutant with this id, if it says anything.
fn said(target: &Scripts, data: &[u8], mutant: &str) -> Option<String> {
    let trace = target.trace(data, &format!("mutant:{mutant}"));
    let payload = catch_unwind(|| target.judge(&trace)).err()?;
    Some(payload.downcast_ref::<String>().expect("a message").clone())
}

/// The trace at the end of a message.
fn trace_of(message: &str) -> Trace {
    let at = message.find("heaplaw-trace ").expect("a trace");
    <Trace>::parse(&message.as_bytes()[at..], 10_000).expect("a trace that parses")
}

/// The seeds of a target.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let seeds = std::fs::read_dir(folder).expect("seeds").map(|seed| seed.expect("a seed").path());
    seeds.map(|path| std::fs::read(path).expect("a readable seed")).collect()
}

#[test]
fn a_heap_that_hands_out_a_live_block_fails_with_a_trace_that_replays() {
    let wrong = mutant::find("alloc/hands-out-live-block").expect("a mutant");
    let message = said(&ALLOC_OPS, &mallocs(8), wrong.id).expect("the heap is wrong");
    let begins = format!("{} is broken at step ", wrong.breaks);
    assert!(message.starts_with(&begins), "{message}");
    assert!(message.contains("\n  live.overlapping(block) = 1\n"), "{message}");
    let trace = trace_of(&message);
    assert_eq!(trace.metadata.get("invariant"), Some(wrong.breaks));
    assert_eq!(trace.metadata.get("target"), Some("mutant:alloc/hands-out-live-block"));
    let mallocs = trace.steps.iter().filter(|t| matches!(t.step.op, Op::Malloc { .. }));
    assert_eq!(mallocs.count(), 8);
    let again = catch_unwind(|| ALLOC_OPS.judge(&trace)).expect_err("the trace breaks it, too");
    assert_eq!(again.downcast_ref::<String>(), Some(&message));
}

#[test]
fn the_same_script_passes_on_the_heaps_that_are_right() {
    for heap in ALLOC_OPS.heaps {
        let tallies = ALLOC_OPS.judge(&ALLOC_OPS.trace(&mallocs(8), heap));
        let disjoint = tallies.iter().find(|(id, _)| *id == "alloc/block/block-disjoint-from-live");
        let (_, tally) = disjoint.expect("a law");
        assert_eq!((tally.fired, tally.broken), (8, 0), "{heap}");
    }
}

#[test]
fn the_seeds_find_a_wrong_part_of_every_sort() {
    let wrong = [
        "alloc/forgets-align-of-small",
        "alloc/writes-boundary-tag-into-neighbour",
        "alloc/refuses-realloc-of-null",
        "alloc/clears-whole-words-only",
        "alloc/wraps-product",
        "alloc/counts-free-of-null",
    ];
    for id in wrong {
        let breaks = mutant::find(id).unwrap_or_else(|| panic!("no mutant {id}")).breaks;
        let messages =
            seeds("alloc_ops").into_iter().filter_map(|seed| said(&ALLOC_OPS, &seed, id));
        let mut traces = messages.map(|message| trace_of(&message));
        let found = traces.any(|trace| trace.metadata.get("invariant") == Some(breaks));
        assert!(found, "{id} passes all seeds, or breaks something else first");
    }
}

/// How often the seeds of threads are tried at a fault that needs luck.
const TRIES: usize = 400;

#[test]
fn a_heap_that_writes_to_a_block_which_it_has_sent_away_is_found_by_the_threads_of_the_seeds() {
    let wrong = "alloc/scrubs-after-sending";
    let mut tries = (0..TRIES).flat_map(|_| seeds("alloc_threads"));
    let message = tries.find_map(|seed| said(&ALLOC_THREADS, &seed, wrong)).expect("it is wrong");
    let trace = trace_of(&message);
    assert_eq!(trace.metadata.get("invariant"), Some("alloc/block/contents-stable"), "{message}");
    assert_eq!(trace.metadata.get("tries"), Some("200"));
}

#[test]
fn the_seeds_together_bring_up_every_law_that_their_target_judges() {
    for (name, target) in [("alloc_ops", &ALLOC_OPS), ("alloc_threads", &ALLOC_THREADS)] {
        let mut fired: BTreeMap<&str, u64> = BTreeMap::new();
        for trace in seeds(name).iter().flat_map(|seed| target.traces(seed)) {
            for (id, tally) in target.judge(&trace) {
                *fired.entry(id).or_default() += tally.fired;
            }
        }
        let silent = judged(target.judge).into_iter().filter(|id| fired[id.as_str()] == 0);
        let silent: Vec<_> = silent.collect();
        assert!(silent.is_empty(), "no seed of {name} brings up {silent:?}");
    }
}

/// The ids of the laws of this judge that need no scenario, and nothing that the small correct
/// allocator does not offer.
fn judged(judge: Judge) -> Vec<String> {
    let specs = Specs::embedded().expect("the real specs load");
    let book = Book::compile(&specs, SUBJECTS[0]).expect("the real rules compile");
    let offers = mutant::correct().offers();
    let laws = book.code.laws.iter().filter(|law| {
        let invariant = specs.invariant(law.id.as_str()).expect("the invariant of a law");
        let offered = offers.covers(invariant.needs.iter().copied().collect());
        offered && law.scenario.is_empty() && invariant.judges.contains(&judge)
    });
    laws.map(|law| law.id.as_str().to_owned()).collect()
}
