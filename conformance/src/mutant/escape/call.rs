//! Wrong analysers for `specs/escape/call.yaml`: what becomes of arguments.

use super::rules;
use reference_escape::graph::Hole;
use reference_escape::rules::{Flow, Question, Rules};

mutants! {
    analyser:
    GoAtOnce(rules) "escape/runs-goroutine-at-once"
        breaks "escape/call/goroutine-outlives"
        also []
        "It treats a go statement as a call that is over when it returns.";
    DeferAtOnce(rules) "escape/runs-defer-at-once"
        breaks "escape/call/deferred-in-loop-escapes"
        also []
        "It treats a defer in a loop as a call that is over when it returns.";
    TrustsUnknown(rules) "escape/trusts-unknown-callee"
        breaks "escape/call/unknown-callee-keeps"
        also []
        "It takes a function that nobody knows for one that keeps nothing.";
    LastCallee(rules) "escape/counts-last-callee-only"
        breaks "escape/call/every-callee-counts"
        also []
        "It looks only at the last function that a variable may hold.";
}

impl Rules for GoAtOnce {
    fn hole(&self, flow: Flow, right: Hole) -> Hole {
        if flow == Flow::Spawned { Hole::DISCARD } else { right }
    }
}

impl Rules for DeferAtOnce {
    fn hole(&self, flow: Flow, right: Hole) -> Hole {
        if flow == Flow::Deferred { Hole::DISCARD } else { right }
    }
}

impl Rules for TrustsUnknown {
    fn hole(&self, flow: Flow, right: Hole) -> Hole {
        if flow == Flow::Unknown { Hole::DISCARD } else { right }
    }
}

impl Rules for LastCallee {
    fn answer(&self, question: Question, right: bool) -> bool {
        right && question != Question::EveryCallee
    }
}
