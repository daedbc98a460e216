//! Package variables whose values are known when the program is built: nothing is done for them, and so nothing escapes.
//!
//! Each statement of a package's initialisation is tried. What is static of it disappears, and where only parts of a literal
//! are not, a statement for each of these takes its place.

use super::effects::{has_side_effects, may_change_package};
use crate::check::Program;
use crate::hash::Map;
use crate::ir::{Body, Conv, FuncIndex, NodeId, Op};
use crate::types::{Declare, ObjectId, PackageId, Type};

struct Schedule<'a> {
    program: &'a mut Program,
    body: &'a mut Body,
    package: PackageId,
    /// The statements that give package variables their values.
    values: Map<ObjectId, NodeId>,
    out: Vec<NodeId>,
    /// Whether something may have changed package variables by now.
    changed: bool,
    /// Whether the package's data must not hold addresses, so that its contents can be verified.
    without_addresses: bool,
}

/// The packages whose contents are verified when a program starts.
const VERIFIED: &str = "crypto/internal/fips140";

/// Removes what is static from the initialisation of `package`.
pub(super) fn run(program: &mut Program, body: &mut Body, package: PackageId) {
    let stmts = std::mem::take(&mut body[FuncIndex::ROOT].body);
    let mut values = Map::default();
    for stmt in &stmts {
        if let Op::Assign { x, y: Some(y), .. } = body[*stmt].op
            && let Op::Global(object) = body[x].op
        {
            values.insert(object, y);
        }
    }
    let path = program.names.text(program.types()[package].path);
    let without_addresses = path == VERIFIED || path.starts_with(&format!("{VERIFIED}/"));
    let (out, changed) = (Vec::with_capacity(stmts.len()), false);
    let mut schedule = Schedule { program, body, package, values, out, changed, without_addresses };
    for stmt in stmts {
        if !schedule.statement(stmt) {
            schedule.out.push(stmt);
        }
    }
    let out = schedule.out;
    body[FuncIndex::ROOT].body = out;
}

