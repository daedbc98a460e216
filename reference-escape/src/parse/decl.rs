//! Declarations but for types: imports, constants, variables and functions.

use super::branch::Function;
use super::directive::Home;
use super::{Parser, params};
use crate::ast::{Block, ConstDecl, Decl, DeclId, DeclKind, FuncDecl, Group, Ident, ImportDecl};
use crate::ast::{ExprId, ExprKind, Param, VarDecl};
use crate::names::Name;
use crate::source::Pos;
use crate::token::{Token, TokenSet};

impl Parser<'_> {
    /// One declaration or a group, from its keyword on.
    pub(super) fn decl_group(&mut self, decls: &mut Vec<DeclId>) {
        let keyword = self.token;
        self.next();
        if self.token != Token::Lparen {
            decls.extend(self.spec(keyword, None, 0));
            return;
        }
        let group = self.ast.add_group();
        // Before the parenthesis: what stands behind it is meant for the first declaration.
        self.clear_pending();
        self.next();
        let mut place = 0;
        self.list("grouped declaration", Token::Semi, Token::Rparen, |parser| {
            decls.extend(parser.spec(keyword, Some(group), place));
            place += 1;
            false
        });
    }

    /// One declaration of a group, or one alone.
    fn spec(&mut self, keyword: Token, group: Option<Group>, place: u32) -> Option<DeclId> {
        let pos = self.pos();
        let kind = match keyword {
            Token::Import => DeclKind::Import(self.import_decl()?),
            Token::Const => DeclKind::Const(self.const_decl(group, place)),
            Token::Var => DeclKind::Var(self.var_decl(group)),
            _ => DeclKind::Type(self.type_decl()),
        };
        Some(self.ast.add_decl(Decl { pos, kind }))
    }

    /// `None` where there is no path.
    fn import_decl(&mut self) -> Option<ImportDecl> {
        self.take_pragmas(Home::Elsewhere);
        let name = match self.token {
            Token::Name => Some(self.ident()),
            Token::Dot => {
                let pos = self.pos();
                self.next();
                Some(Ident { pos, name: self.names.intern(".") })
            }
            _ => None,
        };
        let path_pos = self.pos();
        if !self.token.is_literal() {
            self.syntax("missing import path");
            self.skip_to(TokenSet::of(&[Token::Semi, Token::Rparen]));
            return None;
        }
        let usable = self.token == Token::String && !self.lexeme.bad;
        if self.token != Token::String && !self.lexeme.bad {
            self.syntax_at(path_pos, "import path must be a string");
        }
        let path = self.intern();
        self.next();
        usable.then_some(ImportDecl { name, path, path_pos })
    }

    fn const_decl(&mut self, group: Option<Group>, iota: u32) -> ConstDecl {
        self.take_pragmas(Home::Elsewhere);
        let names = self.ident_list();
        let (mut ty, mut values) = (None, None);
        if !matches!(self.token, Token::Eof | Token::Semi | Token::Rparen) {
            ty = self.type_or_none();
            values = self.initial_values();
        }
        ConstDecl { group, iota, names, ty, values }
    }

    fn var_decl(&mut self, group: Option<Group>) -> VarDecl {
        let pragmas = self.take_pragmas(Home::Var);
        let names = self.ident_list();
        let mut values = self.initial_values();
        let mut ty = None;
        if values.is_none() {
            ty = Some(self.type_expr());
            values = self.initial_values();
        }
        VarDecl { group, names, ty, values, pragmas }
    }

    fn initial_values(&mut self) -> Option<ExprId> {
        self.got_assign().then(|| self.expr_list())
    }

    fn ident_list(&mut self) -> Box<[Ident]> {
        let first = self.ident();
        self.more_idents(first)
    }

    /// `first` and what follows behind commas.
    pub(super) fn more_idents(&mut self, first: Ident) -> Box<[Ident]> {
        let mut idents = vec![first];
        while self.got(Token::Comma) {
            idents.push(self.ident());
        }
        idents.into_boxed_slice()
    }

    /// A function or a method, of which `func` has been passed.
    pub(super) fn func_decl(&mut self) -> DeclId {
        let pos = self.pos();
        let pragmas = self.take_pragmas(Home::Func);
        let has_receiver = self.token == Token::Lparen;
        let recv = self.receiver();
        let (name, tparams, ty) = if self.token == Token::Name {
            let name = self.ident();
            let (tparams, ty) = self.func_type(None);
            (name, tparams, ty)
        } else {
            self.unnamed_func(has_receiver)
        };
        let (body, complete) = self.body_if_any();
        let func = FuncDecl { recv, name, tparams, ty, body, pragmas };
        let decl = self.ast.add_decl(Decl { pos, kind: DeclKind::Func(Box::new(func)) });
        if complete {
            self.complete.push(Function::Declared(decl));
        }
        decl
    }

    fn receiver(&mut self) -> Option<Param> {
        if !self.got(Token::Lparen) {
            return None;
        }
        let list = self.param_list(params::Sort::OTHER);
        match list.len() {
            0 => self.wrong_form("method has no receiver"),
            1 => {}
            _ => self.wrong_form("method has multiple receivers"),
        }
        list.first().copied()
    }

    fn unnamed_func(&mut self, has_receiver: bool) -> (Ident, Box<[Param]>, ExprId) {
        let pos: Pos = self.pos();
        let name = Ident { pos, name: Name::BLANK };
        let (params, results) = (Box::default(), Box::default());
        let ty = self.expr_at(pos, ExprKind::FuncType { params, results });
        let expected = if has_receiver { "name" } else { "name or (" };
        self.unexpected(&format!(", expected {expected}"));
        self.skip_to(TokenSet::of(&[Token::Lbrace, Token::Semi]));
        (name, Box::default(), ty)
    }

    /// A function's body, if it has one, and whether there is one without mistakes.
    pub(super) fn body_if_any(&mut self) -> (Option<Block>, bool) {
        if self.token != Token::Lbrace {
            return (None, false);
        }
        let mistakes = self.mistakes.count;
        self.function_depth += 1;
        let body = self.block("");
        self.function_depth -= 1;
        (Some(body), mistakes == self.mistakes.count)
    }
}
