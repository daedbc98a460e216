//! Tokens to trees, by recursive descent.
//!
//! [`parse`] reads one file and adds it to an [`Ast`]. It always gives a tree, with [`ExprKind::Bad`] where
//! nothing better is known, and all mistakes. After one it goes on at a token that may follow what was begun,
//! chosen as the compiler chooses it: who compares the two finds the same errors.
//!
//! **Nesting** is limited to [`MAX_DEPTH`], here and so for all that walks over trees. What grows without
//! nesting is not: `a + b + c`, `a.b().c()` and long lists are read by loops and may be as long as the text.

mod branch;
mod decl;
mod directive;
mod expr;
mod fields;
mod file;
mod header;
mod mistake;
mod operand;
mod params;
mod stmt;
mod ty;
mod type_decl;

use crate::ast::{Ast, Expr, ExprKind, Ident, Linkname, Stmt, StmtKind};
use crate::ast::{ExprId, StmtId};
use crate::fault::{FaultKind, Faults};
use crate::names::{Name, Names};
use crate::scan::{LARGEST_TEXT, Lexeme, Scanner};
use crate::source::{FileId, Pos, Sources};
use crate::token::{Token, TokenSet};
use directive::Pending;

/// How deeply expressions, types, statements and functions may lie in each other.
pub const MAX_DEPTH: u32 = 1000;

/// Parses `text`, which is all of `file`, into `ast`. Returns what is wrong with it.
pub fn parse(
    text: &[u8],
    file: FileId,
    sources: &mut Sources,
    names: &mut Names,
    ast: &mut Ast,
) -> Faults {
    let base = sources.pos(file, 0);
    if text.len() > LARGEST_TEXT {
        let mut faults = Faults::default();
        let message = format!("a source file has at most {LARGEST_TEXT} bytes");
        faults.push(base, FaultKind::Limit, message);
        return faults;
    }
    let mut parser = Parser {
        text,
        scanner: Scanner::new(text),
        token: Token::Eof,
        lexeme: Lexeme { token: Token::Eof, start: 0, end: 0, bad: false },
        previous_end: 0,
        base,
        names,
        ast,
        mistakes: mistake::Mistakes::default(),
        pending: Pending::default(),
        misplaced: Vec::new(),
        before_package: true,
        version: None,
        linknames: Vec::new(),
        complete: Vec::new(),
        function_depth: 0,
        bracket_depth: 0,
        depth: 0,
    };
    parser.next();
    parser.file(file);
    let Parser { scanner, mistakes, complete, .. } = parser;
    scanner.finish(file, sources);
    let mut faults = mistakes.faults;
    for function in complete {
        branch::check(function, ast, names, sources, &mut faults);
    }
    faults.sort();
    faults
}

struct Parser<'a> {
    text: &'a [u8],
    scanner: Scanner<'a>,
    /// The sort of the token that is looked at.
    token: Token,
    /// All of it.
    lexeme: Lexeme,
    /// Where the token before it ends.
    previous_end: u32,
    /// The position of the first byte.
    base: Pos,
    names: &'a mut Names,
    ast: &'a mut Ast,
    mistakes: mistake::Mistakes,
    /// Directives that wait for a declaration.
    pending: Pending,
    misplaced: Vec<directive::Misplaced>,
    /// Whether the package clause has not begun: only there a constraint counts.
    before_package: bool,
    version: Option<u32>,
    linknames: Vec<Linkname>,
    /// Functions whose bodies have no mistakes.
    complete: Vec<branch::Function>,
    /// How many function bodies are open.
    function_depth: u32,
    /// How many brackets are open in an expression; less than 0 in the head of a statement, where a `{`
    /// begins a block and not a composite literal.
    bracket_depth: i32,
    /// How deep the tree is here.
    depth: u32,
}

// Tokens.
impl Parser<'_> {
    /// Goes to the next token, and hears what the scanner noted on the way.
    fn next(&mut self) {
        self.previous_end = self.lexeme.end;
        self.lexeme = self.scanner.next_token();
        self.token = self.lexeme.token;
        if let Some(mistakes) = self.scanner.take_mistakes() {
            for (offset, message) in mistakes {
                self.mistake_at(self.base.plus(offset), FaultKind::Token, message);
            }
        }
        if let Some(directives) = self.scanner.take_directives() {
            for directive in directives {
                self.directive(directive);
            }
        }
    }

    /// Whether the token is `token`, which then is passed.
    fn got(&mut self, token: Token) -> bool {
        let is = self.token == token;
        if is {
            self.next();
        }
        is
    }

    /// Passes `token`, or one other that stands in its place.
    fn want(&mut self, token: Token) {
        if !self.got(token) {
            self.unexpected(&format!(", expected {}", token.told()));
            self.skip_one();
        }
    }

    /// Passes `=`, and for a better error `:=`.
    fn got_assign(&mut self) -> bool {
        if self.token == Token::Define {
            self.unexpected(", expected =");
            self.next();
            return true;
        }
        self.got(Token::Assign)
    }

    /// The position of the token.
    fn pos(&self) -> Pos {
        self.base.plus(self.lexeme.start)
    }

    /// The text from `start` to `end`.
    fn slice(&self, start: u32, end: u32) -> String {
        String::from_utf8_lossy(&self.text[start as usize..end as usize]).into_owned()
    }

    /// The token's text as a name.
    fn intern(&mut self) -> Name {
        let bytes = &self.text[self.lexeme.start as usize..self.lexeme.end as usize];
        match std::str::from_utf8(bytes) {
            Ok(text) => self.names.intern(text),
            Err(_) => self.names.intern(&String::from_utf8_lossy(bytes)),
        }
    }

    /// A list in brackets: elements with `separator` between them, up to `close`, which is passed. `element`
    /// returns whether it was the last that may be there. Returns where `close` is.
    fn list(
        &mut self,
        context: &str,
        separator: Token,
        close: Token,
        mut element: impl FnMut(&mut Self) -> bool,
    ) -> Pos {
        let mut done = false;
        while self.token != Token::Eof && self.token != close && !done {
            done = element(self);
            if !self.got(separator) && self.token != close {
                let (separator, closing) = (separator.told(), close.told());
                self.unexpected(&format!(
                    " in {context}; possibly missing {separator} or {closing}"
                ));
                self.skip_to(TokenSet::of(&[Token::Rparen, Token::Rbrack, Token::Rbrace]));
                if self.token != close {
                    return self.pos();
                }
            }
        }
        let pos = self.pos();
        self.want(close);
        pos
    }
}

// Nodes.
impl Parser<'_> {
    fn expr_at(&mut self, pos: Pos, kind: ExprKind) -> ExprId {
        self.ast.add_expr(Expr { pos, kind })
    }

    fn stmt_at(&mut self, pos: Pos, kind: StmtKind) -> StmtId {
        self.ast.add_stmt(Stmt { pos, kind })
    }

    /// An expression that is not there, at the token.
    fn bad(&mut self) -> ExprId {
        self.expr_at(self.pos(), ExprKind::Bad)
    }

    fn name_expr(&mut self, ident: Ident) -> ExprId {
        self.expr_at(ident.pos, ExprKind::Name(ident.name))
    }

    /// An identifier; `_` where there is none.
    fn ident(&mut self) -> Ident {
        let pos = self.pos();
        if self.token == Token::Name {
            let name = self.intern();
            self.next();
            return Ident { pos, name };
        }
        self.unexpected(", expected name");
        self.skip_one();
        Ident { pos, name: Name::BLANK }
    }

    /// What `parse` gives, one level deeper. Beyond [`MAX_DEPTH`] the text ends.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.too_deep();
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }
}
