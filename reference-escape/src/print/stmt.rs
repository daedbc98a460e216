//! Statements as the compiler prints them: loops and switches by name only.

use super::Texts;
use super::words::binary_sign;
use crate::ast::BinaryOp;
use crate::ir::{Case, NodeId, Op};
use crate::source::Pos;

/// How tightly the arrow of a send binds.
const SEND: u32 = 3;

impl Texts<'_> {
    /// A statement or an expression.
    pub fn stmt(&self, id: NodeId) -> String {
        match &self.body[id].op {
            Op::Assign { x, y, def } => {
                let y = y.map_or("<nil>".to_owned(), |y| self.expr(y));
                format!("{} {} {y}", self.expr(*x), sign(*def))
            }
            Op::AssignOp { op, x, counts: true, .. } => {
                format!("{}{}", self.expr(*x), if *op == BinaryOp::Add { "++" } else { "--" })
            }
            Op::AssignOp { op, x, y, .. } => {
                format!("{} {}= {}", self.expr(*x), binary_sign(*op), self.expr(*y))
            }
            Op::AssignList { lhs, rhs, def, .. } => {
                format!("{} {} {}", self.list(lhs), sign(*def), self.list(rhs))
            }
            Op::Return(results) => format!("return {}", self.list(results)),
            Op::Send(chan, value) => {
                format!("{} <- {}", self.bound(*chan, SEND), self.bound(*value, SEND + 1))
            }
            Op::For { .. } | Op::Range { .. } => "for loop".to_owned(),
            Op::Switch { .. } | Op::TypeSwitch { .. } => "switch statement".to_owned(),
            Op::Select(_) => "select statement".to_owned(),
            Op::Block(list) => self.stmts(list),
            Op::If { cond, then, els } => self.branch(*cond, then, els, &self.body[id].init),
            Op::Go(call) => format!("go {}", self.expr(*call)),
            Op::Defer(call, _) => format!("defer {}", self.expr(*call)),
            Op::Dcl(var) => format!("var {} {}", self.var(*var), self.ty(self.body[*var].ty)),
            Op::Label(name) => format!("{}: ", self.program.names.text(*name)),
            Op::Goto(name) => format!("goto {}", self.program.names.text(*name)),
            Op::Break(label) => self.jump("break", *label),
            Op::Continue(label) => self.jump("continue", *label),
            Op::Fallthrough => "fallthrough".to_owned(),
            _ => self.expr(id),
        }
    }

    /// A clause of a type switch, and where it begins.
    pub fn clause(&self, switch: NodeId, at: usize) -> (Pos, String) {
        let (Op::TypeSwitch { cases, .. } | Op::Switch { cases, .. }) = &self.body[switch].op
        else {
            return (Pos::NONE, String::new());
        };
        let Some(Case { pos, list, body, .. }) = cases.get(at) else {
            return (Pos::NONE, String::new());
        };
        let what = if list.is_empty() {
            "default".to_owned()
        } else {
            format!("case {}", self.list(list))
        };
        (*pos, format!("{what}: {}", self.stmts(body)))
    }

    fn branch(&self, cond: NodeId, then: &[NodeId], els: &[NodeId], init: &[NodeId]) -> String {
        let init = match init {
            [single] if self.body[*single].init.is_empty() => format!("{}; ", self.stmt(*single)),
            _ => String::new(),
        };
        let text = format!("if {init}{} {{ {} }}", self.expr(cond), self.stmts(then));
        if els.is_empty() { text } else { format!("{text} else {{ {} }}", self.stmts(els)) }
    }

    fn jump(&self, word: &str, label: Option<crate::names::Name>) -> String {
        match label {
            Some(label) => format!("{word} {}", self.program.names.text(label)),
            None => word.to_owned(),
        }
    }

    fn stmts(&self, list: &[NodeId]) -> String {
        let texts: Vec<String> = list.iter().map(|id| self.stmt(*id)).collect();
        texts.join("; ")
    }

    fn list(&self, list: &[NodeId]) -> String {
        let texts: Vec<String> = list.iter().map(|id| self.expr(*id)).collect();
        texts.join(", ")
    }
}

fn sign(def: bool) -> &'static str {
    if def { ":=" } else { "=" }
}
