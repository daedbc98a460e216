//! Comments, and what compilers read in them.
//!
//! `//line file:line:column` at the beginning of a line, and `/*line file:line:column*/` anywhere, say where the
//! text that follows comes from. `//go:name` tells the compiler of a declaration.

use super::Scanner;
use crate::source::{FileId, Sources};
use std::ops::RangeInclusive;

/// A `//go:` comment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Directive {
    /// The offset of its `//`.
    pub start: u32,
    /// The offset behind it, without the line's end.
    pub end: u32,
    /// Whether nothing stands before it in its line.
    pub alone: bool,
}

/// What a line directive says of the text from `from` on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Said<'t> {
    from: u32,
    /// Empty, with a column: the file that was said before.
    file: &'t str,
    line: u32,
    /// 0 where there is none.
    column: u32,
}

/// Lines and columns that a directive may name.
const COUNTS: RangeInclusive<u64> = 1..=1 << 30;

impl Scanner<'_> {
    /// Reads a comment that begins at `start`, of which a slash has been read. Returns whether it ends a
    /// statement as a line's end would.
    pub(super) fn comment(&mut self, start: usize) -> bool {
        if self.peek() == Some(b'/') {
            self.line_comment(start);
            return false;
        }
        let lines = self.lines.len();
        self.at += 1;
        if self.skip_full_comment() {
            let text = &self.text[start + 2..self.at - 2];
            if let Some(said) = text.strip_prefix(b"line ") {
                self.line_directive(said, start + 7, self.at);
            }
        } else {
            self.mistake(start, "comment not terminated");
        }
        self.lines.len() > lines && self.ends_statement
    }

    /// The line's end stays: it may end a statement.
    fn line_comment(&mut self, start: usize) {
        let rest = &self.text[start..];
        let len = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        self.at = start + len;
        let text = &rest[2..len];
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.starts_with(b"go:") {
            let end = (start + 2 + text.len()) as u32;
            let alone = self.is_alone(start);
            self.directives.push(Directive { start: start as u32, end, alone });
        } else if let Some(said) = text.strip_prefix(b"line ")
            && (start == 0 || self.text[start - 1] == b'\n')
        {
            self.line_directive(said, start + 7, self.at + 1);
        }
    }

    fn skip_full_comment(&mut self) -> bool {
        while let Some(&byte) = self.text.get(self.at) {
            self.at += 1;
            match byte {
                b'*' if self.peek() == Some(b'/') => {
                    self.at += 1;
                    return true;
                }
                b'\n' => self.lines.push(self.at as u32),
                _ => {}
            }
        }
        false
    }

    fn is_alone(&self, start: usize) -> bool {
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r');
        let before = self.text[..start].iter().rev().find(|byte| !blank(byte));
        before.is_none_or(|byte| *byte == b'\n')
    }

    /// Notes what `text` says, which begins at offset `at`, of what follows from `from` on.
    fn line_directive(&mut self, text: &[u8], at: usize, from: usize) {
        let Some((before, last)) = split_number(text) else { return };
        let last_at = at + before.len() + 1;
        let Some(last_number) = number(last) else {
            return self.wrong_number("line", last_at, last);
        };
        // `file:line`, or `file:line:column` where there is one more number.
        let (file, line_text, line_at, column) = match split_number(before) {
            Some((file, line)) if number(line).is_some() => {
                (file, line, at + file.len() + 1, Some(last_number))
            }
            _ => (before, last, last_at, None),
        };
        if column.is_some_and(|column| !COUNTS.contains(&column)) {
            return self.wrong_number("column", last_at, last);
        }
        let line = number(line_text).filter(|line| COUNTS.contains(line));
        let Some(line) = line else {
            return self.wrong_number("line", line_at, line_text);
        };
        // A name that is no text has been noted with the encoding.
        let file = self.text_at(file, at).unwrap_or_default();
        let column = column.unwrap_or(0) as u32;
        self.said.push(Said { from: from as u32, file, line: line as u32, column });
    }

    fn wrong_number(&mut self, which: &str, at: usize, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        self.mistake(at, format!("invalid {which} number: {text}"));
    }
}

impl<'t> Scanner<'t> {
    /// `part`, which stands at offset `at`, as a part of the whole text.
    fn text_at(&self, part: &[u8], at: usize) -> Option<&'t str> {
        std::str::from_utf8(&self.text[at..at + part.len()]).ok()
    }
}

/// What is before the last colon, and what is behind it.
fn split_number(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = text.iter().rposition(|byte| *byte == b':')?;
    Some((&text[..colon], &text[colon + 1..]))
}

fn number(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(text).ok()?.parse().ok())?
}

/// Tells `sources` what the directives of `file` say. A path is taken from the folder of the file.
pub(super) fn add_directives(said: &[Said<'_>], file: FileId, sources: &mut Sources) {
    let own = sources.path(file).to_owned();
    let mut before = own.clone();
    for directive in said {
        if !directive.file.is_empty() {
            before = clean(&own, directive.file);
        } else if directive.column == 0 {
            before = String::new();
        }
        let (line, column) = (directive.line, directive.column);
        sources.add_directive(file, directive.from, &before, line, column);
    }
}

/// The path of `said` beside the file `own`, without steps that go nowhere.
fn clean(own: &str, said: &str) -> String {
    let folder = own.rsplit_once('/').map_or("", |(folder, _)| folder);
    let rooted = said.starts_with('/') || (own.starts_with('/') && !folder.is_empty());
    let mut steps: Vec<&str> = Vec::new();
    let before = if said.starts_with('/') { "" } else { folder };
    for step in before.split('/').chain(said.split('/')) {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => _ = steps.pop(),
            ".." if rooted => {}
            _ => steps.push(step),
        }
    }
    match (rooted, steps.is_empty()) {
        (true, _) => format!("/{}", steps.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => steps.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_said_path_lies_beside_the_file() {
        assert_eq!(clean("a.go", "x.y"), "x.y");
        assert_eq!(clean("d/a.go", "x.y"), "d/x.y");
        assert_eq!(clean("d/a.go", "../e/./x.y"), "e/x.y");
        assert_eq!(clean("d/a.go", "/t//x.y"), "/t/x.y");
        assert_eq!(clean("/d/a.go", "../../../x.y"), "/x.y");
        assert_eq!(clean("a.go", "../x.y"), "../x.y");
    }
}
