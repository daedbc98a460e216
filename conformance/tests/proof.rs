//! The proof that every check can fail: it is about the specs of this build, and each mutant still
//! breaks its invariant by the witness that is kept of it.
//!
//! A rule edited to say the opposite, a mutant removed or a fault mended: each is noticed here,
//! without the whole kill matrix.

mod own_bench;

use conformance::capability::Capability;
use conformance::check::Options;
use conformance::check::again::{self, Saved, Tries};
use conformance::check::target_spec::TargetSpec;
use conformance::check::witness::key;
use conformance::mutant;
use conformance::proof::Proof;
use conformance::report::terminal::Style;
use conformance::spec::{Body, Specs};
use own_bench::Own;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What to do about a failure here.
const ADVICE: &str = "run `ci/mutants.sh --write`, and look at what it changes";

fn specs() -> Specs {
    Specs::embedded().expect("the specs of this build load")
}

fn witnesses() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/mutants")
}

fn file_of(mutant: &str) -> PathBuf {
    let name = mutant.rsplit('/').next().expect("an id has a last part");
    witnesses().join(format!("{name}.trace"))
}

/// Replays `trace` on the target that `spec` names, judged by all invariants.
fn replay(spec: &TargetSpec, trace: &Saved, options: &Options) -> again::Replayed {
    let specs = specs();
    let own = Own::new(&specs);
    again::replay(spec, &own.bench(options), trace, Tries::UntilBroken).expect("the target starts")
}

#[test]
fn the_proof_is_about_the_invariants_of_this_build_as_they_are_worded_now() {
    let (specs, proof) = (specs(), Proof::embedded());
    for invariant in specs.invariants() {
        assert!(
            proof.covers(invariant),
            "{} is unproven as it is worded now: {ADVICE}",
            invariant.id
        );
    }
    // Schedule models have a record of their own.
    let of_a_heap = specs.invariants().filter(|i| !matches!(i.body, Body::Model { .. }));
    let known: BTreeSet<&str> = of_a_heap.map(|i| i.id.as_str()).collect();
    let proven: BTreeSet<&str> = proof.proven.keys().map(String::as_str).collect();
    assert_eq!(proven, known, "{ADVICE}");
}

#[test]
fn every_mutant_has_a_witness_and_every_witness_a_mutant() {
    let kept: BTreeSet<PathBuf> = std::fs::read_dir(witnesses())
        .expect("the folder is committed")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    let wanted: BTreeSet<PathBuf> = mutant::all().iter().map(|m| file_of(m.id)).collect();
    assert_eq!(kept, wanted, "{ADVICE}");
}

#[test]
fn the_witness_of_each_mutant_breaks_its_invariant_again() {
    for mutant in mutant::all() {
        let file = file_of(mutant.id);
        let trace = again::read(&file).unwrap_or_else(|e| panic!("{e}: {ADVICE}"));
        assert_eq!(trace.metadata().get(key::INVARIANT), Some(mutant.breaks), "{}", file.display());
        let spec = TargetSpec::Mutant(mutant.id.to_owned());
        let replayed = replay(&spec, &trace, &again::options(&trace));
        let account = replayed.account(&spec, &Style::PLAIN);
        assert!(replayed.broke > 0, "{} does not break {}:\n{account}", mutant.id, mutant.breaks);
        assert!(
            replayed.broken.iter().any(|again| again.id.as_str() == mutant.breaks),
            "{} dies by another invariant:\n{account}",
            mutant.id
        );
    }
}

/// Whether it is a collector that decides itself when to collect.
fn is_paced(mutant: &mutant::Mutant) -> bool {
    mutant.collector().is_some_and(|collector| collector.offers().has(Capability::Automatic))
}

#[test]
fn no_witness_of_a_mutant_breaks_the_right_allocator() {
    for mutant in mutant::all() {
        let trace = again::read(&file_of(mutant.id)).unwrap_or_else(|e| panic!("{e}: {ADVICE}"));
        // What the mutant chose is not what the right one chooses.
        let options = Options::default();
        let spec = match mutant.heap() {
            None if is_paced(mutant) => TargetSpec::SmallPaced,
            None => TargetSpec::SmallGc,
            Some(heap) if heap.inside().is_some() => TargetSpec::SmallGo,
            Some(heap) if heap.offers().has(Capability::Layout) => TargetSpec::SmallLayout,
            Some(_) => TargetSpec::Small,
        };
        let replayed = replay(&spec, &trace, &options);
        assert!(
            replayed.broken.is_empty(),
            "{}: {}",
            mutant.id,
            replayed.account(&spec, &Style::PLAIN)
        );
    }
}
