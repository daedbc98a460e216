//! Types.

use super::params::Sort;
use super::{Parser, TokenSet};
use crate::ast::{ChanDir, ExprId, ExprKind, Ident, Param, UnaryOp};
use crate::source::Pos;
use crate::token::Token;

const AFTER_TYPE: TokenSet = TokenSet::of(&[
    Token::Comma,
    Token::Colon,
    Token::Semi,
    Token::Rparen,
    Token::Rbrack,
    Token::Rbrace,
]);

impl Parser<'_> {
    /// A type.
    pub(super) fn type_expr(&mut self) -> ExprId {
        self.type_or_none().unwrap_or_else(|| {
            let bad = self.bad();
            self.unexpected(", expected type");
            self.skip_to(AFTER_TYPE);
            bad
        })
    }

    /// A type, if there is one.
    pub(super) fn type_or_none(&mut self) -> Option<ExprId> {
        match self.token {
            Token::Name => Some(self.qualified_name(None)),
            Token::Star
            | Token::Arrow
            | Token::Func
            | Token::Lbrack
            | Token::Chan
            | Token::Map
            | Token::Struct
            | Token::Interface
            | Token::Lparen => Some(self.nested(Parser::type_literal)),
            _ => None,
        }
    }

    fn type_literal(&mut self) -> ExprId {
        let pos = self.pos();
        match self.token {
            Token::Struct => return self.struct_type(),
            Token::Interface => return self.interface_type(),
            _ => {}
        }
        let first = self.token;
        self.next();
        match first {
            Token::Star => {
                let x = self.type_expr();
                self.expr_at(pos, ExprKind::Unary { op: UnaryOp::Star, x })
            }
            Token::Arrow => {
                self.want(Token::Chan);
                let elem = self.chan_elem();
                self.expr_at(pos, ExprKind::ChanType { dir: ChanDir::Recv, elem })
            }
            Token::Chan => {
                let dir = if self.got(Token::Arrow) { ChanDir::Send } else { ChanDir::Both };
                let elem = self.chan_elem();
                self.expr_at(pos, ExprKind::ChanType { dir, elem })
            }
            Token::Func => self.func_type(Some("function type")).1,
            Token::Lbrack if self.got(Token::Rbrack) => self.slice_type(pos),
            Token::Lbrack => self.array_type(pos, None),
            Token::Map => self.map_type(pos),
            // A parenthesis: the compiler keeps none around types.
            _ => {
                let ty = self.type_expr();
                self.want(Token::Rparen);
                ty
            }
        }
    }

    fn map_type(&mut self, pos: Pos) -> ExprId {
        self.want(Token::Lbrack);
        let key = self.type_expr();
        self.want(Token::Rbrack);
        let value = self.type_expr();
        self.expr_at(pos, ExprKind::MapType { key, value })
    }

    fn chan_elem(&mut self) -> ExprId {
        self.type_or_none().unwrap_or_else(|| {
            let bad = self.bad();
            self.syntax("missing channel element type");
            bad
        })
    }

    /// `[]E`, whose brackets have been passed and begin at `pos`.
    pub(super) fn slice_type(&mut self, pos: Pos) -> ExprId {
        let elem = self.type_expr();
        self.expr_at(pos, ExprKind::SliceType(elem))
    }

    /// `[n]E` or `[...]E`, whose `[` is at `pos` and has been passed, and perhaps the length.
    pub(super) fn array_type(&mut self, pos: Pos, mut len: Option<ExprId>) -> ExprId {
        if len.is_none() && !self.got(Token::Dots) {
            self.bracket_depth += 1;
            len = Some(self.expr());
            self.bracket_depth -= 1;
        }
        if self.token == Token::Comma {
            // Type parameters may end with one.
            self.syntax("unexpected comma; expected ]");
            self.next();
        }
        self.want(Token::Rbrack);
        let elem = self.type_expr();
        self.expr_at(pos, ExprKind::ArrayType { len, elem })
    }

    /// Type parameters, parameters and results. `without` names what may have no type parameters.
    pub(super) fn func_type(&mut self, without: Option<&str>) -> (Box<[Param]>, ExprId) {
        let pos = self.pos();
        let mut tparams = Box::default();
        if self.got(Token::Lbrack) {
            if let Some(without) = without {
                self.syntax_at(pos, format!("{without} must have no type parameters"));
            }
            if self.token == Token::Rbrack {
                self.syntax("empty type parameter list");
                self.next();
            } else {
                tparams = self.param_list(Sort::TYPE);
            }
        }
        self.want(Token::Lparen);
        let params = self.param_list(Sort::ORDINARY);
        let results = self.results();
        (tparams, self.expr_at(pos, ExprKind::FuncType { params, results }))
    }

    fn results(&mut self) -> Box<[Param]> {
        if self.got(Token::Lparen) {
            return self.param_list(Sort::OTHER);
        }
        let pos = self.pos();
        match self.type_or_none() {
            Some(ty) => Box::new([Param { pos, name: None, ty }]),
            None => Box::default(),
        }
    }

    /// A type's name, of this package or another, with type arguments if there are some. Its first name may have
    /// been read.
    pub(super) fn qualified_name(&mut self, first: Option<Ident>) -> ExprId {
        let first = match first {
            Some(first) => first,
            None if self.token == Token::Name => self.ident(),
            None => self.missing_name(),
        };
        let mut x = self.name_expr(first);
        if self.token == Token::Dot {
            let pos = self.pos();
            self.next();
            let sel = self.ident();
            x = self.expr_at(pos, ExprKind::Selector { of: x, sel });
        }
        if self.token == Token::Lbrack { self.type_instance(x) } else { x }
    }

    fn missing_name(&mut self) -> Ident {
        let pos = self.pos();
        self.unexpected(", expected name");
        self.skip_to(TokenSet::of(&[Token::Dot, Token::Semi, Token::Rbrace]));
        Ident { pos, name: crate::names::Name::BLANK }
    }

    fn type_instance(&mut self, of: ExprId) -> ExprId {
        let pos = self.pos();
        self.next();
        let index = if self.token == Token::Rbrack {
            let bad = self.bad();
            self.unexpected(", expected type argument list");
            bad
        } else {
            self.nested(|parser| parser.type_list(true).0)
        };
        self.want(Token::Rbrack);
        self.expr_at(pos, ExprKind::Index { of, index })
    }

    /// Types with commas between them, and perhaps one behind; whether there was a comma. Where `strict` is not
    /// set, the first may be any expression.
    pub(super) fn type_list(&mut self, strict: bool) -> (ExprId, bool) {
        self.bracket_depth += 1;
        let first = if strict { self.type_expr() } else { self.expr() };
        let comma = self.token == Token::Comma;
        let mut list = vec![first];
        while self.got(Token::Comma) {
            match self.type_or_none() {
                Some(ty) => list.push(ty),
                None => break,
            }
        }
        self.bracket_depth -= 1;
        (self.list_expr(list), comma)
    }

    /// One expression, or several as one.
    pub(super) fn list_expr(&mut self, list: Vec<ExprId>) -> ExprId {
        match list[..] {
            [one] => one,
            _ => self.expr_at(self.ast[list[0]].pos, ExprKind::List(list.into_boxed_slice())),
        }
    }
}
