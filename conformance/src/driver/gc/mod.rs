//! Scripts of collectors: random programs, small worlds, scenarios.
//!
//! Drivers know what a right collector would answer, because the shadow does: a script is drawn step by
//! step from what applies to the state that its steps so far make ([`program::Program`]).

pub mod program;
pub mod property;
pub mod scenario;
pub mod worlds;
