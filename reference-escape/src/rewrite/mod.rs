//! What the compiler changes in the lowered form before it looks at what escapes.

mod effects;
mod static_init;

use crate::check::Program;
use crate::functions::FuncKey;
use crate::ir::Body;
use crate::lower::World;

/// All rewrites, in the compiler's order.
pub fn all(program: &mut Program, world: &mut World, body: &mut Body) {
    if let FuncKey::Init(package) = world.functions[body.id] {
        static_init::run(program, &world.functions, body, package);
    }
}
