//! Parameters, results, receivers and type parameters.
//!
//! A name alone may be a parameter or its type: that is known only when the whole list has been read. So entries
//! are kept as they were found and then settled: either all are named, or none is.

use super::Parser;
use crate::ast::{ExprId, ExprKind, Ident, Param};
use crate::names::Name;
use crate::source::Pos;
use crate::token::{Token, TokenSet};

/// What sort of list it is.
#[derive(Clone, Copy)]
pub(super) struct Sort {
    close: Token,
    /// Of type parameters, which all have names and may have sets of types.
    types: bool,
    /// Whether the last may be `...T`.
    variadic: bool,
}

impl Sort {
    /// `[P any]`
    pub(super) const TYPE: Sort = Sort { close: Token::Rbrack, types: true, variadic: false };
    /// `(x T, y ...U)`
    pub(super) const ORDINARY: Sort = Sort { close: Token::Rparen, types: false, variadic: true };
    /// `(x T)` of results and receivers.
    pub(super) const OTHER: Sort = Sort { close: Token::Rparen, types: false, variadic: false };
    /// `[T, U]`, which may turn out to be type arguments.
    pub(super) const ARGUMENTS: Sort = Sort { close: Token::Rbrack, types: false, variadic: false };

    /// Whether `~T` and `T | U` may stand there.
    fn has_sets(self) -> bool {
        self.close == Token::Rbrack
    }
}

/// An entry as it was found: a name, a type or both.
#[derive(Clone, Copy)]
struct Entry {
    pos: Pos,
    name: Option<Ident>,
    ty: Option<ExprId>,
}

/// What follows a name in brackets.
pub(super) enum Bracketed {
    /// An array or a slice: the name is a parameter's or a field's.
    Type(ExprId),
    /// Type arguments: the name is a generic type's.
    Arguments { pos: Pos, index: ExprId },
}

