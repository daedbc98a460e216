//! The head of a file: its constraint, its package's name, and what it imports.
//!
//! A constraint counts if it stands before all but comments and blank lines. `// +build` counts only where there
//! is no `//go:build`, and only if a blank line follows.

use crate::build_constraint::{Constraint, Malformed};
use crate::scan::{LARGEST_TEXT, Scanner};
use crate::source::Place;
use crate::token::Token;

/// An import, as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    /// The path, without quotes.
    pub path: String,
    /// The offset of the path's literal.
    pub offset: u32,
}

/// The head of a file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Header {
    /// The name behind `package`; `None` where there is none.
    pub package: Option<String>,
    /// What it imports, in the order of the text.
    pub imports: Vec<Import>,
}

/// Whether the constraints of `text` hold.
///
/// # Errors
/// [`Malformed`] where a `//go:build` line is, or where there are two.
pub(super) fn is_built(text: &[u8], is_set: &dyn Fn(&str) -> bool) -> Result<bool, Malformed> {
    let lines = Comments::of(text);
    match lines.build[..] {
        [] => {}
        [line] => {
            let constraint = Constraint::of_line(line).transpose()?;
            return Ok(constraint.is_none_or(|constraint| constraint.holds(is_set)));
        }
        _ => {
            let message = "multiple //go:build comments".to_owned();
            return Err(Malformed { offset: 0, message });
        }
    }
    let mut old = lines.old.iter().filter_map(|line| Constraint::of_old_line(line));
    Ok(old.all(|constraint| constraint.holds(is_set)))
}

/// Lines of comments before all else.
#[derive(Default)]
struct Comments<'t> {
    /// `//go:build` lines.
    build: Vec<&'t str>,
    /// Other `//` lines that a blank line follows, somewhere.
    old: Vec<&'t str>,
}

impl Comments<'_> {
    fn of(text: &[u8]) -> Comments<'_> {
        let mut found = Comments::default();
        let mut waiting = Vec::new();
        // Whether a line was neither blank nor a `//` comment: then older lines count no more.
        let mut ended = false;
        let mut in_block = false;
        for line in text.split(|byte| *byte == b'\n') {
            let Ok(line) = std::str::from_utf8(line) else { continue };
            let line = line.trim();
            if line.is_empty() {
                if !ended {
                    found.old.append(&mut waiting);
                }
                continue;
            }
            ended = ended || !line.starts_with("//");
            if !in_block && Constraint::of_line(line).is_some() {
                found.build.push(line);
            } else if !ended {
                waiting.push(line);
            }
            if !is_comment(line, &mut in_block) {
                break;
            }
        }
        found
    }
}

/// Whether there is nothing in `line` but comments. `in_block` is whether it begins, and then ends, in one.
fn is_comment(mut line: &str, in_block: &mut bool) -> bool {
    loop {
        line = line.trim_start();
        if *in_block {
            let Some((_, rest)) = line.split_once("*/") else { return true };
            *in_block = false;
            line = rest;
        } else if line.is_empty() || line.starts_with("//") {
            return true;
        } else if let Some(rest) = line.strip_prefix("/*") {
            *in_block = true;
            line = rest;
        } else {
            return false;
        }
    }
}

/// Reads the package clause and the imports. What cannot be read ends it: the parser will tell.
pub(super) fn read(text: &[u8]) -> Header {
    let mut header = Header::default();
    if text.len() > LARGEST_TEXT {
        return header;
    }
    let mut reader = Reader { text, scanner: Scanner::new(text) };
    if reader.next().0 != Token::Package {
        return header;
    }
    let (Token::Name, name, _) = reader.next() else { return header };
    header.package = Some(name.to_owned());
    let (Token::Semi, ..) = reader.next() else { return header };
    while let (Token::Import, ..) = reader.next() {
        let complete = match reader.next() {
            (Token::Lparen, ..) => reader.group(&mut header.imports),
            first => reader.spec(first, &mut header.imports),
        };
        if !complete || reader.next().0 != Token::Semi {
            break;
        }
    }
    header
}

