//! Trees as text, with the position of each node: `(+@2:12 x@2:10 y@2:14)`.
//!
//! Positions are `line:column`. The printer recurses, so it is for trees of tests, not for all that may come.

use reference_escape::ast::{
    Ast, Block, Branch, ChanDir, ConstDecl, DeclId, DeclKind, ExprId, ExprKind, File, FuncDecl,
    Ident, Param, Pragmas, Spawn, StmtId, StmtKind, UnaryOp, VarDecl,
};
use reference_escape::names::Names;
use reference_escape::source::{Pos, Sources};
use reference_escape::token::Token;
use std::fmt::Write;

/// All that is needed to print.
#[derive(Clone, Copy)]
pub(super) struct Printer<'a> {
    pub(super) ast: &'a Ast,
    pub(super) names: &'a Names,
    pub(super) sources: &'a Sources,
}

impl Printer<'_> {
    /// A file: a line for its package clause, one for each declaration, one for its end.
    pub(super) fn file(self, file: &File) -> String {
        let mut text = format!("package {}", self.ident(file.package));
        if let Some(minor) = file.version {
            let _ = write!(text, " go1.{minor}");
        }
        text.push('\n');
        for link in &file.linknames {
            let target = link.target.map_or("", |target| self.names.text(target));
            let (at, local) = (self.at(link.pos), self.names.text(link.local));
            let _ = writeln!(text, "linkname{at} {local} {target} {}", link.std);
        }
        for decl in &file.decls {
            let _ = writeln!(text, "{}", self.decl(*decl));
        }
        let _ = writeln!(text, "end{}", self.at(file.end));
        text
    }

    /// `@line:column`, and behind it what a line directive says, where one says something.
    fn at(self, pos: Pos) -> String {
        let (Some((line, column)), Some(place)) =
            (self.sources.line_and_column(pos), self.sources.place(pos))
        else {
            return "@none".to_owned();
        };
        let file = self.sources.file(pos).map_or("", |file| self.sources.path(file));
        if (place.file.as_str(), place.line, place.column) == (file, line, column) {
            return format!("@{line}:{column}");
        }
        format!("@{line}:{column}[{}:{}:{}]", place.file, place.line, place.column)
    }

    fn ident(self, ident: Ident) -> String {
        format!("{}{}", self.names.text(ident.name), self.at(ident.pos))
    }

    fn idents(self, idents: &[Ident]) -> String {
        idents.iter().map(|ident| self.ident(*ident)).collect::<Vec<_>>().join(",")
    }

    fn optional(self, expr: Option<ExprId>) -> String {
        expr.map_or("_".to_owned(), |expr| self.expr(expr))
    }

    fn optional_stmt(self, stmt: Option<StmtId>) -> String {
        stmt.map_or("_".to_owned(), |stmt| self.stmt(stmt))
    }

    pub(super) fn decl(self, id: DeclId) -> String {
        let decl = &self.ast[id];
        let at = self.at(decl.pos);
        match &decl.kind {
            DeclKind::Import(import) => {
                let name = import.name.map_or("_".to_owned(), |name| self.ident(name));
                let path = Ident { pos: import.path_pos, name: import.path };
                format!("(import{at} {name} {})", self.ident(path))
            }
            DeclKind::Const(decl) => format!("(const{at} {})", self.constants(decl)),
            DeclKind::Var(decl) => format!("(var{at} {})", self.variables(decl)),
            DeclKind::Type(decl) => {
                let alias = if decl.alias { "=" } else { "" };
                let (name, tparams) = (self.ident(decl.name), self.params(&decl.tparams));
                format!("(type{alias}{at} {name} [{tparams}] {})", self.expr(decl.ty))
            }
            DeclKind::Func(func) => format!("(func{at} {})", self.func(func)),
        }
    }

    fn constants(self, decl: &ConstDecl) -> String {
        let place = decl.group.map_or(String::new(), |_| format!("#{}", decl.iota));
        let names = self.idents(&decl.names);
        format!("{place}{names} {} {}", self.optional(decl.ty), self.optional(decl.values))
    }

    fn variables(self, decl: &VarDecl) -> String {
        let pragmas = pragma_words(&decl.pragmas);
        let names = self.idents(&decl.names);
        format!("{pragmas}{names} {} {}", self.optional(decl.ty), self.optional(decl.values))
    }

    fn func(self, func: &FuncDecl) -> String {
        let pragmas = pragma_words(&func.pragmas);
        let recv = func.recv.map_or("_".to_owned(), |recv| self.param(recv));
        let (name, tparams) = (self.ident(func.name), self.params(&func.tparams));
        let body = func.body.as_ref().map_or("_".to_owned(), |body| self.block(body));
        format!("{pragmas}{recv} {name} [{tparams}] {} {body}", self.expr(func.ty))
    }

    fn param(self, param: Param) -> String {
        self.named(param.name, param.pos, param.ty)
    }

    /// A name and what it is of; the position, where it is not the name's.
    fn named(self, name: Option<Ident>, pos: Pos, ty: ExprId) -> String {
        let ty = self.expr(ty);
        match name {
            Some(name) if name.pos == pos => format!("{}:{ty}", self.ident(name)),
            Some(name) => format!("{}{}:{ty}", self.ident(name), self.at(pos)),
            None => format!("{}:{ty}", self.at(pos)),
        }
    }

    fn params(self, params: &[Param]) -> String {
        params.iter().map(|param| self.param(*param)).collect::<Vec<_>>().join(" ")
    }

    fn block(self, block: &Block) -> String {
        let (open, close) = (self.at(block.pos), self.at(block.rbrace));
        format!("{{{open}{} }}{close}", self.stmts(&block.stmts))
    }

    fn stmts(self, stmts: &[StmtId]) -> String {
        stmts.iter().fold(String::new(), |text, stmt| text + " " + &self.stmt(*stmt))
    }

    fn exprs(self, exprs: &[ExprId]) -> String {
        exprs.iter().fold(String::new(), |text, expr| text + " " + &self.expr(*expr))
    }

    pub(super) fn expr(self, id: ExprId) -> String {
        let expr = &self.ast[id];
        let at = self.at(expr.pos);
        match &expr.kind {
            ExprKind::Bad => format!("bad{at}"),
            ExprKind::Name(name) => format!("{}{at}", self.names.text(*name)),
            ExprKind::BasicLit { kind, text } => {
                format!("{kind:?}:{}{at}", self.names.text(*text).replace('\n', "\\n"))
            }
            ExprKind::CompositeLit { ty, elems, keyed, rbrace } => {
                let (ty, close) = (self.optional(*ty), self.at(*rbrace));
                format!("(lit{at} {ty}{} {keyed} }}{close})", self.exprs(elems))
            }
            ExprKind::KeyValue { key, value } => {
                format!("(:{at} {} {})", self.expr(*key), self.expr(*value))
            }
            ExprKind::FuncLit { ty, body } => {
                format!("(func{at} {} {})", self.expr(*ty), self.block(body))
            }
            ExprKind::Paren(x) => format!("(paren{at} {})", self.expr(*x)),
            ExprKind::Selector { of, sel } => {
                format!("(.{at} {} {})", self.expr(*of), self.ident(*sel))
            }
            ExprKind::Index { of, index } => {
                format!("(index{at} {} {})", self.expr(*of), self.expr(*index))
            }
            ExprKind::Slice { of, index: [low, high, max], full } => {
                let full = if *full { "3" } else { "" };
                let bounds = [low, high, max].map(|bound| self.optional(*bound)).join(" ");
                format!("(slice{full}{at} {} {bounds})", self.expr(*of))
            }
            ExprKind::Assert { of, ty } => {
                format!("(assert{at} {} {})", self.expr(*of), self.expr(*ty))
            }
            ExprKind::TypeSwitchGuard { lhs, of } => {
                let lhs = lhs.map_or("_".to_owned(), |lhs| self.ident(lhs));
                format!("(guard{at} {lhs} {})", self.expr(*of))
            }
            ExprKind::Unary { op, x } => format!("({}{at} {})", unary(*op), self.expr(*x)),
            ExprKind::Binary { op, x, y } => {
                let written = Token::ALL.iter().find(|t| t.binary().is_some_and(|b| b.0 == *op));
                let op = written.map_or("?", |token| token.text());
                format!("({op}{at} {} {})", self.expr(*x), self.expr(*y))
            }
            ExprKind::Call { fun, args, has_dots } => {
                let dots = if *has_dots { "..." } else { "" };
                format!("(call{dots}{at} {}{})", self.expr(*fun), self.exprs(args))
            }
            ExprKind::List(all) => format!("(list{at}{})", self.exprs(all)),
            _ => self.ty(id),
        }
    }

    fn ty(self, id: ExprId) -> String {
        let at = self.at(self.ast[id].pos);
        match &self.ast[id].kind {
            ExprKind::ArrayType { len, elem } => {
                format!("(array{at} {} {})", self.optional(*len), self.expr(*elem))
            }
            ExprKind::SliceType(elem) => format!("([]{at} {})", self.expr(*elem)),
            ExprKind::DotsType(elem) => format!("(...{at} {})", self.expr(*elem)),
            ExprKind::StructType(fields) => {
                let mut text = format!("(struct{at}");
                for field in fields {
                    let tag = if field.tag.is_some() { "tag" } else { "" };
                    let _ = write!(text, " {}{tag}", self.named(field.name, field.pos, field.ty));
                }
                text + ")"
            }
            ExprKind::InterfaceType(methods) => {
                let mut text = format!("(interface{at}");
                for method in methods {
                    let _ = write!(text, " {}", self.named(method.name, method.pos, method.ty));
                }
                text + ")"
            }
            ExprKind::FuncType { params, results } => {
                format!("(sig{at} ({}) ({}))", self.params(params), self.params(results))
            }
            ExprKind::MapType { key, value } => {
                format!("(map{at} {} {})", self.expr(*key), self.expr(*value))
            }
            ExprKind::ChanType { dir, elem } => {
                let dir = match dir {
                    ChanDir::Both => "chan",
                    ChanDir::Send => "chan<-",
                    ChanDir::Recv => "<-chan",
                };
                format!("({dir}{at} {})", self.expr(*elem))
            }
            _ => unreachable!("the caller prints all else"),
        }
    }

    pub(super) fn stmt(self, id: StmtId) -> String {
        let stmt = &self.ast[id];
        let at = self.at(stmt.pos);
        match &stmt.kind {
            StmtKind::Empty => format!("(empty{at})"),
            StmtKind::Labeled { label, stmt } => {
                format!("(label{at} {} {})", self.ident(*label), self.stmt(*stmt))
            }
            StmtKind::Block(block) => self.block(block),
            StmtKind::Expr(x) => format!("(expr{at} {})", self.expr(*x)),
            StmtKind::Send { chan, value } => {
                format!("(send{at} {} {})", self.expr(*chan), self.expr(*value))
            }
            StmtKind::Decl(decls) => {
                let decls: Vec<String> = decls.iter().map(|decl| self.decl(*decl)).collect();
                format!("(decl{at} {})", decls.join(" "))
            }
            StmtKind::Assign { lhs, rhs } => {
                format!("(={at} {} {})", self.expr(*lhs), self.expr(*rhs))
            }
            StmtKind::Define { lhs, rhs } => {
                format!("(:={at} {} {})", self.expr(*lhs), self.expr(*rhs))
            }
            StmtKind::OpAssign { op, lhs, rhs } => {
                let written = Token::ALL.iter().find(|t| t.assign_op() == Some(*op));
                let op = written.map_or("?", |token| token.text());
                format!("({op}{at} {} {})", self.expr(*lhs), self.expr(*rhs))
            }
            StmtKind::IncDec { x, up } => {
                format!("({}{at} {})", if *up { "++" } else { "--" }, self.expr(*x))
            }
            StmtKind::Branch { kind, label } => {
                let kind = match kind {
                    Branch::Break => "break",
                    Branch::Continue => "continue",
                    Branch::Goto => "goto",
                    Branch::Fallthrough => "fallthrough",
                };
                format!("({kind}{at} {})", label.map_or("_".to_owned(), |label| self.ident(label)))
            }
            StmtKind::Spawn { kind, call } => {
                let kind = if *kind == Spawn::Go { "go" } else { "defer" };
                format!("({kind}{at} {})", self.expr(*call))
            }
            StmtKind::Return(results) => format!("(return{at} {})", self.optional(*results)),
            StmtKind::Range(range) => {
                let (def, lhs) = (if range.def { ":=" } else { "" }, self.optional(range.lhs));
                format!("(range{def}{at} {lhs} {})", self.expr(range.x))
            }
            _ => self.compound(id),
        }
    }

    fn compound(self, id: StmtId) -> String {
        let stmt = &self.ast[id];
        let at = self.at(stmt.pos);
        match &stmt.kind {
            StmtKind::If { init, cond, then, els } => {
                let (init, cond) = (self.optional_stmt(*init), self.expr(*cond));
                format!("(if{at} {init} {cond} {} {})", self.block(then), self.optional_stmt(*els))
            }
            StmtKind::For { init, cond, post, body } => {
                let (init, post) = (self.optional_stmt(*init), self.optional_stmt(*post));
                format!("(for{at} {init} {} {post} {})", self.optional(*cond), self.block(body))
            }
            StmtKind::Switch { init, tag, body, rbrace } => {
                let (init, tag) = (self.optional_stmt(*init), self.optional(*tag));
                let mut text = format!("(switch{at} {init} {tag}");
                for clause in body {
                    let (at, colon) = (self.at(clause.pos), self.at(clause.colon));
                    let (cases, body) = (self.optional(clause.cases), self.stmts(&clause.body));
                    let _ = write!(text, " (case{at} {cases} :{colon}{body})");
                }
                text + " }" + &self.at(*rbrace) + ")"
            }
            StmtKind::Select { body, rbrace } => {
                let mut text = format!("(select{at}");
                for clause in body {
                    let (at, colon) = (self.at(clause.pos), self.at(clause.colon));
                    let (comm, body) = (self.optional_stmt(clause.comm), self.stmts(&clause.body));
                    let _ = write!(text, " (case{at} {comm} :{colon}{body})");
                }
                text + " }" + &self.at(*rbrace) + ")"
            }
            _ => unreachable!("the caller prints all else"),
        }
    }
}

fn unary(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Plus => "+",
        UnaryOp::Minus => "-",
        UnaryOp::Not => "!",
        UnaryOp::Xor => "^",
        UnaryOp::Addr => "&",
        UnaryOp::Star => "*",
        UnaryOp::Recv => "<-",
        UnaryOp::Tilde => "~",
    }
}

fn pragma_words(pragmas: &Pragmas) -> String {
    let words = [
        (pragmas.noescape, "noescape "),
        (pragmas.noinline, "noinline "),
        (pragmas.nosplit, "nosplit "),
        (pragmas.uintptrescapes, "uintptrescapes "),
        (pragmas.uintptrkeepalive, "uintptrkeepalive "),
        (pragmas.norace, "norace "),
        (pragmas.nocheckptr, "nocheckptr "),
        (pragmas.systemstack, "systemstack "),
        (pragmas.nowritebarrier, "nowritebarrier "),
        (pragmas.cgo_unsafe_args, "cgo_unsafe_args "),
        (!pragmas.embed.is_empty(), "embed "),
    ];
    words.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect()
}
