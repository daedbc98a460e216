//! Labels and jumps of a function: each jump leads somewhere, and each label is led to.
//!
//! A function that could not be parsed without mistakes is not asked: what is missing in its tree might be
//! what a jump leads to.
//!
//! A body is walked once. Jumps out of enclosing statements are judged on the way, since what encloses them is
//! known then. A `goto` may lead forward, so each is kept with its time, as are labels and declarations: it jumps
//! over the last declaration before the label in the label's block, if that came after the `goto`.

use crate::ast::{Ast, Branch, DeclId, DeclKind, ExprId, ExprKind, Ident, StmtId, StmtKind};
use crate::fault::{FaultKind, Faults};
use crate::hash::Map;
use crate::names::{Name, Names};
use crate::source::{Pos, Sources};

/// Whose body it is.
#[derive(Clone, Copy)]
pub(super) enum Function {
    Declared(DeclId),
    Literal(ExprId),
}

/// Checks the body of `function`.
pub(super) fn check(
    function: Function,
    ast: &Ast,
    names: &Names,
    sources: &Sources,
    faults: &mut Faults,
) {
    let body = match function {
        Function::Declared(decl) => match &ast[decl].kind {
            DeclKind::Func(func) => func.body.as_ref(),
            _ => None,
        },
        Function::Literal(expr) => match &ast[expr].kind {
            ExprKind::FuncLit { body, .. } => Some(body),
            _ => None,
        },
    };
    let Some(body) = body else { return };
    let mut check = Check {
        ast,
        names,
        sources,
        faults,
        blocks: Vec::new(),
        labels: Vec::new(),
        numbers: Map::default(),
        gotos: Vec::new(),
        time: 0,
    };
    check.block(None, Around::default(), None, body.pos, &body.stmts);
    check.judge_gotos();
    check.judge_labels();
}

struct Check<'a> {
    ast: &'a Ast,
    names: &'a Names,
    sources: &'a Sources,
    faults: &'a mut Faults,
    blocks: Vec<BlockOf>,
    labels: Vec<Label>,
    /// Indices in `labels`.
    numbers: Map<Name, usize>,
    gotos: Vec<Goto>,
    /// How many statements have been seen.
    time: u32,
}

/// A list of statements.
struct BlockOf {
    /// The block around it, as an index in `blocks`.
    parent: Option<usize>,
    start: Pos,
    /// The label of the statement that it is a part of.
    label: Option<StmtId>,
    /// Declarations of variables directly in it, in the order of their times.
    variables: Vec<Variable>,
}

struct Variable {
    time: u32,
    pos: Pos,
    /// The name, or the names between commas.
    name: String,
}

struct Label {
    ident: Ident,
    stmt: StmtId,
    block: usize,
    time: u32,
    used: bool,
}

struct Goto {
    label: Ident,
    block: usize,
    time: u32,
}

/// What encloses a statement and can be left or fallen through.
#[derive(Clone, Copy, Default)]
struct Around {
    /// What `break` leaves.
    breaks: Option<StmtId>,
    /// Whether there is a loop to continue.
    in_loop: bool,
    /// Which clause of the innermost `switch` it is directly in.
    clause: Option<usize>,
}

