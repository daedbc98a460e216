//! Rust source as words, without comments, texts and tests: enough to see whom a file names.

use std::collections::BTreeSet;

/// The words and marks of one file that the compiler sees outside tests.
pub(crate) struct Source {
    /// The module: `["driver", "draft", "sample"]` for `driver/draft/sample.rs`.
    module: Vec<String>,
    words: Vec<String>,
    /// `words` with the tests.
    all_words: Vec<String>,
}

impl Source {
    /// Reads `text`, which stands in the file `path` below `src/`.
    pub(crate) fn new(path: &str, text: &str) -> Source {
        let all_words = words(&bare(text));
        Source { module: module_of(path), words: without_tests(&all_words), all_words }
    }

    /// The first part of its module path: `driver`; nothing for `lib.rs`.
    pub(crate) fn room(&self) -> Option<&str> {
        self.module.first().map(String::as_str)
    }

    /// The top-level modules, other than its own, that it reaches by `crate::` or `super::`.
    pub(crate) fn imports(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut at = 0;
        while at < self.words.len() {
            let (root, next) = self.root(at);
            // A macro of the crate's is reached from the root, wherever it is written.
            if root && self.word(next + 1) != "!" {
                found.extend(heads(&self.words[next..]));
            }
            at = next.max(at + 1);
        }
        found.retain(|name| self.room() != Some(name));
        found
    }

    /// Whether a path that begins at `at` starts from the crate's root, and where it goes on.
    fn root(&self, at: usize) -> (bool, usize) {
        if self.word(at) == "crate" && self.word(at + 1) == "::" {
            return (true, at + 2);
        }
        let mut ups = 0;
        let mut next = at;
        while self.word(next) == "super" && self.word(next + 1) == "::" {
            ups += 1;
            next += 2;
        }
        (ups > 0 && ups >= self.module.len(), next)
    }

    /// Whether code or tests say `unsafe`.
    pub(crate) fn is_unsafe(&self) -> bool {
        self.all_words.iter().any(|word| word == "unsafe")
    }

    /// Whether code or tests have a path that begins with this crate's name.
    pub(crate) fn names_crate(&self, name: &str) -> bool {
        let name = name.replace('-', "_");
        let begins = |at: usize| at == 0 || self.all_words[at - 1] != "::";
        (0..self.all_words.len())
            .any(|at| self.all_words[at] == name && begins(at) && self.opens_a_path(at))
    }

    fn opens_a_path(&self, at: usize) -> bool {
        let follows = self.all_words.get(at + 1).map_or("", String::as_str);
        let used = at > 0 && self.all_words[at - 1] == "use";
        follows == "::" || (used && matches!(follows, ";" | "as"))
    }

    fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", String::as_str)
    }
}

/// The module that a file holds.
fn module_of(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
    let is_face = |last: &String| last == "mod" || (path == *last && last == "lib");
    parts.pop_if(|last| is_face(last));
    parts
}

/// The first names behind a `::`: one, or those of a group.
fn heads(rest: &[String]) -> Vec<String> {
    if rest.first().map(String::as_str) != Some("{") {
        return rest.first().cloned().into_iter().collect();
    }
    let mut depth = 0;
    let mut heads = Vec::new();
    for (at, word) in rest.iter().enumerate() {
        match word.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ if depth == 1 && matches!(rest[at - 1].as_str(), "{" | ",") => {
                heads.push(word.clone());
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

/// `text` with blanks where comments and the insides of literals stand.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = literal_or_comment(rest, bare.chars().next_back()).unwrap_or(0);
        if length > 0 {
            bare.push(' ');
            rest = &rest[length..];
        } else {
            bare.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    bare
}

/// How long the comment or literal at the start of `rest` is, if there is one.
fn literal_or_comment(rest: &str, before: Option<char>) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    let in_a_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if !in_a_word && (rest.starts_with('r') || rest.starts_with("br")) {
        let hashes = rest.trim_start_matches('b').trim_start_matches('r');
        let count = hashes.len() - hashes.trim_start_matches('#').len();
        if hashes[count..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(count));
            let open = rest.len() - hashes.len() + count + 1;
            let length = rest[open..].find(&close).map_or(rest.len(), |n| open + n + close.len());
            return Some(length);
        }
    }
    if rest.starts_with('"') {
        return Some(quoted(rest, '"'));
    }
    // `'a'` and `'\n'` are characters; `'a` alone is a lifetime.
    let mut after = rest.strip_prefix('\'')?.chars();
    let is_char = after.next()? == '\\' || after.next()? == '\'';
    is_char.then(|| quoted(rest, '\''))
}

/// The length of a literal with `mark` at both ends.
fn quoted(rest: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if !escaped && c == mark {
            return at + 1;
        }
        escaped = !escaped && c == '\\';
    }
    rest.len()
}

