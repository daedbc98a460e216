//! Wrong analysers for `specs/escape/closure.yaml`: what literals hold.

use super::rules;
use reference_escape::graph::Hole;
use reference_escape::rules::{Flow, Rules};

mutants! {
    analyser:
    HoldsValue(rules) "escape/holds-value-of-shared-variable"
        breaks "escape/closure/shared-variable-moves"
        also ["escape/closure/changed-variable-is-shared", "escape/closure/fixed-variable-is-copied",
            "escape/call/goroutine-outlives", "escape/call/deferred-in-loop-escapes",
            "escape/diagnostics/moved-at-declaration"]
        "It lets a literal hold the value of a variable that it shares.";
    CopiesChanged(rules) "escape/copies-changed-variable"
        breaks "escape/closure/changed-variable-is-shared"
        also ["escape/closure/shared-variable-moves", "escape/closure/fixed-variable-is-copied",
            "escape/call/goroutine-outlives", "escape/call/deferred-in-loop-escapes",
            "escape/diagnostics/moved-at-declaration"]
        "It copies variables into literals that change after that.";
    NeverCopies(rules) "escape/shares-fixed-variable"
        breaks "escape/closure/fixed-variable-is-copied"
        also []
        "It copies no variable into a literal.";
    UnseenResults(rules) "escape/keeps-unseen-results"
        breaks "escape/closure/unseen-results-escape"
        also []
        "It takes what a literal returns for kept by the function around it, whoever calls it.";
}

answers! {
    UnseenResults: LosesResults => false;
    CopiesChanged: CopiesCapture => true;
    NeverCopies: CopiesCapture => false;
}

impl Rules for HoldsValue {
    fn hole(&self, flow: Flow, right: Hole) -> Hole {
        if flow == Flow::Captured && right.derefs < 0 { right.deref() } else { right }
    }
}
