//! Scripted runs of collectors: what must be done in one way to be seen at all.

use crate::driver::scenario::Scenario;
use crate::model::gc::Setting;
use crate::op::gc::Op;

/// Every scenario of collectors.
pub const ALL: &[Scenario<Op, Setting>] = &[];
