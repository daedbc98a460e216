//! The list of mutants as a whole.

use conformance::capability::Capability;
use conformance::mutant;
use std::collections::BTreeSet;

/// Every invariant that an allocator of any kind can break, and that some mutant must break.
const INVARIANTS: &[&str] = &[
    "alloc/align/align-fundamental",
    "alloc/align/align-kept-by-realloc",
    "alloc/align/align-request",
    "alloc/align/aligned-bad-align-null",
    "alloc/align/posix-memalign-contract",
    "alloc/block/block-accessible",
    "alloc/block/block-disjoint-from-live",
    "alloc/block/call-returns",
    "alloc/block/contents-stable",
    "alloc/block/usable-bytes-owned",
    "alloc/block/usable-ge-request",
    "alloc/block/usable-stable",
    "alloc/block/zero-size-policy",
    "alloc/concurrency/bootstrap-reentrant",
    "alloc/concurrency/fork-child-can-allocate",
    "alloc/concurrency/late-tls-free",
    "alloc/concurrency/remote-free-accepted",
    "alloc/concurrency/remote-free-exactly-once",
    "alloc/concurrency/remote-free-synchronises",
    "alloc/concurrency/thread-exit-returns-cache",
    "alloc/failure/calloc-overflow-null",
    "alloc/failure/failure-changes-nothing",
    "alloc/failure/failure-sets-enomem",
    "alloc/failure/oversize-null",
    "alloc/free/free-accepts-family",
    "alloc/free/free-null-noop",
    "alloc/free/free-preserves-errno",
    "alloc/free/layout-range-dealloc",
    "alloc/free/sized-free-equivalent",
    "alloc/hardening/double-free-detected",
    "alloc/hardening/freelist-corruption-contained",
    "alloc/hardening/invalid-free-detected",
    "alloc/process/leaves-process-alone",
    "alloc/realloc/realloc-failure-keeps-old",
    "alloc/realloc/realloc-moved-old-released",
    "alloc/realloc/realloc-null-is-malloc",
    "alloc/realloc/realloc-prefix-preserved",
    "alloc/realloc/realloc-zero-policy",
    "alloc/space/no-leak-after-free-all",
    "alloc/space/producer-consumer-bounded",
    "alloc/space/steady-state-footprint",
    "alloc/stats/stats-monotone",
    "alloc/zero/calloc-zeroed",
    "alloc/zero/grow-zeroed-tail",
];

#[test]
fn every_invariant_has_a_mutant_that_must_break_it_and_no_mutant_names_another() {
    let broken: BTreeSet<_> = mutant::all().iter().map(|mutant| mutant.breaks).collect();
    let known: BTreeSet<_> = INVARIANTS.iter().copied().collect();
    assert_eq!(broken, known);
}

#[test]
fn what_a_mutant_also_breaks_is_a_known_invariant_and_not_its_own() {
    for mutant in mutant::all() {
        for also in mutant.also {
            assert!(INVARIANTS.contains(also), "{} names {also}", mutant.id);
            assert_ne!(*also, mutant.breaks, "{}", mutant.id);
        }
    }
}

#[test]
fn ids_are_unique_and_lead_back_to_their_mutants() {
    for mutant in mutant::all() {
        let found = mutant::find(mutant.id).expect("an id of the list is found");
        assert_eq!((found.says, found.breaks), (mutant.says, mutant.breaks), "{}", mutant.id);
        assert!(mutant.id.starts_with("alloc/"), "{}", mutant.id);
        assert!(mutant.says.ends_with('.'), "{}: {}", mutant.id, mutant.says);
    }
    assert!(mutant::find("alloc/no-such-mutant").is_none());
}

#[test]
fn a_mutant_offers_what_the_right_allocator_behind_its_face_offers() {
    let (c, layout) = (mutant::correct().offers(), mutant::correct_layout().offers());
    for mutant in mutant::all() {
        let offers = (mutant.make)().offers();
        let right = if offers.has(Capability::Layout) { layout } else { c };
        assert_eq!(offers, right, "{}", mutant.id);
    }
}

#[test]
fn the_c_face_offers_everything_but_layouts() {
    let missing: Vec<_> = Capability::ALL
        .iter()
        .filter(|&&capability| !mutant::correct().offers().has(capability))
        .collect();
    assert_eq!(missing, [&Capability::Layout]);
}
