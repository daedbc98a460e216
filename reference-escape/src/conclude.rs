//! What callers are told of a function once its batch is solved.

use crate::build::Built;
use crate::check::Program;
use crate::graph::Place;
use crate::ir::{Body, FuncIndex, VarId};
use crate::leaks::Leaks;
use crate::rules::{Question, Rules};
use crate::tags::Tags;
use crate::types::{Basic, Declare, Layouts, Type, TypeId};

/// The tags of a function.
pub fn conclude(
    program: &mut Program,
    body: &Body,
    place: Place,
    built: &Built,
    rules: &dyn Rules,
) -> Tags {
    let params = body[place.func].param_vars();
    if place.func == FuncIndex::ROOT && body.is_external {
        let keeps_nothing = rules.answer(Question::KeepsNothing, body.directives.noescape);
        return Tags { params: params.iter().map(|_| external(keeps_nothing)).collect() };
    }
    Tags { params: params.iter().map(|var| leaks(program, body, place, *var, built)).collect() }
}

/// What becomes of one parameter.
fn leaks(program: &mut Program, body: &Body, place: Place, var: VarId, built: &Built) -> Leaks {
    let declared = &body[var];
    let root = place.func == FuncIndex::ROOT;
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
fn external(keeps_nothing: bool) -> Leaks {
    if !keeps_nothing {
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
