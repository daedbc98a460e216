//! Shadows: slow, obvious, independent models that know the right answer.
//!
//! A shadow sees only what a target answered. It shares no code with any implementation, and holds
//! no memory that a target could reach: it lives in the judge's process.

pub mod alloc;
pub mod reach;
pub mod gc;
