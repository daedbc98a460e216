//! Text to tokens.
//!
//! A [`Scanner`] walks over the bytes of one file and hands out one [`Lexeme`] after another: a token's sort and
//! where it begins and ends. Nothing is copied; whoever wants a name's text takes it from the file.
//!
//! What is beside the tokens is noted on the way: where lines begin, what `//line` directives say, which
//! `//go:` directives stand where, and what is wrong. The walk never stops at a mistake.

mod comment;
mod encoding;
mod number;
mod quoted;

pub use comment::Directive;

use crate::letters::{code_point, is_digit, is_letter};
use crate::source::{FileId, Sources};
use crate::token::Token;
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
pub const LARGEST: usize = 1 << 30;

impl<'t> Scanner<'t> {
    /// Begins at the first byte of `text`.
    ///
    /// # Panics
    /// If the text is larger than [`LARGEST`].
    pub fn new(text: &'t [u8]) -> Scanner<'t> {
        assert!(text.len() <= LARGEST, "a source file has at most 2^30 bytes");
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
                Class::Sign if first == b'.' && self.digit_follows() => return self.number(start),
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
                    None => return,
                },
                _ => return,
            }
        }
    }

    /// Operators and brackets: the longest that fits. `None` is a comment, of which `/` has been read.
    fn sign(&mut self, first: u8) -> Option<Token> {
        self.at += 1;
        Some(match first {
            b'(' => Token::Lparen,
            b')' => Token::Rparen,
            b'[' => Token::Lbrack,
            b']' => Token::Rbrack,
            b'{' => Token::Lbrace,
            b'}' => Token::Rbrace,
            b',' => Token::Comma,
            b';' => Token::Semi,
            b'~' => Token::Tilde,
            b'.' => self.dots(),
            b':' => self.longer(Token::Colon, &[(b'=', Token::Define)]),
            b'+' => self.longer(Token::Add, &[(b'+', Token::Inc), (b'=', Token::AddAssign)]),
            b'-' => self.longer(Token::Sub, &[(b'-', Token::Dec), (b'=', Token::SubAssign)]),
            b'*' => self.longer(Token::Star, &[(b'=', Token::MulAssign)]),
            b'/' if matches!(self.peek(), Some(b'/' | b'*')) => return None,
            b'/' => self.longer(Token::Div, &[(b'=', Token::DivAssign)]),
            b'%' => self.longer(Token::Rem, &[(b'=', Token::RemAssign)]),
            b'|' => self.longer(Token::Or, &[(b'|', Token::OrOr), (b'=', Token::OrAssign)]),
            b'^' => self.longer(Token::Xor, &[(b'=', Token::XorAssign)]),
            b'=' => self.longer(Token::Assign, &[(b'=', Token::Eql)]),
            b'!' => self.longer(Token::Not, &[(b'=', Token::Neq)]),
            b'&' => {
                let known =
                    [(b'&', Token::AndAnd), (b'=', Token::AndAssign), (b'^', Token::AndNot)];
                let token = self.longer(Token::And, &known);
                self.assigning(token, Token::AndNot, Token::AndNotAssign)
            }
            b'<' => {
                let known = [(b'=', Token::Leq), (b'-', Token::Arrow), (b'<', Token::Shl)];
                let token = self.longer(Token::Lss, &known);
                self.assigning(token, Token::Shl, Token::ShlAssign)
            }
            _ => {
                let token = self.longer(Token::Gtr, &[(b'=', Token::Geq), (b'>', Token::Shr)]);
                self.assigning(token, Token::Shr, Token::ShrAssign)
            }
        })
    }

    /// `short`, or what it is with the next byte.
    fn longer(&mut self, short: Token, known: &[(u8, Token)]) -> Token {
        let next = self.peek();
        match known.iter().find(|(byte, _)| Some(*byte) == next) {
            Some((_, token)) => {
                self.at += 1;
                *token
            }
            None => short,
        }
    }

    /// `token`, or `with` where it is `plain` and a `=` follows.
    fn assigning(&mut self, token: Token, plain: Token, with: Token) -> Token {
        if token == plain { self.longer(plain, &[(b'=', with)]) } else { token }
    }

    fn digit_follows(&self) -> bool {
        self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit)
    }

    fn dots(&mut self) -> Token {
        if self.text[self.at..].starts_with(b"..") {
            self.at += 2;
            return Token::Dots;
        }
        Token::Dot
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

/// What a byte may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A word.
    Letter,
    /// A number.
    Digit,
    /// A text or a rune.
    Quote,
    /// An operator, a bracket or a comment.
    Sign,
    /// What ends a line.
    Newline,
    /// A character beyond ASCII.
    Wide,
    /// Nothing.
    None,
}

const CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut classes = [Class::None; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'"' | b'`' | b'\'' => Class::Quote,
            b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b';' | b'~' | b'.' | b':' => {
                Class::Sign
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'|' | b'^' | b'=' | b'!' | b'&' | b'<' | b'>' => {
                Class::Sign
            }
            b'\n' => Class::Newline,
            0x80.. => Class::Wide,
            _ => Class::None,
        };
        byte += 1;
    }
    classes
}
