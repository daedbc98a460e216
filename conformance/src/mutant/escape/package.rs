//! Wrong analysers for `specs/escape/package.yaml`: which code is looked at, and how often.

use super::{Teller, rules, told};
use crate::observe::escape::Told;
use reference_escape::rules::{Question, Rules};

mutants! {
    analyser:
    EachInstance(told) "escape/tells-each-instance"
        breaks "escape/package/shapes-are-told-once"
        also []
        "It tells a generic function once for each list of type arguments.";
    WalksStatic(rules) "escape/walks-static-values"
        breaks "escape/package/static-values-are-silent"
        also []
        "It looks at the values of package variables that are known before the program runs.";
}

impl Rules for WalksStatic {
    fn answer(&self, question: Question, right: bool) -> bool {
        right && question != Question::StaticValues
    }
}

impl Teller for EachInstance {
    fn tell(&self, text: &str, told: Vec<Told>) -> Vec<Told> {
        let lines: Vec<&str> = text.lines().collect();
        let is_generic = |told: &Told| {
            let above = lines.get(..told.line as usize).unwrap_or_default();
            let head = above.iter().rev().find(|line| line.starts_with("func "));
            let name = head.and_then(|head| head.split('(').next());
            name.is_some_and(|name| name.contains('['))
        };
        let copies = |told: Told| vec![told.clone(); if is_generic(&told) { 2 } else { 1 }];
        told.into_iter().flat_map(copies).collect()
    }
}
