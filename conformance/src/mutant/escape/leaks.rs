//! Wrong analysers for `specs/escape/leaks.yaml`: what callers are told.

use super::rules;
use reference_escape::leaks::{Leaks, MAX_RESULTS};
use reference_escape::rules::{Question, Rules};

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

impl Rules for TextOrder {
    fn answer(&self, question: Question, right: bool) -> bool {
        right && question != Question::CalleesFirst
    }
}
