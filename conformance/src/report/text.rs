//! Foreign text made harmless.
//!
//! A target may write anything to its standard error, into its version or its diagnostics, and all
//! of it may end on a terminal, in a log that a build service scans for commands, or in XML. Every
//! printer therefore passes every text through here. What is taken out stays visible as an escape.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Longest text, in bytes, that a single-line place shows.
pub const LINE_LIMIT: usize = 400;

/// Whether `c` can act on a reader instead of being read: control characters, invisible and
/// direction-changing characters, line separators, and code points that XML forbids.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// `text` on one line, with everything that acts on a reader escaped, at most [`LINE_LIMIT`] bytes
/// of it.
pub fn line(text: &str) -> String {
    line_of(text, LINE_LIMIT)
}

/// As [`line()`], with at most `limit` bytes of `text`.
pub fn line_of(text: &str, limit: usize) -> String {
    let shown = head(text, limit);
    let mut out = String::with_capacity(shown.len());
    for c in shown.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // GitHub's runner looks for `##[` anywhere in a line.
            '[' if out.ends_with("##") => out.push_str("\\u{5b}"),
            c if acts(c) => write!(out, "{}", c.escape_unicode()).expect("a String takes it all"),
            c => out.push(c),
        }
    }
    if shown.len() < text.len() {
        write!(out, "… ({} bytes more)", text.len() - shown.len()).expect("a String takes it all");
    }
    out
}

/// The lines of `text`, each made harmless, at most `limit` of them and the last ones if there are
/// more. Tabs become spaces.
pub fn last_lines(text: &str, limit: usize) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().rev().take(limit).map(indented).collect();
    lines.reverse();
    lines
}

/// The lines of `text`, each made harmless, at most `limit` of them and the first ones if there are
/// more. Tabs become spaces.
pub fn first_lines(text: &str, limit: usize) -> Vec<String> {
    text.lines().take(limit).map(indented).collect()
}

fn indented(text: &str) -> String {
    line(&text.replace('\t', "    "))
}

/// The start of `text`, at most `limit` bytes, cut between characters.
pub fn head(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let cut = (0..=limit).rev().find(|&at| text.is_char_boundary(at));
    &text[..cut.unwrap_or(0)]
}

/// The end of `text`, at most `limit` bytes, cut between characters.
pub fn tail(text: &str, limit: usize) -> &str {
    let start = text.len().saturating_sub(limit);
    let cut = (start..=text.len()).find(|&at| text.is_char_boundary(at));
    &text[cut.unwrap_or(text.len())..]
}

/// `text` cut to `width` columns, with a mark where it was cut. One character is one column.
pub fn fit(text: &str, width: usize) -> Cow<'_, str> {
    match text.char_indices().nth(width) {
        None => Cow::Borrowed(text),
        Some(_) if width == 0 => Cow::Borrowed(""),
        Some(_) => {
            let (cut, _) = text.char_indices().nth(width - 1).unwrap_or((0, ' '));
            Cow::Owned(format!("{}…", &text[..cut]))
        }
    }
}

/// JSON text with everything that acts on a reader written as `\u` escapes.
///
/// Outside its strings JSON is ASCII without control characters other than line ends, so the
/// characters replaced here stand inside strings, where the escape means the same.
pub(super) fn escape_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\n' => out.push('\n'),
            '[' if out.ends_with("##") => out.push_str("\\u005b"),
            c if acts(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("a String takes it all");
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// `word` as one argument of a POSIX shell.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", line_of(word, 4096).replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_become_visible() {
        assert_eq!(line("\x1b[31mred\x07"), r"\u{1b}[31mred\u{7}");
        assert_eq!(line("a\u{9b}2Jb\u{202e}c\u{fffe}"), r"a\u{9b}2Jb\u{202e}c\u{fffe}");
    }

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(line("a\n::error::b\r\u{2028}c\t"), r"a\n::error::b\r\u{2028}c\t");
    }

    #[test]
    fn the_old_form_of_workflow_commands_is_broken_up() {
        assert_eq!(line("x ##[error]y"), r"x ##\u{5b}error]y");
        assert_eq!(escape_json("\"##[error]\""), "\"##\\u005berror]\"");
    }

    #[test]
    fn a_huge_text_is_cut_between_characters_and_says_so() {
        let text = "é".repeat(1_000_000);
        let shown = line_of(&text, 5);
        assert_eq!(shown, "éé… (1999996 bytes more)");
        assert_eq!(tail("aéé", 3), "é");
        assert_eq!(last_lines(&"x\n".repeat(1_000_000), 2), ["x", "x"]);
    }

    #[test]
    fn a_cut_line_is_as_wide_as_asked() {
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("abcd", 4), "abcd");
        assert_eq!(fit("abcd", 0), "");
    }

    #[test]
    fn json_escapes_read_back_as_the_same_text() {
        let text = "\u{7f}\u{85}\u{202e}\u{e0041}##[";
        let json = escape_json(&serde_json::to_string(text).unwrap());
        assert!(json.is_ascii(), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn a_shell_sees_one_argument() {
        assert_eq!(shell_word("so:libc.so.6"), "so:libc.so.6");
        assert_eq!(shell_word("cmd:go build '-m'"), r"'cmd:go build '\''-m'\'''");
    }
}
