//! Calls of an interface's method where only one type can be behind the interface: they become calls of that type's method.
//!
//! A variable's type is known if all that is assigned to it has the same one, `nil` apart.

use crate::check::Program;
use crate::functions::{FuncId, FuncKey};
use crate::hash::Map;
use crate::ir::{Body, Case, Class, Conv, FuncIndex, NodeId, Op, Pairing, VarId};
use crate::lower::{World, shaped_function};
use crate::print::Texts;
use crate::types::{
    Declare, Implements, Lookup, Member, ObjectKind, PackageId, Symbol, Type, TypeId,
};

/// What is assigned to a variable that holds an interface.
#[derive(Clone, Copy, Debug)]
enum Assigned {
    /// Something of an unknown type.
    Unknown,
    /// Something of this type.
    Type(TypeId),
    /// The value of an expression.
    Node(NodeId),
}

/// What is behind an interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Behind {
    Unknown,
    Nothing,
    Type(TypeId),
}

struct Devirtualizer<'a> {
    program: &'a mut Program,
    world: &'a mut World,
    body: &'a mut Body,
    package: PackageId,
    assigned: Option<Map<VarId, Vec<Assigned>>>,
}

/// Rewrites the calls of a body; lines about them are for messages of `package`.
pub(super) fn run(program: &mut Program, world: &mut World, body: &mut Body, package: PackageId) {
    let mut calls = Vec::new();
    for func in 0..body.funcs.len() {
        body.each_node(FuncIndex::new(func), &mut |id| {
            if let Op::Call { fun, .. } = body[id].op
                && matches!(body[fun].op, Op::DotInter(..))
            {
                calls.push((id, fun));
            }
        });
    }
    let mut devirtualizer = Devirtualizer { program, world, body, package, assigned: None };
    for (call, fun) in calls {
        devirtualizer.call(call, fun);
    }
}

