//! What is wrong, and where to go on.

use super::{MAX_DEPTH, Parser};
use crate::fault::{FaultKind, Faults};
use crate::source::Pos;
use crate::token::{Token, TokenSet};

/// The mistakes of a file, as far as a person wants to hear of them.
#[derive(Default)]
pub(super) struct Mistakes {
    pub(super) faults: Faults,
    /// How many there were that leave a tree incomplete.
    pub(super) count: usize,
    /// Where the last syntax error was: only the first of a line is told.
    last_syntax: Option<Pos>,
}

/// Tokens that begin a statement, at which a function's text is understood again.
const STATEMENTS: TokenSet = TokenSet::of(&[
    Token::Break,
    Token::Const,
    Token::Continue,
    Token::Defer,
    Token::Fallthrough,
    Token::For,
    Token::Go,
    Token::Goto,
    Token::If,
    Token::Return,
    Token::Select,
    Token::Switch,
    Token::Type,
    Token::Var,
]);

/// The longest text of a token in a message. Longer ones are literals over many lines.
const MAX_TOLD: usize = 4096;

impl Parser<'_> {
    /// The token does not fit. `tail` says where or what else was expected.
    pub(super) fn unexpected(&mut self, tail: &str) {
        self.unexpected_at(self.pos(), tail);
    }

    /// As [`Parser::unexpected`], of a mistake that is seen at the token and told elsewhere.
    pub(super) fn unexpected_at(&mut self, pos: Pos, tail: &str) {
        let message = format!("unexpected {}{tail}", self.told());
        self.syntax_at(pos, message);
    }

    /// A syntax error at the token.
    pub(super) fn syntax(&mut self, message: impl Into<String>) {
        self.syntax_at(self.pos(), message);
    }

    /// A syntax error. At the end of a text that has mistakes, more would mean nothing.
    pub(super) fn syntax_at(&mut self, pos: Pos, message: impl Into<String>) {
        if self.token == Token::Eof && self.mistakes.count > 0 {
            return;
        }
        self.mistake_at(pos, FaultKind::Syntax, message);
    }

    /// What parses and is no Go, at the token.
    pub(super) fn wrong_form(&mut self, message: impl Into<String>) {
        self.mistake_at(self.pos(), FaultKind::Form, message);
    }

    /// Notes a mistake.
    pub(super) fn mistake_at(&mut self, pos: Pos, kind: FaultKind, message: impl Into<String>) {
        // What is wrong with the meaning of directives and labels says nothing of the syntax.
        if !matches!(kind, FaultKind::Directive | FaultKind::Branch) {
            self.mistakes.count += 1;
        }
        if kind == FaultKind::Syntax {
            let again = self.mistakes.last_syntax.is_some_and(|last| self.same_line(last, pos));
            if again {
                return;
            }
            self.mistakes.last_syntax = Some(pos);
        }
        self.mistakes.faults.push(pos, kind, message);
    }

    fn same_line(&self, a: Pos, b: Pos) -> bool {
        let line = |pos: Pos| self.scanner.line(pos.offset_from(self.base));
        line(a) == line(b)
    }

    /// How the token is told.
    fn told(&self) -> String {
        let text = || {
            let end = self.lexeme.end.min(self.lexeme.start + MAX_TOLD as u32);
            let cut = if end < self.lexeme.end { "…" } else { "" };
            format!("{}{cut}", self.slice(self.lexeme.start, end))
        };
        match self.token {
            Token::Name => format!("name {}", text()),
            Token::Semi => self.told_semi().to_owned(),
            token if token.is_literal() => format!("literal {}", text()),
            token => token.told(),
        }
    }

    /// Whether a semicolon is one, or a line's end, or the text's.
    pub(super) fn told_semi(&self) -> &'static str {
        match self.text.get(self.lexeme.start as usize) {
            Some(b';') => "semicolon",
            Some(_) => "newline",
            None => "EOF",
        }
    }

    /// Passes one token, so that there is progress.
    pub(super) fn skip_one(&mut self) {
        if self.token != Token::Eof {
            self.next();
        }
    }

    /// Passes tokens up to one of `follow`, or in a function to one that begins a statement.
    pub(super) fn skip_to(&mut self, follow: TokenSet) {
        let inside = self.function_depth > 0;
        while self.token != Token::Eof
            && !follow.has(self.token)
            && !(inside && STATEMENTS.has(self.token))
        {
            self.next();
        }
    }

    /// The tree is too deep: nothing more of the text is read.
    pub(super) fn too_deep(&mut self) {
        if self.token == Token::Eof {
            return;
        }
        let message = format!("nested more than {MAX_DEPTH} levels deep");
        self.mistake_at(self.pos(), FaultKind::Limit, message);
        self.scanner.skip_rest();
        self.next();
        self.pending.clear();
    }
}
