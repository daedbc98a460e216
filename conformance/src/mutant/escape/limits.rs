//! Wrong analysers for `specs/escape/limits.yaml`: what is too large for a stack.

use super::{Teller, rules, told};
use crate::observe::escape::Told;
use reference_escape::rules::{Limit, Rules};

mutants! {
    analyser:
    AtLimit(rules) "escape/moves-at-the-limit"
        breaks "escape/limits/declared-has-128-kib"
        also []
        "It moves a variable that is as large as one may be.";
    OneLimit(rules) "escape/has-one-limit"
        breaks "escape/limits/made-has-64-kib"
        also []
        "It gives what an expression makes as much room as a declared variable.";
    UnknownEscapes(told) "escape/refuses-unknown-length"
        breaks "escape/limits/unknown-length-may-stay"
        also ["escape/package/shapes-are-told-once", "escape/limits/fixed-length-counts"]
        "It moves every slice whose length nobody knows to the heap, as Go did before 1.25.";
    NothingFixed(rules) "escape/sees-no-fixed-length"
        breaks "escape/limits/fixed-length-counts"
        also []
        "It does not see that a length always has one value.";
}

answers! {
    NothingFixed: FixedOperand => false;
}

impl Rules for AtLimit {
    fn limit(&self, limit: Limit, right: u64) -> u64 {
        if limit == Limit::Declared { right - 1 } else { right }
    }
}

impl Rules for OneLimit {
    fn limit(&self, limit: Limit, right: u64) -> u64 {
        if limit == Limit::Implicit { right * 2 } else { right }
    }
}

impl Teller for UnknownEscapes {
    fn tell(&self, _: &str, mut told: Vec<Told>) -> Vec<Told> {
        for told in &mut told {
            let Some(made) = told.text.strip_suffix(" does not escape") else { continue };
            let size = made.strip_suffix(')').and_then(|made| made.rsplit(", ").next());
            let is_named = size.is_some_and(|size| !size.starts_with(|c: char| c.is_ascii_digit()));
            if made.starts_with("make([]") && is_named {
                told.text = format!("{made} escapes to heap");
            }
        }
        told
    }
}
