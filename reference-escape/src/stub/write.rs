//! Writes what is kept, each token in its old line and column.

use super::entry::FileEntries;
use crate::scan::Lexeme;
use crate::token::Token;

/// Directives before functions that importers must know of.
const DIRECTIVES: [&[u8]; 3] = [b"//go:noescape", b"//go:uintptrescapes", b"//go:uintptrkeepalive"];

/// The text of a file in which only the declarations that are `kept` are left.
pub(super) fn write(text: &[u8], file: &FileEntries, kept: &[bool]) -> Vec<u8> {
    let mut pieces = directives(text, file, kept);
    let stays = staying(file, kept);
    for (at, lexeme) in file.tokens.iter().enumerate() {
        let piece = (lexeme.start as usize, lexeme.end as usize);
        if stays[at] && text[piece.0..].first() != Some(&b'\n') && !is_line_end(text, *lexeme) {
            pieces.push(piece);
        }
    }
    pieces.sort_unstable();
    let mut page = Page { text, out: Vec::new(), passed: 0 };
    for (start, end) in pieces {
        page.place(start, end);
    }
    page.out.push(b'\n');
    page.out
}

/// A semicolon that is not written.
fn is_line_end(text: &[u8], lexeme: Lexeme) -> bool {
    lexeme.token == Token::Eof
        || lexeme.token == Token::Semi && text.get(lexeme.start as usize) != Some(&b';')
}

/// By the numbers of tokens: whether each one stays.
fn staying(file: &FileEntries, kept: &[bool]) -> Vec<bool> {
    let mut stays = vec![false; file.tokens.len()];
    stays[..file.clause].fill(true);
    for (entry, _) in file.entries.iter().zip(kept).filter(|(_, kept)| **kept) {
        for at in entry.tokens.clone() {
            stays[at] = !file.cut[at];
        }
        if let Some(group) = entry.group {
            file.groups[group].iter().for_each(|at| stays[*at] = true);
        }
    }
    stays
}

/// Directives that count: constraints before the package clause, and those before functions that are kept.
fn directives(text: &[u8], file: &FileEntries, kept: &[bool]) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    for directive in &file.directives {
        let (start, end) = (directive.start as usize, directive.end as usize);
        let said = &text[start..end];
        let next = file
            .entries
            .iter()
            .position(|entry| file.tokens[entry.tokens.start].start > directive.start);
        let before_package = file.tokens.first().is_some_and(|first| directive.start < first.start);
        let counts = if before_package {
            said.starts_with(b"//go:build ")
        } else {
            next.is_some_and(|next| kept[next]) && DIRECTIVES.contains(&said.trim_ascii_end())
        };
        if counts {
            pieces.push((start, end));
        }
    }
    pieces
}

/// A text that is being written, and how much of the old one has been passed.
struct Page<'t> {
    text: &'t [u8],
    out: Vec<u8>,
    passed: usize,
}

impl Page<'_> {
    /// Writes a piece where it stands in the old text.
    fn place(&mut self, start: usize, end: usize) {
        let gap = &self.text[self.passed..start];
        for line in gap.split_inclusive(|byte| *byte == b'\n') {
            if line.ends_with(b"\n") {
                self.out.push(b'\n');
            } else {
                self.blank(line);
            }
        }
        self.out.extend_from_slice(&self.text[start..end]);
        self.passed = end;
    }

    fn blank(&mut self, gap: &[u8]) {
        self.out.extend(gap.iter().map(|byte| if *byte == b'\t' { b'\t' } else { b' ' }));
    }
}
