//! A file: its package clause and its declarations.

use super::Parser;
use super::directive::Home;
use crate::ast::{DeclId, DeclKind, File, Ident};
use crate::names::Name;
use crate::source::FileId;
use crate::token::{Token, TokenSet};

const DECLARATIONS: TokenSet =
    TokenSet::of(&[Token::Import, Token::Const, Token::Type, Token::Var, Token::Func]);

impl Parser<'_> {
    /// All of the text. Without a package clause nothing of it is read.
    pub(super) fn file(&mut self, id: FileId) {
        self.before_package = false;
        let package = self.package_clause();
        let mut decls = Vec::new();
        if self.mistakes.count == 0 {
            self.top_level(&mut decls);
        }
        self.tell_misplaced();
        let (version, end) = (self.version, self.pos());
        let linknames = std::mem::take(&mut self.linknames);
        self.ast.files.push(File { id, package, decls, version, linknames, end });
    }

    fn package_clause(&mut self) -> Ident {
        if !self.got(Token::Package) {
            self.syntax("package statement must be first");
            return Ident { pos: self.pos(), name: Name::BLANK };
        }
        self.take_pragmas(Home::Package);
        let name = self.ident();
        self.want(Token::Semi);
        name
    }

    fn top_level(&mut self, decls: &mut Vec<DeclId>) {
        let mut previous = Token::Import;
        while self.token != Token::Eof {
            if self.token == Token::Import && previous != Token::Import {
                self.syntax("imports must appear before other declarations");
            }
            previous = self.token;
            if !self.top_level_decl(decls) {
                self.no_declaration(decls);
                self.skip_to(DECLARATIONS);
                continue;
            }
            // Before the semicolon: what stands behind it is meant for the next declaration.
            self.clear_pending();
            if self.token != Token::Eof && !self.got(Token::Semi) {
                self.unexpected(" after top level declaration");
                self.skip_to(DECLARATIONS);
            }
        }
        self.clear_pending();
    }

    fn top_level_decl(&mut self, decls: &mut Vec<DeclId>) -> bool {
        match self.token {
            Token::Func => {
                self.next();
                let decl = self.func_decl();
                decls.push(decl);
                true
            }
            Token::Import | Token::Const | Token::Type | Token::Var => {
                self.decl_group(decls);
                true
            }
            _ => false,
        }
    }

    fn no_declaration(&mut self, decls: &[DeclId]) {
        let bodyless = decls.last().is_some_and(|last| match &self.ast[*last].kind {
            DeclKind::Func(func) => func.body.is_none(),
            _ => false,
        });
        if self.token == Token::Lbrace && bodyless {
            self.syntax("unexpected semicolon or newline before {");
        } else {
            self.syntax("non-declaration statement outside function body");
        }
    }
}
