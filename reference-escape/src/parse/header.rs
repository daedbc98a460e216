//! What stands between `if`, `for` or `switch` and the `{`.

use super::{Parser, TokenSet};
use crate::ast::{ExprId, ExprKind, Stmt, StmtId, StmtKind};
use crate::scan::Scanner;
use crate::source::Pos;
use crate::token::Token;

/// The head of a statement.
#[derive(Default)]
pub(super) struct Head {
    pub(super) init: Option<StmtId>,
    /// A condition or a tag.
    pub(super) cond: Option<ExprId>,
    pub(super) post: Option<StmtId>,
}

/// A statement that may turn out to be a condition, and where its text begins and ends.
struct Written {
    stmt: Stmt,
    start: u32,
    end: u32,
}

/// A semicolon, and how it is told.
type Semicolon = (Pos, &'static str);

impl Parser<'_> {
    /// The head of the statement with `keyword`, which is the token.
    pub(super) fn header(&mut self, keyword: Token) -> Head {
        self.next();
        if self.token == Token::Lbrace {
            let mut head = Head::default();
            if keyword == Token::If {
                self.syntax("missing condition in if statement");
                head.cond = Some(self.bad());
            }
            return head;
        }
        // In a head a `{` behind a name begins the block.
        let outer = std::mem::replace(&mut self.bracket_depth, -1);
        let head = self.parts(keyword);
        self.bracket_depth = outer;
        head
    }

    fn parts(&mut self, keyword: Token) -> Head {
        let mut first = None;
        if self.token != Token::Semi {
            if self.got(Token::Var) {
                let keyword = keyword.text();
                self.syntax(format!("var declaration not allowed in {keyword} initializer"));
            }
            let written = self.written(Some(keyword));
            if let StmtKind::Range(_) = written.stmt.kind {
                let init = Some(self.ast.add_stmt(written.stmt));
                return Head { init, ..Head::default() };
            }
            first = Some(written);
        }
        if self.token == Token::Lbrace && first.is_some() {
            let cond = self.condition(first, keyword, None);
            return Head { cond, ..Head::default() };
        }
        let init = first.map(|written| self.ast.add_stmt(written.stmt));
        let semicolon = self.semicolon();
        let (mut cond, mut post) = (None, None);
        if keyword == Token::For {
            (cond, post) = self.cond_and_post();
        } else if self.token != Token::Lbrace {
            cond = Some(self.written(Some(keyword)));
        }
        let cond = self.condition(cond, keyword, semicolon);
        Head { init, cond, post }
    }

    fn written(&mut self, keyword: Option<Token>) -> Written {
        let start = self.lexeme.start;
        let stmt = self.simple_stmt(keyword);
        Written { stmt, start, end: self.previous_end }
    }

    /// What separates the parts of a head.
    fn semicolon(&mut self) -> Option<Semicolon> {
        if self.token == Token::Semi {
            let semicolon = (self.pos(), self.told_semi());
            self.next();
            return Some(semicolon);
        }
        // A `{` is what was most likely meant.
        self.want(Token::Lbrace);
        if self.token != Token::Lbrace {
            self.skip_to(TokenSet::of(&[Token::Lbrace, Token::Rbrace]));
        }
        None
    }

    fn cond_and_post(&mut self) -> (Option<Written>, Option<StmtId>) {
        let mut cond = None;
        if self.token != Token::Semi {
            if self.token == Token::Lbrace {
                self.unexpected(", expected for loop condition");
                return (None, None);
            }
            cond = Some(self.written(None));
        }
        self.want(Token::Semi);
        if self.token == Token::Lbrace {
            return (cond, None);
        }
        let post = self.simple_stmt(None);
        if let StmtKind::Define { .. } = post.kind {
            self.syntax_at(post.pos, "cannot declare in post statement of for loop");
        }
        (cond, Some(self.ast.add_stmt(post)))
    }

    /// The expression that `written` is, which nothing else may be.
    fn condition(
        &mut self,
        written: Option<Written>,
        keyword: Token,
        semicolon: Option<Semicolon>,
    ) -> Option<ExprId> {
        let Some(Written { stmt, start, end }) = written else {
            return self.no_condition(keyword, semicolon);
        };
        if let StmtKind::Expr(cond) = stmt.kind {
            return Some(cond);
        }
        let text = match stmt.kind {
            StmtKind::Assign { lhs, rhs } => {
                let sign = stmt.pos.offset_from(self.base);
                let left = self.emphasized(lhs, start, sign);
                let right = self.emphasized(rhs, sign + 1, end);
                format!("assignment {left} = {right}")
            }
            _ => self.without_comments(start, end),
        };
        self.syntax_at(stmt.pos, format!("cannot use {text} as value"));
        None
    }

    fn no_condition(&mut self, keyword: Token, semicolon: Option<Semicolon>) -> Option<ExprId> {
        let (pos, told) = semicolon.filter(|_| keyword == Token::If)?;
        if told == "semicolon" {
            self.syntax_at(pos, "missing condition in if statement");
        } else {
            self.syntax_at(pos, format!("unexpected {told}, expected {{ after if clause"));
        }
        Some(self.expr_at(pos, ExprKind::Bad))
    }

    /// The text of `x`, in parentheses where it has an operator: so the `=` beside it is seen.
    fn emphasized(&self, x: ExprId, start: u32, end: u32) -> String {
        let text = self.without_comments(start, end);
        match self.ast[x].kind {
            ExprKind::Binary { .. } => format!("({text})"),
            _ => text,
        }
    }

    /// The tokens of a text, with a space where there was any.
    fn without_comments(&self, start: u32, end: u32) -> String {
        let part = &self.text[start as usize..end as usize];
        let mut scanner = Scanner::new(part);
        let (mut text, mut behind) = (String::new(), 0);
        loop {
            let lexeme = scanner.next_token();
            if lexeme.start == lexeme.end {
                return text;
            }
            if lexeme.start > behind && !text.is_empty() {
                text.push(' ');
            }
            text += &self.slice(start + lexeme.start, start + lexeme.end);
            behind = lexeme.end;
        }
    }
}
