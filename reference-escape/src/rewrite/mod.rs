//! What the compiler changes in the lowered form before it looks at what escapes.

use crate::check::Program;
use crate::ir::Body;
use crate::lower::World;

/// All rewrites, in the compiler's order.
pub fn all(_program: &mut Program, _world: &mut World, _body: &mut Body) {}
