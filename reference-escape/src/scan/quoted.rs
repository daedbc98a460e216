//! Texts and runes in quotes, and their escapes. Values are made elsewhere; here it is only seen where a
//! literal ends and what is wrong with it.

use super::number::base_name;
use super::{Mistake, encoding};
use crate::letters::code_point;
use crate::token::Token;

/// A literal that was read.
pub(super) struct Quoted {
    pub(super) token: Token,
    /// The offset behind it.
    pub(super) end: usize,
    pub(super) mistakes: Vec<Mistake>,
    /// Offsets of the first bytes of lines that begin in it.
    pub(super) lines: Vec<u32>,
}

/// Reads the literal whose opening quote is at `start`.
pub(super) fn read(text: &[u8], start: usize) -> Quoted {
    let mut reader = Reader { text, start, at: start + 1, mistakes: Vec::new(), lines: Vec::new() };
    let token = match text[start] {
        b'"' => reader.string(),
        b'`' => reader.raw_string(),
        _ => reader.rune(),
    };
    Quoted { token, end: reader.at, mistakes: reader.mistakes, lines: reader.lines }
}

struct Reader<'t> {
    text: &'t [u8],
    start: usize,
    at: usize,
    mistakes: Vec<Mistake>,
    lines: Vec<u32>,
}

/// What is wrong with an escape.
enum Escape {
    Fine,
    Wrong,
    /// The text ends in it, which is a mistake of the whole literal.
    Cut,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn wrong(&mut self, at: usize, message: impl Into<String>) {
        self.mistakes.push((at as u32, message.into()));
    }

    fn string(&mut self) -> Token {
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => _ = self.escape(b'"'),
                Some(b'\n') => {
                    self.wrong(self.at, "newline in string");
                    break;
                }
                Some(_) => self.at += 1,
                None => {
                    self.wrong(self.start, "string not terminated");
                    break;
                }
            }
        }
        Token::String
    }

    fn raw_string(&mut self) -> Token {
        loop {
            self.at += 1;
            match self.text.get(self.at - 1) {
                Some(b'`') => return Token::String,
                Some(b'\n') => self.lines.push(self.at as u32),
                Some(_) => {}
                None => break,
            }
        }
        self.at -= 1;
        self.wrong(self.start, "string not terminated");
        Token::String
    }

    /// A rune literal has one mistake at most, but for those of its escapes.
    fn rune(&mut self) -> Token {
        let mut count = 0;
        let found = loop {
            match self.peek() {
                Some(b'\'') => {
                    let at = self.at;
                    self.at += 1;
                    break match count {
                        0 => Some((at, "empty rune literal or unescaped '")),
                        1 => None,
                        _ => Some((self.start, "more than one character in rune literal")),
                    };
                }
                Some(b'\\') => _ = self.escape(b'\''),
                Some(b'\n') => break Some((self.at, "newline in rune literal")),
                Some(_) => self.at += self.char_len(),
                None => break Some((self.start, "rune literal not terminated")),
            }
            count += 1;
        };
        if let Some((at, message)) = found
            && self.mistakes.is_empty()
        {
            self.wrong(at, message);
        }
        Token::Rune
    }

    fn char_len(&self) -> usize {
        encoding::decode(self.text, self.at).map_or(1, |(_, len)| len)
    }

    /// Reads an escape, of which the backslash is next.
    fn escape(&mut self, quote: u8) -> Escape {
        self.at += 1;
        let Some(byte) = self.peek() else { return Escape::Cut };
        let (digits, base, max) = match byte {
            b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' => (0, 0, 0),
            _ if byte == quote => (0, 0, 0),
            b'0'..=b'7' => (3, 8, 255),
            b'x' => (2, 16, 255),
            b'u' => (4, 16, u32::from(char::MAX)),
            b'U' => (8, 16, u32::from(char::MAX)),
            _ => {
                self.wrong(self.at, "unknown escape");
                return Escape::Wrong;
            }
        };
        if base != 8 {
            self.at += 1;
        }
        if digits == 0 { Escape::Fine } else { self.number(digits, base, max) }
    }

    fn number(&mut self, digits: u32, base: u8, max: u32) -> Escape {
        let mut value: u32 = 0;
        for _ in 0..digits {
            let Some(byte) = self.peek() else { return Escape::Cut };
            let Some(digit) = char::from(byte).to_digit(u32::from(base)) else {
                return self.no_digit(base);
            };
            // Eight hexadecimal digits fill the 32 bits exactly.
            value = value.wrapping_mul(u32::from(base)).wrapping_add(digit);
            self.at += 1;
        }
        if value > max && base == 8 {
            self.wrong(self.at, format!("octal escape value {value} > 255"));
            return Escape::Wrong;
        }
        if value > max || (0xd800..0xe000).contains(&value) {
            let message = format!("escape is invalid Unicode code point U+{value:04X}");
            self.wrong(self.at, message);
            return Escape::Wrong;
        }
        Escape::Fine
    }

    fn no_digit(&mut self, base: u8) -> Escape {
        let found = encoding::decode(self.text, self.at).map_or('\u{fffd}', |(c, _)| c);
        let message = format!("invalid character {} in {} escape", quoted(found), base_name(base));
        self.wrong(self.at, message);
        Escape::Wrong
    }
}

/// A character in quotes, as Go's `%q` has it.
fn quoted(c: char) -> String {
    match c {
        '"' => "'\"'".to_owned(),
        _ if code_point(c).ends_with('\'') => format!("'{}'", c.to_string().replace('\'', "\\'")),
        '\n' | '\t' | '\r' => format!("'{}'", c.escape_default()),
        _ if u32::from(c) < 0x80 => format!("'\\x{:02x}'", u32::from(c)),
        _ => format!("'\\u{:04x}'", u32::from(c)),
    }
}
