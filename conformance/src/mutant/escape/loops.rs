//! Wrong analysers for `specs/escape/loop.yaml`: each takes a loop for none, or something else for one.

use super::{Reader, read, rules};

mutants! {
    analyser:
    NoFor(rules) "escape/misses-for-loop"
        breaks "escape/loop/iteration-is-outlived"
        also ["escape/loop/loop-variable-is-fresh", "escape/call/deferred-in-loop-escapes"]
        "It does not count a `for` as a loop.";
    NoGoto(rules) "escape/misses-goto-loop"
        breaks "escape/loop/goto-back-is-a-loop"
        also []
        "It takes a label that is jumped back to for no loop.";
    EveryLabel(rules) "escape/takes-every-label-for-a-loop"
        breaks "escape/loop/goto-forward-is-no-loop"
        also []
        "It takes every label for the head of a loop.";
    SharedVariable(rules) "escape/shares-loop-variable"
        breaks "escape/loop/loop-variable-is-fresh"
        also []
        "It lets all rounds of a loop share its variables, as Go did before 1.22.";
    Newest(read) "escape/reads-all-as-newest"
        breaks "escape/loop/old-language-shares"
        also []
        "It takes every file for one of the newest language version.";
}

answers! {
    NoFor: ForLoops => false;
    NoGoto: LabelLoops => false;
    EveryLabel: LabelLoopsForward => true;
    SharedVariable: FreshVariables => false;
}

impl Reader for Newest {
    fn read(&self, text: &str) -> String {
        text.replace("//go:build ", "// go:build ")
    }
}
