//! Numbers: integers in four bases, floats in two, each with separators, and what is imaginary.

use super::Mistake;
use crate::token::Token;

/// A number that was read.
pub(super) struct Number {
    pub(super) token: Token,
    /// The offset behind it.
    pub(super) end: usize,
    /// The first thing wrong with it.
    pub(super) mistake: Option<Mistake>,
}

/// Reads the number that begins at `start`, with a digit or with a dot before one.
pub(super) fn read(text: &[u8], start: usize) -> Number {
    let mut reader = Reader { text, start, at: start, mistake: None };
    let token = reader.number();
    Number { token, end: reader.at, mistake: reader.mistake }
}

struct Reader<'t> {
    text: &'t [u8],
    start: usize,
    at: usize,
    mistake: Option<Mistake>,
}

/// What a run of digits and separators contained.
#[derive(Clone, Copy, Default)]
struct Run {
    digits: bool,
    separators: bool,
    /// The first digit that the base does not have.
    too_large: Option<usize>,
}

impl Run {
    fn then(self, next: Run) -> Run {
        Run {
            digits: self.digits | next.digits,
            separators: self.separators | next.separators,
            too_large: self.too_large.or(next.too_large),
        }
    }
}

/// How a number begins, which decides about the rest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefix {
    /// `1`, `.5`
    None,
    /// `0`, which may turn out to be octal or decimal.
    Zero,
    /// `0x`
    Hex,
    /// `0o`
    Octal,
    /// `0b`
    Binary,
}

impl Prefix {
    fn base(self) -> u8 {
        match self {
            Prefix::None => 10,
            Prefix::Zero | Prefix::Octal => 8,
            Prefix::Hex => 16,
            Prefix::Binary => 2,
        }
    }

    fn base_name(self) -> &'static str {
        base_name(self.base())
    }
}

/// What a base is called in errors.
pub(super) fn base_name(base: u8) -> &'static str {
    match base {
        2 => "binary",
        8 => "octal",
        10 => "decimal",
        _ => "hexadecimal",
    }
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn peek_lower(&self) -> Option<u8> {
        self.peek().map(|byte| byte.to_ascii_lowercase())
    }

    /// Notes a mistake unless there is one.
    fn wrong(&mut self, at: usize, message: impl FnOnce() -> String) {
        if self.mistake.is_none() {
            self.mistake = Some((at as u32, message()));
        }
    }

    fn number(&mut self) -> Token {
        let prefix = self.prefix();
        let mut run = Run { digits: prefix == Prefix::Zero, ..Run::default() };
        let mut token = Token::Int;
        if self.peek() != Some(b'.') || self.at > self.start {
            run = run.then(self.run(prefix.base()));
        }
        if self.peek() == Some(b'.') {
            if matches!(prefix, Prefix::Octal | Prefix::Binary) {
                let name = prefix.base_name();
                self.wrong(self.at, || format!("invalid radix point in {name} literal"));
            }
            self.at += 1;
            token = Token::Float;
            run = run.then(self.run(prefix.base()));
        }
        if !run.digits {
            self.wrong(self.at, || format!("{} literal has no digits", prefix.base_name()));
        }
        if self.exponent(prefix, &mut run) {
            token = Token::Float;
        } else if prefix == Prefix::Hex && token == Token::Float {
            self.wrong(self.at, || "hexadecimal mantissa requires a 'p' exponent".to_owned());
        }
        if self.peek() == Some(b'i') {
            self.at += 1;
            token = Token::Imag;
        }
        self.check_digits(prefix, token, run);
        token
    }

    fn prefix(&mut self) -> Prefix {
        if self.peek() != Some(b'0') {
            return Prefix::None;
        }
        self.at += 1;
        let prefix = match self.peek_lower() {
            Some(b'x') => Prefix::Hex,
            Some(b'o') => Prefix::Octal,
            Some(b'b') => Prefix::Binary,
            _ => return Prefix::Zero,
        };
        self.at += 1;
        prefix
    }

    fn run(&mut self, base: u8) -> Run {
        let mut run = Run::default();
        while let Some(byte) = self.peek() {
            match byte {
                b'_' => run.separators = true,
                b'0'..=b'9' => {
                    run.digits = true;
                    if byte - b'0' >= base {
                        run.too_large.get_or_insert(self.at);
                    }
                }
                _ if base == 16 && byte.is_ascii_hexdigit() => run.digits = true,
                _ => break,
            }
            self.at += 1;
        }
        run
    }

    /// Reads an exponent, if there is one.
    fn exponent(&mut self, prefix: Prefix, run: &mut Run) -> bool {
        let Some(sign @ (b'e' | b'p')) = self.peek_lower() else { return false };
        let decimal = matches!(prefix, Prefix::None | Prefix::Zero);
        let written = char::from(self.text[self.at]);
        if sign == b'e' && !decimal {
            self.wrong(self.at, || format!("'{written}' exponent requires decimal mantissa"));
        } else if sign == b'p' && prefix != Prefix::Hex {
            self.wrong(self.at, || format!("'{written}' exponent requires hexadecimal mantissa"));
        }
        self.at += 1;
        if matches!(self.peek(), Some(b'+' | b'-')) {
            self.at += 1;
        }
        let digits = self.run(10);
        if !digits.digits {
            self.wrong(self.at, || "exponent has no digits".to_owned());
        }
        run.separators |= digits.separators;
        true
    }

    /// What can only be said of the whole: `08` is wrong, and `08.5` is right.
    fn check_digits(&mut self, prefix: Prefix, token: Token, run: Run) {
        if let (Token::Int, Some(at)) = (token, run.too_large) {
            let digit = char::from(self.text[at]);
            self.wrong(at, || format!("invalid digit '{digit}' in {} literal", prefix.base_name()));
        }
        if run.separators
            && let Some(at) = self.lone_separator(prefix)
        {
            self.wrong(at, || "'_' must separate successive digits".to_owned());
        }
    }

    /// The first `_` that does not stand between digits; a prefix counts as one.
    fn lone_separator(&self, prefix: Prefix) -> Option<usize> {
        let prefixed = !matches!(prefix, Prefix::None | Prefix::Zero);
        let mut before = if prefixed { Before::Digit } else { Before::Other };
        for at in self.start + if prefixed { 2 } else { 0 }..self.at {
            before = match self.text[at] {
                b'_' if before != Before::Digit => return Some(at),
                b'_' => Before::Separator,
                b'0'..=b'9' => Before::Digit,
                byte if prefix == Prefix::Hex && byte.is_ascii_hexdigit() => Before::Digit,
                _ if before == Before::Separator => return Some(at - 1),
                _ => Before::Other,
            };
        }
        (before == Before::Separator).then(|| self.at - 1)
    }
}

/// What stands before a byte of a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Digit,
    Separator,
    Other,
}
