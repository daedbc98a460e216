//! Type declarations, and the question what `[` begins in one: `type T[P any] ...` has type parameters, and
//! `type T [n]E` is an array.
//!
//! What follows the bracket may be read both ways: `[P *C]` is a product or a pointer type's name and type, and
//! `[P (C)]` a call or a constraint in parentheses. So an expression is read first, and then taken apart if it can
//! be a name with a type behind it: where that type can be nothing but a type, or where a comma follows.

use super::Parser;
use super::directive::Home;
use super::params::Sort;
use crate::ast::{BinaryOp, ExprId, ExprKind, Ident, Param, TypeDecl, UnaryOp};
use crate::source::Pos;
use crate::token::{Token, TokenSet};

impl Parser<'_> {
    pub(super) fn type_decl(&mut self) -> TypeDecl {
        let pragmas = self.take_pragmas(Home::Elsewhere);
        let name = self.ident();
        let mut tparams = Box::default();
        let mut alias = false;
        let ty = if self.token == Token::Lbrack {
            self.bracketed(&mut tparams, &mut alias)
        } else {
            alias = self.got_assign();
            self.type_or_none()
        };
        let ty = ty.unwrap_or_else(|| {
            let bad = self.bad();
            self.unexpected(" in type declaration");
            self.skip_to(TokenSet::of(&[Token::Semi, Token::Rparen]));
            bad
        });
        TypeDecl { name, tparams, alias, ty, pragmas }
    }

    /// What follows a name, at a `[`.
    fn bracketed(&mut self, tparams: &mut Box<[Param]>, alias: &mut bool) -> Option<ExprId> {
        let pos = self.pos();
        self.next();
        match self.token {
            Token::Name => self.array_or_type_params(pos, tparams, alias),
            Token::Rbrack => {
                self.next();
                Some(self.slice_type(pos))
            }
            _ => Some(self.array_type(pos, None)),
        }
    }

    fn array_or_type_params(
        &mut self,
        pos: Pos,
        tparams: &mut Box<[Param]>,
        alias: &mut bool,
    ) -> Option<ExprId> {
        let name = self.ident();
        let mut x = self.name_expr(name);
        // `P []E` would be an index without an index, and an index is no length.
        if self.token != Token::Lbrack {
            self.bracket_depth += 1;
            let operand = self.primary(Some(x), false);
            x = self.binary(Some(operand), 0);
            self.bracket_depth -= 1;
        }
        let comma = self.token == Token::Comma;
        match self.name_and_type(x, comma) {
            Some((name, ty)) if ty.is_some() || self.token != Token::Rbrack => {
                *tparams = self.param_list_from(Some(name), ty, Sort::TYPE);
                *alias = self.got_assign();
                self.type_or_none()
            }
            _ => Some(self.array_type(pos, Some(x))),
        }
    }

    /// `x` as a name, and behind it a type where it has more than the name. `force` takes for a type what may
    /// be a value as well.
    fn name_and_type(&mut self, x: ExprId, force: bool) -> Option<(Ident, Option<ExprId>)> {
        match self.ast[x].kind {
            ExprKind::Name(name) => Some((Ident { pos: self.ast[x].pos, name }, None)),
            _ => self.split(x, force).map(|(name, ty)| (name, Some(ty))),
        }
    }

    /// `P *C`, `P (C)` and `P *C | D`, read as expressions, as a name and a type.
    fn split(&mut self, x: ExprId, mut force: bool) -> Option<(Ident, ExprId)> {
        let (mut first, mut union) = (x, None);
        while let ExprKind::Binary { op: BinaryOp::Or, x: left, y } = self.ast[first].kind {
            force = force || self.is_type(y);
            union = Some((first, y));
            first = left;
        }
        let (name, ty) = self.split_term(first, force)?;
        let Some((innermost, y)) = union else { return Some((name, ty)) };
        self.ast[innermost].kind = ExprKind::Binary { op: BinaryOp::Or, x: ty, y };
        Some((name, x))
    }

    fn split_term(&mut self, x: ExprId, force: bool) -> Option<(Ident, ExprId)> {
        let (name, ty) = match &self.ast[x].kind {
            ExprKind::Binary { op: BinaryOp::Mul, x: left, y } => (*left, *y),
            ExprKind::Call { fun, args, has_dots: false } if args.len() == 1 => (*fun, args[0]),
            _ => return None,
        };
        let name = self.as_ident(name).filter(|_| force || self.is_type(ty))?;
        if let ExprKind::Call { .. } = self.ast[x].kind {
            // No call is left over that later passes might take for one.
            self.ast[x].kind = ExprKind::Bad;
            return Some((name, self.ast.unparen(ty)));
        }
        // The product becomes the pointer type, and stays where it is.
        self.ast[x].kind = ExprKind::Unary { op: UnaryOp::Star, x: ty };
        Some((name, x))
    }

    fn as_ident(&self, x: ExprId) -> Option<Ident> {
        self.ast.as_name(x).map(|name| Ident { pos: self.ast[x].pos, name })
    }

    /// Whether `x` can be nothing but a type, or has a part that can be nothing else.
    fn is_type(&self, x: ExprId) -> bool {
        let mut parts = vec![x];
        while let Some(x) = parts.pop() {
            match self.ast[x].kind {
                ExprKind::ArrayType { .. }
                | ExprKind::StructType(_)
                | ExprKind::FuncType { .. }
                | ExprKind::InterfaceType(_)
                | ExprKind::SliceType(_)
                | ExprKind::MapType { .. }
                | ExprKind::ChanType { .. }
                | ExprKind::Unary { op: UnaryOp::Tilde, .. } => return true,
                ExprKind::Unary { x, .. } | ExprKind::Paren(x) => parts.push(x),
                ExprKind::Binary { x, y, .. } => parts.extend([y, x]),
                _ => {}
            }
        }
        false
    }
}
