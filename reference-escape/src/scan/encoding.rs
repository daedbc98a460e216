//! What must hold of a text before it is tokens: it is UTF-8 without zeros, and a byte order mark stands at
//! most at its beginning.
//!
//! All of that is looked for once, before the walk, because it nearly always holds and is quickly seen. The
//! walk then passes over what it cannot read as if it were a space.

use super::Mistake;

const MARK: &[u8] = "\u{feff}".as_bytes();

/// The length of the byte order mark that `text` begins with.
pub(super) fn mark_len(text: &[u8]) -> usize {
    if text.starts_with(MARK) { MARK.len() } else { 0 }
}

/// The character at `at`; `None` where there is none, or a byte order mark.
pub(super) fn decode(text: &[u8], at: usize) -> Option<(char, usize)> {
    let few = &text[at..text.len().min(at + 4)];
    let c = few.utf8_chunks().next()?.valid().chars().next()?;
    (c != '\u{feff}').then_some((c, c.len_utf8()))
}

/// How many bytes to pass over where [`decode`] finds nothing.
pub(super) fn unread_len(text: &[u8], at: usize) -> usize {
    mark_len(&text[at..]).max(1)
}

/// Everything that is wrong, once for each line and sort; the last first.
pub(super) fn mistakes(text: &[u8]) -> Vec<Mistake> {
    let is_text = text.is_ascii() || std::str::from_utf8(text).is_ok_and(|t| !has_mark(t));
    if is_text && !text.contains(&0) { Vec::new() } else { all_mistakes(text) }
}

fn has_mark(text: &str) -> bool {
    text.char_indices().any(|(at, c)| c == '\u{feff}' && at > 0)
}

fn all_mistakes(text: &[u8]) -> Vec<Mistake> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let (mut zero, mut mark, mut broken) = (None, None, None);
        let mut offset = at;
        for chunk in line.utf8_chunks() {
            for (inside, c) in chunk.valid().char_indices() {
                match c {
                    '\0' => _ = zero.get_or_insert(offset + inside),
                    '\u{feff}' if offset + inside > 0 => _ = mark.get_or_insert(offset + inside),
                    _ => {}
                }
            }
            offset += chunk.valid().len();
            if !chunk.invalid().is_empty() {
                broken.get_or_insert(offset);
            }
            offset += chunk.invalid().len();
        }
        found.extend(zero.map(|at| (at as u32, "invalid NUL character".to_owned())));
        found.extend(broken.map(|at| (at as u32, "invalid UTF-8 encoding".to_owned())));
        found
            .extend(mark.map(|at| (at as u32, "invalid BOM in the middle of the file".to_owned())));
        at += line.len();
    }
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    found
}
