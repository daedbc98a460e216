//! The list of mutants as a whole.

use conformance::capability::Capability;
use conformance::mutant;
use conformance::schedule::wrong;
use conformance::spec::{Body, Pattern, Specs};

fn specs() -> Specs {
    Specs::embedded().expect("the specs of this build load")
}

#[test]
fn every_mutant_that_an_invariant_names_is_there_and_breaks_it() {
    let specs = specs();
    for invariant in specs.invariants() {
        assert!(!invariant.broken_by.is_empty(), "{} has no mutant", invariant.id);
        for id in &invariant.broken_by {
            let breaks = match &invariant.body {
                Body::Model { .. } => wrong::find(id).map(|wrong| wrong.breaks),
                _ => mutant::find(id).map(|mutant| mutant.breaks),
            };
            assert_eq!(breaks, Some(invariant.id.as_str()), "{id}, named by {}", invariant.id);
        }
    }
}

#[test]
fn every_mutant_is_named_by_the_invariant_that_it_breaks() {
    let specs = specs();
    for mutant in mutant::all() {
        let invariant = specs.invariant(mutant.breaks);
        let named = invariant.is_some_and(|i| i.broken_by.iter().any(|id| id == mutant.id));
        assert!(named, "{} is not in broken-by of {}", mutant.id, mutant.breaks);
    }
}

#[test]
fn every_wrong_part_is_named_by_the_invariant_that_it_breaks_and_by_its_model() {
    let specs = specs();
    for wrong in wrong::ALL {
        let invariant = specs.invariant(wrong.breaks).expect("an invariant of this build");
        assert!(invariant.broken_by.iter().any(|id| id == wrong.id), "{}", wrong.id);
        assert_eq!(invariant.body, Body::Model { name: wrong.model.into() }, "{}", wrong.id);
        assert!(mutant::find(wrong.id).is_none(), "{} is a mutant, too", wrong.id);
    }
}

#[test]
fn what_a_mutant_also_breaks_is_a_known_invariant_and_not_its_own() {
    let specs = specs();
    for mutant in mutant::all() {
        for also in mutant.also {
            let pattern = Pattern::new(also);
            let matched = specs.invariants().filter(|i| pattern.matches(&i.id)).count();
            assert!(matched > 0, "{} names {also}", mutant.id);
            assert_ne!(*also, mutant.breaks, "{}", mutant.id);
        }
    }
}

#[test]
fn ids_are_unique_and_lead_back_to_their_mutants() {
    for mutant in mutant::all() {
        let found = mutant::find(mutant.id).expect("an id of the list is found");
        assert_eq!((found.says, found.breaks), (mutant.says, mutant.breaks), "{}", mutant.id);
        let subject = if mutant.heap().is_some() { "alloc/" } else { "gc/" };
        assert!(mutant.id.starts_with(subject), "{}", mutant.id);
        assert!(mutant.breaks.starts_with(subject), "{}", mutant.id);
        assert!(mutant.says.ends_with('.'), "{}: {}", mutant.id, mutant.says);
    }
    assert!(mutant::find("alloc/no-such-mutant").is_none());
}

#[test]
fn a_mutant_offers_what_the_right_allocator_behind_its_face_offers() {
    let (c, layout) = (mutant::correct().offers(), mutant::correct_layout().offers());
    let go = mutant::correct_go().offers();
    for mutant in mutant::all() {
        if let Some(collector) = mutant.collector() {
            let paced = collector.offers().has(Capability::Automatic);
            let right = if paced { mutant::correct_paced() } else { mutant::correct_collector() };
            assert_eq!(collector.offers(), right.offers(), "{}", mutant.id);
        }
        let Some(heap) = mutant.heap() else { continue };
        let offers = heap.offers();
        let right = match heap.inside() {
            Some(_) => go,
            None if offers.has(Capability::Layout) => layout,
            None => c,
        };
        assert_eq!(offers, right, "{}", mutant.id);
    }
}

#[test]
fn the_c_face_offers_everything_but_layouts() {
    let missing: Vec<_> = Capability::ALL
        .iter()
        .filter(|&&capability| !mutant::correct().offers().has(capability))
        .filter(|capability| !capability.is_inside())
        .filter(|capability| !capability.is_of_collectors())
        .collect();
    assert_eq!(missing, [&Capability::Layout]);
}
