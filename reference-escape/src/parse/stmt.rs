//! Statements.

use super::{Parser, TokenSet};
use crate::ast::{Block, Branch, CaseClause, CommClause, ExprId, ExprKind, Ident, RangeClause};
use crate::ast::{Spawn, Stmt, StmtId, StmtKind};
use crate::fault::FaultKind;
use crate::source::Pos;
use crate::token::Token;

/// Tokens that end a list of statements.
const LIST_ENDS: TokenSet = TokenSet::of(&[Token::Eof, Token::Rbrace, Token::Case, Token::Default]);

impl Parser<'_> {
    /// `{...}`. `context` is what it follows; it is empty where the token is known to be a `{`.
    pub(super) fn block(&mut self, context: &str) -> Block {
        let pos = self.pos();
        if !self.got(Token::Lbrace) {
            self.unexpected(&format!(", expected {{ after {context}"));
            self.skip_to(TokenSet::of(&[Token::Name, Token::Rbrace]));
            let rbrace = self.pos();
            if self.got(Token::Rbrace) {
                return Block { pos, stmts: Box::default(), rbrace };
            }
        }
        let stmts = self.stmt_list();
        let rbrace = self.pos();
        self.want(Token::Rbrace);
        Block { pos, stmts, rbrace }
    }

    fn stmt_list(&mut self) -> Box<[StmtId]> {
        let mut stmts = Vec::new();
        while !LIST_ENDS.has(self.token) {
            let stmt = self.nested(Parser::stmt);
            self.clear_pending();
            let Some(stmt) = stmt else { break };
            stmts.push(stmt);
            if !self.got(Token::Semi) && self.token != Token::Rbrace {
                self.unexpected(" at end of statement");
                let ends = [Token::Semi, Token::Rbrace, Token::Case, Token::Default];
                self.skip_to(TokenSet::of(&ends));
                self.got(Token::Semi);
            }
        }
        stmts.into_boxed_slice()
    }

    /// A statement, if there is one.
    fn stmt(&mut self) -> Option<StmtId> {
        if !matches!(self.token, Token::Var | Token::Const | Token::Type) {
            self.clear_pending();
        }
        let stmt = match self.token {
            // Most statements begin so.
            Token::Name => {
                let lhs = self.expr_list();
                if let ExprKind::Name(name) = self.ast[lhs].kind
                    && self.token == Token::Colon
                {
                    let label = Ident { pos: self.ast[lhs].pos, name };
                    return self.labeled(label);
                }
                self.simple_stmt_from(lhs, None)
            }
            Token::Var | Token::Const | Token::Type => self.decl_stmt(),
            Token::Lbrace => {
                let block = self.block("");
                Stmt { pos: block.pos, kind: StmtKind::Block(block) }
            }
            Token::For => self.for_stmt(),
            Token::Switch => self.switch_stmt(),
            Token::Select => self.select_stmt(),
            Token::If => self.if_stmt(),
            Token::Fallthrough | Token::Break | Token::Continue | Token::Goto => self.branch(),
            Token::Go | Token::Defer => self.spawn(),
            Token::Return => self.return_stmt(),
            Token::Semi => Stmt { pos: self.pos(), kind: StmtKind::Empty },
            token if begins_simple_stmt(token) => self.simple_stmt(None),
            _ => return None,
        };
        Some(self.ast.add_stmt(stmt))
    }

    fn labeled(&mut self, label: Ident) -> Option<StmtId> {
        let pos = self.pos();
        self.next();
        let stmt = if self.token == Token::Rbrace {
            // The statement is empty, and a `}` needs no semicolon before it.
            Some(self.stmt_at(self.pos(), StmtKind::Empty))
        } else {
            self.nested(Parser::stmt)
        };
        let Some(stmt) = stmt else {
            self.syntax_at(pos, "missing statement after label");
            return None;
        };
        Some(self.stmt_at(pos, StmtKind::Labeled { label, stmt }))
    }

    fn decl_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let mut decls = Vec::new();
        self.decl_group(&mut decls);
        Stmt { pos, kind: StmtKind::Decl(decls.into_boxed_slice()) }
    }

    fn branch(&mut self) -> Stmt {
        let pos = self.pos();
        let kind = match self.token {
            Token::Break => Branch::Break,
            Token::Continue => Branch::Continue,
            Token::Goto => Branch::Goto,
            _ => Branch::Fallthrough,
        };
        self.next();
        let label = match kind {
            Branch::Goto => Some(self.ident()),
            Branch::Fallthrough => None,
            _ => (self.token == Token::Name).then(|| self.ident()),
        };
        Stmt { pos, kind: StmtKind::Branch { kind, label } }
    }

    fn spawn(&mut self) -> Stmt {
        let pos = self.pos();
        let kind = if self.token == Token::Go { Spawn::Go } else { Spawn::Defer };
        let keyword = self.token.text();
        self.next();
        let written = self.primary(None, self.token == Token::Lparen);
        let call = self.ast.unparen(written);
        if call != written {
            let message = format!("expression in {keyword} must not be parenthesized");
            let pos = self.ast[written].pos;
            self.mistake_at(pos, FaultKind::Form, message);
        }
        Stmt { pos, kind: StmtKind::Spawn { kind, call } }
    }

    fn return_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        self.next();
        let some = !matches!(self.token, Token::Semi | Token::Rbrace);
        let results = some.then(|| self.expr_list());
        Stmt { pos, kind: StmtKind::Return(results) }
    }

    fn for_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let head = self.header(Token::For);
        let body = self.block("for clause");
        let kind = StmtKind::For { init: head.init, cond: head.cond, post: head.post, body };
        Stmt { pos, kind }
    }

    fn if_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let head = self.header(Token::If);
        let cond = head.cond.unwrap_or_else(|| self.bad());
        let then = self.block("if clause");
        let els = if self.got(Token::Else) { self.else_branch() } else { None };
        Stmt { pos, kind: StmtKind::If { init: head.init, cond, then, els } }
    }

    fn else_branch(&mut self) -> Option<StmtId> {
        let stmt = match self.token {
            Token::If => self.nested(Parser::if_stmt),
            Token::Lbrace => {
                let block = self.block("");
                Stmt { pos: block.pos, kind: StmtKind::Block(block) }
            }
            _ => {
                self.syntax("else must be followed by if or statement block");
                self.skip_to(TokenSet::of(&[Token::Name, Token::Rbrace]));
                return None;
            }
        };
        Some(self.ast.add_stmt(stmt))
    }

    fn switch_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let head = self.header(Token::Switch);
        let (body, rbrace) = self.clauses("switch", Parser::case_clause);
        let kind = StmtKind::Switch { init: head.init, tag: head.cond, body, rbrace };
        Stmt { pos, kind }
    }

    fn select_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        self.next();
        let (body, rbrace) = self.clauses("select", Parser::comm_clause);
        Stmt { pos, kind: StmtKind::Select { body, rbrace } }
    }

    /// The clauses of a `switch` or `select`, and where their `}` is.
    fn clauses<T>(&mut self, of: &str, clause: fn(&mut Self) -> T) -> (Box<[T]>, Pos) {
        if !self.got(Token::Lbrace) {
            self.syntax(format!("missing {{ after {of} clause"));
            self.skip_to(TokenSet::of(&[Token::Case, Token::Default, Token::Rbrace]));
        }
        let mut clauses = Vec::new();
        while self.token != Token::Eof && self.token != Token::Rbrace {
            clauses.push(clause(self));
        }
        let rbrace = self.pos();
        self.want(Token::Rbrace);
        (clauses.into_boxed_slice(), rbrace)
    }

    fn case_clause(&mut self) -> CaseClause {
        let pos = self.pos();
        let cases = self.case_head(Parser::expr_list);
        let (colon, body) = self.clause_body();
        CaseClause { pos, cases, body, colon }
    }

    fn comm_clause(&mut self) -> CommClause {
        let pos = self.pos();
        let comm = self.case_head(|parser| {
            let stmt = parser.simple_stmt(None);
            parser.ast.add_stmt(stmt)
        });
        let (colon, body) = self.clause_body();
        CommClause { pos, comm, body, colon }
    }

    /// What is between `case` and its colon; nothing of `default`.
    fn case_head<T>(&mut self, what: impl FnOnce(&mut Self) -> T) -> Option<T> {
        match self.token {
            Token::Case => {
                self.next();
                Some(what(self))
            }
            Token::Default => {
                self.next();
                None
            }
            _ => {
                self.unexpected(", expected case or default or }");
                let ends = [Token::Colon, Token::Case, Token::Default, Token::Rbrace];
                self.skip_to(TokenSet::of(&ends));
                None
            }
        }
    }

    fn clause_body(&mut self) -> (Pos, Box<[StmtId]>) {
        let colon = self.pos();
        self.want(Token::Colon);
        (colon, self.stmt_list())
    }

    /// A statement that may stand in a head. `keyword` is the head's, if it is one.
    pub(super) fn simple_stmt(&mut self, keyword: Option<Token>) -> Stmt {
        if keyword == Some(Token::For) && self.token == Token::Range {
            return self.range_clause(None, false);
        }
        let lhs = self.expr_list();
        self.simple_stmt_from(lhs, keyword)
    }

    /// As [`Parser::simple_stmt`], whose first expressions have been read.
    fn simple_stmt_from(&mut self, lhs: ExprId, keyword: Option<Token>) -> Stmt {
        let pos = self.pos();
        match self.token {
            Token::Assign | Token::Define => return self.assignment(lhs, keyword),
            _ if matches!(self.ast[lhs].kind, ExprKind::List(_)) => return self.lone_list(lhs),
            _ => {}
        }
        let first = self.token;
        let kind = match (first, first.assign_op()) {
            (_, Some(op)) => {
                self.next();
                StmtKind::OpAssign { op, lhs, rhs: self.expr() }
            }
            (Token::Inc | Token::Dec, _) => {
                self.next();
                StmtKind::IncDec { x: lhs, up: first == Token::Inc }
            }
            (Token::Arrow, _) => {
                self.next();
                StmtKind::Send { chan: lhs, value: self.expr() }
            }
            _ => return Stmt { pos: self.ast[lhs].pos, kind: StmtKind::Expr(lhs) },
        };
        Stmt { pos, kind }
    }

    /// `=` or `:=`, at that token.
    fn assignment(&mut self, lhs: ExprId, keyword: Option<Token>) -> Stmt {
        let pos = self.pos();
        let define = self.token == Token::Define;
        self.next();
        if keyword == Some(Token::For) && self.token == Token::Range {
            return self.range_clause(Some(lhs), define);
        }
        let rhs = self.expr_list();
        if let (ExprKind::TypeSwitchGuard { of, .. }, Some(name)) =
            (&self.ast[rhs].kind, self.ast.as_name(lhs))
            && keyword == Some(Token::Switch)
            && define
        {
            let (of, lhs) = (*of, Some(Ident { pos: self.ast[lhs].pos, name }));
            self.ast[rhs].kind = ExprKind::TypeSwitchGuard { lhs, of };
            return Stmt { pos: self.ast[rhs].pos, kind: StmtKind::Expr(rhs) };
        }
        let kind =
            if define { StmtKind::Define { lhs, rhs } } else { StmtKind::Assign { lhs, rhs } };
        Stmt { pos, kind }
    }

    /// Several expressions with nothing behind them.
    fn lone_list(&mut self, list: ExprId) -> Stmt {
        self.unexpected(", expected := or = or comma");
        self.skip_to(TokenSet::of(&[Token::Semi, Token::Rbrace]));
        let first = match &self.ast[list].kind {
            ExprKind::List(all) => all[0],
            _ => list,
        };
        Stmt { pos: self.ast[first].pos, kind: StmtKind::Expr(first) }
    }

    fn range_clause(&mut self, lhs: Option<ExprId>, def: bool) -> Stmt {
        let pos = self.pos();
        self.next();
        let x = self.expr();
        Stmt { pos, kind: StmtKind::Range(RangeClause { lhs, def, x }) }
    }
}

/// Whether a statement that is no declaration and has no keyword may begin with `token`, names aside.
fn begins_simple_stmt(token: Token) -> bool {
    token.is_literal()
        || matches!(
            token,
            Token::Add
                | Token::Sub
                | Token::Star
                | Token::And
                | Token::Xor
                | Token::Not
                | Token::Arrow
                | Token::Func
                | Token::Lparen
                | Token::Lbrack
                | Token::Struct
                | Token::Map
                | Token::Chan
                | Token::Interface
        )
}
