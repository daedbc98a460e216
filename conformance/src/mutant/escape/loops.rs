//! Wrong analysers for `specs/escape/loop.yaml`: each takes a loop for none, or something else for one.

use super::{Reader, read, rules};
use reference_escape::rules::{Question, Rules};

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

impl Reader for Newest {
    fn read(&self, text: &str) -> String {
        text.replace("//go:build ", "// go:build ")
    }
}

impl Rules for NoFor {
    fn answer(&self, question: Question, right: bool) -> bool {
        right && question != Question::ForLoops
    }
}

impl Rules for NoGoto {
    fn answer(&self, question: Question, right: bool) -> bool {
        right && question != Question::LabelLoops
    }
}

impl Rules for EveryLabel {
    fn answer(&self, question: Question, right: bool) -> bool {
        right || question == Question::LabelLoopsForward
    }
}

impl Rules for SharedVariable {
    fn answer(&self, question: Question, right: bool) -> bool {
        right && question != Question::FreshVariables
    }
}
