//! What the compiler changes in the lowered form before it looks at what escapes.

mod bench_loop;
mod dead_locals;
mod devirtualize;
mod effects;
mod loop_vars;
mod static_init;

use crate::check::Program;
use crate::functions::FuncKey;
use crate::ir::Body;
use crate::lower::World;
use crate::rules::{Question, Rules};
use crate::types::PackageId;

/// All rewrites, in the compiler's order. Messages are about `package`.
pub fn all(
    program: &mut Program,
    world: &mut World,
    body: &mut Body,
    package: PackageId,
    rules: &dyn Rules,
) {
    bench_loop::run(program, &world.functions, body);
    if rules.answer(Question::KnownTypes, true) {
        devirtualize::run(program, world, body, package);
    }
    if rules.answer(Question::FreshVariables, true) {
        loop_vars::run(program, body);
    }
    if let FuncKey::Init(package) = world.functions[body.id]
        && rules.answer(Question::StaticValues, true)
    {
        static_init::run(program, body, package);
    }
    dead_locals::run(body);
}