impl Schedule<'_> {
    /// Whether nothing is left to do for `stmt`.
    fn statement(&mut self, stmt: NodeId) -> bool {
        let (lhs, value) = match &self.body[stmt].op {
            Op::Assign { x, y: Some(y), .. } => (vec![*x], *y),
            Op::AssignList { lhs, rhs, .. } => (lhs.to_vec(), rhs[0]),
            _ => return false,
        };
        self.changed =
            self.changed || may_change_package(self.program, self.body, self.package, value);
        let blank = lhs.iter().all(|left| matches!(self.body[*left].op, Op::Blank));
        if blank && !has_side_effects(self.body, value) {
            return true;
        }
        match lhs[..] {
            [left] => self.value(left, value),
            _ => false,
        }
    }

    /// Whether `value` is static as the value of (a part of) `left`.
    fn value(&mut self, left: NodeId, value: NodeId) -> bool {
        let value = self.body.without_nops(value);
        if self.without_addresses && !self.is_plain(value) {
            return false;
        }
        match self.body[value].op.clone() {
            Op::Global(_) | Op::Name(_) => self.copied(left, value),
            Op::Func(_) | Op::MethodExpr { .. } | Op::Nil | Op::Literal(_) => true,
            Op::Addr(x) => self.is_package_place(x),
            Op::PtrLit(x) => {
                let literal = matches!(
                    self.body[x].op,
                    Op::ArrayLit(_) | Op::SliceLit(..) | Op::StructLit(_) | Op::MapLit(_)
                );
                if literal {
                    self.part(left, x);
                }
                literal
            }
            Op::Convert(Conv::StringToBytes, x) => matches!(self.body[x].op, Op::Literal(_)),
            Op::ArrayLit(_) | Op::SliceLit(..) | Op::StructLit(_) => {
                for part in self.parts(value) {
                    self.part(left, part);
                }
                true
            }
            Op::Closure(func) => !self.body.is_closure(func),
            Op::Convert(Conv::Iface, x) => self.boxed(left, x),
            _ => false,
        }
    }

    /// Whether a value holds no address: its parts are asked about on their own.
    fn is_plain(&self, value: NodeId) -> bool {
        match &self.body[value].op {
            Op::Literal(value) => value.as_text().is_none_or(crate::constant::Text::is_empty),
            Op::Nil | Op::ArrayLit(_) | Op::StructLit(_) => true,
            _ => false,
        }
    }

    /// A part of a literal: static, or else assigned by a statement of its own.
    fn part(&mut self, left: NodeId, part: NodeId) {
        if !self.value(left, part) {
            let pos = self.body[part].pos;
            let assign = Op::Assign { x: left, y: Some(part), def: false };
            let stmt = self.body.add_stmt(pos, assign);
            self.out.push(stmt);
        }
    }

    /// The elements or fields of a literal, those of arrays and structs in it taken apart.
    fn parts(&self, literal: NodeId) -> Vec<NodeId> {
        let mut parts = Vec::new();
        let list: Vec<NodeId> = match &self.body[literal].op {
            Op::ArrayLit(list) | Op::SliceLit(list, _) => list.to_vec(),
            Op::StructLit(fields) => fields
                .iter()
                .filter(|(name, _)| !name.is_blank())
                .map(|(_, value)| *value)
                .collect(),
            _ => Vec::new(),
        };
        for part in list {
            let part = match self.body[part].op {
                Op::Key(_, value) => value,
                _ => part,
            };
            match self.body[part].op {
                Op::ArrayLit(_) | Op::StructLit(_) => parts.extend(self.parts(part)),
                Op::Literal(_) if !self.without_addresses => {}
                Op::Nil => {}
                _ => parts.push(part),
            }
        }
        parts
    }

    fn boxed(&mut self, left: NodeId, mut value: NodeId) -> bool {
        while let Op::Convert(Conv::Iface, x) = self.body[value].op {
            value = x;
        }
        let ty = self.body[value].ty;
        if matches!(self.program.under_type(ty), Type::Interface(_)) {
            return matches!(self.body[value].op, Op::Nil);
        }
        if !matches!(self.body[value].op, Op::Nil) {
            self.part(left, value);
        }
        true
    }

    /// Whether `id` is a package variable or a fixed part of one.
    fn is_package_place(&mut self, mut id: NodeId) -> bool {
        loop {
            id = match self.body[id].op {
                Op::Global(_) => return true,
                Op::Dot(x, _) => x,
                Op::Index(x, index) => {
                    let ty = self.body[x].ty;
                    let array = matches!(self.program.under_type(ty), Type::Array { .. });
                    if !array || !matches!(self.body[index].op, Op::Literal(_)) {
                        return false;
                    }
                    x
                }
                _ => return false,
            };
        }
    }

    /// Whether the value of the variable `from` can be copied when the program is built.
    fn copied(&mut self, left: NodeId, from: NodeId) -> bool {
        let Op::Global(object) = self.body[from].op else { return false };
        let Some(mut value) = self.values.get(&object).copied() else { return false };
        let ty = self.body[from].ty;
        let string = matches!(self.program.under_type(ty), Type::Basic(basic) if basic.is_string());
        if string || self.changed || self.program.types()[object].package != self.package {
            return false;
        }
        value = self.body.without_nops(value);
        match self.body[value].op.clone() {
            Op::Func(_)
            | Op::MethodExpr { .. }
            | Op::Nil
            | Op::Literal(_)
            | Op::PtrLit(_)
            | Op::SliceLit(..) => true,
            Op::Global(_) => {
                if !self.copied(left, value) {
                    self.assign(left, value);
                }
                true
            }
            Op::Addr(x) => matches!(self.body[x].op, Op::Global(_)),
            Op::ArrayLit(_) | Op::StructLit(_) => {
                for part in self.parts(value) {
                    let known = matches!(self.body[part].op, Op::Func(_) | Op::MethodExpr { .. });
                    if !known && !self.copied(left, part) {
                        self.assign(left, from);
                    }
                }
                true
            }
            _ => false,
        }
    }

    fn assign(&mut self, left: NodeId, value: NodeId) {
        let pos = self.body[value].pos;
        let stmt = self.body.add_stmt(pos, Op::Assign { x: left, y: Some(value), def: false });
        self.out.push(stmt);
    }
}
