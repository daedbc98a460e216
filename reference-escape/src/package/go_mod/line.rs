//! A line of a `go.mod` as words.

/// A word and where it begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Word {
    /// In bytes, from 1.
    pub(super) column: u32,
    pub(super) text: String,
}

/// The words of a line, without its comment.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Line {
    pub(super) words: Vec<Word>,
}

impl Line {
    /// Reads a line.
    ///
    /// # Errors
    /// A column and what is wrong there.
    pub(super) fn read(text: &str) -> Result<Line, (u32, &'static str)> {
        let mut line = Line::default();
        let mut at = 0;
        loop {
            at += text[at..].len() - text[at..].trim_start().len();
            let rest = &text[at..];
            if rest.is_empty() || rest.starts_with("//") {
                return Ok(line);
            }
            let column = at as u32 + 1;
            let (word, len) = word(rest).ok_or((column, "string is not closed"))?;
            line.words.push(Word { column, text: word.to_owned() });
            at += len;
        }
    }

    /// The words' texts.
    pub(super) fn texts(&self) -> Vec<&str> {
        self.words.iter().map(|word| word.text.as_str()).collect()
    }
}

/// The word that `rest` begins with, and how long it is with its quotes.
fn word(rest: &str) -> Option<(&str, usize)> {
    for quote in ['"', '`'] {
        if let Some(inside) = rest.strip_prefix(quote) {
            let end = inside.find(quote)?;
            return Some((&inside[..end], end + 2));
        }
    }
    if rest.starts_with(['(', ')', ',', '[', ']']) {
        return Some((&rest[..1], 1));
    }
    if rest.starts_with("=>") {
        return Some((&rest[..2], 2));
    }
    let ends = |c: char| c.is_whitespace() || "()[],".contains(c);
    let end = rest.find(ends).unwrap_or(rest.len());
    let end = rest.find("//").filter(|comment| *comment < end).unwrap_or(end);
    Some((&rest[..end], end))
}
