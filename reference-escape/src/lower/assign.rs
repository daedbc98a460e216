//! Declarations of variables, assignments, returns.

use super::Lowering;
use crate::ast::{BinaryOp, ExprId, VarDecl};
use crate::constant::Value;
use crate::ir::{Class, NodeId, Op, Pairing, VarId};
use crate::source::Pos;
use crate::types::{ObjectId, TypeId};

/// What is assigned to.
pub(super) struct Left {
    node: NodeId,
    /// The variable, if this declares it.
    declares: Option<VarId>,
    /// Its type; `None` of the blank name.
    ty: Option<TypeId>,
}

/// The left side of an assignment, in the text.
enum Target {
    /// An expression.
    Expr(ExprId),
    /// A variable that is declared.
    Declared(ObjectId),
    /// `_`
    Blank,
}

impl Lowering<'_> {
    /// `var a, b T = x, y`
    pub(super) fn var_decl(&mut self, pos: Pos, decl: &VarDecl, out: &mut Vec<NodeId>) {
        let targets: Vec<Target> = decl
            .names
            .iter()
            .map(|ident| match self.info().defined(ident.pos) {
                Some(object) if !ident.name.is_blank() => Target::Declared(object),
                _ => Target::Blank,
            })
            .collect();
        let values = self.opt_list(decl.values);
        if values.is_empty() {
            for target in targets {
                if let Target::Declared(object) = target {
                    self.declare_zero(pos, object, out);
                }
            }
            return;
        }
        self.assign_targets(pos, &targets, &values, out);
    }

    /// `var x T`
    fn declare_zero(&mut self, pos: Pos, object: ObjectId, out: &mut Vec<NodeId>) {
        let var = self.declare(self.func, object, Class::Auto);
        let x = self.body.name(var);
        let assign = self.body.add_stmt(pos, Op::Assign { x, y: None, def: false });
        let dcl = self.body.add_stmt(pos, Op::Dcl(var));
        self.body[assign].init.push(dcl);
        out.push(assign);
    }

    /// `a, b = x, y`, and `:=` if it may declare.
    pub(super) fn assign(
        &mut self,
        pos: Pos,
        lhs: ExprId,
        rhs: ExprId,
        define: bool,
        out: &mut Vec<NodeId>,
    ) {
        let targets: Vec<Target> =
            self.list(lhs).into_iter().map(|id| self.target(id, define)).collect();
        let values = self.list(rhs);
        self.assign_targets(pos, &targets, &values, out);
    }

    fn target(&self, id: ExprId, define: bool) -> Target {
        let id = self.ast.unparen(id);
        let Some(name) = self.ast.as_name(id) else { return Target::Expr(id) };
        if name.is_blank() {
            return Target::Blank;
        }
        match self.info().used(id) {
            Some(object) if define && self.program.types()[object].pos == self.pos(id) => {
                Target::Declared(object)
            }
            _ => Target::Expr(id),
        }
    }

    fn left(&mut self, pos: Pos, target: &Target) -> Left {
        match target {
            Target::Blank => {
                Left { node: self.body.add_stmt(pos, Op::Blank), declares: None, ty: None }
            }
            Target::Declared(object) => {
                let var = self.declare(self.func, *object, Class::Auto);
                let node = self.body.name(var);
                let ty = self.body[node].ty;
                Left { node, declares: Some(var), ty: Some(ty) }
            }
            Target::Expr(id) => {
                let node = self.expr(*id);
                let ty = self.body[node].ty;
                Left { node, declares: None, ty: Some(ty) }
            }
        }
    }

    fn assign_targets(
        &mut self,
        pos: Pos,
        targets: &[Target],
        values: &[ExprId],
        out: &mut Vec<NodeId>,
    ) {
        let left: Vec<Left> = targets.iter().map(|target| self.left(pos, target)).collect();
        let types: Vec<Option<TypeId>> = left.iter().map(|left| left.ty).collect();
        let right = self.multi(pos, values, &mut |_, at| types.get(at).copied().flatten());
        self.assign_values(pos, &left, right, out);
    }

    fn assign_values(
        &mut self,
        pos: Pos,
        left: &[Left],
        right: Vec<NodeId>,
        out: &mut Vec<NodeId>,
    ) {
        let def = left.iter().any(|left| left.declares.is_some());
        let op = match (left, &right[..]) {
            ([single], [value]) => Op::Assign { x: single.node, y: Some(*value), def },
            _ => Op::AssignList {
                pairing: Pairing::Each,
                lhs: left.iter().map(|left| left.node).collect(),
                rhs: right.into(),
                def,
            },
        };
        let assign = self.body.add_stmt(pos, op);
        self.declare_by(assign, left.iter().filter_map(|left| left.declares));
        out.push(assign);
    }

    /// Notes that `stmt` declares `vars`.
    pub(super) fn declare_by(&mut self, stmt: NodeId, vars: impl IntoIterator<Item = VarId>) {
        for var in vars {
            self.body[var].defn = Some(stmt);
            let pos = self.body[var].pos;
            let dcl = self.body.add_stmt(pos, Op::Dcl(var));
            self.body[stmt].init.push(dcl);
        }
    }

    /// The variables of a range clause.
    pub(super) fn range_targets(&mut self, ids: &[ExprId], def: bool) -> (Vec<NodeId>, Vec<VarId>) {
        let (mut nodes, mut declared) = (Vec::new(), Vec::new());
        for id in ids {
            let target = self.target(*id, def);
            let left = self.left(self.pos(*id), &target);
            nodes.push(left.node);
            declared.extend(left.declares);
        }
        (nodes, declared)
    }

    /// `x op= y`
    pub(super) fn op_assign(
        &mut self,
        pos: Pos,
        op: BinaryOp,
        lhs: ExprId,
        rhs: ExprId,
        out: &mut Vec<NodeId>,
    ) {
        let x = self.expr(lhs);
        let shift = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        let ty = (!shift).then(|| self.body[x].ty);
        let y = self.converted(rhs, ty);
        out.push(self.body.add_stmt(pos, Op::AssignOp { op, x, y, counts: false }));
    }

    /// `x++`, `x--`
    pub(super) fn count(&mut self, pos: Pos, x: ExprId, up: bool, out: &mut Vec<NodeId>) {
        let x = self.expr(x);
        let ty = self.body[x].ty;
        let y = self.literal(pos, ty, &Value::Small(1));
        let op = if up { BinaryOp::Add } else { BinaryOp::Sub };
        out.push(self.body.add_stmt(pos, Op::AssignOp { op, x, y, counts: true }));
    }

    /// `return a, b`
    pub(super) fn return_stmt(&mut self, pos: Pos, results: Option<ExprId>, out: &mut Vec<NodeId>) {
        if self.return_from_range_func(pos, results, out) {
            return;
        }
        let values = self.returned(pos, results);
        out.push(self.body.add_stmt(pos, Op::Return(values.into())));
    }

    /// Values as results of the current function.
    pub(super) fn returned(&mut self, pos: Pos, results: Option<ExprId>) -> Vec<NodeId> {
        let types: Vec<TypeId> = self.result_types();
        let list = self.opt_list(results);
        self.multi(pos, &list, &mut |_, at| types.get(at).copied())
    }

    fn result_types(&self) -> Vec<TypeId> {
        let func = self.results_of();
        self.body[func].result_vars().iter().map(|var| self.body[*var].ty).collect()
    }
}
