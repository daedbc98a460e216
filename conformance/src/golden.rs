//! Golden Go files: programs that say on each line what an analyser must tell about it.
//!
//! | comment | what must be told of the line it stands on |
//! |---|---|
//! | `// want: 7 "moved to heap: x" 9 "p does not escape"` | exactly these texts at these columns, each as often as it stands there |
//! | `// must: "moved to heap: x"` | at least these texts, at any column; more may be told |
//! | `// want-none` | nothing |
//! | `// error` | nothing: the line does not compile. Of such a file an analyser that fails is right; one that goes on is held to the other comments |
//! | `// exact` alone on a line of the file | of each line just what it says, nothing of others, and no line about no place |
//!
//! A column may be left out. Lines without a comment are compared only in an exact file.

use crate::observe::escape::{Answer, Told};
use std::collections::BTreeMap;
use std::fmt;

/// A golden file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Golden {
    /// What must be told, by line from 1.
    wants: BTreeMap<u32, Wants>,
    exact: bool,
    /// A line does not compile.
    faulty: bool,
}

/// What must be told of one line.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Wants {
    told: Vec<Want>,
    /// More may be told.
    open: bool,
}

/// One text that must be told.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Want {
    column: Option<u32>,
    text: String,
}

/// A comment that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GoldenFault {
    /// The line that it stands on.
    pub line: u32,
    /// What is wrong, in a sentence.
    pub says: String,
}

/// The first line of which something else was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mismatch {
    /// The line, from 1; the file's last where something was told of no line at all.
    pub line: u32,
    /// What must be told and was not.
    pub missing: Vec<String>,
    /// What was told and must not be.
    pub extra: Vec<String>,
}

/// In one sentence.
impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line;
        match (&*self.missing, &*self.extra) {
            ([], extra) => write!(f, "line {line} is told {}", extra.join(" and ")),
            (missing, []) => write!(f, "line {line} is not told {}", missing.join(" and ")),
            (missing, extra) => write!(
                f,
                "line {line} is not told {}, but {}",
                missing.join(" and "),
                extra.join(" and ")
            ),
        }
    }
}

impl Golden {
    /// Reads the comments of a file.
    ///
    /// # Errors
    /// The first comment that begins as one of these and is none, and a file that states nothing.
    pub fn parse(text: &str) -> Result<Golden, GoldenFault> {
        let mut golden = Golden::default();
        for (line, shown) in (1..).zip(text.lines()) {
            let fault = |says: &str| GoldenFault { line, says: says.into() };
            if shown.trim() == "// exact" {
                golden.exact = true;
            } else if shown.ends_with(" // error") {
                golden.faulty = true;
            } else if let Some((_, list)) = shown.split_once("// want: ") {
                let told = wants(list).map_err(|says| fault(&says))?;
                golden.wants.insert(line, Wants { told, open: false });
            } else if let Some((_, list)) = shown.split_once("// must: ") {
                let told = wants(list).map_err(|says| fault(&says))?;
                golden.wants.insert(line, Wants { told, open: true });
            } else if shown.contains("// want-none") {
                golden.wants.insert(line, Wants::default());
            } else if shown.contains("// want") || shown.contains("// must") {
                return Err(fault(
                    "expected `// want: \"...\"`, `// must: \"...\"` or `// want-none`",
                ));
            }
        }
        if golden.wants.is_empty() && !golden.exact {
            return Err(GoldenFault { line: 1, says: "the file states nothing".into() });
        }
        Ok(golden)
    }

    /// Whether it is a file that does not compile.
    pub fn is_faulty(&self) -> bool {
        self.faulty
    }

    /// How many lines it states something of.
    pub fn stated(&self) -> u64 {
        self.wants.len() as u64
    }

    /// The first line of which something else was told.
    pub fn mismatch(&self, answer: &Answer) -> Option<Mismatch> {
        if self.faulty && answer.ended.is_some() {
            return None;
        }
        let mut told: BTreeMap<u32, Vec<&Told>> = BTreeMap::new();
        for one in &answer.told {
            told.entry(one.line).or_default().push(one);
        }
        let nothing = Wants::default();
        let silent = told.keys().filter(|line| self.exact && !self.wants.contains_key(line));
        let mut lines: Vec<(u32, &Wants)> = silent.map(|line| (*line, &nothing)).collect();
        lines.extend(self.wants.iter().map(|(line, wants)| (*line, wants)));
        lines.sort_by_key(|(line, _)| *line);
        let found = lines.into_iter().find_map(|(line, wants)| {
            let told = told.get(&line).map_or(&[][..], Vec::as_slice);
            wants.mismatch(line, told)
        });
        found.or_else(|| {
            let extra: Vec<String> = answer.other.iter().map(|line| format!("{line:?}")).collect();
            let line = answer.told.last().map_or(1, |told| told.line);
            (self.exact && !extra.is_empty()).then_some(Mismatch { line, missing: vec![], extra })
        })
    }
}

