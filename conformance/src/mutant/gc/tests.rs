//! Nearly every mutant is seen to be wrong by the model of the right collector: on a short script where the fault
//! wants one, or else on a random one.

mod witnesses;

use super::SUITES;
use crate::mutant::Mutant;
use crate::mutant::correct_collector;
use crate::mutant::tri::tests::{Judge, tastes, trial};
use crate::op::gc::Op;
use crate::target::collector::Collector;
use std::collections::BTreeSet;

/// What goes wrong in a script.
fn perform(tri: Box<dyn Collector>, script: &[(u8, Op)]) -> Result<(), String> {
    let mut judge = Judge::new(tri);
    script.iter().try_for_each(|&(m, op)| judge.step(m, op))
}

/// What goes wrong in some random script.
fn random_kill(mutant: &Mutant) -> Option<String> {
    (0..300).find_map(|seed| {
        let steps = [60, 200, 800][seed as usize % 3];
        tastes().find_map(|taste| {
            trial(mutant.collector().expect("a collector"), taste, seed, steps).err()
        })
    })
}

fn mutants() -> impl Iterator<Item = Mutant> {
    SUITES.iter().copied().flatten().copied()
}

/// What is for the laws alone: the model does not ask what statistics say of each other, nor outlive a collector
/// that ends, nor know a memory limit, collections that begin by themselves, crowds and impossible slices.
fn is_beyond_the_model(mutant: &Mutant) -> bool {
    const LAWS: [&str; 11] = [
        "gc/object/op-answered",
        "gc/reach/crowd-kept",
        "gc/reach/crowd-reclaimed",
        "gc/append/impossible-is-refused",
        "gc/pacer/limit-goal-formula",
        "gc/pacer/collects-at-the-goal",
        "gc/pacer/off-collects-not",
        "gc/pacer/off-still-limited",
        "gc/pacer/limit-is-kept",
        "gc/pacer/timed-cycle",
        "gc/pacer/off-not-by-time",
    ];
    mutant.breaks.starts_with("gc/stats/") || LAWS.contains(&mutant.breaks)
}

#[test]
fn every_mutant_is_killed() {
    let witnesses = witnesses::all();
    for mutant in mutants().filter(|mutant| !is_beyond_the_model(mutant)) {
        let witness = witnesses.iter().find(|(id, _)| *id == mutant.id);
        let killed = match witness {
            Some((_, script)) => perform(mutant.collector().expect("a collector"), script).err(),
            None => random_kill(&mutant),
        };
        assert!(killed.is_some(), "{} lives", mutant.id);
    }
}

#[test]
fn the_right_collector_passes_every_witness() {
    for (id, script) in witnesses::all() {
        assert_eq!(perform(correct_collector(), &script), Ok(()), "{id}");
        assert!(mutants().any(|mutant| mutant.id == id), "{id} is no mutant");
    }
}

#[test]
fn ids_name_the_fault_and_the_invariant() {
    let mut ids = BTreeSet::new();
    for mutant in mutants() {
        assert!(ids.insert(mutant.id), "{} is there twice", mutant.id);
        assert!(mutant.id.starts_with("gc/"), "{}", mutant.id);
        let parts: Vec<&str> = mutant.breaks.split('/').collect();
        assert!(parts.len() == 3 && parts[0] == "gc", "{}", mutant.breaks);
        assert!(mutant.says.ends_with('.'), "{}", mutant.says);
    }
}
