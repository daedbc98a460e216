//! A file as a list of declarations, each with its tokens.

use super::cut::{cuts, is_generic};
use crate::ast::{Ast, DeclId, DeclKind, File};
use crate::names::{Name, Names};
use crate::scan::{Directive, Lexeme, Scanner};
use crate::source::Pos;
use crate::token::Token;
use std::ops::Range;

/// A declaration: of a group, one of its parts.
#[derive(Debug)]
pub(super) struct Entry {
    pub decl: DeclId,
    /// Its tokens; those that are cut out of it among them.
    pub tokens: Range<usize>,
    /// The group that it is in.
    pub group: Option<usize>,
    /// Whether it is one of several constants that count each other.
    pub is_const: bool,
    pub is_import: bool,
    /// What it declares.
    pub names: Vec<Name>,
    /// Of a method, the name of the type that it belongs to.
    pub base: Option<Name>,
    /// Whether it is a method that instances of a generic type have.
    pub is_of_instances: bool,
    /// Names in what is not cut and not behind a dot.
    pub mentions: Vec<Name>,
    /// Names behind dots, too.
    pub said: Vec<Name>,
}

/// A file in parts.
#[derive(Debug)]
pub(super) struct FileEntries {
    pub tokens: Vec<Lexeme>,
    /// By the numbers of tokens: whether a token is cut out of its declaration.
    pub cut: Vec<bool>,
    /// How many tokens the package clause has.
    pub clause: usize,
    /// The keyword and the parentheses of each group, by the numbers of tokens.
    pub groups: Vec<[usize; 3]>,
    pub entries: Vec<Entry>,
    pub directives: Vec<Directive>,
}

/// A file's text and what is known of it.
pub(super) struct Source<'s> {
    pub text: &'s [u8],
    /// Its first byte.
    pub base: Pos,
    pub ast: &'s Ast,
    pub names: &'s Names,
}

/// Splits a file; none if its tokens do not fit its tree.
pub(super) fn split(source: &Source<'_>, file: &File) -> Option<FileEntries> {
    let (tokens, directives) = scan(source.text);
    let mut walk = Walk { tokens: &tokens, at: 0, groups: Vec::new(), found: Vec::new() };
    let clause = walk.statement();
    walk.file();
    let Walk { groups, found, .. } = walk;
    if found.len() != file.decls.len() {
        return None;
    }
    let (cut, clause) = (vec![false; tokens.len()], clause.end);
    let entries = Vec::with_capacity(found.len());
    let mut parts = FileEntries { tokens, cut, clause, groups, entries, directives };
    for ((range, group), decl) in found.into_iter().zip(&file.decls) {
        let entry = parts.entry(source, range, group, *decl);
        parts.entries.push(entry);
    }
    Some(parts)
}

fn scan(text: &[u8]) -> (Vec<Lexeme>, Vec<Directive>) {
    let mut scanner = Scanner::new(text);
    let mut tokens = Vec::new();
    loop {
        let lexeme = scanner.next_token();
        tokens.push(lexeme);
        if lexeme.token == Token::Eof {
            break;
        }
    }
    (tokens, scanner.take_directives().unwrap_or_default())
}

/// A walk over the tokens of a file.
struct Walk<'t> {
    tokens: &'t [Lexeme],
    at: usize,
    groups: Vec<[usize; 3]>,
    found: Vec<(Range<usize>, Option<usize>)>,
}