impl Parser<'_> {
    /// A list whose opening bracket has been passed.
    pub(super) fn param_list(&mut self, sort: Sort) -> Box<[Param]> {
        self.param_list_from(None, None, sort)
    }

    /// As [`Parser::param_list`], of which a first name has been read, and perhaps its type.
    pub(super) fn param_list_from(
        &mut self,
        mut name: Option<Ident>,
        mut ty: Option<ExprId>,
        sort: Sort,
    ) -> Box<[Param]> {
        if let (Some(ident), Some(ty)) = (name, ty)
            && self.got(sort.close)
        {
            return Box::new([Param { pos: ident.pos, name, ty }]);
        }
        let mut entries = Vec::new();
        let end = self.list("parameter list", Token::Comma, sort.close, |parser| {
            let entry = match (name.take(), ty.take()) {
                (Some(name), Some(ty)) => {
                    Some(Entry { pos: name.pos, name: Some(name), ty: Some(ty) })
                }
                (name, _) => parser.nested(|parser| parser.entry(name, sort)),
            };
            entries.extend(entry);
            false
        });
        let mut params = self.settle(&entries, sort, end);
        self.check_dots(&mut params, sort);
        params.into_boxed_slice()
    }

    /// One entry, of which a name may have been read.
    fn entry(&mut self, name: Option<Ident>, sort: Sort) -> Option<Entry> {
        let pos = name.map_or(self.pos(), |name| name.pos);
        if name.is_none() && sort.has_sets() && self.token == Token::Tilde {
            let ty = Some(self.type_set(None));
            return Some(Entry { pos, name, ty });
        }
        let name = match name {
            None if self.token == Token::Name => Some(self.ident()),
            name => name,
        };
        if let Some(name) = name
            && let Some((name, ty)) = self.behind_name(name, sort)
        {
            return Some(Entry { pos, name, ty: Some(ty) });
        }
        let ty = match self.token {
            Token::Dots => Some(self.dots_type()),
            Token::Tilde if sort.has_sets() => Some(self.type_set(None)),
            _ => {
                let ty = self.type_or_none();
                ty.map(|ty| self.with_union(ty, sort))
            }
        };
        if name.is_none() && ty.is_none() {
            self.unexpected(&format!(", expected {}", sort.close.told()));
            self.skip_to(TokenSet::of(&[Token::Comma, sort.close]));
            return None;
        }
        Some(Entry { pos, name, ty })
    }

    /// Where what follows `name` shows whether it is a parameter's or a type's: the parameter's, and the type.
    fn behind_name(&mut self, name: Ident, sort: Sort) -> Option<(Option<Ident>, ExprId)> {
        let (param, ty) = match self.token {
            Token::Lbrack => match self.array_or_arguments() {
                Bracketed::Type(ty) => (Some(name), ty),
                Bracketed::Arguments { pos, index } => {
                    let of = self.name_expr(name);
                    (None, self.expr_at(pos, ExprKind::Index { of, index }))
                }
            },
            Token::Dot => (None, self.qualified_name(Some(name))),
            Token::Or if sort.has_sets() => (None, self.name_expr(name)),
            _ => return None,
        };
        Some((param, self.with_union(ty, sort)))
    }

    fn with_union(&mut self, ty: ExprId, sort: Sort) -> ExprId {
        if sort.has_sets() && self.token == Token::Or { self.type_set(Some(ty)) } else { ty }
    }

    fn dots_type(&mut self) -> ExprId {
        let pos = self.pos();
        self.next();
        if let Some(elem) = self.type_or_none() {
            return self.expr_at(pos, ExprKind::DotsType(elem));
        }
        let bad = self.bad();
        self.syntax("... is missing type");
        bad
    }

    /// `[n]E`, `[]E` or `[T, U]`, at the `[`.
    pub(super) fn array_or_arguments(&mut self) -> Bracketed {
        let pos = self.pos();
        self.next();
        if self.got(Token::Rbrack) {
            return Bracketed::Type(self.slice_type(pos));
        }
        let (index, comma) = self.type_list(false);
        self.want(Token::Rbrack);
        if !comma && let Some(elem) = self.type_or_none() {
            let array = ExprKind::ArrayType { len: Some(index), elem };
            return Bracketed::Type(self.expr_at(pos, array));
        }
        Bracketed::Arguments { pos, index }
    }

    /// Entries as parameters: all of them named, or none. `end` is the closing bracket.
    fn settle(&mut self, entries: &[Entry], sort: Sort, end: Pos) -> Vec<Param> {
        let named = entries.iter().filter(|e| e.name.is_some() && e.ty.is_some()).count();
        if named == 0 && !sort.types {
            return entries.iter().map(|entry| self.unnamed(*entry)).collect();
        }
        let mut params = Vec::with_capacity(entries.len());
        let mut wrong = None;
        let mut ty = None;
        // From the right: a name without a type has that of the next one.
        for entry in entries.iter().rev() {
            ty = entry.ty.or(ty);
            let param = self.named(*entry, ty, &mut wrong);
            params.push(param);
        }
        params.reverse();
        if let Some(pos) = wrong {
            let typed = entries.iter().filter(|entry| entry.ty.is_some()).count();
            let (pos, message) = match (named == typed, sort.types) {
                (true, true) => (end, "missing type constraint"),
                (true, false) => (end, "missing parameter type"),
                (false, true) if entries.len() == 1 => {
                    (pos, "missing type parameter name or invalid array length")
                }
                (false, true) => (pos, "missing type parameter name"),
                (false, false) => (pos, "missing parameter name"),
            };
            self.syntax_at(pos, message);
        }
        params
    }

    /// An entry of a list without names: a name in it is a type.
    fn unnamed(&mut self, entry: Entry) -> Param {
        let ty = match (entry.name, entry.ty) {
            (Some(name), _) => self.name_expr(name),
            (None, Some(ty)) => ty,
            (None, None) => self.bad(),
        };
        Param { pos: entry.pos, name: None, ty }
    }

    /// An entry of a list with names, `ty` its type or that of one further right.
    fn named(&mut self, entry: Entry, ty: Option<ExprId>, wrong: &mut Option<Pos>) -> Param {
        let pos = entry.pos;
        match (entry.name, ty) {
            (Some(name), Some(ty)) => Param { pos, name: Some(name), ty },
            (Some(name), None) => {
                *wrong = Some(name.pos);
                let ty = self.expr_at(name.pos, ExprKind::Bad);
                Param { pos, name: Some(name), ty }
            }
            (None, ty) => {
                let ty = ty.unwrap_or_else(|| self.bad());
                let start = self.ast.start(ty);
                *wrong = Some(start);
                Param { pos, name: Some(Ident { pos: start, name: Name::BLANK }), ty }
            }
        }
    }

    /// Dots may stand only before the type of a last ordinary parameter.
    fn check_dots(&mut self, params: &mut [Param], sort: Sort) {
        let mut told = false;
        let last = params.len().saturating_sub(1);
        for (place, param) in params.iter_mut().enumerate() {
            let ExprKind::DotsType(elem) = self.ast[param.ty].kind else { continue };
            if sort.variadic && place == last {
                continue;
            }
            if !told {
                told = true;
                let message = if sort.variadic {
                    "can only use ... with final parameter"
                } else {
                    "invalid use of ..."
                };
                let pos = self.ast[param.ty].pos;
                self.mistake_at(pos, crate::fault::FaultKind::Form, message);
            }
            param.ty = elem;
        }
    }
}
