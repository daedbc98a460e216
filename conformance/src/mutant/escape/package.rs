//! Wrong analysers for `specs/escape/package.yaml`: which code is looked at, and how often.

use super::{Reader, Teller, read, rules, told};
use crate::observe::escape::Told;

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
    OneForName(told) "escape/merges-variables-of-a-name"
        breaks "escape/package/declarations-are-variables"
        also ["escape/**"]
        "It takes all variables of one name for one variable.";
    Excluded(read) "escape/looks-into-excluded-branch"
        breaks "escape/package/excluded-branch-is-silent"
        also []
        "It looks into branches that a constant condition excludes.";
}

answers! {
    WalksStatic: StaticValues => false;
}

impl Teller for OneForName {
    fn tell(&self, text: &str, mut told: Vec<Told>) -> Vec<Told> {
        let mut more = Vec::new();
        for moved in told.iter().filter_map(|told| told.text.strip_prefix("moved to heap: ")) {
            for (line, shown) in (1..).zip(text.lines()) {
                let Some(column) = shown.find(&format!("{moved} := ")) else { continue };
                let text = format!("moved to heap: {moved}");
                more.push(Told { line, column: column as u32 + 1, text });
            }
        }
        more.retain(|one| !told.contains(one));
        more.sort();
        more.dedup();
        told.extend(more);
        told
    }
}

impl Reader for Excluded {
    fn read(&self, text: &str) -> String {
        text.replace("const debug = ", "var   debug = ")
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
