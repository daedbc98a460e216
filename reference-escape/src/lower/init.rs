//! The values of a package's variables, as the statements of one function.

use super::{Lowering, World};
use crate::check::{Initializer, Program};
use crate::functions::FuncKey;
use crate::ir::{Body, FuncIndex, NodeId, Op, Origin};
use crate::source::Pos;
use crate::types::{Declare, ObjectId, PackageId, Relations, Type, TypeId};

/// The lowered form of a package's initialisation.
pub fn lower_init(program: &mut Program, world: &mut World, package: PackageId) -> Body {
    let id = world.functions.intern(FuncKey::Init(package));
    let initializers = program.info(package).initializers.clone();
    let version = program.package_version(package);
    let ty = program.types_mut().signature(&[], &[], false);
    let mut lowering = Lowering::new(program, world, package, version, id);
    lowering.new_func(Pos::NONE, ty, Origin::Declared, None);
    let mut body = Vec::new();
    for initializer in &initializers {
        if let Some(first) = initializer.vars.first() {
            lowering.version = lowering.program.declared_version(*first);
        }
        lowering.initializer(initializer, &mut body);
    }
    lowering.body[FuncIndex::ROOT].body = body;
    lowering.body
}

impl Lowering<'_> {
    fn initializer(&mut self, initializer: &Initializer, out: &mut Vec<NodeId>) {
        let Initializer { vars, value } = initializer;
        let pos = vars.first().map_or(Pos::NONE, |var| self.program.types()[*var].pos);
        let x = self.expr(*value);
        let lhs: Vec<NodeId> = vars.iter().map(|var| self.package_var(*var)).collect();
        if let [left] = lhs[..] {
            let y = self.initial(pos, left, x);
            out.push(self.body.add_stmt(pos, Op::Assign { x: left, y: Some(y), def: false }));
            return;
        }
        let pairing = self.pairing(x);
        let (lhs, rhs) = (lhs.into_boxed_slice(), [x].into());
        let assign = Op::AssignList { pairing, lhs: lhs.clone(), rhs, def: false };
        let ty = self.body[x].ty;
        let types = match &self.program.types()[ty] {
            Type::Tuple(all) => all.to_vec(),
            _ => vec![ty, TypeId::BOOL],
        };
        if self.same_types(&lhs, &types) {
            out.push(self.body.add_stmt(pos, assign));
        } else {
            self.initialize_by_temps(pos, &lhs, x, &types, out);
        }
    }

    fn same_types(&mut self, lhs: &[NodeId], types: &[TypeId]) -> bool {
        lhs.iter().zip(types).all(|(left, ty)| {
            let left = &self.body[*left];
            matches!(left.op, Op::Blank) || self.program.identical(left.ty, *ty)
        })
    }

    /// `a, b = f()` where the types of results are not those of the variables.
    fn initialize_by_temps(
        &mut self,
        pos: Pos,
        lhs: &[NodeId],
        x: NodeId,
        types: &[TypeId],
        out: &mut Vec<NodeId>,
    ) {
        let pairing = self.pairing(x);
        let temps: Vec<_> = types.iter().map(|ty| self.body.temp(self.func, pos, *ty)).collect();
        let names: Box<[NodeId]> = temps.iter().map(|temp| self.body.name(*temp)).collect();
        let op = Op::AssignList { pairing, lhs: names, rhs: [x].into(), def: true };
        let first = self.body.add_stmt(pos, op);
        self.declare_by(first, temps.iter().copied());
        out.push(first);
        for (left, temp) in lhs.iter().zip(temps) {
            let value = self.body.name(temp);
            let y = self.initial(pos, *left, value);
            out.push(self.body.add_stmt(pos, Op::Assign { x: *left, y: Some(y), def: false }));
        }
    }

    /// `x` as the value of `left`.
    fn initial(&mut self, pos: Pos, left: NodeId, x: NodeId) -> NodeId {
        let (ty, left_ty) = (self.body[x].ty, self.body[left].ty);
        let blank = matches!(self.body[left].op, Op::Blank);
        if blank || matches!(self.body[x].op, Op::Nil) || self.program.identical(ty, left_ty) {
            return x;
        }
        self.convert(pos, x, left_ty, true)
    }

    fn package_var(&mut self, var: ObjectId) -> NodeId {
        self.program.declare(var);
        let object = &self.program.types()[var];
        let (pos, ty, blank) = (object.pos, object.ty, object.name.is_blank());
        self.body.add(pos, ty, if blank { Op::Blank } else { Op::Global(var) })
    }
}
