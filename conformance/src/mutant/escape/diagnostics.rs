//! Wrong analysers for `specs/escape/diagnostics.yaml`: right verdicts, told wrongly.

use super::{Reader, Teller, read, told};
use crate::observe::escape::Told;

mutants! {
    analyser:
    Twice(told) "escape/tells-verdict-twice"
        breaks "escape/diagnostics/one-verdict-each"
        also ["escape/**"]
        "It tells a verdict when it is found, and all of them again at the end.";
    AtLineStart(told) "escape/tells-line-of-moved-only"
        breaks "escape/diagnostics/moved-at-declaration"
        also ["escape/**"]
        "It tells the line of a variable that is moved, and no column.";
    OneEachLine(told) "escape/tells-one-parameter-each-line"
        breaks "escape/diagnostics/every-parameter-is-told"
        also ["escape/**"]
        "It tells only the first of several lines about one line of the text.";
    Runes(told) "escape/counts-columns-in-characters"
        breaks "escape/diagnostics/columns-count-bytes"
        also []
        "It counts columns in characters.";
    FromZero(told) "escape/counts-columns-from-zero"
        breaks "escape/diagnostics/columns-count-bytes"
        also ["escape/**"]
        "It counts columns from 0.";
    Chatter(told) "escape/tells-of-itself"
        breaks "escape/diagnostics/nothing-else-is-told"
        also []
        "It writes among its lines how far it has come.";
    CanInline(told) "escape/tells-what-can-be-inlined"
        breaks "escape/diagnostics/nothing-else-is-told"
        also ["escape/**"]
        "It tells what could be inlined where nothing is to be inlined.";
    NoText(told) "escape/takes-string-for-pointer-free"
        breaks "escape/diagnostics/every-parameter-is-told"
        also ["escape/**"]
        "It takes strings for things that hold no pointer.";
    Guesses(read) "escape/takes-missing-for-nothing"
        breaks "escape/diagnostics/nothing-is-guessed"
        also []
        "It takes a function that is not there for one that keeps nothing.";
}

impl Teller for NoText {
    fn tell(&self, text: &str, mut told: Vec<Told>) -> Vec<Told> {
        let lines: Vec<&str> = text.lines().collect();
        told.retain(|told| {
            let shown = lines.get(told.line as usize - 1).copied().unwrap_or_default();
            let rest = shown.get(told.column as usize - 1..).unwrap_or_default();
            let is_string = rest.split_once(' ').is_some_and(|(_, ty)| ty.starts_with("string"));
            !(is_string && shown.starts_with("func "))
        });
        told
    }
}

impl Reader for Guesses {
    fn read(&self, text: &str) -> String {
        text.replace("missing(&x)", "0          ")
    }
}

impl Teller for Twice {
    fn tell(&self, _: &str, mut told: Vec<Told>) -> Vec<Told> {
        let is_verdict = |told: &&Told| told.text.ends_with(" escapes to heap");
        let again: Vec<Told> = told.iter().filter(is_verdict).cloned().collect();
        told.extend(again);
        told
    }
}

impl Teller for AtLineStart {
    fn tell(&self, _: &str, mut told: Vec<Told>) -> Vec<Told> {
        for moved in told.iter_mut().filter(|told| told.text.starts_with("moved to heap: ")) {
            moved.column = 1;
        }
        told
    }
}

impl Teller for OneEachLine {
    fn tell(&self, _: &str, told: Vec<Told>) -> Vec<Told> {
        let mut kept: Vec<Told> = Vec::new();
        for told in told {
            if kept.iter().all(|kept| kept.line != told.line) {
                kept.push(told);
            }
        }
        kept
    }
}

impl Teller for Runes {
    fn tell(&self, text: &str, mut told: Vec<Told>) -> Vec<Told> {
        let lines: Vec<&str> = text.lines().collect();
        for told in &mut told {
            let line = lines.get(told.line as usize - 1).copied().unwrap_or_default();
            let before = line.get(..told.column as usize - 1).unwrap_or_default();
            told.column = before.chars().count() as u32 + 1;
        }
        told
    }
}

impl Teller for FromZero {
    fn tell(&self, _: &str, mut told: Vec<Told>) -> Vec<Told> {
        for told in &mut told {
            told.column -= 1;
        }
        told
    }
}

impl Teller for Chatter {
    fn tell(&self, _: &str, told: Vec<Told>) -> Vec<Told> {
        told
    }

    fn chatter(&self) -> Vec<String> {
        vec!["solve: 3 rounds".into()]
    }
}

impl Teller for CanInline {
    fn tell(&self, text: &str, mut told: Vec<Told>) -> Vec<Told> {
        for (line, shown) in (1..).zip(text.lines()) {
            let name = shown.strip_prefix("func ").and_then(|rest| rest.split(['(', '[']).next());
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                told.push(Told { line, column: 6, text: format!("can inline {name}") });
            }
        }
        told
    }
}
