//! From a checked tree to the lowered form: one declared function with its literals, or the values of a package's variables.
//!
//! A generic function is lowered once for each list of shapes. Nothing is copied for that: the tree and what is known of
//! it stay those of the generic text, and each type that is read goes through a [`Binding`].

mod assign;
mod builtin;
mod call;
mod composite;
mod convert;
mod dead;
mod dictionary;
mod expr;
mod init;
mod jump;
mod literal;
mod loops;
mod method;
mod range_func;
mod select;
mod spawn;
mod stmt;
mod switch;

pub use init::lower_init;

use crate::ast::{Ast, DeclKind, ExprId, FuncDecl};
use crate::check::{FuncVars, Info, Mode, Program};
use crate::functions::{FuncId, FuncKey, Functions};
use crate::hash::Map;
use crate::ir::{Body, Class, Func, FuncIndex, NodeId, Op, Origin, VarId, VarName};
use crate::names::Name;
use crate::shape::Shapes;
use crate::source::Pos;
use crate::types::{
    Basic, Binding, Declare, ObjectId, ObjectKind, PackageId, Substitute, Type, TypeId,
};
use std::rc::Rc;

/// What a run knows beside the types: its functions and shapes.
#[derive(Debug, Default)]
pub struct World {
    /// The functions.
    pub functions: Functions,
    /// The shapes.
    pub shapes: Shapes,
}

/// A function that is being lowered.
struct Lowering<'a> {
    program: &'a mut Program,
    world: &'a mut World,
    ast: Rc<Ast>,
    package: PackageId,
    /// Of an instance: what its parameters stand for.
    binding: Option<Binding>,
    body: Body,
    /// The function or literal whose statements are lowered.
    func: FuncIndex,
    vars: Map<ObjectId, VarId>,
    /// The label before the next statement.
    label: Option<Name>,
    /// Methods of type parameters that are called, in the order of the dictionary.
    param_methods: Vec<(TypeId, Name)>,
    /// The language version of the file.
    version: u32,
    /// Loops over functions of the current function.
    range_funcs: range_func::RangeFuncs,
}

/// The lowered form of a declared function. One without a body has parameters all the same.
pub fn lower(program: &mut Program, world: &mut World, id: FuncId) -> Option<Body> {
    let FuncKey::Declared(object, shapes) = world.functions[id].clone() else { return None };
    program.check_body(object);
    let (package, node) = program.declaration_node(object)?;
    let version = program.declared_version(object);
    let ast = program.ast(package);
    let binding = binding(program, object, &shapes);
    let mut lowering = Lowering::new(program, world, package, version, id);
    lowering.body.hidden = u32::from(binding.is_some());
    lowering.binding = binding;
    let DeclKind::Func(decl) = &ast[node].kind else { return None };
    lowering.declared(object, decl);
    Some(lowering.body)
}

/// The function that the method `object` of the instance `ty` is; none if it has parameters of its own.
pub fn instance_method(
    program: &mut Program,
    world: &mut World,
    object: ObjectId,
    ty: TypeId,
) -> Option<FuncId> {
    program.declare(object);
    let types = program.types();
    let own = types.as_signature(types[object].ty).map_or(0, |sig| sig.tparams.len());
    let targs = Rc::clone(&types.as_named(ty)?.targs);
    if own > 0 || types[object].name.is_blank() {
        return None;
    }
    Some(shaped_function(program, world, object, &targs))
}

/// The function that `object` is for the shapes of `targs`.
pub fn shaped_function(
    program: &mut Program,
    world: &mut World,
    object: ObjectId,
    targs: &[TypeId],
) -> FuncId {
    program.declare(object);
    let params = all_type_params(program, object);
    let shapes: Vec<TypeId> = targs
        .iter()
        .zip(&params)
        .map(|(arg, param)| world.shapes.shape(program, *arg, *param))
        .collect();
    world.functions.intern(FuncKey::Declared(object, shapes.into()))
}