/// A token, its text and where it begins.
type Read<'t> = (Token, &'t str, u32);

struct Reader<'t> {
    text: &'t [u8],
    scanner: Scanner<'t>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Read<'t> {
        let lexeme = self.scanner.next_token();
        let text = &self.text[lexeme.start as usize..lexeme.end as usize];
        (lexeme.token, std::str::from_utf8(text).unwrap_or_default(), lexeme.start)
    }

    /// Imports up to a parenthesis. Returns whether all of them could be read.
    fn group(&mut self, imports: &mut Vec<Import>) -> bool {
        loop {
            let first = self.next();
            if first.0 == Token::Rparen {
                return true;
            }
            if !self.spec(first, imports) {
                return false;
            }
            match self.next().0 {
                Token::Semi => {}
                Token::Rparen => return true,
                _ => return false,
            }
        }
    }

    fn spec(&mut self, first: Read<'t>, imports: &mut Vec<Import>) -> bool {
        let path = match first.0 {
            Token::Name | Token::Dot => self.next(),
            _ => first,
        };
        let (Token::String, text, offset) = path else { return false };
        let path = text.trim_matches(['"', '`']).to_owned();
        imports.push(Import { path, offset });
        true
    }
}

/// The place of byte `offset` of `text`, which is of the file `path`.
pub(super) fn place(path: &str, text: &[u8], offset: u32) -> Place {
    let before = &text[..(offset as usize).min(text.len())];
    let line = before.split(|byte| *byte == b'\n').count() as u32;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    Place { file: path.to_owned(), line, column: (before.len() - start) as u32 + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(text: &str) -> Result<bool, String> {
        is_built(text.as_bytes(), &|tag| tag == "linux").map_err(|fault| fault.message)
    }

    #[test]
    fn a_constraint_counts_before_all_but_comments() {
        assert_eq!(built("// c\n//go:build !linux\n\npackage p\n"), Ok(false));
        assert_eq!(built("/* c */ /* d\n*/\n//go:build !linux\npackage p\n"), Ok(false));
        assert_eq!(built("package p\n//go:build !linux\n"), Ok(true));
        assert_eq!(built("/*\n//go:build !linux\n*/\npackage p\n"), Ok(true));
    }

    #[test]
    fn the_older_form_counts_before_a_blank_line_and_where_it_is_alone() {
        assert_eq!(built("// +build !linux\n\npackage p\n"), Ok(false));
        assert_eq!(built("// +build !linux\npackage p\n"), Ok(true));
        assert_eq!(built("//go:build linux\n// +build !linux\n\npackage p\n"), Ok(true));
    }

    #[test]
    fn two_constraints_or_a_malformed_one_are_an_error() {
        let two = "//go:build linux\n//go:build linux\npackage p\n";
        assert_eq!(built(two), Err("multiple //go:build comments".to_owned()));
        let malformed = built("//go:build linux &&\npackage p\n");
        assert_eq!(malformed, Err("unexpected end of expression".to_owned()));
    }

    #[test]
    fn imports_are_read_up_to_the_first_other_declaration() {
        let text =
            "package p\nimport \"a\"\nimport (\n\tb \"b/c\"\n\t. `d`\n)\nvar x = 1\nimport \"e\"";
        let header = read(text.as_bytes());
        let paths: Vec<&str> = header.imports.iter().map(|import| import.path.as_str()).collect();
        assert_eq!(paths, ["a", "b/c", "d"]);
        assert_eq!(header.package.as_deref(), Some("p"));
        let place = place("p.go", text.as_bytes(), header.imports[1].offset);
        assert_eq!(place.to_string(), "p.go:4:4");
    }

    #[test]
    fn what_is_no_go_has_no_package() {
        assert_eq!(read(b"hello"), Header::default());
        assert_eq!(read(b"\xff\x00"), Header::default());
    }
}
