//! Wrong analysers for `specs/escape/leaks.yaml`: what callers are told.

use super::{Teller, rules, told};
use crate::observe::escape::Told;
use reference_escape::graph::Hole;
use reference_escape::leaks::{Leaks, MAX_RESULTS};
use reference_escape::rules::Rules;

mutants! {
    analyser:
    FirstPath(rules) "escape/keeps-first-path"
        breaks "escape/leaks/result-level-is-least"
        also []
        "It keeps the first way to a result that it finds, not the one with the fewest loads.";
    TellsHidden(rules) "escape/tells-hidden-leaks"
        breaks "escape/leaks/heap-hides-longer-ways"
        also []
        "It tells of ways to results that say no more than the way to the heap.";
    ForgetsSixth(rules) "escape/forgets-sixth-result"
        breaks "escape/leaks/sixth-result-is-heap"
        also []
        "It forgets ways to results that a tag has no room for.";
    FourResults(rules) "escape/has-room-for-four-results"
        breaks "escape/leaks/sixth-result-is-heap"
        also []
        "Its tags have room for four results.";
    TextOrder(rules) "escape/analyses-in-order-of-text"
        breaks "escape/leaks/callees-come-first"
        also ["escape/**"]
        "It looks at functions in the order of the text, and knows nothing of those below.";
    FieldTwice(rules) "escape/counts-fields-twice"
        breaks "escape/leaks/loads-are-counted"
        also ["escape/leaks/result-level-is-least", "escape/leaks/results-are-named",
            "escape/flow/stores-elsewhere-count"]
        "It counts two loads where a pointer is followed to a field.";
    ByPlace(told) "escape/tells-results-by-place"
        breaks "escape/leaks/results-are-named"
        also ["escape/leaks/sixth-result-is-heap"]
        "It tells every result as the first of those without a name.";
}

answers! {
    TextOrder: CalleesFirst => false;
}

loses! {
    FieldTwice: Field => Hole::deref;
}

impl Teller for ByPlace {
    fn tell(&self, _: &str, mut told: Vec<Told>) -> Vec<Told> {
        for told in &mut told {
            let Some((leak, result)) = told.text.split_once(" to result ") else { continue };
            let level = result.rsplit(' ').next().unwrap_or_default();
            told.text = format!("{leak} to result ~r0 {level}");
        }
        told
    }
}

impl Rules for FirstPath {
    fn add_result(&self, leaks: &mut Leaks, at: usize, loads: u32) {
        if leaks.result(at).is_none() {
            leaks.add_result(at, loads);
        }
    }
}

impl Rules for TellsHidden {
    fn told(&self, leaks: Leaks) -> Leaks {
        leaks
    }
}

impl Rules for ForgetsSixth {
    fn add_result(&self, leaks: &mut Leaks, at: usize, loads: u32) {
        if at < MAX_RESULTS {
            leaks.add_result(at, loads);
        }
    }
}

impl Rules for FourResults {
    fn add_result(&self, leaks: &mut Leaks, at: usize, loads: u32) {
        if at < MAX_RESULTS - 1 {
            leaks.add_result(at, loads);
        } else {
            leaks.add_heap(loads);
        }
    }
}