/// What the parameters of a generic function, and of its receiver's type, stand for.
fn binding(program: &Program, object: ObjectId, shapes: &[TypeId]) -> Option<Binding> {
    if shapes.is_empty() {
        return None;
    }
    let params = all_type_params(program, object);
    Some(Binding::new(&params, shapes))
}

/// The type parameters of a function's receiver and its own.
fn all_type_params(program: &Program, object: ObjectId) -> Vec<TypeId> {
    let types = program.types();
    let mut params = Vec::new();
    if let ObjectKind::Func(func) = &types[object].kind
        && let Some(receiver) = func.receiver
        && let Some(named) = types.as_named(receiver.base)
    {
        params.extend_from_slice(&named.tparams);
    }
    if let Some(sig) = types.as_signature(types[object].ty) {
        params.extend_from_slice(&sig.tparams);
    }
    params
}

impl<'a> Lowering<'a> {
    fn new(
        program: &'a mut Program,
        world: &'a mut World,
        package: PackageId,
        version: u32,
        id: FuncId,
    ) -> Lowering<'a> {
        let ast = program.ast(package);
        Lowering {
            program,
            world,
            ast,
            package,
            binding: None,
            body: Body::new(id),
            func: FuncIndex::ROOT,
            vars: Map::default(),
            label: None,
            param_methods: Vec::new(),
            version,
            range_funcs: range_func::RangeFuncs::default(),
        }
    }

    fn declared(&mut self, object: ObjectId, decl: &FuncDecl) {
        let ty = self.program.types()[object].ty;
        let ty = self.bind(ty);
        let vars = self.info().func_vars(decl.ty).cloned().unwrap_or_default();
        self.body.directives = decl.pragmas.clone();
        self.body.is_external = decl.body.is_none();
        self.open_func(decl.name.pos, ty, Origin::Declared, None, &vars);
        if let Some(block) = &decl.body {
            let body = self.stmts(&block.stmts);
            self.body[FuncIndex::ROOT].body = body;
        }
    }

    /// A new function of the body, with its parameters and results.
    fn open_func(
        &mut self,
        pos: Pos,
        ty: TypeId,
        origin: Origin,
        parent: Option<FuncIndex>,
        vars: &FuncVars,
    ) -> FuncIndex {
        let func = self.new_func(pos, ty, origin, parent);
        let params: Vec<ObjectId> =
            vars.receiver.iter().chain(vars.params.iter()).copied().collect();
        for object in &params {
            self.declare(func, *object, Class::Param);
        }
        for (at, object) in vars.results.iter().enumerate() {
            let var = self.declare(func, *object, Class::Result);
            if self.body[var].name == VarName::Named(Name::EMPTY) {
                self.body[var].name = VarName::Result(at as u32);
            } else if self.body[var].name == VarName::Named(Name::BLANK) {
                self.body[var].name = VarName::Blank(at as u32);
            }
        }
        self.body[func].params = params.len();
        self.body[func].results = vars.results.len();
        func
    }

    fn new_func(
        &mut self,
        pos: Pos,
        ty: TypeId,
        origin: Origin,
        parent: Option<FuncIndex>,
    ) -> FuncIndex {
        let alike = |other: Origin| {
            let rank = |origin| match origin {
                Origin::Go | Origin::Defer => 1,
                Origin::RangeBody => 2,
                _ => 0,
            };
            other != Origin::Declared && rank(other) == rank(origin)
        };
        let siblings =
            self.body.funcs.iter().filter(|func| func.parent == parent && alike(func.origin));
        let ordinal = 1 + siblings.count() as u32;
        let (vars, captures, capture_sites, body) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (params, results) = (0, 0);
        let func = Func {
            pos,
            ty,
            origin,
            parent,
            ordinal,
            vars,
            params,
            results,
            captures,
            capture_sites,
            body,
        };
        self.body.add_func(func)
    }

    /// Declares what the text declares.
    fn declare(&mut self, func: FuncIndex, object: ObjectId, class: Class) -> VarId {
        let declared = &self.program.types()[object];
        let (name, pos, ty) = (declared.name, declared.pos, declared.ty);
        let ty = self.bind(ty);
        let var = self.body.add_var(func, VarName::Named(name), pos, ty, class);
        self.body[var].object = Some(object);
        self.vars.insert(object, var);
        var
    }

    /// A use of a variable of this function or of one around it.
    fn use_var(&mut self, var: VarId, pos: Pos) -> NodeId {
        self.capture(var, pos);
        let ty = self.body[var].ty;
        self.body.add(pos, ty, Op::Name(var))
    }

    /// Notes that the current function uses `var` at `pos`.
    fn capture(&mut self, var: VarId, pos: Pos) {
        let owner = self.body[var].func;
        let mut func = self.func;
        while func != owner {
            let user = &mut self.body[func];
            if !user.captures.contains(&var) {
                user.captures.push(var);
                user.capture_sites.push(pos);
            }
            let Some(parent) = self.body[func].parent else { return };
            func = parent;
        }
    }

    /// A temporary with its declaration and the assignment of `x` to it, which are added to `before`.
    fn temp_copy(&mut self, pos: Pos, x: NodeId, before: &mut Vec<NodeId>) -> VarId {
        let ty = self.body[x].ty;
        let var = self.body.temp(self.func, pos, ty);
        before.push(self.body.add_stmt(pos, Op::Dcl(var)));
        let name = self.body.name(var);
        let assign = self.body.add_stmt(pos, Op::Assign { x: name, y: Some(x), def: true });
        self.body[var].defn = Some(assign);
        before.push(assign);
        var
    }

    fn info(&self) -> &Info {
        self.program.info(self.package)
    }

    fn mode(&self, id: ExprId) -> Mode {
        self.info().expr(id).mode
    }

    fn pos(&self, id: ExprId) -> Pos {
        self.ast[id].pos
    }

    /// `ty` with shapes for its parameters.
    fn bind(&mut self, ty: TypeId) -> TypeId {
        match &self.binding {
            Some(binding) => self.program.substitute(ty, binding),
            None => ty,
        }
    }

    /// The type of an expression as the text has it: with parameters, and perhaps untyped.
    fn raw_ty(&self, id: ExprId) -> TypeId {
        self.info().ty(id)
    }

    /// The type of an expression.
    fn ty(&mut self, id: ExprId) -> TypeId {
        let ty = self.raw_ty(id);
        let ty = self.bind(ty);
        self.settled(ty, id)
    }

    /// The type that an expression has in the end that was left untyped.
    fn settled(&self, ty: TypeId, id: ExprId) -> TypeId {
        let Some(basic) = self.program.types().as_basic(ty) else { return ty };
        match basic {
            Basic::UntypedBool => TypeId::BOOL,
            Basic::UntypedString => TypeId::STRING,
            Basic::UntypedRune => Basic::Int32.id(),
            Basic::UntypedInt | Basic::UntypedFloat | Basic::UntypedComplex => {
                let negative = self.info().value(id).is_some_and(|value| value.sign() < 0);
                if negative { TypeId::INT } else { Basic::Uint.id() }
            }
            _ => ty,
        }
    }

    fn under(&mut self, ty: TypeId) -> Type {
        self.program.under_type(ty)
    }

    fn is_interface(&mut self, ty: TypeId) -> bool {
        matches!(self.under(ty), Type::Interface(_))
    }

    /// The parts of a list, or the one expression.
    fn list(&self, id: ExprId) -> Vec<ExprId> {
        match &self.ast[id].kind {
            crate::ast::ExprKind::List(all) => all.to_vec(),
            _ => vec![id],
        }
    }

    fn opt_list(&self, id: Option<ExprId>) -> Vec<ExprId> {
        id.map_or_else(Vec::new, |id| self.list(id))
    }
}
