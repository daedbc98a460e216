//! Go's syntax as plain data.
//!
//! The trees of all files of a package lie in one [`Ast`]: nodes are numbers into its lists, so that what later
//! passes learn of a node (its type, its value, its object) is one more list with the same numbers.
//! A tree is as the text is: lists keep their order, nothing is resolved. Parentheses are kept only where the
//! compiler keeps them, because they move positions: around a statement's expression and before a `{`.
//!
//! **Positions** are the compiler's. A binary expression, a call, an index, a selector stand at their
//! operator: `+`, `(`, `[`, the dot. [`Ast::start`] is where the text of an expression begins.

mod decl;
mod expr;
mod stmt;

pub use decl::{
    ConstDecl, Decl, DeclKind, FuncDecl, Group, ImportDecl, Linkname, Pragmas, TypeDecl, VarDecl,
};
pub use expr::{BinaryOp, ChanDir, Expr, ExprKind, Field, Ident, LitKind, Method, Param, UnaryOp};
pub use stmt::{Block, Branch, CaseClause, CommClause, RangeClause, Spawn, Stmt, StmtKind};

use crate::names::Name;
use crate::source::{FileId, Pos};

macro_rules! ids {
    ($($(#[$doc:meta])* $Id:ident: $Node:ident in $list:ident, $add:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
            pub struct $Id(u32);

            impl std::ops::IndexMut<$Id> for Ast {
                fn index_mut(&mut self, id: $Id) -> &mut $Node {
                    &mut self.$list[id.index()]
                }
            }

            impl $Id {
                /// Its index in lists that have one entry for each.
                pub fn index(self) -> usize {
                    self.0 as usize
                }
            }

            impl std::ops::Index<$Id> for Ast {
                type Output = $Node;
                fn index(&self, id: $Id) -> &$Node {
                    &self.$list[id.index()]
                }
            }
        )*

        /// The nodes of a package.
        #[derive(Debug, Default)]
        pub struct Ast {
            $($list: Vec<$Node>,)*
            /// Its files, in the order in which they were parsed.
            pub files: Vec<File>,
            groups: u32,
        }

        impl Ast {
            $(
                /// Adds a node.
                pub fn $add(&mut self, node: $Node) -> $Id {
                    let id = $Id(self.$list.len() as u32);
                    self.$list.push(node);
                    id
                }
            )*
        }
    };
}

ids! {
    /// An expression or a type: Go's grammar does not always tell which.
    ExprId: Expr in exprs, add_expr;
    /// A statement.
    StmtId: Stmt in stmts, add_stmt;
    /// A declaration, of a file or of a block.
    DeclId: Decl in decls, add_decl;
}

/// A file.
#[derive(Debug)]
pub struct File {
    /// Which one.
    pub id: FileId,
    /// The name behind `package`.
    pub package: Ident,
    /// Its declarations, imports first, in the order of the text.
    pub decls: Vec<DeclId>,
    /// The language version that a build constraint of the file asks for, as `1.21`'s minor number: 21.
    pub version: Option<u32>,
    /// Its `//go:linkname` directives.
    pub linknames: Vec<Linkname>,
    /// Its end.
    pub end: Pos,
}

/// The oldest language version that a constraint may ask for: older releases took it for a mere filter.
const OLDEST_ASKED: u32 = 21;

impl File {
    /// The language version of the file in a package of version `package`, both minor numbers.
    pub fn minor(&self, package: u32) -> u32 {
        self.version.map_or(package, |asked| asked.max(OLDEST_ASKED))
    }
}

impl Ast {
    /// A group that no declaration is in yet.
    pub fn add_group(&mut self) -> Group {
        self.groups += 1;
        Group(self.groups - 1)
    }

    /// All expressions, in the order of their numbers.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.exprs.iter()
    }

    /// All statements, in the order of their numbers.
    pub fn stmts(&self) -> impl Iterator<Item = &Stmt> {
        self.stmts.iter()
    }

    /// How many expressions there are.
    pub fn expr_count(&self) -> usize {
        self.exprs.len()
    }

    /// All expressions, in the order in which they were added.
    pub fn expr_ids(&self) -> impl Iterator<Item = ExprId> + use<> {
        (0..self.exprs.len() as u32).map(ExprId)
    }

    /// All declarations, in the order of the texts; one that others are inside of follows these.
    pub fn decl_ids(&self) -> impl Iterator<Item = DeclId> + use<> {
        (0..self.decls.len() as u32).map(DeclId)
    }

    /// How many statements there are.
    pub fn stmt_count(&self) -> usize {
        self.stmts.len()
    }

    /// `id` without the parentheses around it.
    pub fn unparen(&self, mut id: ExprId) -> ExprId {
        while let ExprKind::Paren(inner) = self[id].kind {
            id = inner;
        }
        id
    }

    /// The name that `id` is, if it is one.
    pub fn as_name(&self, id: ExprId) -> Option<Name> {
        match self[id].kind {
            ExprKind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Where the text of `id` begins: the position of its leftmost part.
    pub fn start(&self, mut id: ExprId) -> Pos {
        loop {
            let expr = &self[id];
            id = match &expr.kind {
                ExprKind::CompositeLit { ty: Some(first), .. }
                | ExprKind::KeyValue { key: first, .. }
                | ExprKind::Selector { of: first, .. }
                | ExprKind::Index { of: first, .. }
                | ExprKind::Slice { of: first, .. }
                | ExprKind::Assert { of: first, .. }
                | ExprKind::Binary { x: first, .. }
                | ExprKind::Call { fun: first, .. } => *first,
                ExprKind::TypeSwitchGuard { lhs: None, of } => *of,
                ExprKind::TypeSwitchGuard { lhs: Some(lhs), .. } => return lhs.pos,
                ExprKind::List(all) if !all.is_empty() => all[0],
                _ => return expr.pos,
            };
        }
    }
}
