//! What a declaration can do without.

use super::offset;
use crate::ast::{Ast, DeclKind, ExprId, ExprKind, FuncDecl, VarDecl};
use crate::scan::Lexeme;
use crate::source::Pos;
use crate::token::Token;

/// Offsets: what begins behind the first and before the second is left out.
pub(super) type Cut = (u32, u32);

/// What is left out of a declaration whose tokens are `tokens`.
pub(super) fn cuts(kind: &DeclKind, tokens: &[Lexeme], base: Pos, ast: &Ast) -> Vec<Cut> {
    match kind {
        DeclKind::Func(decl) => body(decl, base, ast).into_iter().collect(),
        DeclKind::Var(decl) => values(decl, tokens, base, ast),
        _ => Vec::new(),
    }
}

/// The inside of a body. The braces stay: they tell it from one that is elsewhere.
fn body(decl: &FuncDecl, base: Pos, ast: &Ast) -> Option<Cut> {
    let block = decl.body.as_ref()?;
    (!is_generic(decl, ast)).then(|| (offset(block.pos, base), offset(block.rbrace, base)))
}

/// Whether a function or its receiver's type has parameters.
pub(super) fn is_generic(decl: &FuncDecl, ast: &Ast) -> bool {
    let mut receiver = decl.recv.map(|recv| recv.ty);
    while let Some(ty) = receiver {
        receiver = match &ast[ty].kind {
            ExprKind::Index { .. } => return true,
            ExprKind::Paren(inner) | ExprKind::Unary { x: inner, .. } => Some(*inner),
            _ => None,
        };
    }
    !decl.tparams.is_empty()
}

/// Initial values, where the type is written down; else what does not decide the type.
fn values(decl: &VarDecl, tokens: &[Lexeme], base: Pos, ast: &Ast) -> Vec<Cut> {
    let Some(values) = decl.values else { return Vec::new() };
    if decl.ty.is_some() {
        let mut depth = 0_i32;
        let assign = tokens.iter().find(|lexeme| {
            match lexeme.token {
                Token::Lparen | Token::Lbrack | Token::Lbrace => depth += 1,
                Token::Rparen | Token::Rbrack | Token::Rbrace => depth -= 1,
                _ => {}
            }
            depth == 0 && lexeme.token == Token::Assign
        });
        let end = tokens.iter().rfind(|lexeme| lexeme.token != Token::Semi);
        // One before the sign itself, so that it goes, too.
        let cut = assign.zip(end).map(|(assign, end)| (assign.start - 1, end.end));
        return cut.into_iter().collect();
    }
    let mut cuts = Vec::new();
    insides(values, base, ast, &mut cuts);
    cuts
}

/// The insides of literals whose type stands before their brace.
fn insides(id: ExprId, base: Pos, ast: &Ast, cuts: &mut Vec<Cut>) {
    let mut each = |parts: &[ExprId]| parts.iter().for_each(|part| insides(*part, base, ast, cuts));
    let pos = ast[id].pos;
    match &ast[id].kind {
        ExprKind::CompositeLit { ty: Some(ty), rbrace, .. } if !counts(*ty, ast) => {
            cuts.push((offset(pos, base), offset(*rbrace, base)));
        }
        ExprKind::CompositeLit { elems, .. } => each(elems),
        ExprKind::FuncLit { body, .. } => {
            cuts.push((offset(body.pos, base), offset(body.rbrace, base)));
        }
        ExprKind::KeyValue { value, .. } => each(&[*value]),
        ExprKind::Paren(x) | ExprKind::Unary { x, .. } => each(&[*x]),
        ExprKind::Binary { x, y, .. } => each(&[*x, *y]),
        ExprKind::Call { fun, args, .. } => {
            each(&[*fun]);
            each(args);
        }
        ExprKind::Selector { of, .. }
        | ExprKind::Slice { of, .. }
        | ExprKind::Assert { of, .. } => each(&[*of]),
        ExprKind::Index { of, index } => each(&[*of, *index]),
        ExprKind::List(all) => each(all),
        _ => {}
    }
}

/// Whether a literal of this type says how long the type is.
fn counts(ty: ExprId, ast: &Ast) -> bool {
    matches!(ast[ty].kind, ExprKind::ArrayType { len: None, .. })
}
