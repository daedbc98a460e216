//! What callers are told of a function once its batch is solved.

use crate::build::Built;
use crate::check::Program;
use crate::graph::Place;
use crate::ir::{Body, FuncIndex, VarId};
use crate::leaks::Leaks;
use crate::tags::Tags;
use crate::types::{Basic, Declare, Layouts, Type, TypeId};

/// The tags of a function.
pub fn conclude(program: &mut Program, body: &Body, place: Place, built: &Built) -> Tags {
    let params = body[place.func].param_vars();
    Tags { params: params.iter().map(|var| leaks(program, body, place, *var, built)).collect() }
}

/// What becomes of one parameter.
fn leaks(program: &mut Program, body: &Body, place: Place, var: VarId, built: &Built) -> Leaks {
    let declared = &body[var];
    let root = place.func == FuncIndex::ROOT;
    if root && body.is_external {
        return external(body.directives.noescape);
    }
    let pins = root && body.directives.uintptrescapes && is_uintptrs(program, declared.ty);
    if pins || !program.has_pointers(declared.ty) {
        return Leaks::worst();
    }
    if declared.name.is_unnamed() {
        return Leaks::default();
    }
    match built.vars[place.body][var.index()] {
        Some(loc) => built.graph[loc].leaks.optimized(),
        None => Leaks::worst(),
    }
}

/// A parameter of a function whose body is elsewhere: it leaks, unless somebody promised that it does not.
fn external(noescape: bool) -> Leaks {
    if !noescape {
        return Leaks::worst();
    }
    let mut leaks = Leaks::default();
    leaks.add_mutator(0);
    leaks.add_callee(0);
    leaks
}

/// Whether `ty` is a slice of `uintptr`, as that of `...uintptr`.
fn is_uintptrs(program: &mut Program, ty: TypeId) -> bool {
    let Type::Slice(elem) = program.under_type(ty) else { return false };
    matches!(program.under_type(elem), Type::Basic(Basic::Uintptr))
}