impl Check<'_> {
    fn fault(&mut self, pos: Pos, message: String) {
        self.faults.push(pos, FaultKind::Branch, message);
    }

    fn text(&self, label: Ident) -> &str {
        self.names.text(label.name)
    }

    fn told(&self, pos: Pos) -> String {
        self.sources.place(pos).map_or(String::new(), |place| place.to_string())
    }

    fn block(
        &mut self,
        parent: Option<usize>,
        around: Around,
        label: Option<StmtId>,
        start: Pos,
        stmts: &[StmtId],
    ) {
        let block = self.blocks.len();
        self.blocks.push(BlockOf { parent, start, label, variables: Vec::new() });
        // A `fallthrough` is the last statement even if semicolons follow.
        let empty = |stmt: &StmtId| matches!(self.ast[*stmt].kind, StmtKind::Empty);
        let len = stmts.iter().rposition(|stmt| !empty(stmt)).map_or(0, |last| last + 1);
        for (at, stmt) in stmts[..len].iter().enumerate() {
            self.stmt(*stmt, block, around, at + 1 == len);
        }
    }

    fn stmt(&mut self, mut stmt: StmtId, block: usize, around: Around, is_last: bool) {
        self.time += 1;
        let ast = self.ast;
        let mut label = None;
        while let StmtKind::Labeled { label: ident, stmt: inner } = ast[stmt].kind {
            if !ident.name.is_blank() {
                self.declare(ident, stmt, block);
                label = Some(stmt);
            }
            stmt = inner;
        }
        let pos = ast[stmt].pos;
        let inner = Around { clause: None, ..around };
        match &ast[stmt].kind {
            StmtKind::Decl(decls) => self.declaration(decls, block),
            StmtKind::Define { lhs, .. } => {
                let name = self.expr_names(*lhs);
                self.variable(block, pos, name);
            }
            StmtKind::Branch { kind, label: None } => self.branch(*kind, pos, around, is_last),
            StmtKind::Branch { kind, label: Some(to) } => self.labeled_branch(*kind, *to, block),
            StmtKind::Block(body) => self.block(Some(block), inner, label, pos, &body.stmts),
            StmtKind::If { then, els, .. } => {
                self.block(Some(block), inner, label, then.pos, &then.stmts);
                if let Some(els) = els {
                    self.block(Some(block), inner, label, ast[*els].pos, &[*els]);
                }
            }
            StmtKind::For { body, .. } => {
                let inside = Around { breaks: Some(stmt), in_loop: true, clause: None };
                self.block(Some(block), inside, label, body.pos, &body.stmts);
            }
            StmtKind::Switch { body, .. } => {
                for (at, clause) in body.iter().enumerate() {
                    let inside = Around { breaks: Some(stmt), clause: Some(at), ..around };
                    self.block(Some(block), inside, label, clause.pos, &clause.body);
                }
            }
            StmtKind::Select { body, .. } => {
                let inside = Around { breaks: Some(stmt), ..inner };
                for clause in body {
                    self.block(Some(block), inside, label, clause.pos, &clause.body);
                }
            }
            _ => {}
        }
    }

    fn declaration(&mut self, decls: &[DeclId], block: usize) {
        // The first is enough: all of them are jumped over or none.
        for decl in decls {
            if let DeclKind::Var(var) = &self.ast[*decl].kind {
                let name = self.names.text(var.names[0].name).to_owned();
                return self.variable(block, self.ast[*decl].pos, name);
            }
        }
    }

    fn variable(&mut self, block: usize, pos: Pos, name: String) {
        self.blocks[block].variables.push(Variable { time: self.time, pos, name });
    }

    fn expr_names(&self, lhs: ExprId) -> String {
        let all = match &self.ast[lhs].kind {
            ExprKind::List(all) => &all[..],
            _ => &[lhs],
        };
        let names = all.iter().map(|x| self.ast.as_name(*x).map_or("…", |n| self.names.text(n)));
        names.collect::<Vec<_>>().join(", ")
    }

    fn declare(&mut self, ident: Ident, stmt: StmtId, block: usize) {
        if let Some(number) = self.numbers.get(&ident.name) {
            let first = self.told(self.labels[*number].ident.pos);
            let message = format!("label {} already defined at {first}", self.text(ident));
            return self.fault(ident.pos, message);
        }
        self.numbers.insert(ident.name, self.labels.len());
        self.labels.push(Label { ident, stmt, block, time: self.time, used: false });
    }

    fn branch(&mut self, kind: Branch, pos: Pos, around: Around, is_last: bool) {
        let message = match kind {
            Branch::Break if around.breaks.is_none() => "break is not in a loop, switch, or select",
            Branch::Continue if !around.in_loop => "continue is not in a loop",
            Branch::Fallthrough => match self.fallthrough(around, is_last) {
                Some(message) => message,
                None => return,
            },
            _ => return,
        };
        self.fault(pos, message.to_owned());
    }

    /// What is wrong with a `fallthrough`.
    fn fallthrough(&self, around: Around, is_last: bool) -> Option<&'static str> {
        let misplaced = Some("fallthrough statement out of place");
        let Some(stmt) = around.breaks else { return misplaced };
        let StmtKind::Switch { tag, body, .. } = &self.ast[stmt].kind else { return misplaced };
        let guard = tag.map(|tag| &self.ast[tag].kind);
        if matches!(guard, Some(ExprKind::TypeSwitchGuard { .. })) {
            return Some("cannot fallthrough in type switch");
        }
        match around.clause {
            Some(at) if is_last && at + 1 == body.len() => {
                Some("cannot fallthrough final case in switch")
            }
            Some(_) if is_last => None,
            _ => misplaced,
        }
    }

    fn labeled_branch(&mut self, kind: Branch, to: Ident, block: usize) {
        let (word, needs_loop) = match kind {
            Branch::Break => ("break", false),
            Branch::Continue => ("continue", true),
            Branch::Goto | Branch::Fallthrough => {
                return self.gotos.push(Goto { label: to, block, time: self.time });
            }
        };
        let message = match self.numbers.get(&to.name).copied() {
            None => format!("{word} label not defined: {}", self.text(to)),
            Some(number) if self.can_leave(number, block, needs_loop) => return,
            Some(_) => format!("invalid {word} label {}", self.text(to)),
        };
        self.fault(to.pos, message);
    }

    /// Whether `block` is in the statement of a label, and the statement can be left, or continued.
    fn can_leave(&mut self, number: usize, block: usize, needs_loop: bool) -> bool {
        self.labels[number].used = true;
        let stmt = self.labels[number].stmt;
        let encloses = self.ancestors(block).any(|b| self.blocks[b].label == Some(stmt));
        let StmtKind::Labeled { stmt: inner, .. } = self.ast[stmt].kind else { return false };
        let fits = match self.ast[inner].kind {
            StmtKind::For { .. } => true,
            StmtKind::Switch { .. } | StmtKind::Select { .. } => !needs_loop,
            _ => false,
        };
        encloses && fits
    }

    fn ancestors(&self, block: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(block), |block| self.blocks[*block].parent)
    }

    fn judge_gotos(&mut self) {
        for Goto { label: to, block, time } in std::mem::take(&mut self.gotos) {
            let text = self.text(to).to_owned();
            let Some(number) = self.numbers.get(&to.name).copied() else {
                self.fault(to.pos, format!("label {text} not defined"));
                continue;
            };
            self.labels[number].used = true;
            let label = &self.labels[number];
            let home = &self.blocks[label.block];
            if !self.ancestors(block).any(|above| above == label.block) {
                let start = self.told(home.start);
                self.fault(to.pos, format!("goto {text} jumps into block starting at {start}"));
                continue;
            }
            let before = home.variables.partition_point(|variable| variable.time < label.time);
            if let Some(last) = home.variables[..before].last().filter(|last| last.time > time) {
                let message = format!(
                    "goto {text} jumps over declaration of {} at {}",
                    last.name,
                    self.told(last.pos)
                );
                self.fault(to.pos, message);
            }
        }
    }

    fn judge_labels(&mut self) {
        for label in std::mem::take(&mut self.labels) {
            if !label.used {
                let message = format!("label {} defined and not used", self.text(label.ident));
                self.fault(label.ident.pos, message);
            }
        }
    }
}
