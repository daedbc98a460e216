//! What the checker learns of a package's tree, as lists with the tree's numbers.

use crate::ast::ExprId;
use crate::constant::Value;
use crate::hash::Map;
use crate::source::Pos;
use crate::types::{Member, ObjectId, TypeId};
use std::rc::Rc;

/// What an expression is good for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Mode {
    /// It has not been looked at, or has an error.
    #[default]
    Invalid,
    /// A call without results.
    NoValue,
    /// A predeclared function.
    Builtin,
    /// A type.
    Type,
    /// A constant.
    Constant,
    /// What can be assigned to, and has an address.
    Variable,
    /// An element of a map: it can be assigned to, but has no address.
    MapIndex,
    /// A value.
    Value,
    /// `nil`
    Nil,
    /// A value that comes with an `ok` where two are asked for.
    CommaOk,
}

/// What is known of an expression.
#[derive(Clone, Copy, Debug)]
pub struct ExprInfo {
    /// Its type. Of a constant or comparison the type that its context gave it; untyped if that gave none. A
    /// [`crate::types::Type::Tuple`] for calls of several results, and for values that are used with their
    /// `ok`.
    pub ty: TypeId,
    /// What it is good for.
    pub mode: Mode,
    /// The left side of a shift that is not constant: its type must turn out an integer's.
    pub(super) shifted: bool,
    /// One more than the number of its value; 0 if it is not constant.
    value: u32,
}

/// What a selector selects.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    /// In which way.
    pub kind: SelectionKind,
    /// The type of what is left of the dot.
    pub receiver: TypeId,
    /// The field or method.
    pub member: Member,
    /// Whether a pointer is followed on the way.
    pub indirect: bool,
    path: (u32, u32),
}

/// Ways of selecting.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SelectionKind {
    /// `x.f`
    Field,
    /// `x.m`, called or not.
    Method,
    /// `T.m`
    MethodExpr,
}

/// The variables of a function's signature.
#[derive(Clone, Debug, Default)]
pub struct FuncVars {
    /// The receiver.
    pub receiver: Option<ObjectId>,
    /// Parameters, unnamed ones among them.
    pub params: Rc<[ObjectId]>,
    /// Results, unnamed ones among them.
    pub results: Rc<[ObjectId]>,
}

/// A package variable's initial value, in the order in which these are found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Initializer {
    /// Several where one call initialises them; blank ones among them.
    pub vars: Box<[ObjectId]>,
    /// The value.
    pub value: ExprId,
}

/// What is known of a package's tree.
#[derive(Debug, Default)]
pub struct Info {
    exprs: Vec<ExprInfo>,
    values: Vec<Value>,
    uses: Vec<Option<ObjectId>>,
    definitions: Map<Pos, ObjectId>,
    implicit: Map<Pos, ObjectId>,
    selections: Map<ExprId, Selection>,
    paths: Vec<u32>,
    instances: Map<ExprId, Rc<[TypeId]>>,
    functions: Map<ExprId, FuncVars>,
    labels: Map<Pos, ObjectId>,
    /// Initial values of package variables in the order of execution.
    pub initializers: Vec<Initializer>,
}

impl Info {
    pub(super) fn new(exprs: usize) -> Info {
        let nothing =
            ExprInfo { ty: TypeId::INVALID, mode: Mode::Invalid, shifted: false, value: 0 };
        Info { exprs: vec![nothing; exprs], uses: vec![None; exprs], ..Info::default() }
    }

    /// What is known of an expression.
    pub fn expr(&self, id: ExprId) -> ExprInfo {
        self.exprs[id.index()]
    }

    /// The type of an expression.
    pub fn ty(&self, id: ExprId) -> TypeId {
        self.exprs[id.index()].ty
    }

    /// The value of a constant expression.
    pub fn value(&self, id: ExprId) -> Option<&Value> {
        let at = self.exprs[id.index()].value.checked_sub(1)?;
        self.values.get(at as usize)
    }

    /// What a name denotes, or the name behind a dot if a package is before it.
    pub fn used(&self, id: ExprId) -> Option<ObjectId> {
        self.uses[id.index()]
    }

    /// What is declared by the name at `pos`.
    pub fn defined(&self, pos: Pos) -> Option<ObjectId> {
        self.definitions.get(&pos).copied()
    }

    /// The variable that the clause at `pos` of a type switch declares.
    pub fn clause_var(&self, pos: Pos) -> Option<ObjectId> {
        self.implicit.get(&pos).copied()
    }

    /// The label that the name at `pos` is a use of.
    pub fn label(&self, pos: Pos) -> Option<ObjectId> {
        self.labels.get(&pos).copied()
    }

    /// What a selector selects; `None` if a package is left of the dot. In a literal of a struct, keys are
    /// selectors.
    pub fn selection(&self, id: ExprId) -> Option<Selection> {
        self.selections.get(&id).copied()
    }

    /// The path of a selection: fields by their places, and at last the field or method.
    pub fn path(&self, selection: Selection) -> &[u32] {
        let (start, len) = selection.path;
        &self.paths[start as usize..(start + len) as usize]
    }

    /// The type arguments with which a generic function or type is used, written or found. Keyed by the name or
    /// selector that denotes it.
    pub fn type_arguments(&self, id: ExprId) -> Option<&Rc<[TypeId]>> {
        self.instances.get(&id)
    }

    /// The variables of the signature `id`, a [`crate::ast::ExprKind::FuncType`].
    pub fn func_vars(&self, id: ExprId) -> Option<&FuncVars> {
        self.functions.get(&id)
    }

    pub(super) fn set(&mut self, id: ExprId, mode: Mode, ty: TypeId, value: Option<&Value>) {
        let at = value.map_or(0, |value| {
            self.values.push(value.clone());
            self.values.len() as u32
        });
        self.exprs[id.index()] = ExprInfo { ty, mode, shifted: false, value: at };
    }

    pub(super) fn set_type(&mut self, id: ExprId, ty: TypeId) {
        self.exprs[id.index()].ty = ty;
    }

    pub(super) fn set_value(&mut self, id: ExprId, value: &Value) {
        self.values.push(value.clone());
        self.exprs[id.index()].value = self.values.len() as u32;
    }

    pub(super) fn set_shifted(&mut self, id: ExprId) {
        self.exprs[id.index()].shifted = true;
    }

    pub(super) fn set_use(&mut self, id: ExprId, object: ObjectId) {
        self.uses[id.index()] = Some(object);
    }

    pub(super) fn define(&mut self, pos: Pos, object: ObjectId) {
        self.definitions.insert(pos, object);
    }

    pub(super) fn set_clause_var(&mut self, pos: Pos, object: ObjectId) {
        self.implicit.insert(pos, object);
    }

    pub(super) fn set_label(&mut self, pos: Pos, object: ObjectId) {
        self.labels.insert(pos, object);
    }

    pub(super) fn select(
        &mut self,
        id: ExprId,
        kind: SelectionKind,
        receiver: TypeId,
        found: &crate::types::Found,
    ) {
        let path = (self.paths.len() as u32, found.path.len() as u32);
        self.paths.extend_from_slice(&found.path);
        let (member, indirect) = (found.member, found.indirect);
        self.selections.insert(id, Selection { kind, receiver, member, indirect, path });
    }

    pub(super) fn set_type_arguments(&mut self, id: ExprId, targs: &[TypeId]) {
        self.instances.insert(id, targs.into());
    }

    pub(super) fn set_func_vars(&mut self, id: ExprId, vars: FuncVars) {
        self.functions.insert(id, vars);
    }
}