/// The length of a block comment; they nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// Names, and marks of one character each but for `::`.
fn words(bare: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = bare.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let length = if is_name(first) {
            rest.find(|c| !is_name(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        words.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    words
}

/// `words` without the items under `#[cfg(test)]`: tests may import what they like.
fn without_tests(words: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if let Some(mark) = test_mark(&words[at..]) {
            at += mark;
            at += item(&words[at..]);
        } else {
            kept.push(words[at].clone());
            at += 1;
        }
    }
    kept
}

/// How many words the mark of a test at the start of `words` has.
fn test_mark(words: &[String]) -> Option<usize> {
    const MARKS: [&[&str]; 2] = [
        &["#", "[", "cfg", "(", "test", ")", "]"],
        &["#", "[", "cfg", "(", "all", "(", "test", ",", "not", "(", "loom", ")", ")", ")", "]"],
    ];
    let starts = |mark: &&[&str]| words.iter().take(mark.len()).eq(mark.iter());
    MARKS.into_iter().find(|mark| starts(mark)).map(<[&str]>::len)
}

/// How many words the item at the start of `words` has: up to its `;`, or its closing brace.
fn item(words: &[String]) -> usize {
    let mut depth = 0;
    for (at, word) in words.iter().enumerate() {
        match word.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(word.as_str(), ";" | "}") {
            return at + 1;
        }
    }
    words.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(path: &str, text: &str) -> Vec<String> {
        Source::new(path, text).imports().into_iter().collect()
    }

    #[test]
    fn imports_are_seen_in_every_spelling() {
        assert_eq!(imports("run.rs", "use crate::court::Court;"), ["court"]);
        assert_eq!(imports("run.rs", "use crate::{op::{Op, Step}, rule};"), ["op", "rule"]);
        assert_eq!(imports("run.rs", "fn f() { crate::trace::print() }"), ["trace"]);
        assert_eq!(imports("run.rs", "use super::court::Court;"), ["court"]);
        assert_eq!(imports("a/b.rs", "use super::super::court::Court;"), ["court"]);
        assert_eq!(imports("a/mod.rs", "use super::court::Court;"), ["court"]);
    }

    #[test]
    fn a_room_may_name_itself() {
        assert_eq!(imports("a/b.rs", "use super::c; use crate::a::d;"), [""; 0]);
    }

    #[test]
    fn comments_texts_and_tests_import_nothing() {
        let text = r##"
            // use crate::one;
            /* use crate::two; /* unsafe */ use crate::three; */
            const A: &str = "use crate::four; \" unsafe";
            const B: &str = r#"use crate::five; " unsafe"#;
            const C: char = '"';
            fn f<'a>(x: &'a str) -> char { '\'' }
            #[cfg(test)]
            mod tests { use crate::six; fn g() { let _ = [0; 1]; } }
            use crate::seven;
        "##;
        assert_eq!(imports("run.rs", text), ["seven"]);
        assert!(!Source::new("run.rs", text).is_unsafe());
    }

    #[test]
    fn unsafe_is_seen_in_code_and_in_tests() {
        assert!(Source::new("run.rs", "fn f() { unsafe { g() } }").is_unsafe());
        assert!(Source::new("run.rs", "#[cfg(test)] mod t { unsafe fn f() {} }").is_unsafe());
        assert!(!Source::new("run.rs", "#![forbid(unsafe_code)]").is_unsafe());
    }

    #[test]
    fn a_crate_is_named_by_the_head_of_a_path() {
        let names = |text| Source::new("run.rs", text).names_crate("quick-junit");
        assert!(names("use quick_junit::Report;"));
        assert!(names("use quick_junit as junit;"));
        assert!(names("fn f() { quick_junit::f() }"));
        assert!(!names("use crate::quick_junit::Report;"));
        assert!(!names("let quick_junit = 1;"));
    }
}
