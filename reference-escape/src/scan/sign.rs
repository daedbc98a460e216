//! Operators and brackets.

use super::Scanner;
use crate::token::Token;

impl Scanner<'_> {
    /// Operators and brackets: the longest that fits. `None` is a comment, of which `/` has been read.
    pub(super) fn sign(&mut self, first: u8) -> Option<Token> {
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

    /// Whether `first`, which is next, is the dot of `.5`.
    pub(super) fn begins_fraction(&self, first: u8) -> bool {
        first == b'.' && self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit)
    }

    fn dots(&mut self) -> Token {
        if self.text[self.at..].starts_with(b"..") {
            self.at += 2;
            return Token::Dots;
        }
        Token::Dot
    }
}