impl Wants {
    fn mismatch(&self, line: u32, told: &[&Told]) -> Option<Mismatch> {
        let mut left: Vec<&&Told> = told.iter().collect();
        let mut missing = Vec::new();
        for want in &self.told {
            match left.iter().position(|told| want.is_met_by(told)) {
                Some(at) => drop(left.swap_remove(at)),
                None => missing.push(want.to_string()),
            }
        }
        let extra: Vec<String> = left.iter().map(ToString::to_string).collect();
        let wrong = !missing.is_empty() || !self.open && !extra.is_empty();
        wrong.then_some(Mismatch { line, missing, extra })
    }
}

impl Want {
    fn is_met_by(&self, told: &Told) -> bool {
        self.text == told.text && self.column.is_none_or(|column| column == told.column)
    }
}

impl fmt::Display for Want {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "{column} {:?}", self.text),
            None => write!(f, "{:?}", self.text),
        }
    }
}

/// `7 "text" "text"`. In a text `\"` is a quote and `\\` a stroke.
fn wants(list: &str) -> Result<Vec<Want>, String> {
    let mut wants = Vec::new();
    let mut rest = list.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let column = match &rest[..digits] {
            "" => None,
            column => Some(column.parse().map_err(|_| format!("{column} is no column"))?),
        };
        let quoted = rest[digits..].trim_start().strip_prefix('"');
        let (text, after) = quoted.and_then(text).ok_or("expected a text in quotes")?;
        wants.push(Want { column, text });
        rest = after.trim_start();
    }
    if wants.is_empty() { Err("expected a text in quotes".into()) } else { Ok(wants) }
}

/// The text up to the closing quote, and what is behind that.
fn text(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text, &quoted[at + 1..])),
            '\\' => text.push(chars.next()?.1),
            c => text.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: u32, column: u32, text: &str) -> Told {
        Told { line, column, text: text.into() }
    }

    fn says(golden: &str, told: &[Told]) -> Option<String> {
        let golden = Golden::parse(golden).expect("a golden file");
        let answer = Answer { told: told.to_vec(), ..Answer::default() };
        golden.mismatch(&answer).map(|mismatch| mismatch.to_string())
    }

    #[test]
    fn a_line_is_told_what_it_wants_as_often_as_it_wants_it() {
        let golden = "package p\nx // want: 3 \"a\" \"b\"\ny\n";
        assert_eq!(says(golden, &[told(2, 9, "b"), told(2, 3, "a"), told(3, 1, "c")]), None);
        assert_eq!(
            says(golden, &[told(2, 9, "b"), told(2, 4, "a")]).as_deref(),
            Some("line 2 is not told 3 \"a\", but 4 \"a\"")
        );
        let twice = [told(2, 9, "b"), told(2, 3, "a"), told(2, 3, "a")];
        assert_eq!(says(golden, &twice).as_deref(), Some("line 2 is told 3 \"a\""));
        assert_eq!(says(golden, &[]).as_deref(), Some("line 2 is not told 3 \"a\" and \"b\""));
    }

    #[test]
    fn where_something_must_be_told_more_may_be() {
        let golden = "x // must: \"a\"\ny // want-none\n";
        assert_eq!(says(golden, &[told(1, 1, "z"), told(1, 1, "a")]), None);
        assert!(says(golden, &[told(1, 1, "z")]).is_some());
        assert!(says(golden, &[told(1, 1, "a"), told(2, 1, "a")]).is_some());
    }

    #[test]
    fn an_exact_file_says_all() {
        let exact = "// exact\nx // want: \"a \\\"q\\\"\"\ny\n";
        assert_eq!(says(exact, &[told(2, 1, "a \"q\"")]), None);
        assert!(says(exact, &[told(2, 1, "a \"q\""), told(3, 1, "b")]).is_some());
        let golden = Golden::parse(exact).expect("a golden file");
        let told = vec![told(2, 1, "a \"q\"")];
        let answer = Answer { told, other: vec!["debug".into()], ended: None };
        assert!(golden.mismatch(&answer).is_some());
    }

    #[test]
    fn of_a_file_that_does_not_compile_one_who_fails_is_right() {
        let golden = Golden::parse("x // must: \"a\"\ny // error\n").expect("a golden file");
        assert!(golden.is_faulty());
        let mut answer = Answer::default();
        assert!(golden.mismatch(&answer).is_some());
        answer.ended = Some("it failed".into());
        assert_eq!(golden.mismatch(&answer), None);
        let answer = Answer { told: vec![told(1, 1, "a")], ..Answer::default() };
        assert_eq!(golden.mismatch(&answer), None);
    }

    #[test]
    fn a_comment_that_is_none_is_told_with_its_line() {
        for (text, line) in [
            ("package p\n// want \"x\"\n", 2),
            ("// want: x\n", 1),
            ("// must: \"x\n", 1),
            ("// want: 99999999999 \"x\"\n", 1),
            ("// want: \n", 1),
            ("package p\n", 1),
        ] {
            assert_eq!(Golden::parse(text).map_err(|fault| fault.line), Err(line), "{text}");
        }
    }
}