impl Walk<'_> {
    fn token(&self) -> Token {
        self.tokens[self.at.min(self.tokens.len() - 1)].token
    }

    fn file(&mut self) {
        loop {
            match self.token() {
                Token::Eof => return,
                Token::Semi => self.at += 1,
                Token::Func => {
                    let range = self.statement();
                    self.found.push((range, None));
                }
                _ => self.declaration(),
            }
        }
    }

    fn declaration(&mut self) {
        let keyword = self.at;
        if self.tokens.get(keyword + 1).is_none_or(|next| next.token != Token::Lparen) {
            let range = self.statement();
            self.found.push((range, None));
            return;
        }
        self.at += 2;
        let group = self.groups.len();
        self.groups.push([keyword, keyword + 1, 0]);
        loop {
            match self.token() {
                Token::Eof => return,
                Token::Semi => self.at += 1,
                Token::Rparen => break,
                _ => {
                    let range = self.statement();
                    self.found.push((range, Some(group)));
                }
            }
        }
        self.groups[group][2] = self.at;
        self.at += 1;
    }

    /// The tokens up to a semicolon, or to a parenthesis that was opened before; a semicolon among them.
    fn statement(&mut self) -> Range<usize> {
        let (start, mut depth) = (self.at, 0_u32);
        loop {
            match self.token() {
                Token::Eof => break,
                Token::Semi if depth == 0 => {
                    self.at += 1;
                    break;
                }
                Token::Lparen | Token::Lbrack | Token::Lbrace => depth += 1,
                Token::Rparen | Token::Rbrack | Token::Rbrace => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    // A stray one is passed, so that the walk ends.
                    None if self.at == start => {}
                    None => break,
                },
                _ => {}
            }
            self.at += 1;
        }
        start..self.at
    }
}

impl FileEntries {
    fn entry(
        &mut self,
        source: &Source<'_>,
        tokens: Range<usize>,
        group: Option<usize>,
        decl: DeclId,
    ) -> Entry {
        let Source { text, base, ast, names } = *source;
        let list = &self.tokens[tokens.clone()];
        let kind = &ast[decl].kind;
        for (start, end) in cuts(kind, list, base, ast) {
            for at in tokens.clone() {
                let token = self.tokens[at].start;
                self.cut[at] |= start < token && token < end;
            }
        }
        let (mentions, said) = self.mentions(source, tokens.clone());
        let (is_const, is_import) =
            (matches!(kind, DeclKind::Const(_)), matches!(kind, DeclKind::Import(_)));
        let base = base_name(text, list, kind, names);
        let is_of_instances =
            matches!(kind, DeclKind::Func(decl) if decl.recv.is_some() && is_generic(decl, ast));
        let names = declared(kind, names);
        Entry {
            decl,
            tokens,
            group,
            is_const,
            is_import,
            names,
            base,
            is_of_instances,
            mentions,
            said,
        }
    }

    /// Names that are not cut: those that are not behind a dot, and all.
    fn mentions(&self, source: &Source<'_>, tokens: Range<usize>) -> (Vec<Name>, Vec<Name>) {
        let (mut mentions, mut said) = (Vec::new(), Vec::new());
        let mut behind_dot = false;
        for at in tokens.filter(|at| !self.cut[*at]) {
            let Lexeme { token, start, end, .. } = self.tokens[at];
            let is_name = token == Token::Name;
            let name = is_name.then(|| name_at(source.text, start, end, source.names)).flatten();
            said.extend(name);
            mentions.extend(name.filter(|_| !behind_dot));
            behind_dot = token == Token::Dot;
        }
        (mentions, said)
    }
}

fn name_at(text: &[u8], start: u32, end: u32, names: &Names) -> Option<Name> {
    names.find(std::str::from_utf8(&text[start as usize..end as usize]).ok()?)
}

/// What a declaration declares; of an import, the names that the package may be called by.
fn declared(kind: &DeclKind, names: &Names) -> Vec<Name> {
    match kind {
        DeclKind::Import(import) => {
            let path = names.text(import.path).trim_matches(['"', '`']);
            let guessed = names.find(crate::check::guessed_name(path));
            import.name.map(|given| given.name).or(guessed).into_iter().collect()
        }
        DeclKind::Const(decl) => decl.names.iter().map(|ident| ident.name).collect(),
        DeclKind::Var(decl) => decl.names.iter().map(|ident| ident.name).collect(),
        DeclKind::Type(decl) => vec![decl.name.name],
        DeclKind::Func(decl) => vec![decl.name.name],
    }
}

/// The name of a receiver's type: the first name before a bracket or the end of the parentheses.
fn base_name(text: &[u8], tokens: &[Lexeme], kind: &DeclKind, names: &Names) -> Option<Name> {
    let DeclKind::Func(decl) = kind else { return None };
    decl.recv.as_ref()?;
    let base = tokens.windows(2).find(|pair| {
        pair[0].token == Token::Name && matches!(pair[1].token, Token::Rparen | Token::Lbrack)
    })?;
    name_at(text, base[0].start, base[0].end, names)
}
