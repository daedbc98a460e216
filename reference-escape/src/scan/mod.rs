//! Text to tokens.
//!
//! A [`Scanner`] walks over the bytes of one file and hands out one [`Lexeme`] after another: a token's sort and
//! where it begins and ends. Nothing is copied; whoever wants a name's text takes it from the file.
//!
//! What is beside the tokens is noted on the way: where lines begin, what `//line` directives say, which
//! `//go:` directives stand where, and what is wrong. The walk never stops at a mistake.

mod class;
mod comment;
mod encoding;
mod number;
mod quoted;
mod sign;

pub use comment::Directive;

use crate::letters::{code_point, is_digit, is_letter};
use crate::source::{FileId, Sources};
use crate::token::Token;
use class::{CLASSES, Class};
use comment::Said;

/// A token of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lexeme {
    /// Its sort.
    pub token: Token,
    /// The offset of its first byte.
    pub start: u32,
    /// The offset behind its last byte.
    pub end: u32,
    /// Whether it is a literal with a mistake in it, which has been noted.
    pub bad: bool,
}

/// What is wrong at an offset.
pub type Mistake = (u32, String);

/// A walk over a text.
#[derive(Debug)]
pub struct Scanner<'t> {
    text: &'t [u8],
    /// The offset of the next byte.
    at: usize,
    /// Whether a line that ends here ends a statement.
    ends_statement: bool,
    /// Offsets of first bytes of lines, but for the first line.
    lines: Vec<u32>,
    /// What line directives say.
    said: Vec<Said<'t>>,
    directives: Vec<Directive>,
    mistakes: Vec<Mistake>,
    /// What is wrong with the encoding, last first: told when the walk gets there.
    encoding: Vec<Mistake>,
}

/// The largest text, in bytes. Offsets have 32 bits, and all texts of a run lie behind each other.
pub const LARGEST_TEXT: usize = 1 << 30;

