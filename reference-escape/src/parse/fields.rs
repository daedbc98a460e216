//! What is in structs and interfaces.

use super::params::{Bracketed, Sort};
use super::{Parser, TokenSet};
use crate::ast::{BinaryOp, ExprId, ExprKind, Field, Ident, Method, Param, UnaryOp};
use crate::fault::FaultKind;
use crate::names::Name;
use crate::source::Pos;
use crate::token::Token;

/// What has no type parameters, in the words of an error.
const INTERFACE_METHOD: Option<&str> = Some("interface method");

impl Parser<'_> {
    /// `struct {...}`, at its keyword.
    pub(super) fn struct_type(&mut self) -> ExprId {
        let pos = self.pos();
        self.next();
        self.want(Token::Lbrace);
        let mut fields = Vec::new();
        self.list("struct type", Token::Semi, Token::Rbrace, |parser| {
            parser.field(&mut fields);
            false
        });
        self.expr_at(pos, ExprKind::StructType(fields.into_boxed_slice()))
    }

    fn field(&mut self, fields: &mut Vec<Field>) {
        let pos = self.pos();
        let ty = match self.token {
            Token::Name => {
                let name = self.ident();
                match self.token {
                    Token::Dot | Token::Semi | Token::Rbrace => self.qualified_name(Some(name)),
                    token if token.is_literal() => self.qualified_name(Some(name)),
                    _ => return self.named_fields(name, fields),
                }
            }
            Token::Star => {
                self.next();
                let x = self.embedded_name();
                self.expr_at(pos, ExprKind::Unary { op: UnaryOp::Star, x })
            }
            Token::Lparen => self.embedded_name(),
            _ => {
                self.unexpected(", expected field name or embedded type");
                self.skip_to(TokenSet::of(&[Token::Semi, Token::Rbrace]));
                return;
            }
        };
        self.embed_field(pos, ty, fields);
    }

    /// A name that is embedded. Parentheses around it are a mistake, and passed.
    fn embedded_name(&mut self) -> ExprId {
        if self.token != Token::Lparen {
            return self.qualified_name(None);
        }
        self.syntax("cannot parenthesize embedded type");
        self.next();
        let pos = self.pos();
        let ty = if self.got(Token::Star) {
            let x = self.qualified_name(None);
            self.expr_at(pos, ExprKind::Unary { op: UnaryOp::Star, x })
        } else {
            self.qualified_name(None)
        };
        self.got(Token::Rparen);
        ty
    }

    fn embed_field(&mut self, pos: Pos, ty: ExprId, fields: &mut Vec<Field>) {
        let tag = self.tag();
        fields.push(Field { pos, name: None, ty, tag });
    }

    fn tag(&mut self) -> Option<Name> {
        let tag = self.token.is_literal().then(|| self.intern());
        if tag.is_some() {
            self.next();
        }
        tag
    }

    /// `a, b T`, or `T[P]`, which is embedded and looks like an array at first.
    fn named_fields(&mut self, first: Ident, fields: &mut Vec<Field>) {
        let names = self.more_idents(first);
        let ty = if names.len() == 1 && self.token == Token::Lbrack {
            match self.array_or_arguments() {
                Bracketed::Type(ty) => ty,
                Bracketed::Arguments { pos, index } => {
                    let of = self.name_expr(first);
                    let ty = self.expr_at(pos, ExprKind::Index { of, index });
                    return self.embed_field(first.pos, ty, fields);
                }
            }
        } else {
            self.type_expr()
        };
        let tag = self.tag();
        fields.extend(names.iter().map(|name| Field { pos: name.pos, name: Some(*name), ty, tag }));
    }

    /// `interface {...}`, at its keyword.
    pub(super) fn interface_type(&mut self) -> ExprId {
        let pos = self.pos();
        self.next();
        self.want(Token::Lbrace);
        let mut methods = Vec::new();
        self.list("interface type", Token::Semi, Token::Rbrace, |parser| {
            let method = parser.method();
            methods.push(method);
            false
        });
        self.expr_at(pos, ExprKind::InterfaceType(methods.into_boxed_slice()))
    }

    fn method(&mut self) -> Method {
        let pos = self.pos();
        if self.token != Token::Name {
            let ty = self.type_set(None);
            return Method { pos, name: None, ty };
        }
        let name = self.ident();
        let mut method = match self.token {
            Token::Lparen => self.signature(name),
            Token::Lbrack => self.bracketed_method(name),
            _ => {
                let ty = self.qualified_name(Some(name));
                Method { pos, name: None, ty }
            }
        };
        if method.name.is_none() {
            method.ty = self.type_set(Some(method.ty));
        }
        method
    }

    fn signature(&mut self, name: Ident) -> Method {
        let ty = self.func_type(INTERFACE_METHOD).1;
        Method { pos: name.pos, name: Some(name), ty }
    }

    /// `m[P any]()`, which is a mistake, or `T[A, B]`, which is embedded.
    fn bracketed_method(&mut self, name: Ident) -> Method {
        let pos = self.pos();
        self.next();
        if self.token == Token::Rbrack {
            return self.empty_brackets(name);
        }
        let list = self.param_list(Sort::ARGUMENTS);
        match list.first() {
            None if self.token == Token::Lparen => self.signature(name),
            None => self.embedded(name),
            Some(first) if first.name.is_some() => {
                let method = self.signature(name);
                let message = "interface method must have no type parameters";
                self.mistake_at(pos, FaultKind::Form, message);
                method
            }
            Some(first) => self.instance(name, pos, first.pos, &list),
        }
    }

    fn empty_brackets(&mut self, name: Ident) -> Method {
        let pos = self.pos();
        self.next();
        if self.token == Token::Lparen {
            self.mistake_at(pos, FaultKind::Form, "empty type parameter list");
            return self.signature(name);
        }
        self.mistake_at(pos, FaultKind::Form, "empty type argument list");
        self.embedded(name)
    }

    fn embedded(&mut self, name: Ident) -> Method {
        Method { pos: name.pos, name: None, ty: self.name_expr(name) }
    }

    fn instance(&mut self, name: Ident, pos: Pos, first: Pos, list: &[Param]) -> Method {
        let index = if let [one] = list {
            one.ty
        } else {
            let types = list.iter().map(|param| param.ty).collect();
            self.expr_at(first, ExprKind::List(types))
        };
        let of = self.name_expr(name);
        let ty = self.expr_at(pos, ExprKind::Index { of, index });
        Method { pos: name.pos, name: None, ty }
    }

    /// `T | ~U`. Its first term may have been read.
    pub(super) fn type_set(&mut self, first: Option<ExprId>) -> ExprId {
        let mut set = first.unwrap_or_else(|| self.term());
        while self.token == Token::Or {
            let pos = self.pos();
            self.next();
            let y = self.term();
            set = self.expr_at(pos, ExprKind::Binary { op: BinaryOp::Or, x: set, y });
        }
        set
    }

    fn term(&mut self) -> ExprId {
        let pos = self.pos();
        if self.got(Token::Tilde) {
            let x = self.type_expr();
            return self.expr_at(pos, ExprKind::Unary { op: UnaryOp::Tilde, x });
        }
        self.type_or_none().unwrap_or_else(|| {
            let bad = self.bad();
            self.unexpected(", expected ~ term or type");
            self.skip_to(AFTER_TERM);
            bad
        })
    }
}

const AFTER_TERM: TokenSet = TokenSet::of(&[
    Token::Semi,
    Token::Rparen,
    Token::Rbrack,
    Token::Rbrace,
    // Operators, but for `*`, `<-` and those that assign or count.
    Token::OrOr,
    Token::AndAnd,
    Token::Eql,
    Token::Neq,
    Token::Lss,
    Token::Leq,
    Token::Gtr,
    Token::Geq,
    Token::Add,
    Token::Sub,
    Token::Or,
    Token::Xor,
    Token::Div,
    Token::Rem,
    Token::And,
    Token::AndNot,
    Token::Shl,
    Token::Shr,
    Token::Not,
    Token::Tilde,
]);
