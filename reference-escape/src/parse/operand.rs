//! Operands: names, literals, functions, and expressions in parentheses.

use super::branch::Function;
use super::{Parser, TokenSet};
use crate::ast::{ExprId, ExprKind};
use crate::token::Token;

impl Parser<'_> {
    /// An operand. Parentheses around it are kept if `keep_parens`, or if a `{` follows: there they are a mistake.
    pub(super) fn operand(&mut self, keep_parens: bool) -> ExprId {
        match self.token {
            Token::Name => {
                let name = self.ident();
                self.name_expr(name)
            }
            Token::Lparen => self.nested(|parser| parser.parenthesized(keep_parens)),
            Token::Func => self.nested(Parser::func_literal_or_type),
            Token::Lbrack | Token::Chan | Token::Map | Token::Struct | Token::Interface => {
                self.type_expr()
            }
            token => match token.lit_kind() {
                Some(_) => self.literal(),
                None => self.no_operand(),
            },
        }
    }

    /// A number, a rune or a text; one with a mistake in it has no value.
    fn literal(&mut self) -> ExprId {
        let pos = self.pos();
        let kind = match self.token.lit_kind() {
            Some(kind) if !self.lexeme.bad => ExprKind::BasicLit { kind, text: self.intern() },
            _ => ExprKind::Bad,
        };
        self.next();
        self.expr_at(pos, kind)
    }

    fn no_operand(&mut self) -> ExprId {
        let bad = self.bad();
        self.unexpected(", expected expression");
        self.skip_to(TokenSet::of(&[Token::Rparen, Token::Rbrack, Token::Rbrace]));
        bad
    }

    fn parenthesized(&mut self, keep: bool) -> ExprId {
        let pos = self.pos();
        self.next();
        self.bracket_depth += 1;
        let x = self.expr();
        self.bracket_depth -= 1;
        self.want(Token::Rparen);
        if keep || self.token == Token::Lbrace { self.expr_at(pos, ExprKind::Paren(x)) } else { x }
    }

    fn func_literal_or_type(&mut self) -> ExprId {
        let pos = self.pos();
        self.next();
        let (_, ty) = self.func_type(Some("function type"));
        self.bracket_depth += 1;
        let (body, complete) = self.body_if_any();
        self.bracket_depth -= 1;
        let Some(body) = body else { return ty };
        let literal = self.expr_at(pos, ExprKind::FuncLit { ty, body });
        if complete {
            self.complete.push(Function::Literal(literal));
        }
        literal
    }

    /// `{...}` of a literal of type `ty`, or inside another literal.
    pub(super) fn composite(&mut self, ty: Option<ExprId>) -> ExprId {
        self.nested(|parser| parser.elements(ty))
    }

    fn elements(&mut self, ty: Option<ExprId>) -> ExprId {
        let pos = self.pos();
        let mut elems = Vec::new();
        let mut keyed = 0;
        self.bracket_depth += 1;
        self.next();
        let rbrace = self.list("composite literal", Token::Comma, Token::Rbrace, |parser| {
            let mut elem = parser.element();
            let colon = parser.pos();
            if parser.got(Token::Colon) {
                keyed += 1;
                let value = parser.element();
                elem = parser.expr_at(colon, ExprKind::KeyValue { key: elem, value });
            }
            elems.push(elem);
            false
        });
        self.bracket_depth -= 1;
        let elems = elems.into_boxed_slice();
        self.expr_at(pos, ExprKind::CompositeLit { ty, elems, keyed, rbrace })
    }

    fn element(&mut self) -> ExprId {
        if self.token == Token::Lbrace { self.composite(None) } else { self.expr() }
    }
}
