//! Operators, and what follows an operand: selectors, indices, calls.

use super::{Parser, TokenSet};
use crate::ast::{ChanDir, ExprId, ExprKind, UnaryOp};
use crate::source::Pos;
use crate::token::Token;

impl Parser<'_> {
    /// An expression, or a type.
    pub(super) fn expr(&mut self) -> ExprId {
        self.binary(None, 0)
    }

    /// Expressions with commas between them; one alone is itself.
    pub(super) fn expr_list(&mut self) -> ExprId {
        let first = self.expr();
        if self.token != Token::Comma {
            return first;
        }
        let mut list = vec![first];
        while self.got(Token::Comma) {
            list.push(self.expr());
        }
        self.list_expr(list)
    }

    /// Operands and operators that bind more strongly than `level`. The first operand may have been read.
    pub(super) fn binary(&mut self, first: Option<ExprId>, level: u8) -> ExprId {
        let mut x = first.unwrap_or_else(|| self.unary());
        while let Some((op, strength)) = self.token.binary()
            && strength > level
        {
            let pos = self.pos();
            self.next();
            let y = self.binary(None, strength);
            x = self.expr_at(pos, ExprKind::Binary { op, x, y });
        }
        x
    }

    fn unary(&mut self) -> ExprId {
        let op = match self.token {
            Token::Star => UnaryOp::Star,
            Token::Add => UnaryOp::Plus,
            Token::Sub => UnaryOp::Minus,
            Token::Not => UnaryOp::Not,
            Token::Xor => UnaryOp::Xor,
            Token::Tilde => UnaryOp::Tilde,
            Token::And => UnaryOp::Addr,
            Token::Arrow => return self.nested(Parser::arrow),
            // Parentheses are kept so that `(x) := 1` can be told from `x := 1`.
            _ => return self.primary(None, true),
        };
        let pos = self.pos();
        self.next();
        let mut x = self.nested(Parser::unary);
        if op == UnaryOp::Addr {
            x = self.ast.unparen(x);
        }
        self.expr_at(pos, ExprKind::Unary { op, x })
    }

    /// `<-x`, or a channel type that begins with the arrow: which of them shows only behind it.
    fn arrow(&mut self) -> ExprId {
        let pos = self.pos();
        self.next();
        let x = self.unary();
        match self.ast[x].kind {
            ExprKind::ChanType { .. } => {
                self.turn_arrows(x);
                x
            }
            _ => self.expr_at(pos, ExprKind::Unary { op: UnaryOp::Recv, x }),
        }
    }

    /// `<-(chan E)` is `(<-chan E)`, and `<-(chan<- E)` is `<-chan (<-E)`: each arrow goes one `chan` to the left.
    fn turn_arrows(&mut self, x: ExprId) {
        let mut at = x;
        while let ExprKind::ChanType { dir, elem } = self.ast[at].kind {
            if dir == ChanDir::Recv {
                self.syntax("unexpected <-, expected chan");
            }
            self.ast[at].kind = ExprKind::ChanType { dir: ChanDir::Recv, elem };
            if dir != ChanDir::Send {
                return;
            }
            at = elem;
        }
        let start = self.ast.start(at).offset_from(self.base);
        let found = self.slice(start, self.previous_end.max(start));
        self.syntax(format!("unexpected {found}, expected chan"));
    }

    /// An operand and what follows it. It may have been read. `keep_parens` is for parentheses around all of it.
    pub(super) fn primary(&mut self, operand: Option<ExprId>, keep_parens: bool) -> ExprId {
        let mut x = operand.unwrap_or_else(|| self.operand(keep_parens));
        loop {
            let pos = self.pos();
            x = match self.token {
                Token::Dot => self.behind_dot(x, pos),
                Token::Lbrack => self.nested(|parser| parser.index_or_slice(x, pos)),
                Token::Lparen => self.nested(|parser| parser.call(x, pos)),
                Token::Lbrace if self.may_have_elements(x) => {
                    if let ExprKind::Paren(_) = self.ast[x].kind {
                        self.syntax("cannot parenthesize type in composite literal");
                    }
                    self.composite(Some(x))
                }
                _ => return x,
            };
        }
    }

    fn behind_dot(&mut self, of: ExprId, pos: Pos) -> ExprId {
        self.next();
        match self.token {
            Token::Name => {
                let sel = self.ident();
                self.expr_at(pos, ExprKind::Selector { of, sel })
            }
            Token::Lparen => {
                self.next();
                let kind = if self.got(Token::Type) {
                    ExprKind::TypeSwitchGuard { lhs: None, of }
                } else {
                    ExprKind::Assert { of, ty: self.type_expr() }
                };
                self.want(Token::Rparen);
                self.expr_at(pos, kind)
            }
            _ => {
                self.unexpected(", expected name or (");
                self.skip_to(TokenSet::of(&[Token::Semi, Token::Rparen]));
                of
            }
        }
    }

    fn index_or_slice(&mut self, of: ExprId, pos: Pos) -> ExprId {
        self.next();
        let mut low = None;
        if self.token != Token::Colon {
            let (index, comma) = if self.token == Token::Rbrack {
                self.unexpected(", expected operand");
                (self.bad(), false)
            } else {
                self.type_list(false)
            };
            if comma || self.token == Token::Rbrack {
                self.want(Token::Rbrack);
                return self.expr_at(pos, ExprKind::Index { of, index });
            }
            low = Some(index);
        }
        if !self.got(Token::Colon) {
            self.unexpected(", expected comma, : or ]");
            self.skip_to(TokenSet::of(&[Token::Comma, Token::Colon, Token::Rbrack]));
        }
        self.bracket_depth += 1;
        let (high, max, full) = self.high_and_max();
        self.bracket_depth -= 1;
        self.want(Token::Rbrack);
        self.expr_at(pos, ExprKind::Slice { of, index: [low, high, max], full })
    }

    /// What follows the first colon of a slice expression, and whether there is a second one.
    fn high_and_max(&mut self) -> (Option<ExprId>, Option<ExprId>, bool) {
        let mut high = None;
        if !matches!(self.token, Token::Colon | Token::Rbrack) {
            high = Some(self.expr());
        }
        if self.token != Token::Colon {
            return (high, None, false);
        }
        if high.is_none() {
            self.wrong_form("middle index required in 3-index slice");
            high = Some(self.bad());
        }
        self.next();
        let max = if self.token == Token::Rbrack {
            self.wrong_form("final index required in 3-index slice");
            self.bad()
        } else {
            self.expr()
        };
        (high, Some(max), true)
    }

    fn call(&mut self, fun: ExprId, pos: Pos) -> ExprId {
        self.next();
        let mut args = Vec::new();
        let mut has_dots = false;
        self.bracket_depth += 1;
        self.list("argument list", Token::Comma, Token::Rparen, |parser| {
            args.push(parser.expr());
            has_dots = parser.got(Token::Dots);
            has_dots
        });
        self.bracket_depth -= 1;
        self.expr_at(pos, ExprKind::Call { fun, args: args.into_boxed_slice(), has_dots })
    }

    /// Whether a `{` behind `x` begins elements of a literal, and not a block.
    fn may_have_elements(&self, x: ExprId) -> bool {
        match self.ast[self.ast.unparen(x)].kind {
            ExprKind::Name(_) | ExprKind::Selector { .. } => self.bracket_depth >= 0,
            ExprKind::Index { .. } => self.bracket_depth >= 0 && !self.is_value(x),
            ExprKind::ArrayType { .. }
            | ExprKind::SliceType(_)
            | ExprKind::StructType(_)
            | ExprKind::MapType { .. } => true,
            _ => false,
        }
    }

    /// Whether `x` can be nothing but a value.
    fn is_value(&self, x: ExprId) -> bool {
        let mut parts = vec![x];
        while let Some(x) = parts.pop() {
            match self.ast[x].kind {
                ExprKind::BasicLit { .. }
                | ExprKind::CompositeLit { .. }
                | ExprKind::FuncLit { .. }
                | ExprKind::Slice { .. }
                | ExprKind::Assert { .. }
                | ExprKind::TypeSwitchGuard { .. }
                | ExprKind::Call { .. }
                | ExprKind::Binary { .. } => return true,
                // `*T` may be a type.
                ExprKind::Unary { op, .. } if op != UnaryOp::Star => return true,
                ExprKind::Paren(inner) => parts.push(inner),
                ExprKind::Index { of, index } => parts.extend([index, of]),
                _ => {}
            }
        }
        false
    }
}