impl<'t> Scanner<'t> {
    /// Begins at the first byte of `text`.
    ///
    /// # Panics
    /// If the text is larger than [`LARGEST_TEXT`].
    pub fn new(text: &'t [u8]) -> Scanner<'t> {
        assert!(text.len() <= LARGEST_TEXT, "a source file has at most 2^30 bytes");
        Scanner {
            text,
            at: encoding::mark_len(text),
            ends_statement: false,
            lines: Vec::new(),
            said: Vec::new(),
            directives: Vec::new(),
            mistakes: Vec::new(),
            encoding: encoding::mistakes(text),
        }
    }

    /// The next token; [`Token::Eof`] again and again at the end.
    pub fn next_token(&mut self) -> Lexeme {
        loop {
            self.skip_blank();
            let start = self.at;
            let Some(&first) = self.text.get(start) else { return self.at_end() };
            let token = match CLASSES[usize::from(first)] {
                Class::Letter => self.word(start),
                Class::Digit => return self.number(start),
                Class::Quote => return self.quoted(start),
                Class::Sign if self.begins_fraction(first) => return self.number(start),
                Class::Sign => match self.sign(first) {
                    Some(token) => token,
                    None if self.comment(start) => return self.newline(start),
                    None => continue,
                },
                Class::Newline => {
                    self.at += 1;
                    self.lines.push(self.at as u32);
                    return self.newline(start);
                }
                Class::Wide => match self.wide_word(start) {
                    Some(token) => token,
                    None => continue,
                },
                Class::None => {
                    self.skip_none(first);
                    continue;
                }
            };
            self.ends_statement = token.ends_statement();
            return self.lexeme(token, start);
        }
    }

    /// Directives noted since this was asked for the last time.
    pub fn take_directives(&mut self) -> Option<Vec<Directive>> {
        (!self.directives.is_empty()).then(|| std::mem::take(&mut self.directives))
    }

    /// Mistakes noted since this was asked for the last time.
    pub fn take_mistakes(&mut self) -> Option<Vec<Mistake>> {
        while self.encoding.last().is_some_and(|(offset, _)| (*offset as usize) < self.at) {
            self.mistakes.extend(self.encoding.pop());
        }
        (!self.mistakes.is_empty()).then(|| std::mem::take(&mut self.mistakes))
    }

    /// The line of a byte that has been passed, from 0.
    pub fn line(&self, offset: u32) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// Goes to the end of the text, past whatever there is.
    pub fn skip_rest(&mut self) {
        self.at = self.text.len();
        self.ends_statement = false;
    }

    /// Tells `sources` where the lines of `file` are, and what they are said to be.
    pub fn finish(self, file: FileId, sources: &mut Sources) {
        for line in self.lines {
            sources.add_line(file, line);
        }
        comment::add_directives(&self.said, file, sources);
    }

    fn lexeme(&self, token: Token, start: usize) -> Lexeme {
        Lexeme { token, start: start as u32, end: self.at as u32, bad: false }
    }

    /// A line's end, or a comment with one in it, that ends a statement.
    fn newline(&mut self, start: usize) -> Lexeme {
        self.ends_statement = false;
        self.lexeme(Token::Semi, start)
    }

    fn at_end(&mut self) -> Lexeme {
        let ended = std::mem::take(&mut self.ends_statement);
        self.lexeme(if ended { Token::Semi } else { Token::Eof }, self.at)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn mistake(&mut self, offset: usize, message: impl Into<String>) {
        self.mistakes.push((offset as u32, message.into()));
    }

    fn skip_blank(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' if !self.ends_statement => {
                    self.at += 1;
                    self.lines.push(self.at as u32);
                }
                _ => return,
            }
        }
    }

    /// A byte that begins nothing. Zeros have been noted beforehand.
    fn skip_none(&mut self, byte: u8) {
        if byte != 0 {
            self.mistake(self.at, format!("invalid character {}", code_point(char::from(byte))));
        }
        self.at += 1;
    }

    /// A name or a keyword that begins with an ASCII letter.
    fn word(&mut self, start: usize) -> Token {
        self.skip_word();
        Token::keyword(&self.text[start..self.at]).unwrap_or(Token::Name)
    }

    /// A name that begins with some other character; `None` where there is none.
    fn wide_word(&mut self, start: usize) -> Option<Token> {
        let Some((first, _)) = encoding::decode(self.text, start) else {
            self.at += encoding::unread_len(self.text, start);
            return None;
        };
        if is_digit(first) {
            let message = format!("identifier cannot begin with digit {}", code_point(first));
            self.mistake(start, message);
        }
        self.skip_word();
        Some(Token::Name)
    }

    /// Goes to the end of a word. What cannot be read is in it as if it were a letter, like in the compiler.
    fn skip_word(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match CLASSES[usize::from(byte)] {
                Class::Letter | Class::Digit => self.at += 1,
                Class::Wide => match encoding::decode(self.text, self.at) {
                    Some((c, len)) => {
                        if !is_letter(c) && !is_digit(c) {
                            let message =
                                format!("invalid character {} in identifier", code_point(c));
                            self.mistake(self.at, message);
                        }
                        self.at += len;
                    }
                    None => self.at += encoding::unread_len(self.text, self.at),
                },
                Class::None if byte == 0 => self.at += 1,
                _ => return,
            }
        }
    }

    fn number(&mut self, start: usize) -> Lexeme {
        let read = number::read(self.text, start);
        self.literal(read.token, start, read.end, read.mistake)
    }

    fn quoted(&mut self, start: usize) -> Lexeme {
        let read = quoted::read(self.text, start);
        let bad = !read.mistakes.is_empty();
        self.mistakes.extend(read.mistakes);
        self.lines.extend(read.lines);
        let mut lexeme = self.literal(read.token, start, read.end, None);
        lexeme.bad = bad;
        lexeme
    }

    fn literal(&mut self, token: Token, start: usize, end: usize, bad: Option<Mistake>) -> Lexeme {
        self.at = end;
        self.ends_statement = true;
        let mut lexeme = self.lexeme(token, start);
        lexeme.bad = bad.is_some();
        self.mistakes.extend(bad);
        lexeme
    }
}