impl Devirtualizer<'_> {
    fn call(&mut self, call: NodeId, fun: NodeId) {
        let Op::DotInter(x, name) = self.body[fun].op else { return };
        let Behind::Type(ty) = self.behind(x, &mut Vec::new()) else { return };
        let interface = self.body[x].ty;
        if self.program.implements(ty, interface, false).is_err()
            || self.world.shapes.is_shape(self.program, ty)
        {
            return;
        }
        let pos = self.body[call].pos;
        let shaped = if self.world.shapes.has_shape(self.program, ty) {
            Some(format!("shaped receiver {}", self.texts().ty(ty)))
        } else if self.world.shapes.has_shape(self.program, interface) {
            Some(format!("shaped interface {}", self.texts().ty(interface)))
        } else {
            None
        };
        if let Some(why) = shaped {
            let text = format!("cannot devirtualize {}: {why}", self.texts().expr(call));
            self.body.notes.push((pos, text));
            return;
        }
        let Some(symbol) = self.symbol(interface, name) else { return };
        self.rewrite(call, fun, x, ty, symbol);
    }

    fn texts(&self) -> Texts<'_> {
        Texts {
            program: self.program,
            functions: &self.world.functions,
            package: self.package,
            body: self.body,
        }
    }

    /// What selects the method `name` of an interface.
    fn symbol(&mut self, interface: TypeId, name: crate::names::Name) -> Option<Symbol> {
        use crate::types::TypeSets;
        let set = self.program.type_set_of(interface);
        set.methods.iter().map(|method| method.symbol).find(|symbol| symbol.name == name)
    }

    fn rewrite(&mut self, call: NodeId, fun: NodeId, x: NodeId, ty: TypeId, symbol: Symbol) {
        let Ok(found) = self.program.lookup(ty, true, symbol) else { return };
        let pos = self.body[call].pos;
        let asserted = self.body.add(pos, ty, Op::DotType(x));
        let (shown, type_shown) = (self.texts().expr(fun), self.texts().ty(ty));
        let receiver = self.fields(asserted, &found.path[..found.path.len() - 1]);
        match found.member {
            Member::Method { object, of } => {
                let note = format!("devirtualizing {shown} to {type_shown}");
                self.body.notes.push((pos, note));
                let pointer = matches!(&self.program.types()[object].kind,
                    ObjectKind::Func(func) if func.receiver.is_some_and(|receiver| receiver.pointer));
                let (receiver, recv) = self.adjusted(receiver, pointer);
                let method = self.method(object, of);
                let fun_pos = self.body[fun].pos;
                let fun_ty = self.body[fun].ty;
                let op = Op::MethodExpr { recv, name: symbol.name, method: Some(method) };
                let callee = self.body.add(fun_pos, fun_ty, op);
                if let Op::Call { fun, args, .. } = &mut self.body[call].op {
                    *fun = callee;
                    *args = std::iter::once(receiver).chain(args.iter().copied()).collect();
                }
            }
            Member::InterfaceMethod { .. } => {
                let note = format!("partially devirtualizing {shown} to {type_shown}");
                self.body.notes.push((pos, note));
                self.body[fun].op = Op::DotInter(receiver, symbol.name);
            }
            Member::Field { .. } => {}
        }
    }

    fn method(&mut self, object: crate::types::ObjectId, of: TypeId) -> FuncId {
        let targs = self.program.types().as_named(of).map(|named| named.targs.to_vec());
        match targs {
            Some(targs) if !targs.is_empty() => {
                shaped_function(self.program, self.world, object, &targs)
            }
            _ => self.world.functions.intern(FuncKey::Declared(object, std::rc::Rc::from([]))),
        }
    }

    fn fields(&mut self, mut x: NodeId, path: &[u32]) -> NodeId {
        for at in path {
            let ty = self.body[x].ty;
            let (base, pointer) = match self.program.under_type(ty) {
                Type::Pointer(elem) => (elem, true),
                _ => (ty, false),
            };
            let Type::Struct(fields) = self.program.under_type(base) else { return x };
            let Some(field) = fields.get(*at as usize) else { return x };
            let name = field.symbol.name;
            let pos = self.body[x].pos;
            let op = if pointer { Op::DotPtr(x, name) } else { Op::Dot(x, name) };
            x = self.body.add(pos, field.ty, op);
        }
        x
    }

    /// The receiver as the method takes it, and its type.
    fn adjusted(&mut self, x: NodeId, pointer: bool) -> (NodeId, TypeId) {
        let (pos, ty) = (self.body[x].pos, self.body[x].ty);
        match (self.program.types()[ty].clone(), pointer) {
            (Type::Pointer(elem), false) => (self.body.add_implicit(pos, elem, Op::Deref(x)), elem),
            (Type::Pointer(_), true) | (_, false) => (x, ty),
            (_, true) => {
                let to = self.program.types_mut().pointer(ty);
                (self.body.add_implicit(pos, to, Op::Addr(x)), to)
            }
        }
    }

    fn is_interface(&mut self, ty: TypeId) -> bool {
        matches!(self.program.under_type(ty), Type::Interface(_))
    }

    /// Which type is behind the interface `id`.
    fn behind(&mut self, mut id: NodeId, seen: &mut Vec<VarId>) -> Behind {
        loop {
            let ty = self.body[id].ty;
            if !self.is_interface(ty) {
                return Behind::Type(ty);
            }
            id = match self.body[id].op {
                Op::Convert(Conv::Nop | Conv::Iface, x) | Op::DotType(x) => x,
                _ => break,
            };
        }
        let Op::Name(var) = self.body[id].op else { return Behind::Unknown };
        if self.body[var].class != Class::Auto || self.body[var].addrtaken {
            return Behind::Unknown;
        }
        if seen.contains(&var) {
            return Behind::Nothing;
        }
        seen.push(var);
        let mut found = Behind::Nothing;
        for assigned in self.assigned_to(var) {
            let behind = match assigned {
                Assigned::Unknown => Behind::Unknown,
                Assigned::Type(ty) => Behind::Type(ty),
                Assigned::Node(node) => self.behind(node, seen),
            };
            match (found, behind) {
                (_, Behind::Nothing) => {}
                (_, Behind::Unknown) => return Behind::Unknown,
                (Behind::Nothing, known) => found = known,
                (known, other) if known == other => {}
                _ => return Behind::Unknown,
            }
        }
        found
    }

    fn assigned_to(&mut self, var: VarId) -> Vec<Assigned> {
        if self.assigned.is_none() {
            let found = self.find_assignments();
            self.assigned = Some(found);
        }
        self.assigned.as_ref().and_then(|all| all.get(&var)).cloned().unwrap_or_default()
    }

    fn find_assignments(&mut self) -> Map<VarId, Vec<Assigned>> {
        let mut pairs: Vec<(NodeId, Assigned)> = Vec::new();
        let mut cases: Vec<(VarId, NodeId)> = Vec::new();
        for func in 0..self.body.funcs.len() {
            let mut ids = Vec::new();
            self.body.each_node(FuncIndex::new(func), &mut |id| ids.push(id));
            for id in ids {
                self.assignments_of(id, &mut pairs, &mut cases);
            }
        }
        let mut found: Map<VarId, Vec<Assigned>> = Map::default();
        for (left, assigned) in pairs {
            let Some(var) = self.body.outer_var(self.program, left) else { continue };
            let assigned = match assigned {
                Assigned::Type(ty) if self.is_interface(ty) => Assigned::Unknown,
                Assigned::Node(node) if matches!(self.body[node].op, Op::Nil) => continue,
                other => other,
            };
            found.entry(var).or_default().push(assigned);
        }
        for (var, x) in cases {
            found.entry(var).or_default().push(Assigned::Node(x));
        }
        found
    }

    fn assignments_of(
        &mut self,
        id: NodeId,
        pairs: &mut Vec<(NodeId, Assigned)>,
        cases: &mut Vec<(VarId, NodeId)>,
    ) {
        match self.body[id].op.clone() {
            Op::Assign { x, y: Some(y), .. } => {
                let assigned = match self.body[y].op {
                    Op::Call { .. } => Assigned::Type(self.body[y].ty),
                    _ => Assigned::Node(y),
                };
                pairs.push((x, assigned));
            }
            Op::AssignList { pairing, lhs, rhs, .. } => match pairing {
                Pairing::Each => {
                    pairs.extend(lhs.iter().copied().zip(rhs.iter().map(|y| Assigned::Node(*y))));
                }
                Pairing::AssertOk => pairs.push((lhs[0], Assigned::Node(rhs[0]))),
                Pairing::MapOk | Pairing::RecvOk => {
                    pairs.push((lhs[0], Assigned::Type(self.body[rhs[0]].ty)));
                }
                Pairing::Call => {
                    let ty = self.body[rhs[0]].ty;
                    if let Type::Tuple(all) = self.program.types()[ty].clone() {
                        let types = all.iter().map(|ty| Assigned::Type(*ty));
                        pairs.extend(lhs.iter().copied().zip(types));
                    }
                }
            },
            Op::Range { key, value, x, .. } => self.ranged(key, value, x, pairs),
            Op::TypeSwitch { x, cases: clauses, .. } => {
                cases.extend(clauses.iter().filter_map(|Case { var, .. }| Some(((*var)?, x))));
            }
            _ => {}
        }
    }

    fn ranged(
        &mut self,
        key: Option<NodeId>,
        value: Option<NodeId>,
        x: NodeId,
        pairs: &mut Vec<(NodeId, Assigned)>,
    ) {
        let ty = self.body[x].ty;
        let mut under = self.program.under_type(ty);
        if let Type::Pointer(elem) = under {
            under = self.program.under_type(elem);
        }
        let (first, second) = match under {
            Type::Array { elem, .. } | Type::Slice(elem) => (None, Some(elem)),
            Type::Chan { elem, .. } => (Some(elem), None),
            Type::Map { key, value } => (Some(key), Some(value)),
            _ => (None, None),
        };
        for (left, ty) in [(key, first), (value, second)] {
            pairs.extend(left.map(|left| (left, ty.map_or(Assigned::Unknown, Assigned::Type))));
        }
    }
}
