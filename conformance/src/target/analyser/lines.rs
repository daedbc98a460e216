//! The output of an analyser, which may be anything, as lines about places.

use crate::observe::escape::{Answer, Told};

/// An analyser that writes more bytes than this about one file is not listened to any longer.
pub const MAX_BYTES: usize = 4 << 20;

/// Nor one that writes more lines.
pub const MAX_LINES: usize = 20_000;

/// At most so many lines that are about no place are kept, and so much of each.
const OTHER: usize = 20;
const OTHER_BYTES: usize = 300;

/// Adds one line of output to what is known of the file `name`. `#` begins a heading, which says nothing.
pub fn read(answer: &mut Answer, name: &str, line: &[u8]) {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end_matches(['\n', '\r']);
    if line.starts_with('#') || line.trim().is_empty() {
        return;
    }
    match told(name, line) {
        Some(told) => answer.told.push(told),
        None if answer.other.len() < OTHER => {
            answer.other.push(line.chars().take(OTHER_BYTES).collect());
        }
        None => {}
    }
}

/// `path/name:3:7: text`.
fn told(name: &str, line: &str) -> Option<Told> {
    let mut parts = line.splitn(4, ':');
    let (path, at, column, text) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if path.rsplit('/').next() != Some(name) {
        return None;
    }
    let text = text.strip_prefix(' ')?.to_owned();
    Some(Told { line: at.parse().ok()?, column: column.parse().ok()?, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(lines: &[&[u8]]) -> Answer {
        let mut answer = Answer::default();
        for line in lines {
            read(&mut answer, "a.go", line);
        }
        answer
    }

    #[test]
    fn a_line_is_a_path_a_place_and_a_text() {
        let answer =
            answer(&[b"# p\n", b"./a.go:3:7: moved to heap: x\n", b"/t/a.go:4:1: a: b\r\n"]);
        let shown: Vec<String> = answer.told.iter().map(|t| format!("{}:{t}", t.line)).collect();
        assert_eq!(shown, ["3:7 \"moved to heap: x\"", "4:1 \"a: b\""]);
        assert!(answer.other.is_empty());
    }

    #[test]
    fn what_is_no_such_line_is_kept_apart_and_not_for_ever() {
        let answer = answer(&[b"b.go:1:1: x", b"a.go:x:1: y", b"a.go:1:1:z", b"\xff\xfe\0", b"\n"]);
        assert!(answer.told.is_empty());
        assert_eq!(answer.other.len(), 4);
        let mut answer = Answer::default();
        (0..100).for_each(|_| read(&mut answer, "a.go", &[b'x'; 5000]));
        assert_eq!((answer.other.len(), answer.other[0].len()), (OTHER, OTHER_BYTES));
        read(&mut answer, "a.go", b"a.go:99999999999999999999:1: x");
        assert!(answer.told.is_empty());
    }
}
